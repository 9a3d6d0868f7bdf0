package news

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"weekward/feeds"
)

// understand reads a document that is a feed.
func understand(t *testing.T, document string) Feed {
	t.Helper()
	feed, err := Understand([]byte(document), "", "https://feeds.example.org/x/feed.xml")
	if err != nil {
		t.Fatalf("Understand(%s) = %v", document, err)
	}
	return feed
}

func TestFeedIsFoundInWhateverSurroundsIt(t *testing.T) {
	rss := `<rss><channel><title>Wards</title><item><title>One</title><link>https://example.org/1</link></item></channel></rss>`
	tests := []struct{ name, document string }{
		{"a long comment in front", "<!--" + strings.Repeat(" licence ", 2000) + "-->" + rss},
		{"a warning of the server's in front", strings.Repeat("Warning: cannot modify header in /srv/www/feed.php on line 12\n", 200) + rss},
		{"a web page around it", "<html><body><pre>" + rss + "</pre></body></html>"},
		{"white space and a mark in front", "\n\n \xef\xbb\xbf" + rss},
		{"a charset nobody knows", `<?xml version="1.0" encoding="x-ward"?>` + rss},
		{"the last bracket missing", strings.TrimSuffix(rss, ">")},
		{"junk behind it", rss + "<script>track()</script>"},
		{"CDF of 1997", `<CHANNEL><TITLE>Wards</TITLE><ITEM HREF="https://example.org/1"><TITLE>One</TITLE></ITEM></CHANNEL>`},
		{"RDF", `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel><title>Wards</title></channel><item><title>One</title><link>https://example.org/1</link></item></rdf:RDF>`},
		{"Atom in a page", `<html><feed xmlns="http://www.w3.org/2005/Atom"><title>Wards</title><entry><title>One</title><link href="https://example.org/1"/></entry></feed></html>`},
		{"JSON with nothing for an item", `{"version":"https://jsonfeed.org/version/1","title":"Wards","items":[null,[],1,{"id":"1","url":"https://example.org/1","title":"One"}]}`},
		{"JSON with other types in other fields", `{"version":"https://jsonfeed.org/version/1","title":"Wards","expired":"no","hubs":1,"items":[{"_x":{},"id":"1","url":"https://example.org/1","title":"One"}]}`},
		{"JSON with a size in words", `{"version":"https://jsonfeed.org/version/1","title":"Wards","items":[{"id":"1","url":"https://example.org/1","title":"One","attachments":[{"url":"https://example.org/1.mp3","size_in_bytes":"big"}]}]}`},
		{"JSON with a number for an id", `{"version":"https://jsonfeed.org/version/1","title":"Wards","items":[{"id":1,"url":"https://example.org/1","title":"One"}]}`},
		{"JSON with an object for an id", `{"version":"https://jsonfeed.org/version/1","title":"Wards","items":[{"id":{},"url":"https://example.org/1","title":"One"}]}`},
		{"JSON with a tag that is no list", `{"version":"https://jsonfeed.org/version/1","title":"Wards","items":[{"id":"1","url":"https://example.org/1","title":"One","tags":"x"}]}`},
	}
	for _, tt := range tests {
		feed := understand(t, tt.document)
		if len(feed.Entries) != 1 || feed.Title != "Wards" || feed.Entries[0].Title != "One" || feed.Entries[0].Link != "https://example.org/1" {
			t.Errorf("%s: Understand = %q with %+v, want Wards with One", tt.name, feed.Title, feed.Entries)
		}
	}
}

func TestEntryLeadsToItsPage(t *testing.T) {
	tests := []struct{ name, item, link, original string }{
		{"its link", `<link>https://example.org/1</link><guid>https://example.org/?p=1</guid>`, "https://example.org/1", ""},
		{"a guid that is an address", `<guid>https://example.org/1</guid>`, "https://example.org/1", ""},
		{"not a guid that says it is none", `<guid isPermaLink="false">https://example.org/1</guid>`, "", ""},
		{"not a guid that is no address", `<guid>post-1</guid>`, "", ""},
		{"the page before the sound", `<link>https://example.org/1</link><enclosure url="https://example.org/1.mp3"/>`, "https://example.org/1", ""},
		{"the sound when there is no page", `<enclosure url="https://example.org/1.mp3"/>`, "https://example.org/1.mp3", ""},
		{"not a script", `<link>javascript:alert(1)</link>`, "", ""},
		{"behind a counter of clicks", `<link>https://feeds.example.net/~r/1</link><fb:origLink xmlns:fb="http://rssnamespace.org/feedburner/ext/1.0">https://example.org/1</fb:origLink>`,
			"https://feeds.example.net/~r/1", "https://example.org/1"},
	}
	for _, tt := range tests {
		e := understand(t, `<rss><channel><item><title>One</title>`+tt.item+`</item></channel></rss>`).Entries[0]
		if e.Link != tt.link || e.Original != tt.original {
			t.Errorf("%s: %s leads to %q, originally %q, want %q and %q", tt.name, tt.item, e.Link, e.Original, tt.link, tt.original)
		}
	}
}

