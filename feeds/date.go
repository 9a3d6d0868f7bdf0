package feeds

import (
	"cmp"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ParseDate reads a date in any of the forms that feeds and pages use: RFC 822
// and its relatives, RFC 3339, ISO 8601 with weeks and ordinals, Unix seconds
// and milliseconds, and dates in words in thirteen languages. Without a zone it
// is UTC, without a time midnight. A weekday that does not fit is ignored.
func ParseDate(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 100 {
		return time.Time{}, false
	}
	usual := []string{time.RFC1123Z, http.TimeFormat} // with RFC 3339 nine in ten
	if s[0] >= '0' && s[0] <= '9' {
		usual = []string{time.RFC3339}
	}
	for _, layout := range usual {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	for _, read := range []func(string) (time.Time, bool){unixDate, isoDate, wordDate} {
		if t, ok := read(s); ok {
			return t, true
		}
	}
	return time.Time{}, false
}

// unixDate reads seconds or milliseconds since 1970.
func unixDate(s string) (time.Time, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil || s[0] == '-' || s[0] == '+':
	case len(s) == 13:
		return time.UnixMilli(n).UTC(), true
	case len(s) == 9 || len(s) == 10:
		return time.Unix(n, 0).UTC(), true
	}
	return time.Time{}, false
}

var (
	isoDay   = regexp.MustCompile(`^(\d{4})(?:-?0?(\d{2})(?:-?(\d{2}))?)?$`)
	isoWeek  = regexp.MustCompile(`^(\d{4})-?W(\d{2})(?:-?([1-7]))?$`)
	isoNth   = regexp.MustCompile(`^(\d{4})-?(\d{3})$`)
	isoShort = regexp.MustCompile(`^-?(\d{2})-?(\d{2})(?:-?(\d{2}))?$`) // 03-12-31, 031231, -0312
	isoTime  = regexp.MustCompile(`^(\d{1,2})(?::?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?)?(.*)$`)
)

// isoDate reads ISO 8601, with "T" or a space before the time.
func isoDate(s string) (time.Time, bool) {
	date, clock, timed := strings.Cut(s, "T")
	if !timed {
		date, clock, timed = strings.Cut(s, " ")
	}
	day, ok := isoDayOf(date)
	if !ok {
		return time.Time{}, false
	}
	if !timed {
		return day, true
	}
	m := isoTime.FindStringSubmatch(strings.TrimSpace(clock))
	if m == nil {
		return day, true
	}
	at, ok := atClock(day, atoi(m[1]), atoi(m[2]), atoi(m[3]))
	offset, known := zoneOf(strings.TrimSpace(m[4]))
	if !ok || !known {
		return day, ok
	}
	return at.Add(-offset), true
}

func isoDayOf(s string) (time.Time, bool) {
	if m := isoDay.FindStringSubmatch(s); m != nil {
		if day, ok := validDay(atoi(m[1]), cmp.Or(atoi(m[2]), 1), cmp.Or(atoi(m[3]), 1)); ok {
			return day, true
		}
	}
	if m := isoShort.FindStringSubmatch(s); m != nil && (m[3] != "" || s[0] == '-') {
		return validDay(fullYear(atoi(m[1])), atoi(m[2]), cmp.Or(atoi(m[3]), 1))
	}
	if m := isoNth.FindStringSubmatch(s); m != nil {
		return newDay(atoi(m[1]), 1, 1).AddDate(0, 0, atoi(m[2])-1), atoi(m[2]) >= 1 && atoi(m[2]) <= 366
	}
	if m := isoWeek.FindStringSubmatch(s); m != nil {
		// Week 1 holds the 4th of January.
		fourth := newDay(atoi(m[1]), 1, 4)
		monday := fourth.AddDate(0, 0, -(int(fourth.Weekday())+6)%7)
		return monday.AddDate(0, 0, (atoi(m[2])-1)*7+cmp.Or(atoi(m[3]), 1)-1), true
	}
	return time.Time{}, false
}

func newDay(year, month, day int) time.Time {
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}

// validDay is a day that the calendar knows.
func validDay(year, month, day int) (time.Time, bool) {
	t := newDay(year, month, day)
	return t, year > 0 && t.Day() == day && int(t.Month()) == month
}

// atClock adds the time of day. A leap second is the next second, hour 24 the
// next day.
func atClock(day time.Time, hour, minute, second int) (time.Time, bool) {
	if hour > 24 || minute > 59 || second > 60 {
		return day, false
	}
	return day.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second), true
}

// fullYear reads a year of two digits: 69 to 99 are of the last century.
func fullYear(y int) int {
	switch {
	case y >= 100:
		return y
	case y >= 69:
		return 1900 + y
	}
	return 2000 + y
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
