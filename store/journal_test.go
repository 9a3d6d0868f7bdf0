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

	"weekward/digest"
	"weekward/digest/recap"
	"weekward/mailer"
	"weekward/store"
	"weekward/store/journal"
	"weekward/store/storetest"
	"weekward/subscribers"
	"weekward/templates"
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

// Whoever went after a backup is gone again after it was restored, on both
// engines.
func TestF26DeparturesAreReplayed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		keep(t, s)
		hash := func(id string) string { return keys(t).Hash("suppression", id+"@example.org") }
		everybody := []string{person("back"), person("bounced"), person("erased"), person("left"), person("stays")}
		do(t, s, everybody...)
		_, err := s.Unsubscribe(ctx, "left", mailed)
		err = errors.Join(err, s.Suppress(ctx, "bounced", subscribers.Suppression{Hash: hash("bounced"), Reason: subscribers.ReasonBounced, At: mailed}))
		err = errors.Join(err, s.Suppress(ctx, "back", subscribers.Suppression{Hash: hash("back"), Reason: subscribers.ReasonBounced, At: mailed}))
		err = errors.Join(err, s.Lift(ctx, "back@example.org", []string{hash("back")}))
		err = errors.Join(err, s.Forget(ctx, subscribers.Erasure{ID: "erased", Address: "a", Suppression: subscribers.Suppression{Hash: hash("erased"), Reason: subscribers.ReasonForgotten, At: mailed}}))
		err = errors.Join(err, s.Import(ctx, nil, func([]subscribers.Known) ([]subscribers.Change, error) {
			return []subscribers.Change{{Subscriber: subscribers.Subscriber{ID: "imported", Email: "imported@example.org", Format: subscribers.Both, State: subscribers.Active, CreatedAt: mailed, ConfirmedAt: mailed}}}, nil
		}))
		if err != nil {
			t.Fatal(err)
		}
		do(t, s, "DELETE FROM subscribers", "DELETE FROM suppressions", "UPDATE journal SET seq = 0, place = 0")
		do(t, s, everybody...)

		ahead := (*store.AheadError)(nil)
		if err := s.Join(ctx, "a"); !errors.As(err, &ahead) || ahead.Entries != 6 {
			t.Fatalf("Join of a restored database = %v, want that the journal is ahead by 6", err)
		}
		r := reconcile(t, s, store.ReconcileOptions{DryRun: true})
		if r.Left != 1 || r.Suppress != 2 || r.Erased != 1 || r.Imported != 1 || r.Entries != 6 {
			t.Errorf("Reconcile without a change = %+v, want 6 entries: 1 left, 2 suppressed, 1 erased, 1 imported", r)
		}
		wantTexts(t, s, peopleAre, "back:active bounced:active erased:active left:active stays:active")
		if again := reconcile(t, s, store.ReconcileOptions{}); again.Erased != 1 || again.Left != 1 {
			t.Errorf("Reconcile = %+v, want the same", again)
		}
		wantTexts(t, s, peopleAre, "back:suppressed bounced:suppressed left:unsubscribed stays:active")
		wantTexts(t, s, "SELECT reason FROM suppressions ORDER BY reason", "bounced forgotten")
		if _, err := s.Reconcile(ctx, store.ReconcileOptions{}); !errors.Is(err, store.ErrNothingAhead) {
			t.Errorf("Reconcile again = %v, want ErrNothingAhead", err)
		}
		if err := errors.Join(s.Join(ctx, "a"), s.Leave(ctx, "a")); err != nil {
			t.Errorf("Join and Leave afterwards = %v", err)
		}
	})
}

