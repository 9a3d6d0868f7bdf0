package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weekward/feeds"
)

func TestTheBlueskyAccountComesFromTheEnvironmentOrAFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "login")
	for _, c := range []struct {
		why, identifier, password, file string
		want                            string // identifier and password, "" for no account
		fails                           bool
	}{
		{"nothing", "", "", "", "", false},
		{"the environment", "weekly.example.org", "pass", "", "weekly.example.org pass", false},
		{"a file", "", "", "@weekly.example.org\r\nabcd-efgh\n", "weekly.example.org abcd-efgh", false},
		{"the environment goes first", "weekly.example.org", "pass", "other\nword\n", "weekly.example.org pass", false},
		{"half an environment", "weekly.example.org", "", "", "", false},
		{"a file of one line", "", "", "weekly.example.org\n", "", true},
		{"an empty file", "", "", "\n", "", true},
	} {
		t.Setenv("WEEKWARD_BLUESKY_IDENTIFIER", c.identifier)
		t.Setenv("WEEKWARD_BLUESKY_PASSWORD", c.password)
		config := defaultConfig().Bluesky
		if c.file != "" {
			config.LoginFile = file
			if err := os.WriteFile(file, []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got, err := config.account(dir)
		words := ""
		if got != nil {
			words = got.Identifier + " " + got.Password
		}
		if words != c.want || (err != nil) != c.fails {
			t.Errorf("%s: account() = %q, %v, want %q, failure %v", c.why, words, err, c.want, c.fails)
		}
		var mend *verdict
		if err != nil && (!errors.As(err, &mend) || mend.hint == "" || strings.Contains(err.Error(), "weekly.example.org")) {
			t.Errorf("%s: account() = %v, want a next step and nothing of the secret", c.why, err)
		}
	}
}

func TestThePasswordNeverTravelsInTheOpen(t *testing.T) {
	for server, ok := range map[string]bool{
		"https://bsky.social": true, "https://pds.example.org/": true, "http://127.0.0.1:2583": true,
		"http://bsky.social": false, "bsky.social": false, "ftp://bsky.social": false, "https://bsky.social/xrpc": false, "": false,
	} {
		if err := (BlueskyConfig{Server: server}).check(); (err == nil) != ok {
			t.Errorf("check of the server %q = %v, want it allowed: %v", server, err, ok)
		}
	}
}

// C7: a chat that refuses, or whose login file is gone, is one failed source.
func TestARefusedChatDoesNotStopTheIssue(t *testing.T) {
	slot := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
	sky := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"error":"Forbidden"}`)
	}))
	t.Cleanup(sky.Close)
	for login, want := range map[string]string{
		"":     "the server answers only people who are signed in: sign in with an app password, or name authors to read (403 Forbidden)",
		"gone": "read bluesky.login_file: ",
	} {
		n := newNewsletter(t, func(c *Config) {
			reads(smallWeek(t, slot))(c)
			c.Bluesky.LoginFile = login
			c.Fetch.Allow = append(c.Fetch.Allow, strings.TrimPrefix(sky.URL, "http://"))
			c.Sources = append(c.Sources, SourceConfig{ID: "ward-sky", Kind: string(feeds.KindBluesky), URL: sky.URL, Tag: "wardchat"})
		})
		t.Setenv("WEEKWARD_NOW", slot.Format(time.RFC3339))
		var report feeds.Report
		n.weekward(t, &report, "collect")
		told := ""
		for _, s := range report.Sources {
			if s.ID == "ward-sky" {
				told = s.Error
			}
		}
		if !strings.Contains(told, want) || report.Items == 0 {
			t.Errorf("login file %q: collect says %q of the chat and reads %d items, want %q and the news", login, told, report.Items, want)
		}
		if p := n.approve(t, slot); p.Issue.Number == 0 {
			t.Errorf("login file %q: no issue to approve", login)
		}
	}
}

func TestASavedPageTellsItsNetwork(t *testing.T) {
	n := newNewsletter(t, func(*Config) {})
	for page, want := range map[string]feeds.Kind{
		`{"posts":[{"uri":"at://a/b/1","author":{"handle":"m.example.org"},"record":{"text":"#wardchat","createdAt":"2026-03-02T12:00:00Z"}}]}`:                      feeds.KindBluesky,
		`[{"id":"1","created_at":"2026-03-02T12:00:00Z","uri":"https://s.example.org/1","visibility":"public","content":"<p>#wardchat</p>","account":{"acct":"m"}}]`: feeds.KindMastodon,
	} {
		path := filepath.Join(n.dir, "page.json")
		if err := os.WriteFile(path, []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
		var got struct {
			Kind  feeds.Kind
			Posts []feeds.Post
		}
		n.weekward(t, &got, "sources", "check", path)
		if got.Kind != want || len(got.Posts) != 1 {
			t.Errorf("sources check %s = %s, %d posts, want %s and one", page, got.Kind, len(got.Posts), want)
		}
	}
}

func TestATagsNetworkIsFoundOut(t *testing.T) {
	at := time.Now().UTC().Add(-time.Hour).Format(time.RFC3339)
	for kind, page := range map[feeds.Kind][2]string{
		feeds.KindBluesky:  {"/xrpc/app.bsky.feed.searchPosts", `{"posts":[{"uri":"at://a/b/1","author":{"handle":"m.example.org"},"record":{"text":"#wardchat","createdAt":"` + at + `"}}]}`},
		feeds.KindMastodon: {"/api/v1/timelines/tag/wardchat", `[{"id":"1","created_at":"` + at + `","uri":"https://s.example.org/1","visibility":"public","content":"<p>#wardchat</p>","account":{"acct":"m"}}]`},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != page[0] {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			fmt.Fprint(w, page[1])
		}))
		n := newNewsletter(t, func(c *Config) { c.Fetch.Allow = []string{strings.TrimPrefix(server.URL, "http://")} })
		var added struct {
			Kind  feeds.Kind
			Items int
		}
		n.weekward(t, &added, "sources", "add", server.URL, "--tag", "wardchat")
		server.Close()
		if added.Kind != kind || added.Items != 1 {
			t.Errorf("sources add with a tag = %+v, want %s and one post", added, kind)
		}
	}
}
