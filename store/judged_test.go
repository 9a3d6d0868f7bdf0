package store_test

import (
	"fmt"
	"testing"

	"weekward/digest"
	"weekward/feeds"
	"weekward/store"
	"weekward/store/storetest"
)

func TestWeekKnowsWhatTheEditorChoseBefore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		save(t, s, reading([]feeds.Item{item("kept"), item("dropped"), item("noted"), item("old"), item("now")}), monday)
		for issue, edits := range map[int][]digest.Edit{
			30: {{Item: "kept", Order: 2}, {Item: "dropped", Drop: true}, {Item: "noted", Note: "Read this."}, {Item: "a post", Pin: true}},
			4:  {{Item: "old", Pin: true}},
			31: {{Item: "now", Pin: true}},
		} {
			for _, e := range edits {
				if err := s.SaveEdit(t.Context(), issue, e); err != nil {
					t.Fatalf("SaveEdit(%d, %v): %v", issue, e, err)
				}
			}
		}
		w, err := s.Week(t.Context(), week(31))
		if err != nil {
			t.Fatalf("Week: %v", err)
		}
		var got []string
		for _, j := range w.Judged {
			got = append(got, fmt.Sprint(j.Issue, " ", j.Title, " ", j.Kept))
		}
		want := fmt.Sprint([]string{"30 " + item("dropped").Title + " false", "30 " + item("kept").Title + " true"})
		if fmt.Sprint(got) != want {
			t.Errorf("Week(31).Judged = %v, want %v: news kept or dropped in the half year before", got, want)
		}
	})
}
