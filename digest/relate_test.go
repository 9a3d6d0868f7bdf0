package digest

import (
	"slices"
	"strings"
	"testing"

	"weekward/feeds"
)

func TestRelatedNewsFollowsItsRules(t *testing.T) {
	for _, test := range []struct {
		why    string
		change func(w *Week)
		gone   string
	}{
		{"printed in a last issue", func(w *Week) { w.Past = []PastStory{{Issue: 30, ID: "old-plat"}} }, "old-plat"},
		{"its page was", func(w *Week) {
			w.Past = []PastStory{{Issue: 30, URL: "https://bulletin.example.org/old-plat/"}}
		}, "old-plat"},
		{"in another language", func(w *Week) { w.Items[13].Lang = "nl" }, "old-plat"},
		{"pinned as a story", func(w *Week) { w.Edits = []Edit{{Item: "old-plat", Pin: true}} }, "old-plat"},
		{"nothing in common", func(w *Week) { w.Items[13].Title, w.Items[13].Summary = "A choir sings", "In the park." }, "old-plat"},
	} {
		w := quietWeek()
		if got := related0(Compose(w, DefaultOptions())); !slices.Contains(got, test.gone) {
			t.Fatalf("related = %v, want %s among them before the change", got, test.gone)
		}
		test.change(&w)
		if got := related0(Compose(w, DefaultOptions())); slices.Contains(got, test.gone) || len(got) == 0 {
			t.Errorf("%s: related = %v, want others than %s", test.why, got, test.gone)
		}
	}
}

func TestRelatedNewsIsNeverPadded(t *testing.T) {
	o := DefaultOptions()
	o.Threshold = 0.99
	for _, s := range Compose(quietWeek(), o).Stories {
		if len(s.Related) != 0 {
			t.Errorf("%s has related news %v above 0.99", s.ID, s.Related)
		}
	}
	o.Threshold, o.Related = 0.1, 0
	if got := related0(Compose(quietWeek(), o)); len(got) != 0 {
		t.Errorf("no related news was asked for, got %v", got)
	}
}

func TestRelatedNewsIsOfDifferentStories(t *testing.T) {
	w := quietWeek()
	again := w.Items[13] // old-plat, as another outlet told it on the same day
	again.ID, again.Source, again.Outlet, again.URL = "again", "reader", "reader", "https://reader.example.org/again"
	w.Items = append(w.Items, again)
	got := related0(Compose(w, DefaultOptions()))
	if slices.Contains(got, "again") && slices.Contains(got, "old-plat") {
		t.Errorf("related = %v: one story twice", got)
	}
}

func TestNoOutletHasMoreThanTwoRelated(t *testing.T) {
	w := quietWeek()
	for i := range w.Items {
		if strings.HasPrefix(w.Items[i].ID, "old-") {
			w.Items[i].Outlet = "journal"
		}
	}
	if got := related0(Compose(w, DefaultOptions())); len(got) != 2 {
		t.Errorf("related of one outlet = %v, want two", got)
	}
}

func TestTextFromOutsideHasRelatedNews(t *testing.T) {
	text := feeds.Item{Title: "What rural telehealth needs", Summary: "Clinics far from towns see specialists by video.", Lang: "en", Published: hours(2)}
	list := RelatedTo(quietWeek(), text, 3, DefaultOptions())
	if len(list) != 3 {
		t.Fatalf("RelatedTo = %v, want three", list)
	}
	for _, r := range list {
		if len(r.Why) == 0 || r.Score <= 0 || r.Score != rounded(r.Score) {
			t.Errorf("%q: score %v because of %q", r.Title, r.Score, r.Why)
		}
	}
	if got := RelatedTo(quietWeek(), feeds.Item{Title: "Ζώα του δάσους", Lang: "el"}, 3, DefaultOptions()); got == nil || len(got) != 0 {
		t.Errorf("RelatedTo of a text unlike all = %v, want an empty list", got)
	}
}

func TestRelatedToAnItemLeavesOutItsOwnStory(t *testing.T) {
	w := quietWeek()
	for _, article := range []feeds.Item{w.Items[0], {Title: "Another title", URL: w.Items[0].URL, Lang: "en", Published: hours(1)}} {
		for _, r := range RelatedTo(w, article, 10, DefaultOptions()) {
			if strings.HasPrefix(r.ID, "tele") {
				t.Errorf("%s is related to its own story %q", r.ID, article.Title)
			}
		}
	}
}
