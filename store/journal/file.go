package journal

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// ErrNotJournal means that a file is no journal, or that its first octets are
// damaged.
var ErrNotJournal = errors.New("it is not a journal")

// A File is an open journal. Its methods are for one goroutine at a time;
// between processes the database's write lock keeps order.
type File struct {
	path string
	file *os.File
	head header

	end    int64 // octets up to which it has been read
	tail   tail
	buffer []byte // of the last batch written

	// Last is the number of the last entry, and Settled of the last that is
	// certain to be on the disk in the database.
	Last, Settled int64
	// Damaged counts octets in the middle that are no batch.
	Damaged int64
}

// tail is the last batch.
type tail struct {
	place   int64 // where it begins
	base    int64
	settled bool
	head    [settledAt]byte // its length and checksum, by which it is known again
}

// endsWith takes in that t is the last batch.
func (f *File) endsWith(t tail) error {
	_, err := f.file.ReadAt(t.head[:], t.place)
	f.tail = t
	return err
}

// NewID returns the identity that a database and its journal share.
func NewID() string { return strings.ToLower(rand.Text()) }

// Create makes an empty journal, readable by its owner only. Its entries will
// have numbers above base. An existing file is fs.ErrExist. Nobody else may
// create it meanwhile.
//
// The file appears under its name when it is whole and on the disk: half a head
// would be a journal that cannot be read, and mail nobody.
func Create(path, id string, base int64, now time.Time) (*File, error) {
	h := header{id: id, base: base, compacted: now}
	draft := path + draftEnd
	defer os.Remove(draft)
	f, err := os.OpenFile(draft, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.Write(h.marshal())
	if err = errors.Join(err, f.Sync()); err == nil {
		err = os.Link(draft, path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return newFile(path, f, h), nil
}

// draftEnd follows the name of a file that is not whole yet.
const draftEnd = ".new"

// Open opens a journal. Nothing of it is read yet but who it belongs to: call
// Resume, then CatchUp. A missing one is fs.ErrNotExist.
func Open(path string) (*File, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	h, err := readHeader(f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read %s: %w", path, err), f.Close())
	}
	return newFile(path, f, h), nil
}

func newFile(path string, f *os.File, h header) *File {
	return &File{path: path, file: f, head: h, end: int64(fileHead), Last: h.base, Settled: h.base}
}

// Close closes the file.
func (f *File) Close() error { return f.file.Close() }

// ID is whose journal it is, and Base the number of the entry before its first.
func (f *File) ID() string  { return f.head.id }
func (f *File) Base() int64 { return f.head.base }

// Resume spares reading what is known: the batch at that place ends with entry
// number last. Where that is not so, CatchUp reads from the beginning.
func (f *File) Resume(place, last int64) {
	if place < int64(fileHead) {
		return
	}
	b, length, err := f.batchAt(place)
	if err != nil || b.Last != last || f.endsWith(tail{place: place, base: b.Base, settled: b.Settled}) != nil {
		return
	}
	f.end = place + int64(length)
	f.Last = b.Last
	if b.Settled {
		f.Settled = b.Last
	}
}

// batchAt reads one batch.
func (f *File) batchAt(place int64) (Batch, int, error) {
	var head [headSize]byte
	if _, err := f.file.ReadAt(head[:], place); err != nil {
		return Batch{}, 0, err
	}
	length := binary.BigEndian.Uint32(head[4:])
	if [4]byte(head[:4]) != mark || length > largest {
		return Batch{}, 0, errDamaged
	}
	data := make([]byte, headSize+int(length))
	if _, err := f.file.ReadAt(data, place); err != nil {
		return Batch{}, 0, err
	}
	return parseBatch(data)
}

// CatchUp reads what has been appended since. What a power cut has torn at the
// end is left out, and the next batch takes its place.
func (f *File) CatchUp() error {
	info, err := f.file.Stat()
	if err != nil || info.Size() <= f.end {
		return err
	}
	last := f.tail
	err = f.scan(f.end, info.Size(), func(place int64, length int, b Batch) error {
		f.Damaged += place - f.end
		f.end, last = place+int64(length), tail{place: place, base: b.Base, settled: b.Settled}
		f.Last = b.Last
		if b.Settled {
			f.Settled = b.Last
		}
		return nil
	})
	if err != nil || last == f.tail {
		return err
	}
	return f.endsWith(last)
}

// Each calls do for every batch with entries above a number, in their order.
func (f *File) Each(above int64, do func(Batch) error) error {
	return f.scan(int64(fileHead), f.end, func(_ int64, _ int, b Batch) error {
		if b.Last <= above {
			return nil
		}
		return do(b)
	})
}

// scan calls do for each whole batch between two places. Behind a damaged one it
// looks for the next mark.
func (f *File) scan(from, to int64, do func(place int64, length int, b Batch) error) error {
	buffer := make([]byte, 0, 256<<10)
	for place := from; place < to; {
		b, length, err := parseBatch(buffer)
		if errors.Is(err, io.ErrUnexpectedEOF) && place+int64(len(buffer)) < to {
			if buffer, err = f.more(buffer, place, to); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			skip := len(buffer)
			if next := bytes.Index(buffer[1:], mark[:]); next >= 0 {
				skip = next + 1
			} else if place+int64(len(buffer)) < to {
				skip = max(1, len(buffer)-len(mark)) // a mark may be cut in two
			}
			buffer, place = buffer[skip:], place+int64(skip)
			continue
		}
		if err := do(place, length, b); err != nil {
			return err
		}
		buffer, place = buffer[length:], place+int64(length)
	}
	return nil
}

// more returns buffer, which is what stands at place, with more behind it: at
// least twice as much, or all up to the end.
func (f *File) more(buffer []byte, place, to int64) ([]byte, error) {
	size := int(min(int64(max(2*len(buffer), 256<<10)), to-place))
	grown := make([]byte, size)
	n := copy(grown, buffer)
	read, err := f.file.ReadAt(grown[n:], place+int64(n))
	if read == 0 && err != nil {
		return nil, err
	}
	return grown[:n+read], nil
}

// Append writes a batch behind the last one and returns its place; with durable
// it is on the disk then. Its entries get the numbers above base, or above Last
// where that is higher.
func (f *File) Append(base int64, at time.Time, d *Draft, durable bool) (place int64, err error) {
	b := Batch{Base: max(base, f.Last), At: at}
	b.Last = b.Base + int64(d.Len())
	data, err := appendBatch(f.buffer[:0], b, d)
	if err != nil {
		return 0, err
	}
	f.buffer = data
	// What a power cut or a full disk has torn must not show behind it.
	if info, err := f.file.Stat(); err != nil {
		return 0, err
	} else if info.Size() > f.end {
		if err := f.file.Truncate(f.end); err != nil {
			return 0, err
		}
	}
	if _, err := f.file.WriteAt(data, f.end); err != nil {
		return 0, errors.Join(err, f.file.Truncate(f.end))
	}
	if durable {
		if err := f.file.Sync(); err != nil {
			return 0, err
		}
	}
	place = f.end
	f.end, f.tail = place+int64(len(data)), tail{place: place, base: b.Base, head: [settledAt]byte(data)}
	f.Last = b.Last
	return place, nil
}

// Settle marks the batch at place, whose last entry has that number: the
// database has it on the disk, and all before it. Where another batch stands
// there by now, because the file was rewritten, it does nothing.
func (f *File) Settle(place, last int64) error {
	if there, err := f.lastAt(place); err != nil || there != last {
		return err
	}
	_, err := f.file.WriteAt([]byte{1}, place+settledAt)
	if err == nil {
		f.Settled = max(f.Settled, last)
		if f.tail.place == place {
			f.tail.settled = true
		}
	}
	return err
}

// lastAt reads the number of the last entry of the batch at a place; 0 is none.
func (f *File) lastAt(place int64) (int64, error) {
	var b [headSize + 2*binary.MaxVarintLen64]byte
	n, err := f.file.ReadAt(b[:], place)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	if n < headSize || [4]byte(b[:4]) != mark {
		return 0, nil
	}
	r := reader{rest: b[headSize:n]}
	return int64(r.number() + r.number()), nil
}

// Unsettled reports whether the last batch is one whose transaction a database
// that knows the entries up to known has never committed: a crash or a full disk
// came in between.
func (f *File) Unsettled(known int64) bool {
	return f.Last > known && f.tail.base == known && !f.tail.settled && f.Settled <= known
}

// Drop takes the last batch away.
func (f *File) Drop() error {
	if err := f.file.Truncate(f.tail.place); err != nil {
		return err
	}
	f.end, f.Last, f.tail = f.tail.place, f.tail.base, tail{}
	return nil
}

// Place is where the last batch stands, for Resume.
func (f *File) Place() int64 { return f.tail.place }

// Stale reports whether the file is no longer the one that has been read: its
// path leads to another by now, or to none, or another process has dropped the
// last batch, because its commit had failed, and may have written its own there.
func (f *File) Stale() bool {
	there, err := os.Stat(f.path)
	if err != nil {
		return true
	}
	here, err := f.file.Stat()
	if err != nil || !os.SameFile(here, there) {
		return true
	}
	var head [settledAt]byte
	_, err = f.file.ReadAt(head[:], f.tail.place)
	return f.tail.place > 0 && (err != nil || head != f.tail.head)
}

// syncDir makes the name of a new file durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
