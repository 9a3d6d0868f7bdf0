package main

import (
	"fmt"

	"weekward/digest/related"
)

func (r rankingRun) nutrition() error {
	return r.search("nfcorpus_run", "nfcorpus_docs.jsonl.gz", "nfcorpus_queries.tsv")
}

func (r rankingRun) fibrosis() error { return r.search("cf_run", "cf_docs.jsonl.gz", "cf_queries.tsv") }

// search asks as the search page of the archive does.
func (r rankingRun) search(name, docs, queries string) error {
	texts, err := r.read(docs)
	if err != nil {
		return err
	}
	questions, err := r.table(queries)
	if err != nil {
		return err
	}
	list := make([]related.Document, len(texts))
	for i, l := range texts {
		list[i] = l.document()
	}
	finder := related.NewFinder(list)
	var lines []string
	for _, q := range questions {
		for _, found := range finder.Find(q[1], 100) {
			lines = append(lines, fmt.Sprintf("%s\t%s\t%.6f", q[0], found.ID, found.Score))
		}
	}
	return r.write(name, lines)
}
