package recap

import (
	"time"

	"weekward/feeds"
)

const (
	early = 15 * time.Minute // posts this long before the hour belong to it
	late  = 24 * time.Hour   // and this long after its end

	fewPosts    = 3 // fewer than this in the registered hour is no session if another hour was dense
	densePosts  = 5 // a session that was moved shows by so many posts
	densePeople = 2 // of so many people
)

// length is how long a chat lasts.
func length(chat feeds.Chat) time.Duration {
	if chat.Minutes <= 0 {
		return time.Hour
	}
	return time.Duration(chat.Minutes) * time.Minute
}

// location is the chat's home zone; UTC when the register's is unknown, which
// reading the configuration has already refused.
func location(chat feeds.Chat) *time.Location {
	zone, err := time.LoadLocation(chat.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// slots lists the registered starts in [from, to), first to last. The hour is
// that of the wall clock, so it moves in UTC when the clocks change.
func slots(chat feeds.Chat, from, to time.Time) []time.Time {
	clock, err := time.Parse("15:04", chat.Start)
	if err != nil {
		return nil
	}
	zone := location(chat)
	day := from.In(zone).AddDate(0, 0, -1)
	var starts []time.Time
	for range int(to.Sub(from).Hours()/24) + 3 {
		start := time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, zone)
		if start.Weekday() == chat.Weekday && !start.Before(from) && start.Before(to) {
			starts = append(starts, start.UTC())
		}
		day = day.AddDate(0, 0, 1)
	}
	return starts
}

// NextSession is the first registered start after the given moment; zero when
// the register has no hour.
func NextSession(chat feeds.Chat, after time.Time) time.Time {
	for _, start := range slots(chat, after, after.AddDate(0, 0, 8)) {
		if start.After(after) {
			return start
		}
	}
	return time.Time{}
}

// findSession gives the start of the last session in [from, to): the
// registered hour, or, when nobody was there, the hour in which the tag was
// dense. Posts are in order of time.
func findSession(chat feeds.Chat, posts []feeds.Post, from, to time.Time) (time.Time, bool) {
	moved, dense := densest(posts, from, to, length(chat))
	starts := slots(chat, from, to)
	for i := len(starts) - 1; i >= 0; i-- {
		n := len(between(posts, starts[i].Add(-early), starts[i].Add(length(chat))))
		if n >= fewPosts || n > 0 && !dense {
			return starts[i], true
		}
	}
	return moved, dense
}

// densest finds the window with most posts; of several the earliest. It starts
// at a full five minutes.
func densest(posts []feeds.Post, from, to time.Time, long time.Duration) (time.Time, bool) {
	most, best := 0, time.Time{}
	for _, p := range between(posts, from, to) {
		start := p.At.Truncate(5 * time.Minute)
		inside := between(posts, start, start.Add(long))
		if len(inside) > most && len(inside) >= densePosts && people(inside) >= densePeople {
			most, best = len(inside), start
		}
	}
	return best.UTC(), most > 0
}

// between gives the posts of [from, to) out of a list in order of time.
func between(posts []feeds.Post, from, to time.Time) []feeds.Post {
	return posts[before(posts, from):before(posts, to)]
}
