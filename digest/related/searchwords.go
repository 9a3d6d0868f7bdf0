package related

import (
	"cmp"
	"math"
	"slices"
)

const (
	// saturation and evenness are BM25's k1 and b: how soon more mentions add
	// nothing, and how far a long text's mentions count less. They are the
	// usual ones; from 0.9 to 2 and from 0.4 to 0.9 the answers are as good.
	saturation = 1.2
	evenness   = 0.75
)

// A question is what was asked, word by word.
type question [][]variant

// A variant is a term that a word may mean: its own stem in some language, or a
// word spelled nearly as it is.
type variant struct {
	term  int32
	share float64 // what a mention of it counts against one of the word itself, above 0, at most 1
}

// ask reads a question. Words that no document has or nearly has are left out.
func (f *Finder) ask(text string) question {
	var q question
	lexicon := f.lexicon.over()
	for _, token := range lexicon.asked(text) {
		shares := map[int32]float64{}
		for _, like := range f.near.of(fold(token)) {
			shares[like.term] = max(shares[like.term], like.share)
		}
		for _, tongue := range f.tongues {
			if term, known := f.terms[lexicon.word(tongue, token).Stem]; known {
				shares[term] = 1
			}
		}
		if len(shares) > 0 {
			q = append(q, variants(shares))
		}
	}
	return q
}

// variants sorts terms, so that sums are made in one order.
func variants(shares map[int32]float64) []variant {
	list := make([]variant, 0, len(shares))
	for term, share := range shares {
		list = append(list, variant{term, share})
	}
	slices.SortFunc(list, func(a, b variant) int { return cmp.Compare(a.term, b.term) })
	return list
}

// wordScores gives each document what the words of the question earn it. The
// variants of a word count as mentions of one word (BM25F, with the title and
// the body as fields, each made even by its own length).
func (f *Finder) wordScores(q question) []float64 {
	scores, mentions := make([]float64, len(f.docs)), make([]float64, len(f.docs))
	var touched []int32
	for _, word := range q {
		touched = touched[:0]
		docs := 0.0
		for _, v := range word {
			docs += v.share * float64(len(f.posts[v.term]))
			for _, m := range f.posts[v.term] {
				if mentions[m.doc] == 0 {
					touched = append(touched, m.doc)
				}
				mentions[m.doc] += float64(v.share * f.weight(m))
			}
		}
		rare := f.rarity(docs)
		for _, i := range touched {
			scores[i] += rare * mentions[i] * (saturation + 1) / (mentions[i] + saturation)
			mentions[i] = 0
		}
	}
	return scores
}

// weight counts mentions, those in a text longer than the mean for less.
func (f *Finder) weight(m mention) float64 {
	d, sum := f.docs[m.doc].lengths, 0.0
	if m.title > 0 {
		sum += float64(m.title) / (1 - evenness + evenness*d.title/f.lengths.title)
	}
	if m.body > 0 {
		sum += float64(m.body) / (1 - evenness + evenness*d.body/f.lengths.body)
	}
	return sum
}

// rarity is BM25's inverse document frequency of a word that so many documents
// have.
func (f *Finder) rarity(docs float64) float64 {
	all := float64(len(f.docs))
	docs = math.Min(docs, all)
	return math.Log(1 + (all-docs+0.5)/(docs+0.5))
}
