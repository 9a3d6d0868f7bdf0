package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"weekward/store"
	"weekward/store/journal"
	"weekward/store/storetest"
)

// keep gives a store a journal.
func keep(t *testing.T, s *store.Store) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "journal")
	s.UseHashes(keys(t).Hashes)
	s.UseJournal(path, func() time.Time { return mailed })
	return path
}

// do runs statements behind everybody's back.
func do(t *testing.T, s *store.Store, statements ...string) {
	t.Helper()
	if err := s.Do(context.Background(), statements...); err != nil {
		t.Fatal(err)
	}
}

// wantTexts compares the first column of a query.
func wantTexts(t *testing.T, s *store.Store, query, want string) {
	t.Helper()
	got, err := s.Texts(context.Background(), query)
	if err != nil || strings.Join(got, " ") != want {
		t.Errorf("%s: got %q, %v, want %q", query, strings.Join(got, " "), err, want)
	}
}

func person(id string) string {
	return fmt.Sprintf(`INSERT INTO subscribers (id, email, email_key, state, created_at, confirmed_at)
		VALUES ('%s', '%[1]s@example.org', '%[1]s@example.org', 'active', '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00')`, id)
}

func reconcile(t *testing.T, s *store.Store, o store.ReconcileOptions) store.Reconciled {
	t.Helper()
	r, err := s.Reconcile(context.Background(), o)
	if err != nil {
		t.Fatalf("Reconcile: %v", err)
	}
	return r
}

const peopleAre = "SELECT id || ':' || state FROM subscribers ORDER BY id"

func TestF26FailedCommitLeavesNothingBehind(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		path := keep(t, s)
		queueNotices(t, s, 2)
		if err := s.Join(ctx, "a"); err != nil {
			t.Fatal(err)
		}
		claimSome(t, s, "a", 1)
		if err := s.FailCommit(ctx); err != nil {
			t.Fatal(err)
		}
		if got := claimSome(t, s, "a", 1); len(got) != 1 {
			t.Errorf("Claim after a commit that failed: got %d, want 1", len(got))
		}
		if data, err := os.ReadFile(path); err != nil || bytes.Contains(data, []byte("never")) {
			t.Errorf("the journal still has what was never committed: %v", err)
		}
		standing, err := s.JournalStanding(ctx)
		if err != nil || standing.Entries != 2 || standing.Missing {
			t.Errorf("JournalStanding = %+v, %v, want 2 entries and nothing else", standing, err)
		}
		if err := errors.Join(s.Release(ctx, "a"), s.Leave(ctx, "a")); err != nil {
			t.Fatal(err)
		}
	})
}

