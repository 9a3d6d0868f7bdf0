package templates

import (
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// line makes foreign text fit for one printed line: valid UTF-8, every run of
// white space one space, no control characters, nothing that turns the
// direction of the text around it.
func line(s string) string {
	return strings.Join(strings.Fields(strings.Map(printable, strings.ToValidUTF8(s, "\uFFFD"))), " ")
}

// lines is line for text whose own line ends matter; blank lines are dropped.
func lines(s string) []string {
	var out []string
	for l := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' }) {
		if l = line(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// printable maps a rune for strings.Map. Line ends become spaces, so that two
// words stay two words; C0, C1, bidi overrides and invisible marks vanish.
func printable(r rune) rune {
	switch {
	case unicode.IsSpace(r), r == '\u2028', r == '\u2029':
		return ' '
	case unicode.IsControl(r),
		r >= '\u202A' && r <= '\u202E', // embeddings and overrides
		r >= '\u2066' && r <= '\u2069', // isolates
		r == '\u200B', r == '\uFEFF':
		return -1
	}
	return r
}

// address is s as it is printed in a link, or "" when it is not an absolute
// http or https address. Addresses with a user name are refused: they look
// like one host and lead to another.
func address(s string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		return ""
	}
	if !isASCII(u.Host) {
		host, err := idna.Lookup.ToASCII(u.Hostname())
		if err != nil {
			return ""
		}
		u.Host = strings.Replace(u.Host, u.Hostname(), host, 1)
		s = u.String()
	}
	if strings.ContainsFunc(u.Host, notOfHost) {
		return ""
	}
	return escaped(s)
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// notOfHost is true for what no host and port can hold: url.Parse lets quotes
// pass there. The underscore is no part of a host name, but of some that work.
func notOfHost(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(".-_:[]", r))
}

// escaped percent-encodes what html/template would encode in an href, so that
// the link in the HTML part and the line in the text part are the same.
func escaped(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; kept(c) || c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			b.WriteByte(c)
		} else {
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}

func kept(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		strings.IndexByte("!#$&*+,/:;=?@[]-._~", c) >= 0
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// short cuts s to at most n runes, the last one an ellipsis when it was longer.
func short(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return strings.TrimRight(string(r[:n-1]), " ,;:") + "…"
	}
	return s
}
