package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"weekward/mailer"
	"weekward/store"
	"weekward/store/storetest"
	"weekward/subscribers"
	"weekward/templates"
)

var mailed = time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)

// queueNotices queues letters to nobody on the list, which need no
// subscriber: the shortest way to deliveries.
func queueNotices(t *testing.T, s *store.Store, count int) {
	t.Helper()
	for i := range count {
		l := subscribers.Letter{ID: fmt.Sprintf("l%03d", i), Kind: subscribers.LetterNotice, Address: fmt.Sprintf("e%d@example.org", i), Subject: "s", Text: "t", At: mailed}
		if err := s.QueueLetter(context.Background(), l); err != nil {
			t.Fatal(err)
		}
	}
}

func claimSome(t *testing.T, s *store.Store, sender string, limit int) []mailer.Claim {
	t.Helper()
	claims, err := s.Claim(context.Background(), sender, limit, mailed)
	if err != nil {
		t.Fatalf("Claim(%s, %d): %v", sender, limit, err)
	}
	return claims
}

func TestTwoSendersNeverClaimTheSameDelivery(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		queueNotices(t, s, 10)
		seen := make(map[string]string)
		for _, sender := range []string{"a", "b", "a", "b"} {
			for _, c := range claimSome(t, s, sender, 3) {
				if by := seen[c.Mailing]; by != "" {
					t.Errorf("Claim(%s): got %s, which %s has", sender, c.Mailing, by)
				}
				seen[c.Mailing] = sender
			}
		}
		if len(seen) != 10 {
			t.Errorf("claimed: got %d deliveries, want 10", len(seen))
		}
	})
}

func TestZombieCannotBeginWhatAnotherHasClaimed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		queueNotices(t, s, 1)
		old := claimSome(t, s, "zombie", 1)
		peers, err := s.Beat(ctx, "other")
		if err != nil || len(peers) != 1 {
			t.Fatalf("Beat = %v, %v, want the zombie", peers, err)
		}
		if claimed, _, err := s.Bury(ctx, peers[0], mailer.Queued, mailed); err != nil || claimed != 1 {
			t.Fatalf("Bury = %d, %v, want one claim settled", claimed, err)
		}
		// Even when it gets the very same delivery again, its old claim is void.
		fresh := claimSome(t, s, "zombie", 1)
		for _, c := range []struct {
			why   string
			claim mailer.Claim
			want  mailer.Standing
		}{{"an old fence", old[0], mailer.Void}, {"the claim that holds", fresh[0], mailer.Clear}, {"begun before", fresh[0], mailer.Void}} {
			got, err := s.Note(ctx, "zombie", nil, []mailer.Claim{c.claim}, mailed)
			if err != nil || got[0] != c.want {
				t.Errorf("%s: Note = %v, %v, want standing %v", c.why, got, err, c.want)
			}
		}
	})
}

func TestWhoStillBeatsIsNotBuried(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		queueNotices(t, s, 1)
		claimSome(t, s, "slow", 1)
		peers, err := s.Beat(ctx, "other")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Beat(ctx, "slow"); err != nil {
			t.Fatal(err)
		}
		if claimed, _, err := s.Bury(ctx, peers[0], mailer.Queued, mailed); err != nil || claimed != 0 {
			t.Errorf("Bury after a beat = %d, %v, want nothing settled", claimed, err)
		}
	})
}

func TestDeadSendersMessageUnderWayIsSettledAsAsked(t *testing.T) {
	for _, to := range []mailer.State{mailer.Queued, mailer.Uncertain} {
		t.Run(string(to), func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				ctx := context.Background()
				queueNotices(t, s, 1)
				claims := claimSome(t, s, "dead", 1)
				if _, err := s.Note(ctx, "dead", nil, claims, mailed); err != nil {
					t.Fatal(err)
				}
				peers, err := s.Beat(ctx, "other")
				if err != nil {
					t.Fatal(err)
				}
				if _, sending, err := s.Bury(ctx, peers[0], to, mailed); err != nil || sending != 1 {
					t.Fatalf("Bury = %d under way, %v, want 1", sending, err)
				}
				want := map[mailer.State]int{mailer.Queued: 1, mailer.Uncertain: 0}[to]
				if got := len(claimSome(t, s, "other", 5)); got != want {
					t.Errorf("claims after it: got %d, want %d", got, want)
				}
			})
		})
	}
}

func TestLockFileTellsADeadSenderAtOnce(t *testing.T) {
	ctx := context.Background()
	address := t.TempDir() + "/subscribers.db"
	s, other := storetest.OpenAt(t, address), storetest.OpenAt(t, address)
	if err := s.Join(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	peers, err := other.Beat(ctx, "b")
	if err != nil || len(peers) != 1 || peers[0].Dead {
		t.Errorf("Beat beside a living sender = %+v, %v, want it alive", peers, err)
	}
	queueNotices(t, s, 1)
	if _, err := s.Claim(ctx, "ghost", 1, mailed); err != nil { // on the roster, without a lock
		t.Fatal(err)
	}
	if err := s.Leave(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	peers, err = other.Beat(ctx, "b")
	if err != nil || len(peers) != 1 || peers[0].ID != "ghost" || !peers[0].Dead {
		t.Errorf("Beat beside a dead sender = %+v, %v, want the ghost, dead", peers, err)
	}
}

func TestSenderThatLeavesAClaimOpenStaysOnTheRoster(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		queueNotices(t, s, 1)
		claimSome(t, s, "a", 1)
		if err := s.Leave(ctx, "a"); err != nil {
			t.Fatal(err)
		}
		if peers, err := s.Beat(ctx, "b"); err != nil || len(peers) != 1 {
			t.Errorf("Beat = %v, %v, want the one that left a claim open", peers, err)
		}
	})
}

