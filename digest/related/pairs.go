package related

import (
	"math"
	"sync"
	"time"
)

// A pair is two documents that share rare words.
type pair struct {
	a, b          int32   // a < b, places in the index
	words, pieces float32 // cosines
	same          float32 // the probability that they tell one story
}

// like is the likeness of the two texts, 0 to 1.
func (p pair) like() float32 { return (p.words + p.pieces) / 2 }

const (
	// farthest is how many days apart two documents may tell the same story.
	farthest = 7
	// unlikely is the cosine of words under which the pieces are not compared.
	unlikely = 0.08
	// worth is the likeness from which on a pair is judged. With 0.1 there are
	// twice as many, the figures are the same, and two short titles of one
	// outlet's favourite subject may be taken for one story.
	worth = 0.15
	// few is the number of documents up to which every word finds pairs.
	few = 500
	// common times the root of the number of documents is how many may have a
	// word that finds pairs. It still counts in pairs that rarer words have
	// found. By the root, twice the documents take three times as long, not four.
	common = 4
)

// daysBetween rounds the time between two documents to days, so that midnight
// makes no difference.
func daysBetween(a, b time.Time) int {
	return int(math.Round(math.Abs(b.Sub(a).Hours()) / 24))
}

// apart reports whether two days keep documents from telling the same story.
// Documents without a day are compared among themselves.
func apart(a, b time.Time) bool {
	return a.IsZero() != b.IsZero() || daysBetween(a, b) > farthest
}

// A comparison is all pairs of an index that are worth judging, and what they
// say about each document. It is worked out when it is first asked for.
type comparison struct {
	pairs    []pair
	circles  []circle // by document
	comparer *sync.Once
	compared bool // the comparer has been at work
	judger   *sync.Once
}

func newComparison() comparison { return comparison{comparer: new(sync.Once), judger: new(sync.Once)} }

// pairs gives the pairs that are worth judging.
func (x *Index) pairs() []pair {
	x.found.comparer.Do(func() { x.found.pairs, x.found.compared = x.compare(), true })
	return x.found.pairs
}

// judged gives the pairs with the probability that they tell one story.
func (x *Index) judged() []pair {
	list := x.pairs()
	x.found.judger.Do(func() {
		x.found.circles = circles(list, len(x.docs))
		for i := range list {
			t := x.traits(list[i])
			list[i].same = theJudge().Same(&t)
		}
	})
	return list
}

// circle is that of a document of the index.
func (x *Index) circle(i int32) circle {
	x.judged()
	return x.found.circles[i]
}

// traits describes a pair of the index, whose circles are known.
func (x *Index) traits(p pair) Traits {
	return traits(&x.docs[p.a], &x.docs[p.b], p, x.found.circles[p.a], x.found.circles[p.b])
}

// circles gathers the likenesses of each of n documents.
func circles(pairs []pair, n int) []circle {
	counts := make([]int32, n)
	for _, p := range pairs {
		counts[p.a]++
		counts[p.b]++
	}
	room, likes := make([]float32, 2*len(pairs)), make([][]float32, n)
	for i, c := range counts {
		likes[i], room = room[:0:c], room[c:]
	}
	for _, p := range pairs {
		likes[p.a] = append(likes[p.a], p.like())
		likes[p.b] = append(likes[p.b], p.like())
	}
	list := make([]circle, n)
	for i := range list {
		list[i] = circleOf(likes[i])
	}
	return list
}

// compare finds the documents that are alike and near in time.
func (x *Index) compare() []pair {
	var list []pair
	s := x.newSearch()
	for i := range x.docs {
		list = s.before(list, int32(i), s.open(int32(i)))
	}
	return list
}

// compareMore compares the documents from the first one on with all before
// them. All is judged anew, since they change how crowded it is around others.
func (x *Index) compareMore(first int) {
	s := x.newSearch()
	for i := first; i < len(x.docs); i++ {
		x.found.pairs = s.before(x.found.pairs, int32(i), func(dim int32) []posting { return s.window[dim].postings })
	}
	x.found.judger = new(sync.Once)
}

// A search compares one document of an index with others.
type search struct {
	*Index
	terms, grams []float32 // the document, laid out
	found        []float32 // by document: the cosine so far
	touched      []int32   // documents with one
	from         int       // the first document that is not too old for the one at hand
	window       []window  // by stem
}

// A window is a stem's postings, of which those from one on to the document at
// hand count.
type window struct {
	postings []posting // none of a word that is too common to find pairs by
	from, to int32
}

func (x *Index) newSearch() *search {
	s := &search{
		Index:  x,
		terms:  make([]float32, x.lexicon.terms.size()),
		grams:  make([]float32, x.lexicon.grams.size()),
		found:  make([]float32, len(x.docs)),
		window: make([]window, len(x.terms)),
	}
	crowd := x.crowd()
	for dim, p := range x.terms {
		if len(p) <= crowd {
			s.window[dim].postings = p
		}
	}
	return s
}

// crowd is how many documents make a word too common to find pairs by.
func (x *Index) crowd() int { return max(few, int(common*math.Sqrt(float64(len(x.docs))))) }

// open moves the windows on to document i, the next one, and gives a stem's
// postings in them. Documents must be sorted by day.
func (s *search) open(i int32) func(dim int32) []posting {
	for apart(s.docs[s.from].Day, s.docs[i].Day) {
		s.from++
	}
	return func(dim int32) []posting {
		w := &s.window[dim]
		if len(w.postings) < 2 {
			return nil
		}
		for w.from < w.to && int(w.postings[w.from].doc) < s.from {
			w.from++
		}
		w.to++ // for the next document that has the stem
		return w.postings[w.from : w.to-1]
	}
}

// before appends the pairs of document i with those before it that the postings
// lead to.
func (s *search) before(list []pair, i int32, postings func(dim int32) []posting) []pair {
	d := &s.docs[i]
	for k, dim := range d.terms.dims {
		s.gather(postings(dim), i, d.terms.weights[k])
	}
	laid := false
	for _, j := range s.touched {
		if s.found[j] >= unlikely && !apart(d.Day, s.docs[j].Day) {
			if !laid {
				d.terms.lay(s.terms)
				d.grams.lay(s.grams)
				laid = true
			}
			if p := s.pair(j, i); p.like() >= worth {
				list = append(list, p)
			}
		}
		s.found[j] = 0
	}
	if laid {
		d.terms.lift(s.terms)
		d.grams.lift(s.grams)
	}
	s.touched = s.touched[:0]
	return list
}

// gather adds one word's share to the cosine of each document before i that
// has it.
func (s *search) gather(p []posting, i int32, weight float32) {
	for _, at := range p {
		if at.doc >= i {
			return
		}
		if s.found[at.doc] == 0 {
			s.touched = append(s.touched, at.doc)
		}
		s.found[at.doc] += float32(at.weight * weight)
	}
}

// pair works out the cosines of document j and the one laid out, i.
func (s *search) pair(j, i int32) pair {
	d := &s.docs[j]
	return pair{a: j, b: i, words: d.terms.dot(s.terms), pieces: d.grams.dot(s.grams)}
}
