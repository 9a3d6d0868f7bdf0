package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"weekward/digest"
)

// RankingConfig is what belongs into an issue.
type RankingConfig struct {
	Topics    map[string]float64 `toml:"topics"` // the newsletter's words, 0 to 5, over those of the desk and the built-in health 2.0 profile
	Health    float64            `toml:"health"` // how much the model of health news counts beside them, 0 to 1
	News      int                `toml:"news"`   // stories besides the lead
	Related   int                `toml:"related"`
	PerSource int                `toml:"per_source"`
	PerTopic  int                `toml:"per_topic"` // most stories about one disease or the like
	HalfLife  Duration           `toml:"half_life"`
	Threshold float64            `toml:"threshold"`
	Quotes    int                `toml:"quotes"`

	// How much each part of the score counts, 0 to 2: see digest.Weights.
	Coverage  float64 `toml:"coverage"`
	Echo      float64 `toml:"echo"`
	Freshness float64 `toml:"freshness"`
	Source    float64 `toml:"source"`
	Chat      float64 `toml:"chat"`
	Novelty   float64 `toml:"novelty"`
}

func defaultRanking() RankingConfig {
	o := digest.DefaultOptions()
	w := o.Weights
	return RankingConfig{
		Health: o.Health, News: o.Stories - 1, Related: o.Related, PerSource: o.PerSource, PerTopic: o.PerTopic,
		HalfLife: Duration(o.HalfLife), Threshold: o.Threshold, Quotes: o.Quotes,
		Coverage: w.Coverage, Echo: w.Echo, Freshness: w.Freshness, Source: w.Source, Chat: w.Chat, Novelty: w.Novelty,
	}
}

// check refuses numbers outside their ranges.
func (c RankingConfig) check() error {
	var errs []error
	between := func(key string, v, low, high float64) {
		if !(low <= v && v <= high) { // so that NaN is refused, too
			errs = append(errs, fmt.Errorf("ranking.%s: %v is not between %v and %v", key, v, low, high))
		}
	}
	between("news", float64(c.News), 0, 39)
	between("related", float64(c.Related), 0, 10)
	between("per_source", float64(c.PerSource), 1, 40)
	between("per_topic", float64(c.PerTopic), 1, 40)
	between("quotes", float64(c.Quotes), 0, 10)
	between("threshold", c.Threshold, 0, 1)
	between("health", c.Health, 0, 1)
	between("coverage", c.Coverage, 0, digest.MaxWeight)
	between("echo", c.Echo, 0, digest.MaxWeight)
	between("freshness", c.Freshness, 0, digest.MaxWeight)
	between("source", c.Source, 0, digest.MaxWeight)
	between("chat", c.Chat, 0, digest.MaxWeight)
	between("novelty", c.Novelty, 0, digest.MaxWeight)
	for _, word := range slices.Sorted(maps.Keys(c.Topics)) {
		if weight := c.Topics[word]; !(0 <= weight && weight <= digest.MaxTopic) {
			errs = append(errs, fmt.Errorf("ranking.topics: the weight %v of %q is not between 0 and %v", weight, word, digest.MaxTopic))
		}
	}
	return errors.Join(errs...)
}

// ranking is the ranker's settings, with what the sources' sections say.
func (c Config) ranking() digest.Options {
	o := c.Ranking.options()
	o.Evidence = map[string]digest.Evidence{}
	for _, sc := range c.Sources {
		if s, err := sc.source(); err == nil && sc.Evidence != "" {
			o.Evidence[s.ID] = sc.Evidence
		}
	}
	return o
}

// ranking is the ranker's settings with the words of the desk, over which those
// of the file stand.
func (a *app) ranking(ctx context.Context) (digest.Options, error) {
	o := a.config.ranking()
	desk, err := a.store.Topics(ctx)
	if err != nil {
		return o, err
	}
	o.Topics = digest.TopicsWith(desk, a.config.Ranking.Topics)
	return o, nil
}

// options are the ranker's settings.
func (c RankingConfig) options() digest.Options {
	o := digest.DefaultOptions()
	o.Topics, o.Health = digest.TopicsWith(c.Topics), c.Health
	o.Stories, o.Related, o.PerSource, o.PerTopic = 1+c.News, c.Related, c.PerSource, c.PerTopic
	o.HalfLife, o.Threshold, o.Quotes = time.Duration(c.HalfLife), c.Threshold, c.Quotes
	o.Weights = digest.Weights{Coverage: c.Coverage, Echo: c.Echo, Freshness: c.Freshness, Source: c.Source, Chat: c.Chat, Novelty: c.Novelty}
	return o
}
