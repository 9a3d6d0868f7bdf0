package templates

import (
	"strings"
	"unicode"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/text/width"
)

// columns is the width of a plain text mail. With "> " of a reply in front it
// still fits a terminal of 80.
const columns = 74

// wrap breaks text into lines of at most columns, each starting with prefix.
// An address is never broken; it may stand out on a line of its own.
func wrap(prefix, text string) string {
	room := columns - span(prefix)
	var out []string
	var now []string
	used := 0 // columns of now, each word with the space after it
	for _, word := range words(text, room) {
		wide := span(word)
		if len(now) > 0 && used+wide > room {
			out, now, used = append(out, prefix+strings.Join(now, " ")), now[:0], 0
		}
		now, used = append(now, word), used+wide+1
	}
	if len(now) > 0 {
		out = append(out, prefix+strings.Join(now, " "))
	}
	return strings.Join(out, "\n")
}

// hang is wrap with a mark before the first line, under which the others are
// indented: an entry of a list.
func hang(mark, text string) string {
	indent := strings.Repeat(" ", span(mark))
	return mark + strings.TrimPrefix(wrap(indent, text), indent)
}

// words splits at white space, and a run without any (Chinese, Japanese, Thai)
// where the line is full.
func words(text string, room int) []string {
	var out []string
	for word := range strings.FieldsSeq(text) {
		if span(word) <= room || strings.Contains(word, "://") {
			out = append(out, word)
			continue
		}
		from, used := 0, 0
		for g := graphemes.FromString(word); g.Next(); {
			wide := span(g.Value())
			if used+wide > room {
				out, from, used = append(out, word[from:g.Start()]), g.Start(), 0
			}
			used += wide
		}
		out = append(out, word[from:])
	}
	return out
}

// span is the number of terminal columns s takes.
func span(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r <= unicode.MaxLatin1:
			n++
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case width.LookupRune(r).Kind() == width.EastAsianWide, width.LookupRune(r).Kind() == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// underline prints s with a line of mark below it.
func underline(mark, s string) string {
	s = wrap("", s)
	longest := 0
	for l := range strings.SplitSeq(s, "\n") {
		longest = max(longest, span(l))
	}
	return s + "\n" + strings.Repeat(mark, min(longest, columns))
}

// rule is a line of mark across the mail.
func rule(mark string) string { return strings.Repeat(mark, columns) }

// tidyText ends every line at its last word, leaves no two blank lines in a
// row, and ends with one line end. It lets a text template breathe.
func tidyText(s string) string {
	var b strings.Builder
	blank := true
	for l := range strings.SplitSeq(s, "\n") {
		l = strings.TrimRight(l, " \t")
		if l == "" && blank {
			continue
		}
		blank = l == ""
		b.WriteString(l)
		b.WriteByte('\n')
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// tidyHTML drops indentation and blank lines, which in a mail only cost bytes.
func tidyHTML(s string) string {
	var b strings.Builder
	for l := range strings.SplitSeq(s, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			b.WriteString(l)
			b.WriteByte('\n')
		}
	}
	return b.String()
}
