package mailer_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weekward/mailer"
)

// A watched is a ledger that says what the test wants.
type watched struct {
	figures  mailer.Figures
	ended    mailer.Ended
	refusals []mailer.Refusal
}

func (w watched) Figures(context.Context, int) (mailer.Figures, error) { return w.figures, nil }

func (w watched) Ended(context.Context, int, time.Time) (mailer.Ended, error) { return w.ended, nil }

func (w watched) EachRefusal(_ context.Context, _ int, f func(mailer.Refusal)) error {
	for _, r := range w.refusals {
		f(r)
	}
	return nil
}

func TestPaceIsThatOfTheLastMinute(t *testing.T) {
	now := slot.Add(time.Hour)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	for _, c := range []struct {
		why    string
		state  mailer.IssueState
		queued int
		ended  mailer.Ended
		want   string
	}{
		{"a steady minute", mailer.IssueSending, 48_000, mailer.Ended{Count: 841, First: ago(time.Minute)}, "840 a minute, 57 min left"},
		{"begun two seconds ago", mailer.IssueSending, 80_000, mailer.Ended{Count: 20_001, First: ago(2 * time.Second)}, "10000 a second, 8 s left"},
		{"a slow relay", mailer.IssueSending, 100, mailer.Ended{Count: 2, First: ago(50 * time.Second)}, "1 a minute, 1 h 23 min left"},
		{"one alone has no rate", mailer.IssueSending, 100, mailer.Ended{Count: 1, First: ago(time.Second)}, "hardly any ended in the last minute"},
		{"a clock that was set back", mailer.IssueSending, 100, mailer.Ended{Count: 5, First: ago(-time.Hour)}, "hardly any ended in the last minute"},
		{"only deferred ones are left", mailer.IssueSending, 0, mailer.Ended{Count: 5, First: ago(time.Second)}, "all had a try"},
		{"paused", mailer.IssuePaused, 100, mailer.Ended{}, "the presses are stopped"},
		{"sent", mailer.IssueSent, 0, mailer.Ended{}, ""},
	} {
		l := watched{figures: mailer.Figures{Planned: c.queued + c.ended.Count, Queued: c.queued, Sent: c.ended.Count}, ended: c.ended}
		p, err := mailer.ProgressOf(context.Background(), l, mailer.Record{Number: 31, State: c.state}, now)
		if err != nil || p.Pace() != c.want {
			t.Errorf("%s: Pace() = %q, %v, want %q", c.why, p.Pace(), err, c.want)
		}
	}
}

func TestRefusalsAreGroupedByWhatTheyHaveInCommon(t *testing.T) {
	first, second := slot.Add(5*time.Minute), slot.Add(time.Minute)
	l := watched{refusals: []mailer.Refusal{
		{State: mailer.Bounced, Code: 550, Reply: "5.1.1 <ann@example.org>: Recipient address rejected", Count: 1},
		{State: mailer.Deferred, Code: 450, Reply: "4.2.1 mailbox busy (RFC5321) 192.0.2.1 4XyZ1a2b3c4d", Count: 7, Next: first},
		{State: mailer.Bounced, Code: 550, Reply: "5.1.1 <ben@example.org>: Recipient address rejected", Count: 1},
		{State: mailer.Deferred, Code: 450, Reply: "4.2.1 mailbox busy (RFC5321) 192.0.2.1 4XyZ1a9d8e7f", Count: 5, Next: second},
		{State: mailer.Skipped, Reply: "unsubscribed", Count: 3},
		{State: mailer.Sent, Count: 2},
	}}
	p, err := mailer.ProgressOf(context.Background(), l, mailer.Record{Number: 31, State: mailer.IssueSending}, slot)
	if err != nil {
		t.Fatal(err)
	}
	want := []mailer.Refusal{
		{State: mailer.Deferred, Code: 450, Reply: "4.2.1 mailbox busy (RFC5321) 192.0.2.1 …", Count: 12, Next: second},
		{State: mailer.Skipped, Reply: "unsubscribed", Count: 3},
		{State: mailer.Bounced, Code: 550, Reply: "5.1.1 … Recipient address rejected", Count: 2},
	}
	if diff := cmp.Diff(want, p.Refusals); diff != "" {
		t.Errorf("Refusals (-want +got):\n%s", diff)
	}
	if !p.NextTry.Equal(second) || p.Doubtful != 2 {
		t.Errorf("NextTry, Doubtful = %s, %d, want %s, 2", p.NextTry, p.Doubtful, second)
	}
}

func TestAThousandDifferentRefusalsStayAFew(t *testing.T) {
	var l watched
	for i := range 1000 {
		l.refusals = append(l.refusals, mailer.Refusal{State: mailer.Bounced, Code: 500 + i, Reply: "no", Count: 1})
	}
	p, err := mailer.ProgressOf(context.Background(), l, mailer.Record{Number: 31, State: mailer.IssueSent}, slot)
	sum := 0
	for _, r := range p.Refusals {
		sum += r.Count
	}
	if err != nil || len(p.Refusals) > 50 || sum != 1000 {
		t.Errorf("ProgressOf: %d kinds of %d refusals, %v, want at most 50 of 1000", len(p.Refusals), sum, err)
	}
}

// The figures of another process's send are those of its deliveries, with what
// the relay said and who may have it twice.
func TestProgressTellsWhatTheRelaySaid(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(40)
	n.Relay.rcpt = func(to string, try int) error {
		switch to {
		case addresses[4], addresses[5]:
			return says(550, [3]int{5, 1, 1}, "<"+to+"> unknown")
		case addresses[6]:
			return says(450, [3]int{4, 2, 1}, "mailbox busy")
		}
		return nil
	}
	n.exec("UPDATE subscribers SET state = 'unsubscribed' WHERE id = 's00007'")
	n.run(mailer.PublishOptions{})
	n.exec("UPDATE deliveries SET doubts = 1 WHERE recipient = 's00001'") // as after an answer that never came
	p, err := n.Press.Progress(context.Background(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if p.State != mailer.IssueSending || p.Sent != 36 || p.Deferred != 1 || p.Bounced != 2 || p.Doubtful != 1 || p.Ended() != 38 || p.Share() != 97 {
		t.Errorf("Progress(0) = %+v, want 36 of 39 sent, one deferred, two bounced, one doubtful", p)
	}
	if p.PerMinute <= 0 || p.NextTry.Sub(p.AsOf) < 50*time.Second || p.NextTry.Sub(p.AsOf) > time.Minute {
		t.Errorf("Progress(0): %v a minute, next try %s as of %s, want a rate, and a minute to wait", p.PerMinute, p.NextTry, p.AsOf)
	}
	if len(p.Refusals) != 2 || p.Refusals[0].Words() != "550 5.1.1 … unknown" || p.Refusals[0].Count != 2 || p.Refusals[1].Words() != "450 4.2.1 mailbox busy" {
		t.Errorf("Progress(0).Refusals = %+v, want two unknown and one busy", p.Refusals)
	}
	var failed []string
	err = n.Store.EachFailed(context.Background(), 1, func(d mailer.Delivery) error {
		failed = append(failed, d.Recipient+" "+string(d.State)+" "+d.Doubt())
		return nil
	})
	want := []string{"s00001 sent may have come twice", "s00004 bounced ", "s00005 bounced ", "s00006 deferred "}
	if diff := cmp.Diff(want, failed); err != nil || diff != "" {
		t.Errorf("EachFailed(1): %v (-want +got):\n%s", err, diff)
	}
}
