package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"weekward/feeds"
	"weekward/feeds/fetch"
)

const searchPath, authorPath = "/xrpc/app.bsky.feed.searchPosts", "/xrpc/app.bsky.feed.getAuthorFeed"

// sky asks an invented Bluesky server. The reader is dressed by the test,
// which learns the server's address.
func sky(t *testing.T, h http.HandlerFunc, dress func(server string, b *Bluesky, src *feeds.Source)) (feeds.Reading, error) {
	t.Helper()
	server := httptest.NewServer(h)
	defer server.Close()
	fetcher := fetch.New(fetch.Options{Allow: []string{hostOf(t, server.URL)}})
	defer fetcher.Close()
	b := Bluesky{Fetch: fetcher, Now: func() time.Time { return friday13 }}
	src := feeds.Source{ID: "sky", Kind: feeds.KindBluesky, URL: server.URL, Tag: "hcsmeu"}
	if dress != nil {
		dress(server.URL, &b, &src)
	}
	return b.Read(context.Background(), src, feeds.Visit{})
}

func hostOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// chirp is one post in the server's words.
func chirp(id int, at time.Time, more string) string {
	return fmt.Sprintf(`{"uri":"at://did:plc:m/app.bsky.feed.post/%d","author":{"handle":"m.example.org"},"record":{"text":"number %d #hcsmeu","createdAt":%q},"indexedAt":%q%s}`,
		id, id, at.Format(time.RFC3339), at.Format(time.RFC3339), more)
}

// skyPages serves pages joined by cursors.
func skyPages(list string, pages ...[]string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		at := 0
		fmt.Sscan(r.URL.Query().Get("cursor"), &at)
		cursor := ""
		if at+1 < len(pages) {
			cursor = fmt.Sprintf(`"cursor":"%d",`, at+1)
		}
		fmt.Fprintf(w, `{%s"%s":[%s]}`, cursor, list, strings.Join(pages[at], ","))
	}
}

func keys(posts []feeds.Post) (keys []string) {
	for _, p := range posts {
		_, key, _ := cutLast(p.URI, "/")
		keys = append(keys, key)
	}
	return keys
}

func TestC1BlueskyPagesAreJoinedWithoutGapOrDouble(t *testing.T) {
	at := friday13.Add(-time.Hour)
	var asked []url.Values
	serve := skyPages("posts", []string{chirp(4, at, ""), chirp(3, at, "")}, []string{chirp(3, at, ""), chirp(2, at, "")}, []string{chirp(1, at, "")})
	got, err := sky(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != searchPath || r.Header.Get("Authorization") != "" {
			t.Errorf("asked %s with %q, want the search, as a stranger", r.URL, r.Header.Get("Authorization"))
		}
		asked = append(asked, r.URL.Query())
		serve(w, r)
	}, nil)
	if err != nil || !slices.Equal(keys(got.Posts), []string{"4", "3", "2", "1"}) || len(got.Warnings) > 0 {
		t.Errorf("Read gives %q, warnings %q, %v, want 4 to 1, each once", keys(got.Posts), got.Warnings, err)
	}
	want := url.Values{"q": {"#hcsmeu"}, "tag": {"hcsmeu"}, "sort": {"latest"}, "since": {"2026-11-05T13:00:00Z"}, "limit": {"100"}}
	if len(asked) != 3 || asked[0].Encode() != want.Encode() || asked[2].Get("cursor") != "2" || asked[2].Get("q") != "#hcsmeu" {
		t.Errorf("Read asked %q, want %q and two further pages", asked, want)
	}
	p := got.Posts[0]
	if p.Tag != "hcsmeu" || p.Source != "sky" || p.Network != "bluesky" || p.URL != "https://bsky.app/profile/m.example.org/post/4" || !p.FetchedAt.Equal(friday13) || got.Visit.Status != 200 {
		t.Errorf("Read gives %+v, visit %+v, want a whole post and status 200", p, got.Visit)
	}
}

