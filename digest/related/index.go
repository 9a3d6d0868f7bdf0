// Package related compares texts: it finds which documents tell the same story
// and which are near one another.
//
// It knows documents, not news. What is printed, in which order, and what the
// editor said is left to digest. It is pure, and the same documents give the
// same answers in whatever order they come.
//
// A text is read twice: as stems of words, in which titles count more than
// bodies, and as pieces of 3 and 4 letters, which compounds, inflections and
// names have in common. Both are weighted by how rare they are in the
// document's language. The likeness of two texts is the mean of the two
// cosines, 0 to 1. Whether two texts tell one story also depends on the days
// between them, on how long they are and on how alike others are; a Judge
// weighs that up.
package related

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Document is a text to compare.
type Document struct {
	ID    string
	Key   string // what identifies it elsewhere, as an address does; equal keys mean copies; "" has none
	Title string // "" for a post
	Body  string
	Lang  string    // BCP 47; "" is recognised by its words
	Day   time.Time // when it came out; zero when unknown
	// Address is where it is read. The words of its path count like the body's;
	// "" has none.
	Address string
}

const (
	// bodyWeight is what a word in the body counts against one in the title.
	bodyWeight = 0.7
	// maxBodyWords bounds what is read of a body. News says what it is about in
	// its first paragraphs; the rest only blurs the comparison.
	maxBodyWords = 120
	// maxTitleWords bounds a title, for feeds that put the whole text there.
	maxTitleWords = 60
)

// An Index holds documents ready to be compared. It may be asked by several
// goroutines at a time, except while Add is at work.
type Index struct {
	docs    []document // by day, then ID; those added since the last renewal after them
	place   map[string]int
	lexicon *Lexicon
	spread  []spread // by language
	renewed int      // how many documents there were when the weights were last renewed
	terms   postings
	found   comparison
	pieces  pieces
	sheets  sync.Pool // of *sheet
}

// A document is a Document as the index keeps it.
type document struct {
	Document
	tongue int
	exact  string // the folded words of the title, of a post those of the text, for copies
	terms  vector
	grams  vector
}

// growth is the share of new documents from which on all weights are renewed.
// Until then a word counts as rare as it was: a tenth more documents change the
// logarithm of its rarity by a tenth at most.
const growth = 0.1

// NewIndex reads the documents. Of several with the same ID one is kept.
func NewIndex(docs []Document) *Index {
	x := &Index{lexicon: NewLexicon(), place: make(map[string]int, len(docs)), found: newComparison()}
	x.spread = make([]spread, len(x.lexicon.tongues))
	x.Add(docs)
	return x
}

// Lexicon gives a Lexicon that knows the words of the index's documents. What it
// learns besides it keeps to itself; it is of no use once the index has grown.
func (x *Index) Lexicon() *Lexicon { return x.lexicon.over() }

// Add reads more documents; those whose ID the index holds already are left
// out. The answers are those of an index made anew of all documents, but that
// how rare a word is changes only when the index has grown by a tenth. It costs
// time for the new documents only, once the others have been compared.
func (x *Index) Add(docs []Document) {
	first := len(x.docs)
	r := reader{lexicon: x.lexicon}
	x.docs = slices.Grow(x.docs, len(docs))
	for _, d := range ordered(docs) {
		if _, known := x.place[d.ID]; !known {
			x.place[d.ID] = len(x.docs)
			x.docs = append(x.docs, r.read(d))
		}
	}
	x.count(first)
	x.pieces = pieces{once: new(sync.Once)}
	if !x.found.compared || float64(len(x.docs)-x.renewed) > growth*float64(x.renewed) {
		x.renew(first)
		return
	}
	x.extend(first)
}

// renew weighs all words anew and sorts the documents. Those from the first one
// on have not been weighed yet.
func (x *Index) renew(first int) {
	for i := range x.spread {
		old := x.spread[i]
		x.spread[i].terms, x.spread[i].grams = old.terms.renewed(old.docs), old.grams.renewed(old.docs)
		for k := range x.docs {
			if d := &x.docs[k]; d.tongue == i && k < first {
				d.weigh(&old, &x.spread[i])
			}
		}
	}
	for k := first; k < len(x.docs); k++ {
		x.docs[k].weigh(unweighed, x.spreadOf(&x.docs[k]))
	}
	slices.SortFunc(x.docs, byDay)
	for i := range x.docs {
		x.place[x.docs[i].ID] = i
	}
	x.renewed = len(x.docs)
	x.terms = post(x.docs, x.lexicon.terms.size())
	x.found = newComparison()
}

