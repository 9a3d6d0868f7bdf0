// Package health says whether a text is about health at all.
//
// It holds a small linear model, trained beforehand on headlines (see
// model.txt) and shipped with the program, so that news of a disease nobody
// listed is still known for what it is. It knows English only and says nothing
// of words it has never met. Whether health news is *our* news, and news in
// other languages, is left to the newsletter's own words in digest.
package health

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"weekward/digest/related"
)

// Language is the one the model has learnt.
const Language = "en"

// A Model is what was learnt. It does not change and may be shared.
type Model struct {
	header
	terms lexicon
	words table // how much more often a stem stands in news of health than in other news, as a logarithm
	pairs table // the same of two stems in a row
	own   table // what the labelled headlines add to that, by stem and by word
}

// A header holds the few numbers of a model that are not tables.
type header struct {
	Version int       `json:"version"`
	Bias    float64   `json:"bias"`
	Mean    []float64 `json:"mean"`    // of each signal over the headlines learnt from
	Spread  []float64 `json:"spread"`  // its standard deviation there
	Weights []float64 `json:"weights"` // of each signal, so measured
}

// An Opinion is what a model thinks of a text.
type Opinion struct {
	// Logit is the logarithm of the odds that the text is about health: 0 is
	// even, 2 is seven to one.
	Logit float64
	// Words are those of the text that speak for health, the strongest first.
	Words []Word
}

// A Word is a word of a text, in lower case, and what it says for health: the
// logarithm of how much more often it stands in such news.
type Word struct {
	Text   string
	Weight float64
}

// Odds turns a logit into a probability, 0 to 1.
func Odds(logit float64) float64 { return 1 / (1 + math.Exp(-logit)) }

// telling is the weight from which on a word is named: it stands twenty times
// as often in news of health.
const telling = 3

// Of reads an English text. A text of no known words gives the logit of any
// headline.
func (m *Model) Of(text []related.Word) Opinion {
	f := features(text)
	logit := m.Bias
	for i, s := range m.signals(text, f) {
		logit += m.Weights[i] * (s - m.Mean[i]) / m.Spread[i]
	}
	own := 0.0
	for _, key := range f.own {
		own += m.own.at(hash(key))
	}
	logit += own * f.share()
	return Opinion{Logit: logit, Words: m.telling(text)}
}

// telling names the words that speak for health.
func (m *Model) telling(text []related.Word) []Word {
	var list []Word
	for _, w := range text {
		if w.Stop || slices.ContainsFunc(list, func(o Word) bool { return o.Text == w.Text }) {
			continue
		}
		if weight := m.words.at(hash(w.Stem)); weight >= telling {
			list = append(list, Word{w.Text, weight})
		}
	}
	slices.SortStableFunc(list, func(a, b Word) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), strings.Compare(a.Text, b.Text))
	})
	return list
}

// A found is what a text is looked up by.
type found struct {
	words []string // stems of words that say something, each once
	pairs []string // two stems in a row, each once
	own   []string // words and stems, each once
}

func features(text []related.Word) found {
	n := len(text)
	f := found{words: make([]string, 0, n), pairs: make([]string, 0, n), own: make([]string, 0, 2*n)}
	var all strings.Builder // of the keys, which are parts of it
	key := func(a, b string) string {
		from := all.Len()
		all.WriteString(a)
		all.WriteByte(' ')
		all.WriteString(b)
		return all.String()[from:]
	}
	const longWord = 12
	all.Grow(4 * longWord * n)
	for i, w := range text {
		f.own = append(f.own, key("w", w.Fold), key("s", w.Stem))
		if !w.Stop {
			f.words = append(f.words, w.Stem)
		}
		if i > 0 {
			f.pairs = append(f.pairs, key(text[i-1].Stem, w.Stem))
		}
	}
	return found{once(f.words), once(f.pairs), once(f.own)}
}

// once sorts a list and leaves out what is in it again, so that sums over it
// come out the same whatever the order of the words.
func once(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// share weighs a text's own words so that a long headline has no louder voice.
func (f found) share() float64 { return 1 / math.Sqrt(float64(len(f.own))+1) }

// signals sums up what the tables and the lexicon know of a text.
func (m *Model) signals(text []related.Word, f found) []float64 {
	s := append(summary(m.words.all(f.words)), summary(m.pairs.all(f.pairs))...)
	return append(s, m.terms.signals(text)...)
}

// summary describes values by their mean, the three highest, what is above
// zero, and the lowest. A single strong word decides differently from many
// weak ones, so the mean alone would not do.
func summary(values []float64) []float64 {
	slices.Sort(values)
	slices.Reverse(values)
	sum, above, n := 0.0, 0.0, float64(len(values))+1
	for _, v := range values {
		sum += v
		above += max(v, 0)
	}
	s := []float64{sum / n, 0, 0, 0, above / math.Sqrt(n), 0}
	copy(s[1:4], values)
	if len(values) > 0 {
		s[5] = values[len(values)-1]
	}
	return s
}
