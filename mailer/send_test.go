package mailer_test

import (
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"weekward/mailer"
)

func TestThousandRecipientsGetItExactlyOnce(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(1000)
	began := time.Now()
	report := n.run(mailer.PublishOptions{})
	t.Logf("1,000 recipients in %s: %.0f a second", time.Since(began).Round(time.Millisecond), 1000/time.Since(began).Seconds())
	wantFigures(t, report, mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 1000, Sent: 1000})
	wantOnce(t, n.Relay, addresses)
	if n.Relay.mostOpen > 4 {
		t.Errorf("connections at once: got %d, want at most 4", n.Relay.mostOpen)
	}
}

func TestSendTwiceMailsOnce(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(20)
	n.run(mailer.PublishOptions{})
	report, err := n.Press.Run(context.Background(), mailer.PublishOptions{})
	as[*mailer.NotDueError](t, err)
	wantFigures(t, report, mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 20, Sent: 20})
	wantOnce(t, n.Relay, addresses)
}

func TestTwoSendersAtOnceMailOnce(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(400)
	var wg sync.WaitGroup
	reports := make([]mailer.Report, 3)
	for i := range reports {
		press := n.newPress()
		wg.Go(func() {
			var err error
			if reports[i], err = press.Run(context.Background(), mailer.PublishOptions{}); err != nil {
				t.Errorf("Run in process %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	for _, r := range reports {
		wantFigures(t, r, mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 400, Sent: 400})
	}
	wantOnce(t, n.Relay, addresses)
}

func TestGreylistedIsTriedAgainAndHoldsNobodyUp(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(30)
	n.Relay.rcpt = func(to string, try int) error {
		if try == 1 && strings.HasSuffix(to, "0@example.org") {
			return says(451, smtp.EnhancedCode{4, 7, 1}, "greylisted, come back later")
		}
		return nil
	}
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSending, Planned: 30, Sent: 27, Deferred: 3})
	n.Clock.Set(slot.Add(3 * time.Minute))
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 30, Sent: 30})
	wantOnce(t, n.Relay, addresses)
}

func TestGreylistedForADayIsGivenUp(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(1)
	n.Relay.rcpt = func(string, int) error { return says(450, smtp.EnhancedCode{4, 2, 1}, "mailbox busy") }
	at := slot.Add(time.Minute)
	for tries := 1; ; tries++ {
		n.Clock.Set(at)
		report := n.run(mailer.PublishOptions{})
		if report.Bounced == 1 {
			if tries < 20 || at.Sub(slot) < 22*time.Hour || at.Sub(slot) > 25*time.Hour {
				t.Errorf("given up after %d tries and %s, want about 26 tries and a day", tries, at.Sub(slot))
			}
			break
		}
		if tries > 40 {
			t.Fatalf("report after 40 tries: %+v, want it given up", report)
		}
		at = at.Add(time.Hour + time.Minute)
	}
}

func TestUnknownMailboxBouncesAtOnce(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(10)
	n.Relay.rcpt = func(to string, _ int) error {
		if to == "r00003@example.org" {
			return says(550, smtp.EnhancedCode{5, 1, 1}, "no such user here")
		}
		return nil
	}
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 10, Sent: 9, Bounced: 1})
	if got := n.Relay.triesOf("r00003@example.org"); got != 1 {
		t.Errorf("tries of a mailbox that is not there: got %d, want 1", got)
	}
	var bounced []mailer.Delivery
	err := n.Store.EachDelivery(context.Background(), 1, []mailer.State{mailer.Bounced}, func(d mailer.Delivery) error {
		bounced = append(bounced, d)
		return nil
	})
	if err != nil || len(bounced) != 1 || bounced[0].Recipient != "s00003" || bounced[0].Code != 550 || !strings.Contains(bounced[0].Reply, "no such user") {
		t.Errorf("EachDelivery(bounced) = %+v, %v, want s00003 with the relay's words", bounced, err)
	}
}

