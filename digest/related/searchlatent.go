package related

import (
	"cmp"
	"math"
	"slices"
)

// latentRarity is the power to which rarity is raised in the latent space,
// where, unlike in a sum over the few words of a question, all words of a
// document have a say, and the common ones by far the most mentions. Between 1
// and 2 is best on both collections it was fitted on.
const latentRarity = 1.5

// directions is how many the latent space of so many documents has. More than
// 150 find the words asked for again; with more than one to ten documents a
// rare word becomes a direction of its own; fewer than five confuse subjects,
// and then there are none.
func directions(docs int) int {
	if docs < 50 {
		return 0
	}
	return min(docs/10, 150)
}

// chance is the cosine from which on a document without any of the words asked
// for is an answer: twice what two points have that lie somewhere, and at least
// 0.2, under which hardly any judge found one relevant.
func chance(dims int) float64 { return math.Max(0.2, 2/math.Sqrt(float64(dims))) }

// latentRows gives the documents as vectors over their terms, of length 1.
func (f *Finder) latentRows() []vector {
	rows := make([]vector, len(f.docs))
	for term, posts := range f.posts {
		rare := f.latentWeight(int32(term))
		if rare == 0 {
			continue
		}
		for _, m := range posts {
			row := &rows[m.doc]
			row.dims = append(row.dims, int32(term))
			row.weights = append(row.weights, (damped(m.title)+bodyWeight*damped(m.body))*float32(rare))
		}
	}
	for i := range rows {
		toUnit(rows[i].weights)
	}
	return rows
}

// latentWeight is how much a term counts in the latent space; a term of every
// document counts nothing.
func (f *Finder) latentWeight(term int32) float64 {
	return math.Pow(math.Log(float64(len(f.docs))/float64(len(f.posts[term]))), latentRarity)
}

// latentScores gives how near each document lies to the question, 0 to 1. A
// word stands there itself, or by its likes when no document has it.
func (f *Finder) latentScores(q question) []float64 {
	weights := map[int32]float64{}
	for _, word := range q {
		exact := slices.ContainsFunc(word, func(v variant) bool { return v.share == 1 })
		for _, v := range word {
			if v.share == 1 || !exact {
				weights[v.term] += v.share
			}
		}
	}
	var v vector
	for _, w := range variants(weights) {
		v.dims = append(v.dims, w.term)
		v.weights = append(v.weights, float32(w.share*f.latentWeight(w.term)))
	}
	point, scores := f.latent.fold(v), make([]float64, len(f.docs))
	for i := range scores {
		scores[i] = math.Max(0, float64(cosine(point, f.latent.doc(i))))
	}
	return scores
}

// grouped gives each of the best documents a share of the scores of those most
// like it, and the documents by what they have then. Documents beyond the best
// keep their order behind them.
func (f *Finder) grouped(list []int32, scores []float64) ([]int32, []float64) {
	best := list[:min(len(list), groupAmong)]
	shared := slices.Clone(scores)
	likes := make([]posting, 0, len(best))
	for _, i := range best {
		likes = likes[:0]
		for _, j := range best {
			if like := cosine(f.latent.doc(int(i)), f.latent.doc(int(j))); i != j && like > 0 {
				likes = append(likes, posting{j, like})
			}
		}
		slices.SortFunc(likes, func(a, b posting) int {
			return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.doc, b.doc))
		})
		shared[i] = (1-groupShare)*scores[i] + groupShare*mean(likes[:min(len(likes), groupSize)], scores)
	}
	for _, i := range list[len(best):] {
		shared[i] *= 1 - groupShare
	}
	return f.ranked(shared), shared
}

// mean is that of the scores of documents, by their likeness.
func mean(likes []posting, scores []float64) float64 {
	var sum, all float64
	for _, l := range likes {
		sum += float64(l.weight) * scores[l.doc]
		all += float64(l.weight)
	}
	if all == 0 {
		return 0
	}
	return sum / all
}
