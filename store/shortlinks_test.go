package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weekward/feeds"
	"weekward/store"
	"weekward/store/storetest"
)

func TestShortLinksAreRememberedForGood(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		found := feeds.ShortLink{Address: "https://bit.ly/a", Target: "https://news.example.org/a", AskedAt: monday}
		dead := feeds.ShortLink{Address: "https://bit.ly/dead", AskedAt: monday}
		for _, links := range [][]feeds.ShortLink{{found, dead}, {{Address: found.Address, AskedAt: monday.Add(time.Hour)}}, nil} {
			if err := s.SaveShortLinks(t.Context(), links); err != nil {
				t.Fatalf("SaveShortLinks(%v) = %v", links, err)
			}
		}
		found.AskedAt = monday.Add(time.Hour)
		got, err := s.ShortLinks(t.Context(), []string{found.Address, dead.Address, "https://bit.ly/unknown"})
		want := map[string]feeds.ShortLink{found.Address: found, dead.Address: dead}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("ShortLinks = %v, -want +got:\n%s", err, diff)
		}
	})
}
