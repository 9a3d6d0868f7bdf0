package related

import (
	"slices"
	"strings"
	"unicode"
)

// maxAsked bounds the words of a question. More are an essay; the first ones
// say what it is about.
const maxAsked = 16

// Beginnings gives what the words of a document may begin with, folded, that a
// Finder would answer a question with: each word asked for and its stems in the
// languages we know. A full-text index that knows nothing of languages finds
// candidates by them.
func Beginnings(question string) []string {
	l := NewLexicon()
	var list []string
	add := func(s string) {
		if s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	for _, token := range l.asked(question) {
		add(fold(token))
		for _, t := range l.tongues {
			stem := t.stemmed(token)
			add(stem)
			// English stems "study" and "studies" to "studi".
			if before, isI := strings.CutSuffix(stem, "i"); isI {
				add(before + "y")
			}
		}
	}
	return list
}

// asked gives the words of a question, each once: without the words of no
// meaning, unless there are no others or they are written as abbreviations.
func (l *Lexicon) asked(text string) []string {
	found := tokens(clip(text, maxSearchedBytes))
	tongue := l.tongue("", found)
	stops := l.tongues[tongue].stop
	capitals := abbreviations(text)
	var all, telling []string
	for _, token := range found {
		if slices.Contains(all, token) || len(telling) == maxAsked {
			continue
		}
		all = append(all, token)
		if !stops[fold(token)] || slices.Contains(capitals, token) {
			telling = append(telling, token)
		}
	}
	if len(telling) == 0 {
		return all[:min(len(all), maxAsked)]
	}
	return telling
}

// abbreviations gives the words written in capitals, in lower case, unless all
// are: then nothing is meant by it.
func abbreviations(text string) []string {
	var list []string
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, w := range words {
		if len(w) > 1 && w == strings.ToUpper(w) && w != strings.ToLower(w) {
			list = append(list, strings.ToLower(w))
		}
	}
	if len(list) == len(words) && len(words) > 1 {
		return nil
	}
	return list
}
