package recap

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxQuestion is the highest number a chat of an hour reaches.
const maxQuestion = 20

// A Label is the mark with which people say which question they are talking
// about: "T1:", "(Q2)", "Frage 3".
type Label struct {
	Letter string // upper case; "T" for topic, "Q" for question, "A" for answer, …
	Number int
	Start  int // the byte where the label begins in the text, brackets included
	End    int // the byte after it and the punctuation that belongs to it
}

// Asks reports whether the letter opens a question; "A1" and "R1" only answer.
func (l Label) Asks() bool { return l.Letter != "A" && l.Letter != "R" }

// String is the label as it is printed, "Q1".
func (l Label) String() string { return l.Letter + strconv.Itoa(l.Number) }

var (
	shortLabel = regexp.MustCompile(`^(?i:([TQAFVDPREΕΑ]))(\d{1,2})`)
	longLabel  = regexp.MustCompile(`^(?i:(topic|question|answer|frage|antwort|vraag|antwoord|domanda|risposta|ερωτηση|ερώτηση|απάντηση|pregunta|respuesta|réponse|tema|thema|sujet)) ?#?(\d{1,2})`)
)

// letters gives the long labels their short form.
var letters = map[string]string{
	"topic": "T", "tema": "T", "thema": "T", "sujet": "T", "question": "Q", "frage": "F", "vraag": "V", "domanda": "D",
	"ερωτηση": "Ε", "ερώτηση": "Ε", "pregunta": "P",
	"answer": "A", "antwort": "A", "antwoord": "A", "risposta": "R", "απάντηση": "A", "respuesta": "R", "réponse": "R",
}

// ParseLabel finds the label at the start of a text, after mentions, repost
// marks, tags and punctuation (CH-7). Opened holds the numbers that the
// moderator opened; nil accepts every number from 1 to 20. What only looks
// like a label in a health chat does not count: T1D, A1C, "T4 levels", "Q1 2010".
func ParseLabel(text string, opened map[int]bool) (Label, bool) {
	start := preamble(text)
	rest := text[start:]
	letter, number, size := readLabel(rest)
	if size == 0 || number < 1 || number > maxQuestion || opened != nil && !opened[number] {
		return Label{}, false
	}
	end, ok := closeLabel(rest, size, letter)
	if !ok {
		return Label{}, false
	}
	l := Label{Letter: letter, Number: number, Start: openBracket(text, start), End: start + end}
	return l, true
}

func readLabel(rest string) (letter string, number, size int) {
	m := longLabel.FindStringSubmatch(rest)
	if m == nil {
		m = shortLabel.FindStringSubmatch(rest)
	}
	if m == nil {
		return "", 0, 0
	}
	number, _ = strconv.Atoi(m[2]) // the form holds digits only
	word := strings.ToLower(m[1])
	if short, ok := letters[word]; ok {
		return short, number, len(m[0])
	}
	switch letter = strings.ToUpper(m[1]); letter {
	case "E": // a Greek question typed on a Latin keyboard
		letter = "Ε"
	case "Α": // the Greek answer, which looks like the Latin one
		letter = "A"
	}
	return letter, number, len(m[0])
}

// preambleWord is one thing that may stand before a label.
var preambleWord = regexp.MustCompile(`^(?:@[\pL\pN_]*(?:[.@-][\pL\pN_]+)*:?|(?i:RT|MT|HT|TR)\b:?|#\s?[\pL\pN_]+)`)

// preamble is the length of what may stand before a label. "#T1" is a label,
// not a tag.
func preamble(text string) int {
	at := 0
	for at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		rest := text[at:]
		if r == '#' && taggedLabel(rest[1:]) {
			return at + 1
		}
		if word := preambleWord.FindString(rest); word != "" {
			at += len(word)
			continue
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '@' || r == '#' {
			return at
		}
		at += size
	}
	return at
}

var wholeTag = regexp.MustCompile(`^(?i:[TQAFVDPREΕΑ]\d{1,2})(?:$|[^\pL\pN_])`)

func taggedLabel(tag string) bool { return wholeTag.MatchString(tag) }

// openBracket steps back over the marks that belong to the label: "(Q1)", "#T1".
func openBracket(text string, start int) int {
	for start > 0 && strings.IndexByte("([#*", text[start-1]) >= 0 {
		start--
	}
	return start
}

var (
	// aYear follows the quarter of a company: "Q1 2010", "Q1/10", "Q1 FY11".
	aYear = regexp.MustCompile(`^[ /-]?(?:['’]?(?:19|20)\d\d\b|['’]\d\d\b|FY ?'?\d|/\d\d\b)`)

	// another is a second mark of the same kind: "T1/T2", "T1 and T2", "T1 & 2".
	another = regexp.MustCompile(`^ ?(?:/|&|\+|,|-|and|or|und|oder|en|of|e|o|et|ou|y|και) ?(?:[A-Za-zΕΑ]?\d{1,2}\b)`)

	// clinical words make a bare mark a medical term: diabetes types, tumour
	// stages, thyroid hormones, MRI weightings, vertebrae, haemoglobin.
	clinical = regexp.MustCompile(`(?i)^[ -]?(?:diabet\w*|dm\b|iddm|niddm|zuckerkrank\w*|glyc\w*|insulin-dependent|` +
		`thyroid\w*|hormon\w*|levels?\b|free\b|tsh\b|blood|lab\b|labs\b|tests?\b|count\b|counts\b|cells?\b|lymphocytes?|deficien\w*|supplement\w*|` +
		`n[0-3x]\b|m[01x]\b|tumou?rs?\b|cancers?\b|lesions?\b|stage\b|staging|weighted|mri\b|mapping|relaxation|hyperintens\w*|` +
		`spine|vertebra\w*|fracture\w*|receptors?\b|score\b|scores\b|c\b|milk\b|casein|beta\b|vitamin\w*|` +
		`earnings|revenues?\b|sales\b|profits?\b|results? call|quarter\w*)`)
)

// closeLabel looks at what follows the number: a letter or digit makes it
// another word, a decimal point a measure, a year a quarter, a clinical word a
// diagnosis. It gives the end of the label with the punctuation that closes it.
func closeLabel(rest string, size int, letter string) (end int, ok bool) {
	after := rest[size:]
	r, width := utf8.DecodeRuneInString(after)
	next, _ := utf8.DecodeRuneInString(after[width:])
	switch {
	case after == "":
		return size, true
	case unicode.IsLetter(r), unicode.IsDigit(r), r == '_', r == '%':
		return 0, false
	case strings.ContainsRune(".,'’", r) && unicode.IsDigit(next):
		return 0, false
	case aYear.MatchString(after), diagnosis(after):
		return 0, false
	}
	return size + punctuation(after), true
}

// diagnosis reports whether a clinical word follows directly, or after more
// marks: "T1/T2 diabetes".
func diagnosis(after string) bool {
	for range 3 {
		more := another.FindString(after)
		if more == "" {
			break
		}
		after = after[len(more):]
	}
	return clinical.MatchString(after)
}

// punctuation is the length of the punctuation and spaces behind a label.
func punctuation(after string) int {
	n := strings.IndexFunc(after, func(r rune) bool { return !strings.ContainsRune(" :.)]-–—,;/|*>\n", r) })
	if n < 0 {
		return len(after)
	}
	return n
}
