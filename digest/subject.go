package digest

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lengths in characters. Phones show some fifty characters of a subject and up
// to ninety of the line under it.
const (
	longSubject    = 65
	longPreheader  = 90
	shortPreheader = 40
	shortTeaser    = 24 // less of a title says nothing
)

// between separates what a preheader names.
const between = " · "

// subject names the lead; in an issue without stories the first chat.
func subject(i Issue) string {
	switch {
	case len(i.Stories) > 0:
		return shorten(oneLine(i.Stories[0].Title), longSubject)
	case len(i.Chats) > 0:
		return shorten(oneLine("#"+i.Chats[0].Tag+" · "+i.Chats[0].Title), longSubject)
	}
	return ""
}

// preheader names what else is in the issue: the next stories and the chats.
// Where that is too little it goes on with the lead's excerpt. It never says
// what the subject says.
func preheader(i Issue) string {
	tags := chatTags(i)
	line, room := "", longPreheader-utf8.RuneCountInString(tags)
	if tags != "" {
		room -= utf8.RuneCountInString(between)
	}
	for _, s := range i.Stories[min(1, len(i.Stories)):] {
		left := room - utf8.RuneCountInString(line)
		if line != "" {
			left -= utf8.RuneCountInString(between)
		}
		if left < shortTeaser {
			break
		}
		line = joined(line, shorten(oneLine(s.Title), left))
	}
	line = joined(line, tags)
	if utf8.RuneCountInString(line) < shortPreheader && len(i.Stories) > 0 {
		line = joined(line, oneLine(i.Stories[0].Excerpt))
	}
	return shorten(line, longPreheader)
}

// chatTags names the chats, with the separator that follows the stories.
func chatTags(i Issue) string {
	line := ""
	for _, c := range i.Chats {
		if tag := "#" + oneLine(c.Tag); len(i.Stories) > 0 {
			line = joined(line, tag)
		}
	}
	return shorten(line, longPreheader/2)
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return cmp.Or(a, b)
	}
	return a + between + b
}

// oneLine makes a text safe for a header line: no line breaks, no control
// characters, none of the marks that turn the direction of what follows.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError || r == '\u200b' || r == '\ufeff':
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// shorten cuts a text to at most n characters, at the end of a word and with an
// ellipsis. A text of one long word is cut inside it.
func shorten(text string, n int) string {
	letters := []rune(text)
	if len(letters) <= n {
		return text
	}
	cut := string(letters[:n-1])
	if letters[n-1] != ' ' {
		if i := strings.LastIndexByte(cut, ' '); i > len(cut)/3 {
			cut = cut[:i]
		}
	}
	return strings.TrimRightFunc(cut, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsPunct(r) && r != ')' && r != '»' && r != '”'
	}) + "…"
}
