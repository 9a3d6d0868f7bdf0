package news

import (
	"bytes"
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A tag is a start tag as found.
type tag struct {
	name  string
	attrs []attribute
	empty bool // <name/>
}

type attribute struct{ name, value string }

// local is the name without its prefix, in lower case.
func (t tag) local() string { return localName(strings.ToLower(t.name)) }

func localName(name string) string { return name[strings.LastIndexByte(name, ':')+1:] }

func (t tag) attr(name string) (string, bool) {
	for _, a := range t.attrs {
		if a.name == name {
			return html.UnescapeString(a.value), true
		}
	}
	return "", false
}

func (t tag) has(name string) bool {
	return slices.ContainsFunc(t.attrs, func(a attribute) bool { return a.name == name })
}

// set replaces an attribute; "" takes it away.
func (t *tag) set(name, value string) {
	kept := t.attrs[:0:0]
	for _, a := range t.attrs {
		if a.name != name {
			kept = append(kept, a)
		}
	}
	if value != "" {
		kept = append(kept, attribute{name, html.EscapeString(value)})
	}
	t.attrs = kept
}

// write writes the tag so that any parser reads it.
func (t tag) write(out *bytes.Buffer) {
	out.WriteByte('<')
	out.WriteString(t.name)
	for _, a := range t.attrs {
		out.WriteByte(' ')
		out.WriteString(a.name)
		out.WriteString(`="`)
		escape(out, []byte(strings.ReplaceAll(a.value, `"`, "&#34;")))
		out.WriteByte('"')
	}
	out.WriteByte('>')
}

// readTag reads a start tag at the head of s, as leniently as browsers do. A
// size of 0 means that there is none.
func readTag(s []byte) (t tag, size int) {
	i := 1
	for i < len(s) && isNameByte(s[i], i == 1) {
		i++
	}
	if i == 1 {
		return tag{}, 0
	}
	t.name = oneColon(string(s[1:i]))
	if i < len(s) && strings.IndexByte(" \t\r\n/>", s[i]) < 0 {
		return tag{}, 0 // "<ada@example.org>" is text
	}
	for {
		i += countSpace(s[i:])
		switch {
		case i >= len(s):
			return tag{}, 0 // cut off inside the tag
		case s[i] == '>':
			return t, i + 1
		case s[i] == '<':
			return t, i // the ">" was forgotten
		case s[i] == '/':
			t.empty = i+1 < len(s) && s[i+1] == '>'
			i++
		default:
			a, n := readAttribute(s[i:])
			i += n
			if a.name != "" && !t.has(a.name) {
				t.attrs = append(t.attrs, a)
			}
		}
	}
}

func readAttribute(s []byte) (a attribute, size int) {
	i := 0
	for i < len(s) && strings.IndexByte(" \t\r\n=/><", s[i]) < 0 {
		i++
	}
	name := s[:i]
	if i == 0 {
		return attribute{}, 1 // a stray "="
	}
	after := i + countSpace(s[i:])
	if after >= len(s) || s[after] != '=' {
		return attribute{validName(name), string(name)}, i
	}
	after++
	after += countSpace(s[after:])
	value, n := readValue(s[after:])
	return attribute{validName(name), string(value)}, after + n
}

func readValue(s []byte) (value []byte, size int) {
	if len(s) > 0 && (s[0] == '"' || s[0] == '\'') {
		if end := bytes.IndexByte(s[1:], s[0]); end >= 0 {
			return s[1 : 1+end], end + 2
		}
		s, size = s[1:], 1
	}
	end := bytes.IndexAny(s, " \t\r\n>")
	if end < 0 {
		end = len(s)
	}
	return s[:end], size + end
}

func countSpace(s []byte) int {
	n := 0
	for n < len(s) && strings.IndexByte(" \t\r\n", s[n]) >= 0 {
		n++
	}
	return n
}

func isNameByte(c byte, first bool) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' ||
		!first && (c >= '0' && c <= '9' || c == '-' || c == '.' || c == ':')
}

// validName is an attribute's name, or "" when XML knows no such name.
func validName(name []byte) string {
	for i, c := range name {
		if !isNameByte(c, i == 0) {
			return ""
		}
	}
	return oneColon(string(name))
}

