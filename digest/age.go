package digest

import "time"

// recentDays is how long news needs no date to be understood. What is older
// bears one wherever it is printed (RN-3).
const recentDays = 30

// Dated reports whether news bears its date at a moment: more than 30 days
// lie between, counted by the calendar of the moment's zone.
func Dated(published, at time.Time) bool {
	return DaysBetween(published.In(at.Location()), at) > recentDays
}

// DaysBetween counts the days between two dates, each as its own zone's
// calendar says, so that clocks going forward are no matter.
func DaysBetween(from, to time.Time) int {
	midnight := func(t time.Time) time.Time {
		y, m, d := t.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(midnight(to).Sub(midnight(from)) / (24 * time.Hour))
}
