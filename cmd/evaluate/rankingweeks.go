package main

import (
	"fmt"
	"slices"

	"weekward/digest"
	"weekward/feeds"
)

// topics tells how well each headline fits a newsletter about health.
func (r rankingRun) topics() error {
	texts, err := r.read("topic_titles.jsonl")
	if err != nil {
		return err
	}
	items := make([]feeds.Item, len(texts))
	for i, l := range texts {
		items[i] = l.item()
	}
	fits := digest.Topical(items, digest.DefaultOptions())
	lines := make([]string, len(texts))
	for i, l := range texts {
		lines[i] = fmt.Sprintf("%s\t%.6f", l.ID, fits[l.ID])
	}
	return r.write("topic_scores", lines)
}

// weeks composes the issue of each week, ten stories long. There is no cap on
// sources: the news comes from five of them.
func (r rankingRun) weeks() error {
	texts, err := r.read("news.jsonl")
	if err != nil {
		return err
	}
	weeks := map[string][]feeds.Item{}
	var order []string
	for _, l := range texts {
		if weeks[l.Week] == nil {
			order = append(order, l.Week)
		}
		weeks[l.Week] = append(weeks[l.Week], l.item())
	}
	var lines []string
	for _, week := range order {
		items := weeks[week]
		byDay := func(a, b feeds.Item) int { return a.Published.Compare(b.Published) }
		from, last := slices.MinFunc(items, byDay).Published, slices.MaxFunc(items, byDay).Published
		options := digest.DefaultOptions()
		options.Stories, options.PerSource, options.Related = 10, 10, 0
		issue := digest.Compose(digest.Week{From: from, Freeze: last.AddDate(0, 0, 1), Items: items}, options)
		for _, s := range issue.Stories {
			lines = append(lines, fmt.Sprintf("%s\t%s\t%.4f", week, s.ID, s.Score))
		}
	}
	return r.write("weekly_digest", lines)
}
