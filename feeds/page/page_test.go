package page

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"weekward/feeds"
	"weekward/feeds/fetch"
)

var update = flag.Bool("update", false, "renew the .json beside the pages in testdata")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var now = time.Date(2026, 3, 3, 6, 0, 0, 0, time.UTC)

var listing = feeds.Selectors{Item: "li.bericht", Title: "h3", Link: "h3 a@href", Date: "time@datetime", Summary: ".intro", Author: ".door"}

func page(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/listing.html")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func parse(t *testing.T, s feeds.Selectors) (feeds.Reading, error) {
	t.Helper()
	return Parse(page(t), "text/html", "https://zorg.example.org/nieuws?p=1", feeds.Source{ID: "zorg", Kind: feeds.KindPage, Weight: 1, Selectors: s}, now)
}

func TestSelectorsBecomeItems(t *testing.T) {
	reading, err := parse(t, listing)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	encoder := json.NewEncoder(&got)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(struct {
		Title    string
		Warnings []string
		Items    []feeds.Item
	}{reading.Visit.Title, reading.Warnings, reading.Items}); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("testdata/listing.json", []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/listing.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("Parse(listing.html) (-want +got):\n%s", diff)
	}
}

func TestTheItemAloneIsEnough(t *testing.T) {
	for _, item := range []string{"li.bericht", "li.bericht h3 a"} {
		reading, err := parse(t, feeds.Selectors{Item: item})
		if err != nil || len(reading.Items) != 2 || reading.Items[0].Title != "Eén dossier & iedereen" || reading.Items[0].URL != "https://zorg.example.org/nieuws/een" {
			t.Errorf("Parse with item = %q: %+v, %v, want two items with title and link", item, reading.Items, err)
		}
	}
}

func TestDateLayoutOfThePage(t *testing.T) {
	html := `<p class=n><a href="/a">A title of some length</a> <i>02|03|26</i></p>`
	src := feeds.Source{ID: "s", Selectors: feeds.Selectors{Item: ".n", Date: "i", DateLayout: "02|01|06"}}
	reading, err := Parse([]byte(html), "", "https://example.org/", src, now)
	if err != nil || len(reading.Items) != 1 || reading.Items[0].Published.Format(time.DateOnly) != "2026-03-02" {
		t.Errorf("Parse = %+v, %v, want 2 March", reading.Items, err)
	}
}

func TestSelectorThatMatchesNothingIsNamed(t *testing.T) {
	with := func(change func(*feeds.Selectors)) feeds.Selectors {
		s := listing
		change(&s)
		return s
	}
	tests := []struct {
		name  string
		s     feeds.Selectors
		field string
		words string
	}{
		{"no item", feeds.Selectors{Title: "h3"}, "item", "is missing"},
		{"item", with(func(s *feeds.Selectors) { s.Item = "div.nieuws" }), "item", "matches nothing on the page"},
		{"title", with(func(s *feeds.Selectors) { s.Title = "h1" }), "title", "matches nothing inside the items"},
		{"attribute", with(func(s *feeds.Selectors) { s.Date = "time@when" }), "date", "matches nothing inside the items"},
		{"not CSS", with(func(s *feeds.Selectors) { s.Link = "a[" }), "link", "is not CSS"},
		{"item not CSS", with(func(s *feeds.Selectors) { s.Item = "li::" }), "item", "is not CSS"},
	}
	for _, tt := range tests {
		_, err := parse(t, tt.s)
		var selector *SelectorError
		if !errors.As(err, &selector) || selector.Field != tt.field || !strings.Contains(err.Error(), tt.words) {
			t.Errorf("%s: Parse = %v, want selector %s that %s", tt.name, err, tt.field, tt.words)
		}
	}
}

func TestEmptyPageIsAnError(t *testing.T) {
	if _, err := Parse([]byte(" \n"), "", "https://example.org/", feeds.Source{Selectors: listing}, now); err == nil {
		t.Error("Parse of an empty page = nil, want an error")
	}
}

func TestNamedFeedsInTheirOrderCommentsLast(t *testing.T) {
	found, err := Named(page(t), "text/html", "https://zorg.example.org/")
	want := []Found{
		{"https://zorg.example.org/nieuws/atom", "Zorgblad", "application/atom+xml; charset=utf-8"},
		{"https://zorg.example.org/rss", "", "application/rss+xml"},
		{"https://zorg.example.org/comments/feed", "Reacties (comments)", "application/rss+xml"},
	}
	if diff := cmp.Diff(want, found); err != nil || diff != "" {
		t.Errorf("Named (-want +got), %v:\n%s", err, diff)
	}
}

