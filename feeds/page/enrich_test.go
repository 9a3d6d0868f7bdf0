package page

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"weekward/feeds"
)

const thinArticle = `<html lang=de><head><title>Gemeinsame Akten helfen den Kliniken – Stationsblatt</title><meta name=author content="Käthe Groß">
<meta name=description content="Der Landkreis erprobt ein Jahr lang gemeinsame Akten in vier Kliniken, und nach dem ersten halben Jahr ist die Zahl der Fehler gesunken."></head></html>`

func thin(address, path string) feeds.Item {
	return feeds.Item{ID: "id" + path, Source: "s", URL: address + path, Title: "Akten", FirstSeen: now, Published: now.Add(-time.Hour)}
}

func TestEnrichFillsWhatTheFeedLeftOut(t *testing.T) {
	f, address, _ := site(t, map[string]string{"/akten": thinArticle, "/gemeinsame-akten": thinArticle})
	full := thin(address, "/akten")
	full.ID, full.Summary = "full", strings.Repeat("Genug gesagt. ", 10)
	kept := thin(address, "/gemeinsame-akten")
	kept.Author, kept.Lang, kept.Summary, kept.Title = "Ada Moss", "en", "Kurz.", "Gemeinsame akten"
	items := []feeds.Item{thin(address, "/akten"), full, kept}
	before := slices.Clone(items)
	got := Enrich(t.Context(), f, items)
	if !slices.Equal(items, before) {
		t.Error("Enrich changed the items it was given")
	}
	if it := got[0]; !strings.HasPrefix(it.Summary, "Der Landkreis erprobt") || !strings.HasPrefix(it.Excerpt, "Der Landkreis erprobt") || it.Author != "Käthe Groß" || it.Lang != "de" {
		t.Errorf("Enrich of a thin item = %+v, want summary, excerpt, author and language of its page", it)
	}
	if it := got[0]; it.ID != before[0].ID || it.URL != before[0].URL || !it.Published.Equal(before[0].Published) {
		t.Errorf("Enrich = %+v, want ID, URL and date as they were", it)
	}
	if got[1] != full {
		t.Errorf("Enrich of an item that says enough = %+v, want it as it was", got[1])
	}
	if it := got[2]; it.Author != "Ada Moss" || it.Lang != "en" || it.Title != "Gemeinsame Akten helfen den Kliniken" {
		t.Errorf("Enrich = %+v, want the feed's author and language kept, and the title that its address stood for", it)
	}
}

func TestEnrichAsksForFewPagesAndSaysForWhich(t *testing.T) {
	pages := map[string]string{"/robots.txt": "User-agent: *\nDisallow: /closed"}
	var items []feeds.Item
	f, address, asked := site(t, pages)
	for i := range 15 {
		path := fmt.Sprintf("/%d", i)
		pages[path] = thinArticle
		items = append(items, thin(address, path))
	}
	_, ids := (&Enricher{Fetch: f}).Enrich(t.Context(), items)
	if len(ids) != EnrichMost || len(*asked) != EnrichMost+1 || ids[0] != "id/0" {
		t.Errorf("Enrich asked for %q with %d requests, want %d pages and robots.txt", ids, len(*asked), EnrichMost)
	}
	*asked = nil
	_, ids = (&Enricher{Fetch: f, Most: 3}).Enrich(t.Context(), []feeds.Item{thin(address, "/closed/1"), thin(address, "/1"), thin(address, "/gone"), thin(address, "/2")})
	if want := []string{"id/closed/1", "id/1", "id/gone"}; !slices.Equal(ids, want) || slices.Contains(*asked, "/closed/1") {
		t.Errorf("Enrich asked for %q with %q, want %q, and nothing that robots.txt closes", ids, *asked, want)
	}
}

func TestEnrichLeavesAHostThatFailsAlone(t *testing.T) {
	f, address, asked := site(t, map[string]string{})
	var items []feeds.Item
	for i := range 6 {
		items = append(items, thin(address, fmt.Sprintf("/gone/%d", i)))
	}
	got, ids := (&Enricher{Fetch: f}).Enrich(t.Context(), items)
	if len(*asked) != 1+enrichFailures || len(ids) != enrichFailures || !slices.Equal(got, items) {
		t.Errorf("Enrich asked for %q, want robots.txt and %d pages; items %+v", *asked, enrichFailures, got)
	}
}

func TestEnrichStopsWhenAsked(t *testing.T) {
	f, address, _ := site(t, map[string]string{"/1": thinArticle})
	ctx, stop := context.WithCancel(t.Context())
	stop()
	items := []feeds.Item{thin(address, "/1")}
	if got, ids := (&Enricher{Fetch: f}).Enrich(ctx, items); len(ids) != 0 || !slices.Equal(got, items) {
		t.Errorf("Enrich after a stop asked for %q, want nothing", ids)
	}
}
