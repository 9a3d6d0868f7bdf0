package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"weekward/store"
	"weekward/store/storetest"
)

func TestTopicsKeepTheLastWeightUntilTheyAreRemoved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		if got, err := s.Topics(ctx); err != nil || len(got) != 0 {
			t.Errorf("Topics() of a new database = %v, %v, want none", got, err)
		}
		for _, w := range []struct {
			word   string
			weight float64
		}{{"virtual ward", 1}, {"nl:zorg", 0.5}, {"υγεία", 0}, {"virtual ward", 2.5}, {"gone", 5}} {
			if err := s.SaveTopic(ctx, w.word, w.weight); err != nil {
				t.Fatalf("SaveTopic(%q, %v) = %v", w.word, w.weight, err)
			}
		}
		for range 2 { // the second time there is nothing to remove
			if err := s.RemoveTopic(ctx, "gone"); err != nil {
				t.Errorf("RemoveTopic(gone) = %v", err)
			}
		}
		want := map[string]float64{"virtual ward": 2.5, "nl:zorg": 0.5, "υγεία": 0}
		got, err := s.Topics(ctx)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("Topics() = %v, -want +got:\n%s", err, diff)
		}
	})
}

func TestTopicOutsideItsRangeIsNotStored(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, weight := range []float64{-0.5, 5.5} {
			if err := s.SaveTopic(t.Context(), "telehealth", weight); err == nil {
				t.Errorf("SaveTopic(telehealth, %v) = nil, want an error", weight)
			}
		}
	})
}
