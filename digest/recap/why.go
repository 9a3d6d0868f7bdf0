package recap

import (
	"fmt"
	"math"
	"strings"
)

// Why holds the parts of a highlight's score, each already weighted; they add
// up to Total.
type Why struct {
	Total   float64 `json:"total"`
	Fit     float64 `json:"fit"`     // how well it fits its question
	Said    float64 `json:"said"`    // distinct other people who say the same, or passed it on, and whom no better quote speaks for
	Replies float64 `json:"replies"` // distinct people who answered
	Reach   float64 `json:"reach"`   // damped reposts and likes
	Link    float64 `json:"link"`
	Length  float64 `json:"length"`
	Noise   float64 `json:"noise"`   // zero or negative: greeting, promotion, hijack
	Repeats float64 `json:"repeats"` // zero or negative: what better quotes have said already
	Segment string  `json:"segment"` // how the post got its question: "label", "thread", "clock", "open", "intro"
}

// A part is one reason, named as people say it.
type part struct {
	name  string
	value float64
}

// parts lists all that Total is the sum of.
func (w Why) parts() []part {
	return []part{
		{"fits the question", w.Fit}, {"said by others", w.Said}, {"answered by others", w.Replies}, {"reach", w.Reach},
		{"carries a link", w.Link}, {"length", w.Length}, {"noise", w.Noise}, {"said already", w.Repeats},
	}
}

// summed is the same with the Total of its parts, rounded so that it is their
// sum on every machine.
func (w Why) summed() Why {
	w.Total = 0
	for _, p := range w.parts() {
		w.Total += p.value
	}
	w.Total = round(w.Total)
	return w
}

// worth is what a post has to show by itself. Talking about the question makes
// no sentence.
func (w Why) worth() float64 { return round(w.Total - w.Fit) }

// String tells the score and its parts in words: "score 2.40, fits the question
// +1.10, length +1.00, …, placed by label". Parts that say nothing are left out.
func (w Why) String() string {
	said := []string{fmt.Sprintf("score %.2f", w.Total)}
	for _, p := range w.parts() {
		if math.Abs(p.value) >= 0.005 {
			said = append(said, fmt.Sprintf("%s %+.2f", p.name, p.value))
		}
	}
	if w.Segment != "" {
		said = append(said, "placed by "+w.Segment)
	}
	return strings.Join(said, ", ")
}