func TestReleasedAndEndedDeliveries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		queueNotices(t, s, 3)
		claims := claimSome(t, s, "a", 3)
		if _, err := s.Note(ctx, "a", nil, claims[:2], mailed); err != nil {
			t.Fatal(err)
		}
		later := mailed.Add(time.Minute)
		ends := []mailer.Outcome{
			{Claim: claims[0], State: mailer.Sent, At: mailed},
			{Claim: claims[1], State: mailer.Deferred, At: mailed, DueAt: later, Code: 451, Reply: "later"},
		}
		if _, err := s.Note(ctx, "a", ends, nil, mailed); err != nil {
			t.Fatal(err)
		}
		b, err := s.Backlog(ctx)
		if err != nil || b.Queued || !b.Claimed {
			t.Errorf("Backlog = %+v, %v, want one claimed", b, err)
		}
		if err := s.Release(ctx, "a"); err != nil {
			t.Fatal(err)
		}
		if b, err = s.Backlog(ctx); err != nil || !b.Queued || b.Claimed {
			t.Errorf("Backlog after Release = %+v, %v, want one queued", b, err)
		}
		if got := claimSome(t, s, "a", 5); len(got) != 1 || got[0].Mailing != claims[2].Mailing {
			t.Errorf("claims after Release: got %+v, want the one released", got)
		}
		if b, err = s.Backlog(ctx); err != nil || !b.Next.Equal(later) {
			t.Errorf("Backlog.Next = %s, %v, want %s", b.Next, err, later)
		}
		due, err := s.Claim(ctx, "a", 5, later)
		if err != nil || len(due) != 1 || due[0].Mailing != claims[1].Mailing {
			t.Errorf("Claim a minute later = %+v, %v, want the deferred one", due, err)
		}
	})
}

func TestIssueMovesOnceAndOnlyFromWhereItIs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		r := mailer.Record{Number: 1, Slot: mailed, State: mailer.IssueHeld, Reason: "nobody approved it"}
		fromDraft := []mailer.IssueState{mailer.IssueDraft}
		for _, c := range []struct {
			why  string
			move mailer.Move
			want bool
		}{
			{"a draft", mailer.Move{Record: r, From: fromDraft}, true},
			{"no draft any more", mailer.Move{Record: r, From: fromDraft}, false},
			{"the slot has its issue", mailer.Move{Record: mailer.Record{Number: 2, Slot: mailed, State: mailer.IssueHeld}, From: fromDraft}, false},
			{"from another state", mailer.Move{Record: r, From: []mailer.IssueState{mailer.IssueApproved}}, false},
			{"from where it is", mailer.Move{Record: with(r, mailer.IssueApproved), From: []mailer.IssueState{mailer.IssueHeld}}, true},
		} {
			if got, err := s.MoveIssue(ctx, c.move); err != nil || got != c.want {
				t.Errorf("%s: MoveIssue = %v, %v, want %v", c.why, got, err, c.want)
			}
		}
		got, err := s.IssueAt(ctx, mailed)
		if err != nil || got.Number != 1 || got.State != mailer.IssueApproved || !got.Slot.Equal(mailed) {
			t.Errorf("IssueAt = %+v, %v, want issue 1 approved", got, err)
		}
		if _, err := s.Issue(ctx, 2); !errors.Is(err, mailer.ErrNoIssue) {
			t.Errorf("Issue(2): got %v, want %v", err, mailer.ErrNoIssue)
		}
	})
}

func with(r mailer.Record, state mailer.IssueState) mailer.Record {
	r.State = state
	return r
}

func TestFreezeThatFailsLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		f := mailer.Frozen{
			Record:  mailer.Record{Number: 1, Slot: mailed, State: mailer.IssueSending, Content: []byte("{}")},
			From:    []mailer.IssueState{mailer.IssueDraft},
			Mailing: mailer.Mailing{ID: "m", Kind: mailer.KindIssue, Issue: 1, Needs: "nonsense", Seed: "s", Date: mailed},
			Variant: func(mailer.Audience) (templates.Content, error) { return templates.Content{}, nil },
		}
		if _, err := s.FreezeIssue(ctx, f); err == nil {
			t.Fatal("FreezeIssue with a mailing the schema refuses: got no error")
		}
		if _, err := s.Issue(ctx, 1); !errors.Is(err, mailer.ErrNoIssue) {
			t.Errorf("Issue(1) after it: got %v, want %v", err, mailer.ErrNoIssue)
		}
		f.Mailing.Needs = subscribers.Active
		if won, err := s.FreezeIssue(ctx, f); err != nil || !won {
			t.Errorf("FreezeIssue = %v, %v, want it frozen", won, err)
		}
		if won, err := s.FreezeIssue(ctx, f); err != nil || won {
			t.Errorf("FreezeIssue again = %v, %v, want nothing done", won, err)
		}
		if got, err := s.SendingIssues(ctx); err != nil || !slices.Equal(got, []int{1}) {
			t.Errorf("SendingIssues = %v, %v, want [1]", got, err)
		}
	})
}
