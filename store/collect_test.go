package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weekward/feeds"
	"weekward/store"
	"weekward/store/storetest"
)

func item(id string) feeds.Item {
	return feeds.Item{
		ID: id, Source: "ward-notes", Outlet: "Ward Notes", GUID: "guid-" + id, URL: "https://news.example.org/" + id,
		Title: "Title " + id, Summary: "Summary", Excerpt: "Excerpt", Author: "A. Author", Lang: "en", Section: "research",
		Topic: "devices", Weight: 1.5, Published: monday.Add(-time.Hour), FirstSeen: monday,
	}
}

func manyItems(n int) []feeds.Item {
	items := make([]feeds.Item, n)
	for i := range items {
		items[i] = item(fmt.Sprintf("item-%05d", i))
	}
	return items
}

func reading(items []feeds.Item, posts ...feeds.Post) feeds.Reading {
	return feeds.Reading{
		Visit: feeds.Visit{
			Source: "ward-notes", URL: "https://news.example.org/feed", ETag: `W/"a-1"`, LastModified: "Mon, 02 Mar 2026 08:00:00 GMT",
			Title: "Ward Notes", First: monday, Last: monday, Next: monday.Add(time.Hour), Status: 200, Items: len(items),
		},
		Items: items, Posts: posts,
	}
}

func save(t *testing.T, s *store.Store, r feeds.Reading, now time.Time) int {
	t.Helper()
	fresh, err := s.SaveReadings(t.Context(), []feeds.Reading{r}, now)
	if err != nil || len(fresh) != 1 {
		t.Fatalf("SaveReadings = %v, %v, want one count", fresh, err)
	}
	return fresh[0]
}

func TestReadingComesBackAsItWasSaved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := reading([]feeds.Item{item("a")}, post("p"))
		if fresh := save(t, s, r, monday); fresh != 2 {
			t.Errorf("SaveReadings() = %d fresh, want 2", fresh)
		}
		visits, err := s.Visits(t.Context())
		if diff := cmp.Diff(map[string]feeds.Visit{"ward-notes": r.Visit}, visits); err != nil || diff != "" {
			t.Errorf("Visits() = %v, -want +got:\n%s", err, diff)
		}
		it, err := s.Item(t.Context(), "a")
		if diff := cmp.Diff(item("a"), it); err != nil || diff != "" {
			t.Errorf("Item(a) = %v, -want +got:\n%s", err, diff)
		}
		posts, err := s.Posts(t.Context(), "", monday.Add(-time.Hour), monday.Add(time.Hour))
		if diff := cmp.Diff([]feeds.Post{post("p")}, posts); err != nil || diff != "" {
			t.Errorf("Posts() = %v, -want +got:\n%s", err, diff)
		}
	})
}

func TestReadingTwiceFindsNothingFresh(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := reading(manyItems(1200), post("p"))
		if fresh := save(t, s, r, monday); fresh != 1201 {
			t.Errorf("first SaveReadings() = %d fresh, want 1201", fresh)
		}
		if fresh := save(t, s, r, monday.Add(time.Hour)); fresh != 0 {
			t.Errorf("second SaveReadings() = %d fresh, want 0", fresh)
		}
	})
}

func TestEditedItemKeepsWhenItWasFirstSeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		save(t, s, reading([]feeds.Item{item("a")}), monday)
		edited := item("a")
		edited.Title, edited.URL, edited.FirstSeen = "New title", "https://news.example.org/moved", monday.Add(48*time.Hour)
		edited.Published = monday.Add(2 * time.Hour)
		save(t, s, reading([]feeds.Item{edited}), monday.Add(48*time.Hour))

		want := edited
		want.FirstSeen = monday
		got, err := s.ItemByURL(t.Context(), edited.URL)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("ItemByURL() = %v, -want +got:\n%s", err, diff)
		}
	})
}

func TestUndatedItemKeepsItsFirstDate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		undated := item("a")
		undated.Undated, undated.Published = true, monday
		save(t, s, reading([]feeds.Item{undated}), monday)
		undated.Published = monday.Add(72 * time.Hour)
		save(t, s, reading([]feeds.Item{undated}), monday.Add(72*time.Hour))

		if got, err := s.Item(t.Context(), "a"); err != nil || !got.Published.Equal(monday) || !got.Undated {
			t.Errorf("Item(a) published %v, undated %v, %v, want %v, true", got.Published, got.Undated, err, monday)
		}
	})
}

