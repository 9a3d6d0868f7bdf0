package chat

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"weekward/feeds"
)

// A message is one post of a pasted transcript, before its time is worked out.
type message struct {
	line   int // where it starts, from 1
	author string
	handle string
	when   string // as written; "" when the line has none
	url    string
	lines  []string
}

// readTranscript reads pasted text. Which grammar a file follows is decided
// once for all of it, so that a stray line cannot change the meaning of the rest.
func (in *importer) readTranscript(content string) error {
	lines := strings.Split(content, "\n")
	var messages []message
	switch {
	case anyLine(lines, signature):
		messages = in.signed(lines)
	case headers(lines) > 1:
		messages = in.headed(lines)
	default:
		messages = in.led(lines)
	}
	if len(messages) == 0 {
		return errors.New("no line names its author; the forms are \"2010-04-02 12:03 @handle: text\", \"[12:03] Name (@handle): text\" and \"handle: text\"")
	}
	return in.timed(messages)
}

// timed gives each message its time, in order: its own, else that of the one
// before it. Messages of the same second are a millisecond apart, so that they
// stay in the order in which they were written.
func (in *importer) timed(messages []message) error {
	seen := map[string]int{}
	var last time.Time
	in.Day = cmp.Or(in.Day, in.firstDay(messages))
	for _, msg := range messages {
		text := strings.Join(msg.lines, "\n")
		if msg.when == "" {
			text, msg.when = cutTrailingTime(text)
		}
		if strings.TrimSpace(text) == "" {
			in.warn("line %d: no text, left out", msg.line)
			continue
		}
		m, err := in.messageMoment(msg.when, last)
		if err != nil {
			in.warn("line %d: %v, left out", msg.line, err)
			continue
		}
		if m.at.IsZero() {
			return errors.New("its lines carry no day; give the day of the session")
		}
		if m.at.Truncate(time.Second).Equal(last.Truncate(time.Second)) {
			m.at = last.Add(time.Millisecond)
		}
		last = m.at
		in.keep(in.post(msg, text, m, seen))
	}
	return nil
}

func (in *importer) post(msg message, text string, m moment, seen map[string]int) feeds.Post {
	p := feeds.Post{Network: "file", URL: msg.url, Text: text, At: m.at}
	p.Author, p.Handle = names(msg.author, msg.handle)
	who := cmp.Or(p.Handle, p.Author)
	key := strings.Join([]string{who, m.local, text}, "\x00")
	seen[key]++
	if link := tweetLink.FindStringSubmatch(msg.url); link != nil {
		p.Network, p.URI = "twitter", tweetURI(link[2])
	} else {
		p.URI = in.madeURI(who, fmt.Sprint(m.local, " ", seen[key]), text)
	}
	return finish(p, in.Tag)
}

// messageMoment is the time of one message, given that of the one before.
func (in *importer) messageMoment(when string, last time.Time) (moment, error) {
	if when == "" {
		return moment{at: in.place(last), local: in.localDay()}, nil
	}
	m, err := in.when(when)
	if err != nil {
		return moment{}, err
	}
	switch {
	case m.day && m.clock:
		return m, nil
	case m.day:
		m.at = later(in.start(m.at), last)
		return m, nil
	case in.Day.IsZero():
		return moment{}, nil
	}
	m.at = in.onDay(in.Day, m.at)
	if !last.IsZero() && last.Sub(m.at) > 12*time.Hour { // the session ran past midnight
		m.at = in.onDay(in.Day.AddDate(0, 0, 1), m.at)
	}
	m.local = m.at.Format("2006-01-02T15:04:05")
	return m, nil
}

func later(at, last time.Time) time.Time {
	if last.After(at) && last.Sub(at) < 24*time.Hour {
		return last
	}
	return at
}

func (in *importer) localDay() string {
	if in.Day.IsZero() {
		return ""
	}
	return in.Day.Format("2006-01-02")
}

// place gives the time of a line that tells none itself: that of the line
// before, or the chat's hour of the day; zero when the day is not known.
func (in *importer) place(last time.Time) time.Time {
	if !last.IsZero() {
		return last
	}
	if in.Day.IsZero() {
		return time.Time{}
	}
	return in.start(in.Day)
}

// firstDay is the day of the first message that tells one.
func (in *importer) firstDay(messages []message) time.Time {
	for _, msg := range messages {
		when := msg.when
		if when == "" {
			_, when = cutTrailingTime(strings.Join(msg.lines, "\n"))
		}
		if when == "" {
			continue
		}
		if m, err := in.when(when); err == nil && m.day {
			return m.at.In(in.Location)
		}
	}
	return time.Time{}
}

var trailingTime = regexp.MustCompile(`(?i)\s(\d{1,2}[/.]\d{1,2}[/.]\d{4} \d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]m)?|\d{4}-\d{2}-\d{2} \d{2}:\d{2}(?::\d{2})?)\s*$`)

// cutTrailingTime takes the time off the end of a text, as the transcript
// services of 2010 printed it.
func cutTrailingTime(text string) (rest, when string) {
	m := trailingTime.FindStringSubmatchIndex(text)
	if m == nil {
		return text, ""
	}
	return text[:m[0]], text[m[2]:m[3]]
}

func anyLine(lines []string, form *regexp.Regexp) bool {
	for _, line := range lines {
		if form.MatchString(line) {
			return true
		}
	}
	return false
}
