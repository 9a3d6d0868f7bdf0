package chat

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// An order says which of "4/2/2010" comes first, the month or the day.
type order int

const (
	monthFirst order = iota // as the transcripts of 2010 were written
	dayFirst
)

var slashedDay = regexp.MustCompile(`\b(\d{1,2})[/.](\d{1,2})[/.]\d{4}\b`)

// dayOrder looks through a file for a date that can only be read one way.
func dayOrder(data []byte) order {
	for _, m := range slashedDay.FindAllSubmatch(data, -1) {
		if first, _ := strconv.Atoi(string(m[1])); first > 12 {
			return dayFirst
		}
	}
	return monthFirst
}

// zoned layouts carry their own zone, plain ones are in the chat's.
var (
	zonedLayouts = []string{
		time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 Z07:00", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 UTC",
		time.RubyDate, // "Fri Apr 02 12:03:24 +0000 2010", as Twitter wrote it
		time.RFC1123Z, "Mon, 02 Jan 2006 15:04:05 GMT", time.RFC822Z,
	}
	plainLayouts = []string{
		"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 3:04 PM", "2006-01-02",
		"2 January 2006 15:04", "2 January 2006", "January 2, 2006 15:04", "January 2, 2006", "2 Jan 2006 15:04", "2 Jan 2006", "Jan 2, 2006",
		"3:04 PM - 2 Jan 2006", // as embedded tweets said it
	}
	slashed = map[order][]string{
		monthFirst: {"1/2/2006 15:04:05", "1/2/2006 15:04", "1/2/2006 3:04 PM", "1/2/2006 3:04:05 PM", "1/2/2006", "1.2.2006 15:04", "1.2.2006"},
		dayFirst:   {"2/1/2006 15:04:05", "2/1/2006 15:04", "2/1/2006 3:04 PM", "2/1/2006 3:04:05 PM", "2/1/2006", "2.1.2006 15:04", "2.1.2006"},
	}
)

// A moment is a time as far as a line tells it.
type moment struct {
	at    time.Time
	local string // the clock on the wall as written; the same whatever zone the register says
	day   bool   // false: only a clock
	clock bool   // false: only a day
}

// when reads a time in any of the forms that transcripts and exports use.
func (in *importer) when(s string) (moment, error) {
	if s == "" {
		return moment{}, errors.New("no time")
	}
	s = strings.ToUpper(strings.Join(strings.Fields(englishMonths(s)), " "))
	for _, layout := range zonedLayouts {
		if t, err := time.Parse(layout, s); err == nil && plausible(t) {
			return moment{at: t, local: t.UTC().Format(time.RFC3339), day: true, clock: true}, nil
		}
	}
	for _, layout := range append(slashed[in.days], plainLayouts...) {
		if t, err := time.ParseInLocation(layout, s, in.Location); err == nil && plausible(t) {
			return moment{at: t, local: t.Format("2006-01-02T15:04:05"), day: true, clock: strings.Contains(layout, "04")}, nil
		}
	}
	if unix, err := strconv.ParseInt(s, 10, 64); err == nil && len(s) >= 10 {
		return unixMoment(unix)
	}
	for _, layout := range []string{"15:04", "15:04:05", "3:04 PM", "3:04PM"} {
		if t, err := time.Parse(layout, s); err == nil {
			return moment{at: t, local: t.Format("15:04:05"), clock: true}, nil
		}
	}
	return moment{}, fmt.Errorf("no usable time %q", s)
}

func unixMoment(unix int64) (moment, error) {
	t := time.Unix(unix, 0)
	if unix > 1e11 {
		t = time.UnixMilli(unix)
	}
	if !plausible(t) {
		return moment{}, fmt.Errorf("no usable time %d", unix)
	}
	return moment{at: t, local: t.UTC().Format(time.RFC3339), day: true, clock: true}, nil
}

// plausible keeps out what no chat can carry, years that a database refuses too.
func plausible(t time.Time) bool { return t.Year() >= 1990 && t.Year() < 2200 }

var monthNames = map[string]string{
	"janvier": "January", "février": "February", "fevrier": "February", "mars": "March", "avril": "April", "mai": "May", "juin": "June",
	"juillet": "July", "août": "August", "aout": "August", "septembre": "September", "octobre": "October", "novembre": "November", "décembre": "December", "decembre": "December",
	"januar": "January", "februar": "February", "märz": "March", "juni": "June", "juli": "July", "oktober": "October", "dezember": "December",
	"januari": "January", "februari": "February", "maart": "March", "mei": "May", "augustus": "August",
	"gennaio": "January", "febbraio": "February", "marzo": "March", "aprile": "April", "maggio": "May", "giugno": "June",
	"luglio": "July", "agosto": "August", "settembre": "September", "ottobre": "October", "dicembre": "December",
	"enero": "January", "febrero": "February", "abril": "April", "mayo": "May", "junio": "June", "julio": "July",
	"septiembre": "September", "octubre": "October", "noviembre": "November", "diciembre": "December",
}

var dottedDay = regexp.MustCompile(`\b(\d{1,2})\. (\pL)`)

// englishMonths replaces the month names of the chats' languages, and takes
// the dot off "3. April".
func englishMonths(s string) string {
	if !strings.ContainsFunc(s, unicode.IsLower) {
		return s
	}
	words := strings.Fields(dottedDay.ReplaceAllString(s, "$1 $2"))
	for i, w := range words {
		if name, ok := monthNames[strings.ToLower(strings.Trim(w, ".,"))]; ok {
			words[i] = name
		}
	}
	return strings.Join(words, " ")
}

var dayForm = regexp.MustCompile(`(?:^|\D)(20\d\d)-?([01]\d)-?([0-3]\d)(?:\D|$)`)

// dayInName finds the day in a name such as "hcsmeu-2010-04-02.txt"; zero if
// there is none.
func dayInName(name string) time.Time {
	m := dayForm.FindStringSubmatch(filepath.Base(name))
	if m == nil {
		return time.Time{}
	}
	t, err := time.Parse("2006-01-02", m[1]+"-"+m[2]+"-"+m[3])
	if err != nil {
		return time.Time{}
	}
	return t
}

// onDay puts a clock on a day, in the chat's zone.
func (in *importer) onDay(day, clock time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), clock.Second(), 0, in.Location)
}

// start is the chat's hour on a day; midnight when the register has none.
func (in *importer) start(day time.Time) time.Time {
	clock, err := time.Parse("15:04", in.Start)
	if err != nil {
		clock = time.Time{}
	}
	return in.onDay(day, clock)
}
