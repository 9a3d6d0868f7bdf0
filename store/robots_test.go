package store_test

import (
	"testing"
	"time"

	"weekward/store"
	"weekward/store/storetest"
)

func TestF26RobotsAreKeptForTheirTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		keep := func(site, text string, now time.Time) {
			t.Helper()
			if err := s.SaveRobots(t.Context(), site, text, now, now.Add(24*time.Hour)); err != nil {
				t.Fatalf("SaveRobots(%q) = %v", site, err)
			}
		}
		kept := func(site, want string, until time.Time) {
			t.Helper()
			text, got, err := s.Robots(t.Context(), site)
			if text != want || !got.Equal(until) || err != nil {
				t.Errorf("Robots(%q) = %q until %s, %v, want %q until %s", site, text, got, err, want, until)
			}
		}
		kept("https://a.example.org", "", time.Time{})
		keep("https://a.example.org", "Disallow: /old", monday)
		keep("https://a.example.org", "Disallow: /new", monday.Add(time.Hour))
		kept("https://a.example.org", "Disallow: /new", monday.Add(25*time.Hour))
		keep("https://b.example.org", "Disallow: /b", monday.Add(30*time.Hour))
		kept("https://a.example.org", "", time.Time{}) // its day is over
		kept("https://b.example.org", "Disallow: /b", monday.Add(54*time.Hour))
	})
}
