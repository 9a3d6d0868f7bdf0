package chat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"weekward/feeds"
	"weekward/feeds/fetch"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// friday13 is when the tests read: an hour after the invented session.
var friday13 = time.Date(2026, 11, 13, 13, 0, 0, 0, time.UTC)

// read asks an invented server, whose pages are given by a handler.
func read(t *testing.T, h http.HandlerFunc, now time.Time, window time.Duration) (feeds.Reading, error) {
	t.Helper()
	server := httptest.NewServer(h)
	defer server.Close()
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	fetcher := fetch.New(fetch.Options{Allow: []string{u.Host}})
	defer fetcher.Close()
	reader := Mastodon{Fetch: fetcher, Now: func() time.Time { return now }, Window: window}
	return reader.Read(context.Background(), feeds.Source{ID: "one", URL: server.URL + "/", Tag: "hcsmeu"}, feeds.Visit{})
}

// toot is one status in the server's words.
func toot(id int, at time.Time, more string) string {
	return fmt.Sprintf(`{"id":"%d","created_at":%q,"visibility":"public","uri":"https://one.example.org/s/%d","url":"https://one.example.org/@m/%d",
		"content":"<p>number %d #hcsmeu</p>","account":{"acct":"m"},"tags":[{"name":"hcsmeu"}]%s}`, id, at.Format(time.RFC3339), id, id, id, more)
}

// pages serves pages of statuses, newest first, joined by Link headers.
func pages(pages ...[]string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		at := 0
		fmt.Sscan(r.URL.Query().Get("max_id"), &at)
		if at+1 < len(pages) {
			w.Header().Set("Link", fmt.Sprintf(`<http://%s%s?limit=40&max_id=%d>; rel="next", <http://%s/x?min_id=1>; rel="prev"`, r.Host, r.URL.Path, at+1, r.Host))
		}
		fmt.Fprintf(w, "[%s]", strings.Join(pages[at], ","))
	}
}

func TestC1MastodonPagesAreJoinedWithoutGapOrDouble(t *testing.T) {
	at := friday13.Add(-time.Hour)
	var asked []string
	serve := pages([]string{toot(4, at, ""), toot(3, at, "")}, []string{toot(3, at, ""), toot(2, at, "")}, []string{toot(1, at, "")})
	got, err := read(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String())
		serve(w, r)
	}, friday13, 0)
	if err != nil {
		t.Fatal(err)
	}
	var uris []string
	for _, p := range got.Posts {
		uris = append(uris, strings.TrimPrefix(p.URI, "https://one.example.org/s/"))
	}
	if want := []string{"4", "3", "2", "1"}; !slices.Equal(uris, want) {
		t.Errorf("Read gives %q, want %q", uris, want)
	}
	if len(asked) != 3 || asked[0] != "/api/v1/timelines/tag/hcsmeu?limit=40" {
		t.Errorf("Read asked %q, want the tag's timeline, 40 at a time, and two further pages", asked)
	}
	p := got.Posts[0]
	if p.Tag != "hcsmeu" || p.Source != "one" || p.Network != "mastodon" || p.Handle != "m@one.example.org" || !p.FetchedAt.Equal(friday13) || got.Visit.Status != 200 {
		t.Errorf("Read gives %+v, visit %+v, want a whole post and status 200", p, got.Visit)
	}
}

func TestReadingStopsAtTheWindow(t *testing.T) {
	requests := 0
	serve := pages([]string{toot(3, friday13.Add(-time.Hour), "")}, []string{toot(2, friday13.AddDate(0, 0, -9), "")}, []string{toot(1, friday13.AddDate(0, 0, -10), "")})
	got, err := read(t, func(w http.ResponseWriter, r *http.Request) { requests++; serve(w, r) }, friday13, 0)
	if err != nil || len(got.Posts) != 1 || requests != 2 {
		t.Errorf("Read gives %d posts in %d requests, %v, want 1 in 2: the second page lies before the window", len(got.Posts), requests, err)
	}
}