// site is a server of one site, and how often it was asked.
func site(t *testing.T, pages map[string]string) (f *fetch.Fetcher, address string, asked *[]string) {
	t.Helper()
	asked = &[]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked = append(*asked, r.URL.Path)
		body, ok := pages[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		io.WriteString(w, body)
	}))
	f = fetch.New(fetch.Options{Allow: []string{strings.TrimPrefix(server.URL, "http://")}})
	t.Cleanup(server.Close)
	t.Cleanup(f.Close)
	return f, server.URL, asked
}

func TestDiscoverFindsTheFeedOfASite(t *testing.T) {
	const rss = "<?xml version='1.0'?><!-- x --><rss version='2.0'></rss>"
	tests := []struct {
		name  string
		pages map[string]string
		want  string // path of the first feed
		asks  int
	}{
		{"the address is a feed", map[string]string{"/": rss}, "/", 1},
		{"a JSON Feed", map[string]string{"/": `{"version":"https://jsonfeed.org/version/1"}`}, "/", 1},
		{"the page names it", map[string]string{"/": `<link rel=alternate type=application/rss+xml href=/news.rss>`}, "/news.rss", 1},
		{"in a usual place", map[string]string{"/": "<html>", "/feed": "<html>", "/atom.xml": "<feed xmlns='http://www.w3.org/2005/Atom'/>"}, "/atom.xml", 5},
		{"nowhere", map[string]string{"/": "<html>"}, "", 9},
	}
	for _, tt := range tests {
		f, address, asked := site(t, tt.pages)
		found, err := Discover(t.Context(), f, address+"/")
		switch {
		case tt.want == "" && !errors.Is(err, ErrNoFeed):
			t.Errorf("%s: Discover = %v, %v, want %v", tt.name, found, err, ErrNoFeed)
		case tt.want != "" && (err != nil || len(found) == 0 || found[0].URL != address+tt.want):
			t.Errorf("%s: Discover = %v, %v, want %s", tt.name, found, err, tt.want)
		}
		if len(*asked) != tt.asks {
			t.Errorf("%s: asked for %v, want %d requests", tt.name, *asked, tt.asks)
		}
	}
}

func TestReaderReadsAPage(t *testing.T) {
	f, address, _ := site(t, map[string]string{"/nieuws": string(page(t))})
	reader := &Reader{Fetch: f, Now: func() time.Time { return now }}
	reading, err := reader.Read(t.Context(), feeds.Source{ID: "zorg", URL: address + "/nieuws", Selectors: listing}, feeds.Visit{})
	if err != nil || len(reading.Items) != 2 || reading.Visit.Status != 200 || reading.Visit.Title != "Nieuws | Zorgblad" {
		t.Errorf("Read = %+v, %v, want two items", reading, err)
	}
	reading, err = reader.Read(t.Context(), feeds.Source{ID: "zorg", URL: address + "/weg", Selectors: listing}, feeds.Visit{})
	var status *fetch.StatusError
	if !errors.As(err, &status) || reading.Visit.Status != 404 {
		t.Errorf("Read of a missing page = %+v, %v, want a 404", reading, err)
	}
}

func TestFeedsOfCapturedPages(t *testing.T) {
	const folder = "../../../shared/data/extract/"
	index, err := os.Open(folder + "expected.jsonl")
	if err != nil {
		t.Skip("the captured pages are not here")
	}
	defer index.Close()
	lines := bufio.NewScanner(index)
	lines.Buffer(nil, 1<<20)
	pages, wrong := 0, 0
	for lines.Scan() {
		var want struct {
			File, URL string
			Feeds     []string
		}
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(folder + "files/" + want.File)
		if err != nil || want.Feeds == nil {
			continue
		}
		found, err := Named(data, "", want.URL)
		if err != nil {
			t.Errorf("%s: %v", want.File, err)
		}
		pages++
		var got []string
		for _, f := range found {
			got = append(got, f.URL)
		}
		slices.Sort(got)
		slices.Sort(want.Feeds)
		if !slices.Equal(got, want.Feeds) {
			wrong++
			t.Logf("%s: got %q, want %q", want.File, got, want.Feeds)
		}
	}
	if wrong*20 > pages {
		t.Errorf("the feeds of %d of %d pages differ", wrong, pages)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`<base href=//x><p class=n><a href=/a>A</a><i>1</i></p>`), ".n", "a@href", "i")
	f.Fuzz(func(_ *testing.T, data []byte, item, link, date string) {
		src := feeds.Source{ID: "s", Selectors: feeds.Selectors{Item: item, Link: link, Date: date}}
		_, _ = Parse(data, "", "https://example.org/", src, now)
		_, _ = Named(data, "", "https://example.org/")
	})
}
