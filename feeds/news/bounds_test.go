package news

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"weekward/feeds"
)

// rssOf and jsonOf are documents that hold some items.
func rssOf(items string) string { return `<rss><channel>` + items + `</channel></rss>` }

func jsonOf(items string) string {
	return `{"version":"https://jsonfeed.org/version/1.1","items":[` + items + `]}`
}

// F23: what is over a limit is not read, and the warning names the limit.
func TestF23LimitsAreNamed(t *testing.T) {
	const many = "the feed has too many items; the first 2000 were read"
	const long = "an item has more than 1 MB of text; the rest of it was left out"
	words := func(n int) string { return strings.Repeat("ward ", n/5) + strings.Repeat("x", n%5) }
	short := `<item><guid>2</guid><title>Two</title><description>Short</description></item>`
	tests := []struct {
		name, document, warning string
		entries                 int
	}{
		{"2000 items", rssOf(strings.Repeat(`<item><title>T</title></item>`, maxItems)), "", maxItems},
		{"one item more", rssOf(strings.Repeat(`<item><title>T</title></item>`, maxItems+1)), many, maxItems},
		{"one entry more", `<feed>` + strings.Repeat(`<entry><title>T</title></entry>`, maxItems+1) + `</feed>`, many, maxItems},
		{"2000 items in JSON", jsonOf(strings.TrimSuffix(strings.Repeat(`{"id":"1"},`, maxItems), ",")), "", maxItems},
		{"one item more in JSON", jsonOf(strings.TrimSuffix(strings.Repeat(`{"id":"1"},`, maxItems+1), ",")), many, maxItems},
		{"1 MB of text", rssOf(`<item><description>` + words(maxText) + `</description></item>` + short), "", 2},
		{"a byte more", rssOf(`<item><description>` + words(maxText+1) + `</description></item>` + short), long, 2},
		{"more in CDATA", rssOf(`<item><description><![CDATA[` + words(maxText+1) + `]]></description></item>` + short), long, 2},
		{"more before the link", rssOf(`<item><description>` + words(maxText+1) + `</description><link>https://example.org/1</link><guid>1</guid></item>` + short), long, 2},
		{"more in two fields", rssOf(`<item><description>` + words(maxText/2+1) + `</description><fullitem>` + words(maxText/2+1) + `</fullitem></item>` + short), long, 2},
		{"1 MB in JSON", jsonOf(`{"id":"1","content_text":"` + words(maxText) + `"},{"id":"2","summary":"Short"}`), "", 2},
		{"more in JSON", jsonOf(`{"id":"1","summary":"` + words(maxText/2) + `","content_html":"` + words(maxText/2+1) + `"},{"id":"2","summary":"Short"}`), long, 2},
	}
	for _, tt := range tests {
		feed, err := Understand([]byte(tt.document), "", "")
		if err != nil || len(feed.Entries) != tt.entries {
			t.Errorf("%s: Understand gives %d entries, %v, want %d", tt.name, len(feed.Entries), err, tt.entries)
			continue
		}
		if warned := slices.Contains(feed.Warnings, tt.warning); warned != (tt.warning != "") || tt.warning == "" && len(feed.Warnings) > 0 {
			t.Errorf("%s: warnings %q, want %q", tt.name, feed.Warnings, tt.warning)
		}
		first, last := feed.Entries[0], feed.Entries[len(feed.Entries)-1]
		if size := len(first.Summary.given()) + len(first.Content.given()); size > maxText {
			t.Errorf("%s: the first item has %d bytes of text, want at most %d", tt.name, size, maxText)
		}
		if strings.Contains(tt.document, "</link>") && first.Link != "https://example.org/1" {
			t.Errorf("%s: the first item leads to %q, want its link kept", tt.name, first.Link)
		}
		if tt.entries == 2 && last.Summary.Text() != "Short" {
			t.Errorf("%s: the second item says %q, want its own text", tt.name, last.Summary.Text())
		}
	}
}

