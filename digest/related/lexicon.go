package related

import (
	"iter"
	"unicode/utf8"
)

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
	known   []vocabulary // by language: "die" is German or English
	terms   table        // of stems
	grams   gramTable    // of pieces of 3 and 4 letters
	letters []rune       // of the word in hand
	numbers room[int32]
}

// A vocabulary is the words of one language.
type vocabulary struct {
	table
	under   []entry // of the vocabulary under it, which is never written; nil for most
	entries []entry
}

// An entry is what is known about a word.
type entry struct {
	term  int32 // -1 of a stop word
	grams []int32
	Word
}

// NewLexicon returns a Lexicon that knows the newsletter's languages (en, de,
// nl, it, fr, es, el) and no words yet.
func NewLexicon() *Lexicon {
	tongues := append(languages(), language{tag: "other"})
	l := &Lexicon{tongues: tongues, known: make([]vocabulary, len(tongues)), terms: newTable(nil)}
	for i := range l.known {
		l.known[i].table = newTable(nil)
	}
	return l
}

// over returns a Lexicon that knows what l knows and keeps what it learns to
// itself, so that a question about a text leaves l as it was. Once l learns
// more, the numbers of the two no longer go together.
func (l *Lexicon) over() *Lexicon {
	o := &Lexicon{tongues: l.tongues, known: make([]vocabulary, len(l.known)), terms: newTable(&l.terms), grams: gramTable{under: &l.grams}}
	for i := range o.known {
		o.known[i] = vocabulary{table: newTable(&l.known[i].table), under: l.known[i].entries}
	}
	return o
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
func (l *Lexicon) tongue(tag string, found ...[]string) int {
	other := len(l.tongues) - 1
	if tag = primary(tag); tag == "" || tag == "und" {
		return l.recognise(found...)
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
func (l *Lexicon) recognise(found ...[]string) int {
	counts := make([]int, len(l.tongues))
	for _, tokens := range found {
		for _, token := range tokens {
			w := fold(token)
			for i, t := range l.tongues {
				if t.stop[w] {
					counts[i]++
				}
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
	v := &l.known[tongue]
	n, isNew := v.number(token)
	if isNew {
		v.entries = append(v.entries, l.learn(tongue, token))
	}
	if int(n) < len(v.under) {
		return &v.under[n]
	}
	return &v.entries[int(n)-len(v.under)]
}

// entries are all words it has learned, in no order.
func (l *Lexicon) entries() iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		for i := range l.known {
			for k := range l.known[i].entries {
				if !yield(&l.known[i].entries[k]) {
					return
				}
			}
		}
	}
}

func (l *Lexicon) learn(tongue int, token string) entry {
	t := l.tongues[tongue]
	e := entry{Word: Word{Text: token, Fold: fold(token), Stem: t.stemmed(token)}, term: -1}
	e.Stop = t.stop[e.Fold] || utf8.RuneCountInString(e.Fold) < 2
	if !e.Stop {
		e.term, _ = l.terms.number(e.Stem)
		e.grams = l.pieces(e.Fold)
	}
	return e
}

// pieces gives the 3- and 4-grams of a word with a space before and behind it.
// They are what compounds, inflections and misspellings have in common.
func (l *Lexicon) pieces(w string) []int32 {
	const shortest, longest = 3, 4
	l.letters = append(l.letters[:0], ' ')
	for _, r := range w {
		l.letters = append(l.letters, r)
	}
	l.letters = append(l.letters, ' ')
	list := l.numbers.take(max(0, len(l.letters)-shortest+1) + max(0, len(l.letters)-longest+1))
	k := 0
	for n := shortest; n <= longest; n++ {
		for i := 0; i+n <= len(l.letters); i++ {
			list[k] = l.grams.number(l.letters[i : i+n])
			k++
		}
	}
	return list
}
