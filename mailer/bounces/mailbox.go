package bounces

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Handler looks at one mail. A mail it does not understand stays where it
// is.
type Handler func(ctx context.Context, name string, mail []byte) (understood bool, err error)

// A Mailbox is where mails come back to.
type Mailbox interface {
	// Each hands every mail that waits to handle, the oldest first, and files
	// those it understood. It ends at the first error.
	Each(ctx context.Context, handle Handler) error
}

// Files are mails in files: one each, or many in a file of mbox format (RFC
// 4155). They are only read.
type Files []string

// Each implements Mailbox.
func (f Files) Each(ctx context.Context, handle Handler) error {
	for _, path := range f {
		data, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read mails: %w", err)
		}
		mails := splitMbox(data)
		for i, mail := range mails {
			name := filepath.Base(path)
			if len(mails) > 1 {
				name = fmt.Sprintf("%s:%d", name, i+1)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if _, err := handle(ctx, name, mail); err != nil {
				return err
			}
		}
	}
	return nil
}

// splitMbox cuts a file at its "From " lines: one at the top, each other
// behind an empty line. A file that does not begin with one is one mail.
func splitMbox(data []byte) [][]byte {
	if !bytes.HasPrefix(data, []byte("From ")) {
		return [][]byte{data}
	}
	var mails [][]byte
	start, at := 0, 0 // of the mail; of what is not looked at yet
	for {
		i := bytes.Index(data[at:], []byte("\nFrom "))
		if i < 0 {
			return append(mails, data[start:])
		}
		i += at
		at = i + 1
		if before := data[start:i]; bytes.HasSuffix(before, []byte("\n")) || bytes.HasSuffix(before, []byte("\r\n\r")) {
			mails = append(mails, data[start:i-1])
			start = at
		}
	}
}

// A Maildir is a folder of mails, one a file, as Postfix and Dovecot keep
// them.
type Maildir struct {
	Dir string
	// Done is the folder for mails that were understood, beside the others as
	// ".Done"; "" marks them as read instead, and leaves out what is marked.
	Done string
}

// Each implements Mailbox.
func (m Maildir) Each(ctx context.Context, handle Handler) error {
	for _, folder := range []string{"new", "cur"} {
		entries, err := os.ReadDir(filepath.Join(m.Dir, folder))
		if err != nil {
			return fmt.Errorf("read maildir: %w", err)
		}
		// Names begin with the time of arrival.
		slices.SortFunc(entries, func(a, b os.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), ".") || e.IsDir() || m.passed(e.Name()) {
				continue
			}
			if err := m.one(ctx, folder, e.Name(), handle); err != nil {
				return err
			}
		}
	}
	return nil
}

// passed tells a mail that is deleted, or marked as read where that means
// done.
func (m Maildir) passed(name string) bool {
	_, flags, _ := strings.Cut(name, ":2,")
	return strings.Contains(flags, "T") || m.Done == "" && strings.Contains(flags, "S")
}

func (m Maildir) one(ctx context.Context, folder, name string, handle Handler) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	path := filepath.Join(m.Dir, folder, name)
	data, err := readSome(path)
	if os.IsNotExist(err) {
		return nil // another process was quicker
	}
	if err != nil {
		return fmt.Errorf("read maildir: %w", err)
	}
	understood, err := handle(ctx, name, data)
	if err != nil || !understood {
		return err
	}
	if err := m.file(path, name); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("file a mail: %w", err)
	}
	return nil
}

// file moves a mail to the folder Done, or marks it.
func (m Maildir) file(path, name string) error {
	base, flags, _ := strings.Cut(name, ":2,")
	if !strings.Contains(flags, "S") {
		letters := []byte(flags + "S")
		slices.Sort(letters) // flags are in alphabetical order
		flags = string(letters)
	}
	dir := filepath.Join(m.Dir, "cur")
	if m.Done != "" {
		folder := filepath.Join(m.Dir, "."+m.Done)
		for _, sub := range []string{"tmp", "new", "cur"} {
			if err := os.MkdirAll(filepath.Join(folder, sub), 0o700); err != nil {
				return err
			}
		}
		dir = filepath.Join(folder, "cur")
	}
	return os.Rename(path, filepath.Join(dir, base+":2,"+flags))
}

// readSome reads what Read looks at.
func readSome(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxMail))
}

// mostInARow is how many mails in a row may fail to be handled before a visit
// ends: then it is hardly them.
const mostInARow = 3

// Visit hands every mail of a mailbox to handle. One that it cannot handle stays
// where it is and holds up none of those behind it; the error tells of each.
func Visit(ctx context.Context, box Mailbox, handle Handler) error {
	var failed []error
	inARow := 0
	err := box.Each(ctx, func(ctx context.Context, name string, mail []byte) (bool, error) {
		understood, err := handle(ctx, name, mail)
		if err == nil {
			inARow = 0
			return understood, nil
		}
		if inARow++; inARow == mostInARow || ctx.Err() != nil {
			return false, err
		}
		failed = append(failed, err)
		return false, nil
	})
	return errors.Join(append(failed, err)...)
}
