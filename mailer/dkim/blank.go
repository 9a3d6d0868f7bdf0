package dkim

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// oversigned are the fields nobody may add to a mail of ours, beside those it
// has: what a reader is shown, whom an answer goes to, how the parts are read,
// and what a list's mails are handled by (RFC 6376, 5.4.1; RFC 8058, 4; RFC 9477).
var oversigned = []string{
	"From", "Sender", "To", "Cc", "Subject", "Date", "Message-ID", "Reply-To", "In-Reply-To", "References",
	"MIME-Version", "Content-Type", "Content-Transfer-Encoding", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
	"Auto-Submitted", "Precedence", "Feedback-ID", "CFBL-Address",
}

const (
	longestLine = 78 // RFC 5322, 2.1.1
	signedLine  = 72 // characters of a signature in a line
)

// bodyHashSize is how long bh= is.
var bodyHashSize = base64.StdEncoding.EncodedLen(sha256.Size)

// addBlank writes the signature field of a key, with room for bh= and b=.
func (s *Seal) addBlank(domain string, k Key, names []string, at time.Time) {
	f := folder{text: s.blank}
	p := places{field: len(f.text)}
	f.add("DKIM-Signature:", "")
	for _, tag := range []string{"v=1;", "a=" + k.algorithm() + "-sha256;", "c=relaxed/relaxed;", "d=" + domain + ";", "s=" + k.Selector + ";", "t=" + strconv.FormatInt(at.Unix(), 10) + ";"} {
		f.add(tag, " ")
	}
	// A line is broken between two names, never inside of one: verifiers do not
	// agree on what that would mean.
	before := " h="
	for i, name := range names {
		if i < len(names)-1 {
			name += ":"
		} else {
			name += ";"
		}
		f.add(before+name, "")
		before = ""
	}
	f.fold()
	f.text = append(f.text, "bh="...)
	p.bh = len(f.text)
	f.text = append(f.text, strings.Repeat("x", bodyHashSize)+";"...)
	f.fold()
	f.text = append(f.text, "b="...)
	p.b = len(f.text)
	f.text = appendFolded(f.text, base64.StdEncoding.EncodedLen(k.signatureSize()))
	p.end = len(f.text)
	f.text = append(f.text, crlf...)
	s.blank, s.places = f.text, append(s.places, p)
}

// A folder writes a header field in lines.
type folder struct {
	text   []byte
	column int
}

// add appends a word, after a blank or in a new line.
func (f *folder) add(word, blank string) {
	if f.column+len(blank)+len(word) > longestLine {
		f.fold()
		word, blank = strings.TrimPrefix(word, " "), ""
	}
	f.text = append(append(f.text, blank...), word...)
	f.column += len(blank) + len(word)
}

func (f *folder) fold() {
	f.text = append(f.text, "\r\n "...)
	f.column = 1
}

// appendFolded appends room for so many characters of a signature.
func appendFolded(dst []byte, size int) []byte {
	for at := 0; at < size; at += signedLine {
		if at > 0 {
			dst = append(dst, "\r\n "...)
		}
		dst = append(dst, strings.Repeat("x", min(signedLine, size-at))...)
	}
	return dst
}

// fillFolded writes a signature into the room that appendFolded made.
func fillFolded(room, signature []byte) {
	for len(signature) > 0 {
		n := copy(room[:min(signedLine, len(room))], signature)
		signature, room = signature[n:], room[min(n+len("\r\n "), len(room)):]
	}
}
