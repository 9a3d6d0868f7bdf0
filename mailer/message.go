package mailer

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime"
	"net/mail"
	"net/url"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"weekward/subscribers"
	"weekward/templates"
)

// longestSubject is in characters. A header line may have 998 octets, and
// readers see some fifty characters of it.
const longestSubject = 200

// A Signer makes the tokens of personal links; subscribers.Keys is one.
type Signer interface {
	Token(p subscribers.Purpose, s subscribers.Subscriber, expires time.Time) string
}

// SlotLinks are the links that an issue is rendered with: addresses of the
// public site whose tokens are slots, to be filled for each reader. Without
// the seed nobody can write a slot into a feed.
func SlotLinks(base, seed string, number int) templates.Links {
	return templates.Links{
		Web:         fmt.Sprintf("%s/issues/%d", base, number),
		Unsubscribe: base + "/unsubscribe/" + slot(seed, "unsubscribe"),
		Preferences: base + "/preferences/" + slot(seed, "preferences"),
	}
}

// slot stands for a token until a delivery fills it.
func slot(seed, name string) string { return "slot-" + derive(seed, "slot", name)[:32] }

// derive makes a stable value nobody can guess out of a mailing's seed.
func derive(seed string, parts ...string) string {
	h := hmac.New(sha256.New, []byte(seed))
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// A press plate, so to say: one variant of a mailing, cut at its slots. The
// same claim always gives the same bytes, so that a retry can be folded with
// what came before it.
type plate struct {
	mailing Mailing
	header  Header
	from    *mail.Address
	subject string
	html    cut
	text    cut
}

// newPlate prepares a variant. The header is the mailing's own or, for a
// letter, the sender of the day.
func newPlate(m Mailing, c templates.Content, today Header) (*plate, error) {
	p := &plate{mailing: m, header: m.Header, subject: clip(oneLine(c.Subject), longestSubject)}
	if p.header == (Header{}) {
		p.header = today
	}
	from, err := parseMailbox(p.header.From)
	if err != nil {
		return nil, fmt.Errorf("read the sender: %w", err)
	}
	p.from = from
	p.html, p.text = cutAt(c.HTML, m.Seed), cutAt(c.Text, m.Seed)
	return p, nil
}

// message makes the message of one claim.
func (p *plate) message(c Claim, sign Signer) (Message, error) {
	to, err := parseMailbox(c.To.Email)
	if err != nil {
		return Message{}, fmt.Errorf("read the recipient's address: %w", err)
	}
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithEncoding(gomail.EncodingQP), gomail.WithBoundary(p.boundary()))
	m.FromMailAddress(p.from)
	m.ToMailAddress(to)
	m.Subject(p.subject)
	m.SetDateWithValue(p.mailing.Date.UTC())
	id := p.messageID(c.To.ID)
	m.SetMessageIDWithValue(id)
	// RFC 3834: nobody's holiday notice shall answer.
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	if p.header.ReplyTo != "" {
		if err := m.ReplyTo(p.header.ReplyTo); err != nil {
			return Message{}, fmt.Errorf("read reply_to: %w", err)
		}
	}
	tokens := p.tokens(c, sign)
	if p.mailing.Kind == KindIssue {
		if err := p.addListHeaders(m, tokens.unsubscribe); err != nil {
			return Message{}, err
		}
	}
	m.SetBodyString(gomail.TypeTextPlain, p.text.fill(tokens))
	if html := p.html.fill(tokens); html != "" {
		m.AddAlternativeString(gomail.TypeTextHTML, html)
	}
	var data bytes.Buffer
	if _, err := m.WriteTo(&data); err != nil {
		return Message{}, fmt.Errorf("build message: %w", err)
	}
	return Message{ID: id, From: p.from.Address, To: to.Address, Data: data.Bytes()}, nil
}

