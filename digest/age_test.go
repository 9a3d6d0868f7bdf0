package digest

import (
	"testing"
	"time"
)

// RN-3: what is older than 30 days bears its date.
func TestOldNewsIsDated(t *testing.T) {
	town := time.FixedZone("town", 2*60*60)
	slot := time.Date(2026, 4, 7, 9, 0, 0, 0, town)
	for _, test := range []struct {
		why       string
		published time.Time
		want      bool
	}{
		{"today", slot, false},
		{"thirty days by the calendar, in the morning", time.Date(2026, 3, 8, 1, 0, 0, 0, town), false},
		{"thirty-one days by the calendar, less than that by the hour", time.Date(2026, 3, 7, 23, 0, 0, 0, town), true},
		{"the same moment told in another zone", time.Date(2026, 3, 7, 21, 0, 0, 0, time.UTC), true},
		{"a day ahead", slot.AddDate(0, 0, 1), false},
	} {
		if got := Dated(test.published, slot); got != test.want {
			t.Errorf("%s: Dated(%v, %v) = %v, want %v", test.why, test.published, slot, got, test.want)
		}
	}
}
