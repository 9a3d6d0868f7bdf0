package news

import (
	"strings"

	"weekward/feeds"
)

// A Markup is a piece of HTML as a feed gives it, not yet fit to be shown.
// Making it so costs time, and happens only when somebody asks for it.
type Markup struct {
	source  string
	encoded bool   // as character data of XML
	base    string // what its relative addresses start from
}

// Text is the piece as plain text on one line (feeds.PlainText).
func (m Markup) Text() string { return text(m.given()) }

// HTML is the piece as HTML that any page may hold: no scripts, styles, forms
// or frames, all addresses absolute. What was no valid HTML is.
func (m Markup) HTML() string { return sanitize(readable(m.given()), m.base) }

// given is the piece as the feed gives it.
func (m Markup) given() string {
	if m.encoded {
		return decoded(m.source)
	}
	return m.source
}

// text makes a field of a feed plain.
func text(markup string) string { return feeds.PlainText(readable(markup)) }

// readable is a field of a feed as its author meant it.
func readable(markup string) string { return escapeBangs(unmangle(markup)) }

// escapeBangs escapes each "<!" that begins neither a comment nor a
// declaration. To a browser it is one all the same, and the text up to the
// next ">" is gone.
func escapeBangs(s string) string {
	if !strings.Contains(s, "<!") {
		return s
	}
	var b strings.Builder
	for closing := strings.LastIndexByte(s, '>'); ; {
		before, rest, found := strings.Cut(s, "<!")
		b.WriteString(before)
		closing -= len(before) + len("<!")
		switch isDeclaration := rest != "" && isNameByte(rest[0], true) && closing > 0; {
		case !found:
			return b.String()
		case isDeclaration || strings.HasPrefix(rest, "--") || strings.HasPrefix(rest, "["):
			b.WriteString("<!")
		default:
			b.WriteString("&lt;!")
		}
		s = rest
	}
}
