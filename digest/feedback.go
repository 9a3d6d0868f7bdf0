package digest

import (
	"cmp"
	"slices"
	"strings"

	"weekward/digest/related"
)

// A Judgement is a piece of news that the editor kept in an earlier issue, by
// pinning or placing it, or threw out of it.
type Judgement struct {
	Issue int
	Title string
	Lang  string
	Kept  bool
}

const (
	// lesson is the most that one word can move a logit, after many judgements
	// that agree; two that agree move it half of that.
	lesson = 0.4
	// doubt is how many judgements it takes to believe them half.
	doubt = 2
	// mostTaught is the most that all judgements together can move a logit: they
	// settle what is near, and never carry news of a bank into the issue.
	mostTaught = 0.8
)

// A taste is what the editor's judgements say of words, by language and stem.
type taste map[spot]*verdicts

// Verdicts count what the editor did with titles that have a word.
type verdicts struct{ kept, dropped float64 }

// shift is what a word moves a logit.
func (v verdicts) shift() float64 {
	n := v.kept + v.dropped
	return lesson * (v.kept - v.dropped) / (n + doubt)
}

// newTaste reads the editor's judgements. A word they contradict each other on
// says little: what was thrown out as a copy of something kept teaches nothing.
func newTaste(w Week, lexicon *related.Lexicon) taste {
	t := taste{}
	for _, j := range w.Judged {
		if w.Number > 0 && j.Issue >= w.Number {
			continue
		}
		lang := lexicon.Language(j.Title, j.Lang)
		met := map[string]bool{}
		for _, word := range lexicon.Words(j.Title, lang) {
			if word.Stop || met[word.Stem] {
				continue
			}
			met[word.Stem] = true
			at := spot{lang, word.Stem}
			if t[at] == nil {
				t[at] = &verdicts{}
			}
			if j.Kept {
				t[at].kept++
			} else {
				t[at].dropped++
			}
		}
	}
	return t
}

// of tells how the judgements move the logit of a title, and by which words,
// the strongest first. One judgement alone is not a habit.
func (t taste) of(title []related.Word, lang string) (shift float64, words []Term) {
	for _, w := range title {
		v := t[spot{lang, w.Stem}]
		if v == nil || v.kept+v.dropped < 2 || v.kept == v.dropped || slices.ContainsFunc(words, func(o Term) bool { return o.Text == w.Text }) {
			continue
		}
		shift += v.shift()
		words = append(words, Term{Text: w.Text, From: fromEditor, Weight: rounded(v.shift())})
	}
	slices.SortStableFunc(words, func(a, b Term) int {
		return cmp.Or(cmp.Compare(max(b.Weight, -b.Weight), max(a.Weight, -a.Weight)), strings.Compare(a.Text, b.Text))
	})
	return max(-mostTaught, min(mostTaught, shift)), words
}
