package feeds

import "time"

// Skips are the hours and days on which a source does not want to be asked, in
// UTC. The zero value has none.
type Skips struct {
	Hours uint32 // bit 0 is the hour from midnight
	Days  uint8  // bit 0 is Sunday
}

// skipsOf gathers hours of the day, 0 to 23, and days of the week. What cannot
// be one is left out.
func skipsOf(hours []int, days []time.Weekday) (k Skips) {
	for _, hour := range hours {
		if hour >= 0 && hour < 24 {
			k.Hours |= 1 << hour
		}
	}
	for _, day := range days {
		if day >= time.Sunday && day <= time.Saturday {
			k.Days |= 1 << day
		}
	}
	return k
}

// has tells whether a moment lies in an hour or on a day that is skipped.
func (k Skips) has(at time.Time) bool {
	return k.Hours>>at.Hour()&1 == 1 || k.Days>>at.Weekday()&1 == 1
}

// after is the first moment from next on that is not skipped (F9). A source
// that leaves no such moment until the latest is not believed.
func (k Skips) after(next, latest time.Time) time.Time {
	for at := next.UTC(); !at.After(latest); at = at.Truncate(time.Hour).Add(time.Hour) {
		if !k.has(at) {
			return at
		}
	}
	return next
}