// allocated is how many bytes were allocated, in all, to read a document. It
// says what work was done, on a busy machine too.
func allocated(document string) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	Parse([]byte(document), "", "", feeds.Source{ID: "s"}, now)
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// F23, F25: a document may be hostile, its size alone says what it costs.
func TestF23F25HostileDocumentsCostWhatTheirSizeCosts(t *testing.T) {
	numbered := &strings.Builder{}
	for i := range 100_000 {
		fmt.Fprintf(numbered, `"a%d":1,`, i)
	}
	item := func(fields string) string { return rssOf(`<item><guid>1</guid><title>T</title>` + fields + `</item>`) }
	tests := []struct {
		name, document string
		perByte        int // some more than it takes today; an ordinary feed of small fields takes 15 to 30
	}{
		{"6 MB of empty items in JSON", jsonOf(strings.Repeat(`{},`, 2_000_000) + `{}`), 5},
		{"items that are lists", jsonOf(strings.Repeat(`[],`, 300_000) + `{}`), 5},
		{"items that are nothing", jsonOf(strings.Repeat(`null,`, 300_000) + `{}`), 5},
		{"an item of many fields", jsonOf(`{` + numbered.String() + `"id":"1"}`), 80},
		{"a JSON Feed of many fields", `{` + numbered.String() + `"version":"https://jsonfeed.org/version/1.1","items":[]}`, 80},
		{"empty items", rssOf(strings.Repeat(`<item/>`, 300_000)), 10},
		{"an item of many links", item(strings.Repeat(`<link>a</link>`, 20_000)), 120},
		{"an item of long attributes", item(`<a b="` + strings.Repeat("&", 300_000) + `"/>`), 80},
		{"elements in elements", item(strings.Repeat(`<q>`, 100_000)), 200},
		{"markup that never ends", item(`<description>` + strings.Repeat(`&lt;object>`, 30_000) + `</description>`), 100},
		{"ampersands", item(`<description>` + strings.Repeat(`&`, 300_000) + `</description>`), 100},
	}
	for _, tt := range tests {
		if got, most := allocated(tt.document), uint64(tt.perByte*len(tt.document)+1<<20); got > most {
			t.Errorf("%s: %d bytes of it take %d to read, want at most %d", tt.name, len(tt.document), got, most)
		}
	}
}

// F25: nesting and repetition take no more than their time.
func TestDocumentsAreBounded(t *testing.T) {
	tests := []struct {
		name, document string
		entries        int
	}{
		{"nested too deeply", "<rss><channel><item><title>T</title><description>" + strings.Repeat("<q>", 200_000) + "x" + strings.Repeat("</q>", 200_000) + "</description></item></channel></rss>", 1},
		{"nested and never closed", "<rss><channel><item><title>T</title><link>1</link><description>" + strings.Repeat("<q>", 200_000) + "x", 1},
		{"ends without beginnings", "<rss><channel><item><title>T</title></item>" + strings.Repeat("<a>", 50_000) + strings.Repeat("</b>", 50_000), 1},
		{"deep HTML", "<rss><channel><item><title>T</title><description>" + strings.Repeat("&lt;i&gt;", 100_000) + "</description></item></channel></rss>", 1},
		{"objects that never end", "<rss><channel><item><title>T</title><description>" + strings.Repeat("&lt;object&gt;", 50_000) + "</description></item></channel></rss>", 1},
		{"declarations that never end", "<rss><channel><item><title>T</title></item>" + strings.Repeat(`<!a[">`, 100_000), 1},
		{"comments that never end", "<rss><channel><item><title>T</title></item>" + strings.Repeat(`<!--a>`, 400_000), 1},
		{"ampersands", "<rss><channel><item><title>T" + strings.Repeat("&", 500_000) + "</title></item></channel></rss>", 1},
	}
	for _, tt := range tests {
		began := time.Now()
		feed, err := Understand([]byte(tt.document), "", "")
		if err != nil || len(feed.Entries) != tt.entries {
			t.Errorf("%s: %d entries, %v, want %d", tt.name, len(feed.Entries), err, tt.entries)
		}
		if took := time.Since(began); took > 15*time.Second {
			t.Errorf("%s: took %s", tt.name, took)
		}
	}
}

