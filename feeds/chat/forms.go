package chat

import (
	"regexp"
	"strings"
)

var (
	// signature closes a quotation: "— Name (@handle) 3 April 2013".
	signature = regexp.MustCompile(`^\s*(?:—|–|--|&mdash;)\s*(.*?)\s*\(@([\w.@-]+)\)\s*(.*?)\s*$`)

	// header stands alone above its text: "handle:"; only ":" where the
	// transcript lost its names.
	header = regexp.MustCompile(`^\s*@?([\pL\pN_.-]*)\s*:\s*$`)

	// stamp is the time that opens a line: "2010-04-02 12:03", "[12:03]", "12:03:24 PM".
	stamp = regexp.MustCompile(`(?i)^\s*(\[)?((?:\d{4}-\d{2}-\d{2}[ T]|\d{1,2}[/.]\d{1,2}[/.]\d{4},? )?\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?(?: ?[ap]m)?(?:Z|[+-]\d{2}:?\d{2})?)(\])?(?:\s*[-–—|]\s+|\s+)`)

	// speakers are the ways a line names its author before a colon.
	fullSpeaker   = regexp.MustCompile(`^<?([^:()@]{1,60}?)\s*\(@([\w.@-]+)\)>?\s*:\s*(.*)$`)
	handleSpeaker = regexp.MustCompile(`^<?@([\w.-]+(?:@[\w.-]+)?)>?\s*:\s*(.*)$`)
	wordSpeaker   = regexp.MustCompile(`^<?([\pL\pN_][\pL\pN_.-]{0,39})>?:\s+(.*)$`)
	nameSpeaker   = regexp.MustCompile(`^<?([^:<>]{1,60}?)>?:\s+(.*)$`)

	// labelWord is what opens an answer and must not be taken for a person: "T1:".
	labelWord = regexp.MustCompile(`(?i)^(?:[a-zε]\d{1,2}|RT|MT|HT|TR|PS|via|https?|note|update|topic|question|frage|vraag|domanda|pregunta)$`)

	// pipeLine is "number|date|text", the form of research archives.
	pipeLine = regexp.MustCompile(`^(\d{6,20})\|([^|]{10,40})\|(.*)$`)
)

// headers counts the lines that hold a name and nothing else.
func headers(lines []string) int {
	n := 0
	for _, line := range lines {
		if header.MatchString(line) {
			n++
		}
	}
	return n
}

// signed reads quotations that end in their author's name and date.
func (in *importer) signed(lines []string) []message {
	var messages []message
	current := message{line: 1}
	for i, line := range lines {
		m := signature.FindStringSubmatch(line)
		if m == nil {
			if strings.TrimSpace(line) != "" {
				current.lines = append(current.lines, line)
			}
			continue
		}
		current.author, current.handle = m[1], m[2]
		current.when, current.url = cutAddress(m[3])
		in.dropHeading(&current)
		messages = append(messages, current)
		current = message{line: i + 2}
	}
	if len(current.lines) > 0 {
		in.warn("line %d: no author below it, left out", current.line)
	}
	return messages
}

// dropHeading leaves out a question printed above the answers: of several
// labelled lines only the last is the quotation.
func (in *importer) dropHeading(m *message) {
	for len(m.lines) > 1 && opensWithLabel(m.lines[0]) && opensWithLabel(m.lines[len(m.lines)-1]) {
		in.warn("line %d: a heading without an author, left out", m.line)
		m.lines = m.lines[1:]
		m.line++
	}
}

var labelStart = regexp.MustCompile(`^\s*[A-Z]\d{1,2}\b`)

func opensWithLabel(line string) bool { return labelStart.MatchString(line) }

// cutAddress parts the date of a signature from the address that a saved page
// puts behind it.
func cutAddress(s string) (when, address string) {
	if at := strings.Index(s, "http"); at >= 0 {
		return strings.TrimSpace(s[:at]), strings.TrimSpace(s[at:])
	}
	return s, ""
}

// headed reads texts under lines that hold only the author's name.
func (in *importer) headed(lines []string) []message {
	var messages []message
	for i, line := range lines {
		if m := header.FindStringSubmatch(line); m != nil {
			messages = append(messages, message{line: i + 1, author: m[1], handle: m[1]})
			continue
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		if len(messages) == 0 {
			in.warn("line %d: before the first author, left out", i+1)
			continue
		}
		last := &messages[len(messages)-1]
		last.lines = append(last.lines, line)
	}
	return messages
}

// led reads lines that open with a time, an author, or both. A line that opens
// with neither goes on with the message above.
func (in *importer) led(lines []string) []message {
	timed := anyLine(lines, stamp)
	var messages []message
	for i, line := range lines {
		m, ok := in.lead(line, timed)
		if ok {
			m.line = i + 1
			messages = append(messages, m)
			continue
		}
		switch {
		case strings.TrimSpace(line) == "":
		case len(messages) == 0:
			in.warn("line %d: before the first author, left out", i+1)
		default:
			last := &messages[len(messages)-1]
			last.lines = append(last.lines, line)
		}
	}
	return messages
}

// lead reads the opening of a line. In a file with times only a line with a
// time opens a message; there a name may be of several words.
func (in *importer) lead(line string, timed bool) (message, bool) {
	if m := pipeLine.FindStringSubmatch(line); m != nil {
		return message{when: m[2], url: "https://twitter.com/i/status/" + m[1], lines: []string{unescape(m[3])}}, true
	}
	if !timed {
		return speaker(strings.TrimSpace(line), false)
	}
	m := stamp.FindStringSubmatch(line)
	if m == nil {
		return message{}, false
	}
	said, ok := speaker(strings.TrimSpace(line[len(m[0]):]), true)
	said.when = m[2]
	return said, ok
}

// speaker parts a line into its author and words.
func speaker(line string, timed bool) (message, bool) {
	if m := fullSpeaker.FindStringSubmatch(line); m != nil {
		return message{author: strings.TrimSpace(m[1]), handle: m[2], lines: []string{m[3]}}, true
	}
	if m := handleSpeaker.FindStringSubmatch(line); m != nil {
		return message{author: m[1], handle: m[1], lines: []string{m[2]}}, true
	}
	if m := wordSpeaker.FindStringSubmatch(line); m != nil && !labelWord.MatchString(m[1]) {
		return message{author: m[1], handle: m[1], lines: []string{m[2]}}, true
	}
	if m := nameSpeaker.FindStringSubmatch(line); timed && m != nil {
		return message{author: strings.TrimSpace(m[1]), lines: []string{m[2]}}, true
	}
	return message{}, false
}
