package digest

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"weekward/digest/health"
	"weekward/digest/related"
	"weekward/feeds"
)

const (
	// silent is the logit of a text without any word of the profile in a
	// language the model has not learnt: a chance of one in thirteen, little, but
	// more than English news has that the model has read and found to be about
	// something else.
	silent = -2.5
	// perWeight is what a weight of 1 in the profile adds to a logit where the
	// profile alone decides. Two words of medicine settle it.
	perWeight = 1.5
	// besideModel is what it adds where the model has read the text as well,
	// since the two know much the same.
	besideModel = 0.15
	// certain is what each weight above 1 adds beside the model: words of health
	// in general weigh 1, and the model knows them; those of digital health weigh
	// 2 and more, are seldom in the news it learnt from, and mean what they say.
	// It is a judgement, not a fit: the labelled headlines are about health at
	// large and lose half a hundredth by it (docs/ranking.md).
	certain = 0.8
	// readWords is how many words of a summary the model reads; a lead says what
	// it is about at once.
	readWords = 30
	// ownShare is the part of the topic that news earns by being ours; the rest
	// it has by being about health at all.
	ownShare = 0.4
)

// A Term is a word that made an item fit the newsletter, or kept it from it.
type Term struct {
	Text string `json:"text"`           // as the item has it, in lower case
	Word string `json:"word,omitempty"` // of the profile, in whatever form; "" for words from elsewhere
	From string `json:"from"`           // "profile", "model" or "editor"
	// Weight is the profile's, less for a word of the summary; for the model how
	// much more often the word stands in news of health, as a logarithm; for the
	// editor what earlier keeps and drops add to the logit or take from it.
	Weight float64 `json:"weight"`
}

// Where a Term comes from.
const (
	fromProfile = "profile"
	fromModel   = "model"
	fromEditor  = "editor"
)

// A matter is what an item is about, as far as the newsletter cares.
type matter struct {
	logit float64 // that it is about health
	drawn float64 // what of it the company of other items did
	echo  float64 // how many other items are about the same
	ours  float64 // sum of the weights of the profile's words in it
	terms []Term  // of the profile, the strongest first, then of the model and the editor
}

// topical is how well news fits the newsletter, 0 to 1: that it is about health
// at all, times that it is about our health.
func topical(logit, ours float64) float64 {
	return health.Odds(logit) * (1 - ownShare*math.Exp(-ours/fitting))
}

// A judge reads items for what they are about.
type judge struct {
	profile profile
	model   *health.Model
	share   float64 // of the model in the judgement, 0 to 1
	taste   taste
}

// judged reads items, each in the company of the others.
func (p *pool) judged(items []feeds.Item) map[string]matter {
	j := judge{profile: p.profile, model: health.New(), share: p.options.Health, taste: newTaste(p.week, p.profile.lexicon)}
	list, logits, titles := make([]matter, len(items)), make([]float64, len(items)), make([]title, len(items))
	for i, it := range items {
		list[i], titles[i].words = j.matter(it)
		logits[i], titles[i].page = list[i].logit, p.keys[it.ID]
	}
	crowd, matters := newCrowd(titles), make(map[string]matter, len(list))
	for i, m := range list {
		m.logit, m.echo = crowd.company(i, logits)
		m.drawn = m.logit - logits[i]
		matters[items[i].ID] = m
	}
	return matters
}

// topicNames names what terms of the profile were found.
func topicNames(terms []Term) []string {
	list := []string{}
	for _, t := range terms {
		if t.Word != "" {
			list = append(list, t.Word)
		}
	}
	return list
}

// matter reads one item, and gives the words of its title.
func (j judge) matter(it feeds.Item) (m matter, title []related.Word) {
	lang, summary := j.profile.language(it), cmp.Or(it.Summary, it.Excerpt)
	found := map[int]hit{}
	rest := j.profile.lexicon.Words(summary, lang)
	title = j.profile.lexicon.Words(it.Title, lang)
	j.profile.find(rest, lang, inSummary, found)
	j.profile.find(title, lang, 1, found)
	m.terms = j.profile.terms(found)
	core := 0.0 // of the weights above 1
	for _, t := range m.terms {
		m.ours += t.Weight
		core += max(0, t.Weight-1)
	}
	m.logit = silent + perWeight*m.ours
	if lang == health.Language && j.share > 0 {
		logit, words := j.read(title, rest)
		m.logit += j.share * (logit + besideModel*m.ours + certain*core - m.logit)
		m.terms = append(m.terms, unnamed(words, m.terms)...)
	}
	shift, words := j.taste.of(title, lang)
	m.logit += shift
	m.terms = append(m.terms, words...)
	return m, title
}

// read asks the model about a title and the start of a summary, which counts
// half as much.
func (j judge) read(title, summary []related.Word) (logit float64, words []health.Word) {
	head := j.model.Of(title)
	if len(summary) == 0 {
		return head.Logit, head.Words
	}
	lead := j.model.Of(summary[:min(len(summary), readWords)])
	return (head.Logit + inSummary*lead.Logit) / (1 + inSummary), append(head.Words, lead.Words...)
}

// unnamed gives the model's strongest words that the profile has not named.
func unnamed(words []health.Word, named []Term) []Term {
	const enough = 5
	var list []Term
	slices.SortStableFunc(words, func(a, b health.Word) int { return cmp.Compare(b.Weight, a.Weight) })
	for _, w := range words {
		known := slices.ContainsFunc(append(list, named...), func(t Term) bool {
			return slices.Contains(strings.Fields(t.Text), w.Text)
		})
		if !known && len(list) < enough {
			list = append(list, Term{Text: w.Text, From: fromModel, Weight: rounded(w.Weight)})
		}
	}
	return list
}

// Topical tells how well items fit the newsletter by their words alone, 0 to
// 1, by ID. Each is read in the company of the others, as Rank reads a week's.
func Topical(items []feeds.Item, o Options) map[string]float64 {
	p := &pool{options: o.usable(), profile: newProfile(o.Topics)}
	fits := make(map[string]float64, len(items))
	for id, m := range p.judged(items) {
		fits[id] = topical(m.logit, m.ours)
	}
	return fits
}
