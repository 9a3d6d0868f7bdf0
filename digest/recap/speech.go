package recap

import (
	"math"

	"weekward/digest/related"
)

// A speech is what was said in a session, each post as the stems of its words.
type speech struct {
	lexicon *related.Lexicon
	numbers map[string]int // stem → its number, in the order they were first said
	in      []int          // by stem: the number of posts it occurs in
	posts   []utterance
	length  float64 // mean number of words of a post, at least 1
}

// An utterance is one post: its language and its stems, words too common to
// tell anything left out.
type utterance struct {
	lang  string
	stems []mention // in the order they were first said
	words int       // all mentions together
}

// A mention says how often a post has a stem.
type mention struct{ stem, times int }

// read takes the texts of a session, and the language of each where it is known.
func read(texts, langs []string) *speech {
	sp := &speech{lexicon: related.NewLexicon(), numbers: map[string]int{}}
	total := 0
	for i, text := range texts {
		u := sp.utterance(text, langs[i])
		for _, m := range u.stems {
			sp.in[m.stem]++
		}
		total += u.words
		sp.posts = append(sp.posts, u)
	}
	sp.length = max(1, float64(total)/max(1, float64(len(texts))))
	return sp
}

func (sp *speech) utterance(text, lang string) utterance {
	u := utterance{lang: sp.lexicon.Language(text, lang)}
	at := map[int]int{}
	for _, w := range sp.lexicon.Words(text, u.lang) {
		if w.Stop {
			continue
		}
		stem := sp.number(w.Stem)
		k, met := at[stem]
		if !met {
			k = len(u.stems)
			at[stem] = k
			u.stems = append(u.stems, mention{stem: stem})
		}
		u.stems[k].times++
		u.words++
	}
	return u
}

func (sp *speech) number(stem string) int {
	n, known := sp.numbers[stem]
	if !known {
		n = len(sp.in)
		sp.numbers[stem] = n
		sp.in = append(sp.in, 0)
	}
	return n
}

// rarity is the inverse document frequency of BM25, above 0 for every stem.
func (sp *speech) rarity(stem int) float64 {
	n := float64(sp.in[stem])
	return math.Log(1 + (float64(len(sp.posts))-n+0.5)/(n+0.5))
}

// weights gives a post's stems their rarities, brought to length 1 together, so
// that the products of two posts' weights add up to the cosine between them.
func (sp *speech) weights(post int) []float64 {
	stems := sp.posts[post].stems
	list, square := make([]float64, len(stems)), 0.0
	for k, m := range stems {
		list[k] = sp.rarity(m.stem)
		square += list[k] * list[k]
	}
	for k := range list {
		list[k] /= math.Sqrt(square)
	}
	return list
}
