package digest

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"weekward/digest/related"
	"weekward/feeds"
)

const (
	// inSummary is what a word in the summary counts against one in the title.
	inSummary = 0.5
	// fitting is the sum of weights at which a text is 63 % on topic.
	fitting = 2.0
	// compound is how long a word must be to be found inside a longer one, as
	// Telemedizin is in Telemedizinplattform.
	compound = 7
)

// A profile is the newsletter's words: what it is about.
type profile struct {
	topics  []topic // the heaviest first
	lexicon *related.Lexicon
	phrases map[string]map[string][]phrase // by language, then by forms of the first word
	inside  map[string]int                 // by folded word: the heaviest topic found inside it
}

// A topic is a word or phrase of the profile.
type topic struct {
	name   string
	weight float64
	fold   string // of a single word that may be found in a compound; else ""
}

// A phrase is a topic's words in one language.
type phrase struct {
	topic int
	words []related.Word
}

// longStem is how many bytes two words must share as their stem to be taken for
// forms of one. Shorter stems meet by chance when a word of one language is
// read in another, as santé and santa do.
const longStem = 5

func newProfile(words map[string]float64) profile {
	p := profile{lexicon: related.NewLexicon(), phrases: map[string]map[string][]phrase{}, inside: map[string]int{}}
	for _, name := range slices.Sorted(maps.Keys(words)) {
		if weight := words[name]; weight > 0 && strings.TrimSpace(name) != "" {
			p.topics = append(p.topics, topic{name: name, weight: weight, fold: compoundPart(name)})
		}
	}
	slices.SortStableFunc(p.topics, func(a, b topic) int { return cmp.Compare(b.weight, a.weight) })
	return p
}

func compoundPart(name string) string {
	if fold := related.Fold(name); len(fold) >= compound && !strings.ContainsAny(fold, " -") {
		return fold
	}
	return ""
}

func (p profile) empty() bool { return len(p.topics) == 0 }

// fit tells how well an item fits the profile, 0 to 1, and which of its words
// it has, the strongest first.
func (p profile) fit(it feeds.Item) (float64, []string) {
	summary, lang := cmp.Or(it.Summary, it.Excerpt), p.language(it)
	found := map[int]float64{}
	p.find(summary, lang, inSummary, found)
	p.find(it.Title, lang, 1, found)
	hits := slices.SortedFunc(maps.Keys(found), func(a, b int) int {
		return cmp.Or(cmp.Compare(found[b], found[a]), cmp.Compare(a, b))
	})
	words, sum := make([]string, len(hits)), 0.0
	for i, hit := range hits {
		words[i] = p.topics[hit].name
		sum += found[hit]
	}
	return 1 - math.Exp(-sum/fitting), words
}

// weight is that of the topic a single word names; 0 when it names none.
func (p profile) weight(word, lang string) float64 {
	found := map[int]float64{}
	p.find(word, lang, 1, found)
	most := 0.0
	for _, w := range found {
		most = max(most, w)
	}
	return most
}

// language is the one an item is written in, by its tag or its words.
func (p profile) language(it feeds.Item) string {
	return p.lexicon.Language(it.Title+" "+cmp.Or(it.Summary, it.Excerpt), it.Lang)
}

// find notes the topics a text has, each once, with its weight at that place.
func (p profile) find(text, lang string, place float64, found map[int]float64) {
	phrases, words := p.in(lang), p.lexicon.Words(text, lang)
	for i := range words {
		if best := p.at(words[i:], phrases); best >= 0 {
			found[best] = place * p.topics[best].weight
		}
	}
}

// at gives the topic that a text begins with: the heaviest where several meet,
// then the one that is written so, as vaccine is and the Dutch vaccin is not;
// else one that is part of the first word; -1 for none.
func (p profile) at(text []related.Word, phrases map[string][]phrase) int {
	best, written := -1, false
	for _, key := range forms(text[0]) {
		for _, ph := range phrases[key] {
			if !ph.begins(text) {
				continue
			}
			same := ph.words[0].Fold == text[0].Fold
			if best < 0 || p.topics[ph.topic].weight > p.topics[best].weight || p.topics[ph.topic].weight == p.topics[best].weight && same && !written {
				best, written = ph.topic, same
			}
		}
	}
	if best < 0 {
		return p.within(text[0].Fold)
	}
	return best
}

// in reads the topics as phrases of a language.
func (p profile) in(lang string) map[string][]phrase {
	if known, ok := p.phrases[lang]; ok {
		return known
	}
	phrases := map[string][]phrase{}
	for i, t := range p.topics {
		if words := p.lexicon.Words(t.name, lang); len(words) > 0 {
			for _, key := range forms(words[0]) {
				phrases[key] = append(phrases[key], phrase{i, words})
			}
		}
	}
	p.phrases[lang] = phrases
	return phrases
}

// forms are what a word is looked up by: its stem, and itself without accents,
// since stemmers know sanità but not sanita.
func forms(w related.Word) []string {
	if w.Stem == w.Fold {
		return []string{w.Stem}
	}
	return []string{w.Stem, w.Fold}
}

// begins reports whether a text begins with the phrase.
func (ph phrase) begins(text []related.Word) bool {
	if len(text) < len(ph.words) {
		return false
	}
	for i, w := range ph.words {
		if !sameWord(w, text[i]) {
			return false
		}
	}
	return true
}

// sameWord reports whether two words are forms of one. "Well" and "wellness"
// have one stem, but the first says nothing.
func sameWord(a, b related.Word) bool {
	if a.Fold == b.Fold || a.Stem != b.Stem || a.Stop != b.Stop {
		return a.Fold == b.Fold
	}
	return len(a.Stem) >= longStem || inflected(a.Fold, b.Fold) || inflected(b.Fold, a.Fold)
}

// inflected reports whether a longer word is a short one with an ending.
func inflected(long, short string) bool {
	return strings.HasPrefix(long, short) && len(long)-len(short) <= len(short)/2
}

// within finds the heaviest topic that is part of a longer word; -1 for none.
func (p profile) within(word string) int {
	if len(word) <= compound {
		return -1
	}
	best, known := p.inside[word]
	if !known {
		best = slices.IndexFunc(p.topics, func(t topic) bool { return t.fold != "" && strings.Contains(word, t.fold) })
		p.inside[word] = best
	}
	return best
}
