package store_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"weekward/mailer"
	"weekward/mailer/bounces"
	"weekward/store"
	"weekward/store/storetest"
	"weekward/subscribers"
	"weekward/templates"
)

// A postOffice is a list, its issues and the clerk who reads what comes back.
type postOffice struct {
	*testing.T
	store *store.Store
	keys  subscribers.Keys
	now   time.Time
	clerk *bounces.Clerk
}

func eachPostOffice(t *testing.T, f func(p *postOffice)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		p := &postOffice{T: t, store: s, keys: keys(t), now: mailed}
		service := &subscribers.Service{Store: s, Keys: p.keys, Now: func() time.Time { return p.now }}
		p.clerk = &bounces.Clerk{
			Ledger: s, Suppress: service.Suppress, Peek: service.Peek, Keys: p.keys, Now: func() time.Time { return p.now }, Log: slog.New(slog.DiscardHandler),
		}
		f(p)
	})
}

// subscribe puts an active subscriber on the list.
func (p *postOffice) subscribe(id string) {
	p.Helper()
	address := id + "@example.org"
	sub := subscribers.Subscriber{ID: id, Email: address, Format: subscribers.Both, State: subscribers.Active, CreatedAt: p.now, ConfirmedAt: p.now}
	a := subscribers.Attempt{Lookup: subscribers.Lookup{Key: address, Hashes: p.keys.Hashes("suppression", address)}, At: p.now}
	err := p.store.SignUp(p.Context(), a, func(subscribers.Known, subscribers.Recent) (subscribers.Change, error) {
		return subscribers.Change{Subscriber: sub}, nil
	})
	if err != nil {
		p.Fatalf("put %s on the list: %v", id, err)
	}
}

// send freezes an issue and ends its deliveries as told; the usual is sent.
func (p *postOffice) send(number int, ends map[string]mailer.Outcome) {
	p.Helper()
	ctx := p.Context()
	p.now = mailed.AddDate(0, 0, 7*(number-1))
	frozen, err := p.store.FreezeIssue(ctx, mailer.Frozen{
		Record:  mailer.Record{Number: number, Slot: p.now, State: mailer.IssueSending, Content: []byte("{}")},
		From:    []mailer.IssueState{mailer.IssueDraft},
		Mailing: mailer.Mailing{ID: fmt.Sprint("m", number), Kind: mailer.KindIssue, Issue: number, Needs: subscribers.Active, Seed: "seed", Date: p.now},
		Variant: func(mailer.Audience) (templates.Content, error) { return templates.Content{Text: "t"}, nil },
	})
	if err != nil || !frozen {
		p.Fatalf("FreezeIssue(%d) = %v, %v", number, frozen, err)
	}
	claims, err := p.store.Claim(ctx, "a", 100, p.now)
	if err != nil {
		p.Fatal(err)
	}
	if _, err := p.store.Note(ctx, "a", nil, claims, p.now); err != nil {
		p.Fatal(err)
	}
	var outcomes []mailer.Outcome
	for _, c := range claims {
		o := ends[c.To.ID]
		o.Claim, o.At = c, p.now
		if o.State == "" {
			o.State = mailer.Sent
		}
		outcomes = append(outcomes, o)
	}
	if _, err := p.store.Note(ctx, "a", outcomes, nil, p.now); err != nil {
		p.Fatal(err)
	}
}

// messageID is what mailer gives a mail of send.
func messageID(number int, id string) string {
	h := hmac.New(sha256.New, []byte("seed"))
	for _, part := range []string{"message", fmt.Sprint("m", number), id} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return fmt.Sprintf("issue.%d.%s@example.org", number, hex.EncodeToString(h.Sum(nil))[:32])
}

// bounce is a notification about a mail of send.
func bounce(number int, id, status, said, messageID string) []byte {
	return []byte(strings.ReplaceAll(fmt.Sprintf(`From: MAILER-DAEMON@mx.example.org
To: news@example.org
Subject: Undelivered Mail
Message-ID: <%d.%s.%s@mx.example.org>
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; %s@example.org
Action: failed
Status: %s
Diagnostic-Code: smtp; %s

--b
Content-Type: text/rfc822-headers

Message-ID: <%s>
--b--
`, number, id, status, id, status, said, messageID), "\n", "\r\n"))
}

func (p *postOffice) handle(mail []byte) []bounces.Line {
	p.Helper()
	lines, _, err := p.clerk.Handle(p.Context(), "mail", mail)
	if err != nil {
		p.Fatalf("Handle: %v", err)
	}
	return lines
}

func (p *postOffice) wantState(id string, want subscribers.State) {
	p.Helper()
	sub, err := p.store.Subscriber(p.Context(), id)
	if err != nil || sub.State != want {
		p.Errorf("%s is %s, %v, want %s", id, sub.State, err, want)
	}
}

