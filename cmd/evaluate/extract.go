package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"weekward/feeds/page"
)

// evaluateExtract reads each page that a suite's expected.jsonl lists. Only
// file and url of a line are used.
func evaluateExtract(args []string, out io.Writer) error {
	if len(args) != 1 {
		return fmt.Errorf("extract: want one folder, got %d arguments", len(args))
	}
	index, err := os.Open(filepath.Join(args[0], "expected.jsonl"))
	if err != nil {
		return err
	}
	defer index.Close()
	encoder := json.NewEncoder(out)
	lines := bufio.NewScanner(index)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c struct{ File, URL string }
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return fmt.Errorf("read %s: %w", index.Name(), err)
		}
		data, err := os.ReadFile(filepath.Join(args[0], "files", c.File))
		if err != nil {
			return err
		}
		line, err := extractPage(data, c.URL)
		if err != nil {
			return fmt.Errorf("read %s: %w", c.File, err)
		}
		line.File = c.File
		if err := encoder.Encode(line); err != nil {
			return err
		}
	}
	return lines.Err()
}

func extractPage(data []byte, address string) (extractLine, error) {
	a, err := page.ReadArticle(data, "", address, time.Now())
	if err != nil {
		return extractLine{}, err
	}
	named, err := page.Named(data, "", address)
	if err != nil {
		return extractLine{}, err
	}
	line := extractLine{Title: a.Title, Byline: a.Byline, Excerpt: a.Excerpt, Site: a.Site, Lang: a.Lang, Canonical: a.Canonical, Text: a.Text, Feeds: []string{}}
	if !a.Date.IsZero() {
		line.Published = a.Date.Format(time.RFC3339)
	}
	for _, f := range named {
		line.Feeds = append(line.Feeds, f.URL)
	}
	return line, nil
}

type extractLine struct {
	File      string   `json:"file"`
	Title     string   `json:"title"`
	Byline    string   `json:"byline"`
	Excerpt   string   `json:"excerpt"`
	Site      string   `json:"site_name"`
	Lang      string   `json:"lang"`
	Published string   `json:"published"`
	Canonical string   `json:"canonical"`
	Feeds     []string `json:"feeds"`
	Text      string   `json:"text"`
}
