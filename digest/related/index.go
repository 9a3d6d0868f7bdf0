// Package related compares texts: it finds which documents tell the same story
// and which are near one another.
//
// It knows documents, not news. What is printed, in which order, and what the
// editor said is left to digest. It is pure, and the same documents give the
// same answers in whatever order they come.
//
// A text is read twice: as stems of words, in which titles count more than
// bodies, and as pieces of 3 to 5 letters, which compounds, inflections and
// names have in common. Both are weighted by how rare they are in the
// document's language. The likeness of two texts is the mean of the two
// cosines, 0 to 1.
package related

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

// A Document is a text to compare.
type Document struct {
	ID    string
	Key   string // what identifies it elsewhere, as an address does; equal keys mean copies; "" has none
	Title string
	Body  string
	Lang  string    // BCP 47; "" is recognised by its words
	Day   time.Time // when it came out; zero when unknown
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

// An Index holds documents ready to be compared. It does not change once it is
// made, and may be asked by several goroutines.
type Index struct {
	docs    []document // by day, then ID
	place   map[string]int
	lexicon *Lexicon
	spread  []spread // by language
	terms   postings
	grams   postings
}

// A document is a Document as the index keeps it.
type document struct {
	Document
	tongue int
	exact  string // the folded words of the title, for copies
	terms  vector
	grams  vector
}

// A spread tells how rare each stem and piece is in one language. Each language
// has its own, or the largest would decide what is rare.
type spread struct {
	docs  int
	terms []float32 // number of documents while counting, inverse document frequency after
	grams []float32
}

// NewIndex reads the documents. Of several with the same ID one is kept.
func NewIndex(docs []Document) *Index {
	x := &Index{lexicon: NewLexicon(), place: make(map[string]int, len(docs))}
	x.spread = make([]spread, len(x.lexicon.tongues))
	r := reader{lexicon: x.lexicon}
	for _, d := range ordered(docs) {
		x.place[d.ID] = len(x.docs)
		x.docs = append(x.docs, r.read(d))
	}
	x.count()
	for i := range x.docs {
		x.weigh(&x.docs[i])
	}
	x.terms = post(x.docs, x.lexicon.terms.size(), func(d *document) vector { return d.terms })
	x.grams = post(x.docs, x.lexicon.grams.size(), func(d *document) vector { return d.grams })
	return x
}

// ordered sorts the documents by day and leaves out all but the first of an ID,
// so that nothing depends on the order they came in.
func ordered(docs []Document) []Document {
	list := slices.Clone(docs)
	slices.SortFunc(list, func(a, b Document) int {
		return cmp.Or(
			a.Day.Compare(b.Day),
			strings.Compare(a.ID, b.ID),
			strings.Compare(a.Title, b.Title),
			strings.Compare(a.Body, b.Body),
			strings.Compare(a.Key, b.Key),
			strings.Compare(a.Lang, b.Lang),
		)
	})
	seen := make(map[string]bool, len(list))
	return slices.DeleteFunc(list, func(d Document) bool {
		again := seen[d.ID]
		seen[d.ID] = true
		return again
	})
}

// A reader turns Documents into documents, one after another.
type reader struct {
	lexicon      *Lexicon
	terms, grams tally
}

func (r *reader) read(d Document) document {
	title, body := parts(d)
	doc := document{Document: d, tongue: r.lexicon.tongue(d.Lang, slices.Concat(title, body))}
	var exact strings.Builder
	for _, token := range title {
		e := r.lexicon.word(doc.tongue, token)
		exact.WriteString(e.Fold)
		exact.WriteByte(' ')
		r.add(e, true)
	}
	for _, token := range body {
		r.add(r.lexicon.word(doc.tongue, token), false)
	}
	doc.exact = exact.String()
	doc.terms, doc.grams = r.terms.take(), r.grams.take()
	return doc
}

// parts gives the words of a document that are compared.
func parts(d Document) (title, body []string) {
	title, body = tokens(headline(d.Title)), tokens(clip(d.Body, 16*maxBodyWords))
	return title[:min(len(title), maxTitleWords)], body[:min(len(body), maxBodyWords)]
}

func (r *reader) add(e *entry, title bool) {
	if e.Stop {
		return
	}
	r.terms.add(e.term, title)
	for _, g := range e.grams {
		r.grams.add(g, title)
	}
}

// count fills the spread of each language.
func (x *Index) count() {
	for i := range x.spread {
		x.spread[i].terms = make([]float32, x.lexicon.terms.size())
		x.spread[i].grams = make([]float32, x.lexicon.grams.size())
	}
	for i := range x.docs {
		d := &x.docs[i]
		s := &x.spread[d.tongue]
		s.docs++
		for _, t := range d.terms.dims {
			s.terms[t]++
		}
		for _, g := range d.grams.dims {
			s.grams[g]++
		}
	}
	for _, s := range x.spread {
		invert(s.terms, s.docs)
		invert(s.grams, s.docs)
	}
}

// invert turns numbers of documents into rarities.
func invert(counts []float32, docs int) {
	for i, n := range counts {
		counts[i] = rarity(docs, n)
	}
}

// rarity is the inverse document frequency: 1 for what every document has, more
// for what few have.
func rarity(docs int, n float32) float32 {
	return 1 + float32(math.Log(float64(1+docs)/(1+float64(n))))
}

// weigh gives a document's words their weights.
func (x *Index) weigh(d *document) {
	s := &x.spread[d.tongue]
	d.terms.weigh(s.terms, rarity(s.docs, 0))
	d.grams.weigh(s.grams, rarity(s.docs, 0))
}

// postings tell for each dimension which documents have it.
type postings [][]posting

type posting struct {
	doc    int32
	weight float32
}

func post(docs []document, dims int, pick func(*document) vector) postings {
	counts := make([]int32, dims)
	total := 0
	for i := range docs {
		for _, d := range pick(&docs[i]).dims {
			counts[d]++
			total++
		}
	}
	room, p := make([]posting, total), make(postings, dims)
	for d, n := range counts {
		p[d], room = room[:0:n], room[n:]
	}
	for i := range docs {
		v := pick(&docs[i])
		for k, d := range v.dims {
			p[d] = append(p[d], posting{int32(i), v.weights[k]})
		}
	}
	return p
}
