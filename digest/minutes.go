package digest

import (
	"strings"

	"weekward/digest/recap"
)

// wordsPerMinute is a calm reading of news.
const wordsPerMinute = 220

// readingTime is how long the words that are shown take to read, at least 1.
func readingTime(i Issue) int {
	n := 0
	for k, s := range i.Stories {
		n += words(s.Title, s.Excerpt, s.Note, s.Source)
		for _, r := range s.Related {
			n += words(r.Title, r.Source)
			if k == 0 { // under the others only the titles are printed
				n += words(r.Excerpt)
			}
		}
	}
	for _, c := range i.Chats {
		n += chatWords(c)
	}
	return max(1, (n+wordsPerMinute/2)/wordsPerMinute)
}

func chatWords(c recap.Recap) int {
	n := words(c.Title)
	for _, q := range c.Questions {
		n += words(q.Text)
		for _, h := range q.Highlights {
			n += words(h.Text, h.Author)
		}
	}
	for _, l := range c.Links {
		n += words(l.Title)
	}
	return n
}

func words(texts ...string) int {
	n := 0
	for _, t := range texts {
		n += len(strings.Fields(t))
	}
	return n
}
