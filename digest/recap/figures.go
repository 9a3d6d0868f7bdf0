package recap

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"time"

	"weekward/feeds"
)

// maxLinks is how many shared links a recap prints.
const maxLinks = 20

// before counts the posts earlier than a moment in a list in order of time.
func before(posts []feeds.Post, moment time.Time) int {
	return sort.Search(len(posts), func(i int) bool { return !posts[i].At.Before(moment) })
}

// people counts the distinct authors.
func people(posts []feeds.Post) int {
	seen := map[string]bool{}
	for _, p := range posts {
		if who := person(p); who != "" {
			seen[who] = true
		}
	}
	return len(seen)
}

// replies counts the posts that answer somebody: by the network's word, or, in
// transcripts, by opening with a mention.
func replies(posts []feeds.Post) int {
	n := 0
	for _, p := range posts {
		if !IsRepost(p) && (p.ReplyTo != "" || opensToSomebody(p.Text)) {
			n++
		}
	}
	return n
}

// timeline counts the posts of each five minutes of the session.
func timeline(posts []feeds.Post, start time.Time, long time.Duration) []int {
	const step = 5 * time.Minute
	counts := make([]int, (long+step-1)/step)
	for _, p := range between(posts, start, start.Add(long)) {
		counts[p.At.Sub(start)/step]++
	}
	return counts
}

// sharedLinks lists the addresses shared, by distinct people. What only a
// hijacker shared is left out.
func sharedLinks(s *session) []Link {
	sharers := map[string]map[string]int{} // by link and person: the question it was first shared under
	for i, p := range s.posts {
		if s.noise[i].kind == noiseHijack {
			continue
		}
		for _, raw := range p.Links {
			link, ok := feeds.CanonicalURL(raw)
			if !ok {
				continue
			}
			if sharers[link] == nil {
				sharers[link] = map[string]int{}
			}
			if _, again := sharers[link][person(p)]; !again {
				sharers[link][person(p)] = s.segments[i].question
			}
		}
	}
	links := make([]Link, 0, len(sharers))
	for link, who := range sharers {
		links = append(links, Link{URL: link, Shared: len(who), Question: s.usualQuestion(who)})
	}
	slices.SortFunc(links, func(a, b Link) int {
		return cmp.Or(cmp.Compare(b.Shared, a.Shared), strings.Compare(a.URL, b.URL))
	})
	return links[:min(len(links), maxLinks)]
}

// usualQuestion names the question under which most people shared a link, of
// two the earlier; "" when that was the open floor.
func (s *session) usualQuestion(who map[string]int) string {
	votes := make([]int, len(s.questions))
	for _, q := range who {
		if q >= 0 {
			votes[q]++
		}
	}
	best := 0
	for q, n := range votes {
		if n > votes[best] {
			best = q
		}
	}
	if len(votes) == 0 || 2*votes[best] < len(who) {
		return ""
	}
	return s.questions[best].label.String()
}
