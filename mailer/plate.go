package mailer

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"time"

	"weekward/mailer/dkim"
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
	bounces string                                    // where what cannot be delivered goes back to
	returns func(issue int, subscriber string) string // the same with a token for one reader; nil makes none
	domain  string                                    // of Message-IDs
	idKind  string                                    // their beginning
	message cut
	seal    *dkim.Seal // nil leaves signing to the relay
	noDots  bool       // no line of it begins with a dot
	marks   sync.Pool  // of *subscribers.Marker
}

// newPlate prepares a variant. The header is the mailing's own or, for a
// letter, the sender of the day. The envelope's sender is bounces or, when that
// is empty, the From address.
func newPlate(m Mailing, c templates.Content, today Header, bounces string) (*plate, error) {
	p := &plate{mailing: m, header: m.Header, idKind: "letter."}
	if p.header == (Header{}) {
		p.header = today
	}
	from, err := parseMailbox(p.header.From)
	if err != nil {
		return nil, fmt.Errorf("read the sender: %w", err)
	}
	p.from, p.bounces = from, cmp.Or(bounces, from.Address)
	_, p.domain, _ = strings.Cut(from.Address, "@")
	if m.Kind == KindIssue {
		p.idKind = fmt.Sprintf("issue.%d.", m.Issue)
	}
	p.marks.New = func() any { return subscribers.NewMarker(m.Seed, m.ID) }

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

// roomBehind is the room that is left behind a message: for its end and the
// envelope of the next one, so that they go out together without a copy.
const roomBehind = 1 << 10

// print makes the message of one claim. Its Data is appended to room, which
// may be nil.
func (p *plate) print(room []byte, c Claim, sign Signer) (Message, error) {
	e, box, err := p.envelope(c)
	if err != nil {
		return Message{}, err
	}
	v := values{to: box, address: e.To, id: p.messageID(c.To.ID)}
	if p.mailing.Kind == KindIssue {
		v.unsubscribe = sign.Token(subscribers.PurposeUnsubscribe, c.To, time.Time{})
		v.preferences = sign.Token(subscribers.PurposePreferences, c.To, time.Time{})
		if !printable(v.unsubscribe) {
			return Message{}, errors.New("build message: a token cannot stand in a header")
		}
	}
	m := Message{ID: v.id, Envelope: e, Data: slices.Grow(p.message.fill(room, v), roomBehind), NoDots: p.noDots}
	if p.seal != nil {
		if err := p.seal.Sign(m.Data[len(room):]); err != nil {
			return Message{}, badSignature(err)
		}
	}
	return m, nil
}

// envelope returns from whom to whom a claim's message goes, and the
// recipient as it stands in the head, or "" when that is the address.
func (p *plate) envelope(c Claim) (e Envelope, box string, err error) {
	e.From, e.To = p.sender(c), c.To.Email
	if plainAddress(e.To) {
		return e, "", nil
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

// CheckEnvelope returns an error unless an address can be the sender of an
// envelope: plain ASCII, and no name beside it.
func CheckEnvelope(address string) error {
	box, err := mail.ParseAddress(address)
	if err != nil || box.Address != address || !plainAddress(address) {
		return fmt.Errorf("%q is not a plain address such as \"bounces@example.org\"", address)
	}
	return nil
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
	m := p.marks.Get().(*subscribers.Marker)
	defer p.marks.Put(m)
	var room [128]byte // nearly always enough
	id := m.AppendMark(append(room[:0], p.idKind...), recipient)
	return string(append(append(id, '@'), p.domain...))
}
