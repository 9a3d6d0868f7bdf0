package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"weekward/digest"
	"weekward/feeds"
)

// realFeeds is where captured feeds of the real world lie, beside the project.
const realFeeds = "../../../shared/data/feeds/files"

// TestRealFeeds collects every captured feed over HTTP, previews the week that
// is richest in news, and mails it to 1,000 readers.
func TestRealFeeds(t *testing.T) {
	if testing.Short() {
		t.Skip("the captured feeds take a while")
	}
	if _, err := os.Stat(realFeeds); err != nil {
		t.Skipf("the captured feeds are not on this machine (%s)", realFeeds)
	}
	n := newRealNewsletter(t)

	t.Run("every feed is read or reported with its reason", n.collects)
	t.Run("the richest week makes an issue", n.previews)
	t.Run("1,000 readers get it over SMTP, none twice", n.sends)
	t.Run("1,000 readers get it through Postfix, none twice", n.sendsThroughPostfix)
}

// A realNewsletter is a newsletter whose sources are the captured feeds.
type realNewsletter struct {
	*newsletter
	sources int
	slot    time.Time
	issue   previewJSON
}

// newRealNewsletter serves the feeds on loopback and writes the configuration.
func newRealNewsletter(t *testing.T) *realNewsletter {
	t.Helper()
	srv := httptest.NewServer(http.FileServer(http.Dir(realFeeds)))
	t.Cleanup(srv.Close)
	entries, err := os.ReadDir(realFeeds)
	if err != nil {
		t.Fatal(err)
	}
	return &realNewsletter{sources: len(entries), newsletter: newNewsletter(t, func(c *Config) {
		c.Fetch.Allow = []string{strings.TrimPrefix(srv.URL, "http://")}
		for _, e := range entries {
			id := sourceID("http://" + strings.ToLower(strings.NewReplacer("_", "-", "--", "-").Replace(e.Name())))
			c.Sources = append(c.Sources, SourceConfig{ID: id, URL: srv.URL + "/" + e.Name()})
		}
	})}
}

func (n *realNewsletter) collects(t *testing.T) {
	var r feeds.Report
	n.weekward(t, &r, "collect")
	if len(r.Sources) != n.sources {
		t.Errorf("collect reported %d sources, want %d", len(r.Sources), n.sources)
	}
	read := 0
	for _, s := range r.Sources {
		if s.OK {
			read++
		} else if s.Error == "" {
			t.Errorf("%s failed without a reason", s.ID)
		} else {
			t.Logf("%s: %s", s.ID, s.Error)
		}
	}
	t.Logf("%d of %d feeds read, %d items", read, n.sources, r.Items)
	if read < n.sources*95/100 {
		t.Errorf("only %d of %d feeds were read", read, n.sources)
	}
	n.slot = n.richestSlot(t)
}

// richestSlot is the slot before which most items were published.
func (n *realNewsletter) richestSlot(t *testing.T) time.Time {
	t.Helper()
	c, err := loadConfig(n.config(), nil)
	if err != nil {
		t.Fatal(err)
	}
	schedule, err := c.Schedule.schedule()
	if err != nil {
		t.Fatal(err)
	}
	var list struct{ Items []itemJSON }
	n.weekward(t, &list, "items", "list", "-n", "100000")
	count := map[time.Time]int{}
	var best time.Time
	for _, it := range list.Items {
		if it.Undated {
			continue
		}
		slot := schedule.Next(it.Published)
		count[slot]++
		if count[slot] > count[best] || count[slot] == count[best] && slot.After(best) {
			best = slot
		}
	}
	t.Logf("%d items kept; the richest week ends %s with %d items", len(list.Items), best, count[best])
	return best
}

// markup is what a tag or an entity left in a text looks like.
var markup = regexp.MustCompile(`</?[a-zA-Z][^<>]{0,200}>|&(?:amp|lt|gt|quot|nbsp|#\d+);`)

func (n *realNewsletter) previews(t *testing.T) {
	n.weekward(t, &n.issue, "preview", "--date", n.slot.Format(time.DateOnly))
	issue := n.issue.Issue
	t.Logf("No %d %q: %d stories, %d related under the lead, %d left out", issue.Number, issue.Subject, len(issue.Stories), len(issue.Stories[0].Related), len(n.issue.LeftOut))
	if len(issue.Stories) < 8 {
		t.Errorf("the issue has %d stories, want 8 or more", len(issue.Stories))
	}
	if len(issue.Stories[0].Related) < 1 {
		t.Errorf("the lead has no related news")
	}
	seen := map[string]string{}
	for _, s := range issue.Stories {
		for _, key := range []string{s.ID, s.URL, strings.ToLower(s.Title)} {
			if other, twice := seen[key]; twice {
				t.Errorf("%q and %q are one story", s.Title, other)
			}
			seen[key] = s.Title
		}
		n.checkStory(t, s)
	}
}

// checkStory wants plain text, and an excerpt that ends where a word does.
func (n *realNewsletter) checkStory(t *testing.T, s digest.Story) {
	t.Helper()
	texts := []string{s.Title, s.Excerpt, s.Source}
	excerpts := map[string]string{s.ID: s.Excerpt}
	for _, r := range s.Related {
		texts = append(texts, r.Title, r.Excerpt, r.Source)
		excerpts[r.ID] = r.Excerpt
	}
	for _, text := range texts {
		if found := markup.FindString(text); found != "" {
			t.Errorf("markup %q in %q", found, text)
		}
	}
	for id, excerpt := range excerpts {
		var it itemJSON
		n.weekward(t, &it, "items", "show", id)
		if kept, cut := strings.CutSuffix(excerpt, "…"); cut {
			_, rest, _ := strings.Cut(it.Summary, kept)
			if next, _ := utf8.DecodeRuneInString(rest); unicode.IsLetter(next) || unicode.IsDigit(next) {
				t.Errorf("the excerpt of %q is cut inside a word: %q goes on %.20q", it.Title, excerpt, rest)
			}
		}
	}
}

// send rehearses the slot: 1,000 readers, approved as previewed, through a
// relay.
func (n *realNewsletter) send(t *testing.T, relay string) {
	t.Helper()
	t.Setenv("WEEKWARD_NOW", n.slot.Format(time.RFC3339))
	t.Setenv("WEEKWARD_SMTP_URL", "smtp://"+relay)
	t.Setenv("WEEKWARD_SMTP_CONNECTIONS", "8")
	n.subscribe(t, 1000)
	n.approve(t, n.slot)
	var report struct{ Planned, Sent int }
	started := time.Now()
	n.weekward(t, &report, "send", "--date", n.slot.Format(time.DateOnly))
	t.Logf("%d of %d sent in %v", report.Sent, report.Planned, time.Since(started).Round(time.Millisecond))
	if report.Planned != 1000 || report.Sent != 1000 {
		t.Errorf("send reported %+v, want 1000 planned and sent", report)
	}
}

func (n *realNewsletter) sends(t *testing.T) {
	r := startRelay(t, 0)
	n.send(t, r.addr)
	checkTimes(t, r.count(), 1000, 1)
}

// sendsThroughPostfix sends from a newsletter that has collected the same.
func (n *realNewsletter) sendsThroughPostfix(t *testing.T) {
	p := startPostfix(t)
	again := *n
	again.newsletter = &newsletter{dir: t.TempDir()}
	text, err := os.ReadFile(n.config())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(again.config(), text, 0o644); err != nil {
		t.Fatal(err)
	}
	again.weekward(t, nil, "collect")
	again.send(t, p.addr)
	checkTimes(t, p.recipients(t, 1000), 1000, 1)
}
