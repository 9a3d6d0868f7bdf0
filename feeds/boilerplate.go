package feeds

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A closing is a phrase that feeds hang on the end of a summary: it begins
// with one wording, may have to hold another, and runs to the end of the text.
type closing struct {
	starts string // lower case
	holds  string // lower case; "" for no more words needed
	reach  int    // at most so many bytes from its beginning to the end of the text
}

var closings = []closing{
	// "The post TITLE appeared first on SITE."
	{"the post ", "appeared first on", 400}, {"der beitrag ", "zuerst", 400}, {"het bericht ", "verscheen eerst op", 400},
	{"l'articolo ", "proviene da", 400}, {"l’articolo ", "proviene da", 400}, {"l'article ", "est apparu en premier sur", 400},
	{"l’article ", "est apparu en premier sur", 400}, {"cet article ", "est apparu en premier sur", 400},
	{"la entrada ", "primero en", 400}, {"το άρθρο ", "πρώτα στ", 400},

	// "Read more"
	{"read more", "", 120}, {"read the full", "", 120}, {"read the rest", "", 120}, {"read the whole", "", 120},
	{"click here to read", "", 120}, {"click to read", "", 120}, {"learn more", "", 80}, {"find out more", "", 80}, {"view more", "", 80},
	{"continue reading", "", 250}, {"keep reading", "", 250}, {"(more", "", 10}, {"more »", "", 10}, {"more →", "", 10},
	{"weiterlesen", "", 200}, {"weiter lesen", "", 200}, {"mehr lesen", "", 120}, {"zum artikel", "", 60}, {"lesen sie mehr", "", 120},
	{"lesen sie weiter", "", 120}, {"lees meer", "", 120}, {"lees verder", "", 200}, {"leggi tutto", "", 200}, {"leggi di più", "", 120},
	{"leggi l'articolo", "", 120}, {"leggi l’articolo", "", 120}, {"continua a leggere", "", 200}, {"lire la suite", "", 200},
	{"lire plus", "", 120}, {"lire l'article", "", 120}, {"lire l’article", "", 120}, {"en savoir plus", "", 120},
	{"continuer la lecture", "", 200}, {"leer más", "", 120}, {"seguir leyendo", "", 200}, {"continuar leyendo", "", 200},
	{"sigue leyendo", "", 200}, {"διαβάστε περισσότερα", "", 200}, {"διαβάστε τη συνέχεια", "", 200}, {"συνεχίστε την ανάγνωση", "", 250},

	// "Subscribe to our newsletter"
	{"subscribe to our", "", 250}, {"subscribe to the", "newsletter", 250}, {"subscribe now", "", 120}, {"subscribe here", "", 120},
	{"sign up for our", "", 250}, {"sign up to our", "", 250}, {"sign up for the", "newsletter", 250}, {"sign up here", "", 120},
	{"click here to subscribe", "", 160}, {"click here to sign up", "", 160}, {"join our mailing list", "", 160},
	{"newsletter abonnieren", "", 120}, {"abonnieren sie", "newsletter", 160}, {"jetzt newsletter", "", 120}, {"zum newsletter", "", 120},
	{"schrijf je in", "nieuwsbrief", 160}, {"abonneer je", "nieuwsbrief", 160}, {"meld je aan", "nieuwsbrief", 160},
	{"iscriviti alla", "newsletter", 160}, {"abonnez-vous", "newsletter", 160}, {"inscrivez-vous", "newsletter", 160},
	{"suscríbete a", "", 160}, {"suscríbase a", "", 160}, {"εγγραφείτε στο", "newsletter", 160},

	// share, cookie and filing lines
	{"share this", "", 200}, {"share on", "", 200}, {"we use cookies", "", 400}, {"this site uses cookies", "", 400},
	{"this website uses cookies", "", 400}, {"filed under", "", 250}, {"tagged:", "", 250}, {"tags:", "", 250}, {"posted in", "", 200},
}

// openings are datelines and picture credits in front of the first sentence.
var openings = []*regexp.Regexp{
	regexp.MustCompile(`^\p{Lu}[\p{Lu} .,'’-]{2,40}(\([\p{L} ]{2,20}\))?( ?[|,] ?\p{Lu}\p{Ll}{2,8}\.? \d{1,2}(, \d{4})?)? ?(\([\p{L} ]{2,20}\) ?)?[—–-]{1,2}\s+`),
	regexp.MustCompile(`^(?i:photo|image|picture|foto|bild|credit|photo credit|image credit|bildquelle|crédit photo|photo by|image by)( ?: ?| (by|via|courtesy of) )[^.]{2,60}\.\s+`),
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
	if len(text) > boilerplateReach {
		text, unfinished = strings.ToValidUTF8(text[:boilerplateReach], ""), true
	} else {
		text, unfinished = withoutClosings(text)
	}
	for _, o := range openings {
		text = strings.TrimPrefix(text, o.FindString(text))
	}
	return strings.TrimSpace(text), unfinished
}

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
	boundary, space := true, true
	for i, r := range text {
		if (boundary || space && !unicode.IsLower(r)) && isClosing(text[i:]) {
			return strings.TrimRight(text[:i], " [(|–—»>•·-")
		}
		space = r == ' '
		boundary = boundary && space || strings.ContainsRune(".!?…»”\"’)]|>:–—•·[-", r)
	}
	return text
}

func isClosing(tail string) bool {
	for _, c := range closings {
		if len(tail) > c.reach || len(tail) < len(c.starts) || tail[0]|0x20 != c.starts[0]|0x20 {
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