// addListHeaders says which list it is and how to leave it. go-mail writes
// what it is given, so each value is checked here.
func (p *plate) addListHeaders(m *gomail.Msg, token string) error {
	leave := p.header.BaseURL + "/unsubscribe/" + token
	if !printable(leave) {
		return fmt.Errorf("build message: unsubscribe address %q cannot stand in a header", p.header.BaseURL)
	}
	host, err := listHost(p.header.BaseURL)
	if err != nil {
		return err
	}
	m.SetGenHeader("List-Id", strings.TrimSpace(phrase(p.header.Name)+" <weekward."+host+">")) // RFC 2919
	m.SetGenHeader("List-Unsubscribe", "<"+leave+">")                                          // RFC 2369
	m.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")                      // RFC 8058: a POST there alone unsubscribes
	m.SetGenHeader("Precedence", "bulk")
	return nil
}

func listHost(base string) (string, error) {
	u, err := url.Parse(base)
	if err != nil || u.Hostname() == "" {
		return "", fmt.Errorf("build message: %q is not the address of a site", base)
	}
	return strings.ToLower(strings.Trim(u.Hostname(), "[]")), nil
}

// messageID is the same for every try, and of our own domain, so that a
// mailbox folds a double.
func (p *plate) messageID(recipient string) string {
	_, domain, _ := strings.Cut(p.from.Address, "@")
	kind := "letter"
	if p.mailing.Kind == KindIssue {
		kind = fmt.Sprintf("issue.%d", p.mailing.Issue)
	}
	return kind + "." + derive(p.mailing.Seed, "message", p.mailing.ID, recipient)[:32] + "@" + domain
}

func (p *plate) boundary() string { return derive(p.mailing.Seed, "boundary")[:40] }

// tokens are what fills the slots.
type tokens struct{ unsubscribe, preferences string }

func (p *plate) tokens(c Claim, sign Signer) tokens {
	if p.mailing.Kind != KindIssue {
		return tokens{}
	}
	return tokens{
		unsubscribe: sign.Token(subscribers.PurposeUnsubscribe, c.To, time.Time{}),
		preferences: sign.Token(subscribers.PurposePreferences, c.To, time.Time{}),
	}
}

// A cut is a text in pieces; between two pieces belongs a token.
type cut struct {
	pieces []string
	slots  []byte // 'u' or 'p', one less than pieces
}

// cutAt cuts a text at the slots of a seed.
func cutAt(text, seed string) cut {
	var c cut
	unsubscribe, preferences := slot(seed, "unsubscribe"), slot(seed, "preferences")
	for {
		at, kind, length := strings.Index(text, unsubscribe), byte('u'), len(unsubscribe)
		if other := strings.Index(text, preferences); other >= 0 && (at < 0 || other < at) {
			at, kind, length = other, 'p', len(preferences)
		}
		if at < 0 {
			c.pieces = append(c.pieces, text)
			return c
		}
		c.pieces, c.slots = append(c.pieces, text[:at]), append(c.slots, kind)
		text = text[at+length:]
	}
}

func (c cut) fill(t tokens) string {
	var b strings.Builder
	for i, piece := range c.pieces {
		b.WriteString(piece)
		switch {
		case i == len(c.slots):
		case c.slots[i] == 'u':
			b.WriteString(t.unsubscribe)
		default:
			b.WriteString(t.preferences)
		}
	}
	return b.String()
}

// phrase writes a name for a header (RFC 5322, 3.2.5).
func phrase(name string) string {
	name = clip(oneLine(name), 100)
	if encoded := mime.QEncoding.Encode("utf-8", name); encoded != name || name == "" {
		return encoded
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
}

// oneLine makes every control character and line separator a blank: nothing
// that comes from a feed, a name or a setting starts a header of its own.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r <= 0x9f || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}

// clip cuts s to at most n characters.
func clip(s string, n int) string {
	for i := range s {
		if n == 0 {
			return strings.TrimSpace(s[:i])
		}
		n--
	}
	return s
}
