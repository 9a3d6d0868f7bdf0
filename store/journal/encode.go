package journal

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"time"
)

// A batch begins with a mark, by which a reader finds the next one behind a
// damaged one; then its length, its checksum, and whether it is settled.
var mark = [4]byte{0xf5, 'w', 'w', 'j'}

const (
	headSize   = 13       // mark, length, checksum, settled
	settledAt  = 12       // of the octet that Settle writes; it is not in the checksum
	largest    = 16 << 20 // octets of a batch
	mostIssues = 8 << 20  // octets of an issue's content
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errDamaged means that octets are no batch.
var errDamaged = errors.New("damaged")

// appendBatch writes a batch: its numbers and time, and the entries of d. What
// is left in the memory of dst is overwritten.
func appendBatch(dst []byte, b Batch, d *Draft) ([]byte, error) {
	at := len(dst)
	dst = append(dst, mark[:]...)
	dst = append(dst, 0, 0, 0, 0, 0, 0, 0, 0, 0) // up to headSize
	if b.Settled {
		dst[at+settledAt] = 1
	}
	dst = binary.AppendUvarint(dst, uint64(b.Base))
	dst = binary.AppendUvarint(dst, uint64(b.Last-b.Base))
	dst = binary.AppendVarint(dst, b.At.Unix())
	dst = append(dst, d.body...)
	body := dst[at+headSize:]
	if len(body) > largest {
		return nil, fmt.Errorf("a batch of %d octets is too large for the journal", len(body))
	}
	binary.BigEndian.PutUint32(dst[at+4:], uint32(len(body)))
	binary.BigEndian.PutUint32(dst[at+8:], crc32.Checksum(body, castagnoli))
	return dst, nil
}

// A Draft gathers the entries of a batch. They are written down at once, since a
// send has two for every mail. The zero value is empty and ready.
type Draft struct {
	body    []byte
	entries int
	mails   bool
	run     run
}

// A run is what deliveries of one mailing with one outcome share. Only how many
// they are and who is written for each.
type run struct {
	kind    Kind
	number  int
	mailing string
	count   int // place of the number of them in body; 0 when no run is open
}

// Len is the number of entries.
func (d *Draft) Len() int { return d.entries }

// Mails reports whether an entry leads to mail.
func (d *Draft) Mails() bool { return d.mails }

// Reset empties a draft and keeps its memory.
func (d *Draft) Reset() { *d = Draft{body: d.body[:0]} }

// Add adds an entry.
func (d *Draft) Add(e Entry) {
	if e.Kind.ofDelivery() {
		d.Delivery(e.Kind, e.Mailing, e.Number, e.Subscriber)
		return
	}
	d.run.count = 0
	d.body = appendEntry(d.body, &e)
	d.entries++
	d.mails = d.mails || e.Kind == Frozen
}

// Delivery adds what happened to one delivery.
func (d *Draft) Delivery(k Kind, mailing string, number int, subscriber string) {
	if d.run.count == 0 || d.run.kind != k || d.run.number != number || d.run.mailing != mailing {
		d.body = appendText(append(d.body, byte(k)), mailing)
		d.body = binary.AppendUvarint(d.body, uint64(number))
		d.run = run{k, number, mailing, len(d.body)}
		d.body = append(d.body, 0, 0, 0, 0)
	}
	count := d.body[d.run.count:]
	binary.BigEndian.PutUint32(count, binary.BigEndian.Uint32(count)+1)
	d.body = appendID(d.body, subscriber)
	d.entries++
	d.mails = d.mails || k == Claimed
}

// appendEntry writes what is not about a delivery.
func appendEntry(dst []byte, e *Entry) []byte {
	dst = append(dst, byte(e.Kind))
	for _, text := range []string{e.Subscriber, e.Reason, e.Person, e.Address, e.Hash} {
		dst = appendText(dst, text)
	}
	dst = binary.AppendUvarint(dst, uint64(e.Number))
	if e.Issue == nil {
		return append(dst, 0)
	}
	return appendIssue(append(dst, 1), *e.Issue)
}

func appendIssue(dst []byte, i Issue) []byte {
	dst = binary.AppendUvarint(dst, uint64(i.Number))
	for _, t := range []time.Time{i.Slot, i.Date} {
		dst = binary.AppendVarint(dst, micros(t))
	}
	for _, text := range []string{i.State, i.Reason, i.Fingerprint, i.Mailing, i.Seed, i.Header} {
		dst = appendText(dst, text)
	}
	var packed bytes.Buffer
	w, _ := flate.NewWriter(&packed, flate.DefaultCompression) // the level is valid
	w.Write(i.Content)                                         // a buffer takes everything
	w.Close()
	return appendText(dst, packed.Bytes())
}

func appendText[T string | []byte](dst []byte, text T) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
}

