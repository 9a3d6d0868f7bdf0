package main

import (
	"fmt"
	"slices"

	"weekward/digest"
	"weekward/feeds"
)

// weeks composes the news of each week and gives the ten strongest stories.
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
		ranked := digest.Rank(digest.Week{From: from, Freeze: last.AddDate(0, 0, 1), Items: items}, digest.DefaultOptions())
		for _, s := range ranked[:min(len(ranked), 10)] {
			lines = append(lines, fmt.Sprintf("%s\t%s\t%.4f", week, s.ID, s.Score))
		}
	}
	return r.write("weekly_digest", lines)
}
