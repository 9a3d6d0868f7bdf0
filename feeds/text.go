package feeds

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/norm"
)

// maxMarks is how many combining marks one letter may carry. No script needs
// more; stacks of them are drawn over the lines above.
const maxMarks = 4

// PlainText turns a piece of HTML into clean text on one line: markup out,
// entities decoded, the content of scripts, styles and other invisible
// elements dropped, everything CleanText does. Text that was escaped twice,
// as many feeds do, is read twice.
func PlainText(markup string) string {
	text := textOf(markup)
	for range 2 {
		if !looksLikeMarkup(html.UnescapeString(text)) {
			break
		}
		text = textOf(text)
	}
	return CleanText(text)
}

// textOf is the visible text of a piece of HTML, blocks kept apart by spaces.
func textOf(markup string) string {
	if !strings.ContainsAny(markup, "<&") {
		return markup
	}
	var b strings.Builder
	if rest := writeText(&b, markup, isInvisible); rest != "" {
		// An invisible element that never ends hides the rest for a browser;
		// in a feed it was cut out of a page carelessly.
		writeText(&b, rest, isScript)
	}
	return b.String()
}

// writeText writes the text outside hidden elements. When one of them never
// ends, what follows its start tag is returned.
func writeText(b *strings.Builder, markup string, hides func(atom.Atom) bool) (unread string) {
	z := html.NewTokenizer(strings.NewReader(markup))
	hidden, depth := atom.Atom(0), 0 // the hidden element we are in, and how many times over
	read, after := 0, 0              // bytes so far, and up to that element
	for {
		kind := z.Next()
		read += len(z.Raw())
		switch kind {
		case html.ErrorToken:
			if hidden != 0 && !isScript(hidden) {
				return markup[after:]
			}
			return ""
		case html.TextToken:
			if hidden == 0 {
				b.WriteString(html.UnescapeString(string(z.Raw())))
			}
			continue
		case html.CommentToken, html.DoctypeToken:
			continue
		}
		name, _ := z.TagName()
		a := atom.Lookup(name)
		switch {
		case hidden != 0 && a == hidden && kind == html.StartTagToken:
			depth++
		case hidden != 0 && a == hidden && kind == html.EndTagToken:
			if depth--; depth == 0 {
				hidden = 0
			}
		case hidden != 0:
		case kind == html.StartTagToken && hides(a):
			hidden, depth, after = a, 1, read
		case isBlock(a):
			b.WriteByte(' ')
		}
		if kind == html.StartTagToken && !isScript(a) {
			z.NextIsNotRawText()
		}
	}
}

// isScript tells elements whose content is code.
func isScript(a atom.Atom) bool { return a == atom.Script || a == atom.Style }

// isInvisible tells elements whose content is not text for a reader.
func isInvisible(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Iframe, atom.Object, atom.Applet, atom.Noscript, atom.Noembed, atom.Noframes,
		atom.Template, atom.Svg, atom.Annotation, atom.AnnotationXml, atom.Select, atom.Textarea, atom.Head, atom.Canvas, atom.Audio, atom.Video:
		return true
	}
	return false
}

// isBlock tells elements that stand apart from the text before and after.
func isBlock(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Br, atom.Div, atom.Li, atom.Ul, atom.Ol, atom.Dl, atom.Dt, atom.Dd, atom.Table, atom.Tr, atom.Td, atom.Th,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Pre, atom.Hr, atom.Section, atom.Article,
		atom.Header, atom.Footer, atom.Figure, atom.Figcaption, atom.Aside, atom.Nav, atom.Main, atom.Form, atom.Address,
		atom.Center, atom.Option, atom.Caption, atom.Img:
		return true
	}
	return false
}

// looksLikeMarkup tells whether text still holds a tag that HTML knows.
// "3 < 4" and "<unknown>" are text.
func looksLikeMarkup(s string) bool {
	for i := strings.IndexByte(s, '<'); i >= 0; {
		name := s[i+1:]
		name = strings.TrimPrefix(name, "/")
		end := strings.IndexFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if end < 0 {
			end = len(name)
		}
		if atom.Lookup([]byte(strings.ToLower(name[:min(end, 16)]))) != 0 {
			return true
		}
		next := strings.IndexByte(s[i+1:], '<')
		if next < 0 {
			return false
		}
		i += 1 + next
	}
	return false
}

// CleanText makes foreign plain text fit for print: valid UTF-8 in NFC, white
// space folded to single spaces, no control characters, no line or paragraph
// separators, no bidirectional overrides, nothing invisible, at most 4
// combining marks on a letter.
func CleanText(s string) string {
	if isClean(s) {
		return s
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	var b strings.Builder
	b.Grow(len(s))
	marks, space, flag := 0, false, false
	for _, r := range s {
		if r > ' ' && r < 0x7f { // most of it
			if space {
				b.WriteByte(' ')
			}
			b.WriteByte(byte(r))
			marks, space, flag = 0, false, false
			continue
		}
		if unicode.IsSpace(r) || r == '\u2028' || r == '\u2029' {
			space = b.Len() > 0
			marks, flag = 0, false
			continue
		}
		// Tag characters spell the flags of England, Scotland and Wales after
		// a black flag. Anywhere else they are text that nobody sees.
		tag := r >= 0xE0020 && r <= 0xE007F
		if isUnprintable(r) || tag && !flag {
			continue
		}
		flag = r == 0x1F3F4 || tag
		if unicode.In(r, unicode.Mn, unicode.Me) && !isSelector(r) {
			if marks++; marks > maxMarks {
				continue
			}
		} else {
			marks = 0
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

// isClean tells text that CleanText would leave as it is: ASCII, with single
// spaces between words. It is the most of what comes along.
func isClean(s string) bool {
	before := byte(' ')
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c >= 0x7f || c == ' ' && before == ' ' {
			return false
		}
		before = c
	}
	return s == "" || before != ' '
}

// isSelector tells variation selectors: they choose a glyph, they add none.
func isSelector(r rune) bool { return r >= 0xFE00 && r <= 0xFE0F }

// isUnprintable tells characters that show nothing and can only mislead:
// controls, bidirectional embeddings and overrides, invisible operators.
// Joiners stay (emoji, Persian), and so do the marks LRM and RLM.
func isUnprintable(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r <= 0x9f:
		return true
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x206F, r >= 0x2060 && r <= 0x2064:
		return true
	case r == 0xAD, r == 0x200B, r == 0xFEFF, r == 0x180E, r == 0x115F, r == 0x1160, r == 0x3164, r == 0xFFA0:
		return true
	case r >= 0xFFF9 && r <= 0xFFFB, r == 0xE0001, r&0xFFFE == 0xFFFE, r >= 0xFDD0 && r <= 0xFDEF:
		return true
	}
	return false
}

// CutText cuts text to at most n characters, at the last space when there is
// one in the second half, and marks the cut with "…".
func CutText(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	end := 0
	for range n - 1 {
		_, size := utf8.DecodeRuneInString(s[end:])
		end += size
	}
	head := s[:end]
	if i := strings.LastIndexByte(head, ' '); i > len(head)/2 {
		head = head[:i]
	}
	return trimForEllipsis(head) + "…"
}
