package digest

import "time"

// A Schedule says when an issue is due: once a week, at a wall-clock time of
// one zone.
type Schedule struct {
	Weekday  time.Weekday
	Hour     int            // 0 to 23
	Minute   int            // 0 to 59
	Location *time.Location // nil means UTC
}

// Next returns the first slot after the given moment. On the minute of a slot
// that is the slot a week later.
func (s Schedule) Next(after time.Time) time.Time {
	day := s.day(after)
	for n := -7; ; n += 7 {
		if slot := s.slot(day, n); slot.After(after) {
			return slot
		}
	}
}

// Last returns the last slot that is not after the given moment. On the minute
// of a slot it is that slot.
func (s Schedule) Last(at time.Time) time.Time {
	day := s.day(at)
	for n := 14; ; n -= 7 {
		if slot := s.slot(day, n); !slot.After(at) {
			return slot
		}
	}
}

// Window returns where the week of the issue for a slot begins, and when it is
// frozen: so long before the slot, as the one before was. What an approved
// issue says does not change after that.
func (s Schedule) Window(slot time.Time, freeze time.Duration) (from, frozen time.Time) {
	return s.Last(slot.Add(-time.Minute)).Add(-freeze), slot.Add(-freeze)
}

// day returns the calendar day with the schedule's weekday that is at or
// before t in the schedule's zone, written as midnight UTC.
func (s Schedule) day(t time.Time) time.Time {
	local := t.In(s.location())
	back := (int(local.Weekday()) - int(s.Weekday) + 7) % 7
	return time.Date(local.Year(), local.Month(), local.Day()-back, 0, 0, 0, 0, time.UTC)
}

// slot returns the slot of a calendar day plus some days, in UTC.
func (s Schedule) slot(day time.Time, plus int) time.Time {
	wall := day.AddDate(0, 0, plus).Add(time.Duration(s.Hour)*time.Hour + time.Duration(s.Minute)*time.Minute)
	return reached(wall, s.location())
}

func (s Schedule) location() *time.Location {
	if s.Location == nil {
		return time.UTC
	}
	return s.Location
}

// reached returns the first moment at which the clocks of loc show wall or
// later; wall is written in UTC. So a time that the clocks skip becomes the
// first minute after the gap, and one they show twice its first showing.
// time.Date promises neither.
func reached(wall time.Time, loc *time.Location) time.Time {
	// No zone is more than 14 hours off, so that clocks are still before wall.
	for at := wall.Add(-36 * time.Hour).In(loc); ; {
		_, offset := at.Zone()
		_, end := at.ZoneBounds()
		moment := wall.Add(-time.Duration(offset) * time.Second)
		switch {
		case moment.Before(at):
			return at.UTC() // the clocks jumped over it
		case end.IsZero() || moment.Before(end):
			return moment
		}
		at = end
	}
}
