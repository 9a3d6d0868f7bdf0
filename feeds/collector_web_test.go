package feeds_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"weekward/feeds"
	"weekward/feeds/fetch"
	"weekward/feeds/news"
	"weekward/store"
	"weekward/store/storetest"
)

var tuesday = time.Date(2026, 3, 3, 6, 0, 0, 0, time.UTC)

// A web is a server, and a collector with a real store that reads it as time
// passes.
type web struct {
	t      *testing.T
	url    string
	store  *store.Store
	path   string // of the store
	now    time.Time
	answer http.HandlerFunc

	mu       sync.Mutex
	requests []*http.Request
}

func newWeb(t *testing.T, answer http.HandlerFunc) *web {
	w := &web{t: t, now: tuesday, answer: answer, path: filepath.Join(t.TempDir(), "subscribers.db")}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.requests = append(w.requests, r)
		w.mu.Unlock()
		w.answer(rw, r)
	}))
	t.Cleanup(server.Close)
	w.url = server.URL
	w.store = storetest.OpenAt(t, w.path)
	return w
}

// collect reads sources with these paths, by force, in a program that was just
// started, and returns the results by ID and the requests.
func (w *web) collect(paths ...string) (map[string]feeds.Result, []*http.Request) {
	w.t.Helper()
	f := fetch.New(fetch.Options{Allow: []string{strings.TrimPrefix(w.url, "http://")}})
	defer f.Close()
	now := func() time.Time { return w.now }
	c := &feeds.Collector{Readers: map[feeds.Kind]feeds.Reader{feeds.KindFeed: &news.Reader{Fetch: f, Now: now}}, Store: w.store, Now: now}
	var sources []feeds.Source
	for _, p := range paths {
		sources = append(sources, feeds.Source{ID: strings.Trim(strings.ReplaceAll(p, "/", "-"), "-"), Kind: feeds.KindFeed, URL: w.url + p, Weight: 1})
	}
	w.requests = nil
	report, err := c.Collect(context.Background(), sources, true)
	if err != nil {
		w.t.Fatalf("Collect(%v) = %v", paths, err)
	}
	results := map[string]feeds.Result{}
	for _, r := range report.Sources {
		results[r.ID] = r
	}
	return results, w.requests
}

func (w *web) visit(id string) feeds.Visit {
	w.t.Helper()
	visits, err := w.store.Visits(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	return visits[id]
}

// items are the titles in the store, newest first.
func (w *web) items() string {
	w.t.Helper()
	all, err := w.store.Items(context.Background(), store.ItemFilter{})
	if err != nil {
		w.t.Fatal(err)
	}
	var titles []string
	for _, it := range all {
		titles = append(titles, it.Title)
	}
	return strings.Join(titles, ",")
}

// rss is a feed of items called by their names; "guid=title" gives both.
func rss(items ...string) string {
	var b strings.Builder
	for i, it := range items {
		guid, title, ok := strings.Cut(it, "=")
		if !ok {
			title = guid
		}
		fmt.Fprintf(&b, "<item><guid>%s</guid><title>%s</title><link>https://news.example.org/%s</link><pubDate>%s</pubDate></item>",
			guid, title, guid, tuesday.Add(-time.Duration(i+1)*time.Hour).Format(time.RFC1123Z))
	}
	return `<rss version="2.0"><channel><title>Ward Notes</title>` + b.String() + `</channel></rss>`
}

// tagged answers a feed with validators, or 304 to who has the ETag.
func tagged(etag, modified, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if etag != "" {
			w.Header().Set("ETag", etag)
		}
		if modified != "" {
			w.Header().Set("Last-Modified", modified)
		}
		if etag != "" && r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, body)
	}
}

func conditions(r *http.Request) string {
	return r.Header.Get("If-None-Match") + "|" + r.Header.Get("If-Modified-Since")
}

const early, late = "Mon, 02 Mar 2026 08:00:00 GMT", "Tue, 03 Mar 2026 05:00:00 GMT"

