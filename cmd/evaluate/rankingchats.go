package main

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"weekward/digest/recap"
	"weekward/feeds"
)

// highlights asks for the ten posts of each chat most worth quoting about its
// topic.
func (r rankingRun) highlights() error {
	topics, err := r.table("chats.tsv")
	if err != nil {
		return err
	}
	texts, err := r.read("chat_posts.jsonl")
	if err != nil {
		return err
	}
	chats := map[string][]feeds.Post{}
	for _, l := range texts {
		chats[l.Chat] = append(chats[l.Chat], l.post())
	}
	var lines []string
	for _, row := range topics {
		if len(row) < 2 {
			return fmt.Errorf("chats.tsv: no topic in %q", strings.Join(row, "\t"))
		}
		for _, h := range recap.Best(row[1], chats[row[0]], 10) {
			lines = append(lines, fmt.Sprintf("%s\t%s\t%.3f", row[0], h.ID, h.Why.Total))
		}
	}
	return r.write("chat_highlights", lines)
}

var (
	addresses = regexp.MustCompile(`https?://\S+`)
	hashtags  = regexp.MustCompile(`#(\w+)`)
)

// post reads a text as an imported transcript would give it.
func (l labelled) post() feeds.Post {
	p := feeds.Post{ID: l.ID, URI: l.ID, Network: "file", Handle: l.Author, Text: l.Text, Links: addresses.FindAllString(l.Text, -1)}
	p.At, _ = time.Parse(time.RFC3339, l.Time) // a post without a time comes first
	for _, m := range hashtags.FindAllStringSubmatch(l.Text, -1) {
		p.Tags = append(p.Tags, strings.ToLower(m[1]))
	}
	return p
}
