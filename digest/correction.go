package digest

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"weekward/digest/related"
	"weekward/feeds"
)

// A Correction is what a source changed about an item after an issue had
// carried it, and that the issue's readers ought to know.
type Correction struct {
	Issue   int       `json:"issue"` // the number of the issue that carried it
	Item    string    `json:"item"`  // the item's ID
	URL     string    `json:"url"`
	Source  string    `json:"source"`  // the outlet's name
	Printed string    `json:"printed"` // the title that the issue printed
	Title   string    `json:"title"`   // the title now
	Sign    string    `json:"sign"`    // the word that speaks of a correction, as written; "" when only the title is another
	Seen    time.Time `json:"seen"`    // when we read it, UTC
}

// reworded is the share of its words, of the shorter title's, that a headline
// keeps when it is edited for style. One that keeps fewer says something else.
const reworded = 0.34

// Corrects reports whether a later reading of an item takes back or mends what
// an earlier one said: a word that says so is new in its title or summary, or
// the title is another one. The sign is that word, "" for another title.
func Corrects(before, after feeds.Item) (sign string, yes bool) {
	was := plainWords(before.Title + "\n" + before.Summary)
	is := strings.FieldsFunc(after.Title+"\n"+after.Summary, notLetter)
	for i := range is {
		for length := 1; length <= longestSign && i+length <= len(is); length++ {
			said := strings.Join(is[i:i+length], " ")
			if folded := related.Fold(said); isSign(folded) && !contains(was, folded) {
				return said, true
			}
		}
	}
	return "", kept(before.Title, after.Title) < reworded
}

// kept is the share of the words of the shorter of two titles that the other
// has as well; 1 when one has no words.
func kept(a, b string) float64 {
	short, long := plainWords(a), plainWords(b)
	if len(short) > len(long) {
		short, long = long, short
	}
	if len(short) == 0 {
		return 1
	}
	n := 0
	for _, w := range short {
		if slices.Contains(long, w) {
			n++
		}
	}
	return float64(n) / float64(len(short))
}

// plainWords are the words of a text in lower case and without accents.
func plainWords(text string) []string { return strings.FieldsFunc(related.Fold(text), notLetter) }

func notLetter(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) }

// contains reports whether a list of words holds a phrase.
func contains(words []string, phrase string) bool {
	return strings.Contains(" "+strings.Join(words, " ")+" ", " "+phrase+" ")
}

// longestSign is how many words a phrase of signs has at most.
const longestSign = 3

// isSign reports whether a folded phrase speaks of a correction in one of the
// newsletter's languages. Verbs in other forms ("corrects a deformity") are
// left out: they are about the news, not about the text.
func isSign(phrase string) bool {
	switch phrase {
	case "retracted", "retraction", "withdrawn", "correction", "corrections", "corrected", "corrigendum", "erratum", "errata",
		"clarification", "editor s note", "expression of concern", // English
		"zuruckgezogen", "zuruckgezogene", "widerrufen", "korrektur", "korrigiert", "korrigierte", "berichtigt", "berichtigung",
		"richtigstellung", "gegendarstellung", // German
		"ingetrokken", "teruggetrokken", "rectificatie", "correctie", "gecorrigeerd", // Dutch
		"retractation", "retracte", "retractee", "rectificatif", "rectification", "corrige", "corrigee", // French
		"retractacion", "retractado", "retractada", "fe de erratas", "rectificacion", "correccion", "corregido", "corregida", // Spanish
		"ritrattazione", "ritrattato", "ritrattata", "ritirato", "errata corrige", "rettifica", "rettificato", "correzione", // Italian
		"ανακληση", "ανακληθηκε", "αποσυρθηκε", "διορθωση", "διορθωθηκε", "επανορθωση": // Greek
		return true
	}
	return false
}

// CarriedTitle is the title under which an issue printed an item: as a story,
// beside one, or as one of the others that told it. It is "" when the issue did
// not carry the item.
func (i Issue) CarriedTitle(it feeds.Item) string {
	for _, s := range i.Stories {
		if s.ID == it.ID {
			return s.Title
		}
		for _, r := range s.Related {
			if r.ID == it.ID {
				return r.Title
			}
		}
		for _, a := range s.Also {
			if a.URL == it.URL && a.URL != "" {
				return a.Title
			}
		}
	}
	return ""
}
