package store_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"weekward/mailer"
	"weekward/store"
	"weekward/store/storetest"
	"weekward/subscribers"
)

// Before anybody is mailed, everything that counts an issue's audience counts
// those whose deliveries do not exist yet.
func TestFrozenAudienceIsCountedBeforeItIsMailed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		const readers = 600 // three parts of a roll
		freezeFor(t, s, readers)
		figures, err := s.Figures(ctx, 1)
		if want := (mailer.Figures{Planned: readers, Queued: readers}); err != nil || figures != want {
			t.Errorf("Figures(1) = %+v, %v, want %+v", figures, err, want)
		}
		queue, err := s.Queue(ctx, mailed)
		if want := (mailer.Queue{Due: readers}); err != nil || queue != want {
			t.Errorf("Queue = %+v, %v, want %+v", queue, err, want)
		}
		backlog, err := s.Backlog(ctx)
		if err != nil || !backlog.Queued || backlog.Claimed || backlog.Next.IsZero() || backlog.Next.After(mailed) {
			t.Errorf("Backlog = %+v, %v, want something queued and due", backlog, err)
		}
		var recipients []string
		err = s.EachDelivery(ctx, 1, nil, func(d mailer.Delivery) error {
			recipients = append(recipients, d.Recipient)
			if d.State != mailer.Queued || !d.DueAt.IsZero() || !d.DoneAt.IsZero() {
				t.Errorf("EachDelivery: got %+v, want one that is queued", d)
			}
			return nil
		})
		if err != nil || len(recipients) != readers || !slices.IsSorted(recipients) {
			t.Errorf("EachDelivery: %d recipients, %v, want %d in order", len(recipients), err, readers)
		}
		record, err := s.Record(ctx, "s77")
		if err != nil || len(record.Deliveries) != 1 || record.Deliveries[0].State != string(mailer.Queued) || record.Deliveries[0].Issue != 1 {
			t.Errorf("Record(s77) = %+v, %v, want a delivery that is queued", record.Deliveries, err)
		}
	})
}

// Whatever the windows' sizes, everyone is in exactly one of them, and the
// ledger is right after each.
func TestWindowsOfAnySizeHoldEveryoneOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		const readers = 1500
		freezeFor(t, s, readers)
		if err := s.Join(ctx, "a"); err != nil {
			t.Fatal(err)
		}
		seen := make(map[string]bool)
		for i := 0; ; i++ {
			limit := []int{1, 32, 300, 256, 100, 1024}[i%6]
			claims := claimSome(t, s, "a", limit)
			if len(claims) > limit {
				t.Errorf("Claim(%d): got %d deliveries", limit, len(claims))
			}
			for _, c := range claims {
				if seen[c.To.ID] || c.To.Email != "r"+c.To.ID[1:]+"@example.org" || c.Fence != 1 || c.Variant == "" {
					t.Errorf("Claim(%d): got %+v, want somebody new with their address, at the first fence", limit, c)
				}
				seen[c.To.ID] = true
			}
			figures, err := s.Figures(ctx, 1)
			if want := (mailer.Figures{Planned: readers, Queued: readers}); err != nil || figures != want {
				t.Fatalf("after %d claims: Figures(1) = %+v, %v, want %+v", len(seen), figures, err, want)
			}
			if len(claims) == 0 {
				break
			}
		}
		if len(seen) != readers {
			t.Errorf("claimed: %d of %d", len(seen), readers)
		}
		if backlog, err := s.Backlog(ctx); err != nil || backlog.Queued || !backlog.Claimed {
			t.Errorf("Backlog = %+v, %v, want all of them claimed", backlog, err)
		}
	})
}

// Two senders that claim at the same time share a roll without a double.
func TestTwoSendersShareARoll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		const readers = 3000
		freezeFor(t, s, readers)
		var mu sync.Mutex
		var working sync.WaitGroup
		by := make(map[string]string)
		for _, sender := range []string{"a", "b"} {
			if err := s.Join(ctx, sender); err != nil {
				t.Fatal(err)
			}
			working.Go(func() {
				for misses := 0; misses < 3; { // what the other is claiming is not there for the moment
					claims, err := s.Claim(ctx, sender, 300, mailed)
					if err != nil {
						t.Errorf("Claim(%s): %v", sender, err)
						return
					}
					if len(claims) == 0 {
						misses++
					}
					mu.Lock()
					for _, c := range claims {
						if other := by[c.To.ID]; other != "" {
							t.Errorf("Claim(%s): got %s, whom %s has", sender, c.To.ID, other)
						}
						by[c.To.ID] = sender
					}
					mu.Unlock()
				}
			})
		}
		working.Wait()
		if len(by) != readers {
			t.Errorf("claimed: %d of %d", len(by), readers)
		}
	})
}

