package bounces

import (
	"crypto/hmac"
	"encoding/base32"
	"encoding/base64"
	"strconv"
	"strings"
)

// A Hasher makes keyed hashes, that of the newest key first; subscribers.Keys
// is one.
type Hasher interface {
	Hashes(purpose, data string) []string
}

// A Sent is one mail that left: an issue, or a letter, to one subscriber.
type Sent struct {
	Subscriber string // ID
	Issue      int    // its number; 0 for a letter
}

// maxLocal is the longest local part (RFC 5321, 4.5.3.1.1).
const maxLocal = 64

// markSize is the length of a token's mark in octets: 128 bits of HMAC-SHA-256.
const markSize = 16

// purposeBounce keeps these tokens apart from all others.
const purposeBounce = "bounce"

// letters are those of a token. Mail systems may change the case of a local
// part, so it has but one.
var letters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// mostLocal is the longest local part that is looked at: one of ours, to which
// a server on the way has added a word of its own.
const mostLocal = 2 * maxLocal

// ReadAddress returns what the token in an address stands for. ok is false
// where there is none, or one that was not made with one of the keys.
func ReadAddress(address string, keys Hasher) (s Sent, ok bool) {
	local, _, _ := strings.Cut(strings.ToLower(address), "@")
	_, details, _ := strings.Cut(local, "+")
	if len(local) > mostLocal {
		return Sent{}, false
	}
	for detail := range strings.SplitSeq(details, "+") {
		if s, ok = readToken(detail, keys); ok {
			return s, true
		}
	}
	return Sent{}, false
}

func readToken(token string, keys Hasher) (s Sent, ok bool) {
	issue, rest, _ := strings.Cut(token, "-")
	subscriber, mark, _ := strings.Cut(rest, "-")
	number, err := strconv.Atoi(issue)
	if err != nil || number < 0 || strconv.Itoa(number) != issue || subscriber == "" || mark == "" {
		return Sent{}, false
	}
	s = Sent{Subscriber: subscriber, Issue: number}
	for _, want := range marks(keys, s) {
		if hmac.Equal([]byte(mark), []byte(want)) { // in constant time
			ok = true
		}
	}
	if !ok {
		return Sent{}, false
	}
	return s, true
}

// marks are the signatures of a token under every key.
func marks(keys Hasher, s Sent) []string {
	hashes := keys.Hashes(purposeBounce, strconv.Itoa(s.Issue)+" "+s.Subscriber)
	for i, hash := range hashes {
		raw, err := base64.RawURLEncoding.DecodeString(hash)
		if err != nil || len(raw) < markSize {
			hashes[i] = "" // a Hasher that is none signs nothing
			continue
		}
		hashes[i] = letters.EncodeToString(raw[:markSize])
	}
	return hashes
}