// sendNotices sends four of five notices and leaves the fifth in an open window;
// then the database is as it was before.
func sendNotices(t *testing.T, s *store.Store) {
	t.Helper()
	ctx := context.Background()
	if err := s.Join(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	queueNotices(t, s, 5)
	claims := claimSome(t, s, "a", 5)
	note(t, s, "a", nil, claims...)
	bounced, later := sent(claims[1]), sent(claims[2])
	bounced.State, bounced.Code = mailer.Bounced, 550
	later.State, later.DueAt = mailer.Deferred, mailed.Add(time.Hour)
	note(t, s, "a", []mailer.Outcome{sent(claims[0]), bounced, later, sent(claims[3])})
	if err := s.FoldCheaply(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Unsubscribe(ctx, "nobody", mailed); !errors.Is(err, subscribers.ErrNotFound) {
		t.Fatalf("Unsubscribe(nobody) = %v, want ErrNotFound", err)
	}
}

// beforeSending takes the deliveries back to where they were.
const beforeSending = "UPDATE deliveries SET state = 'queued', sender = '', attempts = 0, done_at = NULL, reply = '', code = 0"

const deliveriesAre = "SELECT mailing || ':' || state FROM deliveries ORDER BY mailing"

func TestF26WhatMayHaveBeenMailedIsTreatedAsAsked(t *testing.T) {
	for _, c := range []struct {
		why  string
		hold bool
		want string
	}{
		{"maybe twice", false, "l000:sent l001:bounced l002:queued l003:sent l004:queued"},
		{"never twice", true, "l000:sent l001:bounced l002:queued l003:sent l004:uncertain"},
	} {
		t.Run(c.why, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				keep(t, s)
				sendNotices(t, s)
				// A departure that waits for the disk settles what went before it.
				do(t, s, person("left"))
				if _, err := s.Unsubscribe(context.Background(), "left", mailed); err != nil {
					t.Fatal(err)
				}
				s.ForgetSender("a")
				do(t, s, beforeSending, "UPDATE journal SET seq = 0, place = 0", "DELETE FROM senders")
				r := reconcile(t, s, store.ReconcileOptions{Hold: c.hold})
				if r.Sent != 2 || r.Bounced != 1 || r.InDoubt != 1 || r.Entries != 10 {
					t.Errorf("Reconcile = %+v, want 10 entries: 2 sent, 1 bounced, 1 in doubt", r)
				}
				wantTexts(t, s, deliveriesAre, c.want)
			})
		})
	}
}

