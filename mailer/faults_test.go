package mailer_test

import (
	"context"
	"crypto/tls"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"weekward/mailer"
	"weekward/mailer/chaos"
)

// silent are the faults that end only when somebody has enough.
var silent = []chaos.Fault{
	chaos.GreetHang, chaos.GreetGarbage, chaos.HelloHang, chaos.TLSHang, chaos.TLSBreak, chaos.AuthHang, chaos.MailHang, chaos.RcptHang, chaos.DataHang,
	chaos.ContentStall, chaos.EndHang,
}

// suffer gives the newsroom a relay that misbehaves, and a sender that loses
// no time with it.
func (n *newsroom) suffer(o chaos.Options, rules ...chaos.Rule) *chaos.Server {
	n.t.Helper()
	s, err := chaos.Listen(o, rules...)
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(s.Close)
	n.Press.Sender = newSender(n.t, n.Store, "smtp://"+s.Addr(), n.Clock.Now)
	// A relay that hangs is waited for in vain. One that does not is to be
	// waited for even where the machine is busy.
	wait := 5 * time.Second
	if slices.ContainsFunc(rules, func(r chaos.Rule) bool { return slices.Contains(silent, r.Fault) }) {
		wait = 800 * time.Millisecond
	}
	smtp := n.Press.Sender.Transport.(*mailer.SMTP)
	smtp.Timeout, smtp.Answer = wait, wait
	return s
}

// sufferInSecret is suffer with STARTTLS and a login.
func (n *newsroom) sufferInSecret(rules ...chaos.Rule) *chaos.Server {
	n.t.Helper()
	config, pool, err := chaos.Certificate("relay.example.org")
	if err != nil {
		n.t.Fatal(err)
	}
	s := n.suffer(chaos.Options{TLS: config, Login: true}, rules...)
	smtp := n.Press.Sender.Transport.(*mailer.SMTP)
	smtp.Host, smtp.TLS = "relay.example.org", &tls.Config{ServerName: "relay.example.org", RootCAs: pool}
	smtp.User, smtp.Password = "ward", secret("right")
	return s
}

// runToTheEnd runs the press until the issue is sent, an hour later each time.
func (n *newsroom) runToTheEnd() mailer.Report {
	n.t.Helper()
	for range 40 {
		if r := n.run(mailer.PublishOptions{}); r.State == mailer.IssueSent {
			return r
		}
		n.Clock.Set(n.Clock.Now().Add(time.Hour + time.Minute))
	}
	n.t.Fatal("the issue has not ended after 40 hours")
	return mailer.Report{}
}

// wantTally fails unless everybody expected has it, whoever was refused for
// good excepted, and doubles are at most one for each lost answer, with the
// same bytes.
func wantTally(t testing.TB, s *chaos.Server, expected []string, missing int) chaos.Tally {
	t.Helper()
	got := s.Tally(expected)
	if got.Missing != missing || got.Doubles > got.Doubts || got.Changed > 0 {
		t.Errorf("the relay's ledger: got %s, want %d missing, no doubles but for doubts, none changed", got, missing)
	}
	return got
}

// everyFault is set to try all faults, also the slow ones.
const everyFault = "WEEKWARD_TEST_EVERY_FAULT"