// micros is a time for the file; 0 is the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// parseBatch reads the batch that data begins with, and how long it is.
func parseBatch(data []byte) (b Batch, length int, err error) {
	body, err := batchBody(data)
	if err != nil {
		return b, 0, err
	}
	r := reader{rest: body}
	b.Settled = data[settledAt] == 1
	b.Base = int64(r.number())
	b.Last = b.Base + int64(r.number())
	b.At = time.Unix(r.signed(), 0).UTC()
	for len(r.rest) > 0 && r.err == nil {
		b.Entries = r.run(b.Entries)
	}
	if r.err != nil || b.Base < 0 || b.Last < b.Base {
		return Batch{}, 0, errDamaged
	}
	return b, headSize + len(body), nil
}

// batchBody returns what the head of a batch announces, when it is all there
// and unharmed. io.ErrUnexpectedEOF says that data ends before it.
func batchBody(data []byte) ([]byte, error) {
	if len(data) < headSize {
		return nil, io.ErrUnexpectedEOF
	}
	length := binary.BigEndian.Uint32(data[4:])
	if [4]byte(data[:4]) != mark || length == 0 || length > largest {
		return nil, errDamaged
	}
	if uint32(len(data)-headSize) < length {
		return nil, io.ErrUnexpectedEOF
	}
	body := data[headSize : headSize+int(length)]
	if crc32.Checksum(body, castagnoli) != binary.BigEndian.Uint32(data[8:]) {
		return nil, errDamaged
	}
	return body, nil
}

// A reader takes a batch apart. After an error it returns nothing more.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) number() uint64 {
	n, used := binary.Uvarint(r.rest)
	if used <= 0 || n > 1<<62 {
		r.fail()
		return 0
	}
	r.rest = r.rest[used:]
	return n
}

func (r *reader) signed() int64 {
	n, used := binary.Varint(r.rest)
	if used <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[used:]
	return n
}

func (r *reader) octets(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.fail()
		return nil
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *reader) text() string { return string(r.octets(r.number())) }

func (r *reader) moment() time.Time {
	if us := r.signed(); us != 0 {
		return time.UnixMicro(us).UTC()
	}
	return time.Time{}
}

func (r *reader) fail() { r.rest, r.err = nil, errDamaged }

// run reads the entries that were written as one.
func (r *reader) run(entries []Entry) []Entry {
	e := Entry{Kind: Kind(r.octets(1)[0])}
	if e.Kind.ofDelivery() {
		e.Mailing, e.Number = r.text(), int(r.number())
		count := r.octets(4)
		if r.err != nil {
			return entries
		}
		for n := binary.BigEndian.Uint32(count); n > 0 && r.err == nil; n-- {
			e.Subscriber = r.id()
			entries = append(entries, e)
		}
		return entries
	}
	for _, field := range []*string{&e.Subscriber, &e.Reason, &e.Person, &e.Address, &e.Hash} {
		*field = r.text()
	}
	e.Number = int(r.number())
	if more := r.octets(1); len(more) == 1 && more[0] == 1 {
		e.Issue = r.issue()
	}
	return append(entries, e)
}

func (r *reader) issue() *Issue {
	i := Issue{Number: int(r.number()), Slot: r.moment(), Date: r.moment()}
	for _, field := range []*string{&i.State, &i.Reason, &i.Fingerprint, &i.Mailing, &i.Seed, &i.Header} {
		*field = r.text()
	}
	packed := r.octets(r.number())
	if r.err != nil {
		return nil
	}
	content, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), mostIssues+1))
	if err != nil || len(content) > mostIssues {
		r.fail()
	}
	i.Content = content
	return &i
}