func TestABlueskyReadEnds(t *testing.T) {
	at, old := friday13.Add(-time.Hour), friday13.AddDate(0, 0, -9)
	endless := func(post func(n int) string, cursor func(n int) string) func(*int) http.HandlerFunc {
		return func(n *int) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				*n++
				fmt.Fprintf(w, `{"cursor":%q,"posts":[%s]}`, cursor(*n), post(*n))
			}
		}
	}
	newPost := func(n int) string { return chirp(n, at, "") }
	newCursor := func(n int) string { return fmt.Sprint(n) }
	for _, c := range []struct {
		why             string
		serve           func(*int) http.HandlerFunc
		requests, posts int
		warned          bool
	}{
		{"after twenty pages", endless(newPost, newCursor), 20, 20, true},
		{"at the window", endless(func(n int) string { return chirp(n, old, "") }, newCursor), 1, 0, false},
		{"at a page of known posts", endless(func(int) string { return chirp(1, at, "") }, newCursor), 2, 1, false},
		{"at a cursor that was followed", endless(newPost, func(int) string { return "same" }), 2, 2, false},
		{"at a cursor of a megabyte", endless(newPost, func(int) string { return strings.Repeat("c", 1<<20) }), 1, 1, true},
	} {
		requests := 0
		got, err := sky(t, c.serve(&requests), nil)
		if err != nil || requests != c.requests || len(got.Posts) != c.posts || len(got.Warnings) > 0 != c.warned {
			t.Errorf("%s: %d requests, %d posts, warnings %q, %v, want %d, %d", c.why, requests, len(got.Posts), got.Warnings, err, c.requests, c.posts)
		}
	}
}

func TestALaterBlueskyPageThatFailsKeepsThoseBefore(t *testing.T) {
	serve := skyPages("posts", []string{chirp(2, friday13.Add(-time.Hour), "")}, nil)
	got, err := sky(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("cursor") {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		serve(w, r)
	}, nil)
	if err != nil || len(got.Posts) != 1 || len(got.Warnings) != 1 || got.Visit.Status != 200 {
		t.Errorf("Read = %d posts, status %d, warnings %q, %v, want the first page and a warning", len(got.Posts), got.Visit.Status, got.Warnings, err)
	}
}

// The search has been seen to give posts that lack the tag.
func TestOnlyPostsOfTheChatAreKept(t *testing.T) {
	at := friday13.Add(-time.Hour)
	stray := strings.ReplaceAll(chirp(2, at, ""), " #hcsmeu", "")
	answer := strings.Replace(strings.ReplaceAll(chirp(3, at, ""), " #hcsmeu", ""), `"record":{`, `"record":{"reply":{"parent":{"uri":"at://did:plc:m/app.bsky.feed.post/1"}},`, 1)
	got, err := sky(t, skyPages("posts", []string{answer, stray, chirp(1, at, "")}), nil)
	if err != nil || !slices.Equal(keys(got.Posts), []string{"3", "1"}) || len(got.Warnings) != 1 {
		t.Errorf("Read = %q, warnings %q, %v, want the tagged post, the answer to it, and a word on the third", keys(got.Posts), got.Warnings, err)
	}
}

