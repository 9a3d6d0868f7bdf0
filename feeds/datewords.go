package feeds

import (
	"regexp"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

var (
	clockTime = regexp.MustCompile(`(\d{1,2})[:h.](\d{2})(?:[:.](\d{1,2}))?(?:[.,]\d+)?\s*([ap]\.?\s?m\b\.?|πμ|μμ)?`)
	clockHour = regexp.MustCompile(`\b(\d{1,2})\s?([ap])\.?m\b\.?`)
	offsetOf  = regexp.MustCompile(`^\s*(?:gmt|utc|z)?\s*([+-])(\d{1,2}):?(\d{2})?\b`)
	inWords   = regexp.MustCompile(`\p{L}+|\d+`)
	comment   = regexp.MustCompile(`\([^)]*\)`)
	eastAsian = regexp.MustCompile(`^(\d{4})\s*([년年])\s*(\d{1,2})\s*[월月]\s*(\d{1,2})\s*[일日号號]\s*(.*)$`)
	numbers   = regexp.MustCompile(`(\d{1,4})\s?([./-])\s?(\d{1,2})\s?[./-]\s?(\d{1,4})`)
)

// wordDate reads a date made of words and numbers in any order.
func wordDate(s string) (time.Time, bool) {
	if m := eastAsian.FindStringSubmatch(s); m != nil {
		day, ok := validDay(atoi(m[1]), atoi(m[3]), atoi(m[4]))
		if c := clockTime.FindStringSubmatch(m[5]); ok && c != nil {
			day, ok = atClock(day, atoi(c[1]), atoi(c[2]), atoi(c[3]))
		}
		if m[2] == "년" {
			day = day.Add(-9 * time.Hour) // Korea's only zone; Chinese characters tell none
		}
		return day, ok
	}
	s = fold(comment.ReplaceAllString(s, " "))
	c := readClock(s)
	day, ok := readDay(c.rest, c.half != "")
	if !ok {
		return time.Time{}, false
	}
	at, ok := atClock(day, c.hour, c.minute, c.second)
	return at.Add(-c.offset), ok
}

// fold brings a date into lower case without accents.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
}

// A clock is the time of day in a date, and what the date is without it.
type clock struct {
	hour, minute, second int
	half                 string // "a", "p" or ""
	offset               time.Duration
	rest                 string
}

func readClock(s string) clock {
	c := clock{rest: s}
	m := clockIndex(s)
	if m == nil {
		if h := clockHour.FindStringSubmatchIndex(s); h != nil {
			c.hour, c.half = atoi(s[h[2]:h[3]]), s[h[4]:h[5]]
			c.rest = s[:h[0]] + " " + s[h[1]:]
			c.applyHalf()
		}
		return c
	}
	part := func(i int) string {
		if m[i] < 0 {
			return ""
		}
		return s[m[i]:m[i+1]]
	}
	c.hour, c.minute, c.second = atoi(part(2)), atoi(part(4)), atoi(part(6))
	switch half := part(8); {
	case strings.HasPrefix(half, "a"), half == "πμ":
		c.half = "a"
	case half != "":
		c.half = "p"
	}
	c.applyHalf()
	after := s[m[1]:]
	if o := offsetOf.FindStringSubmatch(after); o != nil {
		c.offset = offset(o[1], o[2], o[3])
		after = after[len(o[0]):]
	} else {
		c.offset, after = namedZone(after)
	}
	c.rest = s[:m[0]] + " " + after
	return c
}

// clockIndex finds the time of day. A full stop between the numbers counts
// only when nothing else is a time: "3.2.2026" is a date.
func clockIndex(s string) []int {
	for _, m := range clockTime.FindAllStringSubmatchIndex(s, -1) {
		if sep := s[m[3]]; sep == ':' || sep == 'h' {
			return m
		}
	}
	return nil
}

func (c *clock) applyHalf() {
	switch {
	case c.half == "p" && c.hour < 12:
		c.hour += 12
	case c.half == "a" && c.hour == 12:
		c.hour = 0
	}
}

// namedZone reads the zone's name after a time, if it is one we know.
func namedZone(after string) (time.Duration, string) {
	loc := inWords.FindStringIndex(after)
	if loc == nil {
		return 0, after
	}
	if hours, ok := zones[after[loc[0]:loc[1]]]; ok {
		return time.Duration(hours * float64(time.Hour)), after[:loc[0]] + after[loc[1]:]
	}
	return 0, after
}

// zoneOf reads a zone that stands alone: "", "Z", "+01:00", "CEST".
func zoneOf(s string) (time.Duration, bool) {
	s = strings.ToLower(s)
	if s == "" || s == "z" {
		return 0, true
	}
	if o := offsetOf.FindStringSubmatch(strings.TrimPrefix(s, ":")); o != nil {
		return offset(o[1], o[2], o[3]), true
	}
	hours, ok := zones[s]
	return time.Duration(hours * float64(time.Hour)), ok
}

func offset(sign, hours, minutes string) time.Duration {
	if len(hours) == 1 && len(minutes) == 0 {
		minutes = "0"
	}
	d := time.Duration(atoi(hours))*time.Hour + time.Duration(atoi(minutes))*time.Minute
	if sign == "-" {
		return -d
	}
	return d
}

