package news

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/mmcdole/gofeed"

	"weekward/feeds"
)

// BenchmarkRealFeeds compares reading feeds for a newsletter (charset, repair,
// plain text, dates, excerpts, identities) with what gofeed alone takes for
// the same bytes. Feeds that gofeed cannot read are in neither figure.
//
//	go test ./feeds/news -run - -bench RealFeeds -benchmem
func BenchmarkRealFeeds(b *testing.B) {
	captured, _ := filepath.Glob("../../../shared/data/feeds/files/*")
	own, _ := filepath.Glob("testdata/*.xml")
	var documents [][]byte
	size := int64(0)
	for _, path := range append(captured, own...) {
		data, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := gofeed.NewParser().Parse(bytes.NewReader(data)); err == nil {
			documents = append(documents, data)
			size += int64(len(data))
		}
	}
	if len(captured) == 0 {
		b.Log("the captured feeds are not here; measured with those in testdata")
	}
	b.Run("gofeed", func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			for _, data := range documents {
				if _, err := gofeed.NewParser().Parse(bytes.NewReader(data)); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("weekward", func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			for _, data := range documents {
				if _, err := Parse(data, "", "https://example.org/feed", feeds.Source{ID: "s"}, now); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