func TestFieldsAreFoundUnderTheirOtherNames(t *testing.T) {
	const spaces = ` xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dcterms="http://purl.org/dc/terms/"`
	rss := func(item string) Feed {
		return understand(t, `<rss`+spaces+`><channel><title>W</title><item>`+item+`</item></channel></rss>`)
	}
	channel := func(fields string) Feed {
		return understand(t, `<rss`+spaces+`><channel>`+fields+`</channel></rss>`)
	}
	atom := func(fields string) Feed {
		return understand(t, `<feed xmlns="http://www.w3.org/2005/Atom"><entry>`+fields+`</entry></feed>`)
	}
	old := func(fields string) Feed {
		return understand(t, `<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry>`+fields+`</entry></feed>`)
	}
	tests := []struct {
		name string
		got  any
		want string
	}{
		{"title without markup or escapes", rss(`<title>A &amp;amp; &lt;b&gt;B&lt;/b&gt;</title>`).Entries[0].Title, "A & B"},
		{"text encoded twice", rss(`<title>regiÃ£o</title>`).Entries[0].Title, "região"},
		{"text that only looks like a declaration", rss(`<title>&lt;!DOCTYPE ~</title>`).Entries[0].Title, "<!DOCTYPE ~"},
		{"media:title", rss(`<media:title>One</media:title>`).Entries[0].Title, "One"},
		{"media:description", rss(`<media:group><media:description>One</media:description></media:group>`).Entries[0].Summary.Text(), "One"},
		{"summary beside a description", rss(`<summary>Short</summary><description>Long</description>`).Entries[0].Summary.Text(), "Short"},
		{"content:encoded", rss(`<content:encoded><![CDATA[<p>Long</p>]]></content:encoded>`).Entries[0].Content.Text(), "Long"},
		{"body", rss(`<body xmlns="http://www.w3.org/1999/xhtml"><p>Long</p></body>`).Entries[0].Content.Text(), "Long"},
		{"Atom 0.3 in base64", old(`<content type="text/html" mode="base64">PHA+TG9uZzwvcD4=</content>`).Entries[0].Content.Text(), "Long"},
		{"XHTML in Atom", atom(`<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Long</p></div></content>`).Entries[0].Content.Text(), "Long"},
		{"a name inside an author", rss(`<author><name>Ada Moss</name></author>`).Entries[0].Author, "Ada Moss"},
		{"a name behind an address", rss(`<author>ada@example.org (Ada Moss)</author>`).Entries[0].Author, "Ada Moss"},
		{"the channel's author", channel(`<author>ada@example.org (Ada Moss)</author>`).Author, "Ada Moss"},
		{"dc:creator", rss(`<dc:creator>Ada Moss</dc:creator>`).Entries[0].Author, "Ada Moss"},
		{"dcterms:issued", rss(`<dcterms:issued>2026-03-02</dcterms:issued>`).Entries[0].Published.Format(time.DateOnly), "2026-03-02"},
		{"dc:date", rss(`<dc:date>2026-03-02T10:00:00+01:00</dc:date>`).Entries[0].Published.Format(time.RFC3339), "2026-03-02T09:00:00Z"},
		{"a date in words", rss(`<pubDate>Mo, 02 Mär 2026 10:00:00 MESZ</pubDate>`).Entries[0].Published.Format(time.RFC3339), "2026-03-02T08:00:00Z"},
		{"LASTMOD of CDF", understand(t, `<CHANNEL><ITEM LASTMOD="2026-03-02"><TITLE>One</TITLE></ITEM></CHANNEL>`).Entries[0].Updated.Format(time.DateOnly), "2026-03-02"},
		{"the site, not the feed itself", channel(`<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="self" href="https://example.org/feed"/><link>https://example.org/</link>`).Link, "https://example.org/"},
		{"language with an underscore", channel(`<language>en_GB</language>`).Language, "en-GB"},
		{"feed's categories", channel(`<category>Wards</category><dc:subject>Records</dc:subject><itunes:keywords>a, b</itunes:keywords><itunes:category text="Health"><itunes:category text="Nursing"/></itunes:category>`).Categories,
			"[Wards a b Health Nursing Records]"},
		{"item's categories", rss(`<category>Wards</category><category>Wards</category><media:category label="Records">r</media:category>`).Entries[0].Categories, "[Wards Records r]"},
		{"Atom's categories", atom(`<category term="wards" label="Wards"/>`).Entries[0].Categories, "[Wards wards]"},
		{"item's picture", rss(`<media:thumbnail url="/a.png"/>`).Entries[0].Image, "https://feeds.example.org/a.png"},
		{"feed's picture", channel(`<itunes:image href="/a.png"/>`).Image, "https://feeds.example.org/a.png"},
		{"a relative id", atom(`<id>1</id>`).Entries[0].GUID, "https://feeds.example.org/x/1"},
		{"an id that is no address", atom(`<id>tag:example.org,2026:1</id>`).Entries[0].GUID, "tag:example.org,2026:1"},
	}
	for _, tt := range tests {
		if got := fmt.Sprint(tt.got); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestDatesThatCannotBeAreNone(t *testing.T) {
	tests := []struct {
		date    string
		want    time.Time
		undated bool
	}{
		{"Mon, 02 Mar 2026 09:30:00 GMT", time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC), false},
		{"Wed, 04 Mar 2026 05:00:00 GMT", now.Add(23 * time.Hour), false}, // a zone too far
		{"Thu, 05 Mar 2026 09:30:00 GMT", now, true},
		{"Mon, 02 Mar 2215 09:30:00 GMT", now, true},
		{"Thu, 01 Jan 1970 00:00:00 GMT", now, true},
		{"soon", now, true},
		{"", now, true},
	}
	for _, tt := range tests {
		document := `<rss><channel><item><title>One</title><link>https://example.org/1</link><pubDate>` + tt.date + `</pubDate></item></channel></rss>`
		reading, err := Parse([]byte(document), "", "", feeds.Source{ID: "s"}, now)
		if err != nil {
			t.Fatal(err)
		}
		it := reading.Items[0]
		warned := strings.Contains(strings.Join(reading.Warnings, "\n"), "without a usable date")
		if !it.Published.Equal(tt.want) || it.Undated != tt.undated || warned != tt.undated {
			t.Errorf("pubDate %q: published %s, undated %t, warned %t, want %s, %t", tt.date, it.Published, it.Undated, warned, tt.want, tt.undated)
		}
	}
}
