package news

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/rss"
)

// skips are the hours of the day (UTC, 0 to 23) and the days of the week on
// which an RSS feed asks to be left alone, each once and in order (RSS 2.0,
// skipHours and skipDays). A feed that names all of them says nothing: it would
// never be read.
func skips(f *gofeed.Feed) (hours []int, days []time.Weekday) {
	original, ok := f.OriginalFeed().(*rss.Feed)
	if !ok {
		return nil, nil
	}
	return sorted(original.SkipHours, hourOf, 24), sorted(original.SkipDays, weekdayOf, 7)
}

// sorted are the values that some texts name, nil when all there are.
func sorted[T int | time.Weekday](texts []string, read func(string) (T, bool), all int) []T {
	var values []T
	for _, s := range texts {
		if v, ok := read(strings.TrimSpace(s)); ok {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	if values = slices.Compact(values); len(values) == all {
		return nil
	}
	return values
}

// hourOf reads an hour. RSS 0.91 counted them from 1 to 24; the 24th begins
// where 0 does.
func hourOf(s string) (int, bool) {
	hour, err := strconv.Atoi(s)
	return hour % 24, err == nil && hour >= 0 && hour <= 24
}

// weekdayOf reads the English name of a day.
func weekdayOf(s string) (time.Weekday, bool) {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if strings.EqualFold(s, day.String()) {
			return day, true
		}
	}
	return 0, false
}
