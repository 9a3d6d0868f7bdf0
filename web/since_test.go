package web

import (
	"context"
	"errors"
	"strings"
	"testing"

	"weekward/digest"
)

// pumpTown has an issue about a recall, and two later ones of which one goes on
// with it. Each story came out the day before its issue.
func pumpTown(t *testing.T, settings ...func(*Options)) *town {
	issues := [][]digest.Story{
		{told("Insulin pump recalled after software fault", "The alarm may stay silent when the reservoir is empty.")},
		{told("Parliament votes on telehealth fees", "Video visits are paid like others.")},
		{told("Insulin pump maker ends recall", "The software fault is mended in all pumps.")},
	}
	for i := range issues {
		issues[i][0].Published = at("2010-03-01T07:00:00Z").AddDate(0, 0, 7*i)
	}
	return newTown(t, append([]func(*Options){func(o *Options) { o.Issues = library(t, issues...) }}, settings...)...)
}

func TestOldIssuePageNamesNewerNewsOfItsStories(t *testing.T) { // RN-7
	w := pumpTown(t)
	old := read(t, w.get("/issues/1"))
	_, after, found := strings.Cut(old, `class="leaf since"`)
	if !found || !strings.Contains(after, "Insulin pump maker ends recall") || !strings.Contains(after, "15 Mar 2010") || !strings.Contains(after, "No 3") {
		t.Errorf("GET /issues/1 does not name the later story with its day and issue:\n%s", old)
	}
	if strings.Contains(old, "telehealth fees") {
		t.Errorf("GET /issues/1 names a later story about something else:\n%s", old)
	}
	if last := read(t, w.get("/issues/3")); strings.Contains(last, `class="leaf since"`) {
		t.Errorf("GET /issues/3, the last one, speaks of later issues:\n%s", last)
	}
}

func TestIssuePageNotesWhatItsSourcesMended(t *testing.T) {
	asked := 0
	w := pumpTown(t, func(o *Options) {
		o.Corrections = func(_ context.Context, issue int) ([]digest.Correction, error) {
			asked = issue
			return []digest.Correction{{Issue: issue, Item: "Insulin pump recalled after software fault", Source: "Wire", Printed: "Insulin pump recalled after software fault",
				Title: "Insulin <pump> recalled", Sign: "Erratum", Seen: at("2010-03-09T07:00:00Z")}}, nil
		}
	})
	page := read(t, w.get("/issues/1"))
	if asked != 1 || !strings.Contains(page, "9 Mar 2010: Wire has corrected this since (“Erratum”). It is now headed “Insulin &lt;pump&gt; recalled”.") {
		t.Errorf("GET /issues/1 asked for issue %d and does not note the correction:\n%s", asked, page)
	}
	if !strings.Contains(page, ">Insulin pump recalled after software fault</a>") {
		t.Errorf("GET /issues/1 no longer has the title as it was sent:\n%s", page)
	}
}

func TestIssueIsShownEvenWithoutItsCorrections(t *testing.T) {
	w := pumpTown(t, func(o *Options) {
		o.Corrections = func(context.Context, int) ([]digest.Correction, error) { return nil, errors.New("the disk is slow") }
	})
	if page := read(t, w.get("/issues/1")); !strings.Contains(page, "Insulin pump recalled") || !strings.Contains(page, "Insulin pump maker ends recall") {
		t.Errorf("GET /issues/1 lacks the issue or what came after it:\n%s", page)
	}
	if !strings.Contains(w.log(), "the disk is slow") {
		t.Errorf("the log says nothing of the cause:\n%s", w.log())
	}
}
