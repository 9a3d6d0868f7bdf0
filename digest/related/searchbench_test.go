package related

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
)

// likeNews makes texts of forty words out of sixty thousand, as unevenly used as
// the words of news are (Zipf's law).
func likeNews(n int) []Document {
	random := rand.New(rand.NewPCG(8, 9))
	words := rand.NewZipf(random, 1.1, 10, 60_000)
	docs := make([]Document, n)
	for i := range docs {
		text := make([]string, 40)
		for k := range text {
			text[k] = spoken(words.Uint64())
		}
		docs[i] = Document{ID: fmt.Sprintf("%06d", i), Title: strings.Join(text[:10], " "), Body: strings.Join(text[10:], " "), Lang: "en"}
	}
	return docs
}

// spoken makes a word of a number, unlike others as words are: "bakedu".
func spoken(n uint64) string {
	word := ""
	for n += 100; n > 0; n /= 100 {
		word += string("bcdfghjklmnprstvwxyz"[n%100/5]) + string("aeiou"[n%5])
	}
	return word
}

// BenchmarkSearch measures a question to as many items as an editor keeps in
// some years.
func BenchmarkSearch(b *testing.B) {
	f := NewFinder(likeNews(50_000))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if len(f.Find(spoken(uint64(20+i%100))+" "+spoken(uint64(200+i%399))+" "+spoken(uint64(1000+i)), 20)) == 0 {
			b.Fatal("nothing was found")
		}
	}
}

// BenchmarkFinder measures how long it takes to read items before the first
// question, and what a Finder keeps of them.
func BenchmarkFinder(b *testing.B) {
	for _, n := range []int{500, 5_000, 20_000, 50_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			docs := likeNews(n)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			var f *Finder
			for b.Loop() {
				f = NewFinder(docs)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB-kept")
			runtime.KeepAlive(f)
		})
	}
}

// BenchmarkLatent measures the latent space alone.
func BenchmarkLatent(b *testing.B) {
	for _, n := range []int{5_000, 20_000} {
		f := NewFinder(likeNews(n))
		rows := f.latentRows()
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				newLatent(rows, len(f.posts), 150)
			}
		})
	}
}
