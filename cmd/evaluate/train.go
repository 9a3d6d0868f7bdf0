package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"weekward/digest/health"
	"weekward/digest/related"
)

// evaluateTrain reads "topics --data DIR --out FILE" and trains the model that
// digest/health ships, or "stories …" for the one of digest/related. The same
// data gives the same file.
func evaluateTrain(args []string, out io.Writer) error {
	if len(args) > 0 && args[0] == "stories" {
		return trainStories(args[1:], out)
	}
	usage := errors.New("usage: evaluate train topics --data DIR --out FILE")
	if len(args) == 0 || args[0] != "topics" {
		return usage
	}
	f := flag.NewFlagSet("train topics", flag.ContinueOnError)
	data := f.String("data", "", "the `folder` that holds input/ and gold/")
	file := f.String("out", "", "where the model is written")
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	if *data == "" || *file == "" {
		return usage
	}
	headlines, stream, err := lessons(*data)
	if err != nil {
		return err
	}
	b, err := health.Learn(headlines, stream).Marshal()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d headlines, %d texts about health, %d bytes\n", len(headlines), len(stream), len(b))
	return os.WriteFile(*file, b, 0o644)
}

// lessons reads what a model is trained on: headlines with labels, and the
// stream of texts about health that have none.
func lessons(data string) ([]health.Example, [][]related.Word, error) {
	in, gold := rankingRun{data: filepath.Join(data, "input")}, rankingRun{data: filepath.Join(data, "gold")}
	titles, err := in.read("topic_titles.jsonl")
	if err != nil {
		return nil, nil, err
	}
	labels, err := gold.pairsOf("topic_labels.tsv", 1)
	if err != nil {
		return nil, nil, err
	}
	stories, err := storyOfTitle(in, gold)
	if err != nil {
		return nil, nil, err
	}
	words := related.NewLexicon()
	examples := make([]health.Example, len(titles))
	for i, l := range titles {
		examples[i] = health.Example{Words: words.Words(l.Title, health.Language), Group: stories[l.Title], Health: labels[l.ID] == "m"}
		if examples[i].Group == "" {
			examples[i].Group = l.Title
		}
	}
	tweets, err := in.read("health_stream.jsonl.gz")
	if err != nil {
		return nil, nil, err
	}
	return examples, plainTweets(words, tweets), nil
}

// storyOfTitle tells which headlines are of one story, so that one is never
// measured by its own twin.
func storyOfTitle(in, gold rankingRun) (map[string]string, error) {
	texts, err := in.read("news.jsonl")
	if err != nil {
		return nil, err
	}
	story, err := gold.pairsOf("news_stories.tsv", 1)
	if err != nil {
		return nil, err
	}
	stories := map[string]string{}
	for _, l := range texts {
		stories[l.Title] = story[l.ID]
	}
	return stories, nil
}

// pairsOf reads a table as a map from its first column to another one.
func (r rankingRun) pairsOf(name string, column int) (map[string]string, error) {
	rows, err := r.table(name)
	if err != nil {
		return nil, err
	}
	pairs := map[string]string{}
	for _, row := range rows {
		if column < len(row) {
			pairs[row[0]] = row[column]
		}
	}
	return pairs, nil
}

// notText is what tweets have and headlines have not.
var notText = regexp.MustCompile(`https?://\S+|\bRT\b|@\w+|&\w+;|#`)

// plainTweets reads tweets as headlines would be read, each wording once.
func plainTweets(words *related.Lexicon, tweets []labelled) [][]related.Word {
	const short = 2 // what has so few words left was a link
	met := map[string]bool{}
	var list [][]related.Word
	for _, l := range tweets {
		text := strings.TrimSpace(notText.ReplaceAllString(l.Text, " "))
		if fold := strings.ToLower(text); !met[fold] {
			met[fold] = true
			if w := words.Words(text, health.Language); len(w) > short {
				list = append(list, w)
			}
		}
	}
	return list
}
