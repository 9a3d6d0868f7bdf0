package mailer_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"weekward/mailer"
	"weekward/mailer/chaos"
)

func TestF12GreylistedReadersGetItLaterAndHoldNobodyUp(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(100)
	s := n.suffer(chaos.Options{Seed: 12}, chaos.Rule{Fault: chaos.Rcpt450, Rate: 0.3, Tries: 3}, chaos.Rule{Fault: chaos.Rcpt451, Tries: 5, To: addresses[0]})
	first := n.run(mailer.PublishOptions{})
	if first.Deferred < 20 || first.Sent+first.Deferred != 100 {
		t.Fatalf("first run: got %+v, want about 30 deferred and the others sent", first)
	}
	// One whom the relay puts off five times is tried 1, 5, 15 and 60 minutes
	// after the last try, and not before.
	at := time.Duration(0)
	for i, wait := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour} {
		n.Clock.Set(slot.Add(time.Minute + at + wait - 10*time.Second))
		n.run(mailer.PublishOptions{})
		if got := len(triesOf(s, addresses[0])); got != i+1 {
			t.Errorf("tries shortly before another %s are over: got %d, want %d", wait, got, i+1)
		}
		at += wait + 20*time.Second
		n.Clock.Set(slot.Add(time.Minute + at))
		n.run(mailer.PublishOptions{})
		if got := len(triesOf(s, addresses[0])); got != i+2 {
			t.Errorf("tries after another %s: got %d, want %d", wait, got, i+2)
		}
	}
	report := n.runToTheEnd()
	wantFigures(t, report, mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 100, Sent: 100})
	if got := wantTally(t, s, addresses, 0); got.Doubles > 0 {
		t.Errorf("doubles: got %d, want none", got.Doubles)
	}
}

// triesOf are the entries of a recipient.
func triesOf(s *chaos.Server, to string) (tries []chaos.Entry) {
	for _, e := range s.Ledger() {
		if e.To == to {
			tries = append(tries, e)
		}
	}
	return tries
}

func TestF13RefusedAddressesBounceAtOnce(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(60)
	s := n.suffer(chaos.Options{}, chaos.Rule{Fault: chaos.Rcpt550, To: addresses[7]}, chaos.Rule{Fault: chaos.RcptFull, To: addresses[23]})
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 60, Sent: 58, Bounced: 2})
	wantTally(t, s, addresses, 2)
	for _, to := range []string{addresses[7], addresses[23]} {
		if got := triesOf(s, to); len(got) != 1 {
			t.Errorf("tries of %s: got %d, want 1", to, len(got))
		}
	}
}

// What all mails share is refused: nobody is to pay for it, and whoever resumes
// too early is told again.
func TestF14RefusedContentOrSenderPausesAndMarksNobody(t *testing.T) {
	for _, fault := range []chaos.Fault{chaos.End554, chaos.End552, chaos.Mail550, chaos.RcptPolicy, chaos.Data554, chaos.Content552} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			n := openNewsroom(t)
			addresses := n.subscribe(100)
			s := n.suffer(chaos.Options{}, chaos.Rule{Fault: fault})
			tries := 0
			for range 2 {
				report, err := n.Press.Run(context.Background(), mailer.PublishOptions{})
				as[*mailer.RefusedError](t, err)
				wantFigures(t, report, mailer.Report{Issue: 1, State: mailer.IssuePaused, Planned: 100, Queued: 100})
				got := s.Tally(addresses).Refused
				if got-tries > 20 {
					t.Errorf("refused tries before the pause: got %d, want at most 20", got-tries)
				}
				tries = got
				if err := n.Press.Resume(context.Background(), 1); err != nil {
					t.Fatal(err)
				}
			}
			s.Change()
			wantFigures(t, n.runToTheEnd(), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 100, Sent: 100})
			wantTally(t, s, addresses, 0)
		})
	}
}

// A sender that stays pauses again when an issue is resumed too early.
func TestF14ResumedTooEarlyIsPausedAgainByTheSameSender(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(200)
	s := n.suffer(chaos.Options{}, chaos.Rule{Fault: chaos.End554})
	n.run(mailer.PublishOptions{Leave: true})
	ctx, stop := context.WithCancel(context.Background())
	var serving sync.WaitGroup
	serving.Go(func() { n.Press.Sender.Serve(ctx, nil) })
	defer serving.Wait()
	defer stop()
	paused := func() bool {
		r, err := n.Store.Issue(context.Background(), 1)
		return err == nil && r.State == mailer.IssuePaused
	}
	for range 3 {
		waitFor(t, "the pause", paused)
		if err := n.Press.Resume(context.Background(), 1); err != nil {
			t.Fatal(err)
		}
	}
	waitFor(t, "the last pause", paused)
	if got := s.Tally(addresses).Refused; got > 4*20 {
		t.Errorf("refused tries before four pauses: got %d, want at most 80", got)
	}
}

