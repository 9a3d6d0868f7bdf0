package mailer_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"weekward/digest"
	"weekward/mailer"
)

// move gives the subscribers with an even number another domain.
func (n *newsroom) move(domain string) {
	n.exec("UPDATE subscribers SET email = REPLACE(email, '@example.org', '@" + domain + "'), email_key = REPLACE(email_key, '@example.org', '@" + domain + `')
		WHERE id LIKE '%0' OR id LIKE '%2' OR id LIKE '%4' OR id LIKE '%6' OR id LIKE '%8'`)
}

// count counts what the relay was asked for, and took, for a domain.
func (r *relay) countDomain(domain string) (tried, taken int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for to, k := range r.tries {
		if strings.HasSuffix(to, "@"+domain) {
			tried += k
		}
	}
	for to, k := range r.taken {
		if strings.HasSuffix(to, "@"+domain) {
			taken += len(k)
		}
	}
	return tried, taken
}

func TestDomainThatPutsMailOffHoldsNobodyElseUp(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(600)
	n.move("busy.example.org")
	n.Relay.rcpt = func(to string, _ int) error {
		if strings.HasSuffix(to, "@busy.example.org") {
			return says(450, smtp.EnhancedCode{4, 7, 1}, "too many messages to this domain")
		}
		return nil
	}
	n.Press.Sender.Patience = time.Nanosecond // nobody waits for the domain here
	r := n.run(mailer.PublishOptions{})
	wantFigures(t, r, mailer.Report{Issue: 1, State: mailer.IssueSending, Planned: 600, Sent: 300, Deferred: 300})
	if tried, _ := n.Relay.countDomain("busy.example.org"); tried > 40 {
		t.Errorf("tries of a domain that puts everybody off: got %d of 300, want some 10", tried)
	}

	n.Relay.mu.Lock()
	n.Relay.rcpt = nil
	n.Relay.mu.Unlock()
	n.Clock.Set(slot.Add(20 * time.Minute))
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 600, Sent: 600})
}

func TestLimitOfADomainHoldsNobodyElseUp(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(200)
	n.move("slow.example.org")
	n.Press.Sender.PerDomain = map[string]int{"slow.example.org": 60}
	ctx, stop := context.WithTimeout(context.Background(), 1500*time.Millisecond)
	defer stop()
	n.Press.Run(ctx, mailer.PublishOptions{}) //nolint:errcheck // it is stopped
	if _, taken := n.Relay.countDomain("example.org"); taken != 100 {
		t.Errorf("mails to others in 1.5 s: got %d, want all 100", taken)
	}
	if _, taken := n.Relay.countDomain("slow.example.org"); taken < 1 || taken > 4 {
		t.Errorf("mails to a domain with 60 a minute in 1.5 s: got %d, want 2 or 3", taken)
	}
}

// Three processes after one another, and four at once, keep to one rate.
func TestRateIsKeptOverRestartsAndBySeveralProcesses(t *testing.T) {
	t.Parallel() // it mostly waits
	n := openNewsroom(t)
	n.subscribe(300)
	const perMinute = 600
	began := time.Now()
	for range 3 {
		n.Press = n.newPress()
		n.Press.Sender.PerMinute, n.Press.Sender.Meter = perMinute, n.Store
		ctx, stop := context.WithTimeout(context.Background(), 50*time.Millisecond)
		n.Press.Run(ctx, mailer.PublishOptions{}) //nolint:errcheck // it is stopped
		stop()
	}
	var wg sync.WaitGroup
	ctx, stop := context.WithTimeout(context.Background(), 1500*time.Millisecond)
	defer stop()
	for range 4 {
		p := n.newPress()
		p.Sender.PerMinute, p.Sender.Meter = perMinute, n.Store
		wg.Go(func() { p.Run(ctx, mailer.PublishOptions{}) }) //nolint:errcheck // it is stopped
	}
	wg.Wait()
	took := time.Since(began)
	if _, taken := n.Relay.countDomain("example.org"); taken < 1 || taken > int(took.Minutes()*perMinute)+2 {
		t.Errorf("mails in %s at %d a minute: got %d, want at most %d", took, perMinute, taken, int(took.Minutes()*perMinute)+2)
	}
}