func TestC6ByteFacetsGiveTheRightLinks(t *testing.T) {
	text := "🥼👩‍⚕️ see example.org/a… #hcsmeu"
	from := strings.Index(text, "example.org")
	to := from + len("example.org/a…")
	for _, c := range []struct {
		why        string
		start, end int
		want       []string
	}{
		{"bytes, as the network counts", from, to, []string{"https://example.org/article"}},
		{"the end of the text", from, len(text), []string{"https://example.org/article"}},
		{"inside the first emoji", 2, 12, nil},
		{"ends inside a character", from, to - 1, nil},
		{"beyond the text", from, len(text) + 1, nil},
		{"backwards", to, from, nil},
		{"before the text", -4, to, nil},
		{"nothing", from, from, nil},
	} {
		record, err := json.Marshal(map[string]any{"text": text, "createdAt": friday13.Add(-time.Hour), "facets": []any{
			map[string]any{"index": map[string]int{"byteStart": c.start, "byteEnd": c.end}, "features": []any{map[string]string{"uri": "https://example.org/article"}}}}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := sky(t, func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"posts":[{"uri":"at://a/b/1","author":{"handle":"m.example.org"},"record":%s}]}`, record)
		}, nil)
		if err != nil || len(got.Posts) != 1 || !slices.Equal(got.Posts[0].Links, c.want) || got.Posts[0].Text != text {
			t.Errorf("%s: Read = %+v, %v, want the links %q", c.why, got.Posts, err, c.want)
		}
	}
}

func TestC10WhatIsNotForStrangersIsLeftOut(t *testing.T) {
	at := friday13.Add(-time.Hour)
	for _, c := range []struct {
		why, entry string
		posts      int
		never      bool
	}{
		{"public", chirp(1, at, `,"labels":[]`), 1, false},
		{"author hidden from strangers", strings.Replace(chirp(1, at, ""), `"handle"`, `"labels":[{"val":"!no-unauthenticated"}],"handle"`, 1), 0, false},
		{"post hidden from strangers", chirp(1, at, `,"labels":[{"val":"!no-unauthenticated"}]`), 0, false},
		{"a warning", chirp(1, at, `,"labels":[{"val":"graphic-media"}]`), 1, true},
		{"in a feed", `{"post":` + chirp(1, at, "") + `}`, 1, false},
		{"a repost", `{"post":` + chirp(1, at, "") + `,"reason":{"$type":"app.bsky.feed.defs#reasonRepost"}}`, 0, false},
		{"pinned", `{"post":` + chirp(1, at, "") + `,"reason":{"$type":"app.bsky.feed.defs#reasonPin"}}`, 1, false},
	} {
		got, err := sky(t, skyPages("feed", []string{c.entry}), nil)
		if err != nil || len(got.Posts) != c.posts || c.posts > 0 && got.Posts[0].NeverQuote != c.never {
			t.Errorf("%s: Read = %+v, %v, want %d posts, never quote %v", c.why, got.Posts, err, c.posts, c.never)
		}
	}
}

func TestAPostIsNotYoungerThanWhenItWasSeen(t *testing.T) {
	post := strings.Replace(chirp(1, friday13.Add(-time.Hour), ""), `"createdAt":"2026-11-13T12:00:00Z"`, `"createdAt":"2031-01-01T00:00:00Z"`, 1)
	got, err := sky(t, skyPages("posts", []string{post}), nil)
	if err != nil || len(got.Posts) != 1 || !got.Posts[0].At.Equal(friday13.Add(-time.Hour)) {
		t.Errorf("Read = %+v, %v, want the time at which the network saw the post", got.Posts, err)
	}
}

func TestAFeedCanBeNamedByItsOwnAddress(t *testing.T) {
	got, err := sky(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/xrpc/app.bsky.feed.getListFeed" || r.URL.Query().Get("list") != "at://x/y" {
			t.Errorf("asked %s, want the list's feed", r.URL)
		}
		skyPages("feed", []string{`{"post":` + chirp(2, friday13.Add(-time.Hour), "") + `}`}, []string{`{"post":` + chirp(1, friday13.Add(-time.Hour), "") + `}`})(w, r)
	}, func(server string, _ *Bluesky, src *feeds.Source) {
		src.URL = server + "/xrpc/app.bsky.feed.getListFeed?list=at%3A%2F%2Fx%2Fy"
	})
	if err != nil || len(got.Posts) != 2 {
		t.Errorf("Read = %q, %v, want both pages", keys(got.Posts), err)
	}
}
