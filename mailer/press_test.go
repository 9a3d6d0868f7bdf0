package mailer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"weekward/digest"
	"weekward/mailer"
	"weekward/store/storetest"
	"weekward/subscribers"
)

var ctx = context.Background()

func TestSlotSendsOnceWhateverTheNumberOfProcesses(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { sendsOnce(t, openNewsroom(t)) })
	t.Run("postgres", func(t *testing.T) { sendsOnce(t, openNewsroomAt(t, storetest.PostgresWithSchema(t))) })
}

func sendsOnce(t *testing.T, n *newsroom) {
	addresses := n.subscribe(100)
	// Whoever comes when all is sent is told that nothing is due: let it last.
	n.Relay.watch(func(string, int) { time.Sleep(2 * time.Millisecond) })
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range 8 {
		press := n.newPress()
		press.Sender.Connections = 1
		wg.Go(func() {
			<-start
			if r, err := press.Run(ctx, mailer.PublishOptions{}); err != nil || r.Issue != 1 || r.Sent != 100 {
				t.Errorf("Run in process %d = %+v, %v, want issue 1 sent to 100", i, r, err)
			}
		})
	}
	close(start)
	wg.Wait()
	wantOnce(t, n.Relay, addresses)
	if next, err := n.Store.NextIssue(ctx); err != nil || next != 2 {
		t.Errorf("NextIssue = %d, %v, want 2", next, err)
	}
}

func TestNothingIsDueBeforeTheSlot(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(3)
	n.run(mailer.PublishOptions{})
	n.Clock.Set(slot.AddDate(0, 0, 7).Add(-time.Minute))
	_, err := n.Press.Run(ctx, mailer.PublishOptions{})
	if got, want := as[*mailer.NotDueError](t, err).Error(), "no issue is due before Tue 10 Mar 07:00"; got != want {
		t.Errorf("error: got %q, want %q", got, want)
	}
	n.Clock.Set(slot.AddDate(0, 0, 7))
	if r := n.run(mailer.PublishOptions{}); r.Issue != 2 || r.Sent != len(addresses) {
		t.Errorf("report on the minute of the slot: got %+v, want issue 2 sent", r)
	}
}

func TestMissedSlotIsSentLateOrNotAtAll(t *testing.T) {
	for _, c := range []struct {
		late time.Duration
		sent bool
	}{{23 * time.Hour, true}, {25 * time.Hour, false}} {
		t.Run(c.late.String(), func(t *testing.T) {
			n := openNewsroom(t)
			n.subscribe(3)
			n.run(mailer.PublishOptions{})
			n.Clock.Set(slot.AddDate(0, 0, 7).Add(c.late))
			for range 2 {
				r, err := n.Press.Run(ctx, mailer.PublishOptions{})
				if c.sent != (r.Sent == 3) {
					t.Errorf("report %s after the slot: got %+v, %v, want sent %v", c.late, r, err, c.sent)
				}
			}
			want := []string(nil)
			if !c.sent {
				want = []string{"Issue 2 was missed"}
			}
			if got := n.letters(); !slices.Equal(got, want) {
				t.Errorf("letters to the editor: got %q, want %q", got, want)
			}
		})
	}
}

func TestNewNewsletterHasMissedNothing(t *testing.T) {
	n := openNewsroom(t)
	n.Clock.Set(slot.Add(48 * time.Hour))
	_, err := n.Press.Run(ctx, mailer.PublishOptions{})
	as[*mailer.NotDueError](t, err)
	if got := n.letters(); len(got) > 0 {
		t.Errorf("letters: got %q, want none", got)
	}
}

func TestNobodyLookedSoItIsHeldAndTheEditorToldOnce(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(5)
	n.Press.Settings.Review = mailer.ReviewHold
	for range 3 {
		_, err := n.Press.Run(ctx, mailer.PublishOptions{})
		as[*mailer.HeldError](t, err)
	}
	if got, want := n.letters(), []string{"Issue 1 is held"}; !slices.Equal(got, want) {
		t.Errorf("letters: got %q, want %q", got, want)
	}
	issue, _ := compose(ctx, slot, 1)
	if err := n.Press.Approve(ctx, 1, issue.Fingerprint(), issue); err != nil {
		t.Fatal(err)
	}
	n.run(mailer.PublishOptions{})
	wantOnce(t, n.Relay, addresses)
	if got := n.Relay.count()["editor@example.org"]; got != 1 {
		t.Errorf("letters the editor got: %d, want 1", got)
	}
}

