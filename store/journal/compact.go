package journal

import (
	"errors"
	"os"
	"path/filepath"
	"time"
)

// How long entries are kept: no backup that old should be restored. What says
// that somebody must not be mailed has no end, and is little.
const (
	keepClaims  = 30 * 24 * time.Hour
	keepSends   = 400 * 24 * time.Hour
	compactEach = 30 * 24 * time.Hour
	compactFrom = 1 << 20 // octets; a smaller file is left as it is
)

// Compact rewrites a file that is large and was not rewritten for a month,
// without what nobody needs any longer, and reports whether it did. Nobody may
// append meanwhile.
func (f *File) Compact(now time.Time) (bool, error) {
	if f.end < compactFrom || now.Sub(f.head.compacted) < compactEach {
		return false, nil
	}
	f.head.compacted = now
	return true, f.Rewrite(func(b Batch) []Entry { return kept(b, now) })
}

// Rewrite replaces the entries of every batch by those that change returns, and
// leaves nothing of the old file. Nobody may append meanwhile.
func (f *File) Rewrite(change func(Batch) []Entry) error {
	draft := f.path + draftEnd
	defer os.Remove(draft) // it is gone when all went well
	to, err := os.OpenFile(draft, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	place, err := f.copyTo(to, change)
	if err = errors.Join(err, to.Sync()); err != nil {
		return errors.Join(err, to.Close())
	}
	if err := os.Rename(draft, f.path); err != nil {
		return errors.Join(err, to.Close())
	}
	old := f.file
	f.file, f.end, f.tail.place = to, place.end, place.last
	return errors.Join(f.endsWith(f.tail), old.Close(), syncDir(filepath.Dir(f.path)))
}

// written is where the last batch stands, and where it ends.
type written struct{ last, end int64 }

func (f *File) copyTo(to *os.File, change func(Batch) []Entry) (written, error) {
	if _, err := to.Write(f.head.marshal()); err != nil {
		return written{}, err
	}
	w := written{end: int64(fileHead)}
	err := f.Each(0, func(b Batch) error {
		b.Entries = change(b)
		if len(b.Entries) == 0 && b.Last != f.Last {
			return nil
		}
		var d Draft
		for _, e := range b.Entries {
			d.Add(e)
		}
		data, err := appendBatch(nil, b, &d)
		if err != nil {
			return err
		}
		w.last = w.end
		w.end += int64(len(data))
		_, err = to.Write(data)
		return err
	})
	return w, err
}

// kept are the entries of a batch that are still needed.
func kept(b Batch, now time.Time) []Entry {
	age := now.Sub(b.At)
	if age < keepClaims {
		return b.Entries
	}
	needed := make([]Entry, 0, len(b.Entries))
	for _, e := range b.Entries {
		switch e.Kind {
		case Claimed, Returned:
			continue
		case Sent, Bounced, Uncertain, Frozen, Moved, Joined, Imported:
			if age > keepSends {
				continue
			}
		}
		needed = append(needed, e)
	}
	return needed
}
