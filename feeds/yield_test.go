package feeds

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestYieldCountsEachItemInItsWeek(t *testing.T) {
	now := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
	days := map[string][]int{"daily": {0, 1, 6, 7, 8, 55}, "old": {57, 400}, "ahead": {-1}} // how long ago
	since := func(_ context.Context, from time.Time) (map[string]int, error) {
		counts := map[string]int{}
		for source, ages := range days {
			for _, age := range ages {
				if !now.AddDate(0, 0, -age).Before(from) {
					counts[source]++
				}
			}
		}
		return counts, nil
	}
	got, err := Yields(t.Context(), since, now)
	if err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string]Yield{"daily": {1, 0, 0, 0, 0, 0, 1, 4}, "old": {}, "ahead": {0, 0, 0, 0, 0, 0, 0, 1}} {
		if got[source] != want {
			t.Errorf("Yields()[%q] = %v, want %v", source, got[source], want)
		}
	}
	if n := got["daily"].Total(); n != 6 {
		t.Errorf("Total() = %d, want 6", n)
	}
	broken := errors.New("no database")
	if _, err := Yields(t.Context(), func(context.Context, time.Time) (map[string]int, error) { return nil, broken }, now); !errors.Is(err, broken) {
		t.Errorf("Yields() = %v, want the counter's error", err)
	}
}
