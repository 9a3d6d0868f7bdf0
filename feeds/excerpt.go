package feeds

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/clipperhouse/uax29/v2/words"
)

// The length of an excerpt, in graphemes: what a reader counts as characters.
const (
	excerptLeast  = 110
	excerptTarget = 160
	excerptMost   = 200
	// A sentence that ends beyond 60 % of the limit is worth ending with.
	excerptSentence = excerptMost * 60 / 100
)

// Excerpt is the part of a plain text that is printed under a story, of 110 to
// 200 characters (EX-1). Text of up to 200 stays whole. Longer text ends with
// a sentence when one ends late enough, and then without an ellipsis; else
// after the last whole word, with one (EX-2). Words, numbers, addresses and
// emoji are never cut, quotations only when they leave no other choice (EX-3).
// Boilerplate such as "Read more" is taken out first (EX-4). The result is ""
// when nothing is left or no place to cut is found. lang is BCP 47, "" when
// unknown.
func Excerpt(text, lang string) string {
	text, unfinished := withoutBoilerplate(CleanText(head(text)))
	if text == "" {
		return ""
	}
	r := newRuler(text)
	if r.total <= excerptMost && !unfinished {
		return text
	}
	if s, ok := bestSentence(text, lang, r); ok {
		return s
	}
	if r.total < excerptMost {
		return trimForEllipsis(text) + "…"
	}
	return bestWords(text, r)
}

// head is as much of a text as can matter, in bytes.
func head(text string) string {
	if len(text) <= 4*boilerplateReach {
		return text
	}
	return strings.ToValidUTF8(text[:4*boilerplateReach], "")
}

// bestSentence ends the excerpt with the sentence whose end is nearest to the
// target.
func bestSentence(text, lang string, r ruler) (string, bool) {
	best, distance := 0, excerptMost
	for _, end := range sentenceEnds(text, lang) {
		n := r.count(end)
		if n < excerptSentence || n > excerptMost || insideQuote(text[:end]) {
			continue
		}
		if d := max(n-excerptTarget, excerptTarget-n); d < distance {
			best, distance = end, d
		}
	}
	return text[:best], best > 0
}

// bestWords ends the excerpt after a whole word. A place up to the target is
// best, outside any quotation; then one beyond it; then inside a quotation.
func bestWords(text string, r ruler) string {
	places := r.places(wordEnds(text), excerptMost-1)
	if len(places) == 0 {
		places = r.places(segmentEnds(text), excerptMost-1)
	}
	for _, quoted := range []bool{false, true} {
		for _, span := range [][2]int{{excerptLeast, excerptTarget - 1}, {excerptTarget, excerptMost - 2}, {1, excerptLeast - 1}} {
			if !quoted && span[0] == 1 {
				continue // rather inside a quotation than next to nothing
			}
			for i := len(places) - 1; i >= 0; i-- {
				p := places[i]
				if p.count >= span[0] && p.count <= span[1] && (quoted || !insideQuote(text[:p.at])) {
					return endWithEllipsis(text[:p.at])
				}
			}
		}
	}
	return ""
}

// endWithEllipsis marks the cut, and closes the quotation it is in.
func endWithEllipsis(head string) string {
	closing := openQuotes(head)
	head = trimForEllipsis(head)
	if head == "" {
		return ""
	}
	if len(closing) == 1 {
		return head + "…" + string(closing)
	}
	return head + "…"
}

// trimForEllipsis takes off what must not stand before "…": spaces, commas,
// dashes, opening brackets and quotes, a full stop.
func trimForEllipsis(s string) string {
	return strings.TrimRightFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(",;:.-–—…([{„“‘«‹¿¡&/+", r) || unicode.Is(unicode.Ps, r)
	})
}

// A ruler measures a text in graphemes, up to a little more than the longest
// excerpt.
type ruler struct {
	ends  []int // byte offset after each grapheme
	total int   // graphemes; counting stops beyond the longest excerpt
}

func newRuler(text string) ruler {
	r := ruler{ends: make([]int, 0, min(len(text), excerptMost+1))}
	it := graphemes.FromString(text)
	for at := 0; r.total <= excerptMost && it.Next(); r.total++ {
		at += len(it.Value())
		r.ends = append(r.ends, at)
	}
	return r
}

// count is how many graphemes end at or before the byte offset.
func (r ruler) count(at int) int {
	n, _ := slices.BinarySearch(r.ends, at+1)
	return n
}

// isEnd tells whether a grapheme ends at the byte offset.
func (r ruler) isEnd(at int) bool {
	n := r.count(at)
	return n > 0 && r.ends[n-1] == at
}

// A place is where a text may be cut.
type place struct{ at, count int }

// places keeps the cuts that fall between graphemes and within the limit.
func (r ruler) places(cuts []int, most int) []place {
	var kept []place
	for _, at := range cuts {
		if n := r.count(at); n <= most && r.isEnd(at) {
			kept = append(kept, place{at, n})
		}
	}
	return kept
}

// wordEnds are the offsets of the spaces between words, save those inside a
// number ("1 000", "10 %").
func wordEnds(text string) []int {
	var ends []int
	for i, r := range text {
		if r != ' ' {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+1:])
		if unicode.IsDigit(before) && (unicode.IsDigit(after) || after == '%' || after == '€' || after == '$') {
			continue
		}
		ends = append(ends, i)
	}
	return ends
}

// segmentEnds are the ends of words in scripts that write without spaces
// (UAX 29).
func segmentEnds(text string) []int {
	var ends []int
	it := words.FromString(text)
	for at := 0; it.Next(); {
		w := it.Value()
		at += len(w)
		if r, _ := utf8.DecodeRuneInString(w); isSpaceless(r) {
			ends = append(ends, at)
		}
	}
	return ends
}

// isSpaceless tells letters of scripts that put no space between words.
func isSpaceless(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
