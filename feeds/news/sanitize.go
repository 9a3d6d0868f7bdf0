package news

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"weekward/feeds"
)

// sanitize gives HTML that any page may hold: elements and attributes of a
// short list only, every element closed, every address absolute. Nothing in it
// runs, is styled, is sent or frames another page. Sanitized once more it stays
// as it is.
func sanitize(markup, base string) string {
	s := sanitizer{base: base}
	if rest := s.read(markup, isDropped); rest != "" {
		// An element that never ends would take the rest of the text with it;
		// in a feed it was cut out of a page carelessly.
		s.read(rest, isCode)
	}
	s.closeTo(0)
	return strings.TrimSpace(s.out.String())
}

// deepest is how many elements may be open at a time. Browsers lay out as
// many; deeper ones lose their tags and keep their text.
const deepest = 100

// A sanitizer rewrites one piece of HTML.
type sanitizer struct {
	base string
	out  strings.Builder
	open []atom.Atom
}

// read copies what is allowed. When an element that is dropped with its
// content never ends, what follows its start tag is returned.
func (s *sanitizer) read(markup string, drops func(atom.Atom) bool) (unread string) {
	z := html.NewTokenizer(strings.NewReader(markup))
	dropped, depth := atom.Atom(0), 0 // the dropped element we are in, and how many times over
	read, after := 0, 0               // bytes so far, and up to that element
	for {
		kind := z.Next()
		read += len(z.Raw())
		switch kind {
		case html.ErrorToken:
			if dropped != 0 && !isCode(dropped) {
				return markup[after:]
			}
			return ""
		case html.TextToken:
			if dropped == 0 {
				s.text(html.UnescapeString(string(z.Raw())))
			}
			continue
		case html.CommentToken, html.DoctypeToken:
			continue
		}
		name, hasAttributes := z.TagName()
		a := atom.Lookup(name)
		if kind == html.StartTagToken && !isCode(a) {
			z.NextIsNotRawText() // what an <iframe> holds is HTML for those who have no frames
		}
		switch {
		case dropped != 0:
			depth += nesting(kind, a == dropped)
			if depth == 0 {
				dropped = 0
			}
		case kind == html.EndTagToken:
			s.end(a)
		case drops(a):
			if kind == html.StartTagToken {
				dropped, depth, after = a, 1, read
			}
		case s.opens(a):
			s.start(a, s.attributes(z, a, hasAttributes))
		}
	}
}

// nesting is how a tag changes the depth inside an element of the same name.
func nesting(kind html.TokenType, same bool) int {
	switch {
	case same && kind == html.StartTagToken:
		return 1
	case same && kind == html.EndTagToken:
		return -1
	}
	return 0
}

// text writes character data. HTML knows no control characters.
func (s *sanitizer) text(text string) {
	text = strings.ToValidUTF8(text, "\ufffd")
	s.out.WriteString(html.EscapeString(strings.Map(withoutControls, text)))
}

func withoutControls(r rune) rune {
	switch {
	case r == '\r':
		return '\n'
	case isIllegal(r) || r >= 0x7f && r < 0xa0:
		return -1
	}
	return r
}

// opens tells whether a start tag is written at all.
func (s *sanitizer) opens(a atom.Atom) bool {
	_, allowed := elements[a]
	return allowed && len(s.open) < deepest
}

// start writes a start tag, after it has closed what cannot hold the element.
func (s *sanitizer) start(a atom.Atom, attributes string) {
	if a == atom.Img && !strings.Contains(attributes, " src") {
		return // a picture that was refused
	}
	s.makeRoom(a)
	s.out.WriteString("<" + a.String() + attributes + ">")
	if !isVoid(a) {
		s.open = append(s.open, a)
	}
}

// makeRoom closes what HTML closes without an end tag: a paragraph before the
// next block, a list item before the next one, a cell before the next one.
func (s *sanitizer) makeRoom(a atom.Atom) {
	for i := len(s.open) - 1; i >= 0; i-- {
		switch o := s.open[i]; {
		case ends(a, o):
			s.closeTo(i)
		case isBarrier(o):
			return
		}
	}
}

// ends tells whether the beginning of an element is the end of an open one.
func ends(next, open atom.Atom) bool {
	switch open {
	case atom.P:
		return !isInline(next)
	case atom.Li:
		return next == atom.Li
	case atom.Dt, atom.Dd:
		return next == atom.Dt || next == atom.Dd
	case atom.Td, atom.Th:
		return next == atom.Td || next == atom.Th || next == atom.Tr || next == atom.Tbody
	case atom.Tr:
		return next == atom.Tr || next == atom.Tbody
	case atom.A:
		return next == atom.A
	}
	return false
}

// end closes an element and what is open inside it. It does not reach out of a
// table's cell, unless the table itself ends.
func (s *sanitizer) end(a atom.Atom) {
	for i := len(s.open) - 1; i >= 0; i-- {
		switch o := s.open[i]; {
		case o == a:
			s.closeTo(i)
			return
		case (o == atom.Td || o == atom.Th) && a != atom.Table && a != atom.Tr && a != atom.Tbody && a != atom.Thead && a != atom.Tfoot:
			return
		}
	}
}

// closeTo closes elements until n are open.
func (s *sanitizer) closeTo(n int) {
	for i := len(s.open) - 1; i >= n; i-- {
		s.out.WriteString("</" + s.open[i].String() + ">")
	}
	s.open = s.open[:n]
}

// attributes writes the attributes of a tag that are allowed.
func (s *sanitizer) attributes(z *html.Tokenizer, a atom.Atom, more bool) string {
	var b strings.Builder
	seen := ""
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		name := string(key)
		if !isAttribute(a, name) || strings.Contains(seen, " "+name+" ") {
			continue
		}
		seen += " " + name + " "
		if v, ok := s.attribute(name, string(value)); ok {
			b.WriteString(" " + name + `="` + html.EscapeString(v) + `"`)
		}
	}
	return b.String()
}

// attribute is the value to write. An address that is refused takes its
// attribute with it.
func (s *sanitizer) attribute(name, value string) (string, bool) {
	switch name {
	case "href":
		return linkTarget(s.base, value)
	case "src", "cite", "poster", "longdesc":
		return feeds.ResolveURL(s.base, value)
	case "srcset":
		return srcset(s.base, value)
	}
	return strings.Map(withoutControls, strings.ToValidUTF8(value, "\ufffd")), true
}