func TestBadAddressIsSuppressedAtOnceAndOnce(t *testing.T) {
	eachPostOffice(t, func(p *postOffice) {
		p.subscribe("ann")
		p.send(1, nil)
		mail := bounce(1, "ann", "5.1.1", "550 5.1.1 User unknown", messageID(1, "ann"))
		p.clerk.DryRun = true
		if got := p.handle(mail); got[0].Act != bounces.Suppress {
			p.Errorf("a dry run would %s, want %s", got[0].Act, bounces.Suppress)
		}
		p.wantState("ann", subscribers.Active)
		p.clerk.DryRun = false
		for range 2 {
			p.handle(mail)
		}
		p.wantState("ann", subscribers.Suppressed)
		sup, err := p.store.Suppression(p.Context(), p.keys.Hashes("suppression", "ann@example.org"))
		if err != nil || sup.Reason != subscribers.ReasonBounced {
			p.Errorf("suppression = %+v, %v, want the reason %s", sup, err, subscribers.ReasonBounced)
		}
		found, err := p.store.BouncesOf(p.Context(), "ann")
		if err != nil || len(found) != 1 || found[0].Act != bounces.Suppress || strings.Contains(found[0].Diagnostic, "@") {
			p.Errorf("BouncesOf = %+v, %v, want one without an address", found, err)
		}
	})
}

func TestForgedBounceSuppressesNobody(t *testing.T) {
	eachPostOffice(t, func(p *postOffice) {
		p.subscribe("ann")
		p.subscribe("ben")
		p.send(1, nil)
		for why, id := range map[string]string{
			"a foreign Message-ID":       "never-sent@elsewhere.example.org",
			"the Message-ID of somebody": messageID(1, "ben"),
			"a guessed mark":             "issue.1.00000000000000000000000000000000@example.org",
			"an issue that never was":    messageID(9, "ann"),
		} {
			got := p.handle(bounce(1, "ann", "5.1.1", "550 5.1.1 User unknown", id))
			if got[0].Subscriber == "ann" {
				p.Errorf("%s: the bounce is taken to be about ann: %+v", why, got[0])
			}
		}
		p.wantState("ann", subscribers.Active)
		if got := p.handle(bounce(1, "ann", "5.1.1", "User unknown", "")); got[0].Act != bounces.Keep {
			p.Errorf("an address without proof: got %s, want it kept for the editor", got[0].Act)
		}
		p.wantState("ann", subscribers.Active)
	})
}

// Anybody can write a Message-ID, and the mails behind such a one wait, too.
func TestMessageIDOfAnImpossibleIssueStopsNobody(t *testing.T) {
	eachPostOffice(t, func(p *postOffice) {
		p.subscribe("ann")
		for _, number := range []string{"2147483648", "9223372036854775807", "99999999999999999999"} {
			mail := bounce(1, "ann", "5.1.1", "550 5.1.1 User unknown", "issue."+number+"."+strings.Repeat("0", 32)+"@example.org")
			if _, _, err := p.clerk.Handle(p.Context(), "mail", mail); err != nil {
				p.Errorf("issue %s: Handle: %v, want it handled", number, err)
			}
		}
		p.wantState("ann", subscribers.Active)
	})
}

// Mail systems use a Message-ID twice. Two readers' mails are two all the same.
func TestSameMessageIDOfTwoBouncesHidesNeither(t *testing.T) {
	eachPostOffice(t, func(p *postOffice) {
		p.subscribe("ann")
		p.subscribe("ben")
		p.send(1, nil)
		for _, id := range []string{"ann", "ben"} {
			mail := string(bounce(1, id, "5.1.1", "550 5.1.1 User unknown", messageID(1, id)))
			p.handle([]byte(strings.Replace(mail, "<1."+id+".5.1.1@", "<1@", 1)))
			p.wantState(id, subscribers.Suppressed)
		}
	})
}

func TestTokenTellsWhomABounceIsAbout(t *testing.T) {
	eachPostOffice(t, func(p *postOffice) {
		p.subscribe("ann")
		p.send(1, nil)
		path, err := bounces.NewReturnPath("bounces@mail.example.org", p.keys)
		if err != nil {
			p.Fatal(err)
		}
		to := path.Address(bounces.Sent{Subscriber: "ann", Issue: 1})
		mail := "From: postmaster@mx.example.org\r\nTo: " + to + "\r\nSubject: Undeliverable\r\n\r\nYour message could not be delivered: mailbox unavailable.\r\n550 no such user\r\n"
		if got := p.handle([]byte(mail)); got[0].Subscriber != "ann" || got[0].Trust != "token" || got[0].Act != bounces.Suppress {
			p.Errorf("Handle = %+v, want ann suppressed by her token", got[0])
		}
		p.wantState("ann", subscribers.Suppressed)
	})
}

