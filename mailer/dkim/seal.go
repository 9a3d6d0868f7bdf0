package dkim

import (
	"bytes"
	"crypto/sha256"
	"encoding"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Seal signs messages that are alike: the same header fields, and bodies that
// begin the same. It may be used by several goroutines.
type Seal struct {
	keys   []Key
	blank  []byte     // the signature fields, unsigned
	places []places   // in blank, one a key
	names  []string   // of the header fields, in their order; all are signed
	start  []byte     // the state of the hash after the first octets of the body
	octets int        // so many
	desks  *sync.Pool // of *desk
}

// places are where the values of a signature field go.
type places struct {
	field, end int // the field itself
	bh         int // the hash of the body, 44 characters
	b          int // the signature, in folded lines
}

// A desk is what signing one message needs.
type desk struct {
	hash hash.Hash
	head []byte // the signed fields, canonical
	room []byte
	sum  [sha256.Size]byte
}

// NewSeal prepares a seal from one of the messages it will be used for. The
// first alike octets of all their bodies are the same; 0 claims nothing. The
// time is put into the signatures: with the mailing's own, a retry is signed as
// the first try was.
func (s *Signer) NewSeal(message []byte, alike int, at time.Time) (*Seal, error) {
	if err := checkLines(message); err != nil {
		return nil, err
	}
	head, body, ok := split(message)
	if !ok {
		return nil, errors.New("sign a message: it has no body")
	}
	seal := &Seal{keys: s.keys, desks: &sync.Pool{New: func() any { return &desk{hash: sha256.New()} }}}
	names, err := seal.choose(head)
	if err != nil {
		return nil, err
	}
	for _, k := range s.keys {
		seal.addBlank(s.domain, k, names, at)
	}
	return seal, seal.keepStart(body, alike)
}

// checkLines refuses line breaks that mail servers read in different ways.
func checkLines(message []byte) error {
	breaks := bytes.Count(message, crlf)
	if bytes.Count(message, []byte("\r")) != breaks || bytes.Count(message, []byte("\n")) != breaks {
		return errors.New("sign a message: a line does not end in CRLF")
	}
	return nil
}

// split returns the head of a message, the last line break included, and its
// body.
func split(message []byte) (head, body []byte, ok bool) {
	end := bytes.Index(message, []byte("\r\n\r\n"))
	if end < 0 {
		return nil, nil, false
	}
	return message[:end+2], message[end+4:], true
}

// keepStart hashes what the bodies have in common, up to the last end of a
// line.
func (s *Seal) keepStart(body []byte, alike int) error {
	s.octets = bytes.LastIndex(body[:min(alike, len(body))], crlf) + len(crlf)
	if s.octets < len(crlf) {
		s.octets = 0 // no line ends in there
	}
	h := sha256.New()
	hashLines(h, body[:s.octets], nil)
	state, err := h.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		return fmt.Errorf("sign a message: keep the hash of its beginning: %w", err)
	}
	s.start = state
	return nil
}

// Blank are the signature fields without their values. They belong in front of
// each message, and Sign fills them in.
func (s *Seal) Blank() []byte { return s.blank }

// Sign fills in the signatures of a message that begins with Blank. It changes
// nothing else.
func (s *Seal) Sign(message []byte) error {
	if len(message) < len(s.blank) {
		return errors.New("sign a message: its signature fields are missing")
	}
	head, body, ok := split(message[len(s.blank):])
	if !ok {
		return errors.New("sign a message: it has no body")
	}
	d := s.desks.Get().(*desk)
	defer s.desks.Put(d)
	if err := d.hashBody(s, body); err != nil {
		return err
	}
	for _, p := range s.places {
		base64.StdEncoding.Encode(message[p.bh:], d.sum[:])
	}
	if err := d.takeHead(s.names, head); err != nil {
		return err
	}
	for i, p := range s.places {
		if err := d.signHead(s.keys[i], message, p); err != nil {
			return err
		}
	}
	return nil
}

// hashBody leaves the hash of a body in d.sum.
func (d *desk) hashBody(s *Seal, body []byte) error {
	if err := d.hash.(encoding.BinaryUnmarshaler).UnmarshalBinary(s.start); err != nil {
		return fmt.Errorf("sign a message: take up the hash of its beginning: %w", err)
	}
	text, from := trimBody(body), s.octets
	if len(text) <= from { // nothing but empty lines follows what was hashed
		d.hash.Reset()
		from = 0
	}
	if len(text) > 0 {
		d.room = hashLines(d.hash, text[from:], d.room)
		d.hash.Write(crlf)
	}
	d.hash.Sum(d.sum[:0])
	return nil
}

// takeHead leaves the canonical fields of a head in d.head. All are signed, in
// the order in which they stand there.
func (d *desk) takeHead(names []string, head []byte) error {
	d.head = d.head[:0]
	for _, name := range names {
		field := firstField(head)
		if !isNamed(field, name) {
			got, _, _ := bytes.Cut(field, []byte(":")) // its value may be an address, which belongs in no log
			return fmt.Errorf("sign a message: got the field %q, the first message had %s there", got, name)
		}
		d.head = appendField(d.head, field)
		head = head[len(field):]
	}
	if len(head) > 0 {
		return errors.New("sign a message: it has more fields than the first message had")
	}
	return nil
}

// signHead signs the fields in d.head and the signature field itself.
func (d *desk) signHead(k Key, message []byte, p places) error {
	d.hash.Reset()
	d.hash.Write(d.head)
	d.room = appendField(d.room[:0], message[p.field:p.b])
	d.hash.Write(bytes.TrimSuffix(d.room, crlf)) // RFC 6376, 3.7: without its line break, b= empty
	d.hash.Sum(d.sum[:0])
	signature, err := k.sign(d.sum)
	if err != nil {
		return fmt.Errorf("sign a message: %w", err)
	}
	d.room = base64.StdEncoding.AppendEncode(d.room[:0], signature)
	fillFolded(message[p.b:p.end], d.room)
	return nil
}

// firstField is the first header field of text, its line breaks included.
func firstField(text []byte) []byte {
	for at := 0; ; {
		end := bytes.IndexByte(text[at:], '\n')
		if end < 0 {
			return text
		}
		at += end + 1
		if at == len(text) || !isBlank(text[at]) {
			return text[:at]
		}
	}
}

// isNamed reports whether a field has a name, written in the same way.
func isNamed(field []byte, name string) bool {
	return len(field) > len(name) && field[len(name)] == ':' && string(field[:len(name)]) == name
}

// choose keeps the names of the fields, all of which are signed, and returns
// the list for h=.
func (s *Seal) choose(head []byte) ([]string, error) {
	present := map[string]bool{}
	for rest := head; len(rest) > 0; {
		field := firstField(rest)
		rest = rest[len(field):]
		name, _, ok := strings.Cut(string(field), ":")
		lower := strings.ToLower(name)
		switch {
		case !ok || name == "" || strings.ContainsAny(name, " \t;\r\n"):
			return nil, fmt.Errorf("sign a message: %.40q is not a header field", field)
		case present[lower]:
			return nil, fmt.Errorf("sign a message: it has two fields %s", name)
		}
		present[lower] = true
		s.names = append(s.names, name)
	}
	if !present["from"] {
		return nil, errors.New("sign a message: it has no field From")
	}
	// A name that is listed once more than its field occurs makes the signature
	// fail when somebody adds one (RFC 6376, 5.4.2 and 8.15).
	listed := slices.Clone(s.names)
	for _, name := range oversigned {
		if !present[strings.ToLower(name)] {
			listed = append(listed, name)
		}
	}
	return append(listed, s.names...), nil
}