// A policy reply at RCPT is about us: with it a whole list would be thrown
// away because a login was forgotten.
func TestRefusedContentPausesAndBouncesNobody(t *testing.T) {
	for name, misbehave := range map[string]func(*relay){
		"content": func(r *relay) {
			r.data = func(_ net.Conn, _ string, body io.Reader, _ int) error {
				io.Copy(io.Discard, body)
				return says(554, smtp.EnhancedCode{5, 7, 1}, "content rejected")
			}
		},
		"sender": func(r *relay) {
			r.from = func(string) error { return says(550, smtp.EnhancedCode{5, 7, 1}, "sender not allowed") }
		},
		"relaying": func(r *relay) {
			r.rcpt = func(string, int) error { return says(554, smtp.EnhancedCode{5, 7, 1}, "relay access denied") }
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := openNewsroom(t)
			addresses := n.subscribe(100)
			misbehave(n.Relay)
			report, err := n.Press.Run(context.Background(), mailer.PublishOptions{})
			if e := as[*mailer.RefusedError](t, err); e.Issue != 1 {
				t.Errorf("refused issue: got %d, want 1", e.Issue)
			}
			wantFigures(t, report, mailer.Report{Issue: 1, State: mailer.IssuePaused, Planned: 100, Queued: 100})
			if tries := n.Relay.allTries(); tries > 20 {
				t.Errorf("refused tries: got %d, want at most 20", tries)
			}
			_, err = n.Press.Run(context.Background(), mailer.PublishOptions{})
			as[*mailer.PausedError](t, err)

			n.Relay.mu.Lock()
			n.Relay.data, n.Relay.from, n.Relay.rcpt = nil, nil, nil
			n.Relay.mu.Unlock()
			if err := n.Press.Resume(context.Background(), 1); err != nil {
				t.Fatal(err)
			}
			wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 100, Sent: 100})
			wantOnce(t, n.Relay, addresses)
		})
	}
}

func TestOneMessageThatIsAlwaysRefusedDoesNotStopTheRest(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(50)
	n.Relay.data = func(_ net.Conn, to string, body io.Reader, _ int) error {
		if to == "r00000@example.org" {
			io.Copy(io.Discard, body)
			return says(554, smtp.EnhancedCode{5, 6, 0}, "this one I do not like")
		}
		return nil
	}
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 50, Sent: 49, Bounced: 1})
}

func TestRelayThatHangsUpInMidMessage(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(40)
	n.Relay.data = func(conn net.Conn, to string, body io.Reader, try int) error {
		if try == 1 && strings.HasSuffix(to, "5@example.org") {
			io.ReadFull(body, make([]byte, 200))
			conn.Close()
			return io.ErrUnexpectedEOF
		}
		return nil
	}
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 40, Sent: 40})
	wantOnce(t, n.Relay, addresses)
}

// hangUpAfter takes the first message to some and never says so. One that was
// announced and withdrawn is no message.
func hangUpAfter(r *relay) func(net.Conn, string, io.Reader, int) error {
	return func(conn net.Conn, to string, body io.Reader, _ int) error {
		if !strings.HasSuffix(to, "7@example.org") {
			return nil
		}
		s := &relaySession{relay: r, to: to}
		if err := s.take(body); err != nil {
			return err
		}
		if r.count()[to] > 1 {
			return errTaken
		}
		conn.Close()
		return io.ErrUnexpectedEOF
	}
}

func TestUnansweredMessageIsSentOnceMoreWithTheSameBytes(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(40) // four of them end in 7
	n.Relay.data = hangUpAfter(n.Relay)
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 40, Sent: 40})
	if got := n.Relay.doubles(); got != 4 {
		t.Errorf("doubles: got %d, want 4, one for each answer that never came", got)
	}
	n.Relay.sameBytes(t)
}

func TestUnansweredMessageIsHeldWhenDoublesAreUnwelcome(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(40)
	n.Press.Sender.OnUncertain = mailer.Hold
	n.Relay.data = hangUpAfter(n.Relay)
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 40, Sent: 36, Uncertain: 4})
	if got := n.Relay.doubles(); got != 0 {
		t.Errorf("doubles: got %d, want none", got)
	}
}

func TestSilenceAfterTheLastOctetIsADoubt(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(3)
	n.Press.Sender.Transport.(*mailer.SMTP).Answer = 300 * time.Millisecond
	var asked atomic.Bool
	n.Relay.data = func(_ net.Conn, to string, body io.Reader, _ int) error {
		if asked.Swap(true) {
			return nil
		}
		(&relaySession{relay: n.Relay, to: to}).take(body)
		time.Sleep(600 * time.Millisecond)
		return errTaken
	}
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 3, Sent: 3})
	n.Relay.sameBytes(t)
	if got := n.Relay.doubles(); got != 1 {
		t.Errorf("doubles: got %d, want 1", got)
	}
}

func TestBusyRelayIsReachedAgain(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(60)
	var mu sync.Mutex
	mails := 0
	n.Relay.from = func(string) error {
		mu.Lock()
		defer mu.Unlock()
		if mails++; mails%7 == 0 {
			return says(421, smtp.EnhancedCode{4, 7, 0}, "too busy, closing")
		}
		return nil
	}
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 60, Sent: 60})
	wantOnce(t, n.Relay, addresses)
}

