package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"weekward/digest"
	"weekward/digest/recap"
	"weekward/mailer"
	"weekward/store"
	"weekward/store/storetest"
	"weekward/subscribers"
	"weekward/templates"
)

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
					"UPDATE deliveries SET state = 'queued', recipient = 'old'", "UPDATE journal SET seq = 1, place = 0")
				if r := reconcile(t, s, store.ReconcileOptions{}); r.Confirmed != 1 || r.Left != 1 || r.Lost != 0 {
					t.Errorf("Reconcile = %+v, want one who confirmed and one who left", r)
				}
				wantTexts(t, s, peopleAre, "new:active old:unsubscribed")
				wantTexts(t, s, "SELECT recipient || ':' || state FROM deliveries", c.want)
				wantTexts(t, s, "SELECT subscriber || ' for ' || replaces FROM moves", "new for old")
				if err := s.Forget(ctx, subscribers.Erasure{ID: "old"}); err != nil {
					t.Fatal(err)
				}
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