// readDay reads the day from what is left of a date without its time.
func readDay(s string, american bool) (time.Time, bool) {
	month := time.Month(0)
	var nums []string
	for _, w := range inWords.FindAllString(s, -1) {
		if w[0] >= '0' && w[0] <= '9' {
			nums = append(nums, w)
		} else if m := monthOf(w); m != 0 {
			month = m // the last one: "mar" is Tuesday too in Italian, French and Spanish
		}
	}
	if month == 0 {
		return readNumbers(s, american)
	}
	switch {
	case len(nums) == 1 && len(nums[0]) == 4:
		return validDay(atoi(nums[0]), int(month), 1)
	case len(nums) < 2:
		return time.Time{}, false
	case len(nums[0]) >= 3:
		return validDay(atoi(nums[0]), int(month), atoi(nums[1]))
	}
	year := atoi(nums[1])
	if len(nums[1]) <= 2 {
		year = fullYear(year)
	}
	return validDay(year, int(month), atoi(nums[0]))
}

// readNumbers reads a day made of three numbers. Which is which shows by their
// size; else a full stop or dash means day first, a slash with AM or PM month
// first.
func readNumbers(s string, american bool) (time.Time, bool) {
	m := numbers.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}, false
	}
	a, b, c := atoi(m[1]), atoi(m[3]), atoi(m[4])
	switch {
	case len(m[1]) == 4:
		return validDay(a, b, c)
	case len(m[4]) < 2:
		return time.Time{}, false
	case a > 12:
		return validDay(fullYear(c), b, a)
	case b > 12, m[2] == "/" && american:
		return validDay(fullYear(c), a, b)
	}
	return validDay(fullYear(c), b, a)
}

// monthOf is the month a word names or abbreviates, 0 for any other word.
func monthOf(word string) time.Month {
	if len([]rune(word)) < 3 {
		return 0
	}
	for i, names := range months {
		for _, name := range names {
			if strings.HasPrefix(name, word) {
				return time.Month(i + 1)
			}
		}
	}
	return 0
}

// months are the names of the months, folded, in English, German, French,
// Spanish, Italian, Dutch, Portuguese, Polish, Swedish, Danish, Greek,
// Hungarian and Russian; nominative and genitive where they differ.
var months = [12][]string{
	{"january", "januar", "janvier", "enero", "gennaio", "januari", "janeiro", "stycznia", "styczen", "ιανουαριου", "ιανουαριος", "januar", "января", "январь", "janner"},
	{"february", "februar", "fevrier", "febrero", "febbraio", "februari", "fevereiro", "lutego", "luty", "φεβρουαριου", "φεβρουαριος", "februar", "февраля", "февраль"},
	{"march", "marz", "mars", "marzo", "maart", "mrt", "marco", "marca", "marzec", "marts", "μαρτιου", "μαρτιος", "marcius", "марта", "март", "maerz"},
	{"april", "avril", "abril", "aprile", "kwietnia", "kwiecien", "απριλιου", "απριλιος", "aprilis", "апреля", "апрель"},
	{"may", "mai", "mayo", "maggio", "mei", "maio", "maja", "maj", "μαιου", "μαιος", "majus", "мая", "маи"},
	{"june", "juni", "juin", "junio", "giugno", "junho", "czerwca", "czerwiec", "ιουνιου", "ιουνιος", "junius", "июня", "июнь"},
	{"july", "juli", "juillet", "julio", "luglio", "julho", "lipca", "lipiec", "ιουλιου", "ιουλιος", "julius", "июля", "июль"},
	{"august", "aout", "agosto", "augustus", "augusti", "sierpnia", "sierpien", "αυγουστου", "αυγουστος", "augusztus", "августа", "август"},
	{"september", "septembre", "septiembre", "settembre", "setembro", "wrzesnia", "wrzesien", "σεπτεμβριου", "σεπτεμβριος", "szeptember", "сентября", "сентябрь"},
	{"october", "oktober", "octobre", "octubre", "ottobre", "outubro", "pazdziernika", "pazdziernik", "οκτωβριου", "οκτωβριος", "октября", "октябрь"},
	{"november", "novembre", "noviembre", "novembro", "listopada", "listopad", "νοεμβριου", "νοεμβριος", "ноября", "ноябрь"},
	{"december", "dezember", "decembre", "diciembre", "dicembre", "dezembro", "grudnia", "grudzien", "δεκεμβριου", "δεκεμβριος", "декабря", "декабрь"},
}

// zones are the zone names feeds use, in hours east of UTC. Of the ambiguous
// ones the European and North American readings count: BST is Britain's summer,
// CST and the rest are America's.
var zones = map[string]float64{
	"ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 1, "bst": 1, "ist": 1, "cet": 1, "mez": 1, "met": 1,
	"cest": 2, "mesz": 2, "mest": 2, "sast": 2, "eet": 2, "oez": 2, "eest": 3, "oesz": 3, "msk": 3, "msd": 4, "trt": 3,
	"ast": -4, "adt": -3, "at": -4, "est": -5, "edt": -4, "et": -5, "cst": -6, "cdt": -5, "ct": -6,
	"mst": -7, "mdt": -6, "mt": -7, "pst": -8, "pdt": -7, "pt": -8, "akst": -9, "akdt": -8, "hst": -10, "nst": -3.5, "ndt": -2.5,
	"brt": -3, "art": -3, "jst": 9, "kst": 9, "hkt": 8, "sgt": 8, "awst": 8, "acst": 9.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
}
