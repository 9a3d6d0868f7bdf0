package feeds

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// sentenceEnds are the byte offsets just after each sentence of a text. It
// knows the full stops that end none (EX-3): abbreviations, initials,
// ordinals, decimals.
func sentenceEnds(text, lang string) []int {
	var ends []int
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	for i, r := range text {
		if !isTerminator(r, lang) {
			continue
		}
		end := afterClosers(text, i+utf8.RuneLen(r))
		next, size := utf8.DecodeRuneInString(text[end:])
		switch {
		case size == 0:
			ends = append(ends, end)
		case isWide(r):
			ends = append(ends, end)
		case next != ' ':
			continue
		case r == '.' && isAbbreviation(text[:i], text[end+1:], lang):
			continue
		case startsLower(text[end+1:]):
			continue // "Yahoo! says", "p.m. on Friday"
		default:
			ends = append(ends, end)
		}
	}
	return ends
}

func isTerminator(r rune, lang string) bool {
	switch r {
	case '.', '!', '?', '…':
		return true
	case ';', '\u037e':
		return lang == "el" // the Greek question mark
	}
	return isWide(r)
}

// isWide tells terminators that need no space after them.
func isWide(r rune) bool { return strings.ContainsRune("。！？؟۔।", r) }

// afterClosers steps over the quotes, brackets and repeated marks that belong
// to the sentence that ends.
func afterClosers(text string, at int) int {
	for at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		if !strings.ContainsRune("\"'”’»›)].!?…“", r) {
			break
		}
		at += size
	}
	return at
}

func startsLower(s string) bool {
	s = strings.TrimLeft(s, "\"'“„«(‘")
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLower(r)
}

// isAbbreviation tells whether the full stop between before and after belongs
// to an abbreviation, an initial or an ordinal rather than to the sentence.
func isAbbreviation(before, after, lang string) bool {
	word := before[strings.LastIndexByte(before, ' ')+1:]
	word = strings.TrimLeft(word, "\"'“„«(‘[")
	if i := strings.LastIndexAny(word, "'’"); i > 0 {
		word = word[i:]
		_, size := utf8.DecodeRuneInString(word)
		word = word[size:] // l'art., dell'ing.
	}
	folded := strings.ToLower(word)
	switch {
	case utf8.RuneCountInString(word) == 1 && !unicode.IsDigit(rune(word[0])):
		return true // initials; z. B.
	case strings.Contains(word, ".") && strings.IndexFunc(word, unicode.IsDigit) < 0 && !strings.Contains(word, ".."):
		return true // e.g., p.m., U.S.
	case isOrdinal(word, lang):
		return true
	case folded == "no" || folded == "nos" || folded == "nr" || folded == "núm" || folded == "pp":
		r, _ := utf8.DecodeRuneInString(after)
		return unicode.IsDigit(r)
	}
	return abbreviations[folded]
}

// isOrdinal tells a day or rank written with a full stop: "31. März".
func isOrdinal(word, lang string) bool {
	if lang != "de" && lang != "" && lang != "da" && lang != "nb" && lang != "fi" && lang != "cs" && lang != "pl" && lang != "hu" {
		return false
	}
	return len(word) > 0 && len(word) <= 2 && strings.Trim(word, "0123456789") == ""
}

// abbreviations never end a sentence, whatever follows. Those that often do
// ("etc.", "Inc.", "usw.") are left out.
var abbreviations = map[string]bool{
	// en
	"dr": true, "mr": true, "mrs": true, "ms": true, "prof": true, "st": true, "vs": true, "gov": true, "sen": true, "rep": true,
	"gen": true, "col": true, "capt": true, "lt": true, "sgt": true, "rev": true, "hon": true, "fig": true, "figs": true, "vol": true,
	"ed": true, "eds": true, "al": true, "approx": true, "dept": true, "est": true, "jan": true, "feb": true, "aug": true, "sept": true,
	"oct": true, "nov": true, "dec": true, "cf": true, "ca": true, "mt": true, "ft": true,
	// de
	"bzw": true, "ca.": true, "evtl": true, "ggf": true, "inkl": true, "max": true, "min": true, "mio": true, "mrd": true, "nr": true,
	"tel": true, "vgl": true, "zzgl": true, "dipl": true, "ing": true, "med": true, "hrsg": true, "jh": true, "sog": true, "str": true,
	// nl
	"dhr": true, "mevr": true, "drs": true, "ir": true, "bijv": true, "resp": true, "incl": true, "blz": true,
	// fr
	"mme": true, "mlle": true, "mm": true, "env": true, "chap": true,
	// es, it
	"sr": true, "sra": true, "srta": true, "dra": true, "ud": true, "uds": true, "pág": true, "art": true, "sig": true, "dott": true,
	"ee": true, "ssa": true, "avv": true, "ing.": true, "pag": true,
	// el
	"κ": true, "δρ": true, "καθ": true, "βλ": true, "π.χ": true, "δηλ": true, "αρ": true,
}
