package recap

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// The usual weights of BM25 for short texts (Robertson and Zaragoza 2009,
// section 3): a word's second mention in a post adds little, and a long post is
// hardly held against its author.
const (
	repetition = 0.9 // k1
	longwinded = 0.4 // b
)

const (
	// learnFrom is how many of the best posts teach what else belongs to a
	// question. People answer in other words than it was asked in.
	learnFrom = 40
	// learnWords is how many words are learnt, and learnt what they weigh
	// together beside the question's own. More would draw in what was said beside
	// the point; none would leave answers in other words without a fit.
	learnWords = 20
	learnt     = 0.25
)

// fit tells how well some of the posts fit a text, 0 to 1 for the best of them:
// the square root of their share of its BM25, which ranks them by the words
// they have in common with the text and with the posts that fit it best. When
// none has a word in common with it, they are measured by what they say
// together. A post in another language than the text hardly shares words with
// it and gets no less than the mean of the others.
func (sp *speech) fit(text, lang string, among []int) []float64 {
	asked := sp.utterance(text, lang)
	query := map[int]float64{}
	for _, m := range asked.stems {
		if sp.in[m.stem] > 0 {
			query[m.stem] = 1
		}
	}
	scores := sp.scores(query, among)
	if len(scores) > 0 && slices.Max(scores) == 0 {
		for i := range scores {
			scores[i] = 1
		}
	}
	sp.learn(query, scores, among)
	scores = sp.scores(query, among)
	shares(scores)
	sp.evenOut(scores, asked.lang, among)
	return scores
}

// scores gives each of the posts its BM25.
func (sp *speech) scores(query map[int]float64, among []int) []float64 {
	scores := make([]float64, len(among))
	for k, i := range among {
		u := &sp.posts[i]
		norm := repetition * (1 - longwinded + longwinded*float64(u.words)/sp.length)
		for _, m := range u.stems {
			if w := query[m.stem]; w > 0 {
				n := float64(m.times)
				scores[k] += w * sp.rarity(m.stem) * n * (repetition + 1) / (n + norm)
			}
		}
	}
	return scores
}

// learn adds the words to a query that the posts which fit it best have in
// common (Rocchio's feedback).
func (sp *speech) learn(query map[int]float64, scores []float64, among []int) {
	weights := map[int]float64{}
	for _, k := range fittest(scores) {
		own := sp.weights(among[k])
		for n, m := range sp.posts[among[k]].stems {
			weights[m.stem] += scores[k] * own[n]
		}
	}
	stems := heaviest(weights)
	sum := 0.0
	for _, stem := range stems {
		sum += weights[stem]
	}
	share := learnt * max(1, float64(len(query)))
	for _, stem := range stems {
		query[stem] += share * weights[stem] / sum
	}
}

// fittest gives the places of the posts to learn from, the best first.
func fittest(scores []float64) []int {
	var order []int
	for k, score := range scores {
		if score > 0 {
			order = append(order, k)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	return order[:min(learnFrom, len(order))]
}

func heaviest(weights map[int]float64) []int {
	stems := slices.Sorted(maps.Keys(weights))
	slices.SortStableFunc(stems, func(a, b int) int { return cmp.Compare(weights[b], weights[a]) })
	return stems[:min(learnWords, len(stems))]
}

// shares turns scores into shares of the best one, and flattens them: half as
// many common words do not make a post half as fitting.
func shares(scores []float64) {
	if len(scores) == 0 {
		return
	}
	most := slices.Max(scores)
	for k := range scores {
		if most > 0 {
			scores[k] = math.Sqrt(scores[k] / most)
		}
	}
}

// evenOut gives posts in another language no less than the mean of those in
// this one.
func (sp *speech) evenOut(fits []float64, lang string, among []int) {
	sum, n := 0.0, 0
	for k, i := range among {
		if sp.posts[i].lang == lang {
			sum += fits[k]
			n++
		}
	}
	for k, i := range among {
		if n > 0 && sp.posts[i].lang != lang {
			fits[k] = max(fits[k], sum/float64(n))
		}
	}
}
