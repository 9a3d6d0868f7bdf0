package main

import (
	"fmt"

	"weekward/digest/related"
)

func (r rankingRun) nutrition() error {
	return r.search("nfcorpus_run", "nfcorpus_docs.jsonl.gz", "nfcorpus_queries.tsv")
}

func (r rankingRun) fibrosis() error { return r.search("cf_run", "cf_docs.jsonl.gz", "cf_queries.tsv") }

// search asks the index as "items related FILE" does.
func (r rankingRun) search(name, docs, queries string) error {
	texts, err := r.read(docs)
	if err != nil {
		return err
	}
	questions, err := r.table(queries)
	if err != nil {
		return err
	}
	x := index(texts)
	var lines []string
	for _, q := range questions {
		for _, n := range x.Neighbours(related.Document{Title: q[1], Lang: "en"}, related.Question{Limit: 100}) {
			lines = append(lines, fmt.Sprintf("%s\t%s\t%.6f", q[0], n.ID, n.Score))
		}
	}
	return r.write(name, lines)
}
