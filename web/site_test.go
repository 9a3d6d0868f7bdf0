package web

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/mmcdole/gofeed"

	"weekward/subscribers"
)

// publicPages are the addresses that hang on no token.
var publicPages = []string{"/", "/subscribe", "/check-your-inbox", "/issues/", "/issues/32", "/issues/30", "/search", "/search?q=telecare+ward", "/privacy", "/feed.xml", "/atom.xml", "/feed.json", "/sitemap.xml", "/robots.txt", "/healthz", "/readyz", "/assets/site.css"}

// errorPages are answered with a page that says so.
var errorPages = map[string]int{"/nothing": 404, "/issues/31": 404, "/issues/33": 404, "/issues/x": 404, "/issues/032": 404, "/issues/-1": 404, "/confirm/": 404, "/unsubscribe/": 404, "/unsubscribe/none": 404, "/assets/": 404, "/assets/%2e%2e%2fweb.go": 404, "/.git/config": 404}

func TestEveryAnswerCarriesTheSafetyHeaders(t *testing.T) {
	w := newTown(t)
	paths := append([]string(nil), publicPages...)
	paths = append(paths, w.personalPages(w.join("reader@example.org"))...)
	for path := range errorPages {
		paths = append(paths, path)
	}
	want := map[string]string{
		"Content-Security-Policy":   "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		"X-Content-Type-Options":    "nosniff",
		"Referrer-Policy":           "no-referrer",
		"Strict-Transport-Security": "max-age=31536000",
		"Set-Cookie":                "",
	}
	for _, path := range paths {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT"} {
			r := w.request(method, path, "")
			for name, value := range want {
				if got := r.Header().Get(name); got != value {
					t.Errorf("%s %s: %s = %q, want %q", method, path, name, got, value)
				}
			}
			if body := read(t, r); strings.Contains(body, "<script") || strings.Contains(body, " style=") || strings.Contains(body, "javascript:") {
				t.Errorf("%s %s holds what its policy forbids:\n%s", method, path, body)
			}
		}
	}
}

func TestHSTSOnlyWhenTheSiteIsSecure(t *testing.T) {
	w := newTown(t, func(o *Options) { o.Site.BaseURL = "http://127.0.0.1:8080" })
	if got := w.get("/").Header().Get("Strict-Transport-Security"); got != "" {
		t.Errorf("Strict-Transport-Security = %q on plain HTTP, want none", got)
	}
}

func TestPublicPagesAnswer(t *testing.T) {
	w := newTown(t)
	for _, path := range publicPages {
		get, head := w.get(path), w.request(http.MethodHead, path, "")
		if get.Code != http.StatusOK || head.Code != http.StatusOK {
			t.Errorf("GET, HEAD %s = %d, %d, want 200", path, get.Code, head.Code)
		}
		for _, name := range []string{"Content-Type", "Content-Length", "Cache-Control", "ETag"} {
			if g, h := get.Header().Get(name), head.Header().Get(name); g != h {
				t.Errorf("%s %s: %q by GET, %q by HEAD", path, name, g, h)
			}
		}
	}
	for path, want := range errorPages {
		if r := w.get(path); r.Code != want {
			t.Errorf("GET %s = %d to %q, want %d", path, r.Code, r.Header().Get("Location"), want)
		}
	}
}

func TestSlashTooManyOrTooFewLeadsToTheRightAddress(t *testing.T) {
	w := newTown(t)
	for path, want := range map[string]string{"/issues": "/issues/", "/issues/32/": "/issues/32", "/privacy/": "/privacy", "/feed.xml/?x=1": "/feed.xml?x=1", "/unsubscribe/abc/": "/unsubscribe/abc"} {
		r := w.get(path)
		if r.Code != http.StatusMovedPermanently || r.Header().Get("Location") != want {
			t.Errorf("GET %s = %d to %q, want 301 to %s", path, r.Code, r.Header().Get("Location"), want)
		}
	}
	if r := w.post("/subscribe/", "email", "a@example.org"); r.Code != http.StatusPermanentRedirect {
		t.Errorf("POST /subscribe/ = %d, want 308, which keeps the form", r.Code)
	}
}

