package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"weekward/feeds"
)

// rssOf is a feed of stories a day apart, the first at a time.
func rssOf(first time.Time, titles ...string) string {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>Ward Notes</title>`)
	for i, title := range titles {
		fmt.Fprintf(&b, `<item><title>%s</title><link>https://ward-notes.example.org/%d</link><guid>n%d</guid><pubDate>%s</pubDate><description>%s</description></item>`,
			title, i, i, first.AddDate(0, 0, -i).Format(time.RFC1123Z), smallStories[i%len(smallStories)].text)
	}
	return b.String() + `</channel></rss>`
}

const blankPage = `<html><head><title>Ward site</title>%s</head><body><p>Hello</p></body></html>`

// badTown is a web of sites, good and bad, in one place.
func badTown(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	answer := func(path string, status int, mediaType, body string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", mediaType)
			w.WriteHeader(status)
			io.WriteString(w, body)
		})
	}
	answer("/robots.txt", 200, "text/plain", "User-agent: *\nDisallow: /closed\n")
	answer("/good.rss", 200, "application/rss+xml", rssOf(testSlot.Add(-5*time.Hour), "One", "Two", "Three"))
	answer("/broken.rss", 200, "application/rss+xml; charset=utf-8",
		"<rss><channel><title>R&D</title><item><title>No date & no end</title><pubDate>soon</pubDate></item><item><title>Late</title><pubDate>Tue, 01 Jan 2099 00:00:00 GMT</pubDate></item><item><title>Cut o")
	answer("/gone", 410, "text/plain", "")
	answer("/refused", 403, "text/plain", "")
	answer("/down", 503, "text/plain", "")
	answer("/page", 200, "text/html", fmt.Sprintf(blankPage, ""))
	answer("/empty", 200, "text/xml", "")
	answer("/closed", 200, "text/html", fmt.Sprintf(blankPage, ""))
	answer("/site", 200, "text/html", fmt.Sprintf(blankPage, `<link rel="alternate" type="application/rss+xml" title="Old" href="/gone"><link rel="alternate" type="application/rss+xml" title="News" href="/good.rss"><link rel="alternate" type="application/rss+xml" title="Comments" href="/comments.rss">`))
	answer("/dead-site", 200, "text/html", fmt.Sprintf(blankPage, `<link rel="alternate" type="application/rss+xml" href="/gone"><link rel="alternate" type="application/atom+xml" href="/down">`))
	mux.HandleFunc("GET /round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv
}

func host(srv *httptest.Server) string { _, h, _ := strings.Cut(srv.URL, "://"); return h }

// Every way in which a source fails has plain words and a next step, in the
// list, in status and in the preview; nothing is deleted.
func TestFailingSourcesAreShownToTheEditor(t *testing.T) {
	srv := badTown(t)
	secret := httptest.NewUnstartedServer(http.NotFoundHandler())
	secret.Config.ErrorLog = log.New(io.Discard, "", 0) // it is told of each failed handshake
	secret.StartTLS()
	t.Cleanup(secret.Close)
	silent := httptest.NewServer(http.NotFoundHandler())
	silent.Close()
	want := map[string]struct{ url, reason string }{
		"gone":        {srv.URL + "/gone", "its server says that it is gone for good (410)"},
		"lost":        {srv.URL + "/nothing", "there is nothing at its address (404)"},
		"refused":     {srv.URL + "/refused", "its server refuses us (403)"},
		"down":        {srv.URL + "/down", "its server is out of order (503)"},
		"page":        {srv.URL + "/page", "what its address gives cannot be read: not a feed: it is a web page, titled “Ward site”"},
		"empty":       {srv.URL + "/empty", "what its address gives cannot be read: not a feed: the document is empty"},
		"round":       {srv.URL + "/round", "its address leads in circles or nowhere"},
		"silent":      {silent.URL + "/", "its server does not take calls"},
		"certificate": {secret.URL + "/", "its server cannot prove who it is (certificate)"},
		"guarded":     {"http://127.0.0.1:9/", "its address leads where weekward does not read"},
		"closed":      {srv.URL + "/closed", "its site asks programs to stay away (robots.txt)"},
		"rebuilt":     {srv.URL + "/site", `its page is not as it was: selector item = ".news" matches nothing on the page`},
	}
	n := newNewsletter(t, func(c *Config) {
		c.Fetch.Allow = []string{host(srv), host(secret), host(silent)}
		c.Sources = []SourceConfig{{ID: "good", URL: srv.URL + "/good.rss"}}
		for id, w := range want {
			s := SourceConfig{ID: id, URL: w.url}
			if id == "closed" || id == "rebuilt" {
				s.Kind, s.Selectors = "page", feeds.Selectors{Item: ".news"}
			}
			c.Sources = append(c.Sources, s)
		}
	})
	n.at(t, -80*time.Hour)
	n.weekward(t, nil, "collect")
	if _, out, _ := n.try(t, "status"); strings.Contains(out, "not been read for days") && !strings.Contains(out, "1 source has") {
		t.Errorf("status after the first failure tells of more than the one that is gone for good:\n%s", out)
	}
	n.at(t, -time.Hour)
	n.weekward(t, nil, "collect", "--force")

	var list struct{ Sources []sourceLine }
	n.weekward(t, &list, "sources", "list")
	if len(list.Sources) != len(want)+1 {
		t.Fatalf("sources list holds %d sources, want all %d", len(list.Sources), len(want)+1)
	}
	for _, l := range list.Sources {
		if l.Reason != want[l.ID].reason || (l.Advice == "") != (l.ID == "good") || strings.Contains(l.Advice, "“") {
			t.Errorf("sources list: %s: reason %q, want %q; advice %q (error %q)", l.ID, l.Reason, want[l.ID].reason, l.Advice, l.Error)
		}
	}
	n.wants(t, exitNothing, "12 sources have not been read for days", "status")
	n.wants(t, exitNothing, `and 7 more: "weekward sources list"`, "status")
	n.wants(t, exitDone, "SOURCES    12 of 13 not read: ", "preview")
	n.wants(t, exitDone, "failed 2 times since 27 Feb 23:00; gone: it is not tried any more\n  its server says", "sources", "list")
}

