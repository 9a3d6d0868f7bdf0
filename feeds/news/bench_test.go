package news

import (
	"bytes"
	"fmt"
	"html"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
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

// BenchmarkMadeUpFeeds reads an RSS and an Atom feed of 100 KB each, such as
// the benchmark of a whole collection serves.
//
//	go test ./feeds/news -run - -bench MadeUpFeeds -benchmem
func BenchmarkMadeUpFeeds(b *testing.B) {
	for name, document := range map[string][]byte{"rss": madeUpRSS(30), "atom": madeUpAtom(30)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(document)))
			b.ReportAllocs()
			for b.Loop() {
				readWithParse(b, document)
			}
		})
	}
}

// madeUpRSS is a feed with short descriptions and whole texts in CDATA.
func madeUpRSS(items int) []byte {
	r := rand.New(rand.NewSource(1))
	var b strings.Builder
	b.WriteString(`<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Wards</title><link>https://example.org/</link>`)
	for i := range items {
		at := now.Add(-time.Duration(i) * time.Hour).Format(time.RFC1123Z)
		fmt.Fprintf(&b, `<item><title>%s</title><link>https://example.org/%d</link><guid>https://example.org/%[2]d</guid><pubDate>%s</pubDate><description>%s</description><content:encoded><![CDATA[%s]]></content:encoded></item>`,
			madeUpWords(r, 7), i, at, madeUpWords(r, 20), madeUpArticle(r))
	}
	return []byte(b.String() + `</channel></rss>`)
}

// madeUpAtom is a feed with short summaries and whole texts in escaped HTML.
func madeUpAtom(items int) []byte {
	r := rand.New(rand.NewSource(2))
	var b strings.Builder
	b.WriteString(`<feed xmlns="http://www.w3.org/2005/Atom"><title>Wards</title><id>urn:feed:1</id>`)
	for i := range items {
		at := now.Add(-time.Duration(i) * time.Hour).Format(time.RFC3339)
		fmt.Fprintf(&b, `<entry><title>%s</title><id>https://example.org/%d</id><link href="https://example.org/%[2]d"/><updated>%s</updated><summary>%s</summary><content type="html">%s</content></entry>`,
			madeUpWords(r, 7), i, at, madeUpWords(r, 20), html.EscapeString(madeUpArticle(r)))
	}
	return []byte(b.String() + `</feed>`)
}

// madeUpArticle is about 3 KB of HTML.
func madeUpArticle(r *rand.Rand) string {
	var b strings.Builder
	for range 6 {
		fmt.Fprintf(&b, `<p>%s <a href="https://example.org/">%s</a> %s.</p>`, madeUpWords(r, 30), madeUpWords(r, 2), madeUpWords(r, 30))
	}
	return b.String()
}

func madeUpWords(r *rand.Rand, n int) string {
	words := strings.Fields("ward nurse patient latency clinic trial insulin archive editor garden budget river museum sleep vaccine harbour device school island record")
	picked := make([]string, n)
	for i := range picked {
		picked[i] = words[r.Intn(len(words))]
	}
	return strings.Join(picked, " ")
}