func TestRelayThatIsDownIsNotRushed(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(10)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	tries := 0
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			tries++
			mu.Unlock()
			c.Close()
		}
	}()
	defer listener.Close()
	n.Press.Sender = newSender(t, n.Store, "smtp://"+listener.Addr().String(), n.Clock.Now)
	n.Press.Sender.Step, n.Press.Sender.Patience = 100*time.Millisecond, 600*time.Millisecond
	report, err := n.Press.Run(context.Background(), mailer.PublishOptions{})
	if err == nil || !strings.Contains(err.Error(), "given up after") {
		t.Errorf("Run with a dead relay: got %v, want that it gave up", err)
	}
	wantFigures(t, report, mailer.Report{Issue: 1, State: mailer.IssueSending, Planned: 10, Queued: 10})
	mu.Lock()
	defer mu.Unlock()
	if tries < 2 || tries > 8 {
		t.Errorf("tries in 0.6 s with a first step of 0.1 s: got %d, want 2 to 8", tries)
	}
}

func TestWhoeverJoinsInMidSendWaitsForTheNextIssue(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(50)
	var once sync.Once
	n.Relay.watch(func(string, int) {
		once.Do(func() {
			n.exec(`INSERT INTO subscribers (id, email, email_key, state, created_at, confirmed_at)
				VALUES ('new', 'new@example.org', 'new@example.org', 'active', '2026-03-03 07:01:00+00:00', '2026-03-03 07:01:00+00:00')`)
		})
	})
	n.run(mailer.PublishOptions{})
	wantOnce(t, n.Relay, addresses)
	if got := n.Relay.count()["new@example.org"]; got != 0 {
		t.Errorf("mails to who joined in mid-send: got %d, want 0", got)
	}
}

func TestStoppedSendGoesOnWithoutDoubles(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(300)
	for _, stopAt := range []int{20, 90, 200} {
		ctx, stop := context.WithCancel(context.Background())
		n.Relay.watch(func(_ string, total int) {
			if total >= stopAt {
				stop()
			}
		})
		report, err := n.Press.Run(ctx, mailer.PublishOptions{})
		if ctx.Err() == nil || err == nil {
			t.Fatalf("Run stopped at %d: got %+v and no error, want the context's", stopAt, report)
		}
		stop()
	}
	n.Relay.watch(nil)
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 300, Sent: 300})
	wantOnce(t, n.Relay, addresses)
}

func TestPauseStopsThePressesAndResumeGoesOn(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(200)
	var once sync.Once
	n.Relay.watch(func(string, int) {
		once.Do(func() {
			if err := n.Press.Pause(context.Background(), 1); err != nil {
				t.Error(err)
			}
		})
	})
	report := n.run(mailer.PublishOptions{})
	if report.State != mailer.IssuePaused || report.Sent > 10 || report.Sent+report.Queued != 200 {
		t.Errorf("report: got %+v, want it paused after the first few", report)
	}
	if err := n.Press.Resume(context.Background(), 1); err != nil {
		t.Fatal(err)
	}
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 200, Sent: 200})
	wantOnce(t, n.Relay, addresses)
}

// A relay that lets ten through and then says "later" to everybody for a
// while is not asked about the whole list meanwhile.
func TestRelayWithALimitIsNotRushed(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(200)
	var mu sync.Mutex
	passed, refused := 0, 0
	until := time.Time{}
	n.Relay.rcpt = func(string, int) error {
		mu.Lock()
		defer mu.Unlock()
		if time.Now().Before(until) {
			refused++
			return says(451, smtp.EnhancedCode{4, 7, 1}, "too many messages, slow down")
		}
		if passed++; passed%50 == 0 {
			until = time.Now().Add(50 * time.Millisecond)
		}
		return nil
	}
	n.Press.Sender.Step = 25 * time.Millisecond
	r := n.run(mailer.PublishOptions{})
	mu.Lock()
	defer mu.Unlock()
	// An envelope that was spoken ahead and withdrawn is refused, too.
	if r.Sent+r.Deferred != 200 || refused < r.Deferred || refused > 70 {
		t.Errorf("report: got %+v with %d refused tries, want at most 70 put off and the rest sent", r, refused)
	}
}

func TestRateHoldsOverAllConnections(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(6)
	n.Press.Sender.PerMinute = 600 // one in 100 ms
	began := time.Now()
	n.run(mailer.PublishOptions{})
	if took := time.Since(began); took < 450*time.Millisecond {
		t.Errorf("6 messages at 600 a minute: took %s, want 500 ms", took)
	}
}
