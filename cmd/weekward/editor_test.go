package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// try runs a verb and returns its exit code and what it said.
func (n *newsletter) try(t *testing.T, args ...string) (code int, out, said string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), append(args, "--config", n.config()), strings.NewReader(""), &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

// wants runs a verb and wants an exit code and words.
func (n *newsletter) wants(t *testing.T, want int, words string, args ...string) {
	t.Helper()
	code, out, said := n.try(t, args...)
	if code != want || !strings.Contains(out+said, words) {
		t.Errorf("weekward %s: exit %d, want %d with %q\n%s%s", strings.Join(args, " "), code, want, words, out, said)
	}
}

var testSlot = time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)

// weekBefore is a newsletter whose week is collected, an hour before the slot.
func weekBefore(t *testing.T, change func(*Config)) (*newsletter, *relay) {
	t.Helper()
	r := startRelay(t, 0)
	n := newNewsletter(t, func(c *Config) {
		reads(smallWeek(t, testSlot))(c)
		change(c)
	})
	t.Setenv("WEEKWARD_SMTP_URL", "smtp://"+r.addr)
	n.at(t, -time.Hour)
	n.weekward(t, nil, "collect")
	n.subscribe(t, 3)
	return n, r
}

// at sets the clock to some time after the slot.
func (n *newsletter) at(t *testing.T, after time.Duration) {
	t.Helper()
	t.Setenv("WEEKWARD_NOW", testSlot.Add(after).Format(time.RFC3339))
}

func TestEditorsWordRulesTheSend(t *testing.T) {
	n, r := weekBefore(t, func(*Config) {})
	n.wants(t, exitNothing, "no issue is due before Tue 3 Mar 07:00", "send")
	n.wants(t, exitRefused, "has changed", "approve", "1", "--fingerprint", "0123456789abcdef")
	n.wants(t, exitUsage, "is No 1, not No 7", "approve", "7", "--fingerprint", "0123456789abcdef")
	n.wants(t, exitDone, "held back", "hold", "1")
	n.at(t, time.Minute)
	n.wants(t, exitRefused, "issue 1 is held: the editor holds it", "send")
	p := n.approve(t, testSlot)
	n.wants(t, exitDone, "would go to 3 subscribers", "send", "--dry-run")
	if r.total() != 0 {
		t.Fatalf("%d mails left before the send", r.total())
	}
	n.wants(t, exitDone, "sent", "send")
	checkTimes(t, r.count(), 3, 1)
	n.wants(t, exitNothing, "no issue is due before Tue 10 Mar 07:00", "send")
	n.wants(t, exitDone, "planned  3", "status", "1")
	if p.Issue.Number != 1 {
		t.Errorf("the first issue is No %d", p.Issue.Number)
	}
}

func TestNobodyApprovedSoItIsHeldAndTheEditorTold(t *testing.T) {
	n, r := weekBefore(t, func(c *Config) { c.Site.Editor = "editor@example.org" })
	n.at(t, time.Minute)
	n.wants(t, exitRefused, "nobody approved it", "send")
	n.wants(t, exitRefused, "nobody approved it", "send")
	if got := r.count(); got["editor@example.org"] != 1 || len(got) != 1 {
		t.Errorf("mails: %v, want one to the editor", got)
	}
	n.wants(t, exitDone, "sent", "send", "--approve")
	if got := r.total(); got != 4 {
		t.Errorf("%d mails in all, want the letter and 3 issues", got)
	}
}

func TestThinWeekIsHeld(t *testing.T) {
	n, r := weekBefore(t, func(c *Config) {
		c.Schedule.MinItems, c.Schedule.Review, c.Site.Editor = 9, "send", "editor@example.org"
	})
	n.at(t, time.Minute)
	n.wants(t, exitNothing, "too few stories", "send")
	if got := r.count(); got["editor@example.org"] != 1 || len(got) != 1 {
		t.Errorf("mails: %v, want one to the editor", got)
	}
}

func TestSendNeedsAPostalAddress(t *testing.T) {
	n, _ := weekBefore(t, func(c *Config) { c.Site.Address = "" })
	n.at(t, time.Minute)
	n.wants(t, exitUsage, "site.address", "send", "--approve")
	n.wants(t, exitFailed, "site.address", "doctor")
}

func TestRehearsalNeverReachesReaders(t *testing.T) {
	n, r := weekBefore(t, func(*Config) {})
	n.at(t, time.Minute)
	t.Setenv("WEEKWARD_SMTP_URL", "smtp://relay.example.org:587")
	n.wants(t, exitRefused, "WEEKWARD_NOW rehearses", "send", "--approve")
	n.wants(t, exitRefused, "WEEKWARD_NOW rehearses", "serve")
	if r.total() != 0 {
		t.Errorf("%d mails left", r.total())
	}
}

