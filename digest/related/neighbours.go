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
	Theme float64 // likeness of what both are about, 0 to 1: of the words of their stories where those are known
	Same  float64 // the probability that it tells the same story
	Score float64 // worth reading beside it, 0 to 1: it tells the same story, or is about the same and not old

	day time.Time
}

// A Question says which neighbours are wanted.
type Question struct {
	Least float64              // likeness they must have; what is less is never given
	Limit int                  // at most so many; 0 means all that were compared, some hundreds
	Skip  func(id string) bool // not these; nil skips none
}

// Neighbours gives the documents nearest to one, the best first. It may be a
// document of the index, which is not its own neighbour, or any other text.
func (x *Index) Neighbours(to Document, q Question) []Neighbour {
	return x.neighbours(x.document(to), q, func(p pair) (theme, same float32) { return p.like(), 0 })
}

// neighbours judges the documents near d. What is known about a pair besides
// its texts is its theme and the least probability that it is one story.
func (x *Index) neighbours(d *document, q Question, known func(pair) (theme, same float32)) []Neighbour {
	pairs := x.with(d)
	own := x.circleIn(d, pairs)
	var list []Neighbour
	for _, p := range pairs {
		at := &x.docs[p.a]
		if float64(p.like()) < q.Least || at.ID == d.ID || q.Skip != nil && q.Skip(at.ID) {
			continue
		}
		list = append(list, x.neighbour(d, p, own, known))
	}
	slices.SortFunc(list, byScore)
	if q.Limit > 0 && len(list) > q.Limit {
		list = list[:q.Limit]
	}
	return list
}

// circleIn is how alike a document is to those of the index that may tell its
// story.
func (x *Index) circleIn(d *document, pairs []pair) circle {
	if i, known := x.place[d.ID]; known && d == &x.docs[i] {
		return x.circle(int32(i))
	}
	var likes []float32
	for _, p := range pairs {
		if p.like() >= worth && x.docs[p.a].ID != d.ID && !apart(d.Day, x.docs[p.a].Day) {
			likes = append(likes, p.like())
		}
	}
	return circleOf(likes)
}

// neighbour judges a pair with a document whose circle is known.
func (x *Index) neighbour(d *document, p pair, own circle, known func(pair) (theme, same float32)) Neighbour {
	at := &x.docs[p.a]
	theme, same := known(p)
	n := Neighbour{ID: at.ID, Like: float64(p.like()), Theme: float64(theme), day: at.Day}
	if p.like() >= worth && !apart(d.Day, at.Day) {
		t := traits(d, at, p, own, x.circle(p.a))
		n.Same = float64(theJudge().Same(&t))
	}
	n.Same = max(n.Same, float64(same))
	// Squared, a faint chance of one story does not outweigh a common theme.
	n.Score = 1 - (1-n.Same*n.Same)*(1-n.Theme*decay(d.Day, at.Day))
	return n
}

// byScore puts the nearest first; then the newest; then by ID.
func byScore(a, b Neighbour) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), b.day.Compare(a.day), strings.Compare(a.ID, b.ID))
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
// It asks how much the two have to do with each other, as people rate it: from
// nothing to something in common is a longer way than from much to more.
func (x *Index) Likeness(a, b Document) float64 {
	s := x.sheet()
	defer x.sheets.Put(s)
	c, d := x.documentBy(&s.reader, a), x.documentBy(&s.reader, b)
	s.reach()
	s.lay(c)
	defer s.lift(c)
	return rated(float64((1-piecesShare)*d.terms.dot(s.terms) + piecesShare*d.grams.dot(s.grams)))
}

const (
	// piecesShare is what pieces of words count in Likeness: more than words,
	// since it also compares languages that inflect and compound, and languages
	// with one another.
	piecesShare = 0.7
	// halfway is the cosine that people rate halfway between nothing and all in
	// common. It was fitted to rated pairs of news in five languages; from 0.1 to
	// 0.3 it makes hardly a difference.
	halfway = 0.2
)

// rated turns a cosine into how much people find that texts have in common.
func rated(cosine float64) float64 { return (1 + halfway) * cosine / (cosine + halfway) }

// document finds a Document in the index or reads it as the index would have.
func (x *Index) document(d Document) *document {
	if found := x.held(d); found != nil {
		return found
	}
	s := x.sheet()
	defer x.sheets.Put(s)
	return x.documentBy(&s.reader, d)
}

// documentBy does the same with a reader that is at hand.
func (x *Index) documentBy(r *reader, d Document) *document {
	if found := x.held(d); found != nil {
		return found
	}
	read := r.read(d)
	read.weigh(unweighed, x.spreadOf(&read))
	return &read
}

// held is a document of the index; nil when it has none like that.
func (x *Index) held(d Document) *document {
	if i, known := x.place[d.ID]; known && x.docs[i].Document == d {
		return &x.docs[i]
	}
	return nil
}

// decay dims a likeness by the days between two documents, down to a half: old
// news about the same thing is worth less than new, but not nothing.
func decay(a, b time.Time) float64 {
	if a.IsZero() || b.IsZero() {
		return 1
	}
	return 0.5 + 0.5*math.Exp(-math.Abs(b.Sub(a).Hours())/24/7)
}
