package mailer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"weekward/mailer/failpoint"
)

// An Outbox is a transport that goes nowhere: each message becomes an .eml file
// in a folder, which a mail program can open. Its name is made of the
// Message-ID, so that the same message twice is one file.
type Outbox struct {
	Dir string // made when missing, readable by its owner only
}

// Open makes the folder.
func (o *Outbox) Open(context.Context) (Conn, error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, &DeliveryError{Stage: StageConnect, Err: fmt.Errorf("open outbox: %w", err)}
	}
	return o, nil
}

// Send writes the message to a file that appears under its name only when it
// is whole.
func (o *Outbox) Send(_ context.Context, m Message, _ *Envelope) (reply string, err error) {
	if err := o.write(m); err != nil {
		return "", &DeliveryError{Stage: StageData, Err: fmt.Errorf("write to outbox: %w", err)}
	}
	return "", nil
}

// Usable is always true.
func (o *Outbox) Usable() bool { return true }

// Close does nothing.
func (o *Outbox) Close() error { return nil }

func (o *Outbox) write(m Message) error {
	f, err := os.CreateTemp(o.Dir, ".draft-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.Write(m.Data); err != nil {
		f.Close()
		return err
	}
	if err := failpoint.After("outbox written", f.Close()); err != nil {
		return err
	}
	return failpoint.After("outbox renamed", os.Rename(f.Name(), filepath.Join(o.Dir, FileName(m.ID))))
}

// FileName is the name of a message's file. A Message-ID that does not make a
// plain name is replaced by its hash.
func FileName(messageID string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.@", r)
	}
	odd := strings.ContainsFunc(messageID, func(r rune) bool { return !plain(r) })
	if odd || messageID == "" || len(messageID) > 200 || strings.HasPrefix(messageID, ".") {
		sum := sha256.Sum256([]byte(messageID))
		messageID = hex.EncodeToString(sum[:16])
	}
	return messageID + ".eml"
}
