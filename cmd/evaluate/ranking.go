package main

import (
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
	"strings"
	"time"

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
	for _, task := range []func() error{r.news, r.roundups, r.topical, r.googleNews, r.chatPosts, r.highlights, r.nutrition, r.fibrosis, r.pairs, r.topics, r.weeks} {
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
	ID, Title, Text, Publisher, URL, Date, Week, Chat, Author, Time string
	Lang1, Lang2, Text1, Text2                                      string
}

func (l labelled) document() related.Document {
	return related.Document{ID: l.ID, Title: l.Title, Body: l.Text, Lang: "en", Day: l.day(), Address: l.URL}
}

// day is zero for a text without a date.
func (l labelled) day() time.Time {
	day, err := time.Parse(time.DateOnly, l.Date)
	if err != nil {
		day, _ = time.Parse(time.RFC3339, l.Time)
	}
	return day
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
	for line := range strings.Lines(string(b)) {
		rows = append(rows, strings.Split(strings.TrimRight(line, "\r\n"), "\t"))
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
