package related

import (
	"math"
	"slices"
	"time"
)

// A pair is two documents that share rare words.
type pair struct {
	a, b int32   // a < b, places in the index
	like float32 // likeness of the texts, 0 to 1
	near float32 // the same, dimmed by the days between
}

const (
	// farthest is how many days apart two documents may tell the same story.
	farthest = 7
	// unlikely is the cosine of words under which the pieces are not compared.
	unlikely = 0.05
	// common is the share of all documents from which on a word finds no pairs.
	// It still counts in pairs that rarer words have found.
	common = 0.05
	// few is the number of documents up to which every word finds pairs.
	few = 500
)

// sameStory dims a likeness by the days between two documents: what is told a
// week later in the same words is seldom the same event.
func sameStory(days int) float32 {
	dim := [farthest + 1]float32{1, 0.7, 0.45, 0.3, 0.2, 0.15, 0.1, 0.1}
	if days > farthest {
		return 0
	}
	return dim[days]
}

// daysBetween rounds the time between two documents to days, so that midnight
// makes no difference.
func daysBetween(a, b time.Time) int {
	return int(math.Round(math.Abs(b.Sub(a).Hours()) / 24))
}

// pairs finds the documents that are alike and near in time. Documents without
// a day are compared among themselves.
func (x *Index) pairs(least float32) []pair {
	var list []pair
	s := x.newSearch()
	from := 0
	for i := range x.docs {
		for apart(x.docs[from].Day, x.docs[i].Day) {
			from++
		}
		list = s.before(list, int32(from), int32(i), least)
	}
	return list
}

// apart reports whether two days keep documents from telling the same story.
func apart(a, b time.Time) bool {
	return a.IsZero() != b.IsZero() || daysBetween(a, b) > farthest
}

// A search compares one document of an index with others.
type search struct {
	*Index
	terms, grams []float32 // the document, laid out
	found        []float32 // by document: the cosine so far
	touched      []int32   // documents with one
	crowd        int       // more documents than this make a word common
}

func (x *Index) newSearch() *search {
	return &search{
		Index: x,
		terms: make([]float32, x.lexicon.terms.size()),
		grams: make([]float32, x.lexicon.grams.size()),
		found: make([]float32, len(x.docs)),
		crowd: max(few, int(common*float64(len(x.docs)))),
	}
}

// before appends the pairs of document i with those of [from, i).
func (s *search) before(list []pair, from, i int32, least float32) []pair {
	d := &s.docs[i]
	for k, dim := range d.terms.dims {
		if p := s.Index.terms[dim]; len(p) <= s.crowd {
			s.gather(between(p, from, i), d.terms.weights[k])
		}
	}
	d.terms.lay(s.terms)
	d.grams.lay(s.grams)
	for _, j := range s.touched {
		if s.found[j] >= unlikely {
			if p := s.compare(j, i); p.near >= least || p.like >= sameWords {
				list = append(list, p)
			}
		}
		s.found[j] = 0
	}
	d.terms.lift(s.terms)
	d.grams.lift(s.grams)
	s.touched = s.touched[:0]
	return list
}

// gather adds one word's share to the cosine of each document that has it.
func (s *search) gather(p []posting, weight float32) {
	for _, at := range p {
		if s.found[at.doc] == 0 {
			s.touched = append(s.touched, at.doc)
		}
		s.found[at.doc] += float32(at.weight * weight)
	}
}

// between cuts postings to the documents of [from, to).
func between(p []posting, from, to int32) []posting {
	byDoc := func(at posting, doc int32) int { return int(at.doc - doc) }
	start, _ := slices.BinarySearchFunc(p, from, byDoc)
	end, _ := slices.BinarySearchFunc(p, to, byDoc)
	return p[start:end]
}

// compare works out the pair of document j and the one laid out, i.
func (s *search) compare(j, i int32) pair {
	d := &s.docs[j]
	like := (d.terms.dot(s.terms) + d.grams.dot(s.grams)) / 2
	return pair{a: j, b: i, like: like, near: like * sameStory(daysBetween(d.Day, s.docs[i].Day))}
}
