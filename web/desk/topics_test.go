package desk

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"weekward/mailer"
)

// rows gives what the page says of each word of a section: its note, by word.
func rows(t *testing.T, h http.Handler, path, section string) map[string]string {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(get(t, h, path).Body)
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]string{}
	doc.Find("section[aria-labelledby=" + section + "] .topics .word").Each(func(_ int, e *goquery.Selection) {
		list[e.Find("bdi").Text()] = e.Find(".muted").Text()
	})
	return list
}

// setTopic presses a button of the page.
func setTopic(h http.Handler, word, weight, do string) (code int, body string) {
	r := post(h, "/topic", url.Values{"word": {word}, "weight": {weight}, "do": {do}})
	return r.Code, r.Body.String()
}

func TestTopicsPageSaysWhereEachWordStandsToTheOthers(t *testing.T) {
	r, h := open(t)
	r.topics = map[string]float64{"telehealth": 4, "privacy": 0, "gibberish zzz": 0, "patient communities": 5, "rota": 1}
	own := rows(t, h, "/topics", "own")
	for word, want := range map[string]string{
		"telehealth":          "in place of the built-in 3",
		"privacy":             "takes the built-in word out",
		"gibberish zzz":       "takes nothing out: no built-in word is written so",
		"patient communities": "does not count: weekward.toml has this word",
		"rota":                "",
	} {
		if got, there := own[word]; !there || got != want {
			t.Errorf("the page says of %q (there: %v) %q, want %q", word, there, got, want)
		}
	}
	if fixed := rows(t, h, "/topics", "fixed"); len(fixed) != 2 {
		t.Errorf("the file's words are %v, want two", fixed)
	}
	if found := rows(t, h, "/topics", "built-in"); len(found) != 0 {
		t.Errorf("%d built-in words are listed though nothing was searched for", len(found))
	}
	found := rows(t, h, "/topics?q=TELEHEALTH", "built-in")
	if note, there := found["telehealth"]; !there || note != "replaced by a word above" {
		t.Errorf("the search for TELEHEALTH found %v, want telehealth as replaced", found)
	}
	if body := get(t, h, "/topics?q=xyzzy").Body.String(); !strings.Contains(body, "No built-in word has “<bdi>xyzzy</bdi>” in it.") {
		t.Error("a search that finds nothing does not say so")
	}
	if found := rows(t, h, "/topics?q=e", "built-in"); len(found) != topicsFound {
		t.Errorf("a search for e lists %d words, want %d and a count of the rest", len(found), topicsFound)
	}
}

func TestTopicIsAddedChangedAndRemoved(t *testing.T) {
	r, h := open(t)
	for _, step := range []struct {
		word, weight, do string
		want             float64
		there            bool
		says             string
	}{
		{" Bed  Bureau ", "3", "save", 3, true, "“bed bureau” weighs 3."},
		{"bed bureau", "2,5", "save", 2.5, true, "“bed bureau” weighs 2.5."},
		{"Bed Bureau", "", "remove", 0, false, "“bed bureau” is removed."},
		{"patient communities", "5", "save", 5, true, "It does not count: weekward.toml has this word."},
	} {
		code, body := setTopic(h, step.word, step.weight, step.do)
		if code != http.StatusOK || !strings.Contains(body, step.says) {
			t.Errorf("%s %q %q = %d, want 200 that says %q", step.do, step.word, step.weight, code, step.says)
		}
		word := strings.ToLower(oneParagraph(step.word))
		if got, there := r.topics[word]; got != step.want || there != step.there {
			t.Errorf("after %s %q %q it weighs %v (there: %v), want %v (%v)", step.do, step.word, step.weight, got, there, step.want, step.there)
		}
	}
}

func TestTopicThatCannotCountIsRefusedWithTheReason(t *testing.T) {
	r, h := open(t)
	before := len(r.topics)
	for _, test := range []struct{ word, weight, do, want string }{
		{"", "1", "save", "has no word in it"},
		{"nl:", "1", "save", "has no word in it"},
		{"2.0", "1", "save", "has no word in it"},
		{"pt:saúde", "1", "save", "begins with none of the languages en de nl it fr es el"},
		{strings.Repeat("long ", 30), "1", "save", "is longer than 100 characters"},
		{"telehealth", "5.1", "save", "is not between 0 and 5"},
		{"telehealth", "-1", "save", "is not between 0 and 5"},
		{"telehealth", "NaN", "save", "is not between 0 and 5"},
		{"telehealth", "much", "save", "is not a number from 0 to 5"},
		{"telehealth", "1", "burn", "the form is not complete"},
		{"", "", "remove", "the form is not complete"},
	} {
		code, body := setTopic(h, test.word, test.weight, test.do)
		if code != http.StatusBadRequest || !strings.Contains(strings.ToLower(body), test.want) {
			t.Errorf("%s %q %q = %d, want 400 that says %q:\n%s", test.do, test.word, test.weight, code, test.want, body)
		}
	}
	if len(r.topics) != before {
		t.Errorf("words that were refused are kept: %v", r.topics)
	}
}

func TestChangedTopicSaysWhatItDoesToTheComingIssue(t *testing.T) {
	r, h := open(t)
	approved := r.draft.Issue.Fingerprint()
	r.reranked = func(topics map[string]float64, d *Draft) {
		if topics["waiting times"] > 0 {
			d.Issue.Stories = d.Issue.Stories[1:]
		}
	}
	for _, test := range []struct {
		why, word, do string
		record        mailer.Record
		want, without string
	}{
		{"a word that nothing has", "rota", "save", mailer.Record{State: mailer.IssueApproved, Fingerprint: approved}, "Issue 31 stays as it is.", "out: “"},
		{"an approved issue", "waiting times", "save", mailer.Record{State: mailer.IssueApproved, Fingerprint: approved}, "will not be sent until it is approved again", "stays as it is"},
		{"back again", "waiting times", "remove", mailer.Record{State: mailer.IssueApproved, Fingerprint: approved}, "Issue 31 is again what was approved.", "stays as it is"},
		{"a draft", "waiting times", "save", mailer.Record{}, "Issue 31 is another now.", "approved again"},
		{"an issue on its way", "waiting times", "remove", mailer.Record{State: mailer.IssueSending}, "the words count from the next one on", "in at"},
	} {
		r.draft.Record = test.record
		code, body := setTopic(h, test.word, "3", test.do)
		if code != http.StatusOK || !strings.Contains(body, test.want) || strings.Contains(body, test.without) {
			t.Errorf("%s: %s %q = %d, want %q without %q:\n%s", test.why, test.do, test.word, code, test.want, test.without, body)
		}
	}
	r.draft.Record = mailer.Record{}
	if _, body := setTopic(h, "waiting times", "3", "save"); !strings.Contains(body, "out: “Digital health experts meet on Twitter”") {
		t.Errorf("the answer does not tell which story went:\n%s", body)
	}
}
