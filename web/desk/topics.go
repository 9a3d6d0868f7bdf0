package desk

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"weekward/digest"
	"weekward/mailer"
)

// Topics keeps the newsletter's words that the editor sets at the desk, with
// their weights from 0 to 5.
type Topics interface {
	Topics(ctx context.Context) (map[string]float64, error)
	SaveTopic(ctx context.Context, word string, weight float64) error
	RemoveTopic(ctx context.Context, word string) error
}

const (
	// topicsFound is how many built-in words a search shows.
	topicsFound = 40
	// effectsShown bounds what the page tells of one change; the issue's own page
	// has all of it.
	effectsShown = 12
)

// A topicView is one word with its weight, ready to print.
type topicView struct {
	Word, Weight string
	Note         string // how it stands to the same word elsewhere
	Own          bool   // it was set at the desk
}

// A topicsView is the newsletter's words, ready to print.
type topicsView struct {
	Said    []string // what a change did, in sentences; nil when nothing was changed
	Effects []string // and how the coming issue is another now
	More    int      // effects that are not shown

	Own, Fixed []topicView
	BuiltIn    string // how many there are
	Query      string
	Found      []topicView
	FoundMore  int
}

// listTopics shows the words of the desk and the file; of the built-in ones,
// which are more than anybody reads, those that are searched for.
func (d *desk) listTopics(w http.ResponseWriter, r *http.Request) {
	d.showTopics(w, r, topicsView{Query: oneParagraph(r.URL.Query().Get("q"))})
}

func (d *desk) showTopics(w http.ResponseWriter, r *http.Request, v topicsView) {
	own, err := d.Topics.Topics(r.Context())
	if err != nil {
		d.fail(w, "read the topics", err)
		return
	}
	v.list(own, d.FixedTopics)
	d.show(w, http.StatusOK, "topics", view{Title: "Topics", Here: "/topics", Page: v})
}

// list fills in the words.
func (v *topicsView) list(own, fixed map[string]float64) {
	builtIn := digest.DefaultTopics()
	v.BuiltIn = grouped(len(builtIn))
	for _, word := range heaviest(own) {
		v.Own = append(v.Own, topicView{Word: word, Weight: weightText(own[word]), Note: ownNote(word, own, fixed, builtIn), Own: true})
	}
	for _, word := range heaviest(fixed) {
		v.Fixed = append(v.Fixed, topicView{Word: word, Weight: weightText(fixed[word])})
	}
	if v.Query == "" {
		return
	}
	counts := digest.TopicsWith(own, fixed)
	for _, word := range heaviest(builtIn) {
		if !strings.Contains(strings.ToLower(word), strings.ToLower(v.Query)) {
			continue
		}
		if len(v.Found) == topicsFound {
			v.FoundMore++
			continue
		}
		row := topicView{Word: word, Weight: weightText(builtIn[word])}
		if counts[word] != builtIn[word] {
			row.Note = "replaced by a word above"
		}
		v.Found = append(v.Found, row)
	}
}

// ownNote says how a word of the desk stands to the file's, which win, and to
// the built-in ones, which it wins over.
func ownNote(word string, own, fixed, builtIn map[string]float64) string {
	if overruled(word, own, fixed) {
		return "does not count: weekward.toml has this word"
	}
	replaced, most := 0, 0.0
	for name, weight := range builtIn {
		if name == word || strings.HasSuffix(name, ":"+word) {
			replaced, most = replaced+1, max(most, weight)
		}
	}
	switch {
	case replaced > 0 && own[word] == 0:
		return "takes the built-in word out"
	case replaced > 0:
		return "in place of the built-in " + weightText(most)
	case own[word] == 0:
		return "takes nothing out: no built-in word is written so"
	}
	return ""
}

// overruled reports whether the file says something else of a word of the desk.
func overruled(word string, own, fixed map[string]float64) bool {
	_, same := fixed[word]
	_, counts := digest.TopicsWith(own, fixed)[word]
	return same || !counts
}

// heaviest lists words, those with most weight first.
func heaviest(words map[string]float64) []string {
	return slices.SortedFunc(maps.Keys(words), func(a, b string) int {
		return cmp.Or(cmp.Compare(words[b], words[a]), strings.Compare(a, b))
	})
}

func weightText(weight float64) string { return strconv.FormatFloat(weight, 'g', 4, 64) }

// setTopic saves or removes a word and answers with what that did to the coming
// issue.
func (d *desk) setTopic(w http.ResponseWriter, r *http.Request) {
	word := strings.ToLower(oneParagraph(r.PostFormValue("word")))
	do, said, err := d.topicChange(word, r)
	if err != nil {
		d.message(w, http.StatusBadRequest, nothingChanged, sentence(err.Error()))
		return
	}
	before, err := d.Drafts.Draft(r.Context())
	if err == nil {
		err = do(r.Context())
	}
	if err != nil {
		d.fail(w, "change a topic", err)
		return
	}
	after, err := d.Drafts.Draft(r.Context())
	if err != nil {
		d.fail(w, "compose the coming issue with the changed topic", err)
		return
	}
	d.Log.Info("topic changed at the desk", "word", word, "do", r.PostFormValue("do"), "weight", r.PostFormValue("weight"))
	v := topicsView{Said: []string{said, effect(before, after)}}
	if !after.Record.State.Frozen() {
		v.Effects = after.Issue.Diff(before.Issue)
		v.More = max(0, len(v.Effects)-effectsShown)
		v.Effects = v.Effects[:len(v.Effects)-v.More]
	}
	d.showTopics(w, r, v)
}

// topicChange reads the form: what to do, and the sentence that tells of it.
func (d *desk) topicChange(word string, r *http.Request) (do func(context.Context) error, said string, err error) {
	switch r.PostFormValue("do") {
	case "remove":
		if word == "" {
			return nil, "", errBadForm
		}
		return func(ctx context.Context) error { return d.Topics.RemoveTopic(ctx, word) }, fmt.Sprintf("“%s” is removed.", word), nil
	case "save":
		text := strings.TrimSpace(r.PostFormValue("weight"))
		weight, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
		if err != nil {
			return nil, "", fmt.Errorf("weight %q is not a number from 0 to %d", text, digest.MaxTopic)
		}
		if err := digest.CheckTopic(word, weight); err != nil {
			return nil, "", err
		}
		said := fmt.Sprintf("“%s” weighs %s.", word, weightText(weight))
		if overruled(word, map[string]float64{word: weight}, d.FixedTopics) {
			said += " It does not count: weekward.toml has this word."
		}
		return func(ctx context.Context) error { return d.Topics.SaveTopic(ctx, word, weight) }, said, nil
	}
	return nil, "", errBadForm
}

// effect says what became of the coming issue, and of the editor's approval.
func effect(before, after Draft) string {
	number, was, is := after.Issue.Number, before.Issue.Fingerprint(), after.Issue.Fingerprint()
	switch r := after.Record; {
	case r.State.Frozen():
		return fmt.Sprintf("Issue %d is fixed and stays as it is; the words count from the next one on.", number)
	case was == is:
		return fmt.Sprintf("Issue %d stays as it is.", number)
	case r.State == mailer.IssueApproved && r.Fingerprint == was:
		return fmt.Sprintf("Issue %d is another now. It was approved as it was, and will not be sent until it is approved again.", number)
	case r.State == mailer.IssueApproved && r.Fingerprint == is:
		return fmt.Sprintf("Issue %d is again what was approved.", number)
	}
	return fmt.Sprintf("Issue %d is another now.", number)
}