func TestFullMailboxTakesThreeIssuesAndTwoWeeks(t *testing.T) {
	eachPostOffice(t, func(p *postOffice) {
		p.subscribe("ann")
		for number := 1; number <= 3; number++ {
			p.wantState("ann", subscribers.Active)
			p.send(number, nil)
			for range 2 { // said twice is not failed twice
				p.handle(bounce(number, "ann", "5.2.2", "552 5.2.2 Mailbox full", messageID(number, "ann")))
			}
		}
		p.wantState("ann", subscribers.Suppressed)
	})
}

func TestOneMailThatArrivesForgivesAll(t *testing.T) {
	eachPostOffice(t, func(p *postOffice) {
		p.subscribe("ann")
		for number := 1; number <= 5; number++ {
			p.send(number, nil)
			if number != 3 {
				p.handle(bounce(number, "ann", "5.2.2", "552 5.2.2 Mailbox full", messageID(number, "ann")))
			}
		}
		p.wantState("ann", subscribers.Active)
	})
}

func TestRefusalForOurSakeSuppressesNobodyAndPausesTheIssue(t *testing.T) {
	eachPostOffice(t, func(p *postOffice) {
		for i := range 10 {
			p.subscribe(fmt.Sprint("r", i))
		}
		p.send(1, nil)
		for i := range 10 {
			if r, err := p.store.Issue(p.Context(), 1); err != nil || r.State != mailer.IssueSending {
				p.Fatalf("after %d refusals the issue is %s, %v, want it sending", i, r.State, err)
			}
			id := fmt.Sprint("r", i)
			mail := bounce(1, id, "5.7.1", "554 5.7.1 Message rejected as spam", messageID(1, id))
			p.handle(mail)
			p.handle(mail)
			p.wantState(id, subscribers.Active)
		}
		r, err := p.store.Issue(p.Context(), 1)
		if err != nil || r.State != mailer.IssuePaused || !strings.Contains(r.Reason, "10 readers") {
			p.Errorf("after 10 refusals the issue is %s (%s), %v, want it paused", r.State, r.Reason, err)
		}
	})
}

// An editor who lets the issue go on is asked again when more servers refuse
// it, not when one says that it is late.
func TestLateMailDoesNotPauseTheIssueAgain(t *testing.T) {
	eachPostOffice(t, func(p *postOffice) {
		for i := range 10 {
			p.subscribe(fmt.Sprint("r", i))
		}
		p.send(1, nil)
		for i := range 10 {
			id := fmt.Sprint("r", i)
			p.handle(bounce(1, id, "5.7.1", "554 5.7.1 Message rejected as spam", messageID(1, id)))
		}
		resumed, err := p.store.Issue(p.Context(), 1)
		if err != nil || resumed.State != mailer.IssuePaused {
			p.Fatalf("after 10 refusals the issue is %s, %v, want it paused", resumed.State, err)
		}
		resumed.State = mailer.IssueSending
		if moved, err := p.store.MoveIssue(p.Context(), mailer.Move{Record: resumed, From: []mailer.IssueState{mailer.IssuePaused}}); err != nil || !moved {
			p.Fatalf("MoveIssue = %v, %v, want the issue resumed", moved, err)
		}
		late := string(bounce(1, "r1", "4.7.1", "451 4.7.1 Message blocked as spam for now", messageID(1, "r1")))
		p.handle([]byte(strings.Replace(late, "Action: failed", "Action: delayed", 1)))
		if r, err := p.store.Issue(p.Context(), 1); err != nil || r.State != mailer.IssueSending {
			p.Errorf("after a warning that a mail is late the issue is %s, %v, want it sending", r.State, err)
		}
	})
}

func TestComplaintSuppressesAtOnce(t *testing.T) {
	eachPostOffice(t, func(p *postOffice) {
		p.subscribe("ann")
		p.send(1, nil)
		mail := `From: fbl@provider.example.org
To: news@example.org
Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Loop/1
Version: 1

--b
Content-Type: message/rfc822

To: redacted@provider.example.org
Message-ID: <` + messageID(9, "ann") + `>
Message-ID: <` + messageID(1, "ann") + `>

--b--
`
		// The first is of an issue that never was, and does not hide the second.
		if got := p.handle([]byte(mail)); got[0].Subscriber != "ann" || got[0].Trust != "message id" {
			p.Errorf("Handle = %+v, want ann, found by the Message-ID", got[0])
		}
		sup, err := p.store.Suppression(p.Context(), p.keys.Hashes("suppression", "ann@example.org"))
		if err != nil || sup.Reason != subscribers.ReasonComplained {
			p.Errorf("suppression = %+v, %v, want the reason %s", sup, err, subscribers.ReasonComplained)
		}
	})
}

