package related

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
	"golang.org/x/text/unicode/norm"
)

// maxLetters bounds a word, in bytes; what is longer is no word of any language.
const maxLetters = 80

// Fold gives a text in lower case and without accents, as comparisons that do
// not know the language want it: "Sanità" is "sanita", "Υγείας" is "υγειασ".
func Fold(text string) string { return fold(strings.ToLower(text)) }

// tokens cuts a text into lower-case words by the Unicode rules (UAX 29),
// leaving out what holds neither letter nor digit.
func tokens(text string) []string { return appendTokens(nil, text) }

// appendTokens appends a text's words to a list.
func appendTokens(list []string, text string) []string {
	for it := words.FromString(text); it.Next(); {
		if w := it.Value(); wordy(w) {
			if w = trim(strings.ToLower(clip(w, maxLetters))); w != "" {
				list = append(list, w)
			}
		}
	}
	return list
}

// clip cuts a string to at most n bytes, between two letters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// wordy reports whether a segment is a word: whether it holds a letter or a digit.
func wordy(segment string) bool {
	for _, r := range segment {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return true
		}
	}
	return false
}

// trim cuts the possessive ('s) off the end of a word and the elided article
// (l', d', qu', dell') off its start.
func trim(w string) string {
	if ascii(w) && strings.IndexByte(w, '\'') < 0 {
		return w
	}
	i := strings.IndexAny(w, "'’")
	if i < 0 {
		return w
	}
	for _, ending := range []string{"'s", "’s", "'", "’"} {
		w = strings.TrimSuffix(w, ending)
	}
	if i < len(w) && elides(w[:i]) {
		w = strings.TrimLeft(w[i:], "'’")
	}
	return w
}

// elides reports whether a French or Italian word loses its vowel before another.
func elides(article string) bool {
	switch article {
	case "l", "d", "j", "m", "t", "s", "c", "n", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu",
		"un", "dell", "all", "nell", "sull", "dall", "quell", "quest", "gl", "bell", "sant", "anch":
		return true
	}
	return false
}

// fold takes the accents off a lower-case word, the Greek tonos and final
// sigma included, and writes the letters that Unicode does not decompose as
// people type them without the key.
func fold(w string) string {
	if ascii(w) {
		return w
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(w) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == '’':
			b.WriteByte('\'')
		case r == 'ς':
			b.WriteRune('σ')
		case r == 'ß':
			b.WriteString("ss")
		case r == 'æ':
			b.WriteString("ae")
		case r == 'œ':
			b.WriteString("oe")
		case r == 'ø':
			b.WriteByte('o')
		case r == 'ł':
			b.WriteByte('l')
		case r == 'đ':
			b.WriteByte('d')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

var (
	// wireStart is what agencies put before a headline that they send again.
	wireStart = regexp.MustCompile(`^(?:(?:UPDATE|WRAPUP|RPT|REFILE|CORRECTED|FACTBOX|TIMELINE|ANALYSIS|BREAKINGVIEWS|BREAKING|EXCLUSIVE|INSIGHT|TEXT|POLL|PREVIEW|DIARY|MARKETS|LIVE|WATCH|VIDEO|PHOTOS?)(?: NEWS)?(?: ?\d+)?(?: ?[-–—:]+ ?| \d+ ?[-–—:]+ ?))+`)
	// wireEnd is the count of such sendings behind it, and what hangs there
	// beside it: "(3)", "(Update 2)", "[VIDEO]", "- report".
	wireEnd = regexp.MustCompile(`(?i)\s*(?:[(\[](?:\d+|(?:update|correct|video|photos?|audio|report|live|watch)[^)\]]{0,12})[)\]])+\s*$`)
	// name is a heading in front of the headline: "Lindsay Lohan - Lindsay Lohan shuns …".
	name = regexp.MustCompile(`^([^-–—|]{3,40}?)\s+[-–—|]\s+`)
)

// marksLabel reports whether a letter stands at the end of a label.
func marksLabel(r rune) bool {
	switch r {
	case '-', '–', '—', ':', '|', ')', ']':
		return true
	}
	return false
}

// headline cuts wire labels off a title: they say how often it was sent, not
// what it is about.
func headline(title string) string {
	short := title
	if !strings.ContainsFunc(title, marksLabel) {
		return title
	}
	if strings.ContainsAny(title, "-–—:") {
		short = wireStart.ReplaceAllString(short, "")
	}
	if strings.ContainsAny(title, ")]") {
		short = wireEnd.ReplaceAllString(short, "")
	}
	if strings.ContainsAny(title, "-–—|") {
		if m := name.FindStringSubmatch(short); m != nil && strings.Contains(short[len(m[0]):], m[1]) {
			short = short[len(m[0]):]
		}
	}
	if strings.TrimSpace(short) == "" {
		return title
	}
	return short
}
