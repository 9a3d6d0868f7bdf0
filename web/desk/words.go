package desk

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"weekward/digest"
)

// why tells a story's score in words, strongest reason first as the ranker
// multiplies them. Parts that say nothing (1) are left out.
func why(s digest.Story) []string {
	w := s.Why
	fit := fmt.Sprintf("fits our topics %.2f", w.Topic)
	if len(w.Words) > 0 {
		fit += " (" + strings.Join(w.Words[:min(5, len(w.Words))], ", ") + ")"
	}
	parts := []string{fit}
	if w.Coverage > 1 {
		parts = append(parts, fmt.Sprintf("%s ran it ×%.2f", count(len(s.Also)+1, "outlet", "outlets"), w.Coverage))
	}
	if w.Chat > 1 {
		parts = append(parts, fmt.Sprintf("shared by %s in #%s ×%.2f", count(s.Shared, "person", "people"), s.SharedIn, w.Chat))
	}
	if tells(w.Freshness) {
		parts = append(parts, fmt.Sprintf("freshness ×%.2f", w.Freshness))
	}
	if tells(w.Source) {
		parts = append(parts, fmt.Sprintf("trust in %s ×%.2f", s.Source, w.Source))
	}
	if tells(w.Novelty) {
		parts = append(parts, fmt.Sprintf("unlike earlier issues ×%.2f", w.Novelty))
	}
	if d := s.Discussed; d.Tag != "" {
		parts = append(parts, fmt.Sprintf("discussed in %s (%s)", strings.TrimSpace("#"+d.Tag+" "+d.Question), strings.Join(d.Why, ", ")))
	}
	return parts
}

// tells says whether a factor moves a score when it is printed with two digits.
func tells(factor float64) bool { return math.Abs(factor-1) >= 0.005 }

// count writes a number with its noun: "1 outlet", "3 outlets".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%s %s", grouped(n), many)
}

// grouped writes a number with commas between thousands.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// length says how long a line of the mail is beside how long it may be.
func length(s string, most int) string {
	return fmt.Sprintf("%d of %d characters", utf8.RuneCountInString(s), most)
}

// moment writes a time in the newsletter's zone: "Tue 6 Apr 2010, 07:00".
func (d *desk) moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(d.zone).Format("Mon 2 Jan 2006, 15:04")
}

// day writes a date in the newsletter's zone: "6 Apr".
func (d *desk) day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(d.zone).Format("2 Jan")
}

// date writes a date with its year, for what may be old: "6 Apr 2010".
func (d *desk) date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(d.zone).Format("2 Jan 2006")
}

// span writes a length of time with its two largest units: "3 h 12 min".
func span(d time.Duration) string {
	d = d.Abs().Round(time.Minute)
	days, hours, minutes := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60
	switch {
	case days > 0 && hours > 0:
		return fmt.Sprintf("%s %d h", count(days, "day", "days"), hours)
	case days > 0:
		return count(days, "day", "days")
	case hours > 0 && minutes > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	case hours > 0:
		return fmt.Sprintf("%d h", hours)
	case minutes > 0:
		return fmt.Sprintf("%d min", minutes)
	}
	return "less than a minute"
}

// relative writes t as seen from now: "in 3 h 12 min", "5 min ago".
func relative(t, now time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case t.After(now):
		return "in " + span(t.Sub(now))
	}
	return span(now.Sub(t)) + " ago"
}

// bars draws a timeline with eight heights of block, for a row of figures.
func bars(figures []int) string {
	most := 0
	for _, n := range figures {
		most = max(most, n)
	}
	if most == 0 {
		return ""
	}
	blocks := []rune("▁▂▃▄▅▆▇█")
	var b strings.Builder
	for _, n := range figures {
		b.WriteRune(blocks[n*(len(blocks)-1)/most])
	}
	return b.String()
}
