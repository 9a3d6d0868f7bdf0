package feeds

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// monthNames are the names of months in seven languages as datelines write them,
// whole or cut.
const monthNames = `(?:jan|feb|fév|mar|mär|maa|apr|avr|abr|may|mei|mag|mai|jun|juin|giu|jul|juil|lug|aug|août|ago|sep|set|okt|oct|ott|nov|dec|dez|déc|dic|gen|ene|ιαν|φεβ|μαρ|απρ|μαΐ|ιουν|ιουλ|αυγ|σεπ|οκτ|νοε|δεκ)\p{L}{0,8}\.?`

// agencies are news agencies as datelines name them, with the desk behind a
// stroke or hyphen.
const agencies = `\((?:dpa|afp|reuters|ap|anp|ansa|efe|apa|kna|epd|sda|belga|upi|xinhua|agi|adnkronos|europa press|ατπε|απε|απε-μπε|ots|sid|[\p{L}]{2,6}/[\p{L}]{2,6})(?:[/-]\p{L}{1,8})?\)`

// creditWords begin a line that says who took a picture.
const creditWords = `(?:photo credit|image credit|photograph|photo|image|picture|credit|bildquelle|bildnachweis|fotografía|foto|bild|beeld|crédits? photo|crédits?|crédito|immagine|imagen|φωτογραφία|φωτό|φωτο)`

// An opening is what may stand in front of the first sentence.
type opening struct {
	needs string // one of these characters is in it: quicker to look for than the form
	form  *regexp.Regexp
}

// openings are datelines and picture credits.
var openings = []opening{
	// "LONDON (Reuters) - ", "ROMA, 3 MAR - ": a place in capitals
	{"-–—", regexp.MustCompile(`^\p{Lu}[\p{Lu} .,'’-]{2,40}(\([\p{L} -]{2,20}\))?( ?[|,] ?\p{Lu}\p{Ll}{2,8}\.? \d{1,2}(, \d{4})?)? ?(\([\p{L} -]{2,20}\) ?)?[—–-]{1,2}\s+`)},
	// "(ANSA) - ROMA, 3 MAR - "
	{"-–—", regexp.MustCompile(`^\(\p{Lu}{2,12}\)\s*[—–-]\s*\p{Lu}[\p{Lu} '’]{2,30}(,? \d{1,2} \p{Lu}{3,9})?\s*[—–-]\s+`)},
	// "Hamburg (dpa/lno) – ", "Madrid, 3 mar (EFE).- ": an agency in brackets
	{"(", regexp.MustCompile(`(?i)^\p{L}[\p{L} ./'’-]{1,40}(, (?:le )?\d{1,2}\.? ` + monthNames + `( \d{4})?)?,? ` + agencies + `\.?\s?[—–:-]{1,2}\s+`)},
	// "Paris, le 3 mars 2026 – ", "Boston, March 3, 2026 – ": a place and a day
	{"-–—", regexp.MustCompile(`^\p{Lu}[\p{L} '’-]{1,30}, (?i:(?:le |den |il |el )?\d{1,2}\.? (?:de )?` + monthNames + `(?: (?:de )?\d{4})?|` + monthNames + ` \d{1,2}(?:, \d{4})?) ?[—–-]{1,2}\s+`)},
	// "Photo: A. Moss. ", "Foto di Ada Moss. "
	{".:", regexp.MustCompile(`^(?i:` + creditWords + `)( ?: ?| (?i:by|via|courtesy of|von|di|door|de|par|του|της) )(?:[^.]|\b\p{Lu}\.){2,60}?\p{L}{2,}\.\s+`)},
	// "(Photo by Ada Moss/Agency) ", "[Bild: Ada Moss]"
	{"([", regexp.MustCompile(`^[(\[](?i:` + creditWords + `)[\s:][^)\]]{2,100}[)\]][.:]?\s*`)},
	// "© Ada Moss. "
	{"©", regexp.MustCompile(`^©\s?[^.]{2,60}\.\s+`)},
}

// buttons are the words of a row of buttons in front of a text. One alone may
// begin a sentence; two or more do not.
var buttons = regexp.MustCompile(`^(?i:(?:share|tweet|pin it|pin|facebook|twitter|x|linkedin|whatsapp|telegram|pinterest|reddit|e-?mail|mail|print|listen|save|teilen|drucken|merken|vorlesen|anhören|delen|afdrukken|condividi|stampa|ascolta|partager|imprimer|écouter|compartir|imprimir|escuchar|guardar|κοινοποίηση|εκτύπωση)(?:[\s|:•·/,]+|$)){2,}`)

// consent is a sentence by which a site asks for cookies.
var consent = regexp.MustCompile(`(?i)\b(?:we|this (?:web)?site|our (?:web)?site) (?:also )?uses? (?:\p{L}+ )?cookies|(?:wir|diese (?:web)?(?:site|seite)) (?:verwenden?t?|nutzen|nutzt|benutzt|setzt|setzen) (?:\p{L}+ )?cookies|(?:wij|we|deze (?:web)?site) (?:gebruiken|gebruikt|maakt gebruik van) (?:\p{L}+ )?cookies|(?:questo sito (?:web )?(?:utilizza|usa)|utilizziamo|usiamo) (?:i )?cookie|(?:nous utilisons|ce site (?:web )?utilise) des cookies|(?:utilizamos|usamos|este sitio (?:web )?(?:utiliza|usa)) (?:\p{L}+ )?cookies|(?:χρησιμοποιούμε|χρησιμοποιεί) (?:\p{L}+ )?cookies`)

