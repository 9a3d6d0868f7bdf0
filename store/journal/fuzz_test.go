package journal_test

import (
	"os"
	"path/filepath"
	"testing"

	"weekward/store/journal"
)

// However a file is damaged, reading it ends, and what is appended then is
// there.
func FuzzJournal(f *testing.F) {
	path := filepath.Join(f.TempDir(), "seed")
	seed, err := journal.Create(path, journal.NewID(), 0, morning)
	if err != nil {
		f.Fatal(err)
	}
	seed.Append(0, morning, draft(append(sent("0123456789abcdefghij", "short"), journal.Entry{Kind: journal.Frozen, Issue: &journal.Issue{Number: 1, Content: []byte("{}")}})), false)
	seed.Append(0, morning, draft([]journal.Entry{{Kind: journal.Erased, Person: "p", Hash: "h"}}), false)
	seed.Close()
	data, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	head := len("wwjrnl1\n") + 26 + 8 + 8 + 4
	f.Add(data[head:], false)
	f.Add(data[head:len(data)-3], true)
	f.Fuzz(func(t *testing.T, body []byte, whole bool) {
		path := filepath.Join(t.TempDir(), "journal")
		if whole { // the head, too
			os.WriteFile(path, body, 0o600)
		} else {
			os.WriteFile(path, append(append([]byte{}, data[:head]...), body...), 0o600)
		}
		g, err := journal.Open(path)
		if err != nil {
			return
		}
		defer g.Close()
		if err := g.CatchUp(); err != nil {
			t.Fatalf("CatchUp: %v", err)
		}
		before, last := len(read(t, g, 0)), g.Last
		add(t, g, morning, sent("next")...)
		h := reopen(t, path)
		if got := read(t, h, 0); len(got) != before+1 || h.Last != last+1 || got[before].Entries[0].Subscriber != "next" {
			t.Fatalf("after the next batch: got %d batches up to %d, want %d up to %d", len(got), h.Last, before+1, last+1)
		}
	})
}