func TestEditorsWordAfterTheDeadlineCounts(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(2)
	n.Press.Settings.Review = mailer.ReviewHold
	_, err := n.Press.Run(ctx, mailer.PublishOptions{})
	as[*mailer.HeldError](t, err)
	n.Clock.Set(slot.Add(30 * time.Hour))
	_, err = n.Press.Run(ctx, mailer.PublishOptions{})
	as[*mailer.TooLateError](t, err)
	issue, _ := compose(ctx, slot, 1)
	if err := n.Press.Approve(ctx, 1, issue.Fingerprint(), issue); err != nil {
		t.Fatal(err)
	}
	if r := n.run(mailer.PublishOptions{}); r.Sent != 2 {
		t.Errorf("report: got %+v, want it sent", r)
	}
}

func TestApproveHereLetsItGo(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(2)
	n.Press.Settings.Review = mailer.ReviewHold
	if r := n.run(mailer.PublishOptions{Approve: true}); r.Sent != 2 {
		t.Errorf("report: got %+v, want it sent", r)
	}
}

func TestThinWeekIsHeldUntilThereIsEnough(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(2)
	n.Press.Settings.MinItems = 3
	for range 2 {
		_, err := n.Press.Run(ctx, mailer.PublishOptions{})
		if e := as[*mailer.HeldError](t, err); !e.Thin {
			t.Errorf("error: got %v, want it thin", e)
		}
	}
	if got, want := n.letters(), []string{"Issue 1 is held"}; !slices.Equal(got, want) {
		t.Errorf("letters: got %q, want %q", got, want)
	}
	n.Press.Settings.MinItems = 2
	if r := n.run(mailer.PublishOptions{}); r.Sent != 2 {
		t.Errorf("report: got %+v, want it sent", r)
	}
}

func TestChangedSinceApprovalIsRefusedWithTheDifference(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(2)
	issue, _ := compose(ctx, slot, 1)
	if err := n.Press.Approve(ctx, 1, issue.Fingerprint(), issue); err != nil {
		t.Fatal(err)
	}
	n.Press.Compose = func(ctx context.Context, slot time.Time, number int) (digest.Issue, error) {
		issue, err := compose(ctx, slot, number)
		issue.Stories = issue.Stories[:1]
		return issue, err
	}
	for range 2 {
		_, err := n.Press.Run(ctx, mailer.PublishOptions{})
		e := as[*mailer.ChangedError](t, err)
		if e.Approved != issue.Fingerprint() || !strings.Contains(strings.Join(e.Diff, "\n"), "Records that follow the patient") {
			t.Errorf("ChangedError: got %+v, want the story that is gone", e)
		}
	}
	if got, want := n.letters(), []string{"Issue 1 has changed since it was approved"}; !slices.Equal(got, want) {
		t.Errorf("letters: got %q, want %q", got, want)
	}
	n.Press.Compose = compose // it changed back
	if r := n.run(mailer.PublishOptions{}); r.Sent != 2 {
		t.Errorf("report: got %+v, want it sent", r)
	}
}

func TestApproveWithAnotherFingerprintIsRefused(t *testing.T) {
	n := openNewsroom(t)
	issue, _ := compose(ctx, slot, 1)
	as[*mailer.ChangedError](t, n.Press.Approve(ctx, 1, "0123456789abcdef", issue))
	if _, err := n.Store.Issue(ctx, 1); !errors.Is(err, mailer.ErrNoIssue) {
		t.Errorf("Issue(1) after a refused approval: got %v, want %v", err, mailer.ErrNoIssue)
	}
}

func TestIssueWithAFaultIsNeitherApprovedNorSent(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(2)
	n.Press.Compose = func(ctx context.Context, slot time.Time, number int) (digest.Issue, error) {
		issue, err := compose(ctx, slot, number)
		issue.Stories[1].Note = "TODO: say why this matters"
		return issue, err
	}
	issue, _ := n.Press.Compose(ctx, slot, 1)
	as[*mailer.FaultyError](t, n.Press.Approve(ctx, 1, issue.Fingerprint(), issue))
	for range 2 {
		_, err := n.Press.Run(ctx, mailer.PublishOptions{})
		as[*mailer.FaultyError](t, err)
	}
	if got, want := n.letters(), []string{"Issue 1 is held"}; !slices.Equal(got, want) {
		t.Errorf("letters: got %q, want %q", got, want)
	}
	n.Press.Compose = compose
	if r := n.run(mailer.PublishOptions{}); r.Sent != 2 {
		t.Errorf("report once it is mended: got %+v, want it sent", r)
	}
}

