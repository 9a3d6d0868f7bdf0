package page

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weekward/feeds"
)

const newsSitemap = `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://ward.example.org/1</loc><lastmod>2026-03-02</lastmod>
 <news:news><news:publication><news:name>Ward Notes</news:name><news:language>en</news:language></news:publication>
 <news:publication_date>2026-03-01T08:00:00+01:00</news:publication_date><news:title>Shared &amp;amp; kept</news:title></news:news>
 <image:image><image:loc>https://ward.example.org/1.jpg</image:loc><image:title>A desk</image:title></image:image></url>
<url><loc><![CDATA[ /2 ]]></loc><lastmod>2026-02-20T10:00:00Z</lastmod></url>
<url><lastmod>2026-02-20</lastmod></url>
</urlset>`

func TestNewsSitemapHasTitlesAndDates(t *testing.T) {
	got, err := ParseSitemap([]byte(newsSitemap), "https://ward.example.org/news.xml")
	want := []SitemapEntry{
		{URL: "https://ward.example.org/1", Title: "Shared & kept", Outlet: "Ward Notes", Lang: "en",
			Published: time.Date(2026, 3, 1, 7, 0, 0, 0, time.UTC), Modified: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)},
		{URL: "https://ward.example.org/2", Modified: time.Date(2026, 2, 20, 10, 0, 0, 0, time.UTC)},
	}
	if diff := cmp.Diff(want, got.Entries); err != nil || diff != "" {
		t.Errorf("ParseSitemap, %v (-want +got):\n%s", err, diff)
	}
}

func TestSitemapThatBreaksOffCountsAsFarAsItGoes(t *testing.T) {
	cut := newsSitemap[:strings.Index(newsSitemap, "2026-02-20T10")]
	got, err := ParseSitemap([]byte(cut), "https://ward.example.org/")
	if err != nil || len(got.Entries) != 1 {
		t.Errorf("ParseSitemap of a cut file = %d entries, %v, want 1", len(got.Entries), err)
	}
}

func TestWhatIsNoSitemapIsRefused(t *testing.T) {
	for _, text := range []string{"", "<html></html>", "<rss></rss>", "{}", "\x1f\x8b broken"} {
		if _, err := ParseSitemap([]byte(text), "https://ward.example.org/"); err == nil {
			t.Errorf("ParseSitemap(%q) = nil, want an error", text)
		}
	}
}

func TestPublishedSitemaps(t *testing.T) {
	const folder = "../../../shared/data/sitemaps/"
	tests := []struct {
		file           string
		entries, index int
		first          string
	}{
		{"sitemap.xml", 84, 0, "https://www.sitemaps.org/"},
		{"sitemap.xml.gz", 84, 0, "https://www.sitemaps.org/"},
		{"sitemap2.xml", 0, 2, "http://www.example.com/sitemap1.xml.gz"},
		{"sitemap-hreflang.xml", 3, 1, "http://www.example.com/english/page.html"},
	}
	for _, tt := range tests {
		data, err := os.ReadFile(folder + tt.file)
		if err != nil {
			t.Skip("the published sitemaps are not here")
		}
		got, err := ParseSitemap(data, "https://a.example.org/")
		all := append(got.Entries, got.Index...)
		if err != nil || len(got.Entries) != tt.entries || len(got.Index) != tt.index || all[0].URL != tt.first {
			t.Errorf("ParseSitemap(%s) = %d entries, %d sitemaps, %v, want %d and %d from %s", tt.file, len(got.Entries), len(got.Index), err, tt.entries, tt.index, tt.first)
		}
	}
}

// zipped is a text packed with gzip.
func zipped(text string) string {
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	_, _ = zip.Write([]byte(text))
	_ = zip.Close()
	return b.String()
}

