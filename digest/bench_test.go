package digest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"weekward/feeds"
)

// manyItems invents items: a few thousand words in the proportions of a
// language, stories told by several outlets, summaries of thirty words.
func manyItems(n int) []feeds.Item {
	state := uint64(1)
	random := func(below int) int { // a linear congruential generator: the same week each time
		state = state*6364136223846793005 + 1442695040888963407
		return int(state>>33) % below
	}
	known := strings.Fields("hospital patient telehealth insulin cancer vaccine app bank market match film court minister school storm")
	word := func() string {
		if random(12) == 0 {
			return known[random(len(known))]
		}
		r := random(6000)
		return fmt.Sprintf("w%sx", string(rune('a'+r%26))+fmt.Sprint(random(r+1)))
	}
	text := func(words int) string {
		list := make([]string, words)
		for i := range list {
			list[i] = word()
		}
		return strings.Join(list, " ")
	}
	items := make([]feeds.Item, n)
	title := ""
	for i := range items {
		if i == 0 || random(3) > 0 {
			title = text(9)
		}
		at := freeze.Add(-time.Duration(1+random(8*7*24*60)) * time.Minute)
		source := fmt.Sprint("s", random(60))
		items[i] = feeds.Item{ID: fmt.Sprint("i", i), Source: source, Outlet: source, URL: fmt.Sprintf("https://%s.example.org/%d", source, i),
			Title: title + " " + word(), Summary: text(30), Excerpt: "Words.", Lang: "en", Weight: 1, Published: at, FirstSeen: at}
	}
	return items
}

func BenchmarkCompose20000(b *testing.B) {
	w := Week{Number: 31, Slot: slot, From: from, Freeze: freeze, Items: manyItems(20_000)}
	b.ReportAllocs()
	for b.Loop() {
		Compose(w, DefaultOptions())
	}
}

func BenchmarkTopical20000(b *testing.B) {
	items := manyItems(20_000)
	b.ReportAllocs()
	for b.Loop() {
		Topical(items, DefaultOptions())
	}
}

func BenchmarkComposeNothing(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Compose(Week{}, DefaultOptions())
	}
}
