package related

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// explanations is how many shared words are named.
	explanations = 5
	// telling is how many letters two words must begin with in common to be
	// named where the texts share no whole word.
	telling = 4
)

// shared names the words that weigh most in the likeness of two documents, the
// heaviest first. A word is named as both texts write it. Where they share no
// whole word, the longest common beginning of two words is named.
func (x *Index) shared(a, b *document) []string {
	l := x.lexicon.over()
	here, there := l.spellings(a), l.spellings(b)
	var names []string
	for _, dim := range heaviest(a.terms, b.terms) {
		for _, w := range here[dim] {
			if len(names) < explanations && slices.Contains(there[dim], w) {
				names = append(names, w)
			}
		}
	}
	if len(names) > 0 {
		return names
	}
	if name := beginning(here, there); utf8.RuneCountInString(name) >= telling {
		return []string{name}
	}
	return nil
}

// heaviest gives the dimensions two vectors share, by the product of their weights.
func heaviest(a, b vector) []int32 {
	products := make(map[int32]float32, len(a.dims))
	for i, dim := range a.dims {
		products[dim] = a.weights[i]
	}
	var both []int32
	for i, dim := range b.dims {
		if _, shared := products[dim]; shared {
			products[dim] *= b.weights[i]
			both = append(both, dim)
		}
	}
	slices.SortFunc(both, func(d, e int32) int {
		return cmp.Or(cmp.Compare(products[e], products[d]), cmp.Compare(d, e))
	})
	return both
}

// spellings gives the words of a document by stem, each as it is written there.
func (l *Lexicon) spellings(d *document) map[int32][]string {
	list := map[int32][]string{}
	var r reader
	title, body := r.parts(d.Document)
	for _, token := range slices.Concat(title, body) {
		if e := l.word(d.tongue, token); !e.Stop && !slices.Contains(list[e.term], token) {
			list[e.term] = append(list[e.term], token)
		}
	}
	return list
}

// beginning finds the longest common beginning of a word here and one there.
func beginning(here, there map[int32][]string) string {
	var best string
	for _, words := range here {
		for _, w := range words {
			for _, others := range there {
				for _, o := range others {
					if p := prefix(w, o); len(p) > len(best) || len(p) == len(best) && p < best {
						best = p
					}
				}
			}
		}
	}
	return best
}

// prefix is the common beginning of two words.
func prefix(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return strings.ToValidUTF8(a[:n], "")
}
