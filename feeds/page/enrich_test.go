package page

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weekward/feeds"
)

const thinArticle = `<html lang=de><head><title>Gemeinsame Akten helfen den Kliniken – Stationsblatt</title><meta name=author content="Käthe Groß">
<meta name=description content="Der Landkreis erprobt ein Jahr lang gemeinsame Akten in vier Kliniken, und nach dem ersten halben Jahr ist die Zahl der Fehler gesunken."></head></html>`

const description = "Der Landkreis erprobt ein Jahr lang gemeinsame Akten in vier Kliniken, und nach dem ersten halben Jahr ist die Zahl der Fehler gesunken."

func thin(address, path string) feeds.Item {
	return feeds.Item{ID: "id" + path, Source: "s", URL: address + path, Title: "Akten", FirstSeen: now, Published: now.Add(-time.Hour)}
}

// TestEX1WordsOfAPage: what the page says where the feed says too little.
func TestEX1WordsOfAPage(t *testing.T) {
	long := strings.Repeat("Vier Kliniken teilen ihre Akten und zählen ihre Fehler. ", 20)
	tests := []struct {
		why     string
		item    feeds.Item
		article Article
		want    feeds.Words
	}{
		{"the description is enough", thin("https://a.example.org", "/akten"), Article{Title: "Gemeinsame Akten", Excerpt: description, Text: long, Byline: "Käthe Groß", Lang: "de"},
			feeds.Words{FeedTitle: "Akten", Title: "Gemeinsame Akten", Summary: description, Excerpt: description, Author: "Käthe Groß", Lang: "de"}},
		{"a short description leaves the word to the text", thin("https://a.example.org", "/1"), Article{Title: "Gemeinsame Akten", Excerpt: "Vier Kliniken.", Text: long},
			feeds.Words{Summary: strings.TrimSpace(long), Excerpt: strings.TrimSpace(long[:strings.Index(long, ".")+1] + " " + long[:strings.Index(long, ".")+1] + " " + long[:strings.Index(long, ".")+1])}},
		{"a title that only resembles the address is the feed's own", feeds.Item{ID: "x", URL: "https://a.example.org/gemeinsame-akten", Title: "Gemeinsame Akten"}, Article{Title: "Akten | Blatt"}, feeds.Words{}},
		{"nothing at all", thin("https://a.example.org", "/1"), Article{}, feeds.Words{}},
		{"nothing but the title again", thin("https://a.example.org", "/1"), Article{Text: "Akten"}, feeds.Words{Summary: "Akten"}},
	}
	for _, tt := range tests {
		tt.want.Item = tt.item.ID
		if diff := cmp.Diff(tt.want, wordsOf(tt.item, tt.article)); diff != "" {
			t.Errorf("%s: wordsOf (-want +got):\n%s", tt.why, diff)
		}
	}
}