// A power cut may take what the database had not synced, and leave it in the
// journal: that is no restored backup.
func TestF06WhatThePowerCutTookComesBackFromTheJournal(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		keep(t, s)
		sendNotices(t, s)
		s.ForgetSender("a")
		// Five claims were synced, four ends were not.
		do(t, s, "UPDATE deliveries SET state = 'queued', sender = '', done_at = NULL", "UPDATE journal SET seq = 5", "DELETE FROM senders")
		if err := s.Join(ctx, "b"); err != nil {
			t.Fatalf("Join = %v, want no refusal", err)
		}
		wantTexts(t, s, deliveriesAre, "l000:sent l001:bounced l002:queued l003:sent l004:queued")
		if err := s.Leave(ctx, "b"); err != nil {
			t.Fatal(err)
		}
	})
}

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
		if err != nil || standing.Entries != 2 || standing.Missing || standing.Damaged != 0 {
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

// That a batch is settled is not synced: a machine that dies may forget it. In a
// backup the batch is news all the same.
func TestF26OnlyDepartureSinceABackupIsNotTakenForACrash(t *testing.T) {
	address := filepath.Join(t.TempDir(), "subscribers.db")
	path := store.JournalPath(address, "")
	s := storetest.OpenAt(t, address)
	s.UseJournal(path, func() time.Time { return mailed })
	do(t, s, person("before"), person("left"), person("left-too"))
	if _, err := s.Unsubscribe(t.Context(), "before", mailed); err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(t.TempDir(), "backup.db")
	if err := s.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Unsubscribe(t.Context(), "left", mailed); err != nil {
		t.Fatal(err)
	}
	unsettle(t, path)
	restored := storetest.OpenAt(t, backup)
	restored.UseJournal(path, func() time.Time { return mailed })
	if _, err := restored.Unsubscribe(t.Context(), "left-too", mailed); err != nil {
		t.Fatal(err)
	}
	ahead := (*store.AheadError)(nil)
	if err := restored.Join(t.Context(), "a"); !errors.As(err, &ahead) || ahead.Entries != 2 {
		t.Errorf("Join of a restored database = %v, want that the journal is ahead by 2", err)
	}
	if r := reconcile(t, restored, store.ReconcileOptions{}); r.Left != 1 {
		t.Errorf("Reconcile = %+v, want one who left", r)
	}
	wantTexts(t, restored, peopleAre, "before:unsubscribed left:unsubscribed left-too:unsubscribed")
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

// Somebody who was being erased when the power failed is erased by the next
// send, from the files, too.
func TestF06ErasureThatAPowerCutTookLeavesNoTrace(t *testing.T) {
	address := filepath.Join(t.TempDir(), "subscribers.db")
	path := store.JournalPath(address, "")
	s := storetest.OpenAt(t, address)
	s.UseHashes(keys(t).Hashes)
	s.UseJournal(path, func() time.Time { return mailed })
	gone := person("somebody-who-was-erased")
	do(t, s, gone)
	if err := s.Forget(t.Context(), subscribers.Erasure{ID: "somebody-who-was-erased", Address: "hash"}); err != nil {
		t.Fatal(err)
	}
	unsettle(t, path)
	do(t, s, gone, "UPDATE journal SET seq = 0, place = 0")
	again := storetest.OpenAt(t, address)
	again.UseHashes(keys(t).Hashes)
	again.UseJournal(path, func() time.Time { return mailed })
	if err := again.Join(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	wantTexts(t, again, peopleAre, "")
	for _, end := range []string{"", "-wal"} {
		if data, err := os.ReadFile(address + end); err != nil || bytes.Contains(data, []byte("somebody-who-was-erased")) {
			t.Errorf("subscribers.db%s has the octets of who was erased (%v)", end, err)
		}
	}
	if err := again.Leave(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
}

// unsettle has a journal's last batch be one whose transaction is not known to be
// on the disk.
func unsettle(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const settledAt = 12 // of the head of a batch
	data[bytes.LastIndex(data, []byte("wwj"))-1+settledAt] = 0
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// What the editor decided after a backup stands, and an issue that the backup
// does not know is printed again for those who have not had it.
func TestF26IssuesComeBackAsTheyStood(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		keep(t, s)
		do(t, s, person("ann"), person("ben"))
		skipped := mailer.Record{Number: 1, Slot: mailed.AddDate(0, 0, -7), State: mailer.IssueSkipped, Reason: "a holiday"}
		if moved, err := s.MoveIssue(ctx, mailer.Move{Record: skipped, From: []mailer.IssueState{mailer.IssueDraft}}); err != nil || !moved {
			t.Fatalf("MoveIssue = %v, %v", moved, err)
		}
		print := func(a mailer.Audience) (templates.Content, error) {
			return templates.Content{Subject: "s", Text: "t"}, nil
		}
		f := mailer.Frozen{
			Record:  mailer.Record{Number: 2, Slot: mailed, State: mailer.IssueSending, Fingerprint: "f", Content: []byte(`{"number": 2}`), FrozenAt: mailed},
			From:    []mailer.IssueState{mailer.IssueDraft},
			Mailing: mailer.Mailing{ID: "m2", Kind: mailer.KindIssue, Issue: 2, Needs: subscribers.Active, Seed: "seed", Header: mailer.Header{Name: "Ward Weekly"}, Date: mailed}, Variant: print,
		}
		if frozen, err := s.FreezeIssue(ctx, f); err != nil || !frozen {
			t.Fatalf("FreezeIssue = %v, %v", frozen, err)
		}
		if err := s.Join(ctx, "a"); err != nil {
			t.Fatal(err)
		}
		claims := claimSome(t, s, "a", 1)
		note(t, s, "a", nil, claims...)
		note(t, s, "a", []mailer.Outcome{sent(claims[0])})
		if err := errors.Join(s.Release(ctx, "a"), s.Leave(ctx, "a"), s.Pause(ctx, "m2", "the relay refuses it")); err != nil {
			t.Fatal(err)
		}
		do(t, s, "DELETE FROM deliveries", "DELETE FROM variants", "DELETE FROM mailings", "DELETE FROM issues", "UPDATE journal SET seq = 0, place = 0")
		var asked mailer.Mailing
		r := reconcile(t, s, store.ReconcileOptions{Reprint: func(r mailer.Record, m mailer.Mailing) (func(mailer.Audience) (templates.Content, error), error) {
			asked = m
			return print, nil
		}})
		want := store.ReconciledIssue{Number: 2, State: mailer.IssuePaused, New: true, Mailed: 1, Open: 1}
		if len(r.Issues) != 1 || r.Issues[0] != want {
			t.Errorf("Reconcile = %+v, want %+v", r.Issues, want)
		}
		asked.Date = asked.Date.UTC()
		if asked != f.Mailing {
			t.Errorf("printed again: got %+v, want %+v", asked, f.Mailing)
		}
		wantTexts(t, s, "SELECT number || ':' || state || ':' || reason FROM issues ORDER BY number", "1:skipped:a holiday 2:paused:the relay refuses it")
		wantTexts(t, s, "SELECT recipient || ':' || state FROM deliveries ORDER BY recipient", "ann:sent ben:queued")
		if got := claimSome(t, s, "b", 9); len(got) != 0 {
			t.Errorf("claims of a paused issue: got %d, want none", len(got))
		}
	})
}

// Who moved to another address after a backup has moved when it was restored, and
// has the issue at the new one: once.
func TestF26MoveTakesTheIssueAlongAgain(t *testing.T) {
	for _, c := range []struct {
		why    string
		mailed bool
		want   string
	}{{"before the mail", false, "new:queued"}, {"after the mail", true, "new:sent"}} {
		t.Run(c.why, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				ctx := t.Context()
				keep(t, s)
				do(t, s, person("a-new"), person("old"), "UPDATE subscribers SET id = 'new', state = 'pending', confirmed_at = NULL WHERE id = 'a-new'",
					"INSERT INTO moves (subscriber, replaces) VALUES ('new', 'old')")
				freezeFor(t, s, 0)
				if _, err := s.Confirm(ctx, subscribers.Confirmation{ID: "new", At: mailed}); err != nil {
					t.Fatal(err)
				}
				if err := s.Join(ctx, "a"); err != nil {
					t.Fatal(err)
				}
				if c.mailed {
					claims := claimSome(t, s, "a", 9)
					note(t, s, "a", nil, claims...)
					note(t, s, "a", []mailer.Outcome{sent(claims[0])})
				}
				if err := s.Leave(ctx, "a"); err != nil {
					t.Fatal(err)
				}
				do(t, s, "UPDATE subscribers SET state = 'pending' WHERE id = 'new'", "UPDATE subscribers SET state = 'active', left_at = NULL WHERE id = 'old'",
					"INSERT INTO moves (subscriber, replaces) VALUES ('new', 'old')", "UPDATE deliveries SET state = 'queued', recipient = 'old'", "UPDATE journal SET seq = 1, place = 0")
				if r := reconcile(t, s, store.ReconcileOptions{}); r.Confirmed != 1 || r.Left != 1 || r.Lost != 0 {
					t.Errorf("Reconcile = %+v, want one who confirmed and one who left", r)
				}
				wantTexts(t, s, peopleAre, "new:active old:unsubscribed")
				wantTexts(t, s, "SELECT recipient || ':' || state FROM deliveries", c.want)
				wantTexts(t, s, "SELECT subscriber FROM moves", "")
			})
		})
	}
}