func TestHeldAndSkippedIssuesStayIn(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(2)
	if err := n.Press.Hold(ctx, 1); err != nil {
		t.Fatal(err)
	}
	_, err := n.Press.Run(ctx, mailer.PublishOptions{})
	as[*mailer.HeldError](t, err)
	if err := n.Press.Skip(ctx, 1); err != nil {
		t.Fatal(err)
	}
	_, err = n.Press.Run(ctx, mailer.PublishOptions{})
	if e := as[*mailer.NotDueError](t, err); !strings.Contains(e.Error(), "issue 1 is skipped") {
		t.Errorf("error: got %v, want it to say that issue 1 is skipped", e)
	}
	if got := n.Relay.total; got != 0 {
		t.Errorf("mails: got %d, want none", got)
	}
}

func TestComingIssueIsSentTodayAndNotAgainAtItsSlot(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(3)
	n.Clock.Set(slot.Add(-20 * time.Hour))
	n.run(mailer.PublishOptions{Coming: true})
	n.Clock.Set(slot.Add(time.Minute))
	_, err := n.Press.Run(ctx, mailer.PublishOptions{})
	as[*mailer.NotDueError](t, err)
	wantOnce(t, n.Relay, addresses)
}

// An issue sent before its slot leaves the slot before it behind: that one is
// neither missed nor sent afterwards.
func TestSlotBeforeAnIssueThatWasSentIsOver(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(1)
	for _, late := range []time.Duration{time.Hour, 5 * 24 * time.Hour} {
		n.Clock.Set(slot.Add(late))
		if late == time.Hour {
			n.run(mailer.PublishOptions{Coming: true})
		}
		_, err := n.Press.Run(ctx, mailer.PublishOptions{})
		as[*mailer.NotDueError](t, err)
	}
	if got := n.letters(); len(got) > 0 {
		t.Errorf("letters: got %q, want none", got)
	}
}

func TestDryRunWritesNothing(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(7)
	wantFigures(t, n.run(mailer.PublishOptions{DryRun: true}), mailer.Report{Issue: 1, State: mailer.IssueDraft, Planned: 7, Queued: 7})
	if _, err := n.Store.Issue(ctx, 1); !errors.Is(err, mailer.ErrNoIssue) {
		t.Errorf("Issue(1) after a dry run: got %v, want %v", err, mailer.ErrNoIssue)
	}
}

func TestTestMailIsMarkedAndNotCounted(t *testing.T) {
	n := openNewsroom(t)
	issue, _ := compose(ctx, slot, 31)
	if err := n.Press.TestMail(ctx, issue, "editor@example.org", ""); err != nil {
		t.Fatal(err)
	}
	m := parse(t, n.Relay.message(t, "editor@example.org"))
	if got := m.Header.Get("Subject"); !strings.HasPrefix(got, "[TEST #31] ") {
		t.Errorf("Subject: got %q, want it marked as a test", got)
	}
	if next, err := n.Store.NextIssue(ctx); err != nil || next != 1 {
		t.Errorf("NextIssue = %d, %v, want 1: nothing stored", next, err)
	}
}

// The reader sees the From address; a server that cannot deliver writes to the
// envelope's.
func TestEnvelopeSenderIsTheOneThatIsSet(t *testing.T) {
	for set, want := range map[string]string{"": "digest@example.org", "bounces@mail.example.org": "bounces@mail.example.org"} {
		n := openNewsroom(t)
		n.subscribe(3)
		n.Press.Sender.Envelope = set
		froms := make(chan string, 10)
		n.Relay.from = func(from string) error { froms <- from; return nil }
		n.run(mailer.PublishOptions{})
		issue, _ := compose(ctx, slot, 31)
		if err := n.Press.TestMail(ctx, issue, "editor@example.org", ""); err != nil {
			t.Fatal(err)
		}
		close(froms)
		mails := 0
		for got := range froms {
			mails++
			if got != want {
				t.Errorf("MAIL FROM with envelope %q: got %q, want %q", set, got, want)
			}
		}
		if mails != 4 {
			t.Errorf("MAIL FROM with envelope %q: got %d, want one for each of 3 readers and the test mail", set, mails)
		}
		if got := parse(t, n.Relay.message(t, "editor@example.org")).Header.Get("From"); !strings.Contains(got, "<digest@example.org>") {
			t.Errorf("From with envelope %q: got %q, want the newsletter's", set, got)
		}
	}
}

