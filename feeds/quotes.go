package feeds

import (
	"unicode"
	"unicode/utf8"
)

// insideQuote tells whether a quotation or bracket is open at the end of s.
func insideQuote(s string) bool { return len(openQuotes(s)) > 0 }

// openQuotes are the marks that would close what is open at the end of s,
// outermost first. Apostrophes are not quotes: only “ ”, „ “, « », ‹ ›, " "
// and brackets count.
func openQuotes(s string) []rune {
	var open []rune
	previous := ' '
	for i, r := range s {
		switch {
		case len(open) > 0 && closes(r, open[len(open)-1]):
			open = open[:len(open)-1]
		case r == '"':
			next, _ := utf8.DecodeRuneInString(s[i+1:])
			if !unicode.IsLetter(previous) && !unicode.IsDigit(previous) && !unicode.IsSpace(next) {
				open = append(open, '"') // after a digit it means inches
			}
		default:
			if mark := closingMark(r); mark != 0 {
				open = append(open, mark)
			}
		}
		previous = r
	}
	return open
}

// closes tells whether r closes what waits for mark. German and English
// writers close „ with “ or ” alike.
func closes(r, mark rune) bool {
	return r == mark || mark == '“' && r == '”' || mark == '”' && r == '"'
}

func closingMark(r rune) rune {
	switch r {
	case '“':
		return '”'
	case '„':
		return '“'
	case '«':
		return '»'
	case '‹':
		return '›'
	case '(':
		return ')'
	case '[':
		return ']'
	}
	return 0
}
