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
	// fitting is the sum of weights at which a text is 63 % ours.
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
	inside  map[spot]int                   // the heaviest topic found inside a longer word
}

// A spot is a folded word in a text of some language.
type spot struct{ lang, word string }

// A topic is a word or phrase of the profile.
type topic struct {
	lang   string // that it counts in; "" for all
	name   string
	weight float64
	fold   string // of a single word that may be found in a compound; else ""
}

// in reports whether a topic counts in a language. In one we have no topics
// for, all do: a Portuguese text has words of the Spanish profile.
func (t topic) in(lang string) bool {
	return t.lang == "" || t.lang == lang || !slices.Contains(strings.Fields(topicColumns), lang)
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
	p := profile{lexicon: related.NewLexicon(), phrases: map[string]map[string][]phrase{}, inside: map[spot]int{}}
	for _, name := range slices.Sorted(maps.Keys(words)) {
		if lang, text := withTag(name); words[name] > 0 && text != "" {
			p.topics = append(p.topics, topic{lang, text, words[name], compoundPart(text)})
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

// fit tells how well an item fits the profile alone, 0 to 1, and which of its
// words it has, the strongest first.
func (p profile) fit(it feeds.Item) (float64, []string) {
	found, lang := map[int]hit{}, p.language(it)
	p.find(p.lexicon.Words(cmp.Or(it.Summary, it.Excerpt), lang), lang, inSummary, found)
	p.find(p.lexicon.Words(it.Title, lang), lang, 1, found)
	var names []string
	sum := 0.0
	for _, t := range p.terms(found) {
		names = append(names, t.Word)
		sum += t.Weight
	}
	return 1 - math.Exp(-sum/fitting), names
}

// A hit is where a text has a topic.
type hit struct {
	text   string // as it stands there
	weight float64
}

// terms lists what was found, the strongest first.
func (p profile) terms(found map[int]hit) []Term {
	hits := slices.SortedFunc(maps.Keys(found), func(a, b int) int {
		return cmp.Or(cmp.Compare(found[b].weight, found[a].weight), cmp.Compare(a, b))
	})
	list := make([]Term, len(hits))
	for i, n := range hits {
		list[i] = Term{Text: found[n].text, Word: p.topics[n].name, From: fromProfile, Weight: found[n].weight}
	}
	return list
}

// weight is that of the topic a single word names; 0 when it names none.
func (p profile) weight(word, lang string) float64 {
	found := map[int]hit{}
	p.find(p.lexicon.Words(word, lang), lang, 1, found)
	most := 0.0
	for _, h := range found {
		most = max(most, h.weight)
	}
	return most
}

// language is the one an item is written in, by its tag or its words.
func (p profile) language(it feeds.Item) string {
	return p.lexicon.Language(it.Title+" "+cmp.Or(it.Summary, it.Excerpt), it.Lang)
}

// find notes the topics a text has, each once, with its weight at that place.
func (p profile) find(text []related.Word, lang string, place float64, found map[int]hit) {
	phrases := p.in(lang)
	for i := range text {
		if best, length := p.at(text[i:], lang, phrases); best >= 0 {
			found[best] = hit{asWritten(text[i : i+length]), place * p.topics[best].weight}
		}
	}
}

// asWritten joins words as a text has them.
func asWritten(words []related.Word) string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = w.Text
	}
	return strings.Join(list, " ")
}

// at gives the topic that a text begins with: the heaviest where several meet,
// then the one that is written so, as vaccine is and the Dutch vaccin is not;
// else one that is part of the first word; -1 for none. It also gives how many
// words the topic takes.
func (p profile) at(text []related.Word, lang string, phrases map[string][]phrase) (best, length int) {
	best, written := -1, false
	for _, key := range forms(text[0]) {
		for _, ph := range phrases[key] {
			if !ph.begins(text) {
				continue
			}
			same := ph.words[0].Fold == text[0].Fold
			if best < 0 || p.topics[ph.topic].weight > p.topics[best].weight || p.topics[ph.topic].weight == p.topics[best].weight && same && !written {
				best, written, length = ph.topic, same, len(ph.words)
			}
		}
	}
	if best < 0 {
		return p.within(spot{lang, text[0].Fold}), 1
	}
	return best, length
}

// in reads the topics as phrases of a language.
func (p profile) in(lang string) map[string][]phrase {
	if known, ok := p.phrases[lang]; ok {
		return known
	}
	phrases := map[string][]phrase{}
	for i, t := range p.topics {
		if !t.in(lang) {
			continue
		}
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
// Only German and Dutch write compounds as one word: an impatient Englishman is
// no patient.
func (p profile) within(at spot) int {
	if len(at.word) <= compound || at.lang != "de" && at.lang != "nl" {
		return -1
	}
	best, known := p.inside[at]
	if !known {
		best = slices.IndexFunc(p.topics, func(t topic) bool { return t.fold != "" && t.in(at.lang) && strings.Contains(at.word, t.fold) })
		p.inside[at] = best
	}
	return best
}