func TestRefusesToSendWithoutAddressOrSafeLinks(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(1)
	for key, spoil := range map[string]func(*mailer.Press){
		"site.address":  func(p *mailer.Press) { p.Site.Postal = " " },
		"site.base_url": func(p *mailer.Press) { p.Site.BaseURL = "http://news.example.org" },
		"site.from":     func(p *mailer.Press) { p.Site.From = "nobody" },
	} {
		press := n.newPress()
		spoil(press)
		_, err := press.Run(ctx, mailer.PublishOptions{})
		if e := as[*mailer.SetupError](t, err); e.Key != key || e.Hint() == "" {
			t.Errorf("error: got %v with hint %q, want one about %s with a next step", e, e.Hint(), key)
		}
	}
	if n.Relay.total != 0 {
		t.Errorf("mails: got %d, want none", n.Relay.total)
	}
}

// Who wants one topic in plain text gets that, and everybody's links are
// their own.
func TestEachReaderGetsTheirOwnMail(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(3)
	n.exec(`UPDATE subscribers SET format = 'text', topics = '["sleep"]', lang = 'de' WHERE id = 's00001'`)
	n.run(mailer.PublishOptions{})
	both, text := parse(t, n.Relay.message(t, "r00000@example.org")), parse(t, n.Relay.message(t, "r00001@example.org"))
	if got := both.Header.Get("Content-Type"); !strings.HasPrefix(got, "multipart/alternative") {
		t.Errorf("Content-Type for HTML readers: got %q, want multipart/alternative", got)
	}
	if got := text.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/plain") {
		t.Errorf("Content-Type for text readers: got %q, want text/plain", got)
	}
	keys, err := subscribers.ParseKeys(strings.Repeat("k", 40))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		m := parse(t, n.Relay.message(t, fmt.Sprintf("r%05d@example.org", i)))
		token := strings.TrimSuffix(strings.TrimPrefix(m.Header.Get("List-Unsubscribe"), "<https://news.example.org/unsubscribe/"), ">")
		id, _, err := keys.Verify(subscribers.PurposeUnsubscribe, token, slot)
		if want := fmt.Sprintf("s%05d", i); err != nil || id != want {
			t.Errorf("List-Unsubscribe of %s leads to %q, %v", want, id, err)
		}
		body, err := io.ReadAll(m.Body)
		if err != nil {
			t.Fatal(err)
		}
		flat := bytes.ReplaceAll(body, []byte("=\r\n"), nil)
		if !bytes.Contains(flat, []byte("/unsubscribe/"+token)) || bytes.Contains(flat, []byte("slot-")) {
			t.Errorf("body for reader %d: want its own unsubscribe link and no open slot", i)
		}
	}
}

func TestStatusTellsOfTheNewest(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(4)
	n.run(mailer.PublishOptions{})
	r, err := n.Press.Status(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	wantFigures(t, r, mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 4, Sent: 4})
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"issue", "state", "planned", "sent", "deferred", "bounced", "skipped", "uncertain", "took_ms"} {
		if !bytes.Contains(data, []byte(`"`+key+`":`)) {
			t.Errorf("report as JSON: %s lacks %q", data, key)
		}
	}
}

func TestRetryMailsOnlyWhoWasRefused(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(10)
	full := func(to string, try int) error {
		if to == addresses[4] && try == 1 {
			return says(552, [3]int{5, 2, 2}, "mailbox full")
		}
		return nil
	}
	n.Relay.rcpt = full
	if r := n.run(mailer.PublishOptions{}); r.Bounced != 1 {
		t.Fatalf("report: got %+v, want one bounced", r)
	}
	want := mailer.Retried{Issue: 1, State: mailer.IssueSending, Due: 1}
	if got, err := n.Press.Retry(ctx, 1); err != nil || got != want {
		t.Fatalf("Retry(1) = %+v, %v, want %+v", got, err, want)
	}
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 10, Sent: 10})
	wantOnce(t, n.Relay, addresses)
}

func TestRetryLeavesAloneWhoIsNoLongerToBeMailed(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(10)
	n.Relay.rcpt = func(to string, try int) error {
		if to == addresses[4] || to == addresses[5] {
			return says(550, [3]int{5, 1, 1}, "unknown")
		}
		return nil
	}
	n.run(mailer.PublishOptions{})
	n.exec("UPDATE subscribers SET state = 'suppressed' WHERE id IN ('s00004', 's00005')")
	want := mailer.Retried{Issue: 1, State: mailer.IssueSent, Kept: 2} // and it is not opened again for nothing
	if got, err := n.Press.Retry(ctx, 1); err != nil || got != want {
		t.Errorf("Retry(1) of the suppressed = %+v, %v, want %+v", got, err, want)
	}
	n.exec("UPDATE subscribers SET state = 'active' WHERE id = 's00005'")
	n.exec("UPDATE deliveries SET state = 'uncertain', doubts = 2 WHERE recipient = 's00003'")
	want = mailer.Retried{Issue: 1, State: mailer.IssueSending, Due: 2, Doubtful: 1, Kept: 1}
	if got, err := n.Press.Retry(ctx, 1); err != nil || got != want {
		t.Errorf("Retry(1) = %+v, %v, want %+v", got, err, want)
	}
	n.Relay.rcpt = nil
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 10, Sent: 9, Bounced: 1})
	if p, err := n.Press.Progress(ctx, 1); err != nil || p.Doubtful != 1 {
		t.Errorf("Progress(1).Doubtful = %d, %v, want 1: a retry does not make a doubt go", p.Doubtful, err)
	}
}

