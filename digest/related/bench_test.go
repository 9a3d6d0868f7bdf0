package related

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// stock makes n documents as a year of feeds would: words as rare as in real
// news (Zipf), eight weeks of days, and every fourth document another outlet's
// wording of an earlier one.
func stock(n int) []Document {
	rnd := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(rnd, 1.1, 8, 40_000)
	word := func() string { return spell(zipf.Uint64()) }
	text := func(words int) string {
		list := make([]string, words)
		for i := range list {
			list[i] = word()
		}
		return strings.Join(list, " ")
	}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	docs := make([]Document, n)
	for i := range docs {
		d := Document{Title: text(9), Body: text(28), Lang: "en", Day: start.Add(time.Duration(rnd.IntN(56*24)) * time.Hour)}
		if i > 0 && i%4 == 0 {
			first := docs[rnd.IntN(i)]
			d.Title, d.Body = first.Title+" "+word()+" "+word(), first.Body[:len(first.Body)/2]+" "+text(14)
			d.Day = first.Day.Add(time.Duration(rnd.IntN(30)) * time.Hour)
		}
		d.ID = fmt.Sprintf("d%06d", i)
		docs[i] = d
	}
	return docs
}

// spell makes a pronounceable word out of a number, the same one each time.
func spell(n uint64) string {
	const heads, hearts = "bcdfghklmnprstvw", "aeiou"
	var b strings.Builder
	for n += 97; n > 0; n /= 80 {
		b.WriteByte(heads[n%16])
		b.WriteByte(hearts[n/16%5])
	}
	return b.String()
}

// BenchmarkIndexAndCluster reads and groups a week, a year and more. The time a
// document takes should grow slowly.
func BenchmarkIndexAndCluster(b *testing.B) {
	for _, n := range []int{1_000, 5_000, 20_000, 100_000, 200_000} {
		docs := stock(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				clusters := NewIndex(docs).Clusters(0)
				b.ReportMetric(float64(len(clusters)), "clusters")
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/doc")
		})
	}
}

// BenchmarkNeighbours asks an index of 50,000 for what is near one of them.
func BenchmarkNeighbours(b *testing.B) {
	docs := stock(50_000)
	x := NewIndex(docs)
	s := x.Stories(x.Clusters(0))
	q := Question{Least: 0.1, Limit: 10}
	s.Neighbours(docs[0], q)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Neighbours(docs[i%len(docs)], q)
	}
}

// BenchmarkAdd takes 500 new documents into an index of 20,000 whose pairs are
// known.
func BenchmarkAdd(b *testing.B) {
	docs := stock(20_500)
	for b.Loop() {
		b.StopTimer()
		x := NewIndex(docs[:20_000])
		x.Clusters(0)
		b.StartTimer()
		x.Add(docs[20_000:])
	}
}
