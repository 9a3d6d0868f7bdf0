package mailer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"weekward/digest"
	"weekward/mailer"
	"weekward/templates"
)

// hangUpOnce has the relay hang up in the middle of one message, which is then
// queued again.
func hangUpOnce(hung *bool, at int) func(conn net.Conn, to string, r io.Reader, try int) error {
	var mu sync.Mutex
	seen := 0
	return func(conn net.Conn, _ string, r io.Reader, _ int) error {
		mu.Lock()
		seen++
		now := seen >= at && !*hung
		*hung = *hung || now
		mu.Unlock()
		if !now {
			return nil
		}
		io.ReadFull(r, make([]byte, 100)) //nolint:errcheck // some of it
		conn.Close()
		return io.ErrUnexpectedEOF
	}
}

// What is being sent stays as it was frozen, whatever the editor writes
// meanwhile; a stopped send goes on with the same words (F25).
func TestIssueEditedInMidSendGoesOutAsItWasFrozen(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(60)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	n.Relay.watch(func(_ string, total int) {
		if total == 20 {
			stop()
		}
	})
	if _, err := n.Press.Run(ctx, mailer.PublishOptions{}); !errors.Is(err, context.Canceled) {
		t.Fatalf("Run that was stopped: got %v, want %v", err, context.Canceled)
	}
	n.Relay.watch(func(string, int) {})

	n.Press = n.newPress() // another process, in which all is different
	n.Press.Compose = func(ctx context.Context, slot time.Time, number int) (digest.Issue, error) {
		issue, err := compose(ctx, slot, number)
		issue.Subject, issue.Stories[0].Title = "REWRITTEN", "REWRITTEN"
		return issue, err
	}
	edited, _ := n.Press.Compose(context.Background(), slot, 1)
	err := n.Press.Approve(context.Background(), 1, edited.Fingerprint(), edited)
	as[*mailer.StateError](t, err)
	n.Press.Site.Name, n.Press.Site.From = "Another Name", "Another <other@example.org>"
	n.run(mailer.PublishOptions{})

	wantOnce(t, n.Relay, addresses)
	first := n.Relay.message(t, addresses[0])
	for _, a := range addresses {
		m := n.Relay.message(t, a)
		if bytes.Contains(m, []byte("REWRITTEN")) || bytes.Contains(m, []byte("Another")) {
			t.Fatalf("message to %s has words from after the freeze:\n%s", a, m)
		}
		if got, want := withoutSlots(m), withoutSlots(first); got != want {
			t.Fatalf("message to %s: got other words than the first reader's:\n%s\n---\n%s", a, got, want)
		}
	}
}

// withoutSlots is a message without what is one reader's own: addresses and
// tokens, wherever the lines are broken.
func withoutSlots(m []byte) string {
	text := strings.NewReplacer("=\r\n", "", "=\n", "", "\r\n ", " ", "\n ", " ").Replace(string(m))
	return slots.ReplaceAllString(text, "*")
}

var slots = regexp.MustCompile(`r\d{5}(@|=40)example\.org|[A-Za-z0-9_.-]{24,}`)

// Whoever is gone when their turn comes is skipped, by whatever way they went,
// and the sum is right all the same (F28).
func TestWhoeverIsGoneInMidSendIsSkipped(t *testing.T) {
	const connections = 4
	for way, statement := range map[string]string{
		"unsubscribed": "UPDATE subscribers SET state = 'unsubscribed' WHERE id >= 's00040'",
		"suppressed":   "UPDATE subscribers SET state = 'suppressed' WHERE id >= 's00040'",
		"pending":      "UPDATE subscribers SET state = 'pending' WHERE id >= 's00040'",
		"erased":       "DELETE FROM subscribers WHERE id >= 's00040'",
	} {
		t.Run(way, func(t *testing.T) {
			n := openNewsroom(t)
			addresses := n.subscribe(200)
			mailed := 0         // of those who are gone, before they were
			var gate sync.Mutex // no other answer while they go, which may have to wait for the database
			n.Relay.watch(func(_ string, total int) {
				gate.Lock()
				defer gate.Unlock()
				if total == 20 {
					n.exec(statement)
					mailed = mailedAmong(n.Relay, addresses[40:])
				}
			})
			r := n.run(mailer.PublishOptions{})
			// Nobody beyond those under way, not even of a window that was open.
			after := mailedAmong(n.Relay, addresses[40:]) - mailed
			if after > connections {
				t.Errorf("mailed after they were gone: got %d, want at most %d", after, connections)
			}
			sent := 40 + mailed + after
			wantFigures(t, r, mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 200, Sent: sent, Skipped: 200 - sent})
			wantOnce(t, n.Relay, addresses[:40])
			var reply string
			if err := n.raw.QueryRow("SELECT reply FROM deliveries WHERE recipient = 's00199'").Scan(&reply); err != nil || reply != way {
				t.Errorf("why the last one was skipped: got %q, %v, want %q", reply, err, way)
			}
		})
	}
}

// mailedAmong counts those who got a mail.
func mailedAmong(r *relay, addresses []string) (mailed int) {
	count := r.count()
	for _, a := range addresses {
		if count[a] > 0 {
			mailed++
		}
	}
	return mailed
}

// When composing or rendering fails at the slot, nothing goes out, not even a
// part; when it works again, all of it does (F32).
func TestFailureAtTheSlotSendsNothingByHalves(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		why   string
		spoil func(n *newsroom)
	}{
		{"the issue cannot be composed", func(n *newsroom) {
			n.Press.Compose = func(context.Context, time.Time, int) (digest.Issue, error) { return digest.Issue{}, broken }
		}},
		{"nothing was collected", func(n *newsroom) {
			n.Press.Compose = func(_ context.Context, slot time.Time, number int) (digest.Issue, error) {
				return digest.Issue{Number: number, Slot: slot}, nil
			}
		}},
		{"the mail of one audience cannot be rendered", func(n *newsroom) { n.Press.Issues = spoiltIssues{n.Press.Issues, broken} }},
	} {
		t.Run(c.why, func(t *testing.T) {
			n := openNewsroom(t)
			addresses := n.subscribe(20)
			n.exec("UPDATE subscribers SET format = 'text' WHERE id >= 's00010'")
			c.spoil(n)
			if r, err := n.Press.Run(ctx, mailer.PublishOptions{}); err == nil {
				t.Fatalf("Run = %+v and no error, want one", r)
			}
			for _, a := range addresses {
				if n.Relay.count()[a] != 0 {
					t.Fatalf("%s got a mail, want none", a)
				}
			}
			n.Press = n.newPress()
			n.Press.Settings.MinItems = 2
			n.run(mailer.PublishOptions{})
			wantOnce(t, n.Relay, addresses)
		})
	}
}

// spoiltIssues cannot render the plain text.
type spoiltIssues struct {
	mailer.Issues
	err error
}

func (s spoiltIssues) FreezeIssue(ctx context.Context, f mailer.Frozen) (bool, error) {
	render := f.Variant
	f.Variant = func(a mailer.Audience) (templates.Content, error) {
		if a.Format == "text" {
			return templates.Content{}, fmt.Errorf("render for %s: %w", a.Name, s.err)
		}
		return render(a)
	}
	return s.Issues.FreezeIssue(ctx, f)
}