func TestWarmupSpreadsAnIssueOverDays(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(20)
	for i, id := range []string{"s00007", "s00003", "s00011"} { // the first to confirm
		n.exec("UPDATE subscribers SET confirmed_at = $2 WHERE id = $1", id, "2025-01-0"+string(rune('1'+i))+" 00:00:00+00:00")
	}
	warmup := mailer.Warmup{Days: []int{3, 5}, Address: "digest@example.org",
		Schedule: digest.Schedule{Weekday: time.Tuesday, Hour: 7, Location: time.UTC}}
	start := func(at time.Time) mailer.Report {
		n.Clock.Set(at)
		n.Press = n.newPress() // each time another process
		n.Press.Sender.Warmup, n.Press.Sender.Meter = warmup, n.Store
		return n.run(mailer.PublishOptions{})
	}
	today := slot.Add(time.Minute)
	wantFigures(t, start(today), mailer.Report{Issue: 1, State: mailer.IssueSending, Planned: 20, Sent: 3, Deferred: 17})
	for _, to := range []string{"r00007@example.org", "r00003@example.org", "r00011@example.org"} {
		if n.Relay.count()[to] != 1 {
			t.Errorf("%s, who confirmed among the first: got %d mails on the first day, want 1", to, n.Relay.count()[to])
		}
	}
	wantFigures(t, start(today.Add(time.Hour)), mailer.Report{Issue: 1, State: mailer.IssueSending, Planned: 20, Sent: 3, Deferred: 17})
	if s, err := n.Press.Sender.Warming(context.Background(), today); err != nil || s != (mailer.WarmupStanding{Day: 1, Of: 2, Begun: 3, Most: 3}) {
		t.Errorf("Warming on the first day = %+v, %v, want day 1 of 2, 3 of 3", s, err)
	}
	// Nothing runs on Wednesday, and its mails do not go on top of Thursday's.
	wantFigures(t, start(today.AddDate(0, 0, 2)), mailer.Report{Issue: 1, State: mailer.IssueSending, Planned: 20, Sent: 8, Deferred: 12})
	wantFigures(t, start(today.AddDate(0, 0, 3)), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 20, Sent: 20})
}

func TestExpectationSaysHowLongAndOverWhichDays(t *testing.T) {
	n := openNewsroom(t)
	s := n.Press.Sender
	s.PerMinute, s.Meter = 60, n.Store
	e, err := s.Expect(context.Background(), 4212, slot)
	if got, want := e.Duration(), "about 70 minutes at 60 a minute"; err != nil || got != want || e.Days != nil {
		t.Errorf("Expect(4212) = %q over %v, %v, want %q on one day", got, e.Days, err, want)
	}
	s.Warmup = mailer.Warmup{Days: []int{50, 100}, Schedule: digest.Schedule{Hour: 7, Location: time.UTC}}
	e, err = s.Expect(context.Background(), 4212, slot)
	want := []mailer.Ration{{Count: 50}, {Count: 100, DueAt: slot.AddDate(0, 0, 1)}, {Count: 4062, DueAt: slot.AddDate(0, 0, 2)}}
	if err != nil || len(e.Days) != 3 || e.Days[0] != want[0] || e.Days[1] != want[1] || e.Days[2] != want[2] || e.Duration() != "about a minute at 60 a minute" {
		t.Errorf("Expect(4212) of a new address = %+v, %q, %v, want %+v", e.Days, e.Duration(), err, want)
	}
	s.PerMinute, s.Warmup = 0, mailer.Warmup{}
	if e, err = s.Expect(context.Background(), 4212, slot); err != nil || e.Duration() != "" {
		t.Errorf("Expect without a rate = %q, %v, want nothing, because only the relay knows", e.Duration(), err)
	}
}
