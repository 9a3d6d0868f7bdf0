package templates

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"weekward/digest"
)

// zone loads an IANA zone; one we do not know is UTC, which is at least
// printed as such.
func zone(name string) *time.Location {
	if loc, err := time.LoadLocation(name); err == nil && name != "Local" {
		return loc
	}
	return time.UTC
}

// masthead prints "Tue 6 April 2010".
func (p *printer) masthead(t time.Time) string { return p.date("date.masthead", t) }

// day prints "6 Apr 2010".
func (p *printer) day(t time.Time) string { return p.date("date.day", t) }

// dayOfYear prints "6 Apr", for a list that is headed by the year.
func (p *printer) dayOfYear(t time.Time) string { return p.date("date.day_of_year", t) }

// moment prints "Fri 9 April 2010, 12:00 London (UTC+1)". The offset is that
// of the day itself: half the year "GMT" in a chat's announcement is an hour
// wrong.
func (p *printer) moment(t time.Time) string {
	return p.say("date.moment", "Date", p.masthead(t), "Time", t.Format("15:04"), "Zone", place(t))
}

func (p *printer) date(key string, t time.Time) string {
	month := strconv.Itoa(int(t.Month()))
	return p.say(key,
		"Weekday", p.say("weekday."+strconv.Itoa(int(t.Weekday()))),
		"Day", t.Day(),
		"Month", p.say("month."+month),
		"Mon", p.say("mon."+month),
		"Year", t.Year())
}

// age prints how old something was at the slot, and its date once that says
// more. Both times are in the zone whose days count.
func (p *printer) age(published, slot time.Time) string {
	switch days := digest.DaysBetween(published, slot); {
	case published.IsZero():
		return ""
	case days <= 0:
		return p.say("age.today")
	case days == 1:
		return p.say("age.yesterday")
	case days < 14:
		return p.count("age.days", days)
	case digest.Dated(published, slot):
		return p.day(published)
	default:
		return p.count("age.weeks", days/7)
	}
}

// place names the zone of t and its offset on that day: "London (UTC+1)".
func place(t time.Time) string {
	name := t.Location().String()
	if name == "UTC" {
		return name
	}
	city := strings.ReplaceAll(name[strings.LastIndex(name, "/")+1:], "_", " ")
	return city + " (" + offset(t) + ")"
}

func offset(t time.Time) string {
	_, s := t.Zone()
	switch {
	case s == 0:
		return "UTC"
	case s%3600 == 0:
		return fmt.Sprintf("UTC%+d", s/3600)
	default:
		return fmt.Sprintf("UTC%+d:%02d", s/3600, max(s, -s)%3600/60)
	}
}
