package main

import (
	"math/rand/v2"
	"testing"

	"weekward/digest/related"
)

// markedPairs are pairs of which those are one story that share many words and lie
// a day apart at most, but for a few that somebody marked wrongly.
func markedPairs(n int) []sample {
	rnd := rand.New(rand.NewPCG(1, 2))
	list := make([]sample, n)
	for i := range list {
		words, days := rnd.Float32(), float32(rnd.IntN(8))
		list[i] = sample{traits: related.Traits{related.TraitWords: words, related.TraitDays: days}, weight: 1}
		if (words > 0.5 && days <= 1) != (rnd.IntN(50) == 0) {
			list[i].same = 1
		}
	}
	return list
}

func TestBoostLearnsWhatTellsStoriesApart(t *testing.T) {
	j := boost(markedPairs(4000))
	for _, test := range []struct {
		why      string
		words    float32
		days     float32
		low, top float32
	}{
		{"many words, same day", 0.8, 0, 0.9, 1},
		{"many words, long ago", 0.8, 6, 0, 0.1},
		{"few words, same day", 0.2, 0, 0, 0.1},
	} {
		traits := related.Traits{related.TraitWords: test.words, related.TraitDays: test.days}
		if got := j.Same(&traits); got < test.low || got > test.top {
			t.Errorf("%s: Same = %v, want %v to %v", test.why, got, test.low, test.top)
		}
	}
}

func TestBoostKeepsItsDirections(t *testing.T) {
	wrong := markedPairs(2000)
	for i := range wrong {
		wrong[i].same = 1 - wrong[i].same // likeness speaks against, as it never may
	}
	j := boost(wrong)
	alike, unlike := related.Traits{related.TraitWords: 0.9}, related.Traits{related.TraitWords: 0.1}
	if a, b := j.Same(&alike), j.Same(&unlike); a < b {
		t.Errorf("Same of more alike texts = %v, of less alike ones %v", a, b)
	}
}

func TestBoostGivesTheSameJudgeAgain(t *testing.T) {
	if a, b := boost(markedPairs(500)).String(), boost(markedPairs(500)).String(); a != b {
		t.Errorf("two judges of the same pairs differ")
	}
}