// waitFor waits until something is so.
func waitFor(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !so(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited 20 s for %s", what)
		}
	}
}

// A relay that means no two of its refusals alike does not keep us busy.
func TestF14ManyKindsOfRefusalPauseToo(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(100)
	count := 0
	var mu sync.Mutex
	n.Relay.rcpt = func(string, int) error {
		mu.Lock()
		defer mu.Unlock()
		count++
		return says(550, [3]int{5, 7, count}, "for another reason")
	}
	report, err := n.Press.Run(context.Background(), mailer.PublishOptions{})
	as[*mailer.RefusedError](t, err)
	wantFigures(t, report, mailer.Report{Issue: 1, State: mailer.IssuePaused, Planned: 100, Queued: 100})
	if count > 30 {
		t.Errorf("refused tries: got %d, want the pause after about 20", count)
	}
}

func TestF14RefusedLoginEndsTheSendAndMarksNobody(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(50)
	s := n.sufferInSecret(chaos.Rule{Fault: chaos.Auth535})
	report, err := n.Press.Run(context.Background(), mailer.PublishOptions{})
	if e := as[*mailer.RefusedError](t, err); e.Err.Code != 535 {
		t.Errorf("RefusedError: got %v, want the relay's 535", e)
	}
	wantFigures(t, report, mailer.Report{Issue: 1, State: mailer.IssueSending, Planned: 50, Queued: 50})
	if got := s.Accepted(); got > 8 {
		t.Errorf("logins tried: got %d, want a handful", got)
	}
	s.Change(chaos.Rule{Fault: chaos.Auth454, Tries: s.Accepted() + 2}) // and then for a moment it cannot look up passwords
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 50, Sent: 50})
	wantTally(t, s, addresses, 0)
}

func TestF15BusyRelayIsReachedAgainWithoutDoubles(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(150)
	s := n.suffer(chaos.Options{Seed: 15},
		chaos.Rule{Fault: chaos.Greet421, Tries: 3}, chaos.Rule{Fault: chaos.Mail421, Rate: 0.03, Tries: 2}, chaos.Rule{Fault: chaos.Rcpt421, Rate: 0.03, Tries: 2},
		chaos.Rule{Fault: chaos.End421, Rate: 0.03, Tries: 2}, chaos.Rule{Fault: chaos.EndThen421, Rate: 0.1})
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 150, Sent: 150})
	if got := wantTally(t, s, addresses, 0); got.Doubles > 0 {
		t.Errorf("doubles: got %d, want none", got.Doubles)
	}
}

func TestF16LostAnswersAreAskedForOnceMoreAndCounted(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(80)
	s := n.suffer(chaos.Options{Seed: 16}, chaos.Rule{Fault: chaos.EndDrop, Rate: 0.1, Tries: 1}, chaos.Rule{Fault: chaos.EndGarbage, Rate: 0.1, Tries: 1},
		chaos.Rule{Fault: chaos.EndHang, To: addresses[40]})
	report := n.run(mailer.PublishOptions{})
	wantFigures(t, report, mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 80, Sent: 79, Uncertain: 1})
	got := wantTally(t, s, addresses, 0)
	if got.Doubts < 8 || got.Doubles == 0 {
		t.Errorf("the relay's ledger: got %s, want some ten doubts", got)
	}
	if got := triesOf(s, addresses[40]); len(got) != 2 {
		t.Errorf("tries of one that is never answered: got %d, want 2: %+v", len(got), got)
	}
	if listed := n.doubtful(); len(listed) != doubtful(s) {
		t.Errorf("readers who may have it twice: got %d listed, want %d", len(listed), doubtful(s))
	}
}

