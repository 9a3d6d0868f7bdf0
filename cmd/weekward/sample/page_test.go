package sample

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"weekward/feeds"
)

func TestSelectorsFitThePage(t *testing.T) {
	sources := Sources("http://127.0.0.1")
	src := sources[slices.IndexFunc(sources, func(s feeds.Source) bool { return s.Kind == feeds.KindPage })]
	page, err := goquery.NewDocumentFromReader(bytes.NewReader(file("county-board.html", slot)))
	if err != nil {
		t.Fatal(err)
	}
	notices, fresh := page.Find(src.Selectors.Item), 0
	notices.Each(func(i int, notice *goquery.Selection) {
		link, attribute, _ := strings.Cut(src.Selectors.Link, "@")
		address, _ := notice.Find(link).Attr(attribute)
		day, err := time.Parse(src.Selectors.DateLayout, strings.TrimSpace(notice.Find(src.Selectors.Date).Text()))
		if err != nil {
			t.Errorf("notice %d: %v", i, err)
		}
		if !day.Before(slot.AddDate(0, 0, -6)) {
			fresh++
		}
		text := notice.Find(src.Selectors.Summary).Text()
		if n := len(feeds.Excerpt(text, src.Lang)); n < 110 || strings.HasSuffix(feeds.Excerpt(text, src.Lang), "…") {
			t.Errorf("notice %d: no good excerpt in %q", i, text)
		}
		if notice.Find(src.Selectors.Title).Text() == "" || !strings.HasPrefix(address, "https://county-board.example.org/notices/") {
			t.Errorf("notice %d: title %q, link %q", i, notice.Find(src.Selectors.Title).Text(), address)
		}
	})
	if notices.Length() != 4 || fresh != 2 {
		t.Errorf("%d notices, %d of them of this week, want 4 and 2", notices.Length(), fresh)
	}
}
