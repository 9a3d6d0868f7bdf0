package store_test

import (
	"context"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"weekward/mailer"
	"weekward/store"
	"weekward/store/storetest"
)

// joined opens two stores on one file, as two processes would, and joins a
// sender on the first.
func joined(t *testing.T, sender string) (s, other *store.Store) {
	t.Helper()
	address := t.TempDir() + "/subscribers.db"
	s, other = storetest.OpenAt(t, address), storetest.OpenAt(t, address)
	if err := s.Join(context.Background(), sender); err != nil {
		t.Fatal(err)
	}
	return s, other
}

func note(t *testing.T, s *store.Store, sender string, ends []mailer.Outcome, begins ...mailer.Claim) []mailer.Standing {
	t.Helper()
	standings, err := s.Note(context.Background(), sender, ends, begins, mailed)
	if err != nil {
		t.Fatalf("Note: %v", err)
	}
	return standings
}

func sent(c mailer.Claim) mailer.Outcome {
	c.Attempts++
	return mailer.Outcome{Claim: c, State: mailer.Sent, At: mailed, Reply: "2.0.0 queued as \"1\"\u00e4"}
}

// Nothing of this was committed when the sender died.
func TestWhatADeadSenderNotedIsReadFromItsJournal(t *testing.T) {
	ctx := context.Background()
	s, other := joined(t, "dead")
	queueNotices(t, s, 4)
	claims := claimSome(t, s, "dead", 4)
	note(t, s, "dead", nil, claims[:3]...)
	later := sent(claims[1])
	later.State, later.DueAt, later.FailedAt, later.Code, later.Reply = mailer.Deferred, mailed.Add(time.Hour), mailed, 451, "later"
	note(t, s, "dead", []mailer.Outcome{sent(claims[0]), later})
	s.Abandon("dead")
	file, err := os.OpenFile(s.JournalPath("dead"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	file.WriteString("\x00\x00\x00\x10torn") // as a power cut leaves it
	file.Close()

	peers, err := other.Beat(ctx, "other")
	if err != nil || len(peers) != 1 || !peers[0].Dead {
		t.Fatalf("Beat = %+v, %v, want the dead one", peers, err)
	}
	claimed, sending, err := other.Bury(ctx, peers[0], mailer.Uncertain, mailed)
	if err != nil || claimed != 1 || sending != 1 {
		t.Errorf("Bury = %d not begun, %d under way, %v, want 1 and 1", claimed, sending, err)
	}
	if got := claimSome(t, other, "other", 9); len(got) != 1 || got[0].Mailing != claims[3].Mailing {
		t.Errorf("claims after it: got %+v, want only the one that had not begun", got)
	}
	if got, err := other.Claim(ctx, "other", 9, mailed.Add(time.Hour)); err != nil || len(got) != 1 || got[0].Attempts != 1 || !got[0].FailedAt.Equal(mailed) {
		t.Errorf("claims an hour later: got %+v, %v, want the deferred one with its first failure", got, err)
	}
	if _, err := os.Stat(s.JournalPath("dead")); !os.IsNotExist(err) {
		t.Errorf("the journal of a buried sender: got %v, want it removed", err)
	}
}

func TestOutcomesAreInTheDatabaseWhenTheSenderLeaves(t *testing.T) {
	ctx := context.Background()
	s, other := joined(t, "a")
	queueNotices(t, s, 3)
	claims := claimSome(t, s, "a", 3)
	note(t, s, "a", nil, claims[:2]...)
	note(t, s, "a", []mailer.Outcome{sent(claims[0])})
	if err := s.Release(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	if err := s.Leave(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	if b, err := other.Backlog(ctx); err != nil || !b.Queued || !b.Claimed {
		t.Errorf("Backlog = %+v, %v, want one queued, and the one under way still open", b, err)
	}
	if got := claimSome(t, other, "b", 9); len(got) != 1 || got[0].Mailing != claims[2].Mailing {
		t.Errorf("claims after it: got %+v, want only the one that had not begun", got)
	}
}

// A claim from before somebody's change is looked at again, even when a later
// window of the same sender has been read since.
func TestClaimFromBeforeAChangeIsLookedAtAgain(t *testing.T) {
	ctx := context.Background()
	s, other := joined(t, "slow")
	queueNotices(t, s, 2)
	old := claimSome(t, s, "slow", 1)
	peers, err := other.Beat(ctx, "other")
	if err != nil || len(peers) != 1 || peers[0].Dead {
		t.Fatalf("Beat = %+v, %v, want one that lives", peers, err)
	}
	if claimed, _, err := other.Bury(ctx, peers[0], mailer.Queued, mailed); err != nil || claimed != 1 {
		t.Fatalf("Bury = %d, %v, want its claim settled", claimed, err)
	}
	fresh := claimSome(t, s, "slow", 2)
	for _, c := range []struct {
		why   string
		claim mailer.Claim
		want  mailer.Standing
	}{{"taken over meanwhile", old[0], mailer.Void}, {"read since", fresh[0], mailer.Clear}, {"begun before", fresh[0], mailer.Void}, {"read since, too", fresh[1], mailer.Clear}} {
		if got := note(t, s, "slow", nil, c.claim); got[0] != c.want {
			t.Errorf("%s: got standing %v, want %v", c.why, got[0], c.want)
		}
	}
}

// Whoever depends on SQLite's counter wants to know when it counts otherwise.
func TestEveryCommitRaisesTheChangeCounterByOne(t *testing.T) {
	s, other := joined(t, "a")
	shm, err := os.Open(s.JournalPath("a")[:len(s.JournalPath("a"))-len(".sender-a")] + "-shm")
	if err != nil {
		t.Fatal(err)
	}
	defer shm.Close()
	for i, by := range []*store.Store{s, other, s, other, other} {
		before, err := store.ChangeCounter(shm)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := by.Beat(context.Background(), "b"); err != nil {
			t.Fatal(err)
		}
		if after, err := store.ChangeCounter(shm); err != nil || after != before+1 {
			t.Errorf("commit %d: counter went from %d to %d, %v, want one more", i, before, after, err)
		}
	}
}

func TestJournalRecordsComeBackWhole(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		moment := func(name string) time.Time {
			if rapid.Bool().Draw(rt, name+" is set") {
				return time.UnixMicro(rapid.Int64Range(1, 1<<52).Draw(rt, name)).UTC()
			}
			return time.Time{}
		}
		var want mailer.Outcome
		want.State = rapid.SampledFrom([]mailer.State{mailer.Sending, mailer.Sent, mailer.Bounced}).Draw(rt, "state")
		want.Mailing, want.To.ID, want.Reply = rapid.String().Draw(rt, "mailing"), rapid.String().Draw(rt, "id"), rapid.String().Draw(rt, "reply")
		want.Fence, want.Attempts, want.Doubts, want.Code = rapid.Int64().Draw(rt, "fence"), rapid.Int().Draw(rt, "attempts"), rapid.Int().Draw(rt, "doubts"), rapid.Int().Draw(rt, "code")
		want.FailedAt, want.At, want.DueAt = moment("failed"), moment("at"), moment("due")
		data := store.AppendRecord([]byte("before"), want)[len("before"):]
		got, rest, ok := store.ParseRecord(append(data, "after"...))
		if !ok || !reflect.DeepEqual(got, want) || string(rest) != "after" {
			rt.Fatalf("record: got %+v, %q, %v, want %+v", got, rest, ok, want)
		}
		cut := rapid.IntRange(0, len(data)-1).Draw(rt, "cut")
		if got, _, ok := store.ParseRecord(data[:cut]); ok {
			rt.Fatalf("record cut at %d of %d: got %+v, want nothing", cut, len(data), got)
		}
		data[cut] ^= 0x40
		if got, _, ok := store.ParseRecord(data); ok && !reflect.DeepEqual(got, want) {
			rt.Fatalf("record with a flipped bit: got %+v, want nothing", got)
		}
	})
}

// A journal that has grown too long is emptied in the middle of a send, and
// nothing that is under way is forgotten by that.
func TestLongJournalIsEmptied(t *testing.T) {
	ctx := context.Background()
	s, other := joined(t, "a")
	queueNotices(t, s, 3)
	claims := claimSome(t, s, "a", 3)
	note(t, s, "a", nil, claims[:2]...)
	long := sent(claims[0])
	long.Reply = strings.Repeat("x", 17<<20)
	note(t, s, "a", []mailer.Outcome{long})
	if _, err := other.Beat(ctx, "b"); err != nil { // so that the next note is a commit
		t.Fatal(err)
	}
	if got := note(t, s, "a", nil, claims[1], claims[2]); got[0] != mailer.Void || got[1] != mailer.Clear {
		t.Errorf("standings: got %v, want the second begun before and the third clear", got)
	}
	if info, err := os.Stat(s.JournalPath("a")); err != nil || info.Size() > 1000 {
		t.Errorf("journal: got %v octets, %v, want it emptied", info.Size(), err)
	}
	s.Abandon("a")
	peers, err := other.Beat(ctx, "b")
	if err != nil || len(peers) != 1 {
		t.Fatalf("Beat = %+v, %v, want the dead one", peers, err)
	}
	if claimed, sending, err := other.Bury(ctx, peers[0], mailer.Queued, mailed); err != nil || claimed != 0 || sending != 2 {
		t.Errorf("Bury = %d not begun, %d under way, %v, want 0 and 2", claimed, sending, err)
	}
}

// Who found the sender dead counted its beats before the last one.
func TestJournalOfADeadSenderStaysUntilItIsBuried(t *testing.T) {
	ctx := context.Background()
	s, other := joined(t, "dead")
	queueNotices(t, s, 2)
	early, err := other.Beat(ctx, "other")
	if err != nil || len(early) != 1 {
		t.Fatalf("Beat = %+v, %v, want the one that lives", early, err)
	}
	claims := claimSome(t, s, "dead", 2)
	note(t, s, "dead", nil, claims[0])
	s.Abandon("dead")
	if claimed, sending, err := other.Bury(ctx, early[0], mailer.Queued, mailed); err != nil || claimed != 0 || sending != 0 {
		t.Errorf("Bury with old beats = %d, %d, %v, want nothing settled", claimed, sending, err)
	}
	late, err := other.Beat(ctx, "other")
	if err != nil || len(late) != 1 || !late[0].Dead {
		t.Fatalf("Beat = %+v, %v, want the dead one", late, err)
	}
	if claimed, sending, err := other.Bury(ctx, late[0], mailer.Uncertain, mailed); err != nil || claimed != 1 || sending != 1 {
		t.Errorf("Bury = %d not begun, %d under way, %v, want 1 and 1", claimed, sending, err)
	}
}

// A database that does not answer in the end leaves the journal to whoever
// comes next.
func TestWhatBeganIsKnownWhenLeavingFails(t *testing.T) {
	s, other := joined(t, "a")
	queueNotices(t, s, 2)
	claims := claimSome(t, s, "a", 2)
	note(t, s, "a", nil, claims[0])
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Leave(ended, "a"); err == nil {
		t.Fatal("Leave without a database: got no error")
	}
	peers, err := other.Beat(t.Context(), "b")
	if err != nil || len(peers) != 1 || !peers[0].Dead {
		t.Fatalf("Beat = %+v, %v, want one that left without a word", peers, err)
	}
	if claimed, sending, err := other.Bury(t.Context(), peers[0], mailer.Uncertain, mailed); err != nil || claimed != 1 || sending != 1 {
		t.Errorf("Bury = %d not begun, %d under way, %v, want 1 and 1", claimed, sending, err)
	}
}

// Whoever were told that a message has not begun would never send it.
func TestNoteStandsWhenTheDatabaseDoesNotAnswer(t *testing.T) {
	s, _ := joined(t, "a")
	queueNotices(t, s, 2)
	claims := claimSome(t, s, "a", 2)
	note(t, s, "a", nil, claims[0])
	s.AgeJournal("a")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	got, err := s.Note(ended, "a", []mailer.Outcome{sent(claims[0])}, claims[1:], mailed)
	if err != nil || len(got) != 1 || got[0] != mailer.Clear {
		t.Errorf("Note = %v, %v, want it clear", got, err)
	}
	note(t, s, "a", []mailer.Outcome{sent(claims[1])})
	if b, err := s.Backlog(t.Context()); err != nil || b.Claimed {
		t.Errorf("Backlog = %+v, %v, want both ends in the deliveries", b, err)
	}
}