// doubtful are the IDs of those whom the ledger lists as maybe mailed twice.
func (n *newsroom) doubtful() (ids []string) {
	n.t.Helper()
	rows, err := n.raw.Query("SELECT recipient FROM deliveries WHERE doubts > 0 ORDER BY recipient")
	if err != nil {
		n.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			n.t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

// doubtful is how many readers a relay left without an answer.
func doubtful(s *chaos.Server) int {
	left := make(map[string]bool)
	for _, e := range s.Ledger() {
		if e.Taken && e.Code == 0 {
			left[e.To] = true
		}
	}
	return len(left)
}

func TestF16LostAnswersAreHeldWhenDoublesAreUnwelcome(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(80)
	s := n.suffer(chaos.Options{Seed: 16}, chaos.Rule{Fault: chaos.EndDrop, Rate: 0.1})
	n.Press.Sender.OnUncertain = mailer.Hold
	report := n.run(mailer.PublishOptions{})
	got := wantTally(t, s, addresses, 0)
	if got.Doubles > 0 || got.Doubts == 0 || report.Uncertain != got.Doubts || report.Sent+report.Uncertain != 80 {
		t.Errorf("report %+v of %s: want no doubles and each doubt uncertain", report, got)
	}
}

func TestF17CutContentIsSentAgain(t *testing.T) {
	for name, rules := range map[string][]chaos.Rule{
		"cut, reset or answered too early": {
			{Fault: chaos.ContentDrop, Rate: 0.1, Tries: 3}, {Fault: chaos.ContentReset, Rate: 0.1, Tries: 3}, {Fault: chaos.Premature, Rate: 0.1, Tries: 2},
		},
		"and for one reader three times in a row": {{Fault: chaos.ContentDrop, Tries: 3, To: "r00004@example.org"}, {Fault: chaos.ContentReset, Tries: 3, To: "r00007@example.org"}},
	} {
		t.Run(name, func(t *testing.T) {
			n := openNewsroom(t)
			addresses := n.subscribe(100)
			s := n.suffer(chaos.Options{Seed: 17}, rules...)
			wantFigures(t, n.runToTheEnd(), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 100, Sent: 100})
			if got := wantTally(t, s, addresses, 0); got.Doubles > 0 || got.Refused == 0 {
				t.Errorf("the relay's ledger: got %s, want no doubles and some broken off", got)
			}
		})
	}
}

func TestF18WithoutTLSNothingGoesOutAndTheSendWaits(t *testing.T) {
	for _, fault := range []chaos.Fault{chaos.TLSGone, chaos.TLSRefused, chaos.TLSBreak, chaos.TLSBad, chaos.TLSHang} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			n := openNewsroom(t)
			addresses := n.subscribe(20)
			s := n.sufferInSecret(chaos.Rule{Fault: fault})
			n.Press.Sender.Patience = 150 * time.Millisecond
			report, err := n.Press.Run(context.Background(), mailer.PublishOptions{})
			var e *mailer.DeliveryError
			if !errors.As(err, &e) || e.Stage != mailer.StageConnect || e.Permanent {
				t.Errorf("Run: got %v, want that it gave up for now at connecting", err)
			}
			wantFigures(t, report, mailer.Report{Issue: 1, State: mailer.IssueSending, Planned: 20, Queued: 20})
			if !strings.HasPrefix(report.Reason, "waits for the relay: connect: ") {
				t.Errorf("what the editor is told: got %q, want why it waits", report.Reason)
			}
			if got := s.InTheClear(); len(got) > 0 {
				t.Errorf("commands without TLS: got %q, want none but EHLO, HELO, STARTTLS and QUIT", got)
			}
			s.Change()
			report = n.run(mailer.PublishOptions{})
			if report.Reason != "" {
				t.Errorf("the reason to wait, after it: got %q, want none", report.Reason)
			}
			wantFigures(t, report, mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 20, Sent: 20})
			wantTally(t, s, addresses, 0)
		})
	}
}

// An hour by a clock of this test's own: the relay refuses connections, and is
// asked rarely; when it is back, everybody gets the issue, once.
func TestF19RelayThatIsDownForAnHourIsNotRushed(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(30)
	s := n.suffer(chaos.Options{})
	n.run(mailer.PublishOptions{Leave: true})
	s.Down()
	count := &counted{Transport: n.Press.Sender.Transport}
	n.Press.Sender.Transport, n.Press.Sender.Step, n.Press.Sender.Patience = count, time.Second, 0
	synctest.Test(t, func(t *testing.T) {
		n.Clock.Set(slot.Add(time.Minute)) // the bubble's own time from here on
		ctx, stop := context.WithCancel(t.Context())
		var serving sync.WaitGroup
		serving.Go(func() { n.Press.Sender.Serve(ctx, nil) })
		time.Sleep(time.Hour)
		if r, err := n.Press.Status(ctx, 1); err != nil || !strings.HasPrefix(r.Reason, "waits for the relay: connect: ") {
			t.Errorf("status in the meantime: got %+v, %v, want that it waits for the relay", r, err)
		}
		if got := count.tries(); got > 120 || got < 30 {
			t.Errorf("tries in an hour: got %d, want 30 to 120: one a minute in the end", got)
		}
		if err := s.Up(); err != nil {
			t.Error(err)
		}
		time.Sleep(2 * time.Minute)
		if r, err := n.Press.Status(ctx, 1); err != nil || r.Reason != "" {
			t.Errorf("status afterwards: got %+v, %v, want no reason to wait", r, err)
		}
		stop()
		serving.Wait()
	})
	if got := wantTally(t, s, addresses, 0); got.Doubles > 0 {
		t.Errorf("doubles: got %d, want none", got.Doubles)
	}
}

