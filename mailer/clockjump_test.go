package mailer_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"weekward/mailer"
)

// One slot is one issue, wherever the clock is set (F09). A leap second that
// is shown twice is a clock set back by one.
func TestSlotSendsOnceWhereverTheClockIsSet(t *testing.T) {
	for _, c := range []struct {
		why  string
		when []time.Duration // after the slot, one run after the other
	}{
		{"back two hours, and on", []time.Duration{time.Minute, time.Minute - 2*time.Hour, time.Minute}},
		{"ahead two days, and back", []time.Duration{time.Minute, 48 * time.Hour, time.Hour}},
		{"ahead before the slot, back, and the slot", []time.Duration{-time.Hour, 2 * time.Minute, -time.Hour, 0}},
		{"a leap second at the slot", []time.Duration{-500 * time.Millisecond, 200 * time.Millisecond, -300 * time.Millisecond, time.Second}},
	} {
		t.Run(c.why, func(t *testing.T) {
			n := openNewsroom(t)
			addresses := n.subscribe(5)
			sent := 0
			for _, after := range c.when {
				n.Clock.Set(slot.Add(after))
				r, err := n.Press.Run(ctx, mailer.PublishOptions{})
				if err == nil {
					sent++
				} else if !errors.As(err, new(*mailer.NotDueError)) {
					t.Errorf("Run %s after the slot = %+v, %v, want it sent or not due", after, r, err)
				}
			}
			if next, err := n.Store.NextIssue(ctx); sent != 1 || err != nil || next != 2 {
				t.Errorf("sent %d times, next issue %d, %v, want one issue sent once", sent, next, err)
			}
			wantOnce(t, n.Relay, addresses)
		})
	}
}

// A clock that jumps in mid-send neither stops the send nor makes anybody's
// claim or time-out run out: those are measured by the running of the process.
func TestClockThatJumpsInMidSendChangesNothing(t *testing.T) {
	for _, jump := range []time.Duration{-2 * time.Hour, 48 * time.Hour, -time.Second} {
		t.Run(jump.String(), func(t *testing.T) {
			n := openNewsroom(t)
			addresses := n.subscribe(150)
			hung := false
			n.Relay.data = hangUpOnce(&hung, 30)
			n.Relay.watch(func(_ string, total int) {
				if total == 25 {
					n.Clock.Set(n.Clock.Now().Add(jump))
				}
			})
			began := time.Now()
			wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 150, Sent: 150})
			wantOnce(t, n.Relay, addresses)
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("the send took %s, want it not to wait for the clock", took)
			}
		})
	}
}

// A mailbox that is put off is tried again, however far the clock has been set
// ahead meanwhile: a day by the clock alone is not a day of trying.
func TestPutOffMailboxOutlivesAClockSetAhead(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(3)
	n.Relay.rcpt = func(to string, try int) error {
		if to == addresses[1] && try <= 2 {
			return says(451, smtp.EnhancedCode{4, 7, 1}, "come back later")
		}
		return nil
	}
	n.run(mailer.PublishOptions{})
	for _, after := range []time.Duration{48 * time.Hour, 48*time.Hour + 2*time.Hour} {
		n.Clock.Set(slot.Add(after))
		n.Press.Run(ctx, mailer.PublishOptions{}) //nolint:errcheck // the relay's count tells
	}
	wantOnce(t, n.Relay, slices.Clone(addresses))
}
