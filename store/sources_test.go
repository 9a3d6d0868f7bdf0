package store_test

import (
	"testing"

	"weekward/feeds"
	"weekward/store"
	"weekward/store/storetest"
)

// All hashtags of a network are read at one address.
func TestTwoTagsOfOneServerAreTwoSources(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, tag := range []string{"wardchat", "sleepchat"} {
			src := feeds.Source{ID: tag, Kind: feeds.KindBluesky, URL: "https://bsky.example.org", Tag: tag, Weight: 1}
			if err := s.AddSource(t.Context(), src, monday); err != nil {
				t.Errorf("AddSource(%+v) = %v", src, err)
			}
		}
		got, err := s.Sources(t.Context())
		if err != nil || len(got) != 2 || got[0].Kind != feeds.KindBluesky {
			t.Errorf("Sources() = %+v, %v, want both tags", got, err)
		}
	})
}