func TestRefusalAtTheRelayCountsAtOnceAndOnce(t *testing.T) {
	eachPostOffice(t, func(p *postOffice) {
		for _, id := range []string{"ann", "ben", "cal", "dot"} {
			p.subscribe(id)
		}
		p.send(1, map[string]mailer.Outcome{
			"ann": {State: mailer.Bounced, Code: 550, Reply: "5.1.1 No such user"},
			"ben": {State: mailer.Bounced, Code: 552, Reply: "5.2.2 Mailbox full"},
			"cal": {State: mailer.Bounced, Code: 0, Reply: "lost connection"},
		})
		for want, i := 3, 0; i < 2; i, want = i+1, 0 {
			if n, err := p.clerk.CountRefusals(p.Context()); err != nil || n != want {
				p.Errorf("CountRefusals = %d, %v, want %d", n, err, want)
			}
		}
		p.wantState("ann", subscribers.Suppressed)
		for _, id := range []string{"ben", "cal", "dot"} {
			p.wantState(id, subscribers.Active)
		}
		past, err := p.store.PastIssues(p.Context(), "ben", 5)
		if err != nil || len(past) != 1 || !past[0].Failed || past[0].Number != 1 || !past[0].At.Equal(mailed) {
			p.Errorf("PastIssues = %+v, %v, want issue 1 failed", past, err)
		}
	})
}

func TestForgettingTakesBouncesAlong(t *testing.T) {
	eachPostOffice(t, func(p *postOffice) {
		p.subscribe("ann")
		p.subscribe("ben")
		p.send(1, map[string]mailer.Outcome{
			"ann": {State: mailer.Bounced, Code: 552, Reply: "5.2.2 Mailbox full"},
			"ben": {State: mailer.Bounced, Code: 552, Reply: "5.2.2 Mailbox full"},
		})
		if _, err := p.clerk.CountRefusals(p.Context()); err != nil {
			p.Fatal(err)
		}
		if err := p.store.Forget(p.Context(), subscribers.Erasure{ID: "ann"}); err != nil {
			p.Fatal(err)
		}
		// Nor is the refused delivery of nobody counted again.
		if n, err := p.clerk.CountRefusals(p.Context()); err != nil || n != 0 {
			p.Errorf("CountRefusals after Forget = %d, %v, want 0", n, err)
		}
		p.now = p.now.AddDate(0, 0, 89)
		for days, want := range []int{1, 1, 0} {
			if err := p.clerk.Tidy(p.Context()); err != nil {
				p.Fatal(err)
			}
			found, err := p.store.Bounces(p.Context(), 10)
			if err != nil || len(found) != want {
				p.Errorf("after %d days: %d bounces, %v, want %d", 89+days, len(found), err, want)
			}
			p.now = p.now.AddDate(0, 0, 1)
		}
	})
}

func TestEachRecipientStopsWhenAsked(t *testing.T) {
	eachPostOffice(t, func(p *postOffice) {
		for _, id := range []string{"ann", "ben", "cal"} {
			p.subscribe(id)
		}
		p.send(1, nil)
		var seen []string
		err := p.store.EachRecipient(context.Background(), "m1", func(id string) bool {
			seen = append(seen, id)
			return id != "ben"
		})
		if err != nil || !slices.Equal(seen, []string{"ann", "ben"}) {
			p.Errorf("EachRecipient saw %v, %v, want ann and ben", seen, err)
		}
	})
}

// A crash between the suppression and the record must lose neither.
func TestRefusalThatCouldNotBeCarriedOutIsMetAgain(t *testing.T) {
	eachPostOffice(t, func(p *postOffice) {
		p.subscribe("ann")
		p.send(1, map[string]mailer.Outcome{"ann": {State: mailer.Bounced, Code: 550, Reply: "5.1.1 No such user"}})
		suppress := p.clerk.Suppress
		p.clerk.Suppress = func(context.Context, string, subscribers.Reason) error { return context.DeadlineExceeded }
		if _, err := p.clerk.CountRefusals(p.Context()); !errors.Is(err, context.DeadlineExceeded) {
			p.Errorf("CountRefusals = %v, want what Suppress said", err)
		}
		p.clerk.Suppress = suppress
		if n, err := p.clerk.CountRefusals(p.Context()); err != nil || n != 1 {
			p.Errorf("CountRefusals again = %d, %v, want 1", n, err)
		}
		p.wantState("ann", subscribers.Suppressed)
	})
}
