package store_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"weekward/mailer"
	"weekward/store"
	"weekward/store/storetest"
	"weekward/subscribers"
)

// joinedOnPostgres opens two stores on one PostgreSQL database, as two machines
// would, and joins a sender on the first.
func joinedOnPostgres(t *testing.T, sender string) (s, other *store.Store, raw *sql.DB) {
	t.Helper()
	address := storetest.Postgres(t)
	s, other = storetest.OpenAt(t, address), storetest.OpenAt(t, address)
	raw, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	if err := s.Join(context.Background(), sender); err != nil {
		t.Fatal(err)
	}
	return s, other, raw
}

// bury has another machine bury a sender that is silent.
func bury(t *testing.T, other *store.Store, underWay mailer.State) (claimed, sending int) {
	t.Helper()
	peers, err := other.Beat(context.Background(), "other")
	if err != nil || len(peers) != 1 {
		t.Fatalf("Beat = %+v, %v, want one peer", peers, err)
	}
	claimed, sending, err = other.Bury(context.Background(), peers[0], underWay, mailed)
	if err != nil {
		t.Fatalf("Bury: %v", err)
	}
	return claimed, sending
}

func countNotes(t *testing.T, raw *sql.DB) (n int) {
	t.Helper()
	if err := raw.QueryRow("SELECT COUNT(*) FROM sender_notes WHERE number > 0").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAnotherMachineReadsWhatADeadSenderNoted(t *testing.T) {
	s, other, raw := joinedOnPostgres(t, "dead")
	queueNotices(t, s, 4)
	claims := claimSome(t, s, "dead", 4)
	note(t, s, "dead", nil, claims[:3]...)
	later := sent(claims[1])
	later.State, later.DueAt, later.FailedAt, later.Code, later.Reply = mailer.Deferred, mailed.Add(time.Hour), mailed, 451, "later"
	note(t, s, "dead", []mailer.Outcome{sent(claims[0]), later})
	if got := countNotes(t, raw); got != 2 {
		t.Fatalf("rows of notes: got %d, want one for each round", got)
	}
	s.Abandon("dead")

	if claimed, sending := bury(t, other, mailer.Uncertain); claimed != 1 || sending != 1 {
		t.Errorf("Bury = %d not begun, %d under way, want 1 and 1", claimed, sending)
	}
	if got := claimSome(t, other, "other", 9); len(got) != 1 || got[0].Mailing != claims[3].Mailing {
		t.Errorf("claims after it: got %+v, want only the one that had not begun", got)
	}
	got, err := other.Claim(context.Background(), "other", 9, mailed.Add(time.Hour))
	if err != nil || len(got) != 1 || got[0].Attempts != 1 || !got[0].FailedAt.Equal(mailed) {
		t.Errorf("claims an hour later: got %+v, %v, want the deferred one with its first failure", got, err)
	}
	if got := countNotes(t, raw); got != 0 {
		t.Errorf("rows of notes after the burial: got %d, want none", got)
	}
}

func TestNotesAreTakenOverByTheNextWindow(t *testing.T) {
	s, _, raw := joinedOnPostgres(t, "a")
	queueNotices(t, s, 4)
	claims := claimSome(t, s, "a", 3)
	note(t, s, "a", nil, claims[:2]...)
	note(t, s, "a", []mailer.Outcome{sent(claims[0])})
	claimSome(t, s, "a", 1)
	var states string
	err := raw.QueryRow("SELECT string_agg(state, ' ' ORDER BY state) FROM deliveries").Scan(&states)
	if want := "claimed claimed sending sent"; err != nil || states != want {
		t.Errorf("states after the next window: got %q, %v, want %q", states, err, want)
	}
	if got := countNotes(t, raw); got != 0 {
		t.Errorf("rows of notes after the next window: got %d, want none", got)
	}
	if got := note(t, s, "a", nil, claims[1]); got[0] != mailer.Void {
		t.Errorf("a message begun twice: got standing %d, want it void", got[0])
	}
}

func TestBuriedSenderCannotBegin(t *testing.T) {
	s, other, _ := joinedOnPostgres(t, "zombie")
	queueNotices(t, s, 2)
	old := claimSome(t, s, "zombie", 2)
	bury(t, other, mailer.Queued)
	if taken := claimSome(t, other, "other", 1); len(taken) != 1 {
		t.Fatalf("claims of the other: got %d, want 1", len(taken))
	}
	if got := note(t, s, "zombie", nil, old...); got[0] != mailer.Void || got[1] != mailer.Void {
		t.Errorf("standings after the burial: got %v, want both void", got)
	}
	// It is on the roster again by now, and its old claims stay void.
	if got := note(t, s, "zombie", nil, old...); got[0] != mailer.Void || got[1] != mailer.Void {
		t.Errorf("standings when it has come back: got %v, want both void", got)
	}
}

// A burial that has not committed yet makes a note wait, and fail.
func TestNoteWaitsForABurialUnderWay(t *testing.T) {
	s, _, raw := joinedOnPostgres(t, "zombie")
	queueNotices(t, s, 1)
	old := claimSome(t, s, "zombie", 1)
	tx, err := raw.Begin()
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"DELETE FROM senders WHERE id = 'zombie'",
		"DELETE FROM sender_notes WHERE sender = 'zombie' AND number = 0",
		"UPDATE deliveries SET state = 'claimed', sender = 'other', fence = fence + 1",
	} {
		if _, err := tx.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	done := make(chan []mailer.Standing, 1)
	go func() { done <- note(t, s, "zombie", nil, old...) }()
	select {
	case got := <-done:
		t.Fatalf("a note in the midst of a burial: got standings %v, want it to wait", got)
	case <-time.After(200 * time.Millisecond):
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := <-done; got[0] != mailer.Void {
		t.Errorf("standing after it: got %d, want void", got[0])
	}
}

func TestWhoLeftOrWasPausedIsFoundAmongNotes(t *testing.T) {
	s, _, raw := joinedOnPostgres(t, "a")
	queueNotices(t, s, 3)
	claims := claimSome(t, s, "a", 3)
	if _, err := raw.Exec("UPDATE mailings SET needs = 'active' WHERE id = $1", claims[1].Mailing); err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Exec("UPDATE mailings SET paused = TRUE WHERE id = $1", claims[2].Mailing); err != nil {
		t.Fatal(err)
	}
	got := note(t, s, "a", nil, claims...)
	if got[0] != mailer.Clear || got[1] != mailer.Gone || got[2] != mailer.Rested {
		t.Errorf("standings of one to send, one whose reader left and one that is paused: got %v, want [%d %d %d]", got, mailer.Clear, mailer.Gone, mailer.Rested)
	}
}

// A database that was put back to an earlier state has the sender on its roster
// still, but not what it claimed since.
func TestNotesDoNotTrustARosterThatWentBack(t *testing.T) {
	s, _, raw := joinedOnPostgres(t, "a")
	queueNotices(t, s, 2)
	claims := claimSome(t, s, "a", 2)
	for _, statement := range []string{
		"UPDATE senders SET beats = 0",
		"UPDATE deliveries SET state = 'queued', sender = '', fence = 0",
	} {
		if _, err := raw.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	for _, when := range []string{"at first", "when it has beaten again"} {
		if got := note(t, s, "a", nil, claims...); got[0] != mailer.Void || got[1] != mailer.Void {
			t.Errorf("standings %s: got %v, want both void", when, got)
		}
	}
}

// Who was found at one place in the table may be at another when the message has
// ended.
func TestEndsAreWrittenWhereverTheRowsAre(t *testing.T) {
	s, _, raw := joinedOnPostgres(t, "a")
	queueNotices(t, s, 20)
	claims := claimSome(t, s, "a", 20)
	note(t, s, "a", nil, claims[:15]...)
	claimSome(t, s, "a", 1) // takes over what has begun
	note(t, s, "a", nil, claims[15:]...)
	for _, statement := range []string{"DELETE FROM deliveries WHERE mailing = '" + claims[0].Mailing + "'", "VACUUM FULL deliveries"} {
		if _, err := raw.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	ends := make([]mailer.Outcome, 0, len(claims))
	for _, c := range claims[1:] {
		ends = append(ends, sent(c))
	}
	note(t, s, "a", ends)
	claimSome(t, s, "a", 1)
	var count int
	err := raw.QueryRow("SELECT COUNT(*) FROM deliveries WHERE state = 'sent' AND sender = '' AND attempts = 1 AND reply = $1 AND done_at = $2", ends[0].Reply, mailed).Scan(&count)
	if err != nil || count != len(ends) {
		t.Errorf("deliveries that were sent: got %d, %v, want %d", count, err, len(ends))
	}
}

// What a deletion takes along is asked for by name there: see freeMigration.
func TestLettersGoWithTheirDeliveries(t *testing.T) {
	s, _, raw := joinedOnPostgres(t, "a")
	for _, statement := range []string{
		"INSERT INTO subscribers (id, email, email_key, state, created_at) VALUES ('ann', 'ann@example.org', 'ann@example.org', 'pending', now())",
		"INSERT INTO mailings (id, kind, seed, created_at) VALUES ('letter', 'letter', 's', now()), ('other', 'letter', 's', now())",
		"INSERT INTO deliveries (mailing, recipient, variant, priority) VALUES ('letter', 'ann', '', 0), ('other', 'bob', '', 0)",
	} {
		if _, err := raw.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Forget(t.Context(), subscribers.Erasure{ID: "ann"}); err != nil {
		t.Fatalf("Forget: %v", err)
	}
	var left string
	if err := raw.QueryRow("SELECT string_agg(recipient, ' ') FROM deliveries").Scan(&left); err != nil || left != "bob" {
		t.Errorf("deliveries after Forget are to %q, %v, want bob's only", left, err)
	}
}
