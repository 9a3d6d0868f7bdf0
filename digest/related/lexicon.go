package related

import "unicode/utf8"

// A Word is one word of a text in the forms it is compared in.
type Word struct {
	Text string // lower case, as written otherwise; elided articles and possessives cut off
	Fold string // Text without accents
	Stem string // the folded stem in the text's language
	Stop bool   // too common in its language to say anything
}

// A Lexicon reads texts as words, working each word out once: twenty thousand
// pieces of news hold some ten thousand different words. It learns as it
// reads, so it is not for two goroutines at a time.
type Lexicon struct {
	tongues []language
	known   map[spelling]*entry
	under   *Lexicon // read before known, never written; nil for most
	terms   table    // of stems
	grams   table    // of pieces of 3 to 5 letters
}

// A spelling is a word in one language: "die" is English or German.
type spelling struct {
	tongue int
	token  string
}

// An entry is what is known about a word.
type entry struct {
	Word
	term  int32
	grams []int32
}

// NewLexicon returns a Lexicon that knows the newsletter's languages (en, de,
// nl, it, fr, es, el) and no words yet.
func NewLexicon() *Lexicon {
	return &Lexicon{
		tongues: append(languages(), language{tag: "other"}),
		known:   map[spelling]*entry{},
		terms:   table{own: map[string]int32{}},
		grams:   table{own: map[string]int32{}},
	}
}

// over returns a Lexicon that knows what l knows and keeps what it learns to
// itself, so that a question about a text leaves l as it was.
func (l *Lexicon) over() *Lexicon {
	return &Lexicon{
		tongues: l.tongues,
		known:   map[spelling]*entry{},
		under:   l,
		terms:   table{under: l.terms.own, own: map[string]int32{}},
		grams:   table{under: l.grams.own, own: map[string]int32{}},
	}
}

// Words reads a text. The language is a BCP 47 tag; "" is recognised by the
// commonest words in the text.
func (l *Lexicon) Words(text, lang string) []Word {
	found := tokens(text)
	tongue := l.tongue(lang, found)
	list := make([]Word, len(found))
	for i, token := range found {
		list[i] = l.word(tongue, token).Word
	}
	return list
}

// Language gives the primary subtag of the language a text is read in. A tag
// we have no words for stays as it is.
func (l *Lexicon) Language(text, tag string) string {
	if t := primary(tag); t != "" && t != "und" {
		return t
	}
	return l.tongues[l.recognise(tokens(text))].tag
}

// tongue finds the language of a text: by its tag, else by the stop words in it.
// Languages we have no words for share the last place.
func (l *Lexicon) tongue(tag string, found []string) int {
	other := len(l.tongues) - 1
	if tag = primary(tag); tag == "" || tag == "und" {
		return l.recognise(found)
	}
	for i, t := range l.tongues[:other] {
		if t.tag == tag {
			return i
		}
	}
	return other
}

// recognise picks the language with the most stop words among the tokens, the
// first one where none has any.
func (l *Lexicon) recognise(found []string) int {
	counts := make([]int, len(l.tongues))
	for _, token := range found {
		w := fold(token)
		for i, t := range l.tongues {
			if t.stop[w] {
				counts[i]++
			}
		}
	}
	best := 0
	for i, n := range counts {
		if n > counts[best] {
			best = i
		}
	}
	return best
}

// word gives the entry of a lower-case word, made when it is new.
func (l *Lexicon) word(tongue int, token string) *entry {
	key := spelling{tongue, token}
	if l.under != nil {
		if e := l.under.known[key]; e != nil {
			return e
		}
	}
	e := l.known[key]
	if e == nil {
		e = l.learn(tongue, token)
		l.known[key] = e
	}
	return e
}

func (l *Lexicon) learn(tongue int, token string) *entry {
	t := l.tongues[tongue]
	w := Word{Text: token, Fold: fold(token), Stem: t.stemmed(token)}
	w.Stop = t.stop[w.Fold] || utf8.RuneCountInString(w.Fold) < 2
	e := &entry{Word: w, term: -1}
	if !w.Stop {
		e.term = l.terms.number(w.Stem)
		e.grams = l.pieces(w.Fold)
	}
	return e
}

// pieces gives the 3- to 5-grams of a word with a space before and behind it.
// They are what compounds, inflections and misspellings have in common.
func (l *Lexicon) pieces(w string) []int32 {
	const shortest, longest = 3, 5
	w = " " + w + " "
	var starts []int // of letters, in bytes
	for i := range w {
		starts = append(starts, i)
	}
	starts = append(starts, len(w))
	var list []int32
	for n := shortest; n <= longest; n++ {
		for i := 0; i+n < len(starts); i++ {
			list = append(list, l.grams.number(w[starts[i]:starts[i+n]]))
		}
	}
	return list
}

// A table numbers strings, beginning where the table under it ends.
type table struct{ under, own map[string]int32 }

func (t table) number(s string) int32 {
	if n, known := t.under[s]; known {
		return n
	}
	n, known := t.own[s]
	if !known {
		n = int32(len(t.under) + len(t.own))
		t.own[s] = n
	}
	return n
}

func (t table) size() int { return len(t.under) + len(t.own) }
