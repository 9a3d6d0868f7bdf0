package health

import (
	"math"

	"weekward/digest/related"
)

// An Example is a headline that people filed under health or elsewhere.
type Example struct {
	Words  []related.Word
	Group  string // headlines of one story share it
	Health bool
}

const (
	// prior is how many texts every word is taken to have been met in before.
	prior = 1.0
	// Rarer words and pairs are not kept: they would fill the file and stand
	// for single stories.
	leastWords, leastPairs = 3, 6
	// leastOdds is the logarithm from which on a word is kept: below, it stands
	// nearly as often here as there.
	leastOdds = 0.5
	// parts is how many parts the headlines are cut in to measure their signals
	// by tables that have not seen them. With its own words in the tables every
	// headline would look clear.
	parts = 4
	// signalScale keeps the signals small beside single words, so that the
	// penalty holds them back: tweets are not quite headlines.
	signalScale = 0.1
	// strength is the inverse of the penalty on weights. This and signalScale did
	// best on headlines of weeks left out.
	strength = 15.0
	// leastOwn is the weight of an own word from which on it is kept.
	leastOwn = 0.04
)

// Learn makes a model of headlines with labels and a stream of texts that are
// nearly all about health but bear none. Words of the stream that other
// headlines lack speak for health; how loudly is fitted to the labels. The
// same texts in the same order give the same model.
func Learn(headlines []Example, stream [][]related.Word) *Model {
	l := learner{headlines: headlines, terms: newLexicon()}
	for _, text := range stream {
		l.stream.add(features(text))
	}
	for _, h := range headlines {
		l.features = append(l.features, features(h.Words))
	}
	m := l.tables(func(int) bool { return true })
	m.Version = version
	l.fit(m, l.crossed())
	return m
}

// A learner holds the texts of one lesson.
type learner struct {
	headlines []Example
	features  []found // of the headlines
	stream    counts
	terms     lexicon
}

// Counts say in how many texts words and pairs stand.
type counts struct {
	texts        float64
	words, pairs map[string]float64
}

func (c *counts) add(f found) {
	if c.words == nil {
		c.words, c.pairs = map[string]float64{}, map[string]float64{}
	}
	c.texts++
	for _, key := range f.words {
		c.words[key]++
	}
	for _, key := range f.pairs {
		c.pairs[key]++
	}
}

// tables compares the stream with the other news among some of the headlines.
func (l *learner) tables(some func(i int) bool) *Model {
	var other counts
	for i, h := range l.headlines {
		if some(i) && !h.Health {
			other.add(l.features[i])
		}
	}
	s := l.stream
	return &Model{
		terms: l.terms,
		words: newTable(logOdds(s.words, other.words, s.texts, other.texts, leastWords)),
		pairs: newTable(logOdds(s.pairs, other.pairs, s.texts, other.texts, leastPairs)),
	}
}

// logOdds compares how often keys stand in texts about health and in others.
// There are ten times as many of the first, which the prior makes up for.
func logOdds(health, other map[string]float64, healthTexts, otherTexts float64, least float64) map[string]float64 {
	const often, seldom = 2 * prior, 0.2 * prior
	odds := map[string]float64{}
	value := func(key string) {
		v := math.Log((health[key]+often)/(healthTexts+often)) - math.Log((other[key]+seldom)/(otherTexts+seldom))
		if math.Abs(v) >= leastOdds {
			odds[key] = v
		}
	}
	for key, n := range health {
		if n >= least {
			value(key)
		}
	}
	for key, n := range other {
		if n >= 2 {
			value(key)
		}
	}
	return odds
}

// crossed measures every headline's signals by tables made of the others.
func (l *learner) crossed() [][]float64 {
	signals := make([][]float64, len(l.headlines))
	for part := range parts {
		in := func(i int) bool { return int(hash(l.headlines[i].Group))%parts == part }
		m := l.tables(func(i int) bool { return !in(i) })
		for i := range signals {
			if in(i) {
				signals[i] = m.signals(l.headlines[i].Words, l.features[i])
			}
		}
	}
	return signals
}

// fit finds the weights of signals and own words.
func (l *learner) fit(m *Model, signals [][]float64) {
	m.Mean, m.Spread = measure(signals)
	r := regression{penalty: 1 / strength}
	names := []string{}
	number := map[string]int{}
	for i, h := range l.headlines {
		var at []int
		var values []float64
		for k, s := range signals[i] {
			at, values = append(at, k), append(values, signalScale*(s-m.Mean[k])/m.Spread[k])
		}
		for _, key := range l.features[i].own {
			n, known := number[key]
			if !known {
				n = len(names)
				number[key], names = n, append(names, key)
			}
			at, values = append(at, signalCount+n), append(values, l.features[i].share())
		}
		r.add(at, values, h.Health)
	}
	weights, bias := r.solve(signalCount + len(names))
	m.Bias = bias
	for _, w := range weights[:signalCount] {
		m.Weights = append(m.Weights, w*signalScale)
	}
	own := map[string]float64{}
	for n, name := range names {
		if w := weights[signalCount+n]; math.Abs(w) >= leastOwn {
			own[name] = w
		}
	}
	m.own = newTable(own)
}

// measure gives the mean and the standard deviation of each signal.
func measure(signals [][]float64) (mean, spread []float64) {
	mean, spread = make([]float64, signalCount), make([]float64, signalCount)
	n := float64(len(signals))
	for _, s := range signals {
		for k, v := range s {
			mean[k] += v / n
		}
	}
	for _, s := range signals {
		for k, v := range s {
			spread[k] += (v - mean[k]) * (v - mean[k]) / n
		}
	}
	for k, v := range spread {
		spread[k] = max(math.Sqrt(v), 1e-6) // of a signal that never changes
	}
	return mean, spread
}