// The audience is fixed when the issue is frozen: who comes later is not in it,
// and who left or was erased in the meantime is skipped, and counted.
func TestRollIsTheAudienceOfTheMomentOfFreezing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		freezeFor(t, s, 300)
		late := subscribers.Subscriber{ID: "s7late", Email: "late@example.org", Format: subscribers.Both, State: subscribers.Active, CreatedAt: mailed, ConfirmedAt: mailed}
		err := s.Import(ctx, nil, func([]subscribers.Known) ([]subscribers.Change, error) {
			return []subscribers.Change{{Subscriber: late}}, nil
		})
		if err == nil {
			_, err = s.Unsubscribe(ctx, "s5", mailed)
		}
		if err == nil {
			err = s.Forget(ctx, subscribers.Erasure{ID: "s6"})
		}
		if err == nil {
			err = s.Join(ctx, "a")
		}
		if err != nil {
			t.Fatal(err)
		}
		claims := claimSome(t, s, "a", 1024)
		for _, c := range claims {
			if slices.Contains([]string{"s5", "s6", "s7late"}, c.To.ID) {
				t.Errorf("Claim: got %s, who left, was erased or came later", c.To.ID)
			}
		}
		figures, err := s.Figures(ctx, 1)
		if want := (mailer.Figures{Planned: 300, Queued: 298, Skipped: 2}); len(claims) != 298 || err != nil || figures != want {
			t.Errorf("Claim: %d deliveries and Figures(1) = %+v, %v, want 298 and %+v", len(claims), figures, err, want)
		}
	})
}

func TestPausedRollWaits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		freezeFor(t, s, 300)
		if err := s.Pause(ctx, "m", "a mistake"); err != nil {
			t.Fatal(err)
		}
		if err := s.Join(ctx, "a"); err != nil {
			t.Fatal(err)
		}
		for _, limit := range []int{10, 1024} {
			if claims := claimSome(t, s, "a", limit); len(claims) != 0 {
				t.Errorf("Claim(%d) of a paused issue: got %d deliveries, want none", limit, len(claims))
			}
		}
		if backlog, err := s.Backlog(ctx); err != nil || backlog.Queued || !backlog.Next.IsZero() {
			t.Errorf("Backlog of a paused issue = %+v, %v, want nothing", backlog, err)
		}
		moved, err := s.MoveIssue(ctx, mailer.Move{Record: mailer.Record{Number: 1, Slot: mailed, State: mailer.IssueSending, Content: []byte("{}"), FrozenAt: mailed}, From: []mailer.IssueState{mailer.IssuePaused}})
		if err != nil || !moved {
			t.Fatalf("MoveIssue = %v, %v, want the issue to go on", moved, err)
		}
		if claims := claimSome(t, s, "a", 1024); len(claims) != 300 {
			t.Errorf("Claim when it goes on: got %d deliveries, want 300", len(claims))
		}
	})
}

// A letter that comes while an issue is mailed is in the next window.
func TestLetterGoesBeforeARoll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		freezeFor(t, s, 600)
		if err := s.Join(context.Background(), "a"); err != nil {
			t.Fatal(err)
		}
		claimSome(t, s, "a", 256)
		queueNotices(t, s, 1)
		if claims := claimSome(t, s, "a", 300); len(claims) != 257 || claims[0].Mailing != "l000" {
			t.Errorf("Claim: got %d deliveries, want the letter and then 256 of the issue", len(claims))
		}
	})
}

// BenchmarkFreeze measures what a first message waits for, a reader at a time.
func BenchmarkFreeze(b *testing.B) {
	const readers = 20000
	s := storetest.OpenAt(b, b.TempDir()+"/subscribers.db")
	ctx := context.Background()
	err := s.Import(ctx, nil, func([]subscribers.Known) (changes []subscribers.Change, err error) {
		for i := range readers {
			changes = append(changes, subscribers.Change{Subscriber: subscribers.Subscriber{
				ID: fmt.Sprintf("s%026d", i), Email: fmt.Sprintf("r%d@example.org", i), Format: subscribers.Both, State: subscribers.Active, CreatedAt: mailed, ConfirmedAt: mailed,
			}})
		}
		return changes, nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for i := 1; b.Loop(); i++ {
		freezeNumber(b, s, i, mailed.Add(time.Duration(i)*time.Hour))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*readers), "ns/reader")
}
