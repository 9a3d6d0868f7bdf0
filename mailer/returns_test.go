package mailer_test

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"weekward/mailer"
	"weekward/mailer/bounces"
	"weekward/subscribers"
)

// The server that cannot deliver a mail returns it to an address that tells
// whose it was, and it is the same at every try: of a mail that was put off,
// and of one that was never answered.
func TestEveryReadersMailReturnsToAnAddressOfItsOwn(t *testing.T) {
	n := openNewsroom(t)
	readers := n.subscribe(20) // two of them end in 7
	keys := n.Press.Sender.Keys.(subscribers.Keys)
	path, err := bounces.NewReturnPath("bounces@mail.example.org", keys)
	if err != nil {
		t.Fatal(err)
	}
	n.Press.Sender.Envelope = "bounces@mail.example.org"
	var made atomic.Int32
	n.Press.Sender.Return = func(issue int, subscriber string) string {
		made.Add(1)
		return path.Address(bounces.Sent{Subscriber: subscriber, Issue: issue})
	}
	n.Relay.data = hangUpAfter(n.Relay)
	n.Relay.rcpt = func(to string, try int) error {
		if to == readers[0] && try == 1 {
			return says(451, smtp.EnhancedCode{4, 7, 1}, "greylisted")
		}
		return nil
	}
	n.run(mailer.PublishOptions{})
	n.Clock.Set(slot.Add(10 * time.Minute))
	n.run(mailer.PublishOptions{})
	n.Relay.sameBytes(t)
	tries := 0
	for i, to := range readers {
		senders := n.Relay.sendersOf(to)
		tries += len(senders)
		if got := slices.Compact(slices.Clone(senders)); len(got) != 1 {
			t.Errorf("MAIL FROM for %s: got %q, want the same at every try", to, got)
			continue
		}
		want := bounces.Sent{Subscriber: fmt.Sprintf("s%05d", i), Issue: 1}
		if got, ok := bounces.ReadAddress(senders[0], keys); !ok || got != want {
			t.Errorf("ReadAddress(%s) = %+v, %v, want %+v", senders[0], got, ok, want)
		}
	}
	if int(made.Load()) > tries {
		t.Errorf("addresses made: got %d for %d envelopes, want one each, also for one that is spoken ahead", made.Load(), tries)
	}
	if tries < len(readers)+3 {
		t.Errorf("envelopes: got %d, want some readers' mail tried twice", tries)
	}
}

// A test mail and a notice are to nobody on the list: what returns of them is
// for the editor to read.
func TestMailToNobodyOnTheListReturnsToTheMailboxItself(t *testing.T) {
	n := openNewsroom(t)
	n.Press.Sender.Envelope = "bounces@mail.example.org"
	n.Press.Sender.Return = func(_ int, subscriber string) string {
		if subscriber == "" {
			return ""
		}
		return "bounces+" + subscriber + "@mail.example.org"
	}
	issue, _ := compose(ctx, slot, 31)
	if err := n.Press.TestMail(ctx, issue, "editor@example.org", ""); err != nil {
		t.Fatal(err)
	}
	n.Press.Settings.Review = mailer.ReviewHold
	n.Press.Run(ctx, mailer.PublishOptions{}) //nolint:errcheck // it is held, and says so to the editor
	if got := n.Relay.sendersOf("editor@example.org"); len(got) != 2 || got[0] != "bounces@mail.example.org" || got[1] != got[0] {
		t.Errorf("MAIL FROM of a test mail and a notice: got %q, want bounces@mail.example.org", got)
	}
}

// Relays of mailbox providers send for one address only.
func TestRelayThatRefusesTheSenderIsAnsweredWithANextStep(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(3)
	n.Relay.from = func(string) error {
		return says(550, smtp.EnhancedCode{5, 7, 60}, "client does not have permissions to send as this sender")
	}
	_, err := n.Press.Run(ctx, mailer.PublishOptions{})
	if e := as[*mailer.RefusedError](t, err); !strings.Contains(e.Hint(), "envelope_tokens = false") || !strings.Contains(e.Hint(), `"weekward resume 1"`) {
		t.Errorf("Hint of %v: got %q, want how to turn tokens off and go on", e, e.Hint())
	}
}
