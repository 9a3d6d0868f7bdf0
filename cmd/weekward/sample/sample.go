// Package sample is the week that "weekward demo" shows: an invented week of
// digital health, with the earlier weeks that make related reading, a chat hour
// and twelve readers. Every outlet, person, event and figure in it is made up,
// and every address is under example.org.
//
// The texts are in the folder week, one file a source, in the source's own
// format, so that the demo reads them as it would read any feed. Only the dates
// are left open, because a demo must look like this week. A file says
//
//	@{-5d 18:30}     18:30 in London, five days before the day of the slot
//	@{-5d 18:30:05}  the same to the second
//	@{-5d}           that day, at midnight
//
// and is given the date as its format writes it: RFC 1123 in .rss, RFC 3339 in
// .atom, .json and .csv, "2 January 2006" in .html.
//
// The week is written for a slot on a Tuesday morning: its texts say "on
// Thursday", and the chat is on the Friday before. For a slot on another day
// it is told as of the Tuesday before. Its last lines are of the afternoon
// before the slot, so whoever reads it should have the clock at the slot or
// later; readers rightly doubt news from tomorrow.
//
// Two sources are in poor health on purpose: night-desk is damaged, and
// field-letter answers 503. A week is made in spite of both.
package sample

import (
	"embed"
	"path"
	"regexp"
	"strconv"
	"time"
	_ "time/tzdata" // London's clock, on machines without zones too
)

//go:embed week
var week embed.FS

// moment is a date left open: days before the slot, and perhaps a clock.
var moment = regexp.MustCompile(`@\{-(\d+)d(?: (\d\d):(\d\d)(?::(\d\d))?)?\}`)

// layouts say how each format writes a date.
var layouts = map[string]string{
	".rss":  time.RFC1123Z,
	".atom": time.RFC3339,
	".json": time.RFC3339,
	".csv":  time.RFC3339,
	".html": "2 January 2006",
}

// file gives a file of the week with its dates as of the slot. A name that is
// not in the folder is a mistake of this package.
func file(name string, slot time.Time) []byte {
	data, err := week.ReadFile("week/" + name)
	if err != nil {
		panic(err)
	}
	today, layout := tuesday(slot), layouts[path.Ext(name)]
	return moment.ReplaceAllFunc(data, func(written []byte) []byte {
		part := moment.FindSubmatch(written)
		at := time.Date(today.Year(), today.Month(), today.Day()-number(part[1]),
			number(part[2]), number(part[3]), number(part[4]), 0, today.Location())
		return []byte(at.Format(layout))
	})
}

// tuesday is the slot's own day, or the last Tuesday before it, in London.
func tuesday(slot time.Time) time.Time {
	local := slot.In(london())
	return local.AddDate(0, 0, -int((local.Weekday()-time.Tuesday+7)%7))
}

func london() *time.Location {
	zone, err := time.LoadLocation(zone)
	if err != nil {
		panic(err) // cannot be: the zones are linked in
	}
	return zone
}

// number reads digits that moment has matched; none is 0.
func number(digits []byte) int {
	n, _ := strconv.Atoi(string(digits))
	return n
}
