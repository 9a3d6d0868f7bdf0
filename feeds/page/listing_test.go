package page

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weekward/feeds"
)

var listingSource = feeds.Source{ID: "ward", Kind: feeds.KindPage, Weight: 1}

// told is what a list test looks at of an item.
func told(items []feeds.Item) []string {
	var all []string
	for _, it := range items {
		day := "undated"
		if !it.Undated {
			day = it.Published.Format(time.DateOnly)
		}
		all = append(all, fmt.Sprintf("%s | %s | %s | %s", it.Title, strings.TrimPrefix(it.URL, "https://ward.example.org"), day, it.Summary))
	}
	return all
}

func TestListIsFoundWithoutSelectors(t *testing.T) {
	data, err := os.ReadFile("testdata/frontpage.html")
	if err != nil {
		t.Fatal(err)
	}
	reading, err := Parse(data, "", "https://ward.example.org/news", listingSource, now)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Shared records halve handover errors | /news/shared-records | 2026-03-02 | Nurses in four hospitals tried a shared record for a year and counted what went wrong.",
		"Paper charts return after an outage | /news/outage | 2026-03-01 | ",
		"The county keeps the fee for video visits | /2026/02/27/video | 2026-02-27 | The board found no sign of more visits than needed, it says in its report.",
		"Pharmacies rehearse a day without the network | /news/rehearsal | 2026-02-26 | ",
	}
	if diff := cmp.Diff(want, told(reading.Items)); diff != "" {
		t.Errorf("Parse(frontpage.html) (-want +got):\n%s", diff)
	}
	if len(reading.Warnings) != 1 || !strings.Contains(reading.Warnings[0], "a list of 4 articles was found") {
		t.Errorf("Warnings = %q, want one that says what was found", reading.Warnings)
	}
}

func TestListForMachinesComesFirst(t *testing.T) {
	const links = `<ul><li><a href=/1>A link that is long enough to be taken</a><li><a href=/2>Another one that is long enough</a><li><a href=/3>A third one that is long enough</a></ul>`
	tests := []struct{ why, script, want string }{
		{"ItemList", `{"@type":"ItemList","itemListElement":[{"@type":"ListItem","url":"/a","name":"One"},{"@type":"ListItem","url":"/b","name":"Two"},{"@type":"ListItem","item":{"@type":"NewsArticle","url":"/c","headline":"Three","datePublished":"2026-03-01"}}]}`, "One Two Three"},
		{"articles in a graph", `{"@graph":[{"@type":"NewsArticle","url":"/a","headline":"One"},{"@type":"NewsArticle","url":"/b","headline":"Two"},{"@type":"BlogPosting","mainEntityOfPage":"/c","headline":"Three"}]}`, "One Two Three"},
		{"breadcrumbs are no list", `{"@type":"BreadcrumbList","itemListElement":[{"@type":"ListItem","item":"/a","name":"One"},{"@type":"ListItem","item":"/b","name":"Two"},{"@type":"ListItem","item":"/c","name":"Three"}]}`, "A Another A"},
		{"two are no list", `[{"@type":"NewsArticle","url":"/a","headline":"One"},{"@type":"NewsArticle","url":"/b","headline":"Two"}]`, "A Another A"},
	}
	for _, tt := range tests {
		reading, err := Parse([]byte(`<script type=application/ld+json>`+tt.script+`</script>`+links), "", "https://ward.example.org/", listingSource, now)
		var got []string
		for _, it := range reading.Items {
			word, _, _ := strings.Cut(it.Title, " ")
			got = append(got, word)
		}
		if err != nil || strings.Join(got, " ") != tt.want {
			t.Errorf("%s: Parse = %q, %v, want %q", tt.why, got, err, tt.want)
		}
	}
}

func TestPageWithoutAListSaysSo(t *testing.T) {
	for _, markup := range []string{"", "<p>Nothing here</p>", `<nav><a href=/a>News</a><a href=/b>About us</a></nav>`, `<p><a href=/1>One single link that is long enough</a></p>`} {
		if reading, err := Parse([]byte(markup), "", "https://ward.example.org/", listingSource, now); !errors.Is(err, ErrNoList) {
			t.Errorf("Parse(%q) = %d items, %v, want %v", markup, len(reading.Items), err, ErrNoList)
		}
	}
}

func FuzzList(f *testing.F) {
	data, err := os.ReadFile("testdata/frontpage.html")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`<script type=application/ld+json>{"@type":"ItemList","itemListElement":[{"@type":"ListItem","item":[]}]}</script>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		reading, err := Parse(data, "", "https://ward.example.org/", listingSource, now)
		if err == nil && (len(reading.Items) < leastListed || len(reading.Items) > maxItems) {
			t.Errorf("Parse(%q) = %d items", data, len(reading.Items))
		}
	})
}