func TestTestMailGoesToTheSitesOwnAddressesOnly(t *testing.T) {
	n, r := weekBefore(t, func(c *Config) { c.Site.Editor = "editor@example.org" })
	n.wants(t, exitUsage, "not an address of the site", "preview", "--to", "reader0001@example.org")
	n.wants(t, exitDone, "on its way", "preview", "--to", "editor@example.org")
	if data := string(r.messages["editor@example.org"]); !strings.Contains(data, "[TEST #1]") || r.total() != 1 {
		t.Errorf("%d mails, the test is\n%.400s", r.total(), data)
	}
	n.wants(t, exitNothing, "no issue has been decided", "status")
}

// A site's address is enough: its page names the feed.
func TestSourcesAddFindsTheFeedOfASite(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<!doctype html><html><head><title>Ward Notes</title><link rel="alternate" type="application/rss+xml" title="All news" href="/news.rss"></head><body><p>Hello</p></body></html>`)
	})
	mux.HandleFunc("GET /news.rss", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(w, `<rss version="2.0"><channel><title>Ward Notes</title><item><title>One</title><link>https://ward-notes.example.org/1</link></item></channel></rss>`)
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	n := newNewsletter(t, func(c *Config) { c.Fetch.Allow = []string{strings.TrimPrefix(srv.URL, "http://")} })
	n.wants(t, exitDone, "ward added: "+srv.URL+"/news.rss (1 item)", "sources", "add", srv.URL+"/", "--id", "ward")
	n.wants(t, exitUsage, `there is already a source "ward"`, "sources", "add", srv.URL+"/")
	n.wants(t, exitDone, "One", "sources", "check", "ward")
	n.wants(t, exitDone, "1 new", "collect")
	n.wants(t, exitDone, "xmlUrl=\""+srv.URL+"/news.rss\"", "sources", "export")
	n.wants(t, exitDone, "not read any more", "sources", "remove", "ward")
	n.wants(t, exitNothing, "no sources yet", "collect")
}

// A page that neither is nor names a feed is read as the list of news it shows.
func TestSourcesAddReadsAPageThatListsNews(t *testing.T) {
	var b strings.Builder
	for i, title := range []string{"Night nurses get a room with daylight lamps", "Ten wards share one list of spare beds", "A pharmacist reads the discharge letters first",
		"Volunteers translate the leaflets on insulin", "The county opens its figures on waiting times"} {
		fmt.Fprintf(&b, `<article><h2><a href="/news/%d-a-long-enough-address">%s</a></h2><p>What the people of the ward say about it, and what it costs a year.</p></article>`, i, title)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /news", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><html lang="en"><head><title>Board</title></head><body><main>%s</main></body></html>`, b.String())
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	n := newNewsletter(t, func(c *Config) { c.Fetch.Allow = []string{strings.TrimPrefix(srv.URL, "http://")} })
	n.wants(t, exitDone, "(5 items)", "sources", "add", srv.URL+"/news", "--id", "board")
	n.wants(t, exitDone, "5 new", "collect")
	n.wants(t, exitDone, "Ten wards share one list of spare beds", "items", "list")
}

// The same transcript twice gives the same posts, and a damaged row costs only
// itself.
func TestTranscriptIsImportedOnce(t *testing.T) {
	n := newNewsletter(t, func(c *Config) {
		c.Chats = []ChatConfig{{Tag: "wardchat", Zone: "Europe/London", Weekday: "friday", Start: "12:00", Moderators: []string{"host"}, Policy: "named-with-link"}}
	})
	file := filepath.Join(n.dir, "friday.csv")
	text := "time,author,handle,text,url\n" +
		"2026-02-27T12:01:00Z,The Host,host,Q1 What helps on night shifts? #wardchat,https://social.example.org/@host/1\n" +
		"2026-02-27T12:03:00Z,Ann,ann,A1 A list by the door that everybody may write on #wardchat,https://social.example.org/@ann/2\n" +
		"not a time,Bob,bob,A1 Lost #wardchat,https://social.example.org/@bob/3\n" +
		"2026-02-27T12:05:00Z,Cyn,cyn,A1 T1D at night: the pump's alarm and a colleague who knows it #wardchat,https://social.example.org/@cyn/4\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	n.wants(t, exitDone, "3 new", "chats", "import", file)
	n.wants(t, exitDone, "0 new", "chats", "import", file)
	t.Setenv("WEEKWARD_NOW", testSlot.Add(-time.Hour).Format(time.RFC3339))
	n.wants(t, exitDone, "What helps on night shifts?", "chats", "recap")
	n.wants(t, exitDone, "A list by the door", "chats", "recap", "wardchat")
	n.wants(t, exitDone, "erased", "chats", "forget", "https://social.example.org/@ann/2")
	if _, out, _ := n.try(t, "chats", "recap"); strings.Contains(out, "A list by the door") {
		t.Errorf("a forgotten post is still quoted:\n%s", out)
	}
	n.wants(t, exitDone, "0 new", "chats", "import", file)
}
