package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A newsletter is one in a folder of its own, worked on by verbs.
type newsletter struct {
	dir string
}

// newNewsletter writes a configuration, after change had a look at it.
func newNewsletter(t testing.TB, change func(*Config)) *newsletter {
	t.Helper()
	c := defaultConfig()
	c.Site = SiteConfig{Name: "Test Weekly", From: "weekly@example.org", BaseURL: "https://weekly.example.org", Address: "1 Lane, Town", Language: "en"}
	c.Schedule.Zone = "Europe/London"
	c.Fetch.Pages, c.Fetch.FollowShortLinks = 0, false // no test asks a host of the web
	change(&c)
	n := &newsletter{dir: t.TempDir()}
	text, err := c.marshal()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(n.config(), text, 0o644); err != nil {
		t.Fatal(err)
	}
	return n
}

func (n *newsletter) config() string { return filepath.Join(n.dir, "weekward.toml") }

// weekward runs a verb and reads the JSON it prints into result, unless that
// is nil.
func (n *newsletter) weekward(t *testing.T, result any, args ...string) {
	t.Helper()
	var out, errOut bytes.Buffer
	if code := run(t.Context(), append(args, "--config", n.config(), "--json"), strings.NewReader(""), &out, &errOut); code != exitDone {
		t.Fatalf("weekward %s: exit %d\n%s%s", strings.Join(args, " "), code, out.String(), errOut.String())
	}
	if result == nil {
		return
	}
	if err := json.Unmarshal(out.Bytes(), result); err != nil {
		t.Fatalf("weekward %s printed no JSON: %v", strings.Join(args, " "), err)
	}
}

// subscribe imports readers that have confirmed long ago.
func (n *newsletter) subscribe(t *testing.T, count int) {
	t.Helper()
	var b strings.Builder
	b.WriteString("email,confirmed_at,consent\n")
	for i := range count {
		fmt.Fprintf(&b, "reader%04d@example.org,2005-01-01T00:00:00Z,form v1\n", i)
	}
	list := filepath.Join(n.dir, "list.csv")
	if err := os.WriteFile(list, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	n.weekward(t, nil, "subscribers", "import", list)
}

// approve previews the issue of a slot and gives the editor's word.
func (n *newsletter) approve(t *testing.T, slot time.Time) previewJSON {
	t.Helper()
	day := slot.Format(time.DateOnly)
	var p previewJSON
	n.weekward(t, &p, "preview", "--date", day)
	n.weekward(t, nil, "approve", fmt.Sprint(p.Issue.Number), "--fingerprint", p.Issue.Fingerprint, "--date", day)
	return p
}

// smallStories are so unlike each other that none is folded into another.
var smallStories = []struct{ title, text string }{
	{"Telemedicine reaches the outer islands", "A general practitioner sees fishermen by video three mornings a week, and the helicopter flies less often."},
	{"Patients design a sleep trial of their own", "Four hundred volunteers wore watches for eight weeks; the statistician they hired refused two of their outcomes."},
	{"Porters count the beds that nobody could find", "A hospital lost eleven mattresses between wards until a paper map in the basement showed where they stood."},
	{"Schools learn how an insulin pump alarms", "Teachers asked for one page of instructions, because the manual has ninety and the bell rings in between."},
	{"A county publishes what it knows about waiting times", "Health data on queues for hips and cataracts can now be downloaded, postcode by postcode, without a form."},
}

// smallWeek is a feed of five stories, published in the days before a slot.
// Each title is printed as it stands, so it must be escaped XML.
func smallWeek(t testing.TB, slot time.Time, titles ...string) (address string) {
	t.Helper()
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>Ward Notes</title><link>https://ward-notes.example.org/</link>`)
	for i := range max(len(titles), len(smallStories)) {
		story := smallStories[i%len(smallStories)]
		title := story.title
		if i < len(titles) {
			title = titles[i]
		}
		fmt.Fprintf(&b, `<item><title>%s</title><link>https://ward-notes.example.org/%d</link><guid>n%d</guid><pubDate>%s</pubDate><description>%s</description></item>`,
			title, i, i, slot.Add(-time.Duration(i+3)*5*time.Hour).Format(time.RFC1123Z), story.text)
	}
	b.WriteString(`</channel></rss>`)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml")
		w.Write([]byte(b.String()))
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// reads makes a configuration read one feed on loopback.
func reads(address string) func(*Config) {
	return func(c *Config) {
		c.Fetch.Allow = []string{strings.TrimPrefix(address, "http://")}
		c.Sources = []SourceConfig{{ID: "ward-notes", URL: address + "/feed"}}
		c.Ranking.PerSource = 10
	}
}
