package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"weekward/digest"
	"weekward/mailer"
)

// libraryTown is a town whose archive has one issue for each list of stories,
// the oldest first.
func libraryTown(t testing.TB, issues ...[]digest.Story) *town {
	return newTown(t, func(o *Options) { o.Issues = library(t, issues...) })
}

// library makes sent issues of lists of stories, numbered from 1.
func library(t testing.TB, issues ...[]digest.Story) records {
	t.Helper()
	var list records
	for i, stories := range issues {
		issue := digest.Issue{Number: i + 1, Slot: at("2010-03-02T07:00:00Z").AddDate(0, 0, 7*i), Subject: "An issue", Minutes: 1, Stories: stories}
		list = append(records{recordOf(t, issue, mailer.IssueSent)}, list...)
	}
	return list
}

func told(title, excerpt string) digest.Story {
	return digest.Story{ID: title, Title: title, URL: "https://wire.example.org/" + url.PathEscape(title), Source: "Wire", Lang: "en", Excerpt: excerpt}
}

func TestVisitorsFindWhatAnIssueSaid(t *testing.T) {
	w := libraryTown(t,
		[]digest.Story{told("Virtual wards open on the islands", "Patients stay at home."), told("Bank rates stay", "Nothing moves.")},
		[]digest.Story{told("Records on paper", "A clinic goes back.")},
	)
	body := read(t, w.get("/search?q=ward+island"))
	if !strings.Contains(body, "Virtual wards open on the islands") || !strings.Contains(body, `href="/issues/1"`) {
		t.Errorf("GET /search?q=ward+island does not show the story and its issue:\n%s", body)
	}
	if strings.Contains(body, "Bank rates") {
		t.Errorf("GET /search?q=ward+island shows a story about banks:\n%s", body)
	}
}

func TestASearchThatFindsNothingSaysWhatToDoNext(t *testing.T) {
	w := libraryTown(t, []digest.Story{told("Virtual wards open", "")})
	r := w.get("/search?q=quaternion")
	if body := read(t, r); r.Code != http.StatusOK || !strings.Contains(body, "Nothing was found for “quaternion”") || !strings.Contains(body, `href="/issues/"`) {
		t.Errorf("GET /search?q=quaternion = %d, want 200 and a next step:\n%s", r.Code, body)
	}
}

func TestSearchBeforeTheFirstIssueIsNoError(t *testing.T) {
	w := libraryTown(t)
	for _, path := range []string{"/search", "/search?q=", "/search?q=+++", "/search?q=ward"} {
		if r := w.get(path); r.Code != http.StatusOK {
			t.Errorf("GET %s = %d before the first issue, want 200", path, r.Code)
		}
	}
}

// TestWhatIsNotSentIsNotFound: drafts are nobody's business.
func TestWhatIsNotSentIsNotFound(t *testing.T) {
	draft := digest.Issue{Number: 9, Slot: at("2010-04-13T07:00:00Z"), Stories: []digest.Story{told("Virtual wards open", "")}}
	w := newTown(t, func(o *Options) { o.Issues = records{recordOf(t, draft, mailer.IssueApproved)} })
	if body := read(t, w.get("/search?q=virtual")); strings.Contains(body, "wards open") {
		t.Errorf("GET /search?q=virtual shows what was not sent:\n%s", body)
	}
}

// growing is an archive that gets another issue while the site is open.
type growing struct{ records }

func TestANewIssueIsFoundAtOnce(t *testing.T) {
	first, second := []digest.Story{told("Virtual wards open", "")}, []digest.Story{told("Telecare on trial", "")}
	archive := &growing{library(t, first)}
	w := newTown(t, func(o *Options) { o.Issues = archive })
	if body := read(t, w.get("/search?q=telecare")); strings.Contains(body, "on trial") {
		t.Errorf("GET /search?q=telecare shows an issue that is not there yet:\n%s", body)
	}
	archive.records = library(t, first, second)
	w.wait(shelfAge)
	if body := read(t, w.get("/search?q=telecare")); !strings.Contains(body, "Telecare on trial") {
		t.Errorf("GET /search?q=telecare does not show the new issue:\n%s", body)
	}
}

func TestNobodyLearnsWhatWasSearchedFor(t *testing.T) {
	w := libraryTown(t, []digest.Story{told("Virtual wards open", "")})
	r := w.get("/search?q=virtual+diagnosis")
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"} {
		if got := r.Header().Get(name); got != want {
			t.Errorf("GET /search: %s = %q, want %q", name, got, want)
		}
	}
	if log := w.logged.String(); strings.Contains(log, "diagnosis") || !strings.Contains(log, "/search") {
		t.Errorf("log of a search = %q, want its pattern without the question", log)
	}
}

func TestSearchIsBounded(t *testing.T) {
	w := libraryTown(t, []digest.Story{told("Virtual wards open", "")})
	long := strings.Repeat("virtual ", 2000)
	r := w.get("/search?q=" + url.QueryEscape(long))
	if body := read(t, r); r.Code != http.StatusOK || strings.Count(body, "virtual") > 200 {
		t.Errorf("GET /search with %d characters = %d and %d times the word, want 200 and the beginning", len(long), r.Code, strings.Count(body, "virtual"))
	}
	for range searchesAMinute {
		r = w.get("/search?q=ward")
	}
	if r.Code != http.StatusTooManyRequests {
		t.Errorf("GET /search?q=ward for the %dth time within a minute = %d, want 429", searchesAMinute+1, r.Code)
	}
	if r := w.get("/search"); r.Code != http.StatusOK {
		t.Errorf("GET /search without a question = %d, want 200: it costs nothing", r.Code)
	}
	w.wait(time.Minute)
	if r := w.get("/search?q=ward"); r.Code != http.StatusOK {
		t.Errorf("GET /search?q=ward a minute later = %d, want 200", r.Code)
	}
}

func TestSearchTakesWhatIsTypedAsText(t *testing.T) {
	w := libraryTown(t, []digest.Story{told("Virtual wards open", "")})
	for _, q := range []string{`<script>alert(1)</script>`, `"><img src=x>`, "{{.Site}}", "\xff\xfe", "a\x00b", "%s%d", "' OR 1=1 --"} {
		r := w.get("/search?q=" + url.QueryEscape(q))
		if body := read(t, r); r.Code != http.StatusOK || strings.Contains(body, "<script") || strings.Contains(body, "<img") {
			t.Errorf("GET /search?q=%q = %d:\n%s", q, r.Code, body)
		}
	}
}

func recordOf(t testing.TB, issue digest.Issue, state mailer.IssueState) mailer.Record {
	t.Helper()
	content, err := json.Marshal(issue)
	if err != nil {
		t.Fatal(err)
	}
	return mailer.Record{Number: issue.Number, Slot: issue.Slot, State: state, Fingerprint: fmt.Sprint("issue ", issue.Number), Content: content}
}
