package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"time"
)

// The head of the file: what it is, whose it is, the number of the entry before
// its first, when it was compacted last, and a checksum.
const (
	magic    = "wwjrnl1\n"
	idSize   = 26
	fileHead = len(magic) + idSize + 8 + 8 + 4
)

type header struct {
	id        string
	base      int64
	compacted time.Time
}

func (h header) marshal() []byte {
	b := append([]byte(magic), fmt.Sprintf("%-*.*s", idSize, idSize, h.id)...)
	b = binary.BigEndian.AppendUint64(b, uint64(h.base))
	b = binary.BigEndian.AppendUint64(b, uint64(h.compacted.Unix()))
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

func readHeader(f io.ReaderAt) (header, error) {
	var b [fileHead]byte
	if _, err := f.ReadAt(b[:], 0); err != nil && !errors.Is(err, io.EOF) {
		return header{}, err
	}
	sum := b[fileHead-4:]
	if string(b[:len(magic)]) != magic || crc32.Checksum(b[:fileHead-4], castagnoli) != binary.BigEndian.Uint32(sum) {
		return header{}, ErrNotJournal
	}
	rest := b[len(magic):]
	return header{
		id:        strings.TrimSpace(string(rest[:idSize])),
		base:      int64(binary.BigEndian.Uint64(rest[idSize:])),
		compacted: time.Unix(int64(binary.BigEndian.Uint64(rest[idSize+8:])), 0).UTC(),
	}, nil
}
