package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weekward/mailer"
	"weekward/store"
	"weekward/store/storetest"
	"weekward/subscribers"
	"weekward/templates"
)

// freezeFor freezes issue 1 for some active readers.
func freezeFor(t *testing.T, s *store.Store, readers int) {
	t.Helper()
	ctx := context.Background()
	decide := func([]subscribers.Known) (changes []subscribers.Change, err error) {
		for i := range readers {
			sub := subscribers.Subscriber{
				ID: fmt.Sprintf("s%d", i), Email: fmt.Sprintf("r%d@example.org", i), Format: subscribers.Both, State: subscribers.Active, CreatedAt: mailed, ConfirmedAt: mailed,
			}
			changes = append(changes, subscribers.Change{Subscriber: sub})
		}
		return changes, nil
	}
	if err := s.Import(ctx, nil, decide); err != nil {
		t.Fatal(err)
	}
	freezeNumber(t, s, 1, mailed)
}

// freezeNumber freezes an issue for everybody on the list. The first one's
// mailing is "m".
func freezeNumber(t testing.TB, s *store.Store, number int, slot time.Time) {
	t.Helper()
	mailing := "m"
	if number > 1 {
		mailing = fmt.Sprintf("m%d", number)
	}
	won, err := s.FreezeIssue(context.Background(), mailer.Frozen{
		Record:  mailer.Record{Number: number, Slot: slot, State: mailer.IssueSending, Content: []byte("{}"), FrozenAt: slot},
		From:    []mailer.IssueState{mailer.IssueDraft},
		Mailing: mailer.Mailing{ID: mailing, Kind: mailer.KindIssue, Issue: number, Needs: subscribers.Active, Seed: "s", Date: slot},
		Variant: func(mailer.Audience) (templates.Content, error) {
			return templates.Content{Subject: "s", Text: "t"}, nil
		},
	})
	if err != nil || !won {
		t.Fatalf("FreezeIssue = %v, %v", won, err)
	}
}

func TestProgressIsReadFromTheDeliveries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		freezeFor(t, s, 8)
		if err := s.Join(ctx, "a"); err != nil {
			t.Fatal(err)
		}
		claims := claimSome(t, s, "a", 7)
		at := func(seconds int) time.Time { return mailed.Add(time.Duration(seconds) * time.Second) }
		ends := []mailer.Outcome{
			{State: mailer.Sent, At: at(1)}, {State: mailer.Sent, At: at(20)}, {State: mailer.Sent, At: at(30)},
			{State: mailer.Bounced, At: at(40), Code: 550, Reply: "5.1.1 unknown"},
			{State: mailer.Deferred, At: at(41), DueAt: at(101), Code: 450, Reply: "4.2.1 busy"},
			{State: mailer.Deferred, At: at(42), DueAt: at(95), Code: 450, Reply: "4.2.1 busy"},
			{State: mailer.Uncertain, At: at(43), Reply: "no answer"},
		}
		for i := range ends {
			ends[i].Claim = claims[i]
			ends[i].Attempts = 1
		}
		ends[2].Doubts, ends[6].Doubts = 1, 2
		if _, err := s.Note(ctx, "a", ends, nil, at(43)); err != nil {
			t.Fatal(err)
		}
		if err := s.Leave(ctx, "a"); err != nil { // takes over what is noted
			t.Fatal(err)
		}

		ended, err := s.Ended(ctx, 1, at(5))
		if want := (mailer.Ended{Count: 4, First: at(20)}); err != nil || ended != want {
			t.Errorf("Ended(1, 5 s) = %+v, %v, want %+v", ended, err, want)
		}
		if ended, err = s.Ended(ctx, 1, at(100)); err != nil || ended != (mailer.Ended{}) {
			t.Errorf("Ended(1, 100 s) = %+v, %v, want nothing", ended, err)
		}
		got := map[mailer.State]mailer.Refusal{}
		err = s.EachRefusal(ctx, 1, func(r mailer.Refusal) { got[r.State] = r })
		want := map[mailer.State]mailer.Refusal{
			mailer.Sent:      {State: mailer.Sent, Count: 1},
			mailer.Bounced:   {State: mailer.Bounced, Code: 550, Reply: "5.1.1 unknown", Count: 1},
			mailer.Deferred:  {State: mailer.Deferred, Code: 450, Reply: "4.2.1 busy", Count: 2, Next: at(95)},
			mailer.Uncertain: {State: mailer.Uncertain, Reply: "no answer", Count: 1},
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("EachRefusal(1): %v (-want +got):\n%s", err, diff)
		}
		count := 0
		err = s.EachFailed(ctx, 1, func(mailer.Delivery) error { count++; return nil })
		if err != nil || count != 5 {
			t.Errorf("EachFailed(1): %d, %v, want 5: all but two that were sent and one that waits", count, err)
		}
		retried, err := s.RetryIssue(ctx, 1, []mailer.State{mailer.Bounced, mailer.Uncertain}, at(200))
		if want := (mailer.Retried{Issue: 1, State: mailer.IssueSending, Due: 2, Doubtful: 1}); err != nil || retried != want {
			t.Errorf("RetryIssue(1) = %+v, %v, want %+v", retried, err, want)
		}
	})
}
