package related

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// A Finder answers questions of a few words with the documents that treat what
// is asked, the best first.
//
// Two things speak for a document. One is the words asked for, or words spelled
// nearly so, by how rare they are and how often it has them (BM25, Robertson and
// Zaragoza 2009). The other is that it keeps the company of those words without
// having them all: how near it lies in a Latent space. Each counts by its share
// of the best document's, and each document takes a little of the score of
// those that are most like it, for what is relevant comes in groups.
//
// A Finder does not change once it is made, and may be asked by several
// goroutines. The same documents, in any order, give the same answers.
type Finder struct {
	lexicon *Lexicon
	docs    []searched // by day, then ID
	tongues []int      // languages that documents are in
	terms   map[string]int32
	posts   [][]mention // by term
	near    spellings
	lengths lengths // mean of all documents
	latent  *Latent
}

// A searched is what a Finder keeps of a document.
type searched struct {
	id      string
	day     time.Time
	lengths lengths
}

// lengths counts the words of the two parts of a text.
type lengths struct{ title, body float64 }

// A mention says how often a document has a term; in the opening of the body,
// each time counts twice.
type mention struct {
	doc         int32
	title, body uint16
}

// A Found is a document that answers a question.
type Found struct {
	ID    string
	Score float64 // share of the best answer's score, above 0, at most 1
}

const (
	// maxSearchedWords bounds what is read of a text; maxSearchedBytes does so
	// before it is cut into words. An abstract has some 250 words, a summary 60.
	maxSearchedWords = 600
	maxSearchedBytes = 8 * maxSearchedWords
	// opening is how many words of a body count twice: news and abstracts say
	// what they are about before they say what follows. From 15 to 60 words all
	// did better than none on both collections.
	opening = 30
)

// The shares of what speaks for a document were fitted on the development
// halves of NFCorpus and of the Cystic Fibrosis collection together, each also
// by halves of its questions: from 0.4 to 0.8 and from 0.1 to 0.25 nothing
// changes by more than 0.007 nDCG@10.
const (
	latentShare = 0.6
	groupShare  = 0.15
	groupSize   = 10  // documents that a group has beside the one in question
	groupAmong  = 150 // best documents that groups are made among
)

// NewFinder reads documents. Of several with the same ID one is kept.
func NewFinder(docs []Document) *Finder {
	f := &Finder{lexicon: NewLexicon(), terms: map[string]int32{}}
	for _, d := range ordered(docs) {
		f.read(d)
	}
	f.near = newSpellings(f)
	f.latent = newLatent(f.latentRows(), len(f.posts), directions(len(f.docs)))
	return f
}

// read adds one document to the postings.
func (f *Finder) read(d Document) {
	title, body := tokens(clip(headline(d.Title), maxSearchedBytes)), tokens(clip(d.Body, maxSearchedBytes))
	title, body = title[:min(len(title), maxSearchedWords)], body[:min(len(body), maxSearchedWords)]
	tongue := f.lexicon.tongue(d.Lang, slices.Concat(title, body))
	if !slices.Contains(f.tongues, tongue) {
		f.tongues = append(f.tongues, tongue)
	}
	doc := searched{id: d.ID, day: d.Day}
	for _, token := range title {
		if m := f.mention(tongue, token); m != nil {
			m.title++
			doc.lengths.title++
		}
	}
	for i, token := range body {
		m := f.mention(tongue, token)
		if m == nil {
			continue
		}
		doc.lengths.body++
		if m.body++; i < opening {
			m.body++ // twice
		}
	}
	f.docs = append(f.docs, doc)
	f.lengths.title += (doc.lengths.title - f.lengths.title) / float64(len(f.docs))
	f.lengths.body += (doc.lengths.body - f.lengths.body) / float64(len(f.docs))
}

// mention finds the place where a word of the document being read is counted;
// nil for a word that is too common to say anything.
func (f *Finder) mention(tongue int, token string) *mention {
	e := f.lexicon.word(tongue, token)
	if e.Stop && !isName(token) {
		return nil
	}
	term, known := f.terms[e.Stem]
	if !known {
		term = int32(len(f.posts))
		f.terms[e.Stem] = term
		f.posts = append(f.posts, nil)
	}
	doc, posts := int32(len(f.docs)), f.posts[term]
	if len(posts) == 0 || posts[len(posts)-1].doc != doc {
		posts = append(posts, mention{doc: doc})
		f.posts[term] = posts
	}
	return &posts[len(posts)-1]
}

// isName tells whether a word of no meaning is, in capitals, a name that people
// ask for: the WHO, the US.
func isName(token string) bool { return token == "who" || token == "us" }

// Find answers a question of a few words with at most limit documents. There
// are none when no document has any of the words, nor one spelled like it.
func (f *Finder) Find(words string, limit int) []Found {
	q := f.ask(words)
	scores := f.wordScores(q)
	if len(f.docs) == 0 || slices.Max(scores) <= 0 {
		return nil
	}
	toShares(scores)
	cosines := f.latentScores(q)
	enough := chance(f.latent.Dims())
	for i := range scores {
		if scores[i] == 0 && cosines[i] < enough {
			cosines[i] = 0
		}
	}
	toShares(cosines)
	for i := range scores {
		scores[i] += latentShare * cosines[i]
	}
	list, shared := f.grouped(f.ranked(scores), scores)
	return f.best(list, shared, limit)
}

// toShares divides scores by the greatest.
func toShares(scores []float64) {
	if most := slices.Max(scores); most > 0 {
		for i := range scores {
			scores[i] /= most
		}
	}
}

// ranked gives the documents with a score, the best first; of equals, the newer
// one; then by ID.
func (f *Finder) ranked(scores []float64) []int32 {
	var list []int32
	for i, s := range scores {
		if s > 0 {
			list = append(list, int32(i))
		}
	}
	slices.SortFunc(list, func(a, b int32) int {
		return cmp.Or(
			cmp.Compare(scores[b], scores[a]),
			f.docs[b].day.Compare(f.docs[a].day),
			strings.Compare(f.docs[a].id, f.docs[b].id),
		)
	})
	return list
}

// best writes the answers.
func (f *Finder) best(list []int32, scores []float64, limit int) []Found {
	if len(list) == 0 {
		return nil
	}
	most := scores[list[0]]
	var found []Found
	for _, i := range list[:min(len(list), limit)] {
		found = append(found, Found{ID: f.docs[i].id, Score: scores[i] / most})
	}
	return found
}
