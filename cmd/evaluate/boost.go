package main

import (
	"cmp"
	"math"
	"slices"

	"weekward/digest/related"
)

// A sample is a pair of texts whose answer is known.
type sample struct {
	traits related.Traits
	same   float64 // 1 when people say the two tell one story, else 0
	weight float64
}

const (
	// trees and rate are how many trees are added up and how much of what each
	// would say is believed. Twice as many at half the rate changed no figure by
	// more than 0.002.
	trees = 120
	rate  = 0.15
	// ridge is how many average samples of doubt each sum of a tree starts with.
	ridge = 5
	// anything is more than any trait can be.
	anything = 1e9
	// levels is how many values of a trait a question may cut at.
	levels = 48
)

// direction says which way a trait may speak: 1 when more of it can only speak
// for one story, -1 when it can only speak against.
var direction = related.Traits{
	related.TraitWords: 1, related.TraitPieces: 1, related.TraitStands: 1,
	related.TraitDays: -1, related.TraitNearer: -1, related.TraitFarther: -1,
}

// A booster fits one tree after another to what those before got wrong
// (gradient boosting with second-order steps: Friedman 2001, Chen and Guestrin
// 2016).
type booster struct {
	samples []sample
	cuts    [related.NumTraits][]float32
	level   [related.NumTraits][]uint8 // of each sample: how many cuts its value exceeds
	sum     []float64                  // what the trees say so far
	slope   []float64                  // how far that is off, times the weight
	bend    []float64                  // how fast the slope changes
	leaf    []uint8                    // where a sample is in the tree that grows
}

// boost fits a Judge.
func boost(samples []sample) *related.Judge {
	b := newBooster(samples)
	var yes, all float64
	for _, s := range samples {
		yes += s.same * s.weight
		all += s.weight
	}
	base := math.Log(yes / (all - yes))
	for i := range b.sum {
		b.sum[i] = base
	}
	list := make([]related.Tree, trees)
	for i := range list {
		list[i] = b.grow()
	}
	return related.NewJudge(float32(base), list)
}

func newBooster(samples []sample) *booster {
	n := len(samples)
	b := &booster{samples: samples, sum: make([]float64, n), slope: make([]float64, n), bend: make([]float64, n), leaf: make([]uint8, n)}
	for t := range b.cuts {
		b.cuts[t] = quantiles(samples, t)
		b.level[t] = make([]uint8, n)
		for i, s := range samples {
			k, _ := slices.BinarySearch(b.cuts[t], s.traits[t])
			b.level[t][i] = uint8(k)
		}
	}
	return b
}

// quantiles cuts the values of a trait into parts of about equal weight, and
// finer where they are greatest, for that is where most single stories are.
func quantiles(samples []sample, trait int) []float32 {
	order := make([]int, len(samples))
	total := 0.0
	for i := range order {
		order[i] = i
		total += samples[i].weight
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Compare(samples[i].traits[trait], samples[j].traits[trait])
	})
	var cuts []float32
	shares, sum := cutShares(), 0.0
	for _, i := range order {
		sum += samples[i].weight
		for len(shares) > 0 && sum >= shares[0]*total {
			shares = shares[1:]
			if v := samples[i].traits[trait]; len(cuts) == 0 || v > cuts[len(cuts)-1] {
				cuts = append(cuts, v)
			}
		}
	}
	return cuts
}

func cutShares() []float64 {
	var shares []float64
	for k := 1; k < levels; k++ {
		shares = append(shares, float64(k)/levels)
	}
	return append(shares, 0.985, 0.993, 0.998)
}

// A node of a growing tree holds the bounds that the directions of the
// questions above it set to its sums.
type node struct{ low, high float64 }

func (n node) clamp(v float64) float64 { return min(max(v, n.low), n.high) }

// grow fits one tree.
func (b *booster) grow() related.Tree {
	for i, s := range b.samples {
		p := 1 / (1 + math.Exp(-b.sum[i]))
		b.slope[i], b.bend[i], b.leaf[i] = s.weight*(s.same-p), s.weight*p*(1-p), 0
	}
	var tree related.Tree
	nodes := make([]node, 15)
	nodes[0] = node{math.Inf(-1), math.Inf(1)}
	for first := 0; first < 7; first = 2*first + 1 { // the questions of one depth
		for n := first; n <= 2*first; n++ {
			nodes[2*n+1], nodes[2*n+2] = b.ask(&tree, n, nodes[n])
		}
		b.descend(&tree)
	}
	b.conclude(&tree, nodes)
	return tree
}

// descend moves each sample to where its answer leads.
func (b *booster) descend(tree *related.Tree) {
	for i := range b.leaf {
		n := b.leaf[i]
		if b.samples[i].traits[tree.Trait[n]] <= tree.Cut[n] {
			b.leaf[i] = 2*n + 1
		} else {
			b.leaf[i] = 2*n + 2
		}
	}
}

// conclude sets the sums at the ends of the tree and adds them to what the
// trees say.
func (b *booster) conclude(tree *related.Tree, nodes []node) {
	var slope, bend [15]float64
	for i, n := range b.leaf {
		slope[n] += b.slope[i]
		bend[n] += b.bend[i]
	}
	for n := 7; n < 15; n++ {
		tree.Sum[n-7] = float32(rate * nodes[n].clamp(slope[n]/(bend[n]+ridge)))
	}
	for i, n := range b.leaf {
		b.sum[i] += float64(tree.Sum[n-7])
	}
}

// A tally is what the samples at one level of a trait add up to.
type tally struct{ slope, bend float64 }

func (t tally) step() float64 { return t.slope / (t.bend + ridge) }
func (t tally) gain() float64 { return t.slope * t.slope / (t.bend + ridge) }

// ask finds the question for node n that tells its samples apart best, and
// gives the bounds of the two nodes it leads to. Where none does, all go left.
func (b *booster) ask(tree *related.Tree, n int, at node) (left, right node) {
	tree.Trait[n], tree.Cut[n] = 0, anything
	best := 1e-6
	left, right = at, at
	for trait := range b.cuts {
		levels, all := b.tallies(uint8(n), trait)
		var below tally
		for k, cut := range b.cuts[trait] {
			below.slope += levels[k].slope
			below.bend += levels[k].bend
			above := tally{all.slope - below.slope, all.bend - below.bend}
			gain := below.gain() + above.gain() - all.gain()
			way := float64(direction[trait])
			if below.bend < 1 || above.bend < 1 || gain <= best || way*(above.step()-below.step()) < 0 {
				continue
			}
			best = gain
			tree.Trait[n], tree.Cut[n] = uint8(trait), cut
			left, right = at.divided(way, below.step(), above.step())
		}
	}
	return left, right
}

// divided gives the bounds of two nodes so that no question further down can
// turn round what this one says.
func (n node) divided(way, below, above float64) (left, right node) {
	left, right = n, n
	middle := (n.clamp(below) + n.clamp(above)) / 2
	switch {
	case way > 0:
		left.high, right.low = middle, middle
	case way < 0:
		left.low, right.high = middle, middle
	}
	return left, right
}

// tallies adds up the samples of a node by the level of a trait.
func (b *booster) tallies(n uint8, trait int) (levels [256]tally, all tally) {
	for i, at := range b.level[trait] {
		if b.leaf[i] == n {
			levels[at].slope += b.slope[i]
			levels[at].bend += b.bend[i]
		}
	}
	for _, l := range levels {
		all.slope += l.slope
		all.bend += l.bend
	}
	return levels, all
}