func TestReadingStopsAfterTwentyPages(t *testing.T) {
	requests := 0
	got, err := read(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		w.Header().Set("Link", fmt.Sprintf(`<http://%s%s?max_id=%d>; rel="next"`, r.Host, r.URL.Path, requests))
		fmt.Fprintf(w, "[%s]", toot(requests, friday13.Add(-time.Hour), ""))
	}, friday13, 0)
	if err != nil || requests != 20 || len(got.Posts) != 20 || len(got.Warnings) != 1 {
		t.Errorf("Read: %d requests, %d posts, warnings %q, %v, want 20, 20 and one warning", requests, len(got.Posts), got.Warnings, err)
	}
}

func TestC3AnEditedPostKeepsItsIDAndTakesTheNewestText(t *testing.T) {
	at := friday13.Add(-time.Hour)
	edited := strings.Replace(toot(1, at, `,"edited_at":"2026-11-13T12:30:00Z"`), "number 1", "mended", 1)
	got, err := read(t, pages([]string{toot(1, at, "")}, []string{edited}), friday13, 0)
	if err != nil || len(got.Posts) != 1 {
		t.Fatalf("Read = %+v, %v, want one post", got.Posts, err)
	}
	if p := got.Posts[0]; p.Text != "mended #hcsmeu" || p.EditedAt.IsZero() || p.ID != identify("https://one.example.org/s/1") {
		t.Errorf("post = %+v, want the mended text under the same ID", p)
	}
}

func TestC10SignalsOfRestraintAreHonoured(t *testing.T) {
	for _, c := range []struct {
		why, status string
		posts       int
		never       bool
	}{
		{"public", "", 1, false},
		{"sensitive", `,"sensitive":true`, 1, true},
		{"content warning", `,"spoiler_text":"illness"`, 1, true},
		{"a bot", `,"account":{"acct":"m","bot":true}`, 1, true},
		{"no search", `,"account":{"acct":"m","noindex":true}`, 1, true},
		{"posts not to be indexed", `,"account":{"acct":"m","indexable":false}`, 1, true},
		{"not to be discovered", `,"account":{"acct":"m","discoverable":false}`, 1, true},
		{"may be discovered", `,"account":{"acct":"m","discoverable":true,"indexable":true}`, 1, false},
		{"followers only", `,"visibility":"private"`, 0, false},
		{"unlisted", `,"visibility":"unlisted"`, 0, false},
		{"direct", `,"visibility":"direct"`, 0, false},
		{"a boost", `,"reblog":{"id":"9"}`, 0, false},
	} {
		got, err := read(t, pages([]string{toot(1, friday13.Add(-time.Hour), c.status)}), friday13, 0)
		if err != nil || len(got.Posts) != c.posts || c.posts > 0 && got.Posts[0].NeverQuote != c.never {
			t.Errorf("%s: Read = %+v, %v, want %d posts, never quote %v", c.why, got.Posts, err, c.posts, c.never)
		}
	}
}

func TestC7AClosedServerEndsWithOneClearMessage(t *testing.T) {
	for _, code := range []int{401, 403, 422} {
		got, err := read(t, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(code)
			fmt.Fprint(w, `{"error":"This method requires an authenticated user"}`)
		}, friday13, 0)
		if !errors.Is(err, ErrClosed) || !strings.HasPrefix(err.Error(), "read #hcsmeu on http://") || got.Visit.Status != code {
			t.Errorf("%d: Read = status %d, %v, want ErrClosed with the status remembered", code, got.Visit.Status, err)
		}
	}
}