// extend puts the documents from the first one on beside the others.
func (x *Index) extend(first int) {
	x.terms = append(x.terms, make(postings, x.lexicon.terms.size()-len(x.terms))...)
	for i := first; i < len(x.docs); i++ {
		d := &x.docs[i]
		d.weigh(unweighed, x.spreadOf(d))
		for k, dim := range d.terms.dims {
			x.terms[dim] = append(x.terms[dim], posting{int32(i), d.terms.weights[k]})
		}
	}
	x.compareMore(first)
}

// inOrder gives the places of the documents by day, then ID.
func (x *Index) inOrder() []int32 {
	places := make([]int32, len(x.docs))
	for i := range places {
		places[i] = int32(i)
	}
	if len(x.docs) > x.renewed {
		slices.SortFunc(places, func(a, b int32) int { return byDay(x.docs[a], x.docs[b]) })
	}
	return places
}

// byDay orders documents so that nothing depends on the order they came in.
func byDay(a, b document) int {
	return cmp.Or(a.Day.Compare(b.Day), strings.Compare(a.ID, b.ID))
}

// ordered sorts the documents by day and leaves out all but the first of an ID,
// so that nothing depends on the order they came in.
func ordered(docs []Document) []Document {
	type dated struct {
		second int64
		at     int
	}
	order := make([]dated, len(docs))
	for i := range docs {
		order[i] = dated{docs[i].Day.Unix(), i} // compared first, it is nearly always enough
	}
	slices.SortFunc(order, func(a, b dated) int {
		if a.second != b.second {
			return cmp.Compare(a.second, b.second)
		}
		return byText(&docs[a.at], &docs[b.at])
	})
	list, seen := make([]Document, 0, len(docs)), make(map[string]bool, len(docs))
	for _, o := range order {
		if d := docs[o.at]; !seen[d.ID] {
			seen[d.ID] = true
			list = append(list, d)
		}
	}
	return list
}

// byText orders documents of one second so that equal ones only are left.
func byText(a, b *Document) int {
	return cmp.Or(
		a.Day.Compare(b.Day),
		strings.Compare(a.ID, b.ID),
		strings.Compare(a.Title, b.Title),
		strings.Compare(a.Body, b.Body),
		strings.Compare(a.Key, b.Key),
		strings.Compare(a.Lang, b.Lang),
		strings.Compare(a.Address, b.Address),
	)
}

// A reader turns Documents into documents, one after another.
type reader struct {
	lexicon      *Lexicon
	terms, grams tally
	term         [1]int32 // of the word in hand
	exact        []byte   // of the document in hand, as are its words
	title, body  []string
}

func (r *reader) read(d Document) document {
	title, body := r.parts(d)
	doc := document{Document: d, tongue: r.lexicon.tongue(d.Lang, title, body)}
	r.exact = r.exact[:0]
	for _, token := range title {
		r.exact = append(append(r.exact, r.add(doc.tongue, token, inTitle).Fold...), ' ')
	}
	for _, token := range body {
		if e := r.add(doc.tongue, token, inBody); len(title) == 0 {
			r.exact = append(append(r.exact, e.Fold...), ' ')
		}
	}
	for _, token := range addressWords(d.Address) {
		r.add(doc.tongue, token, inBody)
	}
	doc.exact = string(r.exact)
	doc.terms, doc.grams = r.terms.take(), r.grams.take()
	return doc
}

// parts gives the words of a document that are compared, until the next
// document is read.
func (r *reader) parts(d Document) (title, body []string) {
	r.title = appendTokens(r.title[:0], headline(d.Title))
	r.body = appendTokens(r.body[:0], withoutLinks(clip(d.Body, 16*maxBodyWords)))
	return r.title[:min(len(r.title), maxTitleWords)], r.body[:min(len(r.body), maxBodyWords)]
}

// add counts a word, unless it is a stop word, and gives what is known of it.
func (r *reader) add(tongue int, token string, place count) *entry {
	e := r.lexicon.word(tongue, token)
	if e.term >= 0 {
		r.terms.reach(r.lexicon.terms.size())
		r.grams.reach(r.lexicon.grams.size())
		r.term[0] = e.term
		r.terms.add(r.term[:], place)
		r.grams.add(e.grams, place)
	}
	return e
}

// spreadOf is that of a document's language.
func (x *Index) spreadOf(d *document) *spread { return &x.spread[d.tongue] }

// weigh gives a document's words their weights by the new spread in place of
// those by the old one.
func (d *document) weigh(old, now *spread) {
	d.terms.weigh(&old.terms, &now.terms)
	d.grams.weigh(&old.grams, &now.grams)
}
