package main

import (
	"fmt"

	"weekward/digest/related"
)

// pairs compares two texts, across languages too.
func (r rankingRun) pairs() error {
	texts, err := r.read("pairs.jsonl.gz")
	if err != nil {
		return err
	}
	left := func(l labelled) related.Document {
		return related.Document{ID: l.ID + " 1", Title: l.Text1, Lang: l.Lang1}
	}
	right := func(l labelled) related.Document {
		return related.Document{ID: l.ID + " 2", Title: l.Text2, Lang: l.Lang2}
	}
	var docs []related.Document
	for _, l := range texts {
		docs = append(docs, left(l), right(l))
	}
	x := related.NewIndex(docs)
	var lines []string
	for _, l := range texts {
		lines = append(lines, fmt.Sprintf("%s\t%.6f", l.ID, x.Likeness(left(l), right(l))))
	}
	return r.write("pair_scores", lines)
}
