package bounces

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"weekward/subscribers"
)

// longestID and longestIssue are the most characters of a subscriber's ID, and
// the digits of an issue's number that a base must leave room for: one issue a
// week takes 190 years to outgrow them.
const (
	longestID    = 20
	longestIssue = 4
)

// LongestBase is the most octets in the local part of an address that tokens
// are put behind.
const LongestBase = maxLocal - len("+") - longestIssue - len("-") - longestID - len("-") - (markSize*8+4)/5

// A ReturnPath makes the envelope senders of mails (VERP): one mailbox that all
// bounces come to, with a token for each mail behind a "+" in its local part,
// as in bounces+118-05k3…-mfrgg…@mail.example.org. Whoever returns the mail
// returns the token, whatever else they leave out. The same mail always has
// the same one, as long as the key that signs is the same.
type ReturnPath struct {
	local, domain string // with the "+" and the "@"
	keys          subscribers.Keys
}

// NewReturnPath returns the return path to a mailbox that takes what comes for
// its address with any token behind. It fails when the local part is longer
// than LongestBase.
func NewReturnPath(mailbox string, keys subscribers.Keys) (ReturnPath, error) {
	local, domain, found := strings.Cut(mailbox, "@")
	if !found || local == "" || domain == "" {
		return ReturnPath{}, errors.New("make a return path: the mailbox is no address")
	}
	if len(local) > LongestBase {
		return ReturnPath{}, fmt.Errorf("make a return path: %q has %d letters, and with more than %d no token fits behind it", local, len(local), LongestBase)
	}
	return ReturnPath{local + "+", "@" + domain, keys}, nil
}

// Address returns the envelope sender of one mail, or "" when none can be made
// for it: the subscriber's ID is empty, too long or has other signs than a-z
// and 0-9, as that of nobody on the list has.
func (p ReturnPath) Address(s Sent) string {
	if !tokenID(s.Subscriber) || s.Issue < 0 {
		return ""
	}
	var room [384]byte // for a host of 255 octets, too
	address := strconv.AppendInt(append(room[:0], p.local...), int64(s.Issue), 10)
	address = append(append(address, '-'), s.Subscriber...)
	var signed [longestID + 20]byte
	data := strconv.AppendInt(signed[:0], int64(s.Issue), 10)
	data = append(append(data, ' '), s.Subscriber...)
	var hash [32]byte
	mark := p.keys.AppendHash(hash[:0], purposeBounce, data)[:markSize]
	address = letters.AppendEncode(append(address, '-'), mark)
	if len(address) > maxLocal {
		return ""
	}
	return string(append(address, p.domain...))
}

// tokenID tells an ID that can stand in a token.
func tokenID(id string) bool {
	for i := range len(id) {
		if c := id[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return id != "" && len(id) <= longestID
}
