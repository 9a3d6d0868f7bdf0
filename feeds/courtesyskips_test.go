package feeds

import (
	"testing"
	"time"
)

// F9: the next visit is moved out of the hours and days that a feed names, in
// UTC; one that leaves no time within the week is not believed.
func TestNextReadKeepsOutOfSkippedHoursAndDays(t *testing.T) {
	all := make([]int, 24)
	for hour := range all {
		all[hour] = hour
	}
	const tue, wed = time.Tuesday, time.Wednesday
	// Read on Tuesday 3 March 2026 at 06:00, so next at 07:00 by itself.
	tests := []struct {
		name  string
		hours []int
		days  []time.Weekday
		want  string
	}{
		{"none", nil, nil, "2026-03-03T07:00:00Z"},
		{"another hour", []int{6, 8}, nil, "2026-03-03T07:00:00Z"},
		{"that hour", []int{7}, nil, "2026-03-03T08:00:00Z"},
		{"hours in a row", []int{7, 8, 9}, nil, "2026-03-03T10:00:00Z"},
		{"over midnight", append([]int{0, 1}, all[7:]...), nil, "2026-03-04T02:00:00Z"},
		{"that day", nil, []time.Weekday{tue}, "2026-03-04T00:00:00Z"},
		{"two days and the hour after", []int{0}, []time.Weekday{tue, wed}, "2026-03-05T01:00:00Z"},
		{"all hours", all, nil, "2026-03-03T07:00:00Z"},
		{"all days", nil, []time.Weekday{0, 1, 2, 3, 4, 5, 6}, "2026-03-03T07:00:00Z"},
		{"what is no hour and no day", []int{-1, 24, 1000}, []time.Weekday{-1, 7}, "2026-03-03T07:00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newSourceLife(t)
			l.works()
			l.reading.SkipHours, l.reading.SkipDays = tt.hours, tt.days
			if got := l.read(0, false).Next.Format(time.RFC3339); got != tt.want {
				t.Errorf("skipping hours %v and days %v: next read at %s, want %s", tt.hours, tt.days, got, tt.want)
			}
		})
	}
}

// F9: what is skipped holds while the document does not change and while it
// cannot be read, and never makes a wait longer than the longest.
func TestSkippedHoursOutliveNotModifiedAndFailures(t *testing.T) {
	l := newSourceLife(t)
	l.works()
	l.reading.SkipHours = []int{8, 9}
	l.read(0, false)
	l.reading = Reading{Visit: Visit{Status: 304, ETag: `"1"`}, Unchanged: true}
	if v := l.read(time.Hour, false); !v.Next.Equal(tuesday.Add(4 * time.Hour)) {
		t.Errorf("after a 304 at 07:00: next at %s, want 10:00", v.Next)
	}
	l.fails(500)
	if v := l.read(50*time.Minute, true); !v.Next.Equal(tuesday.Add(4 * time.Hour)) {
		t.Errorf("after a failure at 07:50: next at %s, want 10:00", v.Next)
	}
	l.works()
	l.reading.MaxAge, l.reading.SkipDays = 30*day, []time.Weekday{time.Tuesday}
	if v := l.read(0, true); v.Next.Sub(l.now) != 7*day {
		t.Errorf("a feed that asks for 30 days: next in %s, want the 7 days that are the most", v.Next.Sub(l.now))
	}
}

// F8: a moment between two seconds is rounded so that nobody is asked too early.
func TestRoundedTimesAskNobodyTooEarly(t *testing.T) {
	l := newSourceLife(t)
	l.works()
	if v := l.read(1500*time.Millisecond, false); v.Next.Sub(l.now) < time.Hour || v.Next.Nanosecond() != 0 {
		t.Errorf("read at %s: next at %s, want a whole second at least an hour later", l.now, v.Next)
	}
}
