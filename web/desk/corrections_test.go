package desk

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"weekward/digest"
)

// mendedSample is a retraction, and a headline that became another.
func mendedSample() []Correction {
	return []Correction{
		{digest.Correction{Issue: 30, Item: "trial", URL: "https://journal.example.org/trial", Source: "Journal", Printed: "Trial <i>finds</i> fewer falls",
			Title: "RETRACTED: Trial finds fewer falls", Sign: "RETRACTED", Seen: at("2010-04-02T09:00:00Z")}, "Correction: No 30 had “Trial finds fewer falls”."},
		{digest.Correction{Issue: 30, Item: "ward", URL: "javascript:pwn('url')", Source: "Ward Notes", Printed: "Ward opens", Title: "Ward does not open", Seen: at("2010-04-01T09:00:00Z")},
			"Correction: No 30 had “Ward opens”."},
	}
}

func TestFrontPageProposesCorrections(t *testing.T) {
	room, h := open(t)
	if page := get(t, h, "/").Body.String(); strings.Contains(page, "since the last issue") {
		t.Errorf("the front page speaks of corrections without any:\n%s", page)
	}
	room.mended = mendedSample()
	page := get(t, h, "/").Body.String()
	for _, want := range []string{"2 corrections since the last issue", "Trial &lt;i&gt;finds&lt;/i&gt; fewer falls", "It now says “<bdi>RETRACTED</bdi>”", "It has another title",
		"Now headed “<bdi>Ward does not open</bdi>”", `href="/issues/30"`, "Correction: No 30 had “Trial finds fewer falls”.", "Tell readers in issue 31"} {
		if !strings.Contains(page, want) {
			t.Errorf("GET / lacks %q", want)
		}
	}
	if strings.Contains(page, "javascript:pwn('url')") || strings.Contains(page, "ZgotmplZ") || !strings.Contains(page, "<li><b><bdi>Ward opens</bdi></b>") {
		t.Error("GET / does not print the title of what has no web address without a link")
	}
}

func TestCorrectionEntersTheIssueOnlyByTheEditorsHand(t *testing.T) {
	room, h := open(t)
	room.mended = mendedSample()
	before := len(room.edits)
	get(t, h, "/")
	if len(room.edits) != before {
		t.Fatalf("looking at the page made edits: %+v", room.edits)
	}
	r := post(h, "/edit", url.Values{"issue": {"31"}, "item": {"trial"}, "do": {"correct"}, "note": {"Correction: it was\nretracted."}})
	if r.Code != http.StatusSeeOther {
		t.Fatalf("POST /edit = %d, want 303: %s", r.Code, r.Body)
	}
	want := digest.Edit{Item: "trial", Pin: true, Note: "Correction: it was retracted."}
	if got := editOf(room.edits, "trial"); got != want {
		t.Errorf("the edit is %+v, want %+v", got, want)
	}
	if page := get(t, h, "/").Body.String(); !strings.Contains(page, "Its correction stands in the coming issue") || strings.Count(page, `value="correct"`) != 1 {
		t.Error("the front page still proposes what was taken")
	}
}

func TestTakingACorrectionBringsUpTheNext(t *testing.T) {
	room, h := open(t)
	for i := range correctionsShown + 1 {
		c := mendedSample()[0]
		c.Item = fmt.Sprint("trial-", i)
		c.Printed = fmt.Sprint("Trial number ", i)
		room.mended = append(room.mended, c)
	}
	last := fmt.Sprint("Trial number ", correctionsShown)
	if page := get(t, h, "/").Body.String(); strings.Contains(page, last) {
		t.Fatalf("GET / shows more than %d corrections", correctionsShown)
	}
	r := post(h, "/edit", url.Values{"issue": {"31"}, "item": {"trial-0"}, "do": {"correct"}, "note": {"Correction."}})
	if r.Code != http.StatusSeeOther {
		t.Fatalf("POST /edit = %d, want 303: %s", r.Code, r.Body)
	}
	if page := get(t, h, "/").Body.String(); !strings.Contains(page, last) {
		t.Errorf("after one was taken, GET / does not show %q", last)
	}
}
