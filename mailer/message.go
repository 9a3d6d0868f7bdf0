package mailer

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime"
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

// compose writes the message of a variant by go-mail. What differs from reader
// to reader is a slot: the address, the Message-ID, the tokens.
func (p *plate) compose(subject, text, html, to, id string) (*gomail.Msg, error) {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithEncoding(gomail.EncodingQP), gomail.WithBoundary(p.boundary()))
	m.FromMailAddress(p.from)
	if err := m.To(to); err != nil {
		return nil, fmt.Errorf("read the recipient's address: %w", err)
	}
	m.Subject(clip(oneLine(subject), longestSubject))
	m.SetDateWithValue(p.mailing.Date.UTC())
	m.SetMessageIDWithValue(id)
	// RFC 3834: nobody's holiday notice shall answer.
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader("Feedback-ID", p.feedbackID())
	if p.header.ReplyTo != "" {
		if err := m.ReplyTo(p.header.ReplyTo); err != nil {
			return nil, fmt.Errorf("read reply_to: %w", err)
		}
	}
	if p.mailing.Kind == KindIssue {
		if err := p.addListHeaders(m); err != nil {
			return nil, err
		}
	}
	m.SetBodyString(gomail.TypeTextPlain, text)
	if html != "" {
		m.AddAlternativeString(gomail.TypeTextHTML, html)
	}
	return m, nil
}

func (p *plate) boundary() string { return derive(p.mailing.Seed, "boundary")[:40] }

// phrase writes a name for a header (RFC 5322, 3.2.5).
func phrase(name string) string {
	name = clip(oneLine(name), 100)
	if name == "" {
		return ""
	}
	// RFC 2047, 5 (3): in a phrase, "<" and its like must not stand bare in an
	// encoded word, as QEncoding would leave them.
	if encoded := mime.BEncoding.Encode("utf-8", name); encoded != name {
		return encoded
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
}

// oneLine makes every control character and line separator a blank: nothing
// that comes from a feed, a name or a setting starts a header of its own.
func oneLine(s string) string {
	if isOneLine(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r <= 0x9f || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}

// isOneLine reports whether oneLine has nothing to do, for ASCII.
func isOneLine(s string) bool {
	for i := range len(s) {
		blank := s[i] == ' '
		if blank && (i == 0 || i == len(s)-1 || s[i-1] == ' ') || !blank && (s[i] < ' ' || s[i] >= 0x7f) {
			return false
		}
	}
	return true
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
