package digest

import (
	"maps"
	"math"
)

// MaxWeight is the most that a part of a score may be made to count.
const MaxWeight = 2

// Weights say how much each part of a score counts, as the power it is raised
// to: 1 takes it as it is, 0 makes it say nothing, 2 squares it, so that what
// it says for or against a story counts twice. They run from 0 to MaxWeight.
type Weights struct {
	Coverage  float64 // outlets and pages that tell the story
	Echo      float64 // other news about the same, which is printed as part of the coverage
	Freshness float64 // how lately it was told; how fast that fades is HalfLife
	Source    float64 // trust in who tells it
	Chat      float64 // people who shared it in a chat
	Novelty   float64 // being unlike the last issues
}

// evenWeights take every part as it is.
func evenWeights() Weights { return Weights{1, 1, 1, 1, 1, 1} }

// uneven names the weights that are not 1, as Why prints them; nil when all are.
func (w Weights) uneven() map[string]float64 {
	if w == evenWeights() {
		return nil
	}
	parts := map[string]float64{
		"coverage": w.Coverage, "echo": w.Echo, "freshness": w.Freshness, "source": w.Source, "chat": w.Chat, "novelty": w.Novelty,
	}
	maps.DeleteFunc(parts, func(_ string, weight float64) bool { return weight == 1 })
	return parts
}

// weighed is a part of a score as much as it counts. Its parts are not below 0.
func weighed(part, weight float64) float64 { return math.Pow(part, weight) }