func TestReaderFollowsAnIndexOfSitemaps(t *testing.T) {
	index := func(places ...string) string {
		var b strings.Builder
		for _, p := range places {
			fmt.Fprintf(&b, "<sitemap><loc>%s</loc></sitemap>", p)
		}
		return "<sitemapindex>" + b.String() + "</sitemapindex>"
	}
	entry := func(place, day string) string {
		return "<urlset><url><loc>/</loc></url><url><loc>" + place + "</loc><lastmod>" + day + "</lastmod></url></urlset>"
	}
	f, address, asked := site(t, map[string]string{
		"/robots.txt":    "User-agent: *\nDisallow: /closed",
		"/sitemap.xml":   index("/old.xml", "/closed.xml", "/news.xml", "/sitemap.xml", "https://elsewhere.test/x.xml", "/missing.xml"),
		"/old.xml":       zipped(entry("/2026/shared-records-help-nurses-10234.html", "2026-02-01")),
		"/news.xml":      index("/deep.xml"),
		"/deep.xml":      strings.Replace(entry("/outage", "2026-03-01"), "</urlset>", "<url><loc>/bad</loc></url></urlset>", 1) + index("/deeper.xml"),
		"/closed.xml":    entry("/secret", "2026-03-01"),
		"/deeper.xml":    entry("/too-deep", "2026-03-01"),
		"/elsewhere.xml": entry("/no", "2026-03-01"),
	})
	reader := &Reader{Fetch: f, Now: func() time.Time { return now }}
	reading, err := reader.Read(t.Context(), feeds.Source{ID: "ward", Kind: feeds.KindPage, URL: address + "/sitemap.xml", Weight: 1}, feeds.Visit{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, it := range reading.Items {
		got = append(got, fmt.Sprint(it.Title, it.Published.Format(" 2006-01-02 "), it.Undated, strings.TrimPrefix(it.URL, address)))
	}
	want := []string{"Outage 2026-03-01 false/outage", "Shared records help nurses 2026-02-01 false/2026/shared-records-help-nurses-10234.html", "Bad 2026-03-03 true/bad"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Read (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"/robots.txt", "/sitemap.xml", "/news.xml", "/deep.xml", "/old.xml", "/missing.xml"}, *asked); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
	if warnings := strings.Join(reading.Warnings, "\n"); !strings.Contains(warnings, "stay away") || !strings.Contains(warnings, "404") {
		t.Errorf("Warnings = %q, want the closed and the missing sitemap", warnings)
	}
}

func TestIndexesOfIndexesEnd(t *testing.T) {
	f, address, asked := site(t, map[string]string{
		"/1": "<sitemapindex><sitemap><loc>/2</loc></sitemap></sitemapindex>", "/2": "<sitemapindex><sitemap><loc>/3</loc></sitemap></sitemapindex>",
		"/3": "<sitemapindex><sitemap><loc>/4</loc></sitemap></sitemapindex>",
	})
	reading, err := (&Reader{Fetch: f}).Read(t.Context(), feeds.Source{ID: "s", Kind: feeds.KindPage, URL: address + "/1"}, feeds.Visit{})
	if err == nil || len(reading.Items) != 0 || len(*asked) != 4 {
		t.Errorf("Read = %v after %v, want an error after robots.txt and three levels", err, *asked)
	}
}

func TestDiscoverNamesSitemapsWhenThereIsNoFeed(t *testing.T) {
	f, address, _ := site(t, map[string]string{"/": "<html>", "/robots.txt": "User-agent: *\nDisallow: /rss\nSitemap: /news-sitemap.xml"})
	found, err := Discover(t.Context(), f, address+"/")
	if diff := cmp.Diff([]Found{{URL: address + "/news-sitemap.xml", Type: SitemapType}}, found); !errors.Is(err, ErrNoFeed) || diff != "" {
		t.Errorf("Discover, %v (-want +got):\n%s", err, diff)
	}
}

func TestDiscoverLeavesClosedPlacesAlone(t *testing.T) {
	f, address, asked := site(t, map[string]string{"/": "<html>", "/robots.txt": "User-agent: *\nDisallow: /feed\nDisallow: /rss", "/feed": "<rss></rss>"})
	_, err := Discover(t.Context(), f, address+"/")
	if !errors.Is(err, ErrNoFeed) || strings.Contains(strings.Join(*asked, " "), "/feed") || strings.Contains(strings.Join(*asked, " "), "/rss") {
		t.Errorf("Discover = %v after %v, want no feed, and /feed and /rss not asked for", err, *asked)
	}
}

func TestWordsOfAnAddress(t *testing.T) {
	tests := []struct{ address, want string }{
		{"https://a.example.org/2026/shared-records-help", "Shared records help"},
		{"https://a.example.org/n/shared_records.html", "Shared records"},
		{"https://a.example.org/n/records-1234567/", "Records"},
		{"https://a.example.org/n/covid-19-records", "Covid 19 records"},
		{"https://a.example.org/%CE%B1%CE%B2%CE%B3-%CE%B4", "Αβγ δ"},
		{"https://a.example.org/1234567", ""},
		{"https://a.example.org/", ""},
	}
	for _, tt := range tests {
		if got := titleFromAddress(tt.address); got != tt.want {
			t.Errorf("titleFromAddress(%q) = %q, want %q", tt.address, got, tt.want)
		}
	}
}

func FuzzParseSitemap(f *testing.F) {
	f.Add([]byte(newsSitemap))
	f.Add([]byte(zipped(newsSitemap)))
	f.Add([]byte("<sitemapindex>" + strings.Repeat("<sitemap>", 100)))
	f.Add([]byte(`<!DOCTYPE x [<!ENTITY a "&a;&a;">]><urlset><url><loc>&a;</loc></url></urlset>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := ParseSitemap(data, "https://a.example.org/")
		if err == nil && len(got.Entries)+len(got.Index) > maxEntries {
			t.Errorf("ParseSitemap(%q) = %d entries", data, len(got.Entries))
		}
	})
}
