package related

import (
	"math"
	"slices"
	"time"
)

// The traits of a pair of documents: what its judgement rests on. Each means
// the same for headlines, articles and posts.
const (
	TraitWords   = iota // cosine of the stems, 0 to 1
	TraitPieces         // cosine of the pieces of words, 0 to 1
	TraitDays           // between the two; unknownDays when one has no day
	TraitShorter        // different words in the shorter one
	TraitLonger         // and in the longer one
	TraitCrowd          // likeness of the nearest others, of the one that has the nearer ones
	TraitNearer         // documents nearer to one of the two than the other is, where they are fewer
	TraitFarther        // and where they are more
	TraitPost           // 1 when neither has a title, as posts have none
	TraitStands         // likeness of the two against that of both with their nearest others
	NumTraits
)

// Traits are the values of a pair, by the constants above.
type Traits [NumTraits]float32

const (
	// unknownDays stands in for the days between two documents without one: they
	// are taken to lie some days apart.
	unknownDays = 3
	// crowd is how many of the nearest documents are looked at to tell how
	// crowded it is around one.
	crowd = 5
)

// apartDays gives the time between two documents in days: whole ones, since
// the hour of a piece of news is often only that of its feed, but to the minute
// for posts, which answer one another.
func apartDays(a, b time.Time, posts bool) float32 {
	switch {
	case a.IsZero() || b.IsZero():
		return unknownDays
	case posts:
		return float32(math.Abs(b.Sub(a).Hours()) / 24)
	}
	return float32(daysBetween(a, b))
}

// A circle is how alike a document is to those it is compared with.
type circle struct {
	likes []float32 // the likeness of each that is worth judging, the nearest first
	mean  float32   // of the first few; what is missing counts as nothing
}

// circleOf sorts the likenesses of one document.
func circleOf(likes []float32) circle {
	slices.SortFunc(likes, func(a, b float32) int {
		switch {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
	var sum float32
	for _, like := range likes[:min(len(likes), crowd)] {
		sum += like
	}
	return circle{likes, sum / crowd}
}

// nearer counts those that are more alike than that.
func (c circle) nearer(like float32) int {
	n, _ := slices.BinarySearchFunc(c.likes, like, func(at, like float32) int {
		if at > like {
			return -1
		}
		return 1
	})
	return n
}

// traits describes two documents that are alike as the pair says.
func traits(a, b *document, p pair, ca, cb circle) Traits {
	like := p.like()
	na, nb := ca.nearer(like), cb.nearer(like)
	posts := a.Title == "" && b.Title == ""
	t := Traits{
		TraitWords: p.words, TraitPieces: p.pieces, TraitDays: apartDays(a.Day, b.Day, posts),
		TraitShorter: float32(min(len(a.terms.dims), len(b.terms.dims))),
		TraitLonger:  float32(max(len(a.terms.dims), len(b.terms.dims))),
		TraitCrowd:   max(ca.mean, cb.mean),
		TraitNearer:  float32(min(na, nb)), TraitFarther: float32(max(na, nb)),
		TraitStands: like / (ca.mean + cb.mean + 0.01),
	}
	if posts {
		t[TraitPost] = 1
	}
	return t
}

// A Pair is two documents of an index that are alike enough to be judged, and
// what the judgement rests on.
type Pair struct {
	A, B   string // IDs
	Traits Traits
}

// Pairs gives all pairs that are worth judging, for those who train a Judge.
func (x *Index) Pairs() []Pair {
	pairs := x.judged()
	list := make([]Pair, len(pairs))
	for i, p := range pairs {
		list[i] = Pair{x.docs[p.a].ID, x.docs[p.b].ID, x.traits(p)}
	}
	return list
}
