package related

import "math"

// A spread tells how rare each stem and piece is in one language. Each language
// has its own, or the largest would decide what is rare.
type spread struct {
	docs         int
	terms, grams frequencies
}

// unweighed is the spread of a document that has only been counted: every word
// is as rare as every other.
var unweighed = &spread{terms: frequencies{rarest: 1}, grams: frequencies{rarest: 1}}

// frequencies tell for each dimension how many documents have it.
type frequencies struct {
	docs   []float32
	rare   []float32 // inverse document frequency, as last renewed
	rarest float32   // of a dimension not met then
}

// count adds the documents from the first one on to the spread of their
// languages.
func (x *Index) count(first int) {
	for i := first; i < len(x.docs); i++ {
		d := &x.docs[i]
		s := &x.spread[d.tongue]
		s.docs++
		s.terms.count(d.terms, x.lexicon.terms.size())
		s.grams.count(d.grams, x.lexicon.grams.size())
	}
}

// count adds a document that has the dimensions of v, out of so many that there
// are.
func (f *frequencies) count(v vector, dims int) {
	if len(f.docs) < dims {
		f.docs = append(f.docs, make([]float32, dims-len(f.docs))...)
	}
	for _, d := range v.dims {
		f.docs[d]++
	}
}

// renewed gives the frequencies with how rare each dimension is among so many
// documents.
func (f frequencies) renewed(docs int) frequencies {
	f.rare = make([]float32, len(f.docs))
	for d, n := range f.docs {
		f.rare[d] = rarity(docs, n)
	}
	f.rarest = rarity(docs, 0)
	return f
}

// of is how rare a dimension is.
func (f *frequencies) of(dim int32) float32 {
	if int(dim) < len(f.rare) {
		return f.rare[dim]
	}
	return f.rarest
}

// rarity is the inverse document frequency: 1 for what every document has, more
// for what few have.
func rarity(docs int, n float32) float32 {
	return 1 + float32(math.Log(float64(1+docs)/(1+float64(n))))
}
