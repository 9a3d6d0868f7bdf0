package store

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"weekward/mailer"
)

// changeCounter reads how many transactions have changed the database, modulo
// 2^32: iChange in the header of SQLite's wal-index, the file beside the
// database that ends in -shm (sqlite.org/walformat.html, 2.1). Every commit of
// every process raises it by one, so that an unchanged counter means that
// nobody has left, paused or taken over anything. A query would tell the same
// for a hundred times the cost.
func changeCounter(shm *os.File) (uint32, error) {
	var b [4]byte
	if _, err := shm.ReadAt(b[:], 8); err != nil {
		return 0, err
	}
	return binary.NativeEndian.Uint32(b[:]), nil // the file is never on another machine
}

// appendRecord writes one record of a journal: its length, its checksum, and
// the outcome. State Sending is a beginning.
func appendRecord(dst []byte, o mailer.Outcome) []byte {
	at := len(dst)
	dst = append(dst, make([]byte, 8)...)
	for _, text := range []string{string(o.State), o.Mailing, o.To.ID, o.Reply} {
		dst = append(binary.AppendUvarint(dst, uint64(len(text))), text...)
	}
	for _, number := range []int64{o.Fence, int64(o.Attempts), int64(o.Doubts), int64(o.Code), micros(o.FailedAt), micros(o.At), micros(o.DueAt)} {
		dst = binary.AppendVarint(dst, number)
	}
	body := dst[at+8:]
	binary.BigEndian.PutUint32(dst[at:], uint32(len(body)))
	binary.BigEndian.PutUint32(dst[at+4:], crc32.ChecksumIEEE(body))
	return dst
}

// parseRecord reads the first record of data and returns what follows it.
func parseRecord(data []byte) (o mailer.Outcome, rest []byte, ok bool) {
	if len(data) < 8 {
		return o, nil, false
	}
	length := uint64(binary.BigEndian.Uint32(data))
	if length == 0 || length > uint64(len(data)-8) {
		return o, nil, false
	}
	body, rest := data[8:8+length], data[8+length:]
	if crc32.ChecksumIEEE(body) != binary.BigEndian.Uint32(data[4:]) {
		return o, nil, false
	}
	var texts [4]string
	for i := range texts {
		n, used := binary.Uvarint(body)
		if used <= 0 || n > uint64(len(body)-used) {
			return o, nil, false
		}
		texts[i], body = string(body[used:used+int(n)]), body[used+int(n):]
	}
	var numbers [7]int64
	for i := range numbers {
		n, used := binary.Varint(body)
		if used <= 0 {
			return o, nil, false
		}
		numbers[i], body = n, body[used:]
	}
	o.State, o.Mailing, o.To.ID, o.Reply = mailer.State(texts[0]), texts[1], texts[2], texts[3]
	o.Fence, o.Attempts, o.Doubts, o.Code = numbers[0], int(numbers[1]), int(numbers[2]), int(numbers[3])
	o.FailedAt, o.At, o.DueAt = fromMicros(numbers[4]), fromMicros(numbers[5]), fromMicros(numbers[6])
	return o, rest, true
}

// micros is a time for a record; 0 is the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// readJournal returns what the journal of a dead sender says: how messages
// ended, and which had begun and not ended.
func readJournal(path string) (ends []mailer.Outcome, begun []mailer.Claim, err error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, 4*longestJournal))
	if err != nil {
		return nil, nil, err
	}
	left := newLeftover()
	left.read(data) // up to the end, or to what a power cut left
	return left.ends, left.begun(), nil
}

// A leftover is what the records of a dead sender say.
type leftover struct {
	ends []mailer.Outcome
	open map[deliveryKey]mailer.Claim // begun and not ended
}

func newLeftover() *leftover { return &leftover{open: make(map[deliveryKey]mailer.Claim)} }

// read takes in records, in the order in which they were written, and returns
// what follows the last that is whole.
func (l *leftover) read(data []byte) (rest []byte) {
	for {
		o, rest, ok := parseRecord(data)
		if !ok {
			return data
		}
		if data = rest; o.State == mailer.Sending {
			l.open[keyOf(o.Claim)] = o.Claim
			continue
		}
		delete(l.open, keyOf(o.Claim))
		l.ends = append(l.ends, o)
	}
}

// begun are the messages that may be with the relay.
func (l *leftover) begun() []mailer.Claim {
	return slices.Collect(maps.Values(l.open))
}