func TestFeedThatRepeatsAnItemIsSaved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		second := item("a")
		second.Title = "Second"
		if fresh := save(t, s, reading([]feeds.Item{item("a"), second}), monday); fresh != 1 {
			t.Errorf("SaveReadings() = %d fresh, want 1", fresh)
		}
		if got, err := s.Item(t.Context(), "a"); err != nil || got.Title != "Second" {
			t.Errorf("Item(a).Title = %q, %v, want the last one", got.Title, err)
		}
	})
}

func TestTextThatPostgresRefusesIsStored(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		odd := item("a")
		odd.GUID, odd.Author = "nul\x00guid", "bad\xffoctet"
		save(t, s, reading([]feeds.Item{odd}), monday)
		if got, err := s.Item(t.Context(), "a"); err != nil || got.GUID != "nulguid" || got.Author != "bad\ufffdoctet" {
			t.Errorf("Item(a) = %q, %q, %v, want both cleaned", got.GUID, got.Author, err)
		}
	})
}

func TestUnchangedReadingOnlyMovesTheVisit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		save(t, s, reading([]feeds.Item{item("a")}), monday)
		r := reading(nil)
		r.Unchanged, r.Visit.Status, r.Visit.Last = true, 304, monday.Add(time.Hour)
		if fresh := save(t, s, r, monday.Add(time.Hour)); fresh != 0 {
			t.Errorf("SaveReadings(304) = %d fresh, want 0", fresh)
		}
		visits, _ := s.Visits(t.Context())
		if v := visits["ward-notes"]; v.Status != 304 || !v.Last.Equal(monday.Add(time.Hour)) {
			t.Errorf("Visits() = %+v, want status 304 an hour later", v)
		}
		if _, err := s.Item(t.Context(), "a"); err != nil {
			t.Errorf("Item(a) = %v, want it kept", err)
		}
	})
}

func TestItemsAreFoundByWordsInAnyCase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b, c := item("a"), item("b"), item("c")
		a.Title, a.Summary = "ÜBERWACHUNG am Bett", "Sensor_1 misst 100% der Zeit"
		b.Title, b.Published = "Another", monday.Add(-48*time.Hour)
		c.Source = "other"
		if _, err := s.SaveItems(t.Context(), []feeds.Item{a, b, c}, monday); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			why    string
			filter store.ItemFilter
			want   string
		}{
			{"everything, newest first", store.ItemFilter{}, "a c b"},
			{"case of letters outside ASCII", store.ItemFilter{Words: "überwachung BETT"}, "a"},
			{"each word must occur", store.ItemFilter{Words: "bett another"}, ""},
			{"percent is a sign, not a pattern", store.ItemFilter{Words: "10%d"}, ""},
			{"percent is found", store.ItemFilter{Words: "100%"}, "a"},
			{"underscore is a sign, not a pattern", store.ItemFilter{Words: "r_m"}, ""},
			{"source", store.ItemFilter{Source: "other"}, "c"},
			{"before", store.ItemFilter{Before: monday.Add(-24 * time.Hour)}, "b"},
			{"since", store.ItemFilter{Since: monday.Add(time.Second)}, ""},
			{"limit", store.ItemFilter{Limit: 1}, "a"},
		} {
			items, err := s.Items(t.Context(), c.filter)
			got := ""
			for _, it := range items {
				got += " " + it.ID
			}
			if err != nil || got != "" && got[1:] != c.want || got == "" && c.want != "" {
				t.Errorf("%s: Items(%+v) = %q, %v, want %q", c.why, c.filter, got, err, c.want)
			}
		}
		if _, err := s.Item(t.Context(), "none"); !errors.Is(err, store.ErrNoItem) {
			t.Errorf("Item(none) = %v, want ErrNoItem", err)
		}
	})
}