func TestRetryOfAPausedIssueWaitsForItsResumption(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(3)
	n.Relay.rcpt = func(to string, try int) error {
		if to == addresses[0] {
			return says(450, [3]int{4, 2, 1}, "busy")
		}
		return nil
	}
	n.run(mailer.PublishOptions{})
	if err := n.Press.Pause(ctx, 1); err != nil {
		t.Fatal(err)
	}
	want := mailer.Retried{Issue: 1, State: mailer.IssuePaused, Due: 1}
	if got, err := n.Press.Retry(ctx, 1); err != nil || got != want {
		t.Errorf("Retry(1) = %+v, %v, want %+v", got, err, want)
	}
	n.Relay.rcpt = nil
	if _, err := n.Press.Run(ctx, mailer.PublishOptions{}); !errors.As(err, new(*mailer.PausedError)) {
		t.Errorf("Run of a paused issue = %v, want a *PausedError", err)
	}
	if err := n.Press.Resume(ctx, 1); err != nil {
		t.Fatal(err)
	}
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 3, Sent: 3})
}

// A sign-up confirmation does not wait behind ten thousand issues.
func TestLettersGoFirst(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(300)
	n.run(mailer.PublishOptions{Leave: true})
	n.exec("UPDATE subscribers SET state = 'pending' WHERE id = 's00200'")
	letter := subscribers.Letter{ID: "l1", Kind: subscribers.LetterConfirm, Subscriber: "s00200", Subject: "Please confirm", Text: "https://news.example.org/confirm/x", At: n.Clock.Now()}
	for range 2 { // queueing it twice changes nothing
		if err := n.Store.QueueLetter(ctx, letter); err != nil {
			t.Fatal(err)
		}
	}
	place := 0
	n.Relay.watch(func(to string, total int) {
		if to == "r00200@example.org" {
			place = total
		}
	})
	n.Press.Sender.Connections = 1
	n.run(mailer.PublishOptions{})
	if place != 1 {
		t.Errorf("place of the letter: got %d, want 1", place)
	}
	m := parse(t, n.Relay.message(t, "r00200@example.org"))
	for _, h := range []string{"List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Precedence"} {
		if got := m.Header.Get(h); got != "" {
			t.Errorf("%s of a letter: got %q, want none", h, got)
		}
	}
}

func TestLetterNobodyNeedsAnyMoreIsNotSent(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(1) // active: has confirmed meanwhile
	letter := subscribers.Letter{ID: "l1", Kind: subscribers.LetterConfirm, Subscriber: "s00000", Subject: "Please confirm", Text: "x", At: n.Clock.Now()}
	if err := n.Store.QueueLetter(ctx, letter); err != nil {
		t.Fatal(err)
	}
	if err := n.Press.Sender.Deliver(ctx); err != nil {
		t.Fatal(err)
	}
	if n.Relay.total != 0 {
		t.Errorf("mails: got %d, want none", n.Relay.total)
	}
}

func TestServeSendsWhatBecomesDueAndStops(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(20)
	work, stop := context.WithCancel(ctx)
	wake, done, all := make(chan struct{}, 1), make(chan error, 1), make(chan struct{})
	n.Relay.watch(func(_ string, total int) {
		if total == len(addresses) {
			close(all)
		}
	})
	go func() { done <- n.Press.Sender.Serve(work, wake) }()
	n.run(mailer.PublishOptions{Leave: true})
	wake <- struct{}{}
	select {
	case <-all:
	case <-time.After(5 * time.Second):
		t.Error("the served issue did not go out within 5 s")
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("Serve = %v, want nil when stopped", err)
	}
	r, err := n.Press.Run(ctx, mailer.PublishOptions{Leave: true})
	if err != nil || r.State != mailer.IssueSent {
		t.Errorf("Run after it = %+v, %v, want the issue closed", r, err)
	}
	wantOnce(t, n.Relay, addresses)
}

func parse(t testing.TB, data []byte) *mail.Message {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("read message: %v\n%s", err, data)
	}
	return m
}