func TestSourcesListIsPlainAndFitsTheScreen(t *testing.T) {
	srv := badTown(t)
	long := "a-name-that-is-much-longer-than-the-column-for-names-is-wide"
	n := newNewsletter(t, func(c *Config) {
		c.Fetch.Allow = []string{host(srv)}
		c.Sources = []SourceConfig{{ID: "good", URL: srv.URL + "/good.rss"}, {ID: "down", URL: srv.URL + "/down"}, {ID: long, URL: srv.URL + "/page"}}
	})
	n.at(t, -time.Hour)
	n.weekward(t, nil, "collect")
	_, out, _ := n.try(t, "sources", "list")
	for line := range strings.Lines(out) {
		if w := len([]rune(strings.TrimSpace(line))); w > columns {
			t.Errorf("sources list prints %d columns: %s", w, line)
		}
	}
	if strings.Contains(out, "\x1b") {
		t.Errorf("sources list is coloured in a pipe:\n%q", out)
	}
	for _, want := range []string{"source ", "last try", "3 Mar 06:00", "next", "▁▁▁▁▁▁▁█     3", " ok\n", "failing, 1×", "\n" + long + "\n", "next step: "} {
		if !strings.Contains(out, want) {
			t.Errorf("sources list lacks %q:\n%s", want, out)
		}
	}
	var list struct{ Sources []sourceLine }
	n.weekward(t, &list, "sources", "list")
	if l := list.Sources[0]; l.Recent != 3 || l.Weeks != (feeds.Yield{0, 0, 0, 0, 0, 0, 0, 3}) || l.Last == nil || l.Next == nil || l.Failures != 0 {
		t.Errorf("sources list --json: %+v", l)
	}
}

func TestSourcesCheckShowsWhatCame(t *testing.T) {
	srv := badTown(t)
	n := newNewsletter(t, func(c *Config) {
		c.Fetch.Allow = []string{host(srv)}
		c.Sources = []SourceConfig{{ID: "rebuilt", Kind: "page", URL: srv.URL + "/page", Selectors: feeds.Selectors{Item: ".news"}}}
	})
	n.at(t, -time.Hour)
	for _, tt := range []struct {
		target string
		code   int
		want   []string
	}{
		{srv.URL + "/good.rss", exitDone, []string{"Ward Notes  feed  " + srv.URL, "answer     200", "3: 3 with a date, 3 with an excerpt, 3 with an address", "One"}},
		{srv.URL + "/broken.rss", exitDone, []string{"2: 0 with a date", "warning    some characters were not escaped", "warning    the document ends too early", "items without a usable date: 2", "no date  No date & no end"}},
		{srv.URL + "/site", exitDone, []string{"feed 1     Old  " + srv.URL + "/gone  (its server says that it is gone for good (410))", "feed 2     News  " + srv.URL + "/good.rss  read", "feed 3     Comments"}},
		{srv.URL + "/dead-site", exitFailed, []string{"names 2 feeds, and none that was tried can be read", "410 Gone", "--kind page"}},
		{srv.URL + "/closed", exitFailed, []string{"is no feed and names none", "robots.txt", "ask the site"}},
		{srv.URL + "/empty", exitFailed, []string{"is no feed (the document is empty), names none"}},
		{srv.URL + "/nothing", exitFailed, []string{"404", "hint: ", "sources add SITE"}},
		{"rebuilt", exitFailed, []string{`selector item = ".news" matches nothing on the page`, "selectors.item in weekward.toml"}},
		{"no-such-file", exitUsage, []string{"give the ID of a source, an address or a file"}},
	} {
		for _, want := range tt.want {
			n.wants(t, tt.code, want, "sources", "check", tt.target)
		}
	}
	var r readingJSON
	n.weekward(t, &r, "sources", "check", srv.URL+"/site")
	if r.Dated != 3 || len(r.Items) != 3 || len(r.Feeds) != 3 || r.Feeds[0].Error == "" || r.URL != srv.URL+"/good.rss" || r.Status != 200 {
		t.Errorf("sources check --json: %+v", r)
	}
}

// Of a site with several feeds the first that can be read is taken, and the
// others are named.
func TestSourcesAddChoosesAmongTheFeedsOfASite(t *testing.T) {
	srv := badTown(t)
	n := newNewsletter(t, func(c *Config) { c.Fetch.Allow = []string{host(srv)} })
	n.wants(t, exitFailed, "none that was tried can be read", "sources", "add", srv.URL+"/dead-site")
	code, out, said := n.try(t, "sources", "add", srv.URL+"/site", "--section", "Wards")
	if code != exitDone || !strings.Contains(out, "added: "+srv.URL+"/good.rss (3 items)") {
		t.Errorf("sources add: exit %d\n%s%s", code, out, said)
	}
	for _, want := range []string{"The page has 3 feeds; the others are:", "Old  " + srv.URL + "/gone  (its server says", "Comments  " + srv.URL + "/comments.rss"} {
		if !strings.Contains(said, want) {
			t.Errorf("sources add says no %q:\n%s", want, said)
		}
	}
	var list struct{ Sources []sourceLine }
	n.weekward(t, &list, "sources", "list")
	if len(list.Sources) != 1 || list.Sources[0].Title != "News" || list.Sources[0].Section != "Wards" {
		t.Errorf("sources list after add: %+v", list.Sources)
	}
}
