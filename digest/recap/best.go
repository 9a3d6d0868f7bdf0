package recap

import (
	"slices"

	"weekward/feeds"
)

// Best gives the posts most worth quoting about a topic, at most n, the best
// first: what many say, each thing once, in the words that fit best. Where Make
// reads an hour with its questions, Best takes the posts as one open floor.
// Posts that must not be quoted are left out; an empty topic stands for what
// the posts are about.
func Best(topic string, posts []feeds.Post, n int) []Highlight {
	if n <= 0 {
		return nil
	}
	return newPicker(openFloor(topic, posts), Options{Quotes: n}).pick().highlights(-1)
}

// openFloor takes posts as a session in which nothing was asked.
func openFloor(topic string, posts []feeds.Post) *session {
	s := &session{chat: feeds.Chat{Title: topic, Policy: feeds.NamedWithLink}, posts: newest(slices.Clone(posts))}
	s.listen()
	s.weigh(nil)
	return s
}