// Whoever takes a post back is not in the journal either, and stays out of a
// restored backup.
func TestF26PostThatWasTakenBackStaysAway(t *testing.T) {
	path := filepath.Join(t.TempDir(), "subscribers.db")
	s := storetest.OpenAt(t, path)
	s.UseHashes(keys(t).Hashes)
	s.UseJournal(store.JournalPath(path, ""), func() time.Time { return mailed })
	quoting := digest.Issue{Number: 7, Chats: []recap.Recap{{Questions: []recap.Question{{Highlights: []recap.Highlight{
		{ID: "a", Text: post("a").Text, URL: post("a").URL}, {ID: "b", Text: post("b").Text, URL: post("b").URL}}}}}}}
	putIssue(t, s, 7, quoting)
	savePosts(t, s, post("a"), post("b"))
	backup := filepath.Join(t.TempDir(), "backup.db")
	if err := s.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ForgetPost(t.Context(), post("a").URL, monday); err != nil {
		t.Fatal(err)
	}
	restored := storetest.OpenAt(t, backup)
	restored.UseHashes(keys(t).Hashes)
	restored.UseJournal(store.JournalPath(path, ""), func() time.Time { return mailed })
	if r := reconcile(t, restored, store.ReconcileOptions{}); r.Posts != 1 {
		t.Errorf("Reconcile = %+v, want one post erased again", r)
	}
	if got := postIDs(t, restored); got != "b" {
		t.Errorf("posts: got %q, want b", got)
	}
	if h := storedIssue(t, restored, 7).Chats[0].Questions[0].Highlights; len(h) != 1 || h[0].ID != "b" {
		t.Errorf("highlights: got %v, want only b", h)
	}
	savePosts(t, restored, post("a"))
	if got := postIDs(t, restored); got != "b" {
		t.Errorf("posts after it came again: got %q, want b", got)
	}
}

// While SQLite writes a copy it leaves keys where nothing points to them any
// more, and whoever is erased from a restored one must not be found there.
func TestErasureLeavesNoTraceInARestoredBackup(t *testing.T) {
	path := filepath.Join(t.TempDir(), "subscribers.db")
	before := storetest.Open(t)
	var everybody []string
	for i := range 300 {
		everybody = append(everybody, person(fmt.Sprintf("reader-with-a-long-name-%04d", i)))
	}
	do(t, before, "BEGIN")
	do(t, before, everybody...)
	do(t, before, "COMMIT")
	if err := before.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	s := storetest.OpenAt(t, path)
	for i := range 20 {
		id := fmt.Sprintf("reader-with-a-long-name-%04d", i)
		if err := s.Forget(t.Context(), subscribers.Erasure{ID: id}); err != nil {
			t.Fatalf("Forget(%s) = %v", id, err)
		}
		for _, end := range []string{"", "-wal"} {
			if data, err := os.ReadFile(path + end); err != nil || bytes.Contains(data, []byte(id+"@")) {
				t.Errorf("subscribers.db%s has the octets of %s, who was erased (%v)", end, id, err)
			}
		}
	}
	wantTexts(t, s, "SELECT COUNT(*) FROM subscribers", "280")
}
