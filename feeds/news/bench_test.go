package news

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"weekward/feeds"
)

// BenchmarkRealFeeds compares reading feeds for a newsletter (charset, repair,
// plain text, dates, excerpts, identities) with what gofeed alone takes for
// the same bytes. Feeds that gofeed cannot read are in neither figure. "ratio"
// takes turns at each feed, so that a busy machine slows both alike.
//
//	go test ./feeds/news -run - -bench RealFeeds -benchmem
func BenchmarkRealFeeds(b *testing.B) {
	documents, size := realFeeds(b)
	both := map[string]func(*testing.B, []byte){"gofeed": readWithGofeed, "weekward": readWithParse}
	for name, read := range both {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				for _, data := range documents {
					read(b, data)
				}
			}
		})
	}
	b.Run("ratio", func(b *testing.B) {
		took := map[string]time.Duration{}
		for b.Loop() {
			for _, data := range documents {
				for name, read := range both {
					began := time.Now()
					read(b, data)
					took[name] += time.Since(began)
				}
			}
		}
		b.ReportMetric(took["weekward"].Seconds()/took["gofeed"].Seconds(), "x-gofeed")
	})
}

func readWithGofeed(b *testing.B, data []byte) {
	if _, err := gofeed.NewParser().Parse(bytes.NewReader(data)); err != nil {
		b.Fatal(err)
	}
}

func readWithParse(b *testing.B, data []byte) {
	if _, err := Parse(data, "", "https://example.org/feed", feeds.Source{ID: "s"}, now); err != nil {
		b.Fatal(err)
	}
}

// realFeeds are the feeds to measure with, and their size together.
func realFeeds(b *testing.B) (documents [][]byte, size int64) {
	captured, _ := filepath.Glob("../../../shared/data/feeds/files/*")
	own, _ := filepath.Glob("testdata/*.xml")
	if len(captured) == 0 {
		b.Log("the captured feeds are not here; measured with those in testdata")
	}
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
	return documents, size
}
