package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weekward/digest"
	"weekward/feeds"
	"weekward/store"
	"weekward/store/storetest"
)

func week(number int) digest.Week {
	return digest.Week{Number: number, Slot: monday.Add(24 * time.Hour), From: monday.AddDate(0, 0, -7), Freeze: monday}
}

func TestWeekHoldsWhatWasThereBeforeTheFreeze(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		old, last, late := item("old"), item("last"), item("late")
		old.Published = monday.AddDate(0, -2, 0)
		last.Published = monday.Add(-time.Microsecond)
		late.Published = monday
		before, first, after := post("before"), post("first"), post("after")
		before.At = monday.AddDate(0, 0, -14).Add(-time.Second)
		first.At = monday.AddDate(0, 0, -14)
		after.At = monday
		save(t, s, reading([]feeds.Item{late, old, last}, before, first, after), monday)

		w, err := s.Week(t.Context(), week(3))
		if err != nil {
			t.Fatalf("Week: %v", err)
		}
		if got := fmt.Sprintf("%d %s %s", len(w.Items), w.Items[0].ID, w.Items[1].ID); got != "2 last old" {
			t.Errorf("Week().Items = %s, want 2 last old", got)
		}
		if len(w.Posts) != 1 || w.Posts[0].ID != "first" {
			t.Errorf("Week().Posts = %v, want only the first", w.Posts)
		}
	})
}

func TestWeekRemembersEightIssues(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for n := 1; n <= 12; n++ {
			putIssue(t, s, n, digest.Issue{Number: n, Stories: []digest.Story{{
				ID: fmt.Sprint("story-", n), URL: "https://news.example.org/s", Title: "Story",
				Related: []digest.Related{{ID: fmt.Sprint("related-", n), URL: "https://news.example.org/r", Title: "Related"}},
			}}})
		}
		w, err := s.Week(t.Context(), week(11))
		if err != nil {
			t.Fatalf("Week: %v", err)
		}
		if len(w.Past) != 16 || w.Past[0].ID != "story-10" || w.Past[1].ID != "related-10" || w.Past[15].ID != "related-3" {
			t.Errorf("Week(11).Past = %v, want stories and related items of issues 10 to 3", w.Past)
		}
	})
}

func TestEditsBelongToTheirIssue(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		edits := []digest.Edit{
			{Item: "a", Drop: true},
			{Item: "b", Pin: true, Order: 2, Note: "note", Title: "title", Text: "text", Evidence: digest.PressRelease},
		}
		for _, e := range edits {
			if err := s.SaveEdit(t.Context(), 3, digest.Edit{Item: e.Item, Note: "older"}); err != nil {
				t.Fatalf("SaveEdit: %v", err)
			}
			if err := s.SaveEdit(t.Context(), 3, e); err != nil {
				t.Fatalf("SaveEdit: %v", err)
			}
		}
		if err := s.SaveEdit(t.Context(), 4, digest.Edit{Item: "a", Pin: true}); err != nil {
			t.Fatal(err)
		}
		w, err := s.Week(t.Context(), week(3))
		if diff := cmp.Diff(edits, w.Edits); err != nil || diff != "" {
			t.Errorf("Week(3).Edits = %v, -want +got:\n%s", err, diff)
		}
		if err := s.SaveEdit(t.Context(), 3, digest.Edit{Item: "a"}); err != nil {
			t.Fatal(err)
		}
		if left, err := s.Edits(t.Context(), 3); err != nil || len(left) != 1 {
			t.Errorf("Edits(3) after one was taken back = %v, %v, want one", left, err)
		}
	})
}

func TestWeekTakesTheNewestItems(t *testing.T) {
	s := storetest.Open(t)
	items := manyItems(20_010)
	for i := range items {
		items[i].Published = monday.Add(-time.Duration(i+1) * time.Second)
	}
	if _, err := s.SaveItems(t.Context(), items, monday); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	w, err := s.Week(t.Context(), week(1))
	if err != nil || len(w.Items) != 20_000 || w.Items[0].ID != "item-00000" || w.Items[19_999].ID != "item-19999" {
		t.Errorf("Week() = %d items, %v, want the newest 20,000", len(w.Items), err)
	}
	t.Logf("read in %v", time.Since(began))
}