func TestNoAddressRedirectsElsewhere(t *testing.T) {
	w := newTown(t)
	for _, path := range []string{"//evil.example.org/", "/%2fevil.example.org/", `/\evil.example.org/`, "/%5Cevil.example.org/", "//evil.example.org/issues", "/issues//evil.example.org/", "/https://evil.example.org/", "/.//evil.example.org/", "/privacy/..//evil.example.org/"} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RequestURI = path
		u, err := url.ParseRequestURI(path)
		if err != nil {
			continue
		}
		r.URL = u
		rec := httptest.NewRecorder()
		w.h.ServeHTTP(rec, r)
		to := rec.Header().Get("Location")
		if to == "" {
			continue
		}
		base, _ := url.Parse("https://news.example.org" + "/")
		target, err := base.Parse(to)
		if err != nil || target.Host != "news.example.org" || strings.HasPrefix(to, "//") || strings.Contains(to, `\`) {
			t.Errorf("GET %s redirects to %q", path, to)
		}
	}
}

func TestForeignHostNameGetsIntoNoLink(t *testing.T) {
	w := newTown(t)
	sub := w.join("reader@example.org")
	for _, path := range append(w.personalPages(sub), append(publicPages, "/issues", "/nothing")...) {
		r := w.get(path, "Host", "evil.example.org", "X-Forwarded-Host", "evil.example.org", "Forwarded", "host=evil.example.org")
		if body := read(t, r); strings.Contains(body, "evil.example.org") || strings.Contains(r.Header().Get("Location"), "evil") {
			t.Errorf("GET %.20s… with a foreign Host repeats it", path)
		}
	}
	r := w.request(http.MethodPost, "/subscribe", "email=new%40example.org", "Content-Type", "application/x-www-form-urlencoded", "Host", "evil.example.org", "Referer", "https://evil.example.org/")
	if got := r.Header().Get("Location"); got != "/check-your-inbox" {
		t.Errorf("sign-up with a foreign Host leads to %q", got)
	}
	if mail := w.mail(); mail[len(mail)-1].link.Form != "https://news.example.org/" {
		t.Errorf("the letter names the form %q, want the configured address", mail[len(mail)-1].link.Form)
	}
}

func TestOtherMethodsAreRefusedWithAPage(t *testing.T) {
	w := newTown(t)
	for _, tc := range []struct{ method, path, allow string }{
		{"POST", "/", "GET, HEAD"}, {"DELETE", "/subscribe", "GET, HEAD, POST"}, {"PUT", "/issues/32", "GET, HEAD"}, {"OPTIONS", "/unsubscribe/x", "GET, HEAD, POST"},
	} {
		r := w.request(tc.method, tc.path, "")
		if r.Code != http.StatusMethodNotAllowed || r.Header().Get("Allow") != tc.allow || !strings.Contains(read(t, r), "</html>") {
			t.Errorf("%s %s = %d, Allow %q, want 405 with a page, Allow %q", tc.method, tc.path, r.Code, r.Header().Get("Allow"), tc.allow)
		}
	}
}

func TestFormThatIsTooBigIsRefused(t *testing.T) {
	w := newTown(t)
	sub := w.join("reader@example.org")
	big := strings.Repeat("x", 17<<10)
	for _, path := range append(w.personalPages(sub)[1:], "/subscribe") {
		if r := w.post(path, "email", "a@example.org", "List-Unsubscribe", "One-Click", "format", "text", "rest", big); r.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("POST %.20s… with 17 KB = %d, want 413", path, r.Code)
		}
	}
	if got := w.state("reader@example.org"); got != subscribers.Active {
		t.Errorf("state = %q, want active", got)
	}
}

func TestArchiveShowsWhatWasSentAndNothingElse(t *testing.T) {
	w := newTown(t)
	list := read(t, w.get("/issues/"))
	if !strings.Contains(list, `href="/issues/32"`) || !strings.Contains(list, `href="/issues/30"`) || strings.Contains(list, "/issues/33") || strings.Contains(list, "/issues/29") {
		t.Errorf("the archive does not list 32 and 30 only:\n%s", list)
	}
	page := read(t, w.get("/issues/32"))
	for _, want := range []string{"&lt;script&gt;", "&lt;b&gt;Nobody&lt;/b&gt;", `href="/issues/30"`} {
		if !strings.Contains(page, want) {
			t.Errorf("GET /issues/32 lacks %q:\n%s", want, page)
		}
	}
	for _, never := range []string{"<script", "javascript:", "<b>Nobody"} {
		if strings.Contains(page, never) {
			t.Errorf("GET /issues/32 holds %q:\n%s", never, page)
		}
	}
}

func TestArchiveLearnsOfANewIssueSoon(t *testing.T) {
	w := newTown(t)
	w.get("/issues/")
	w.records[0].State = "sending" // number 33 leaves
	if r := w.get("/issues/33"); r.Code != http.StatusOK {
		t.Errorf("GET /issues/33 right after it left = %d, want 200", r.Code)
	}
	w.wait(shelfAge)
	if list := read(t, w.get("/issues/")); !strings.Contains(list, `href="/issues/33"`) {
		t.Errorf("the archive does not list issue 33 after %s:\n%s", shelfAge, list)
	}
}

func TestFeedsCarryEveryIssueWhole(t *testing.T) {
	w := newTown(t)
	for path, kind := range map[string]string{"/feed.xml": "rss", "/atom.xml": "atom", "/feed.json": "json"} {
		body := read(t, w.get(path))
		f, err := gofeed.NewParser().ParseString(body)
		if err != nil {
			t.Errorf("GET %s is no feed: %v\n%s", path, err, body)
			continue
		}
		if f.FeedType != kind || len(f.Items) != 2 {
			t.Errorf("GET %s = %s with %d items, want %s with 2", path, f.FeedType, len(f.Items), kind)
			continue
		}
		it := f.Items[0]
		if it.Title != "Experts <meet> & talk" || it.GUID != "https://news.example.org/issues/32" || it.Link != it.GUID || it.PublishedParsed == nil || !it.PublishedParsed.Equal(at("2010-04-06T06:00:00Z")) {
			t.Errorf("GET %s: first item is %q %q %q %v", path, it.Title, it.GUID, it.Link, it.PublishedParsed)
		}
		if !strings.Contains(it.Content, "Doctors and patients talk.") || strings.Contains(it.Content, "<script") || strings.Contains(it.Content, "javascript:") {
			t.Errorf("GET %s: content is not the whole issue, made safe:\n%s", path, it.Content)
		}
	}
	first := w.get("/feed.xml")
	if again := w.get("/feed.xml", "If-None-Match", first.Header().Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("GET /feed.xml again = %d, want 304", again.Code)
	}
	if !json.Valid([]byte(read(t, w.get("/feed.json")))) {
		t.Error("GET /feed.json is not JSON")
	}
}

func TestSitemapListsPublicPagesOnly(t *testing.T) {
	w := newTown(t)
	var set struct {
		URLs []struct {
			Loc string `xml:"loc"`
		} `xml:"url"`
	}
	body := read(t, w.get("/sitemap.xml"))
	if err := xml.Unmarshal([]byte(body), &set); err != nil {
		t.Fatalf("sitemap: %v\n%s", err, body)
	}
	for _, u := range set.URLs {
		path := strings.TrimPrefix(u.Loc, "https://news.example.org")
		if r := w.get(path); r.Code != http.StatusOK || r.Header().Get("X-Robots-Tag") != "" {
			t.Errorf("sitemap lists %s, which answers %d %q", u.Loc, r.Code, r.Header().Get("X-Robots-Tag"))
		}
	}
	if len(set.URLs) != 5 {
		t.Errorf("sitemap lists %d pages, want 5: %v", len(set.URLs), set.URLs)
	}
}

func TestHealthTellsWhenTheStorageIsGone(t *testing.T) {
	var broken error
	w := newTown(t, func(o *Options) { o.Ping = func(context.Context) error { return broken } })
	for _, path := range []string{"/healthz", "/readyz"} {
		broken = nil
		if r := w.get(path); r.Code != http.StatusOK {
			t.Errorf("GET %s = %d, want 200", path, r.Code)
		}
		broken = errors.New("disk on fire at /secret/place")
		r := w.get(path)
		if r.Code != http.StatusServiceUnavailable || strings.Contains(read(t, r), "secret") {
			t.Errorf("GET %s = %d, want 503 without the cause", path, r.Code)
		}
	}
}

func TestSiteBelowAPathKeepsIt(t *testing.T) {
	w := newTown(t, func(o *Options) { o.Site.BaseURL = "https://example.org/news" })
	if got := w.post("/subscribe", "email", "new@example.org").Header().Get("Location"); got != "/news/check-your-inbox" {
		t.Errorf("sign-up leads to %q, want /news/check-your-inbox", got)
	}
	if got := w.get("/issues").Header().Get("Location"); got != "/news/issues/" {
		t.Errorf("/issues leads to %q, want /news/issues/", got)
	}
}

func TestPanicIsAnAnswerAndALine(t *testing.T) {
	w := newTown(t, func(o *Options) { o.Ping = func(context.Context) error { panic("a fault of ours") } })
	r := w.get("/healthz")
	if r.Code != http.StatusInternalServerError || strings.Contains(read(t, r), "fault of ours") {
		t.Errorf("GET = %d, want 500 without the cause", r.Code)
	}
	if !strings.Contains(w.log(), "a fault of ours") || !strings.Contains(w.log(), "status=500") {
		t.Errorf("the log does not tell of it:\n%s", w.log())
	}
}
