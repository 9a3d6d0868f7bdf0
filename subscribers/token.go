package subscribers

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"
)

// A Purpose is what a token is good for. A token made for one does nothing at
// the page of another.
type Purpose string

// The purposes.
const (
	PurposeConfirm     Purpose = "confirm"
	PurposeUnsubscribe Purpose = "unsubscribe"
	PurposePreferences Purpose = "preferences"
	PurposeForm        Purpose = "form" // the age of a sign-up form
)

// macSize is the length of a token's mark in octets: 128 bits of HMAC-SHA-256.
const macSize = 16

// maxToken is more than any token of ours is long, in characters.
const maxToken = 256

// Token signs that whoever holds it may do p as s. It is opaque, fit for an
// address on the web ([A-Za-z0-9_-]), and carries no mail address. It is void
// after expires (whole seconds; the zero time means never) and when the
// subscriber's epoch has moved on.
//
// Its octets are epoch and expiry (Unix seconds) as varints, the ID, and a MAC
// over purpose, ID, epoch and expiry.
func (k Keys) Token(p Purpose, s Subscriber, expires time.Time) string {
	by := k.signers.Get().(*signer)
	defer k.signers.Put(by)
	by.payload = binary.AppendUvarint(by.payload[:0], uint64(s.Epoch))
	by.payload = binary.AppendUvarint(by.payload, unixOrZero(expires))
	by.payload = append(by.payload, s.ID...)
	by.message = appendPart(by.message[:0], "token") // as mac does it
	by.message = appendPart(by.message, string(p))
	by.message = appendPart(by.message, by.payload)
	by.hash.Reset()
	by.hash.Write(by.message)
	by.mark = by.hash.Sum(by.mark[:0])
	by.payload = append(by.payload, by.mark[:macSize]...)
	by.text = base64.RawURLEncoding.AppendEncode(by.text[:0], by.payload)
	return string(by.text)
}

// Verify returns the ID and the epoch a token was made for. Every fault, be it
// the wrong purpose, a flipped bit or an expiry, is ErrUnknownToken. Whether
// the epoch is still the subscriber's is for the caller to compare.
func (k Keys) Verify(p Purpose, token string, now time.Time) (id string, epoch int, err error) {
	// One token has one spelling: no stray bits, and none of the line breaks
	// that the decoder would skip.
	if len(token) > maxToken || strings.ContainsAny(token, "\r\n") {
		return "", 0, ErrUnknownToken
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) < macSize+2 {
		return "", 0, ErrUnknownToken
	}
	payload, mark := raw[:len(raw)-macSize], raw[len(raw)-macSize:]
	if !k.signed(p, payload, mark) {
		return "", 0, ErrUnknownToken
	}
	e, n := binary.Uvarint(payload)
	if n <= 0 {
		return "", 0, ErrUnknownToken
	}
	expires, m := binary.Uvarint(payload[n:])
	if m <= 0 || expires != 0 && uint64(now.Unix()) >= expires {
		return "", 0, ErrUnknownToken
	}
	return string(payload[n+m:]), int(e), nil
}

// signed compares in constant time, with every key.
func (k Keys) signed(p Purpose, payload, mark []byte) bool {
	found := false
	for _, secret := range k.secrets {
		if hmac.Equal(mark, mac(secret, "token", string(p), string(payload))[:macSize]) {
			found = true
		}
	}
	return found
}

func unixOrZero(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	return uint64(max(t.Unix(), 1))
}
