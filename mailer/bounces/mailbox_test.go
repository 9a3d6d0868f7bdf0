package bounces_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"weekward/mailer/bounces"
)

// understands is a handler that notes what it gets, and understands what does
// not hold "human".
type understands struct{ seen []string }

func (u *understands) handle(_ context.Context, _ string, mail []byte) (bool, error) {
	u.seen = append(u.seen, strings.TrimSpace(string(mail)))
	return !strings.Contains(string(mail), "human"), nil
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// tree lists the files below a folder.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(dir, path)
			files = append(files, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	return files
}

func newMaildir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "new", "2.b"), "human")
	write(t, filepath.Join(dir, "new", "1.a"), "first")
	write(t, filepath.Join(dir, "cur", "3.c:2,F"), "flagged")
	write(t, filepath.Join(dir, "cur", "4.d:2,ST"), "deleted")
	write(t, filepath.Join(dir, "cur", "5.e:2,S"), "seen")
	if err := os.MkdirAll(filepath.Join(dir, "tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestMaildirKeepsWhatIsNotUnderstood(t *testing.T) {
	for _, c := range []struct {
		done        string
		first, next []string // handed over
		files       []string
	}{
		{"Processed", []string{"first", "human", "flagged", "seen"}, []string{"human"},
			[]string{".Processed/cur/1.a:2,S", ".Processed/cur/3.c:2,FS", ".Processed/cur/5.e:2,S", "cur/4.d:2,ST", "new/2.b"}},
		{"", []string{"first", "human", "flagged"}, []string{"human"},
			[]string{"cur/1.a:2,S", "cur/3.c:2,FS", "cur/4.d:2,ST", "cur/5.e:2,S", "new/2.b"}},
	} {
		dir := newMaildir(t)
		box := bounces.Maildir{Dir: dir, Done: c.done}
		for i, want := range [][]string{c.first, c.next} {
			var u understands
			if err := box.Each(t.Context(), u.handle); err != nil {
				t.Fatalf("Each: %v", err)
			}
			if !slices.Equal(u.seen, want) {
				t.Errorf("done %q, visit %d: got %q, want %q", c.done, i+1, u.seen, want)
			}
		}
		if got := tree(t, dir); !slices.Equal(got, c.files) {
			t.Errorf("done %q: files are %q, want %q", c.done, got, c.files)
		}
	}
}

func TestMailThatCouldNotBeHandledStays(t *testing.T) {
	dir := newMaildir(t)
	before := tree(t, dir)
	broken := errors.New("the database is gone")
	err := bounces.Maildir{Dir: dir, Done: "Processed"}.Each(t.Context(), func(context.Context, string, []byte) (bool, error) { return true, broken })
	if !errors.Is(err, broken) {
		t.Errorf("Each = %v, want %v", err, broken)
	}
	if got := tree(t, dir); !slices.Equal(got, before) {
		t.Errorf("files are %q, want %q as before", got, before)
	}
}

func TestFilesAreOneMailOrMany(t *testing.T) {
	dir := t.TempDir()
	one, many, windows := filepath.Join(dir, "one.eml"), filepath.Join(dir, "many.mbox"), filepath.Join(dir, "crlf.mbox")
	write(t, one, "Subject: one\n\nFrom here on\n\nFrom me\n")
	write(t, many, "From a Mon Mar  2 09:00:00 2026\nSubject: x\n\nx\n\nFrom b Mon Mar  2 09:00:00 2026\nSubject: y\n\n>From y\n")
	write(t, windows, "From a Mon Mar  2 09:00:00 2026\r\nSubject: x\r\n\r\nx\r\n\r\nFrom b Mon Mar  2 09:00:00 2026\r\nSubject: y\r\n\r\ny\r\n")
	var got []string
	err := bounces.Files{one, many, windows}.Each(t.Context(), func(_ context.Context, name string, mail []byte) (bool, error) {
		got = append(got, fmt.Sprintf("%s %q", name, bounces.Read(mail).Subject))
		return true, nil
	})
	want := []string{`one.eml "one"`, `many.mbox:1 "x"`, `many.mbox:2 "y"`, `crlf.mbox:1 "x"`, `crlf.mbox:2 "y"`}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("Each = %q, %v, want %q", got, err, want)
	}
	if err := (bounces.Files{filepath.Join(dir, "none.eml")}).Each(t.Context(), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Each of a missing file = %v, want os.ErrNotExist", err)
	}
}

// A mail that cannot be handled must not keep those behind it from being read,
// visit after visit; a database that is away ends the visit soon.
func TestOneMailThatCannotBeHandledHoldsUpNone(t *testing.T) {
	for _, c := range []struct {
		why        string
		mails      string // one a letter; "x" cannot be handled
		wantSeen   string
		wantFailed int
	}{
		{"one in the middle", "abxcd", "abxcd", 1},
		{"some, never three in a row", "xxaxxbx", "xxaxxbx", 5},
		{"all of them", "axxxbcd", "axxx", 3},
	} {
		dir := t.TempDir()
		for i, mail := range c.mails {
			write(t, filepath.Join(dir, "new", fmt.Sprintf("%d.m", i)), string(mail))
		}
		write(t, filepath.Join(dir, "cur", ".keep"), "")
		seen := ""
		err := bounces.Visit(t.Context(), bounces.Maildir{Dir: dir}, func(_ context.Context, name string, mail []byte) (bool, error) {
			seen += string(mail)
			if string(mail) == "x" {
				return false, fmt.Errorf("handle %s: odd", name)
			}
			return true, nil
		})
		if failed := strings.Count(fmt.Sprint(err), "odd"); seen != c.wantSeen || failed != c.wantFailed {
			t.Errorf("%s: Visit(%s): %q handled and %d failures (%v), want %q and %d", c.why, c.mails, seen, failed, err, c.wantSeen, c.wantFailed)
		}
		if left, want := len(tree(t, filepath.Join(dir, "new"))), len(c.mails)-len(strings.ReplaceAll(seen, "x", "")); left != want {
			t.Errorf("%s: %d mails left where they came, want %d: all but those that were handled", c.why, left, want)
		}
	}
}
