package related

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// anyTraits are of any pair.
var anyTraits = rapid.Custom(func(t *rapid.T) Traits {
	share, count := rapid.Float32Range(0, 1), rapid.IntRange(0, 60)
	near, far := count.Draw(t, "nearer"), count.Draw(t, "farther")
	short, long := count.Draw(t, "short"), count.Draw(t, "long")
	return Traits{
		TraitWords: share.Draw(t, "words"), TraitPieces: share.Draw(t, "pieces"), TraitDays: rapid.Float32Range(0, 8).Draw(t, "days"),
		TraitShorter: float32(min(short, long)), TraitLonger: float32(max(short, long)), TraitCrowd: share.Draw(t, "crowd"),
		TraitNearer: float32(min(near, far)), TraitFarther: float32(max(near, far)),
		TraitPost: float32(rapid.IntRange(0, 1).Draw(t, "posts")), TraitStands: rapid.Float32Range(0, 5).Draw(t, "stands"),
	}
})

func TestJudgeIsNeverPutOffByLikeness(t *testing.T) {
	j := theJudge()
	rapid.Check(t, func(t *rapid.T) {
		less := anyTraits.Draw(t, "traits")
		for _, trait := range []int{TraitWords, TraitPieces, TraitStands} {
			more := less
			more[trait] += rapid.Float32Range(0, 1).Draw(t, "more")
			if a, b := j.Same(&less), j.Same(&more); b < a {
				t.Fatalf("Same(%v) = %v, and %v with more of trait %d", less, a, b, trait)
			}
		}
		for _, trait := range []int{TraitDays, TraitNearer, TraitFarther} {
			more := less
			more[trait] += rapid.Float32Range(0, 5).Draw(t, "more")
			if a, b := j.Same(&less), j.Same(&more); b > a {
				t.Fatalf("Same(%v) = %v, and %v with more of trait %d", less, a, b, trait)
			}
		}
	})
}

func TestJudgeKnowsTheClearCases(t *testing.T) {
	j := theJudge()
	twins := Traits{TraitWords: 0.8, TraitPieces: 0.8, TraitShorter: 20, TraitLonger: 25, TraitCrowd: 0.16, TraitStands: 2.4}
	if got := j.Same(&twins); got < 0.9 {
		t.Errorf("Same(%v), of two alike and no other = %v, want 0.9 or more", twins, got)
	}
	strangers := Traits{TraitWords: 0.1, TraitPieces: 0.2, TraitDays: 6, TraitShorter: 20, TraitLonger: 25, TraitCrowd: 0.4, TraitNearer: 12, TraitFarther: 40, TraitStands: 0.2}
	if got := j.Same(&strangers); got > 0.02 {
		t.Errorf("Same(%v), of two that share a word with many = %v, want 0.02 or less", strangers, got)
	}
}

func TestJudgeIsReadAsItIsWritten(t *testing.T) {
	j, err := ReadJudge(theJudge().String())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := j.String(), theJudge().String(); got != want {
		t.Errorf("a judge written and read again is %q, want %q", clip(got, 200), clip(want, 200))
	}
}

func TestBrokenJudgeIsRefused(t *testing.T) {
	for why, line := range map[string]string{
		"a sum that is none":   "base much",
		"too few questions":    "0<=0.5 1 2",
		"a trait there is not": strings.Repeat("77<=0.5 ", 7) + strings.Repeat("0.1 ", 8),
		"a cut that is none":   strings.Repeat("0<=few ", 7) + strings.Repeat("0.1 ", 8),
		"a sum of words":       strings.Repeat("0<=0.5 ", 7) + strings.Repeat("much ", 8),
	} {
		if _, err := ReadJudge(line); err == nil || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("%s: ReadJudge(%q) = %v, want an error that names line 1", why, line, err)
		}
	}
}