// Two processes write one journal, and none loses what the other wrote.
func TestF26TwoProcessesKeepOneJournal(t *testing.T) {
	address := filepath.Join(t.TempDir(), "subscribers.db")
	path := store.JournalPath(address, "")
	const each = 20
	var wg sync.WaitGroup
	for process := range 2 {
		s := storetest.OpenAt(t, address)
		s.UseJournal(path, func() time.Time { return mailed })
		for i := range each {
			do(t, s, person(fmt.Sprintf("p%d-%02d", process, i)))
		}
		wg.Go(func() {
			for i := range each {
				if _, err := s.Unsubscribe(context.Background(), fmt.Sprintf("p%d-%02d", process, i), mailed); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	f, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.CatchUp(); err != nil {
		t.Fatal(err)
	}
	seen, last := map[string]bool{}, int64(0)
	f.Each(0, func(b journal.Batch) error {
		if b.Base != last || !b.Settled {
			t.Errorf("batch after %d: got base %d, settled %v, want them in order and settled", last, b.Base, b.Settled)
		}
		last = b.Last
		for _, e := range b.Entries {
			seen[e.Subscriber] = true
		}
		return nil
	})
	if len(seen) != 2*each || last != 2*each {
		t.Errorf("journal: got %d people up to entry %d, want %d", len(seen), last, 2*each)
	}
}

// A commit that fails leaves its batch in the file, where another process puts
// its own in that place. Both must know then where the file ends.
func TestF26CommitThatFailedCostsNoOtherProcessItsEntry(t *testing.T) {
	address := filepath.Join(t.TempDir(), "subscribers.db")
	path := store.JournalPath(address, "")
	fails, other := storetest.OpenAt(t, address), storetest.OpenAt(t, address)
	for _, s := range []*store.Store{fails, other} {
		s.UseJournal(path, func() time.Time { return mailed })
	}
	leave := func(s *store.Store, id string) {
		t.Helper()
		do(t, s, person(id))
		if _, err := s.Unsubscribe(context.Background(), id, mailed); err != nil {
			t.Fatal(err)
		}
	}
	leave(fails, "first")
	var want []string
	for _, id := range []string{"x", "one-of-a-much-longer-name", strings.Repeat("z", 200)} {
		if err := fails.FailCommit(context.Background()); err != nil {
			t.Fatal(err)
		}
		leave(other, id)
		leave(fails, id+"-too")
		want = append(want, id, id+"-too")
	}
	f, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.CatchUp(); err != nil {
		t.Fatal(err)
	}
	var got []string
	f.Each(1, func(b journal.Batch) error {
		for _, e := range b.Entries {
			got = append(got, e.Subscriber)
		}
		return nil
	})
	if !slices.Equal(got, want) || f.Damaged != 0 || f.Settled != 7 {
		t.Errorf("journal: got %q, settled up to %d, %d octets damaged, want %q, 7 and none", got, f.Settled, f.Damaged, want)
	}
}

// A journal that is not this database's own, or cannot be read, is neither
// believed nor written to, and nobody is mailed until a person has decided.
func TestF26ForeignOrDamagedJournalIsLeftAlone(t *testing.T) {
	for _, c := range []struct {
		why    string
		harm   func(t *testing.T, path string)
		reason string
	}{
		{"of another database", func(t *testing.T, path string) {
			f, err := journal.Create(path+".other", journal.NewID(), 0, mailed)
			if err = errors.Join(err, f.Close(), os.Rename(path+".other", path)); err != nil {
				t.Fatal(err)
			}
		}, "belongs to another database"},
		{"its first octets are damaged", func(t *testing.T, path string) {
			if err := os.WriteFile(path, bytes.Repeat([]byte("x"), 500), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "cannot be read"},
	} {
		t.Run(c.why, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				ctx := t.Context()
				path := keep(t, s)
				do(t, s, person("early"), person("late"))
				queueNotices(t, s, 1)
				if err := s.Join(ctx, "a"); err != nil {
					t.Fatal(err)
				}
				if _, err := s.Unsubscribe(ctx, "early", mailed); err != nil {
					t.Fatal(err)
				}
				os.Remove(path) // so that the store opens it again
				c.harm(t, path)
				before, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				wantLost := func(doing string, err error) {
					t.Helper()
					lost := (*store.LostJournalError)(nil)
					if !errors.As(err, &lost) || !strings.Contains(lost.Why, c.reason) {
						t.Errorf("%s = %v, want a journal that %s", doing, err, c.reason)
					}
				}
				_, err = s.Claim(ctx, "a", 9, mailed)
				wantLost("Claim", err)
				wantLost("Join", s.Join(ctx, "b"))
				_, err = s.JournalStanding(ctx)
				wantLost("JournalStanding", err)
				if err := errors.Join(s.Release(ctx, "a"), s.Leave(ctx, "a")); err != nil {
					t.Errorf("Release and Leave = %v, want that a sender can go", err)
				}
				_, err = s.Reconcile(ctx, store.ReconcileOptions{})
				wantLost("Reconcile", err)
				_, err = s.Reconcile(ctx, store.ReconcileOptions{WithoutJournal: true})
				wantLost("Reconcile without a journal, and one is there", err)
				if _, err := s.Unsubscribe(ctx, "late", mailed); err != nil {
					t.Errorf("Unsubscribe = %v, want that people may leave all the same", err)
				}
				if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, before) {
					t.Errorf("the file has changed: %d octets, %v, want the %d of before", len(after), err, len(before))
				}
				if err := os.Rename(path, path+".away"); err != nil {
					t.Fatal(err)
				}
				if _, err := s.Reconcile(ctx, store.ReconcileOptions{WithoutJournal: true}); err != nil {
					t.Errorf("Reconcile when it was moved away = %v", err)
				}
				if err := s.Join(ctx, "c"); err != nil {
					t.Errorf("Join after that = %v", err)
				}
				if got := claimSome(t, s, "c", 9); len(got) != 1 {
					t.Errorf("claims after that: got %d, want 1", len(got))
				}
				if err := errors.Join(s.Release(ctx, "c"), s.Leave(ctx, "c")); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// Damage lies where nobody has to read until the day a backup is restored.
func TestDamageInTheJournalIsFoundBeforeItIsNeeded(t *testing.T) {
	s := storetest.Open(t)
	path := keep(t, s)
	if got, err := s.JournalDamage(); err != nil || got != 0 {
		t.Errorf("JournalDamage before there is a journal = %d, %v, want none", got, err)
	}
	do(t, s, person("ann"), person("ben"), person("cal"))
	for _, id := range []string{"ann", "ben", "cal"} {
		if _, err := s.Unsubscribe(t.Context(), id, mailed); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.JournalDamage(); err != nil || got != 0 {
		t.Errorf("JournalDamage = %d, %v, want none", got, err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[bytes.Index(data, []byte("ben"))] ^= 0x10
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := s.JournalDamage(); err != nil || got < 20 || got > 60 {
		t.Errorf("JournalDamage = %d, %v, want the octets of one departure", got, err)
	}
	do(t, s, "UPDATE subscribers SET state = 'active', left_at = NULL", "UPDATE journal SET seq = 0, place = 0")
	if r := reconcile(t, s, store.ReconcileOptions{}); r.Left != 2 || r.Damaged == 0 {
		t.Errorf("Reconcile = %+v, want two who left, and a word of the damage", r)
	}
}
