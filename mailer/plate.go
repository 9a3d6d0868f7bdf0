package mailer

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"net/mail"
	"strconv"
	"strings"
	"sync"
	"time"

	"weekward/subscribers"
	"weekward/templates"
)

// A plate is what a press prints from: one variant of a mailing, written and
// encoded once by go-mail and cut at its slots. A delivery only fills the
// slots, which costs microseconds. The same claim always gives the same bytes,
// so that a mailbox can fold a retry with what came before it.
type plate struct {
	mailing Mailing
	header  Header
	from    *mail.Address
	domain  string // of Message-IDs
	idKind  string // their beginning
	message cut
	noDots  bool      // no line of it begins with a dot
	marks   sync.Pool // of *marker
}

// newPlate prepares a variant. The header is the mailing's own or, for a
// letter, the sender of the day.
func newPlate(m Mailing, c templates.Content, today Header) (*plate, error) {
	p := &plate{mailing: m, header: m.Header, idKind: "letter."}
	if p.header == (Header{}) {
		p.header = today
	}
	from, err := parseMailbox(p.header.From)
	if err != nil {
		return nil, fmt.Errorf("read the sender: %w", err)
	}
	p.from = from
	_, p.domain, _ = strings.Cut(from.Address, "@")
	if m.Kind == KindIssue {
		p.idKind = fmt.Sprintf("issue.%d.", m.Issue)
	}
	p.marks.New = func() any { return newMarker(m) }

	to, id := slot(m.Seed, "to")+"@example.org", slot(m.Seed, "message-id")
	msg, err := p.compose(c.Subject, c.Text, c.HTML, to, id)
	if err != nil {
		return nil, err
	}
	var data bytes.Buffer
	if _, err := msg.WriteTo(&data); err != nil {
		return nil, fmt.Errorf("build message: %w", err)
	}
	p.message = cutMessage(data.Bytes(), slots{
		to: "<" + to + ">", id: id, unsubscribe: slot(m.Seed, "unsubscribe"), preferences: slot(m.Seed, "preferences"),
	})
	p.noDots = p.message.noDots()
	return p, nil
}

// print makes the message of one claim. Its Data is appended to room, which
// may be nil.
func (p *plate) print(room []byte, c Claim, sign Signer) (Message, error) {
	e, box, err := p.envelope(c)
	if err != nil {
		return Message{}, err
	}
	v := values{to: box, id: p.messageID(c.To.ID)}
	if p.mailing.Kind == KindIssue {
		v.unsubscribe = sign.Token(subscribers.PurposeUnsubscribe, c.To, time.Time{})
		v.preferences = sign.Token(subscribers.PurposePreferences, c.To, time.Time{})
		if !printable(v.unsubscribe) {
			return Message{}, errors.New("build message: a token cannot stand in a header")
		}
	}
	dots := strings.Contains(v.unsubscribe, ".") || strings.Contains(v.preferences, ".") // a long token is folded
	return Message{ID: v.id, Envelope: e, Data: p.message.fill(room, v), NoDots: p.noDots && !dots}, nil
}

// envelope returns from whom to whom a claim's message goes, and the
// recipient as it stands in the head.
func (p *plate) envelope(c Claim) (e Envelope, box string, err error) {
	e.From, e.To = p.from.Address, c.To.Email
	if plainAddress(e.To) {
		return e, "<" + e.To + ">", nil
	}
	// A notice goes to a mailbox of the configuration, which may have a name.
	to, err := parseMailbox(e.To)
	if err == nil && !plainAddress(to.Address) {
		err = errors.New("only plain ASCII addresses reach every mailbox")
	}
	if err != nil {
		return e, "", fmt.Errorf("read the recipient's address: %w", err)
	}
	e.To, to.Name = to.Address, clip(to.Name, 100)
	return e, to.String(), nil
}

// plainAddress reports whether an address can stand in a command and in a
// head as it is. Every address on the list is such a one.
func plainAddress(s string) bool {
	local, domain, _ := strings.Cut(s, "@")
	return local != "" && domain != "" && !strings.Contains(domain, "@") && printable(s) && !strings.ContainsAny(s, "()[],;:")
}

// messageID is the same for every try, and of our own domain, so that a
// mailbox folds a double.
func (p *plate) messageID(recipient string) string {
	m := p.marks.Get().(*marker)
	defer p.marks.Put(m)
	m.text = append(m.text[:0], p.idKind...)
	m.text = m.appendMark(m.text, recipient)
	m.text = append(append(m.text, '@'), p.domain...)
	return string(m.text)
}

// A marker makes the distinctive part of a mailing's Message-IDs: the same as
// derive(seed, "message", mailing, recipient), with the memory of the last one.
type marker struct {
	hash hash.Hash
	head []byte
	sum  []byte
	text []byte
}

func newMarker(m Mailing) *marker {
	head := fmt.Appendf(nil, "7:message%d:%s", len(m.ID), m.ID)
	return &marker{hash: hmac.New(sha256.New, []byte(m.Seed)), head: head}
}

func (m *marker) appendMark(dst []byte, recipient string) []byte {
	m.sum = strconv.AppendInt(append(m.sum[:0], m.head...), int64(len(recipient)), 10)
	m.sum = append(append(m.sum, ':'), recipient...)
	m.hash.Reset()
	m.hash.Write(m.sum)
	m.sum = m.hash.Sum(m.sum[:0])
	return hex.AppendEncode(dst, m.sum[:16])
}
