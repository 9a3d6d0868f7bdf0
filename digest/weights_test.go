package digest

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// weightOf names a part of the score, with its weight in the settings and its
// value in a story.
type weightOf struct {
	name   string
	weight func(*Weights) *float64
	part   func(Why) float64
}

func weightsOf() []weightOf {
	return []weightOf{
		{"coverage", func(w *Weights) *float64 { return &w.Coverage }, func(w Why) float64 { return w.Coverage }},
		{"freshness", func(w *Weights) *float64 { return &w.Freshness }, func(w Why) float64 { return w.Freshness }},
		{"source", func(w *Weights) *float64 { return &w.Source }, func(w Why) float64 { return w.Source }},
		{"chat", func(w *Weights) *float64 { return &w.Chat }, func(w Why) float64 { return w.Chat }},
		{"novelty", func(w *Weights) *float64 { return &w.Novelty }, func(w Why) float64 { return w.Novelty }},
	}
}

// weightyWeek has a story whose parts all say something: several outlets, some
// trust, a chat, an issue before that carried nearly the same.
func weightyWeek() Week {
	w := withChat(quietWeek(), 4, "https://journal.example.org/ward")
	for i := range w.Items {
		w.Items[i].Weight = 1.5
	}
	w.Past = []PastStory{{Issue: 30, ID: "x", URL: "https://old.example.org/x", Title: "Ministry opens its telehealth platform to city clinics"}}
	return w
}

// ranked is how the week's stories are ranked with some weights, by ID.
func ranked(w Week, weights Weights) map[string]Story {
	o := DefaultOptions()
	o.Weights = weights
	byID := map[string]Story{}
	for _, s := range Rank(w, o) {
		byID[s.ID] = s
	}
	return byID
}

func TestWeightIsThePowerOfItsPart(t *testing.T) {
	w := weightyWeek()
	even := ranked(w, evenWeights())
	for _, part := range weightsOf() {
		said := 0
		for _, power := range []float64{0, 0.5, 2} {
			weights := evenWeights()
			*part.weight(&weights) = power
			if part.name == "coverage" {
				weights.Echo = power // the two are printed as one
			}
			for id, s := range ranked(w, weights) {
				// The printed parts are rounded to four decimals before they
				// are raised here, after it there.
				got, want := part.part(s.Why), math.Pow(part.part(even[id].Why), power)
				if math.Abs(got-want) > 5e-4 {
					t.Errorf("%s of %s with weight %v = %v, want %v", part.name, id, power, got, want)
				}
				for _, other := range weightsOf() {
					if other.name != part.name && other.part(s.Why) != other.part(even[id].Why) {
						t.Errorf("the weight of %s changes %s of %s: %v, was %v", part.name, other.name, id, other.part(s.Why), other.part(even[id].Why))
					}
				}
				if s.Why.Weights[part.name] != power {
					t.Errorf("%s says the weights %v, want %s %v among them", id, s.Why.Weights, part.name, power)
				}
				if part.part(even[id].Why) != 1 {
					said++
				}
			}
		}
		if said == 0 {
			t.Errorf("no story of the week has a %s to weigh: the test says nothing", part.name)
		}
	}
}

func TestWeightedPartsStillMakeTheScore(t *testing.T) {
	for id, s := range ranked(weightyWeek(), Weights{Coverage: 0.5, Echo: 0, Freshness: 2, Source: 1.5, Chat: 0.3, Novelty: 0.7}) {
		w := s.Why
		if got := rounded(w.Topic * w.Coverage * w.Freshness * w.Source * w.Chat * w.Novelty); got != s.Score {
			t.Errorf("%s: the parts %+v make %v, the score is %v", id, w, got, s.Score)
		}
	}
}

func TestEvenWeightLeavesAPartToTheLastBit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.Float64Range(0, 1e6).Draw(t, "part")
		if got := weighed(part, 1); got != part {
			t.Errorf("weighed(%v, 1) = %v", part, got)
		}
		if got := weighed(part, 0); got != 1 {
			t.Errorf("weighed(%v, 0) = %v, want 1: it says nothing", part, got)
		}
	})
}

func TestEvenWeightsAreNotSpokenOf(t *testing.T) {
	for _, s := range Compose(weightyWeek(), DefaultOptions()).Stories {
		if s.Why.Weights != nil {
			t.Errorf("%s says the weights %v, want none: all are 1", s.ID, s.Why.Weights)
		}
	}
}

func TestEchoAndCoverageAreWeighedApart(t *testing.T) {
	w := quietWeek()
	told := Weights{Coverage: 1, Echo: 0, Freshness: 1, Source: 1, Chat: 1, Novelty: 1}
	echoed := Weights{Coverage: 0, Echo: 1, Freshness: 1, Source: 1, Chat: 1, Novelty: 1}
	both, outlets, echo := ranked(w, evenWeights()), ranked(w, told), ranked(w, echoed)
	for id, s := range both {
		if got := outlets[id].Why.Coverage * echo[id].Why.Coverage; math.Abs(got-s.Why.Coverage) > 5e-4 {
			t.Errorf("%s: outlets %v × echo %v = %v, want the coverage %v", id, outlets[id].Why.Coverage, echo[id].Why.Coverage, got, s.Why.Coverage)
		}
	}
	// Three outlets and three pages, each to the power of 0.4.
	if got, want := outlets["tele1"].Why.Coverage, rounded(math.Pow(9, 0.4)); got != want {
		t.Errorf("coverage without echo = %v, want %v", got, want)
	}
}

func TestUnweighedFreshnessLetsOldNewsLead(t *testing.T) {
	w := Week{Number: 1, From: from, Freeze: freeze, Slot: slot}
	old, now := news("old", "herald", 0, "Telemedicine opens in northern valleys", ""), news("new", "gazette", 0, "Telemedicine closes on southern islands", "")
	old.Published, now.Published = from.Add(time.Hour), freeze.Add(-time.Hour)
	old.Weight, now.Weight = 1.2, 1 // seven days of a half-life of fourteen take 0.71
	w.Items = append(w.Items, old, now)
	order := func(weights Weights) []string {
		o := DefaultOptions()
		o.Weights, o.Topics = weights, nil // without words all news fits as well
		var ids []string
		for _, s := range Rank(w, o) {
			ids = append(ids, s.ID)
		}
		return ids
	}
	still := evenWeights()
	still.Freshness = 0
	if got, want := order(evenWeights()), []string{"new", "old"}; !slices.Equal(got, want) {
		t.Errorf("order = %v, want %v: half a half-life counts more than a fifth of trust", got, want)
	}
	if got, want := order(still), []string{"old", "new"}; !slices.Equal(got, want) {
		t.Errorf("order with freshness 0 = %v, want %v", got, want)
	}
}
