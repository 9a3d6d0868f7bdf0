package digest

import (
	_ "embed" // the table of topics
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed topics.txt
var topicTable string

// topicColumns are the languages of the table, in its order.
const topicColumns = "en de nl it fr es el"

// everywhere is the weight from which on an English word of the table counts in
// texts of all languages. Below it stand words that mean something else
// elsewhere.
const everywhere = 2

// DefaultTopics are the words of a newsletter about health 2.0, with their
// weights, 1 to 3, in the languages it is read in. A word that counts in one
// language only stands behind that language's tag and a colon, "nl:zorg".
func DefaultTopics() map[string]float64 {
	topics := map[string]float64{}
	for _, n := range notions() {
		for lang, words := range n.words {
			for _, word := range words {
				if lang != "en" || n.weight < everywhere {
					word = lang + ":" + word
				}
				topics[word] = max(topics[word], n.weight)
			}
		}
	}
	return topics
}

// A notion is one line of the table: what is one thing to a reader, said in
// several languages.
type notion struct {
	weight  float64
	subject bool                // one disease or the like, of which an issue may have too much
	words   map[string][]string // by language
}

func notions() []notion {
	var list []notion
	for line := range strings.Lines(topicTable) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		number, subject := strings.CutSuffix(cells[0], " subject")
		weight, err := strconv.ParseFloat(number, 64)
		if err != nil {
			continue // a comment
		}
		n := notion{weight, subject, map[string][]string{}}
		for i, lang := range strings.Fields(topicColumns) {
			if i+1 < len(cells) && cells[i+1] != "-" {
				n.words[lang] = strings.Split(cells[i+1], ", ")
			}
		}
		list = append(list, n)
	}
	return list
}

// withTag parts a topic into the language it counts in, "" for all, and its
// words.
func withTag(name string) (lang, words string) {
	if tag, rest, found := strings.Cut(name, ":"); found && slices.Contains(strings.Fields(topicColumns), tag) {
		return tag, strings.TrimSpace(rest)
	}
	return "", strings.TrimSpace(name)
}

// TopicsWith gives the default topics with an editor's own over them, each list
// over those before it. An own word stands for all languages where it has no
// tag; with weight 0 it takes the word out. Upper and lower case make no other
// word.
func TopicsWith(own ...map[string]float64) map[string]float64 {
	topics := DefaultTopics()
	for _, list := range own {
		said := map[string]bool{}
		for name := range list {
			said[strings.ToLower(name)] = true
		}
		maps.DeleteFunc(topics, func(name string, _ float64) bool {
			_, words := withTag(name)
			return said[strings.ToLower(name)] || said[strings.ToLower(words)]
		})
		maps.Copy(topics, list)
	}
	return topics
}

// MaxTopic is the most that a word of the newsletter weighs.
const MaxTopic = 5

// maxTopicLength is in characters; the longest of the table has a third of it.
const maxTopicLength = 100

// languageTag is what stands before a word that counts in one language only.
var languageTag = regexp.MustCompile(`^[a-z]{2,3}:`)

// CheckTopic refuses a word, or its weight, that cannot count: nothing to read,
// more than 100 characters, a weight outside 0 to MaxTopic, or the tag of a
// language that the newsletter has no words in.
func CheckTopic(name string, weight float64) error {
	lang, words := withTag(name)
	switch {
	case strings.IndexFunc(words, unicode.IsLetter) < 0:
		return fmt.Errorf("topic %q has no word in it", name)
	case utf8.RuneCountInString(name) > maxTopicLength:
		return fmt.Errorf("topic %q is longer than %d characters", name, maxTopicLength)
	case lang == "" && languageTag.MatchString(name):
		return fmt.Errorf("topic %q begins with none of the languages %s", name, topicColumns)
	case !(0 <= weight && weight <= MaxTopic): // so that NaN is refused, too
		return fmt.Errorf("the weight %v of topic %q is not between 0 and %v", weight, name, MaxTopic)
	}
	return nil
}

// defaultSubjects are the words of the table of which an issue may have too
// much, without their languages.
func defaultSubjects() map[string]bool {
	subjects := map[string]bool{}
	for _, n := range notions() {
		for _, words := range n.words {
			for _, word := range words {
				subjects[word] = subjects[word] || n.subject
			}
		}
	}
	return subjects
}
