package related

import (
	"net/url"
	"path"
	"regexp"
	"strings"
	"unicode"
)

// longestPart is how many letters a word in an address may have; what is longer
// is a code.
const longestPart = 30

// addressWords gives the words in an address's path. They are the publisher's
// own second headline: "markets-yahoo-results" names what "Turnaround chugs
// along" does not.
func addressWords(address string) []string {
	if address == "" {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	var list []string
	for _, w := range strings.FieldsFunc(strings.ToLower(strings.TrimSuffix(u.Path, path.Ext(u.Path))), betweenWords) {
		if len(w) < longestPart && !strings.ContainsFunc(w, unicode.IsDigit) {
			list = append(list, w)
		}
	}
	return list[:min(len(list), maxTitleWords)]
}

func betweenWords(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

var (
	// webLink is an address in running text. Shortened ones differ from post to
	// post though they lead to one page, so none is compared.
	webLink = regexp.MustCompile(`(?i)\b(?:https?://|www\.)\S+|\b[a-z0-9]+\.(?:ly|me|gl|co|gd|to|it)/\S+`)
	// credit is whom a post repeats.
	credit = regexp.MustCompile(`(?i:\b(?:via|from|by)\s+)@\w+|\bRT\b:?`)
)

// withoutLinks cuts links and credits out of a text: they say where it was
// read, not what it says.
func withoutLinks(text string) string {
	if strings.Contains(text, "/") {
		text = webLink.ReplaceAllString(text, " ")
	}
	if strings.Contains(text, "RT") || strings.Contains(text, "@") {
		text = credit.ReplaceAllString(text, " ")
	}
	return text
}
