package related

import (
	"strings"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/spanish"
)

// A language is one we have stop words for, and a stemmer where there is one.
type language struct {
	tag  string // the primary subtag
	stop map[string]bool
	stem func(*snowballstem.Env) bool // nil where there is none: Greek
}

// greekStem is how many letters of a Greek word are kept in place of a stem.
const greekStem = 6

// languages are those of the newsletter. The first one is assumed where
// nothing speaks for another.
func languages() []language {
	return []language{
		{"en", stopWords(stopEN), english.Stem},
		{"de", stopWords(stopDE), german.Stem},
		{"nl", stopWords(stopNL), dutch.Stem},
		{"it", stopWords(stopIT), italian.Stem},
		{"fr", stopWords(stopFR), french.Stem},
		{"es", stopWords(stopES), spanish.Stem},
		{"el", stopWords(stopEL), nil},
	}
}

// stopWords folds a list the way words are folded before they are looked up.
func stopWords(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[fold(w)] = true
	}
	return set
}

// stemmed gives a lower-case word's folded stem. The stemmer sees the word with
// its accents, since its rules name them.
func (l language) stemmed(w string) string {
	if l.stem == nil {
		return shortened(fold(w), l.tag)
	}
	env := snowballstem.NewEnv(w)
	l.stem(env)
	if s := fold(env.Current()); s != "" {
		return s
	}
	return fold(w)
}

// shortened is the stand-in for a stemmer.
func shortened(w, tag string) string {
	if tag != "el" {
		return w
	}
	letters := []rune(w)
	return string(letters[:min(len(letters), greekStem)])
}

// primary is the first subtag of a BCP 47 tag, in lower case (RFC 5646, section 2.1).
func primary(tag string) string {
	tag, _, _ = strings.Cut(tag, "-")
	tag, _, _ = strings.Cut(tag, "_")
	return strings.ToLower(strings.TrimSpace(tag))
}