func TestC8AUsedUpAllowanceWaitsUntilTheReset(t *testing.T) {
	reset := friday13.Add(5 * time.Minute)
	requests := 0
	got, err := read(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		w.Header().Set("X-RateLimit-Remaining", "0")
		w.Header().Set("X-RateLimit-Reset", reset.Format("2006-01-02T15:04:05.000000Z"))
		w.Header().Set("Link", fmt.Sprintf(`<http://%s%s?max_id=1>; rel="next"`, r.Host, r.URL.Path))
		fmt.Fprintf(w, "[%s]", toot(1, friday13.Add(-time.Hour), ""))
	}, friday13, 0)
	if err != nil || requests != 1 || len(got.Posts) != 1 || !got.NotBefore.Equal(reset) || len(got.Warnings) != 1 {
		t.Errorf("Read: %d requests, %d posts, not before %s, warnings %q, %v, want one request, its post, and a wait until %s", requests, len(got.Posts), got.NotBefore, got.Warnings, err, reset)
	}
}

func TestARefusalSaysWhenToAskAgain(t *testing.T) {
	got, err := read(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "300")
		w.WriteHeader(http.StatusTooManyRequests)
	}, friday13, 0)
	if err == nil || !got.NotBefore.Equal(friday13.Add(5*time.Minute)) {
		t.Errorf("Read = not before %s, %v, want an error and five minutes", got.NotBefore, err)
	}
}

func TestALaterPageThatFailsKeepsThoseBefore(t *testing.T) {
	serve := pages([]string{toot(2, friday13.Add(-time.Hour), "")}, []string{toot(1, friday13.Add(-time.Hour), "")})
	got, err := read(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("max_id") {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		serve(w, r)
	}, friday13, 0)
	if err != nil || len(got.Posts) != 1 || len(got.Warnings) != 1 || got.Visit.Status != 200 {
		t.Errorf("Read = %d posts, status %d, warnings %q, %v, want the first page and a warning", len(got.Posts), got.Visit.Status, got.Warnings, err)
	}
}

func TestAPageMayOnlyPointAtItsOwnServer(t *testing.T) {
	got, err := read(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", `<http://169.254.169.254/latest>; rel="next"`)
		fmt.Fprintf(w, "[%s]", toot(1, friday13.Add(-time.Hour), ""))
	}, friday13, 0)
	if err != nil || len(got.Posts) != 1 || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "another server") {
		t.Errorf("Read = %d posts, warnings %q, %v, want a warning about another server", len(got.Posts), got.Warnings, err)
	}
}

func TestWhatIsNoTimelineIsAnError(t *testing.T) {
	for _, body := range []string{"", "<html>maintenance</html>", `{"error":"x"}`} {
		if _, err := read(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, body) }, friday13, 0); err == nil || !strings.Contains(err.Error(), "not a timeline") {
			t.Errorf("Read of %q = %v, want an error that says it is no timeline", body, err)
		}
	}
}

func TestASourceNeedsAServerAndATag(t *testing.T) {
	for _, src := range []feeds.Source{{ID: "a", URL: "https://one.example.org"}, {ID: "b", URL: "one.example.org", Tag: "x"}, {ID: "c", URL: "file:///etc", Tag: "x"}} {
		if _, err := (Mastodon{}).Read(context.Background(), src, feeds.Visit{}); err == nil {
			t.Errorf("Read(%+v) = nil error, want one before anything is fetched", src)
		}
	}
}

// TestC2RecordedPagesAreJoined replays four recorded pages of one tag.
func TestC2RecordedPagesAreJoined(t *testing.T) {
	file := filepath.Join("..", "..", "..", "shared", "data", "chat", "mastodon", "rtoot_handle_params_max_id.json")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Skipf("recorded pages are not here: %v", err)
	}
	var recorded struct {
		Exchanges []struct {
			Headers map[string]string `json:"headers"`
			Body    json.RawMessage   `json:"body"`
		} `json:"exchanges"`
	}
	if err := json.Unmarshal(data, &recorded); err != nil {
		t.Fatal(err)
	}
	page := 0
	got, err := read(t, func(w http.ResponseWriter, r *http.Request) {
		e := recorded.Exchanges[page]
		if page++; page < len(recorded.Exchanges) {
			w.Header().Set("Link", strings.ReplaceAll(e.Headers["link"], "https://mastodon.social", "http://"+r.Host))
		}
		w.Write(e.Body)
	}, time.Date(2022, 11, 30, 0, 0, 0, 0, time.UTC), 365*24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	distinct := map[string]bool{}
	for _, p := range got.Posts {
		distinct[p.URI] = true
	}
	if len(distinct) != 160 || len(got.Posts) != 160 || len(got.Warnings) > 0 {
		t.Errorf("Read gives %d posts, %d distinct, warnings %q, want 160, 160 and none", len(got.Posts), len(distinct), got.Warnings)
	}
}

