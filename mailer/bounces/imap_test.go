package bounces_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"weekward/mailer/bounces"
)

// startIMAP starts a server in memory with some mails, and returns its user
// and address.
func startIMAP(t *testing.T, caps imap.CapSet, mails ...string) (*imapmemserver.User, string) {
	t.Helper()
	user := imapmemserver.NewUser("u", "right")
	if err := user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	for _, mail := range mails {
		if _, err := user.Append("INBOX", literal{strings.NewReader(mail)}, &imap.AppendOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	memory := imapmemserver.New()
	memory.AddUser(user)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		},
		Caps: caps, InsecureAuth: true,
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); server.Serve(listener) }() //nolint:errcheck // ends with Close
	t.Cleanup(func() { server.Close(); <-done })
	return user, listener.Addr().String()
}

type literal struct{ *strings.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

func count(t *testing.T, user *imapmemserver.User, folder string) int {
	t.Helper()
	s, err := user.Status(folder, &imap.StatusOptions{NumMessages: true})
	if err != nil {
		return -1
	}
	return int(*s.NumMessages)
}

func TestIMAPKeepsWhatIsNotUnderstood(t *testing.T) {
	for why, caps := range map[string]imap.CapSet{
		"a server that moves":  {imap.CapIMAP4rev1: {}, imap.CapMove: {}, imap.CapUIDPlus: {}},
		"a server that copies": {imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}},
	} {
		user, addr := startIMAP(t, caps, "Subject: a\r\n\r\nfirst", "Subject: b\r\n\r\nhuman", "Subject: c\r\n\r\nlast")
		box := &bounces.IMAP{Host: "127.0.0.1", Address: addr, User: "u", Password: "right", Done: "Processed"}
		for visit, want := range []int{3, 1} {
			var u understands
			if err := box.Each(t.Context(), u.handle); err != nil {
				t.Fatalf("%s: Each: %v", why, err)
			}
			if len(u.seen) != want {
				t.Errorf("%s, visit %d: got %q, want %d mails", why, visit+1, u.seen, want)
			}
		}
		if in, done := count(t, user, "INBOX"), count(t, user, "Processed"); in != 1 || done != 2 {
			t.Errorf("%s: %d mails stay and %d are filed, want 1 and 2", why, in, done)
		}
	}
}

func TestIMAPMarksWhatItUnderstoodWhenAskedTo(t *testing.T) {
	user, addr := startIMAP(t, imap.CapSet{imap.CapIMAP4rev1: {}}, "Subject: a\r\n\r\nfirst", "Subject: b\r\n\r\nhuman")
	box := &bounces.IMAP{Host: "127.0.0.1", Address: addr, User: "u", Password: "right"}
	var first, second understands
	if err := errors.Join(box.Each(t.Context(), first.handle), box.Each(t.Context(), second.handle)); err != nil {
		t.Fatal(err)
	}
	if len(first.seen) != 2 || !slices.Equal(second.seen, []string{"Subject: b\r\n\r\nhuman"}) || count(t, user, "INBOX") != 2 {
		t.Errorf("visits got %q and %q, want both and then the one not understood", first.seen, second.seen)
	}
}

func TestIMAPThatRefusesOrHangsIsAnError(t *testing.T) {
	_, addr := startIMAP(t, imap.CapSet{imap.CapIMAP4rev1: {}})
	err := (&bounces.IMAP{Host: "127.0.0.1", Address: addr, User: "u", Password: "wrong-secret"}).Each(t.Context(), nil)
	if err == nil || strings.Contains(err.Error(), "wrong-secret") {
		t.Errorf("Each with a wrong password = %v, want an error without it", err)
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	box := &bounces.IMAP{Host: "127.0.0.1", Address: silent.Addr().String(), User: "u", Timeout: 50 * time.Millisecond}
	if err := box.Each(t.Context(), nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Each of a server that says nothing = %v, want context.DeadlineExceeded", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := box.Each(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Each after the end = %v, want context.Canceled", err)
	}
}

// A server elsewhere must speak TLS: the password never crosses the net in
// the clear.
func TestIMAPElsewhereIsNotSpokenToInTheClear(t *testing.T) {
	_, addr := startIMAP(t, imap.CapSet{imap.CapIMAP4rev1: {}})
	err := (&bounces.IMAP{Host: "mail.example.org", Address: addr, User: "u", Password: "right"}).Each(t.Context(), nil)
	if err == nil {
		t.Error("Each without TLS on another host: want an error")
	}
}