// oneColon leaves one colon in a name: more are no name to XML namespaces.
func oneColon(name string) string {
	if strings.Count(name, ":") > 1 {
		prefix, local, _ := strings.Cut(name, ":")
		name = prefix + ":" + strings.ReplaceAll(local, ":", "_")
	}
	return strings.TrimSuffix(name, ":")
}

// escape writes character data. What is escaped already stays so; named
// entities of HTML become their characters; a bare "&" is escaped. It tells
// whether something had to be mended.
func escape(out *bytes.Buffer, s []byte) (mended bool) {
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && isPlain[s[j]] {
			j++
		}
		out.Write(s[i:j])
		if i = j; i == len(s) {
			break
		}
		switch c := s[i]; {
		case c == '&':
			entity, n := readEntity(s[i:])
			if n == 0 {
				out.WriteString("&amp;")
				i, mended = i+1, true
				continue
			}
			out.WriteString(entity)
			i += n
			continue
		case c == '<':
			out.WriteString("&lt;")
		case c == '>':
			out.WriteString("&gt;")
		case c == 0xef && isNonCharacter(s[i:]):
			i += 2
		case c == 0xef:
			out.WriteByte(c)
		default:
			mended = true // a control character; XML knows none
		}
		i++
	}
	return mended
}

// isPlain are the bytes that escape copies as they are: all but markup,
// control characters, and 0xEF, with which U+FFFE and U+FFFF begin.
var isPlain = func() (plain [256]bool) {
	for c := range plain {
		plain[c] = c >= 0x20 && c != '&' && c != '<' && c != '>' && c != 0xef || c == '\n' || c == '\t' || c == '\r'
	}
	return plain
}()

// escapeAll writes text in which nothing is escaped yet.
func escapeAll(out *bytes.Buffer, s []byte) {
	escape(out, bytes.ReplaceAll(s, []byte("&"), []byte("&amp;")))
}

// legal leaves out the characters that XML does not know, for CDATA.
func legal(s []byte) []byte {
	if allLegal(s) {
		return s
	}
	return bytes.Map(func(r rune) rune {
		if isIllegal(r) {
			return -1
		}
		return r
	}, s)
}

// allLegal tells whether all bytes belong to characters that XML knows. It
// may doubt some that do.
func allLegal(s []byte) bool {
	for _, c := range s {
		if !isPlain[c] && c != '&' && c != '<' && c != '>' {
			return false
		}
	}
	return true
}

func isIllegal(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff
}

// isNonCharacter tells U+FFFE and U+FFFF in UTF-8.
func isNonCharacter(s []byte) bool {
	return len(s) > 2 && s[1] == 0xbf && (s[2] == 0xbe || s[2] == 0xbf)
}

// longestEntity is a little more than the longest name HTML has.
const longestEntity = 40

// readEntity reads a reference at the head of s and gives it in a form that
// XML knows; a size of 0 means that there is none.
func readEntity(s []byte) (entity string, size int) {
	end := 1
	for end < min(len(s), longestEntity) && isEntityByte(s[end], end == 1) {
		end++
	}
	if end < 2 || end == len(s) || s[end] != ';' {
		return "", 0
	}
	reference := string(s[:end+1])
	switch name := reference[1:end]; name {
	case "amp", "lt", "gt", "quot", "apos":
		return reference, end + 1
	default:
		if name[0] == '#' {
			return numeric(name[1:]), end + 1
		}
		if text := html.UnescapeString(reference); text != reference && !strings.HasSuffix(text, ";") {
			return html.EscapeString(text), end + 1 // HTML knows "&LT;", too
		}
	}
	return "", 0
}

func isEntityByte(c byte, first bool) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || first && c == '#'
}

// numeric is the character of a numeric reference, escaped where it must be;
// "" for one that is no character.
func numeric(digits string) string {
	base := 10
	if strings.HasPrefix(digits, "x") || strings.HasPrefix(digits, "X") {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n == 0 || n > utf8.MaxRune || isIllegal(rune(n)) || n >= 0xd800 && n < 0xe000 {
		return ""
	}
	// Numbers 128 to 159 mean windows-1252, as browsers read them.
	return html.EscapeString(html.UnescapeString("&#" + strconv.FormatUint(n, 10) + ";"))
}
