package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"weekward/feeds/fetch"
	"weekward/feeds/news"
)

// evaluateFeeds reads each feed a suite's index.jsonl lists.
func evaluateFeeds(args []string, out io.Writer) error {
	if len(args) != 1 {
		return fmt.Errorf("feeds: want one folder, got %d arguments", len(args))
	}
	index, err := os.Open(filepath.Join(args[0], "index.jsonl"))
	if err != nil {
		return err
	}
	defer index.Close()
	encoder := json.NewEncoder(out)
	lines := bufio.NewScanner(index)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c feedCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return fmt.Errorf("read %s: %w", index.Name(), err)
		}
		data, err := os.ReadFile(filepath.Join(args[0], "files", c.File))
		if err != nil {
			return err
		}
		if err := encoder.Encode(c.read(data)); err != nil {
			return err
		}
	}
	return lines.Err()
}

// A feedCase is one line of index.jsonl: a file and how a server would send
// it.
type feedCase struct {
	File    string            `json:"file"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
}

func (c feedCase) read(data []byte) feedLine {
	header := http.Header{}
	for name, value := range c.Headers {
		header.Set(name, value)
	}
	response := fetch.Response{URL: c.URL, Header: header}
	feed, err := news.Understand(data, response.ContentType(), response.Base())
	if err != nil {
		return feedLine{File: c.File, Error: err.Error()}
	}
	line := feedLine{File: c.File, ID: feed.ID, Title: feed.Title, Link: feed.Link, Description: feed.Description.HTML(), Language: feed.Language,
		Copyright: feed.Copyright, Author: feed.Author, Image: feed.Image, Encoding: feed.Encoding, Updated: rfc3339(feed.Updated),
		Published: rfc3339(feed.Published), Categories: feed.Categories}
	for _, e := range feed.Entries {
		line.Items = append(line.Items, entryLine{GUID: e.GUID, Link: e.Link, Title: e.Title, Summary: e.Summary.HTML(), Content: e.Content.HTML(),
			Author: e.Author, Published: rfc3339(e.Published), Updated: rfc3339(e.Updated), Categories: e.Categories,
			Enclosures: e.Enclosures, Image: e.Image})
	}
	return line
}

type feedLine struct {
	File        string      `json:"file"`
	Error       string      `json:"error,omitempty"`
	ID          string      `json:"id"`
	Title       string      `json:"title"`
	Link        string      `json:"link"`
	Description string      `json:"description"`
	Language    string      `json:"language"`
	Copyright   string      `json:"copyright"`
	Author      string      `json:"author"`
	Image       string      `json:"image"`
	Encoding    string      `json:"encoding"`
	Updated     string      `json:"updated"`
	Published   string      `json:"published"`
	Categories  []string    `json:"categories,omitempty"`
	Items       []entryLine `json:"items"`
}

type entryLine struct {
	GUID       string   `json:"guid"`
	Link       string   `json:"link"`
	Title      string   `json:"title"`
	Summary    string   `json:"summary"`
	Content    string   `json:"content"`
	Author     string   `json:"author"`
	Published  string   `json:"published"`
	Updated    string   `json:"updated"`
	Categories []string `json:"categories,omitempty"`
	Enclosures []string `json:"enclosures,omitempty"`
	Image      string   `json:"image,omitempty"`
}

func rfc3339(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}