// F1: validators come back byte for byte. F2: none is ever invented. F3: new
// ones are stored, with the same body, and when only one of them is new. F5:
// an answer without any clears them. F6: one unconditional request in the life
// of the store, restarts or not. Each collect here is a restart.
func TestValidatorsFollowTheServer(t *testing.T) {
	w := newWeb(t, nil)
	steps := []struct {
		name           string
		etag, modified string
		want           string // conditions of the request
	}{
		{"first", `W/"a b;c"`, early, "|"},
		{"same body, new pair (F3)", `"2"`, late, `W/"a b;c"|` + early},
		{"new ETag, same date (F3)", `"3"`, late, `"2"|` + late},
		{"date only", "", late, `"3"|` + late},
		{"none (F5)", "", "", "|" + late},
		{"none again", `"4"`, "", "|"},
		{"after it", `"5"`, "", `"4"|`},
	}
	for _, s := range steps {
		w.answer = tagged(s.etag, s.modified, rss("a", "b"))
		_, requests := w.collect("/feed")
		if len(requests) != 1 || conditions(requests[0]) != s.want {
			t.Errorf("%s: %d requests, with %q, want one with %q", s.name, len(requests), conditions(requests[0]), s.want)
		}
	}
	if got := w.items(); got != "a,b" {
		t.Errorf("items %s, want a,b", got)
	}
}

// F4: a 304 may bring new validators; its body is never read, and items stay.
func TestNotModifiedBringsValidatorsAndKeepsItems(t *testing.T) {
	w := newWeb(t, tagged(`"1"`, early, rss("a", "b")))
	w.collect("/feed")
	w.answer = func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("ETag", `"2"`)
		rw.WriteHeader(http.StatusNotModified)
	}
	results, _ := w.collect("/feed")
	if r := results["feed"]; !r.OK || r.Status != 304 || r.Items != 2 || r.New != 0 || r.Bytes != 0 {
		t.Errorf("304: %+v, want it well, with the 2 items known, none new", r)
	}
	if v := w.visit("feed"); v.ETag != `"2"` || v.LastModified != early {
		t.Errorf("after a 304: ETag %s, date %s, want the new one and the old one", v.ETag, v.LastModified)
	}
	if got := w.items(); got != "a,b" {
		t.Errorf("items %s, want a,b", got)
	}
}

// F7: validators are stored only when the body was understood.
// F17: a login page, a bot wall and an empty body are no feed and no empty
// feed: old items stay, and nothing else is asked for.
func TestAnswerThatIsNoFeedChangesNothing(t *testing.T) {
	w := newWeb(t, tagged(`"1"`, early, rss("a")))
	w.collect("/feed")
	for name, body := range map[string]string{
		"login page":     `<!DOCTYPE html><html><head><title>Sign in</title><link rel="alternate" type="application/rss+xml" href="/other"></head><body><form></form></body></html>`,
		"bot wall":       `<html><body>Checking your browser<script>x()</script></body></html>`,
		"empty":          "",
		"blanks":         " \n ",
		"half a feed":    "<rss",
		"something else": `{"error":"no such user"}`,
	} {
		w.answer = tagged(`"wall"`, late, body)
		results, requests := w.collect("/feed")
		if r := results["feed"]; r.OK || r.Error == "" || len(requests) != 1 {
			t.Errorf("%s: %+v and %d requests, want one, and an error", name, r, len(requests))
		}
		if v := w.visit("feed"); v.ETag != `"1"` || v.LastModified != early || v.Items != 1 {
			t.Errorf("%s: stored %s, %s, %d items, want those of the last feed", name, v.ETag, v.LastModified, v.Items)
		}
	}
	if got := w.items(); got != "a" {
		t.Errorf("items %s, want a", got)
	}
}