// counted counts how often a transport is opened.
type counted struct {
	mailer.Transport
	mu    sync.Mutex
	opens int
}

func (c *counted) Open(ctx context.Context) (mailer.Conn, error) {
	c.mu.Lock()
	c.opens++
	c.mu.Unlock()
	return c.Transport.Open(ctx)
}

func (c *counted) tries() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.opens
}

// A relay says how much it takes only by refusing more.
func TestF20RelayWithALimitIsSoonAskedNoMoreThanItTakes(t *testing.T) {
	for name, o := range map[string]chaos.Options{
		"messages a minute":               {PerMinute: 100, Minute: 500 * time.Millisecond},
		"messages over one connection":    {PerConnection: 7},
		"one message over one connection": {PerConnection: 1},
		"connections":                     {Connections: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := openNewsroom(t)
			addresses := n.subscribe(400)
			s := n.suffer(o)
			n.Press.Sender.Step = 20 * time.Millisecond
			wantFigures(t, n.runToTheEnd(), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 400, Sent: 400})
			got := wantTally(t, s, addresses, 0)
			if refused := got.Refused + s.TurnedAway(); got.Doubles > 0 || refused*5 > got.Taken+refused {
				t.Errorf("the relay's ledger: got %s and %d connections turned away, want no doubles and less than a fifth of the tries refused", got, s.TurnedAway())
			}
		})
	}
}

// One reader's mail, or one reader, makes the relay fail each time: the others
// get theirs at once, and this one ends, too.
func TestF29PoisonedDeliveryEndsAndTheRestIsSentAtOnce(t *testing.T) {
	faults := []chaos.Fault{chaos.RcptPolicy, chaos.ContentReset, chaos.End554, chaos.EndHang}
	if os.Getenv(everyFault) != "" {
		faults = append(faults, chaos.Mail421, chaos.Mail451, chaos.Mail550, chaos.Rcpt421, chaos.Rcpt451, chaos.RcptDrop, chaos.Data451, chaos.Data554,
			chaos.ContentDrop, chaos.Content552, chaos.Premature, chaos.End421, chaos.End451, chaos.EndDrop, chaos.EndGarbage)
	}
	for _, fault := range faults {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			n := openNewsroom(t)
			addresses := n.subscribe(40)
			s := n.suffer(chaos.Options{}, chaos.Rule{Fault: fault, To: addresses[11]})
			n.Press.Sender.Step = time.Millisecond
			report := n.run(mailer.PublishOptions{})
			if report.Sent != 39 {
				t.Errorf("first run: got %+v, want all but one sent", report)
			}
			if report.State != mailer.IssueSent {
				report = n.runToTheEnd()
			}
			if report.Sent != 39 || report.Bounced+report.Uncertain != 1 {
				t.Errorf("in the end: got %+v, want the others sent and one ended without", report)
			}
			if got := len(triesOf(s, addresses[11])); got > 90 {
				t.Errorf("tries of the poisoned one: got %d, want at most 90", got)
			}
		})
	}
}

// The rates that the fault benchmarks of sending tools are run with, over a
// list that is shorter.
func TestEverybodyGetsItOverABadLine(t *testing.T) {
	for name, c := range map[string]struct {
		rules   []chaos.Rule
		doubles bool // there may be some, one for a lost answer
	}{
		"a twentieth put off, a fiftieth cut":          {[]chaos.Rule{{Fault: chaos.Rcpt451, Rate: 0.05}, {Fault: chaos.ContentDrop, Rate: 0.02}}, false},
		"a twentieth put off, a fiftieth not answered": {[]chaos.Rule{{Fault: chaos.Rcpt451, Rate: 0.05}, {Fault: chaos.EndDrop, Rate: 0.02}}, true},
		"a third greylisted":                           {[]chaos.Rule{{Fault: chaos.Rcpt450, Rate: 0.3}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := openNewsroom(t)
			addresses := n.subscribe(400)
			s := n.suffer(chaos.Options{Seed: 1}, c.rules...)
			wantFigures(t, n.runToTheEnd(), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 400, Sent: 400})
			got := wantTally(t, s, addresses, 0)
			if (got.Doubles > 0) != c.doubles || got.Refused == 0 {
				t.Errorf("the relay's ledger: got %s, want doubles %v", got, c.doubles)
			}
			if listed := n.doubtful(); len(listed) < doubtful(s) {
				t.Errorf("readers who may have it twice: got %d listed, want all %d", len(listed), doubtful(s))
			}
		})
	}
}
