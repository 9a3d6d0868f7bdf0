package mailer_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"weekward/mailer"
	"weekward/mailer/dkim/dkimtest"
)

// Several connections sign at once, and what the relay took is good: the issue
// and a letter.
func TestWhatTheRelayTakesIsSigned(t *testing.T) {
	n := openNewsroom(t)
	s := dkimtest.Signer(t, "example.org", "rsa", "ed25519")
	n.Press.Sender.DKIM = s
	addresses := n.subscribe(60)
	n.run(mailer.PublishOptions{})
	n.Clock.Set(slot.Add(30 * 24 * time.Hour)) // so that slots are missed, and the editor is told
	if _, err := n.Press.Run(context.Background(), mailer.PublishOptions{}); err == nil {
		t.Fatal("a slot long ago: got no error, want a *TooLateError")
	}
	wantOnce(t, n.Relay, addresses)
	for _, to := range append(addresses, "editor@example.org") {
		if err := s.Prove(n.Relay.message(t, to)); err != nil {
			t.Errorf("message to %s: %v", to, err)
		}
	}
}

// The same key after a restart gives a retry the octets of the first try.
func TestSignedRetryHasTheSameBytes(t *testing.T) {
	n := openNewsroom(t)
	s := dkimtest.Signer(t, "example.org", "rsa", "ed25519")
	n.Press.Sender.DKIM = s
	n.subscribe(1)
	n.run(mailer.PublishOptions{})
	n.exec("UPDATE deliveries SET state = 'queued'")
	n.exec("UPDATE issues SET state = 'sending'")
	again := n.newPress()
	again.Sender.DKIM = s
	if _, err := again.Run(context.Background(), mailer.PublishOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := n.Relay.count()["r00000@example.org"]; got != 2 {
		t.Fatalf("messages: got %d, want the first try and the second", got)
	}
	n.Relay.sameBytes(t)
}

// A signature that helps nobody stops the send before anything is fixed; one
// that goes wrong in the middle of an issue leaves the rest due.
func TestBadSignatureStopsTheSend(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(3)
	stranger := dkimtest.Signer(t, "example.net", "ed25519")
	n.Press.Sender.DKIM = stranger
	_, err := n.Press.Run(context.Background(), mailer.PublishOptions{})
	if setup := as[*mailer.SetupError](t, err); setup.Key != "dkim.domain" {
		t.Errorf("Run: got an error about %s, want dkim.domain", setup.Key)
	}
	if _, err := n.Store.Issue(context.Background(), 1); !errors.Is(err, mailer.ErrNoIssue) {
		t.Errorf("issue 1 after the refusal: got %v, want ErrNoIssue: nothing is frozen", err)
	}
	n.Press.Sender.DKIM = nil
	n.run(mailer.PublishOptions{Leave: true})
	n.Press.Sender.DKIM = stranger
	as[*mailer.SetupError](t, n.Press.Sender.Deliver(context.Background()))
	if got := n.Relay.count(); len(got) != 0 {
		t.Errorf("mails: got %v, want none", got)
	}
	n.Press.Sender.DKIM = nil
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 3, Sent: 3})
}
