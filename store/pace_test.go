package store_test

import (
	"context"
	"testing"
	"time"

	"weekward/store"
	"weekward/store/storetest"
)

func TestBookedMomentsFollowEachOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, now := context.Background(), time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
		for i, c := range []struct {
			name string
			now  time.Time
			n    int
			want time.Time
		}{
			{"the first is at once", now, 10, now},
			{"another sender comes after it", now, 5, now.Add(10 * time.Second)},
			{"what was not used is gone", now.Add(time.Second), 1, now.Add(15 * time.Second)},
			{"nothing is saved up", now.Add(time.Hour), 1, now.Add(time.Hour)},
			{"a clock that was set back is believed", now, 1, now},
		} {
			got, err := s.Book(ctx, "a", c.n, time.Second, c.now)
			if err != nil || !got.Equal(c.want) {
				t.Errorf("%d, %s: Book(%d) = %s, %v, want %s", i, c.name, c.n, got, err, c.want)
			}
		}
	})
}

// Each connection of each sender waits for a moment that it has booked.
func TestSlowRateIsKeptByManyConnections(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
		for i := range 20 {
			got, err := s.Book(context.Background(), "a", 1, time.Minute, now)
			if want := now.Add(time.Duration(i) * time.Minute); err != nil || !got.Equal(want) {
				t.Fatalf("Book no. %d of one a minute = %s, %v, want %s", i, got, err, want)
			}
		}
	})
}

func TestRationsOfADayAreSharedAndEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		ration := func(day string, want, granted int) {
			t.Helper()
			if got, err := s.Ration(ctx, "a", "news@example.org", day, want, 10); err != nil || got != granted {
				t.Errorf("Ration(%s, %d of 10) = %d, %v, want %d", day, want, got, err, granted)
			}
		}
		ration("2026-03-03", 4, 4)
		ration("2026-03-03", 4, 4)
		ration("2026-03-03", 4, 2)
		ration("2026-03-03", 4, 0)
		ration("2026-03-05", 1, 1)
		before, begun, err := s.WarmupDay(ctx, "news@example.org", "2026-03-05")
		if err != nil || before != 1 || begun != 1 {
			t.Errorf("WarmupDay(5 March) = %d, %d, %v, want one day before it and one mail", before, begun, err)
		}
		if before, begun, err = s.WarmupDay(ctx, "other@example.org", "2026-03-05"); err != nil || before != 0 || begun != 0 {
			t.Errorf("WarmupDay(another address) = %d, %d, %v, want 0, 0", before, begun, err)
		}
	})
}
