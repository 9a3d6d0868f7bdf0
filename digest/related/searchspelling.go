package related

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// nearEnough is the cosine of two words' pieces from which on one may be meant
// by the other: "telehelth" and "telehealth", "Krankenhaus" and
// "Krankenhäuser", "california" and "californian". What is nearer counts more,
// by the square. From 0.4 to 0.6 the answers to the marked questions are as
// good.
const nearEnough = 0.45

// spellings finds words that are spelled nearly as another one, by the pieces
// of 3 to 5 letters they are made of. It compares the words of a collection,
// not its documents: a word that a thousand documents have is kept once.
type spellings struct {
	words  []spelled
	pieces map[string][]int32 // the words that have a piece
}

// A spelled is one folded word of the collection.
type spelled struct {
	fold   string
	term   int32
	length float64 // of its vector of pieces
}

func newSpellings(f *Finder) spellings {
	s := spellings{pieces: map[string][]int32{}}
	for e := range f.lexicon.entries() {
		if term, known := f.terms[e.Stem]; known {
			s.words = append(s.words, spelled{fold: e.Fold, term: term})
		}
	}
	slices.SortFunc(s.words, func(a, b spelled) int {
		if c := strings.Compare(a.fold, b.fold); c != 0 {
			return c
		}
		return int(a.term - b.term)
	})
	s.words = slices.Compact(s.words)
	for i, w := range s.words {
		for _, p := range piecesOf(w.fold) {
			s.pieces[p] = append(s.pieces[p], int32(i))
		}
	}
	for i := range s.words {
		s.words[i].length = s.length(piecesOf(s.words[i].fold))
	}
	return s
}

// of gives the terms that a folded word may mean, with the square of their
// likeness. Their order means nothing.
func (s spellings) of(word string) []variant {
	pieces := piecesOf(word)
	length := s.length(pieces)
	common := map[int32]float64{}
	for _, p := range pieces {
		rare := s.rarity(p)
		for _, i := range s.pieces[p] {
			common[i] += rare * rare
		}
	}
	var list []variant
	for i, sum := range common {
		w := s.words[i]
		if like := sum / (length * w.length); like >= nearEnough {
			list = append(list, variant{w.term, like * like})
		}
	}
	return list
}

// length is that of the vector of a word's pieces.
func (s spellings) length(pieces []string) float64 {
	var square float64
	for _, p := range pieces {
		square += s.rarity(p) * s.rarity(p)
	}
	return math.Sqrt(square)
}

// rarity is high for pieces that few words have.
func (s spellings) rarity(piece string) float64 {
	return math.Log(1 + float64(len(s.words))/float64(1+len(s.pieces[piece])))
}

// piecesOf gives the different pieces of 3 to 5 letters of a word with a space
// before and behind it, in one order.
func piecesOf(word string) []string {
	const shortest, longest = 3, 5
	word = " " + word + " "
	var starts []int
	for i := range word {
		starts = append(starts, i)
	}
	starts = append(starts, len(word))
	list := make([]string, 0, 3*utf8.RuneCountInString(word))
	for n := shortest; n <= longest; n++ {
		for i := 0; i+n < len(starts); i++ {
			list = append(list, word[starts[i]:starts[i+n]])
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
