package digest

import "time"

// DefaultOptions are the settings of a newsletter that says nothing about
// ranking: health 2.0 in seven languages, one lead and seven stories, three
// related items.
func DefaultOptions() Options {
	return Options{
		Topics:    DefaultTopics(),
		Health:    1,
		Weights:   evenWeights(),
		Stories:   8,
		Related:   3,
		PerSource: 2,
		PerTopic:  3,
		HalfLife:  14 * 24 * time.Hour,
		Threshold: 0.15,
		Quotes:    3,
	}
}

// usable puts defaults where a setting would make no issue at all.
func (o Options) usable() Options {
	d := DefaultOptions()
	if o.Stories <= 0 {
		o.Stories = d.Stories
	}
	if o.PerSource <= 0 {
		o.PerSource = d.PerSource
	}
	if o.PerTopic <= 0 {
		o.PerTopic = d.PerTopic
	}
	if o.HalfLife <= 0 {
		o.HalfLife = d.HalfLife
	}
	return o
}