// F13: N feeds that did not change cost N requests: no HEAD, no robots.txt, no
// icon, no second try. F19: no Referer, no cookie, nothing added to the address.
func TestUnchangedFeedsCostOneRequestEach(t *testing.T) {
	w := newWeb(t, func(rw http.ResponseWriter, r *http.Request) {
		http.SetCookie(rw, &http.Cookie{Name: "seen", Value: "1"})
		tagged(`"1"`, early, rss(r.URL.Path[1:]))(rw, r)
	})
	var paths []string
	for i := range 150 {
		paths = append(paths, fmt.Sprintf("/f%d", i))
	}
	w.collect(paths...)
	results, requests := w.collect(paths...)
	if len(requests) != len(paths) {
		t.Errorf("%d requests for %d unchanged feeds", len(requests), len(paths))
	}
	for _, r := range requests {
		if r.Method != http.MethodGet || r.Header.Get("If-None-Match") != `"1"` || r.Header.Get("Cookie")+r.Header.Get("Referer")+r.URL.RawQuery != "" {
			t.Errorf("%s %s with %v", r.Method, r.URL, r.Header)
		}
	}
	for id, r := range results {
		if !r.OK || r.Status != 304 || r.Items != 1 || r.New != 0 {
			t.Errorf("%s: %+v, want it unchanged", id, r)
		}
	}
}

// F14: permanent redirects move a feed in the end, others never do.
func TestPermanentRedirectsMoveAFeedAtLast(t *testing.T) {
	w := newWeb(t, func(rw http.ResponseWriter, r *http.Request) {
		to := map[string]struct {
			status int
			where  string
		}{"/old": {301, "/older"}, "/older": {308, "/new"}, "/found": {302, "/new"}, "/other": {303, "/new"}, "/temporary": {307, "/new"}, "/mixed": {301, "/found"}}
		if step, ok := to[r.URL.Path]; ok {
			rw.Header().Set("Location", step.where)
			rw.WriteHeader(step.status)
			return
		}
		tagged(`"1"`, "", rss("a"))(rw, r)
	})
	for range 6 {
		w.collect("/old", "/found", "/other", "/temporary", "/mixed")
		w.now = w.now.Add(24 * time.Hour)
	}
	for _, id := range []string{"old", "found", "other", "temporary", "mixed"} {
		want := ""
		if id == "old" {
			want = w.url + "/new"
		}
		if got := w.visit(id).Move.Now; got != want {
			t.Errorf("/%s moved to %q, want %q", id, got, want)
		}
	}
	if _, requests := w.collect("/old"); len(requests) != 1 || requests[0].URL.Path != "/new" || requests[0].Header.Get("If-None-Match") != `"1"` {
		t.Errorf("the moved feed took %d requests, the first to %s, want one to /new, conditional", len(requests), requests[0].URL)
	}
}

// F20, F23, F27: what is odd about one feed costs that feed alone, and its
// report names the limit.
func TestEachFeedAnswersForItself(t *testing.T) {
	w := newWeb(t, func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/well":
			fmt.Fprint(rw, rss("a", "b"))
		case "/packed": // without saying so
			z := gzip.NewWriter(rw)
			fmt.Fprint(z, rss("c"))
			z.Close()
		case "/lies":
			rw.Header().Set("Content-Encoding", "gzip")
			fmt.Fprint(rw, rss("d"))
		case "/endless":
			for r.Context().Err() == nil {
				if _, err := rw.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		case "/bomb":
			z := gzip.NewWriter(rw)
			z.Write(make([]byte, 5<<20))
			z.Close()
		default:
			http.Error(rw, "no", http.StatusInternalServerError)
		}
	})
	results, _ := w.collect("/well", "/packed", "/lies", "/endless", "/bomb", "/broken")
	for id, items := range map[string]int{"well": 2, "packed": 1, "lies": 1} {
		if r := results[id]; !r.OK || r.Items != items || r.New != items || r.Status != 200 || r.Bytes == 0 || !r.Next.After(tuesday) {
			t.Errorf("%s: %+v, want %d items, with status, bytes and the next read", id, r, items)
		}
	}
	for id, words := range map[string]string{"endless": "limit of 15 MB", "bomb": "100 times its size", "broken": "500"} {
		if r := results[id]; r.OK || !strings.Contains(r.Error, words) || !r.Next.After(tuesday) {
			t.Errorf("%s: %+v, want an error with %q", id, r, words)
		}
	}
}

