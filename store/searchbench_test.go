package store_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"weekward/digest"
	"weekward/feeds"
	"weekward/store/storetest"
)

// BenchmarkSearchedItems asks 50,000 items a question of three words, one of
// them common, and has the answers put in order, as "weekward items search"
// does.
func BenchmarkSearchedItems(b *testing.B) {
	for name, address := range map[string]string{"sqlite": b.TempDir() + "/subscribers.db", "postgres": storetest.Postgres(b)} {
		b.Run(name, func(b *testing.B) {
			s := storetest.OpenAt(b, address)
			if _, err := s.SaveItems(b.Context(), likeNews(50_000), monday); err != nil {
				b.Fatal(err)
			}
			for i := 0; b.Loop(); i++ {
				question := spoken(uint64(20+i%100)) + " " + spoken(uint64(200+i%399)) + " " + spoken(uint64(1000+i))
				items, err := s.SearchedItems(b.Context(), digest.Beginnings(question), 500)
				if err != nil || len(items) < 500 {
					b.Fatalf("SearchedItems(%s) = %d items, %v", question, len(items), err)
				}
				if len(digest.SearchItems(items, question, 20)) == 0 {
					b.Fatalf("SearchItems(%s) found nothing", question)
				}
			}
		})
	}
}

// likeNews makes items of forty words, as unevenly used as those of news are.
func likeNews(n int) []feeds.Item {
	random := rand.New(rand.NewPCG(8, 9))
	words := rand.NewZipf(random, 1.1, 10, 60_000)
	items := make([]feeds.Item, n)
	for i := range items {
		text := make([]string, 40)
		for k := range text {
			text[k] = spoken(words.Uint64())
		}
		items[i] = titled(i, strings.Join(text[:10], " "))
		items[i].ID, items[i].Summary, items[i].Lang = fmt.Sprintf("item-%06d", i), strings.Join(text[10:], " "), "en"
	}
	return items
}

// spoken makes a word of a number, unlike others as words are: "bakedu".
func spoken(n uint64) string {
	word := ""
	for n += 100; n > 0; n /= 100 {
		word += string("bcdfghjklmnprstvwxyz"[n%100/5]) + string("aeiou"[n%5])
	}
	return word
}