func TestRegisterOfSourcesAndChats(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		src := feeds.Source{
			ID: "ward-notes", Kind: feeds.KindPage, URL: "https://news.example.org/", Title: "Ward Notes", Section: "research",
			Topic: "devices", Weight: 1.5, Lang: "en", Selectors: feeds.Selectors{Item: "article", Title: "h2"},
		}
		if err := s.AddSource(t.Context(), src, monday); err != nil {
			t.Fatalf("AddSource: %v", err)
		}
		same := src
		same.ID = "again"
		if err := s.AddSource(t.Context(), same, monday); !errors.Is(err, store.ErrSourceTaken) {
			t.Errorf("AddSource(same address) = %v, want ErrSourceTaken", err)
		}
		sources, err := s.Sources(t.Context())
		if diff := cmp.Diff([]feeds.Source{src}, sources); err != nil || diff != "" {
			t.Errorf("Sources() = %v, -want +got:\n%s", err, diff)
		}
		if err := s.RemoveSource(t.Context(), "ward-notes"); err != nil {
			t.Errorf("RemoveSource: %v", err)
		}
		if err := s.RemoveSource(t.Context(), "ward-notes"); !errors.Is(err, store.ErrNoSource) {
			t.Errorf("RemoveSource(again) = %v, want ErrNoSource", err)
		}

		chat := feeds.Chat{Tag: "wardchat", Title: "Ward Chat", Zone: "Europe/Rome", Weekday: time.Friday, Start: "13:00", Minutes: 60,
			Style: "T", Moderators: []string{"ann"}, Policy: feeds.NamedWithLink, Networks: []string{"mastodon", "file"}}
		if err := s.AddChat(t.Context(), chat, monday); err != nil {
			t.Fatalf("AddChat: %v", err)
		}
		if err := s.AddChat(t.Context(), chat, monday); !errors.Is(err, store.ErrChatTaken) {
			t.Errorf("AddChat(again) = %v, want ErrChatTaken", err)
		}
		chats, err := s.Chats(t.Context())
		if diff := cmp.Diff([]feeds.Chat{chat}, chats); err != nil || diff != "" {
			t.Errorf("Chats() = %v, -want +got:\n%s", err, diff)
		}
	})
}

// S5: a feed whose guids all changed at once makes no new items, then and later.
func TestFeedThatRenamesEverythingMakesNoNews(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		later := func(items []feeds.Item, hours int) int {
			r := reading(items)
			r.Visit.Last = monday.Add(time.Duration(hours) * time.Hour)
			return save(t, s, r, r.Visit.Last)
		}
		save(t, s, reading(manyItems(20)), monday)
		renamed := manyItems(20)
		for i := range renamed {
			renamed[i].ID, renamed[i].GUID = "new-"+renamed[i].ID, "new"
		}
		renamed[0].URL = "https://news.example.org/news"
		if fresh := later(renamed, 1); fresh != 1 {
			t.Errorf("after new guids under 19 of 20 links: %d fresh, want 1", fresh)
		}
		turned := append(manyItems(40)[20:], renamed[12:]...)
		if fresh := later(turned, 2); fresh != 20 {
			t.Errorf("after 20 new items beside 8 renamed ones: %d fresh, want 20", fresh)
		}
		if it, err := s.Item(t.Context(), "item-00019"); err != nil || it.GUID != "new" || !it.FirstSeen.Equal(monday) {
			t.Errorf("Item(item-00019) = %+v, %v, want it known by its old name, with its new guid", it, err)
		}
	})
}

// S5: one page that carries all the news of a feed identifies none of it.
func TestSharedLinkDoesNotMakeNewsOld(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		items := func(prefix string) []feeds.Item {
			list := manyItems(5)
			for i := range list {
				list[i].ID, list[i].URL = prefix+list[i].ID, "https://status.example.org/"
			}
			return list
		}
		save(t, s, reading(items("old")), monday)
		r := reading(items("new"))
		r.Visit.Last = monday.Add(time.Hour)
		if fresh := save(t, s, r, r.Visit.Last); fresh != 5 {
			t.Errorf("five new items under one link: %d fresh, want 5", fresh)
		}
	})
}

// F14: what is known of a move, and since when a source fails, outlives the process.
func TestVisitComesBackWhole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := reading(nil)
		r.Visit.Failures, r.Visit.FailingSince, r.Visit.Error, r.Visit.Pace = 3, monday.Add(-48*time.Hour), "x", 90*time.Minute
		r.Visit.Skips = feeds.Skips{Hours: 1<<23 | 1, Days: 1<<6 | 1}
		r.Visit.Move = feeds.Move{Now: "https://new.example.org/feed", To: "https://newer.example.org/feed", Since: monday, Reads: 2}
		save(t, s, r, monday)
		visits, err := s.Visits(t.Context())
		if diff := cmp.Diff(map[string]feeds.Visit{"ward-notes": r.Visit}, visits); err != nil || diff != "" {
			t.Errorf("Visits() = %v, -want +got:\n%s", err, diff)
		}
	})
}
