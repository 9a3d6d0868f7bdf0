package health

import (
	_ "embed" // the lexicon
	"math"
	"strings"

	"weekward/digest/related"
)

//go:embed lexicon.txt
var lexiconText string

// A term is a word or phrase of the lexicon.
type term struct {
	words []related.Word
	hint  bool // it often speaks of health, rather than nearly always
}

// A lexicon holds the terms by the stem of their first word.
type lexicon map[string][]term

// newLexicon reads the lexicon: groups that begin with a line "[name] …", with
// terms between commas.
func newLexicon() lexicon {
	reader, terms := related.NewLexicon(), lexicon{}
	for _, group := range strings.Split(lexiconText, "\n[")[1:] {
		heading, list, _ := strings.Cut(group, "\n")
		for text := range strings.SplitSeq(list, ",") {
			if words := reader.Words(text, Language); len(words) > 0 {
				terms[words[0].Stem] = append(terms[words[0].Stem], term{words, strings.HasPrefix(heading, "hints")})
			}
		}
	}
	return terms
}

// lexiconSignals is how many numbers the lexicon gives.
const lexiconSignals = 3

// signals counts the words of a text that belong to terms of the lexicon. Of
// the words of a long list only the first few say more.
func (l lexicon) signals(text []related.Word) []float64 {
	const enough = 3
	sure, hints := 0.0, 0.0
	for i := range text {
		switch is, hint := l.at(text[i:]); {
		case is && !hint:
			sure++
		case is:
			hints++
		}
	}
	return []float64{min(sure, enough), min(hints, enough), (sure + hints/2) / math.Sqrt(float64(len(text))+1)}
}

// at reports whether a text begins with a term, and whether all that it begins
// with are hints.
func (l lexicon) at(text []related.Word) (is, hint bool) {
	hint = true
	for _, t := range l[text[0].Stem] {
		if t.begins(text) {
			is, hint = true, hint && t.hint
		}
	}
	return is, hint
}

func (t term) begins(text []related.Word) bool {
	if len(text) < len(t.words) {
		return false
	}
	for i, w := range t.words {
		if !near(w, text[i]) {
			return false
		}
	}
	return true
}

// near reports whether two words with one stem differ by a short ending only.
// Stemmers take organization for a form of organ.
func near(a, b related.Word) bool {
	const ending = 3
	long, short := len(a.Fold), len(b.Fold)
	if long < short {
		long, short = short, long
	}
	return a.Stem == b.Stem && long-short <= ending
}
