package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"weekward/digest"
	"weekward/digest/related"
	"weekward/feeds"
)

// ranking runs the ranker over a folder of labelled texts (data/input) and
// writes one file of answers a task into out, for the scorer. A task whose
// input is not there is named on standard error and skipped.
func ranking(data, out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	r := rankingRun{data: filepath.Join(data, "input"), out: out}
	for _, task := range []func() error{r.news, r.roundups, r.topical, r.googleNews, r.chatPosts, r.nutrition, r.fibrosis, r.pairs, r.weeks} {
		switch err := task(); {
		case errors.Is(err, fs.ErrNotExist):
			fmt.Fprintln(os.Stderr, "evaluate:", err)
		case err != nil:
			return err
		}
	}
	return nil
}

// A rankingRun knows where questions come from and answers go.
type rankingRun struct{ data, out string }

// A labelled is one text of any of the collections.
type labelled struct {
	ID, Title, Text, Publisher, URL, Date, Week, Chat, Time string
	Lang1, Lang2, Text1, Text2                              string
}

func (l labelled) document() related.Document {
	return related.Document{ID: l.ID, Title: l.Title, Body: l.Text, Lang: "en", Day: l.day()}
}

// day is zero for a text without a date.
func (l labelled) day() time.Time {
	day, err := time.Parse(time.DateOnly, l.Date)
	if err != nil {
		day, _ = time.Parse(time.RFC3339, l.Time)
	}
	return day
}

func (r rankingRun) news() error {
	texts, err := r.read("news.jsonl")
	if err != nil {
		return err
	}
	x := index(texts)
	if err := r.clusters("news_clusters", x.Clusters(0)); err != nil {
		return err
	}
	return r.neighbours("news_related", "news_related_queries.tsv", x, texts)
}

func (r rankingRun) roundups() error {
	texts, err := r.read("roundups.jsonl.gz")
	if err != nil {
		return err
	}
	if err := r.clusters("roundup_clusters", index(texts).Clusters(0)); err != nil {
		return err
	}
	dated := slices.DeleteFunc(texts, func(l labelled) bool { return l.Date == "" })
	return r.neighbours("roundup_related", "roundup_related_queries.tsv", index(dated), dated)
}

// topical asks for what an editor prints under a lead: other stories about the
// same thing.
func (r rankingRun) topical() error {
	texts, err := r.read("roundups.jsonl.gz")
	if err != nil {
		return err
	}
	dated := slices.DeleteFunc(texts, func(l labelled) bool { return l.Date == "" })
	w, o := digest.Week{Freeze: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)}, digest.DefaultOptions()
	o.Topics, o.Threshold = nil, 0.02
	for _, l := range dated {
		w.Items = append(w.Items, l.item())
	}
	relatedTo := digest.Relater(w, o)
	var lines []string
	for _, it := range w.Items {
		for _, n := range relatedTo(it, 3) {
			lines = append(lines, fmt.Sprintf("%s\t%s\t%.4f", it.ID, n.ID, n.Score))
		}
	}
	return r.write("roundup_topical", lines)
}

func (r rankingRun) googleNews() error {
	texts, err := r.read("gnews.jsonl")
	if err != nil {
		return err
	}
	x := index(texts)
	if err := r.clusters("gnews_clusters", x.Clusters(0)); err != nil {
		return err
	}
	return r.neighbours("gnews_related", "gnews_related_queries.tsv", x, texts)
}

// chatPosts clusters the posts of each chat by itself.
func (r rankingRun) chatPosts() error {
	texts, err := r.read("chat_posts.jsonl")
	if err != nil {
		return err
	}
	chats := map[string][]related.Document{}
	var order []string
	for _, l := range texts {
		if chats[l.Chat] == nil {
			order = append(order, l.Chat)
		}
		chats[l.Chat] = append(chats[l.Chat], related.Document{ID: l.ID, Title: l.Text, Lang: "en"})
	}
	const repeats, points = 0.28, 0.4 // says the same; makes the same point
	for name, limit := range map[string]float64{"chat_duplicates": repeats, "chat_clusters": points} {
		var all []related.Cluster
		for _, chat := range order {
			all = append(all, related.NewIndex(chats[chat]).Clusters(limit)...)
		}
		if err := r.clusters(name, all); err != nil {
			return err
		}
	}
	return nil
}

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

func (l labelled) item() feeds.Item {
	source := l.Publisher
	if source == "" {
		source = l.ID // not told: every text may come from another outlet
	}
	return feeds.Item{ID: l.ID, Source: source, Outlet: source, URL: "https://news.example.org/" + l.ID, Title: l.Title, Summary: l.Text,
		Lang: "en", Weight: 1, Published: l.day(), FirstSeen: l.day()}
}

func index(texts []labelled) *related.Index {
	docs := make([]related.Document, len(texts))
	for i, l := range texts {
		docs[i] = l.document()
	}
	return related.NewIndex(docs)
}

func (r rankingRun) clusters(name string, list []related.Cluster) error {
	var lines []string
	for _, c := range list {
		for _, id := range c.IDs {
			lines = append(lines, id+"\t"+c.IDs[0])
		}
	}
	return r.write(name, lines)
}

func (r rankingRun) neighbours(name, queries string, x *related.Index, texts []labelled) error {
	questions, err := r.table(queries)
	if err != nil {
		return err
	}
	byID := map[string]labelled{}
	for _, l := range texts {
		byID[l.ID] = l
	}
	var lines []string
	for _, q := range questions {
		for _, n := range x.Neighbours(byID[q[0]].document(), related.Question{Limit: 20}) {
			lines = append(lines, fmt.Sprintf("%s\t%s\t%.6f", q[0], n.ID, n.Score))
		}
	}
	return r.write(name, lines)
}

// read reads a file of JSON lines, packed or not.
func (r rankingRun) read(name string) ([]labelled, error) {
	b, err := os.ReadFile(filepath.Join(r.data, name))
	if err != nil {
		return nil, err
	}
	lines := json.NewDecoder(bytes.NewReader(b))
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil, fmt.Errorf("unpack %s: %w", name, err)
		}
		lines = json.NewDecoder(z)
	}
	var list []labelled
	for lines.More() {
		var l labelled
		if err := lines.Decode(&l); err != nil {
			return nil, fmt.Errorf("read text %d of %s: %w", len(list)+1, name, err)
		}
		list = append(list, l)
	}
	return list, nil
}

// table reads a file of tab-separated values without its header.
func (r rankingRun) table(name string) ([][]string, error) {
	b, err := os.ReadFile(filepath.Join(r.data, name))
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		rows = append(rows, strings.Split(lines.Text(), "\t"))
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s has no header", name)
	}
	return rows[1:], nil
}

func (r rankingRun) write(name string, lines []string) error {
	return os.WriteFile(filepath.Join(r.out, name+".tsv"), []byte(strings.Join(lines, "\n")+"\n"), 0o644)
}

// evaluateRanking reads "--data DIR --out DIR".
func evaluateRanking(args []string, _ io.Writer) error {
	f := flag.NewFlagSet("ranking", flag.ContinueOnError)
	data := f.String("data", "", "the `folder` that holds input/")
	out := f.String("out", "", "where one file a task is written")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *data == "" || *out == "" {
		return errors.New("usage: evaluate ranking --data DIR --out DIR")
	}
	return ranking(*data, *out)
}
