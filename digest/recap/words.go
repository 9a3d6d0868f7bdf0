package recap

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"weekward/feeds"
)

var (
	addressForm = regexp.MustCompile(`https?://\S+`)
	mentionForm = regexp.MustCompile(`(?:^|[^\pL\pN])@[\pL\pN_]*(?:[.@-][\pL\pN_]+)*`)
	tagForm     = regexp.MustCompile(`(?:^|[^\pL\pN&])#\s?[\pL\pN_]+`)
)

// words are the words of a text that its author chose: without label, repost
// marks, mentions, tags and addresses; lower case, accents folded.
func words(text string) []string {
	if l, ok := ParseLabel(text, nil); ok {
		text = text[:l.Start] + " " + text[l.End:]
	}
	text = addressForm.ReplaceAllString(text, " ")
	text = tagForm.ReplaceAllString(text, " ")
	text = mentionForm.ReplaceAllString(text, " ")
	found := strings.FieldsFunc(fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return slices.DeleteFunc(found, func(w string) bool { return w == "rt" || w == "mt" || w == "via" })
}

// spoken is a text without what is no part of the talk: label, repost marks,
// mentions, addresses and the chat's own tag. Other tags are words.
func spoken(text, tag string) string {
	text = addressForm.ReplaceAllString(quotable(text, tag), " ")
	if strings.Contains(text, "@") {
		text = repeated.ReplaceAllString(text, " ")
		text = mentionForm.ReplaceAllString(text, " ")
	}
	return tagForm.ReplaceAllStringFunc(text, func(found string) string {
		if tag != "" && strings.EqualFold(strings.TrimLeft(found[strings.IndexByte(found, '#'):], "# "), tag) {
			return " "
		}
		return found
	})
}

// fold lowers a text and takes its accents off, so that "Réseau" is "reseau".
func fold(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return r >= 0x80 }) {
		return strings.ToLower(text)
	}
	t := transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC)
	folded, _, err := transform.String(t, strings.ToLower(text))
	if err != nil { // only for broken UTF-8, which feeds do not let through
		return strings.ToLower(text)
	}
	return folded
}

// overlap is the share of words two sorted sets have in common (Jaccard), 0 to 1.
func overlap(a, b []string) float64 {
	shared, i, j := 0, 0, 0
	for i < len(a) && j < len(b) {
		switch strings.Compare(a[i], b[j]) {
		case 0:
			shared++
			i++
			j++
		case -1:
			i++
		default:
			j++
		}
	}
	if union := len(a) + len(b) - shared; union > 0 {
		return float64(shared) / float64(union)
	}
	return 0
}

func set(words []string) []string {
	sorted := slices.Clone(words)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}

// connectives need the word after them: a tag behind one is part of the
// sentence ("welcome to #hcsmeu") and stays.
var connectives = map[string]bool{
	"a": true, "an": true, "the": true, "to": true, "at": true, "in": true, "on": true, "of": true, "for": true, "from": true, "with": true,
	"about": true, "by": true, "via": true, "and": true, "or": true, "our": true, "my": true, "your": true, "this": true, "join": true, "joining": true,
	"der": true, "die": true, "das": true, "dem": true, "den": true, "im": true, "am": true, "zum": true, "zur": true, "bei": true, "beim": true, "von": true, "mit": true, "und": true, "für": true,
	"de": true, "het": true, "een": true, "van": true, "met": true, "bij": true, "op": true, "voor": true, "naar": true,
	"le": true, "la": true, "les": true, "du": true, "des": true, "au": true, "aux": true, "sur": true, "pour": true, "avec": true, "et": true, "à": true,
	"il": true, "lo": true, "di": true, "del": true, "al": true, "su": true, "per": true, "con": true, "e": true, "el": true, "en": true, "y": true,
	"στο": true, "στη": true, "για": true, "με": true, "του": true, "της": true, "το": true, "η": true, "ο": true, "και": true,
}

// quotable is a text as its author wrote it, with the question label and the
// chat's own tag cut off the ends.
func quotable(text, tag string) string {
	text = cutLeadingTag(strings.TrimSpace(text), tag)
	if l, ok := ParseLabel(text, nil); ok && strings.TrimSpace(text[:l.Start]) == "" {
		text = text[l.End:]
	}
	return cutTrailingTag(cutLeadingTag(text, tag), tag)
}

func cutLeadingTag(text, tag string) string {
	for {
		rest, ok := afterTag(text, tag)
		if !ok {
			return text
		}
		text = strings.TrimLeft(rest, " \n:,-–—")
	}
}

// afterTag is the text behind the chat's tag, when the text starts with it.
func afterTag(text, tag string) (string, bool) {
	m := leadingTag.FindStringSubmatchIndex(text)
	if tag == "" || m == nil || !strings.EqualFold(text[m[2]:m[3]], tag) {
		return text, false
	}
	return text[m[1]:], true
}

var (
	leadingTag  = regexp.MustCompile(`^#\s?([\pL\pN_]+)`)
	trailingTag = regexp.MustCompile(`(?:^|\s)#\s?([\pL\pN_]+)\s*$`)
	lastWord    = regexp.MustCompile(`([\pL]+)\s*$`)
)

func cutTrailingTag(text, tag string) string {
	for {
		from := max(0, strings.LastIndexByte(text, '#')-1)
		m := trailingTag.FindStringSubmatchIndex(text[from:])
		if tag == "" || m == nil || !strings.EqualFold(text[from+m[2]:from+m[3]], tag) {
			return strings.TrimSpace(text)
		}
		before := strings.TrimSpace(text[:from+m[0]])
		if w := lastWord.FindStringSubmatch(before); w != nil && connectives[strings.ToLower(w[1])] {
			return strings.TrimSpace(text)
		}
		text = before
	}
}

// person is whose post it is, "" when the transcript lost the name.
func person(p feeds.Post) string {
	if p.Handle != "" {
		return strings.ToLower(p.Handle)
	}
	return strings.ToLower(p.Author)
}
