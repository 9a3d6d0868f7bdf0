package feeds

import (
	"strings"
	"testing"
	"time"
)

func TestTroubleIsSaidInPlainWords(t *testing.T) {
	s := Source{ID: "ward-notes", Kind: KindFeed}
	page := Source{ID: "board", Kind: KindPage}
	tests := []struct {
		name           string
		source         Source
		visit          Visit
		reason, advice string
	}{
		{"all is well", s, Visit{Status: 200}, "", ""},
		{"nothing there", s, Visit{Failures: 2, Status: 404, Error: `read source "ward-notes": the server answered 404 Not Found`}, "there is nothing at its address (404)", "sources remove ward-notes"},
		{"out of order", s, Visit{Failures: 2, Status: 502}, "its server is out of order (502)", "wait"},
		{"too often", s, Visit{Failures: 2, Status: 429}, "its server asks us to come less often (429)", "nothing to do"},
		{"a status we have no word for", s, Visit{Failures: 2, Status: 451}, "its server refuses to answer (451)", "browser"},
		{"another document", s, Visit{Failures: 1, Status: 200, Error: `read source "ward-notes": not a feed: it is a web page, titled “Log in”`},
			"what its address gives cannot be read: not a feed: it is a web page, titled “Log in”", "sources check ward-notes"},
		{"a page that was rebuilt", page, Visit{Failures: 1, Status: 200, Error: `read source "board": selector item = ".news" matches nothing on the page`},
			`its page is not as it was: selector item = ".news" matches nothing on the page`, "mend its selectors"},
		{"no host", s, Visit{Failures: 1, Error: `read source "ward-notes": there is no host called x.example.org: dial tcp: lookup x.example.org: no such host`},
			"the name of its server does not exist", "typing errors"},
		{"words nobody foresaw", s, Visit{Failures: 1, Error: `read source "ward-notes": the moon is full`}, "the moon is full", "sources check ward-notes"},
	}
	for _, tt := range tests {
		got := tt.visit.Trouble(tt.source)
		if got.Reason != tt.reason || !strings.Contains(got.Advice, tt.advice) {
			t.Errorf("%s: Trouble(%+v) = %+v, want reason %q and advice with %q", tt.name, tt.visit, got, tt.reason, tt.advice)
		}
	}
}

// What the collector appends for the editor is no part of the cause.
func TestTroubleLeavesTheNoticeOut(t *testing.T) {
	last := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
	v := Visit{Failures: mutedFailures, Last: last, FailingSince: last.Add(-patience), Error: `read source "a": the moon is full`}
	v.Error += ": " + v.notice()
	if got := v.Trouble(Source{ID: "a"}).Reason; got != "the moon is full" || v.State() != StateMuted {
		t.Errorf("Trouble of a %s source: reason %q, want the cause alone", v.State(), got)
	}
}

func TestEditorHearsOfSourcesThatFailForDays(t *testing.T) {
	now := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	for _, tt := range []struct {
		name  string
		visit Visit
		want  bool
	}{
		{"never read", Visit{}, false},
		{"well", Visit{First: ago(time.Hour), Last: now}, false},
		{"since last night", Visit{Failures: 5, Last: now, FailingSince: ago(9 * time.Hour)}, false},
		{"for two days", Visit{Failures: 9, Last: now, FailingSince: ago(48 * time.Hour)}, true},
		{"gone for good, an hour ago", Visit{Failures: 1, Status: 410, Last: now, FailingSince: ago(time.Hour)}, true},
		{"muted, tried a week ago", Visit{Failures: mutedFailures, Last: ago(mutedPace), FailingSince: ago(mutedPace + patience)}, true},
	} {
		if got := tt.visit.Worrying(now); got != tt.want {
			t.Errorf("%s: Worrying() = %t, want %t", tt.name, got, tt.want)
		}
	}
}
