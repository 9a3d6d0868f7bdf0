package journal_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"weekward/store/journal"
)

var morning = time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)

func create(t testing.TB) (*journal.File, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "subscribers.db.journal")
	f, err := journal.Create(path, journal.NewID(), 0, morning)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, path
}

// reopen reads a file as another process would.
func reopen(t testing.TB, path string) *journal.File {
	t.Helper()
	f, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if err := f.CatchUp(); err != nil {
		t.Fatal(err)
	}
	return f
}

func draft(entries []journal.Entry) *journal.Draft {
	var d journal.Draft
	for _, e := range entries {
		d.Add(e)
	}
	return &d
}

func add(t testing.TB, f *journal.File, at time.Time, entries ...journal.Entry) (place int64) {
	t.Helper()
	place, err := f.Append(0, at, draft(entries), false)
	if err != nil {
		t.Fatal(err)
	}
	return place
}

func read(t testing.TB, f *journal.File, above int64) (all []journal.Batch) {
	t.Helper()
	if err := f.Each(above, func(b journal.Batch) error { all = append(all, b); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

func sent(ids ...string) (entries []journal.Entry) {
	for _, id := range ids {
		entries = append(entries, journal.Entry{Kind: journal.Sent, Mailing: "m", Subscriber: id})
	}
	return entries
}

// generator draws entries of every kind.
func entry(t *rapid.T) journal.Entry {
	text := rapid.String()
	e := journal.Entry{Kind: journal.Kind(rapid.IntRange(1, 14).Draw(t, "kind"))}
	if e.Kind <= journal.Uncertain {
		e.Mailing, e.Number = rapid.SampledFrom([]string{"m1", "m2", ""}).Draw(t, "mailing"), rapid.IntRange(0, 599).Draw(t, "code")
		e.Subscriber = rapid.OneOf(text, rapid.StringMatching("[0-9a-z]{20}")).Draw(t, "id")
		return e
	}
	e.Subscriber, e.Reason, e.Person, e.Address, e.Hash = text.Draw(t, "id"), text.Draw(t, "reason"), text.Draw(t, "person"), text.Draw(t, "address"), text.Draw(t, "hash")
	e.Number = rapid.IntRange(0, 1<<40).Draw(t, "number")
	if e.Kind >= journal.Frozen {
		e.Issue = &journal.Issue{
			Number: rapid.IntRange(0, 1000).Draw(t, "issue"), Slot: morning, State: text.Draw(t, "state"), Seed: text.Draw(t, "seed"), Header: text.Draw(t, "header"),
			Content: rapid.SliceOfN(rapid.Byte(), 0, 3000).Draw(t, "content"),
		}
	}
	return e
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		path := filepath.Join(dir, journal.NewID())
		f, err := journal.Create(path, journal.NewID(), 0, morning)
		if err != nil {
			rt.Fatal(err)
		}
		defer f.Close()
		var want []journal.Batch
		for range rapid.IntRange(1, 4).Draw(rt, "batches") {
			b := journal.Batch{Base: f.Last, At: morning, Entries: rapid.SliceOfN(rapid.Custom(entry), 1, 20).Draw(rt, "entries")}
			b.Last = b.Base + int64(len(b.Entries))
			place, err := f.Append(b.Base, b.At, draft(b.Entries), false)
			if err != nil {
				rt.Fatal(err)
			}
			if rapid.Bool().Draw(rt, "settled") {
				if b.Settled = true; f.Settle(place, b.Last) != nil {
					rt.Fatal("Settle failed")
				}
			}
			want = append(want, b)
		}
		other, err := journal.Open(path)
		if err != nil {
			rt.Fatal(err)
		}
		defer other.Close()
		if err := other.CatchUp(); err != nil {
			rt.Fatal(err)
		}
		var got []journal.Batch
		other.Each(0, func(b journal.Batch) error { got = append(got, b); return nil })
		if !reflect.DeepEqual(got, want) || other.Last != f.Last || other.Settled != f.Settled || other.Damaged != 0 {
			rt.Fatalf("read: got %+v up to %d, settled %d, want %+v up to %d, settled %d", got, other.Last, other.Settled, want, f.Last, f.Settled)
		}
	})
}

// A power cut leaves any part of what was not synced: what went before it
// stands, and the next batch takes its place.
func TestF26TornTailIsDropped(t *testing.T) {
	f, path := create(t)
	add(t, f, morning, sent("a", "b")...)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	add(t, f, morning, sent("c", "d", "e")...)
	longer, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := len(whole); cut < len(longer); cut++ {
		for _, flip := range []bool{false, true} {
			data := append([]byte{}, longer[:cut]...)
			if flip {
				data = append([]byte{}, longer...)
				if cut == len(whole)+12 {
					continue // whether it is settled; see the batch's head
				}
				data[cut] ^= 0x10
			}
			torn := filepath.Join(t.TempDir(), "torn")
			if err := os.WriteFile(torn, data, 0o600); err != nil {
				t.Fatal(err)
			}
			g := reopen(t, torn)
			if g.Last != 2 {
				t.Fatalf("cut at %d, flipped %v: got %d entries, want 2", cut, flip, g.Last)
			}
			add(t, g, morning, sent("x")...)
			if got := read(t, reopen(t, torn), 2); len(got) != 1 || got[0].Base != 2 || got[0].Entries[0].Subscriber != "x" {
				t.Fatalf("cut at %d, flipped %v: after the next batch got %+v, want only it", cut, flip, got)
			}
			g.Close()
		}
	}
}

func TestDamageInTheMiddleCostsOneBatch(t *testing.T) {
	f, path := create(t)
	add(t, f, morning, sent("a")...)
	hurt := add(t, f, morning, sent("b", "c")...)
	add(t, f, morning, sent("d")...)
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	file.WriteAt([]byte("!"), hurt+15)
	file.Close()
	g := reopen(t, path)
	if got := read(t, g, 0); len(got) != 2 || got[1].Last != 4 || g.Last != 4 || g.Damaged == 0 {
		t.Errorf("read: got %+v up to %d with %d damaged octets, want the first and the last batch, 4 and some", got, g.Last, g.Damaged)
	}
}

func TestResumeReadsOnlyWhatIsNew(t *testing.T) {
	f, path := create(t)
	for range 3 {
		add(t, f, morning, sent("a", "b")...)
	}
	place := f.Place()
	add(t, f, morning, sent("c")...)
	for _, c := range []struct {
		why         string
		place, last int64
	}{{"the last batch known", place, 6}, {"a wrong number", place, 5}, {"no batch there", place + 1, 6}, {"nothing known", 0, 0}, {"behind the end", 1 << 40, 6}} {
		g, err := journal.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		g.Resume(c.place, c.last)
		if err := g.CatchUp(); err != nil || g.Last != 7 || g.Damaged != 0 {
			t.Errorf("%s: Resume(%d, %d), CatchUp = %v, up to %d, want 7", c.why, c.place, c.last, err, g.Last)
		}
		g.Close()
	}
}

func TestOnlyTheLastUnsettledBatchCanBeOneOfACrash(t *testing.T) {
	f, path := create(t)
	place := add(t, f, morning, sent("a", "b")...)
	if !f.Unsettled(0) || f.Unsettled(2) || f.Unsettled(1) {
		t.Errorf("Unsettled at 0, 1 and 2: got %v, %v, %v, want it at 0 only", f.Unsettled(0), f.Unsettled(1), f.Unsettled(2))
	}
	if err := f.Settle(place, 2); err != nil || f.Unsettled(0) {
		t.Errorf("Unsettled(0) once it is settled: got true, %v", err)
	}
	if err := errors.Join(f.Settle(place+1, 2), f.Settle(place, 3), f.Settle(1<<40, 2)); err != nil || f.Settled != 2 {
		t.Errorf("Settle of what is not there = %v, settled %d, want nothing done", err, f.Settled)
	}
	if got := read(t, f, 0); len(got) != 1 || !got[0].Settled {
		t.Errorf("after that: got %+v, want the batch as it was", got)
	}
	add(t, f, morning, sent("c")...)
	g := reopen(t, path)
	if err := f.Drop(); err != nil || f.Last != 2 || f.Stale() {
		t.Errorf("Drop = %v, up to %d, want 2", err, f.Last)
	}
	if add(t, f, morning, sent("d", "e")...); !g.Stale() {
		t.Error("Stale where another batch stands by now: got false")
	}
}

func TestJournalIsPrivateAndItsOwn(t *testing.T) {
	f, path := create(t)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode: got %v, %v, want 0600", info.Mode(), err)
	}
	if _, err := journal.Create(path, "x", 0, morning); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Create over it = %v, want fs.ErrExist", err)
	}
	if g := reopen(t, path); g.ID() != f.ID() || len(g.ID()) != 26 {
		t.Errorf("ID: got %q, want %q", g.ID(), f.ID())
	}
	if err := os.WriteFile(path, []byte(strings.Repeat("x", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Open(path); !errors.Is(err, journal.ErrNotJournal) {
		t.Errorf("Open of another file = %v, want ErrNotJournal", err)
	}
	if f.Stale() {
		t.Error("Stale: got true, want false")
	}
	os.Remove(path)
	if !f.Stale() {
		t.Error("Stale when the file is gone: got false")
	}
}

// Whoever died while making a journal has left a draft, and no journal.
func TestHalfAJournalIsNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "subscribers.db.journal")
	if err := os.WriteFile(path+".new", []byte("wwjrnl1\nhalf a head, which is longer than all of the one that is to stand here"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Open(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open = %v, want fs.ErrNotExist", err)
	}
	f, err := journal.Create(path, journal.NewID(), 7, morning)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	add(t, f, morning, sent("a")...)
	if g := reopen(t, path); g.ID() != f.ID() || g.Last != 8 || g.Damaged != 0 {
		t.Errorf("after Create: got the journal of %q up to %d, %d octets damaged, want %q, 8, none", g.ID(), g.Last, g.Damaged, f.ID())
	}
	if left, _ := filepath.Glob(path + "*"); len(left) != 1 {
		t.Errorf("files: got %q, want the journal alone", left)
	}
}

// Sends are forgotten in time, departures never.
func TestCompactKeepsWhoMustNotBeMailed(t *testing.T) {
	f, path := create(t)
	old := morning.AddDate(-2, 0, 0)
	gone := []journal.Entry{{Kind: journal.Left, Subscriber: "left"}, {Kind: journal.Erased, Person: "hash"}}
	many := make([]string, 0, 1000)
	for i := range 1000 {
		many = append(many, strings.Repeat("a", 19)+string(rune('a'+i%26)))
	}
	claimed := sent(many...)
	for i := range claimed {
		claimed[i].Kind = journal.Claimed
	}
	add(t, f, old, append(sent(many...), gone...)...)
	for range 70 {
		add(t, f, morning.AddDate(0, -2, 0), claimed...)
		add(t, f, morning.AddDate(0, -2, 0), sent("kept")...)
	}
	last := f.Last
	if did, err := f.Compact(morning); did || err != nil {
		t.Errorf("Compact of a file made now = %v, %v, want false", did, err)
	}
	if did, err := f.Compact(morning.AddDate(0, 2, 0)); !did || err != nil {
		t.Fatalf("Compact = %v, %v, want true", did, err)
	}
	add(t, f, morning, sent("after")...)
	g := reopen(t, path)
	if info, _ := os.Stat(path); info.Size() > 10_000 || g.Last != last+1 || info.Mode().Perm() != 0o600 {
		t.Errorf("after Compact: got %d octets, mode %v, up to %d, want few, 0600, %d", info.Size(), info.Mode(), g.Last, last+1)
	}
	got := read(t, g, 0)
	if !reflect.DeepEqual(got[0].Entries, gone) || len(got) != 72 || got[0].Last != 1002 {
		t.Errorf("after Compact: got %d batches, the first %+v, want 72 and the departures of the first", len(got), got[0])
	}
	if left, _ := filepath.Glob(path + ".new"); left != nil {
		t.Errorf("left over: %v", left)
	}
}

// A send costs two entries.
func TestSendTakesThirtyTwoOctets(t *testing.T) {
	f, path := create(t)
	const window = 256
	entries := make([]journal.Entry, window)
	for _, kind := range []journal.Kind{journal.Claimed, journal.Sent} {
		for i := range entries {
			entries[i] = journal.Entry{Kind: kind, Mailing: journal.NewID(), Subscriber: "0123456789abcdefghi" + string(rune('a'+i%26))}
			entries[i].Mailing = entries[0].Mailing
		}
		add(t, f, morning, entries...)
	}
	if info, err := os.Stat(path); err != nil || info.Size() > 32*window {
		t.Errorf("%d sends: got %d octets, want at most 32 each", window, info.Size())
	}
}
