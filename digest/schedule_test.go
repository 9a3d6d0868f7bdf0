package digest

import (
	"fmt"
	"testing"
	"time"
)

func TestNextSlot(t *testing.T) {
	tuesday := Schedule{Weekday: time.Tuesday, Hour: 7, Location: zoneNamed(t, "Europe/London")}
	night := Schedule{Weekday: time.Sunday, Hour: 2, Minute: 30, Location: zoneNamed(t, "Europe/Berlin")}
	for _, c := range []struct {
		why   string
		s     Schedule
		after string
		want  string
	}{
		{"later the same day", tuesday, "2026-03-03T06:59:59Z", "2026-03-03T07:00:00Z"},
		{"on the minute means next week", tuesday, "2026-03-03T07:00:00Z", "2026-03-10T07:00:00Z"},
		{"clocks go forward", tuesday, "2026-03-25T12:00:00Z", "2026-03-31T06:00:00Z"},
		{"clocks go back", tuesday, "2026-10-20T12:00:00Z", "2026-10-27T07:00:00Z"},
		{"over new year", tuesday, "2026-12-29T07:00:00Z", "2027-01-05T07:00:00Z"},
		{"the clocks skip 02:30, so at 03:00", night, "2026-03-28T00:00:00Z", "2026-03-29T01:00:00Z"},
		{"the clocks show 02:30 twice, so at the first", night, "2026-10-24T00:00:00Z", "2026-10-25T00:30:00Z"},
		{"between the two showings means next week", night, "2026-10-25T00:45:00Z", "2026-11-01T01:30:00Z"},
		{"half an hour's change",
			Schedule{Weekday: time.Sunday, Hour: 2, Minute: 10, Location: zoneNamed(t, "Australia/Lord_Howe")},
			"2026-10-03T00:00:00Z", "2026-10-03T15:30:00Z"},
		{"midnight is skipped",
			Schedule{Weekday: time.Sunday, Location: zoneNamed(t, "America/Santiago")},
			"2026-09-05T12:00:00Z", "2026-09-06T04:00:00Z"},
		{"a whole day is skipped",
			Schedule{Weekday: time.Friday, Hour: 7, Location: zoneNamed(t, "Pacific/Apia")},
			"2011-12-29T12:00:00Z", "2011-12-30T10:00:00Z"},
		{"no zone means UTC", Schedule{Weekday: time.Friday, Hour: 12}, "2026-03-03T00:00:00Z", "2026-03-06T12:00:00Z"},
	} {
		if got := c.s.Next(moment(t, c.after)); !got.Equal(moment(t, c.want)) {
			t.Errorf("%s: Next(%s) = %s, want %s", c.why, c.after, got.Format(time.RFC3339), c.want)
		}
	}
}

func TestLastSlotIsTheSlotOnItsMinute(t *testing.T) {
	s := Schedule{Weekday: time.Tuesday, Hour: 7, Location: zoneNamed(t, "Europe/London")}
	for after, want := range map[string]string{
		"2026-03-03T07:00:00Z": "2026-03-03T07:00:00Z",
		"2026-03-03T06:59:59Z": "2026-02-24T07:00:00Z",
		"2026-03-31T06:00:00Z": "2026-03-31T06:00:00Z",
	} {
		if got := s.Last(moment(t, after)); !got.Equal(moment(t, want)) {
			t.Errorf("Last(%s) = %s, want %s", after, got.Format(time.RFC3339), want)
		}
	}
}

// Over ten years in zones of every kind, each calendar week has exactly one
// slot, whatever the clocks do; and Last and Next agree about it.
func TestEveryWeekHasExactlyOneSlot(t *testing.T) {
	for _, name := range []string{
		"UTC", "Europe/London", "Europe/Berlin", "America/New_York", "America/St_Johns", "America/Santiago",
		"America/Havana", "Africa/Casablanca", "Africa/Cairo", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Beirut",
		"Asia/Gaza", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Apia",
	} {
		for _, clock := range [][2]int{{0, 0}, {0, 30}, {1, 30}, {2, 0}, {2, 30}, {3, 0}, {7, 0}, {23, 59}} {
			for _, day := range []time.Weekday{time.Sunday, time.Tuesday, time.Friday, time.Saturday} {
				s := Schedule{Weekday: day, Hour: clock[0], Minute: clock[1], Location: zoneNamed(t, name)}
				t.Run(fmt.Sprintf("%s %s %02d:%02d", name, day, s.Hour, s.Minute), func(t *testing.T) { onePerWeek(t, s) })
			}
		}
	}
}

func onePerWeek(t *testing.T, s Schedule) {
	// The calendar, counted without a clock: every date with the weekday.
	date := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for date.Weekday() != s.Weekday {
		date = date.AddDate(0, 0, 1)
	}
	slot := s.Next(time.Date(date.Year(), date.Month(), date.Day(), 0, 0, 0, 0, s.Location).Add(-3 * time.Hour))
	for ; date.Year() < 2030; date = date.AddDate(0, 0, 7) {
		local := slot.In(s.Location)
		if got := local.Format(time.DateOnly); got != date.Format(time.DateOnly) {
			t.Fatalf("slot after the one before %s falls on %s, want %s", date.Format(time.DateOnly), got, date.Format(time.DateOnly))
		}
		if late := minutes(local) - (s.Hour*60 + s.Minute); late < 0 || late > 60 {
			t.Fatalf("slot on %s is at %s, want within an hour after %02d:%02d", date.Format(time.DateOnly), local.Format("15:04"), s.Hour, s.Minute)
		}
		if got := s.Last(slot); !got.Equal(slot) {
			t.Fatalf("Last(%s) = %s, want the slot itself", slot, got)
		}
		next := s.Next(slot)
		if got := s.Last(next.Add(-time.Nanosecond)); !got.Equal(slot) {
			t.Fatalf("Last(just before %s) = %s, want %s", next, got, slot)
		}
		slot = next
	}
}

func minutes(t time.Time) int { return t.Hour()*60 + t.Minute() }

func zoneNamed(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatalf("load zone %s: %v", name, err)
	}
	return loc
}

func moment(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
