package related

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

// A Neighbour is a document near another one.
type Neighbour struct {
	ID    string
	Like  float64 // likeness of the texts, 0 to 1
	Score float64 // Like, dimmed slowly by the days between: worth reading beside it
	Same  float64 // Like, dimmed quickly by them: tells the same story
}

// A Question says which neighbours are wanted.
type Question struct {
	Least float64              // likeness they must have; what is less is never given
	Limit int                  // at most so many; 0 means all
	Skip  func(id string) bool // not these; nil skips none
}

// Neighbours gives the documents nearest to one, the best first. It may be a
// document of the index, which is not its own neighbour, or any other text.
func (x *Index) Neighbours(to Document, q Question) []Neighbour {
	d := x.document(to)
	var list []Neighbour
	for i, like := range x.likenesses(d) {
		at := &x.docs[i]
		if like <= 0 || float64(like) < q.Least || at.ID == to.ID || q.Skip != nil && q.Skip(at.ID) {
			continue
		}
		list = append(list, neighbour(d, at, like))
	}
	slices.SortStableFunc(list, x.byScore)
	if q.Limit > 0 && len(list) > q.Limit {
		list = list[:q.Limit]
	}
	return list
}

func neighbour(d, at *document, like float32) Neighbour {
	n := Neighbour{ID: at.ID, Like: float64(like), Score: float64(like) * decay(d.Day, at.Day)}
	if !apart(d.Day, at.Day) {
		n.Same = float64(like * sameStory(daysBetween(d.Day, at.Day)))
	}
	return n
}

// byScore puts the nearest first; then the newest; then by ID.
func (x *Index) byScore(a, b Neighbour) int {
	return cmp.Or(
		cmp.Compare(b.Score, a.Score),
		x.docs[x.place[b.ID]].Day.Compare(x.docs[x.place[a.ID]].Day),
		strings.Compare(a.ID, b.ID),
	)
}

// Shared names the words that weigh most in the likeness of a text and a
// document of the index, the heaviest first. Each occurs in both, in lower
// case. There are none when the index does not hold the document.
func (x *Index) Shared(a Document, id string) []string {
	i, known := x.place[id]
	if !known {
		return nil
	}
	return x.shared(x.document(a), &x.docs[i])
}

// Likeness compares two texts, 0 to 1, with the index's sense of what is rare.
func (x *Index) Likeness(a, b Document) float64 {
	r := reader{lexicon: x.lexicon.over()}
	c, d := r.read(a), r.read(b)
	x.weigh(&c)
	x.weigh(&d)
	terms, grams := make([]float32, r.lexicon.terms.size()), make([]float32, r.lexicon.grams.size())
	c.terms.lay(terms)
	c.grams.lay(grams)
	return float64(d.terms.dot(terms)+d.grams.dot(grams)) / 2
}

// document finds a Document in the index or reads it as the index would have.
func (x *Index) document(d Document) *document {
	if i, known := x.place[d.ID]; known && x.docs[i].Document == d {
		return &x.docs[i]
	}
	r := reader{lexicon: x.lexicon.over()}
	read := r.read(d)
	x.weigh(&read)
	return &read
}

// likenesses compares a document with all of the index.
func (x *Index) likenesses(d *document) []float32 {
	sums := make([]float32, len(x.docs))
	x.terms.add(sums, d.terms)
	x.grams.add(sums, d.grams)
	for i := range sums {
		sums[i] /= 2
	}
	return sums
}

// add adds the cosine of a vector with each document.
func (p postings) add(sums []float32, v vector) {
	for k, dim := range v.dims {
		if int(dim) >= len(p) {
			continue
		}
		for _, at := range p[dim] {
			sums[at.doc] += float32(at.weight * v.weights[k])
		}
	}
}

// decay dims a likeness by the days between two documents, down to 0.3: old
// news about the same thing is worth less than new, but not nothing.
func decay(a, b time.Time) float64 {
	if a.IsZero() || b.IsZero() {
		return 1
	}
	return 0.3 + 0.7*math.Exp(-math.Abs(b.Sub(a).Hours())/24/7)
}