// openingReach is how far into a text an opening may go, in bytes.
const openingReach = 200

// withoutConsent takes off a first sentence that asks for cookies, when others
// follow it.
func withoutConsent(text string) string {
	front := text[:min(len(text), 2*openingReach)]
	if !strings.Contains(front, "ookie") {
		return text
	}
	if ends := sentenceEnds(front, ""); len(ends) > 0 && ends[0] < len(text) && consent.MatchString(front[:ends[0]]) {
		return strings.TrimSpace(text[ends[0]:])
	}
	return text
}

// cutMarks end text that the publisher cut.
var cutMarks = []string{"[…]", "[...]", "[ … ]", "[ ... ]", "(…)", "(...)", "[&hellip;]", "[…", "[...", "…", "..."}

// boilerplateReach is how much of a text is looked at, in bytes: six times the
// longest excerpt. What closes a longer text is never printed.
const boilerplateReach = 1200

// withoutBoilerplate takes out what is no part of the story (EX-4), as often
// as it is there. It tells whether the text stops in mid-sentence, because the
// publisher cut it or because it is longer than any excerpt.
func withoutBoilerplate(text string) (rest string, unfinished bool) {
	text = withoutOpenings(text) // first: a cookie question in front is no closing
	if len(text) > boilerplateReach {
		text, unfinished = strings.ToValidUTF8(text[:boilerplateReach], ""), true
	} else {
		text, unfinished = withoutClosings(text)
	}
	return strings.TrimSpace(text), unfinished
}

// withoutOpenings takes off what stands before the story, in whatever order:
// buttons, cookie questions, picture credits, datelines. It never takes all.
func withoutOpenings(text string) string {
	for before := ""; before != text; {
		before = text
		front := text[:min(len(text), openingReach)]
		rest := text[len(buttons.FindString(front)):]
		if first, _ := utf8.DecodeRuneInString(rest); unicode.IsUpper(first) {
			text = rest // else the words are a sentence's own: "Facebook, Twitter and others"
		}
		text = withoutConsent(text)
		for _, o := range openings {
			front := text[:min(len(text), openingReach)]
			if !holdsOne(front, o.needs) {
				continue
			}
			if rest := text[len(o.form.FindString(front)):]; rest != "" {
				text = rest
			}
		}
	}
	return text
}

// holdsOne tells whether one of a few characters is in a text. ContainsAny
// would look each character of the text up among them.
func holdsOne(text, few string) bool {
	for _, r := range few {
		if strings.ContainsRune(text, r) {
			return true
		}
	}
	return false
}

// closingReach is the longest reach of a closing, in bytes.
const closingReach = 400

func withoutClosings(text string) (rest string, unfinished bool) {
	for before := " "; before != text; {
		before = text
		for _, mark := range cutMarks {
			if cut, ok := strings.CutSuffix(text, mark); ok {
				text, unfinished = strings.TrimSpace(cut), true
			}
		}
		text = withoutClosing(text)
	}
	last, _ := utf8.DecodeLastRuneInString(text)
	return text, unfinished && text != "" && !strings.ContainsRune(".!?”\"’", last)
}

// withoutClosing cuts the text before the first closing phrase in it. In the
// middle of a sentence a phrase must begin with a capital: "Read more" is a
// button, "to read more" is not.
func withoutClosing(text string) string {
	from := max(0, len(text)-closingReach)
	boundary, space := from == 0, from == 0
	for i, r := range text[from:] {
		if (boundary || space && !unicode.IsLower(r)) && isClosing(text[from+i:]) {
			return strings.TrimRight(text[:from+i], " [(|–—»>•·-")
		}
		space = r == ' '
		boundary = boundary && space || endsPhrase(r)
	}
	return text
}

// endsPhrase tells characters after which a closing may begin. It is asked at
// each character of each summary's end.
func endsPhrase(r rune) bool {
	switch r {
	case '.', '!', '?', '…', '»', '”', '"', '’', ')', ']', '|', '>', ':', '–', '—', '•', '·', '[', '-':
		return true
	}
	return false
}

// closingsBy are the closings by the byte they may begin with, in capitals or
// not: this is asked at each word of each summary.
var closingsBy = func() (by [256][]closing) {
	for _, c := range closings {
		for b := range len(by) {
			if first := c.starts[0]; byte(b)|0x20 == first|0x20 || first >= utf8.RuneSelf && b >= utf8.RuneSelf {
				by[b] = append(by[b], c)
			}
		}
	}
	return by
}()

func isClosing(tail string) bool {
	for _, c := range closingsBy[tail[0]] {
		if len(tail) > c.reach || len(tail) < len(c.starts) {
			continue
		}
		if strings.EqualFold(tail[:len(c.starts)], c.starts) && strings.Contains(strings.ToLower(tail), c.holds) {
			return true
		}
	}
	return false
}

// WithoutTitle takes the title off the front of a text that repeats it, unless
// the sentence goes on from there.
func WithoutTitle(text, title string) string {
	title = strings.TrimRight(title, " .:!?…")
	if len(title) < 8 || len(text) <= len(title) || !strings.EqualFold(text[:len(title)], title) {
		return text
	}
	after := text[len(title):]
	rest := strings.TrimLeft(after, " .:|–—-!?…")
	first, _ := utf8.DecodeRuneInString(rest)
	gap := strings.TrimSpace(after[:len(after)-len(rest)])
	if rest == "" || after == rest || gap == "" && !unicode.IsUpper(first) {
		return text
	}
	return rest
}