// F25: entities are not expanded, so that a bomb of them is a short text.
func TestF25EntityBombStaysASpark(t *testing.T) {
	bomb := &strings.Builder{}
	bomb.WriteString(`<!DOCTYPE rss [<!ENTITY l0 "ha">`)
	for i := 1; i <= 9; i++ {
		fmt.Fprintf(bomb, `<!ENTITY l%d "%s">`, i, strings.Repeat(fmt.Sprintf("&l%d;", i-1), 10))
	}
	bomb.WriteString(`]>`)
	document := rssOf(`<item><title>T &l9;</title></item>`)
	feed, err := Understand([]byte(bomb.String()+document), "", "")
	if err != nil || len(feed.Entries) != 1 || feed.Entries[0].Title != "T &l9;" {
		t.Fatalf("Understand = %+v, %v, want the title T &l9;", feed.Entries, err)
	}
	if !slices.Contains(feed.Warnings, "the document declares entities of its own; they are not expanded") {
		t.Errorf("warnings %q do not tell of the entities", feed.Warnings)
	}
	if got, plain := allocated(bomb.String()+document), allocated(document); got > plain+64<<10 {
		t.Errorf("with the bomb it takes %d bytes, without %d, want next to no difference", got, plain)
	}
}

// F25: a document says where its DTD and its entities are; nobody goes there.
func TestF25NoDTDAndNoEntityIsFetched(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer server.Close()
	for _, prologue := range []string{
		`<!DOCTYPE rss SYSTEM "` + server.URL + `/rss.dtd">`,
		`<!DOCTYPE rss PUBLIC "-//Wards//DTD RSS//EN" "` + server.URL + `/rss.dtd">`,
		`<!DOCTYPE rss [<!ENTITY x SYSTEM "` + server.URL + `/x.txt">]>`,
		`<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>`,
		`<!DOCTYPE rss [<!ENTITY % p SYSTEM "` + server.URL + `/p.dtd"> %p;]>`,
		`<?xml-stylesheet href="` + server.URL + `/rss.xsl"?>`,
	} {
		document := prologue + rssOf(`<item><title>T &x;</title></item>`)
		reading, err := Parse([]byte(document), "", server.URL+"/feed", feeds.Source{ID: "s"}, now)
		if err != nil || len(reading.Items) != 1 || reading.Items[0].Title != "T &x;" {
			t.Errorf("Parse(%s) = %+v, %v, want the reference left as text", document, reading.Items, err)
		}
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("the server was asked %d times, want never", n)
	}
}

// F25: nothing is nested more deeply than a stack can bear.
func TestF25NestingIsCapped(t *testing.T) {
	for _, tt := range []struct{ name, document string }{
		{"closed", rssOf(`<item><title>T</title><q>` + strings.Repeat(`<q>`, 500) + "x" + strings.Repeat(`</q>`, 500) + `</q></item>`)},
		{"never closed", `<rss><channel><item><guid>1</guid>` + strings.Repeat(`<q>`, 500)},
		{"channels in channels", `<rss>` + strings.Repeat(`<channel>`, 500)},
	} {
		doc := repair([]byte(tt.document), "")
		decoder, depth, deepest := xml.NewDecoder(strings.NewReader(string(doc.text))), 0, 0
		for {
			token, err := decoder.Token()
			if err != nil {
				break
			}
			switch token.(type) {
			case xml.StartElement:
				depth++
			case xml.EndElement:
				depth--
			}
			deepest = max(deepest, depth)
		}
		if deepest > maxDepth || deepest < maxDepth/2 {
			t.Errorf("%s: repair leaves %d elements within elements, want up to %d", tt.name, deepest, maxDepth)
		}
		if !slices.Contains(doc.warnings, "the document is nested too deeply; the inner tags were left out") {
			t.Errorf("%s: warnings %q do not tell of it", tt.name, doc.warnings)
		}
	}
}
