package desk

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"weekward/feeds"
	"weekward/mailer"
)

// rowOf is what /sources shows of one source, as a person reads it.
func rowOf(t *testing.T, h http.Handler, name string) string {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(get(t, h, "/sources").Body)
	if err != nil {
		t.Fatal(err)
	}
	row := ""
	doc.Find("table.sources tbody tr").Each(func(_ int, tr *goquery.Selection) {
		if strings.Contains(tr.Text(), name) {
			row = strings.Join(strings.Fields(tr.Text()), " ")
		}
	})
	return row
}

func TestSourcesPageSaysHowEachSourceIs(t *testing.T) {
	r, h := open(t)
	now := at("2010-04-05T12:48:00Z")
	ago := func(days int) time.Time { return now.AddDate(0, 0, -days) }
	tests := []struct {
		name  string
		visit feeds.Visit
		want  []string
	}{
		{"well", feeds.Visit{First: ago(90), Last: now.Add(-40 * time.Minute), Next: now.Add(20 * time.Minute), Status: 200},
			[]string{"well", "40 min ago", "in 20 min", "▇", "24"}},
		{"failing", feeds.Visit{Failures: 9, FailingSince: ago(3), Last: ago(0), Next: now.Add(5 * time.Hour), Status: 404, Error: "the server answered 404"},
			[]string{"failing", "9 failures in a row since 2 Apr 2010", "There is nothing at its address (404).", "Next step: ", "sources add SITE", "in 5 h"}},
		{"muted", feeds.Visit{Failures: 25, FailingSince: ago(30), Last: ago(2), Next: now.Add(5 * 24 * time.Hour), Status: 503},
			[]string{"muted", "Its server is out of order (503). It is tried once a week now.", "in 5 days"}},
		{"gone", feeds.Visit{Failures: 1, FailingSince: ago(1), Last: ago(1), Next: now.AddDate(10, 0, 0), Status: 410},
			[]string{"gone", "1 failure in a row", "It is not tried any more.", "not again"}},
		{"overdue", feeds.Visit{First: ago(90), Last: ago(3), Next: ago(2), Status: 200}, []string{"well", "3 days ago", "now"}},
	}
	for _, tt := range tests {
		r.visits = map[string]feeds.Visit{"digital-health": tt.visit}
		row := rowOf(t, h, "digital-health")
		for _, want := range tt.want {
			if !strings.Contains(row, want) && !(want == "▇" && strings.ContainsAny(row, "▁▂▃▄▅▆▇█")) {
				t.Errorf("%s: GET /sources shows %q, want %q in it", tt.name, row, want)
			}
		}
	}
}

func TestSourcesPageCountsTheStoriesOfSentIssues(t *testing.T) {
	r, h := open(t)
	r.visits = map[string]feeds.Visit{"digital-health": {First: at("2010-01-01T00:00:00Z"), Title: "Digital Health", Status: 200}}
	story := []byte(`{"number":30,"stories":[{"source":"Digital Health"},{"source":"Digital Health"},{"source":"Ward Notes"}]}`)
	r.records = []mailer.Record{
		{Number: 30, Slot: at("2010-03-30T06:00:00Z"), State: mailer.IssueSent, Content: story},
		{Number: 29, Slot: at("2010-03-23T06:00:00Z"), State: mailer.IssueSkipped, Content: story}, // nobody got it
		{Number: 9, Slot: at("2009-11-03T06:00:00Z"), State: mailer.IssueSent, Content: story},     // long ago
	}
	for name, want := range map[string]string{"Digital Health": "24 2", "Ward Notes": "0 1", "hcsmeu": "0 0"} {
		if row := rowOf(t, h, name); !strings.HasSuffix(row, want) {
			t.Errorf("GET /sources shows %q, want items and stories %q at its end", row, want)
		}
	}
	r.records = nil
	if row := rowOf(t, h, "Ward Notes"); !strings.HasSuffix(row, "0 –") {
		t.Errorf("before the first issue GET /sources shows %q, want no figure for its stories", row)
	}
}

func TestFrontPageTellsOfSourcesThatFailForDays(t *testing.T) {
	r, h := open(t)
	now := at("2010-04-05T12:48:00Z")
	failing := func(since time.Duration) feeds.Visit {
		return feeds.Visit{Failures: 8, Last: now, FailingSince: now.Add(-since), Status: 403, Error: "<script>pwn('status')</script>"}
	}
	r.visits = map[string]feeds.Visit{"ward-notes": failing(12 * time.Hour)}
	if body := get(t, h, "/").Body.String(); strings.Contains(body, `class="notice"`) {
		t.Error("GET / gives notice of a source that failed overnight")
	}
	r.visits = map[string]feeds.Visit{"ward-notes": failing(6 * 24 * time.Hour), "hcsmeu": failing(time.Hour)}
	doc, err := goquery.NewDocumentFromReader(get(t, h, "/").Body)
	if err != nil {
		t.Fatal(err)
	}
	notice := strings.Join(strings.Fields(doc.Find(".notice").Text()), " ")
	for _, want := range []string{"1 source has not been read for days", "Ward Notes since 30 Mar 2010 (6 days). Its server refuses us (403).", "Next step: ask the site", "See all sources"} {
		if !strings.Contains(notice, want) {
			t.Errorf("GET / gives the notice %q, want %q in it", notice, want)
		}
	}
}

func TestNoticeStaysShortWhenAllSourcesFail(t *testing.T) {
	r, h := open(t)
	now := at("2010-04-05T12:48:00Z")
	r.visits = map[string]feeds.Visit{}
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		r.sources = append(r.sources, feeds.Source{ID: id, Kind: feeds.KindFeed, URL: "https://" + id + ".example.org/"})
		r.visits[id] = feeds.Visit{Failures: 20, Last: now, FailingSince: now.AddDate(0, 0, -20), Error: "no network"}
	}
	body := get(t, h, "/").Body.String()
	if got := strings.Count(body, "Next step:"); got != noticesShown || !strings.Contains(body, "And 2 more.") {
		t.Errorf("GET / names %d of 5 failing sources, want %d and the number of the others", got, noticesShown)
	}
}
