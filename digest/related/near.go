package related

import (
	"cmp"
	"slices"
	"sync"
)

const (
	// rarePieces is how many of its rarest pieces lead from a text to documents
	// that share no word with it, as a compound leads to its parts.
	rarePieces = 16
	// seldom is how many documents may have such a piece.
	seldom = 64
	// nearest is how many documents a text is compared with in full: those that
	// share most of its rarer words. What comes after the first few hundred has
	// one middling word in common.
	nearest = 600
)

// pieces tell for each seldom piece of a word which documents have it.
type pieces struct {
	once *sync.Once
	docs [][]int32
}

func (x *Index) seldomPieces() [][]int32 {
	x.pieces.once.Do(func() {
		counts := make([]int32, x.lexicon.grams.size())
		for i := range x.docs {
			for _, g := range x.docs[i].grams.dims {
				counts[g]++
			}
		}
		total := int32(0)
		for _, n := range counts {
			if n <= seldom {
				total += n
			}
		}
		room := make([]int32, total)
		x.pieces.docs = make([][]int32, len(counts))
		for g, n := range counts {
			if n <= seldom {
				x.pieces.docs[g], room = room[:0:n], room[n:]
			}
		}
		for i := range x.docs {
			for _, g := range x.docs[i].grams.dims {
				if counts[g] <= seldom {
					x.pieces.docs[g] = append(x.pieces.docs[g], int32(i))
				}
			}
		}
	})
	return x.pieces.docs
}

// with pairs a document with those of the index that share rarer words or
// pieces with it; b says nothing.
func (x *Index) with(d *document) []pair {
	s := x.sheet()
	defer x.sheets.Put(s)
	candidates := x.candidates(d, s.shared[:len(x.docs)])
	list := make([]pair, 0, len(candidates))
	s.lay(d)
	for _, i := range candidates {
		at := &x.docs[i]
		p := pair{a: i, words: at.terms.dot(s.terms), pieces: at.grams.dot(s.grams)}
		if p.like() > 0 {
			list = append(list, p)
		}
	}
	s.lift(d)
	return list
}

// candidates are the documents worth comparing with d, in their order. They are
// worked out on a blank list of what each document shares with it.
func (x *Index) candidates(d *document, shared []float32) []int32 {
	x.terms.add(shared, d.terms, x.crowd())
	docs := x.seldomPieces()
	for _, k := range x.rarestPieces(d, docs) {
		w := d.grams.weights[k]
		for _, i := range docs[d.grams.dims[k]] {
			shared[i] += float32(w * w)
		}
	}
	least := leastOf(shared, nearest)
	list := make([]int32, 0, nearest)
	for i, s := range shared {
		if s > least {
			list = append(list, int32(i))
		}
	}
	clear(shared)
	return list
}

// rarestPieces gives where in a document its pieces are that fewest documents
// have.
func (x *Index) rarestPieces(d *document, docs [][]int32) []int {
	var list []int
	for k, g := range d.grams.dims {
		if int(g) < len(docs) && len(docs[g]) > 0 {
			list = append(list, k)
		}
	}
	slices.SortFunc(list, func(a, b int) int {
		g, h := d.grams.dims[a], d.grams.dims[b]
		return cmp.Or(cmp.Compare(len(docs[g]), len(docs[h])), cmp.Compare(g, h))
	})
	return list[:min(len(list), rarePieces)]
}

// leastOf gives a bound that no more than most of the values exceed, 0 when not
// so many exceed that.
func leastOf(values []float32, most int) float32 {
	const steps = 1024
	var at [steps + 1]int
	for _, v := range values {
		if v > 0 {
			at[min(int(v*steps), steps)]++
		}
	}
	for step, n := steps, 0; step > 0; step-- {
		if n += at[step]; n > most {
			return float32(step+1) / steps
		}
	}
	return 0
}