func TestC5MarkupBecomesTextWithWholeLinks(t *testing.T) {
	// Mastodon cuts a long address into spans of which a browser shows one.
	content := `<p><span class=\"h-card\"><a href=\"https://one.example.org/@jon\" class=\"u-url mention\">@<span>jon</span></a></span> see <a href=\"https://journal.example.org/letters/2026/plain-words\"><span class=\"invisible\">https://</span><span class=\"ellipsis\">journal.example.org/letters</span><span class=\"invisible\">/2026/plain-words</span></a><br>&lt;b&gt; &amp; <a href=\"https://one.example.org/tags/hcsmeu\" class=\"mention hashtag\">#<span>hcsmeu</span></a></p><script>pwn(1)</script><p><a href=\"javascript:pwn(2)\">here</a> <a href=\"https://ward.example.org/card\">the card</a></p>`
	status := strings.Replace(toot(1, friday13.Add(-time.Hour), ""), "<p>number 1 #hcsmeu</p>", content, 1)
	got, err := read(t, pages([]string{status}), friday13, 0)
	if err != nil || len(got.Posts) != 1 {
		t.Fatalf("Read = %+v, %v, want one post", got.Posts, err)
	}
	p := got.Posts[0]
	if want := "@jon see https://journal.example.org/letters/2026/plain-words\n<b> & #hcsmeu\nhere the card https://ward.example.org/card"; p.Text != want {
		t.Errorf("text = %q, want %q", p.Text, want)
	}
	if want := []string{"https://journal.example.org/letters/2026/plain-words", "https://ward.example.org/card"}; !slices.Equal(p.Links, want) {
		t.Errorf("links = %q, want %q", p.Links, want)
	}
}

// A page of boosts says nothing about how far back the walk has come.
func TestAPageWithoutPostsOfItsOwnIsPassed(t *testing.T) {
	at := friday13.Add(-time.Hour)
	got, err := read(t, pages([]string{toot(2, at, `,"reblog":{"id":"9"}`)}, []string{toot(1, at, "")}), friday13, 0)
	if err != nil || len(got.Posts) != 1 {
		t.Errorf("Read = %d posts, %v, want the one behind the boosts", len(got.Posts), err)
	}
}

func TestHostileStatusesAreBoundedAndClean(t *testing.T) {
	at, digits := friday13.Add(-time.Hour), strings.Repeat("9", 1<<20)
	for _, c := range []struct {
		why, body string
		posts     int
		fails     bool
	}{
		{"a number", digits, 0, true},
		{"deep", strings.Repeat("[", 1<<20), 0, true},
		{"huge counts", "[" + toot(1, at, `,"replies_count":`+digits) + "," + toot(2, at, "") + "]", 1, false},
		{"deep markup", "[" + toot(1, at, `,"content":"`+strings.Repeat("<b>", 100_000)+`x"`) + "]", 1, false},
		{"many damaged", "[" + strings.Repeat(`{"id":{}},`, 1000) + toot(1, at, "") + "]", 1, false},
	} {
		got, err := read(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, c.body) }, friday13, 0)
		if (err != nil) != c.fails || len(got.Posts) != c.posts || len(got.Warnings) > maxWarnings+1 {
			t.Errorf("%s: Read = %d posts, %d warnings, %.300v, want %d posts, failure %v", c.why, len(got.Posts), len(got.Warnings), err, c.posts, c.fails)
		}
		for _, s := range append(got.Warnings, fmt.Sprint(err)) {
			if len(s) > 500 {
				t.Errorf("%s: said %.80q… (%d bytes), want one short line", c.why, s, len(s))
			}
		}
	}
}
