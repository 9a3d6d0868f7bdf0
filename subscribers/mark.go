package subscribers

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
)

// MarkSize is the length of a mark in characters.
const MarkSize = 2 * macSize

// A Marker makes the distinctive part of the Message-IDs of one mailing, its
// mark: the same for every try of a mail, and unknown to whoever does not know
// the mailing's seed. Who returns a mail proves by its mark whose it was. A
// Marker keeps the memory of one mark for the next, and is for one goroutine at
// a time.
type Marker struct {
	hash    hash.Hash
	head    []byte
	message []byte
	sum     []byte
}

// NewMarker returns the marker of a mailing.
func NewMarker(seed, mailing string) *Marker {
	return &Marker{hash: hmac.New(sha256.New, []byte(seed)), head: appendPart(appendPart(nil, "message"), mailing)}
}

// AppendMark appends the mark of the mail to a recipient, MarkSize hexadecimal
// digits, to dst.
func (m *Marker) AppendMark(dst []byte, recipient string) []byte {
	m.message = appendPart(append(m.message[:0], m.head...), recipient) // as mac does it
	m.hash.Reset()
	m.hash.Write(m.message)
	m.sum = m.hash.Sum(m.sum[:0])
	return hex.AppendEncode(dst, m.sum[:macSize])
}