// Each fault by itself: a third of the recipients meet it at their first try,
// or the first two connections do. Afterwards the relay is well.
func TestEveryFaultOfARelayEndsWell(t *testing.T) {
	faults := chaos.Faults()
	if os.Getenv(everyFault) == "" { // those that no other test of this package deals
		faults = []chaos.Fault{
			chaos.GreetGarbage, chaos.HelloRefused, chaos.TLSInject, chaos.Multiline, chaos.Octets, chaos.Plain, chaos.Terse, chaos.OddCodes,
			chaos.Data451, chaos.End452, chaos.EndSlow, chaos.EndThenDrop,
		}
	}
	for _, fault := range faults {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			n := openNewsroom(t)
			addresses := n.subscribe(16)
			rule := chaos.Rule{Fault: fault, Rate: 0.4, Tries: 1}
			kind, _, _ := strings.Cut(string(fault), "-")
			var s *chaos.Server
			switch kind {
			case "greet", "hello", "tls", "auth", "quit":
				s = n.sufferInSecret(chaos.Rule{Fault: fault, Tries: 2})
			case "mail", "rcpt", "data", "pipe", "content", "premature", "end":
				s = n.suffer(chaos.Options{Seed: 3}, rule)
			default: // a manner of speaking
				s = n.suffer(chaos.Options{}, chaos.Rule{Fault: fault})
			}
			report := n.runToTheEnd()
			refused := 0
			if fault == chaos.Rcpt550 || fault == chaos.RcptFull {
				refused = dealt(s, fault)
			}
			if refused != report.Bounced || report.Sent+report.Bounced != report.Planned {
				t.Errorf("report: got %+v, want %d bounced and the rest sent", report, refused)
			}
			wantTally(t, s, addresses, refused)
			if slices.Contains([]string{"mail", "rcpt", "data", "pipe", "content", "premature", "end"}, kind) && dealt(s, fault) == 0 {
				t.Error("the fault was never dealt: this test proves nothing")
			}
		})
	}
}

// dealt is how often a fault was dealt.
func dealt(s *chaos.Server, f chaos.Fault) (count int) {
	for _, e := range s.Ledger() {
		if e.Fault == f {
			count++
		}
	}
	return count
}

// Whatever a relay keeps silent about, whoever stops the send need not wait
// for it.
func TestStopEndsEverySilence(t *testing.T) {
	for _, fault := range []chaos.Fault{
		chaos.GreetHang, chaos.GreetEndless, chaos.HelloHang, chaos.TLSHang, chaos.AuthHang, chaos.MailHang, chaos.RcptHang, chaos.DataHang,
		chaos.ContentStall, chaos.EndHang, chaos.QuitHang,
	} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			n := openNewsroom(t)
			n.subscribe(4)
			n.sufferInSecret(chaos.Rule{Fault: fault})
			smtp := n.Press.Sender.Transport.(*mailer.SMTP)
			smtp.Timeout, smtp.Answer, n.Press.Sender.Grace = time.Minute, time.Minute, 50*time.Millisecond
			work, stop := context.WithTimeout(context.Background(), 150*time.Millisecond)
			defer stop()
			began := time.Now()
			_, err := n.Press.Run(work, mailer.PublishOptions{})
			if took := time.Since(began); took > 5*time.Second || err == nil && fault != chaos.QuitHang {
				t.Errorf("stopped after %s with %v, want soon after 0.2 s and the context's error", took, err)
			}
		})
	}
}

// What a sender was sending when it died may have arrived, and is listed as
// what was never answered is.
func TestWhatADeadSenderWasSendingIsListedAsADoubt(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(3)
	n.run(mailer.PublishOptions{Leave: true})
	ctx := context.Background()
	claims, err := n.Store.Claim(ctx, "dead", 3, n.Clock.Now())
	if err != nil || len(claims) != 3 {
		t.Fatalf("Claim = %d, %v, want 3", len(claims), err)
	}
	if _, err := n.Store.Note(ctx, "dead", nil, claims[:1], n.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	peers, err := n.Store.Beat(ctx, "living")
	if err != nil || len(peers) != 1 {
		t.Fatalf("Beat = %+v, %v, want the dead one", peers, err)
	}
	if _, sending, err := n.Store.Bury(ctx, peers[0], mailer.Queued, n.Clock.Now()); err != nil || sending != 1 {
		t.Fatalf("Bury = %d sending, %v, want 1", sending, err)
	}
	if got := n.doubtful(); len(got) != 1 || got[0] != claims[0].To.ID {
		t.Errorf("listed as doubtful: got %v, want %s", got, claims[0].To.ID)
	}
}