// S1: the same bytes change nothing. S2: another order makes no new items. S3:
// a changed title changes the item and makes no new one. S4: what left the
// feed stays.
func TestReadingAgainMakesNoNewItems(t *testing.T) {
	w := newWeb(t, nil)
	steps := []struct {
		name  string
		feed  string
		fresh int
		items string
	}{
		{"first", rss("a", "b", "c"), 3, "a,b,c"},
		{"the same bytes (S1)", rss("a", "b", "c"), 0, "a,b,c"},
		{"another order (S2)", rss("c", "a", "b"), 0, "c,a,b"}, // the dates of the made-up feed follow the order
		{"a changed title (S3)", rss("c", "a=A, corrected", "b"), 0, "c,A, corrected,b"},
		{"one left, one came (S4)", rss("d", "c"), 1, "d,c,A, corrected,b"},
		{"only one is left", rss("d"), 0, "d,c,A, corrected,b"},
	}
	for i, s := range steps {
		w.answer = tagged(fmt.Sprint(`"`, i, `"`), "", s.feed)
		results, _ := w.collect("/feed")
		if got := results["feed"].New; got != s.fresh {
			t.Errorf("%s: %d new, want %d", s.name, got, s.fresh)
		}
		if got := len(strings.Split(w.items(), ",")); got != len(strings.Split(s.items, ",")) {
			t.Errorf("%s: items %s, want %s", s.name, w.items(), s.items)
		}
	}
	if got := w.items(); !strings.Contains(got, "A, corrected") || strings.Contains(got, "a,") {
		t.Errorf("items %s, want the corrected title only", got)
	}
}

// S5: a feed whose guids all changed at once makes no new items.
func TestNewGuidsUnderOldLinksAreNoNews(t *testing.T) {
	w := newWeb(t, tagged(`"1"`, "", rss("a", "b", "c", "d", "e")))
	w.collect("/feed")
	w.answer = tagged(`"2"`, "", strings.ReplaceAll(rss("a", "b", "c", "d", "e"), "<guid>", "<guid>new-"))
	for range 2 {
		if results, _ := w.collect("/feed"); results["feed"].New != 0 {
			t.Errorf("%d new items, want none", results["feed"].New)
		}
	}
	if got := w.items(); got != "a,b,c,d,e" {
		t.Errorf("items %s, want a,b,c,d,e", got)
	}
}

// F21: a feed with a proxy is read through it; what is reported and logged
// holds neither its password nor the feed's.
func TestFeedIsReadThroughItsProxy(t *testing.T) {
	var asked string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, password, _ := r.BasicAuth()
		asked = r.RequestURI + " " + name + ":" + password + " " + r.Header.Get("Proxy-Authorization")
		w.Header().Set("ETag", `"1"`)
		fmt.Fprint(w, rss("by-proxy"))
	}))
	defer proxy.Close()
	f := fetch.New(fetch.Options{})
	defer f.Close()
	var log strings.Builder
	c := &feeds.Collector{Readers: map[feeds.Kind]feeds.Reader{feeds.KindFeed: &news.Reader{Fetch: f}}, Store: storetest.Open(t),
		Log: slog.New(slog.NewTextHandler(&log, nil))}
	read := func(proxy string) feeds.Result {
		t.Helper()
		s := feeds.Source{ID: "s", Kind: feeds.KindFeed, URL: "http://ada:secret@feeds.example.org/feed", Proxy: proxy}
		report, err := c.Collect(t.Context(), []feeds.Source{s}, true)
		if err != nil || len(report.Sources) != 1 {
			t.Fatalf("Collect = %+v, %v", report, err)
		}
		return report.Sources[0]
	}
	if r := read(strings.Replace(proxy.URL, "http://", "http://bob:hidden@", 1)); !r.OK || r.Items != 1 {
		t.Errorf("through the proxy: %+v, want one item", r)
	}
	if want := "http://feeds.example.org/feed ada:secret Basic Ym9iOmhpZGRlbg=="; asked != want {
		t.Errorf("the proxy was asked %q, want %q", asked, want)
	}
	failed := read("http://bob:hidden@127.0.0.1:1")
	if told := fmt.Sprintf("%+v %s", failed, log.String()); failed.OK || strings.Contains(told, "hidden") || strings.Contains(told, "secret") {
		t.Errorf("without the proxy: %s, want a failure that tells no password", told)
	}
}
