package news

import (
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"weekward/feeds"
	"weekward/feeds/fetch"
)

var update = flag.Bool("update", false, "renew the .json beside the feeds in testdata")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var now = time.Date(2026, 3, 3, 6, 0, 0, 0, time.UTC)

func TestFeedsBecomeItems(t *testing.T) {
	feedsFound, err := filepath.Glob("testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range feedsFound {
		if strings.Count(filepath.Base(path), ".") != 1 {
			continue // what a feed became, or a folder
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			src := feeds.Source{ID: "src", Section: "news", Topic: "records", Weight: 1}
			reading, err := Parse(data, "", "https://feeds.example.org/blog/feed.xml", src, now)
			if err != nil {
				t.Fatalf("Parse(%s) = %v", path, err)
			}
			got := asJSON(t, reading)
			golden := path + ".json"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("Parse(%s) (-want +got):\n%s", path, diff)
			}
		})
	}
}

// asJSON prints what is read of a feed, as the files in testdata hold it.
func asJSON(t *testing.T, r feeds.Reading) string {
	t.Helper()
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(struct {
		Title    string
		MaxAge   string
		Warnings []string
		Items    []feeds.Item
	}{r.Visit.Title, r.MaxAge.String(), r.Warnings, r.Items})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestParseTwiceGivesTheSameItems(t *testing.T) {
	data, err := os.ReadFile("testdata/broken.xml")
	if err != nil {
		t.Fatal(err)
	}
	ids := func(at time.Time) (ids []string) {
		reading, err := Parse(data, "", "", feeds.Source{ID: "src"}, at)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range reading.Items {
			ids = append(ids, it.ID)
		}
		return ids
	}
	if diff := cmp.Diff(ids(now), ids(now.AddDate(0, 0, 9))); diff != "" {
		t.Errorf("nine days later the same bytes give other IDs:\n%s", diff)
	}
}

func TestOtherDocumentsSayWhatTheyAre(t *testing.T) {
	tests := []struct{ name, document, reason string }{
		{"empty", " \n ", "the document is empty"},
		{"web page", "<!DOCTYPE html><html><head><title>Sign in &amp; go</title></head></html>", "it is a web page, titled “Sign in & go”"},
		{"OPML", `<?xml version="1.0"?><opml version="2.0"></opml>`, "it is an OPML list of feeds; import it"},
		{"sitemap", `<urlset></urlset>`, "it is a sitemap"},
		{"other XML", `<note/>`, "it is XML, but neither RSS, Atom nor RDF"},
		{"text", "OK", "it is neither XML nor JSON"},
		{"JSON", `{"error":"forbidden"}`, "it is JSON, but no JSON Feed"},
		{"broken JSON", `{`, "it is JSON, but no JSON Feed"},
	}
	for _, tt := range tests {
		_, err := Parse([]byte(tt.document), "", "", feeds.Source{}, now)
		var not *NotAFeedError
		if !errors.As(err, &not) || not.Reason != tt.reason {
			t.Errorf("%s: Parse(%q) = %v, want the reason %q", tt.name, tt.document, err, tt.reason)
		}
	}
}

func TestCutItemsWaitForTheNextRead(t *testing.T) {
	whole := `<rss><channel><item><title>Shared records in four hospitals</title><link>https://example.org/1</link></item>` +
		`<item><title>Nurses try a new triage</title><link>https://example.org/2</link><description>It saved an hour a day.</description></item></channel></rss>`
	complete, err := Parse([]byte(whole), "", "", feeds.Source{ID: "s"}, now)
	if err != nil || len(complete.Items) != 2 {
		t.Fatalf("Parse of the whole feed: %d items, %v", len(complete.Items), err)
	}
	known := map[string]string{}
	for _, it := range complete.Items {
		known[it.ID] = it.Title
	}
	for end := strings.Index(whole, "</item>"); end < len(whole); end++ {
		reading, err := Parse([]byte(whole[:end]), "", "", feeds.Source{ID: "s"}, now)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range reading.Items {
			if title, ok := known[it.ID]; !ok || it.Title != title {
				t.Errorf("cut after %q: item %q, which the whole feed does not have", whole[max(0, end-20):end], it.Title)
			}
		}
	}
}

func TestReaderAsksOnlyWhatChanged(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/moved":
			http.Redirect(w, r, "/blog/feed", http.StatusMovedPermanently)
		case r.URL.Path == "/login":
			io.WriteString(w, "<html><title>Log in</title></html>")
		case r.Header.Get("If-None-Match") == `"1"`:
			w.WriteHeader(http.StatusNotModified)
		default:
			w.Header().Set("ETag", `"1"`)
			w.Header().Set("Content-Type", "application/rss+xml")
			io.WriteString(w, `<rss><channel><title>Wards</title><ttl>120</ttl><item><title>One</title><link>one</link></item></channel></rss>`)
		}
	}))
	defer server.Close()
	f := fetch.New(fetch.Options{Allow: []string{strings.TrimPrefix(server.URL, "http://")}})
	defer f.Close()
	reader := &Reader{Fetch: f, Now: func() time.Time { return now }}

	src := feeds.Source{ID: "wards", URL: server.URL + "/moved"}
	first, err := reader.Read(t.Context(), src, feeds.Visit{})
	if err != nil || len(first.Items) != 1 || first.Visit.Title != "Wards" || first.MaxAge != 2*time.Hour {
		t.Fatalf("first Read = %+v, %v", first, err)
	}
	if got, want := first.Items[0].URL, server.URL+"/blog/one"; got != want {
		t.Errorf("link %q, want %q: it starts from where the feed was found", got, want)
	}
	if got := strings.Join(first.Warnings, "\n"); !strings.Contains(got, "moved for good to "+server.URL+"/blog/feed") {
		t.Errorf("warnings %q do not tell the new address", got)
	}
	second, err := reader.Read(t.Context(), src, first.Visit)
	if err != nil || !second.Unchanged || second.Visit.ETag != `"1"` {
		t.Errorf("second Read = %+v, %v, want it unchanged", second, err)
	}
	_, err = reader.Read(t.Context(), feeds.Source{ID: "login", URL: server.URL + "/login"}, feeds.Visit{})
	if want := "not a feed: it is a web page, titled “Log in”"; err == nil || err.Error() != want {
		t.Errorf("Read of a login page = %v, want %q", err, want)
	}
}

// unclean is what no text of an item holds.
var unclean = regexp.MustCompile(`(?i)</?(a|b|i|p|q|br|div|span|img|script|style|iframe|object|svg|form|table|tr|td|li|ul|h[1-6])\b[^<]*>|[\x00-\x1f\x7f-\x9f\x{2028}\x{2029}\x{202a}-\x{202e}\x{2066}-\x{2069}]`)

func checkItem(t testing.TB, it feeds.Item) {
	t.Helper()
	for name, s := range map[string]string{"title": it.Title, "summary": it.Summary, "excerpt": it.Excerpt, "author": it.Author, "outlet": it.Outlet} {
		if m := unclean.FindString(s); m != "" || !utf8.ValidString(s) {
			t.Errorf("item %s: %s %q holds %q", it.ID, name, s, m)
		}
	}
	if it.ID == "" || it.Title == "" || it.Published.IsZero() {
		t.Errorf("item %+v lacks an ID, a title or a time", it)
	}
	if it.URL != "" && !strings.HasPrefix(it.URL, "http://") && !strings.HasPrefix(it.URL, "https://") {
		t.Errorf("item %s: address %q", it.ID, it.URL)
	}
}

func TestCapturedFeedsAreReadOrSayWhy(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/data/feeds/files/*")
	hostile, _ := filepath.Glob("../../../shared/data/hostile/feeds/*")
	if len(files) == 0 {
		t.Skip("the captured feeds are not here")
	}
	read, items := 0, 0
	for _, path := range append(files, hostile...) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		reading, err := Parse(data, "", "https://example.org/feed", feeds.Source{ID: "s"}, now)
		var not *NotAFeedError
		if err != nil && (!errors.As(err, &not) || not.Reason == "") {
			t.Errorf("%s: %v, want a reason", filepath.Base(path), err)
		}
		if err == nil {
			read++
		}
		for _, it := range reading.Items {
			items++
			checkItem(t, it)
		}
	}
	t.Logf("%d of %d feeds read, %d items", read, len(files)+len(hostile), items)
	if read < len(files) {
		t.Errorf("%d feeds read, want all %d captured ones", read, len(files))
	}
}

func FuzzParse(f *testing.F) {
	seeds, _ := filepath.Glob("testdata/*.*")
	for _, path := range seeds {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, "text/xml; charset=utf-8")
	}
	f.Add([]byte("<rss><channel><item><title>a<b c='</title>"), "")
	f.Add([]byte(`{"items":[null]}`), "")
	f.Add([]byte(`<rss><channel><item><description>&LT;`+longText), "")
	f.Fuzz(func(t *testing.T, data []byte, contentType string) {
		reading, err := Parse(data, contentType, "https://example.org/feed", feeds.Source{ID: "s"}, now)
		var not *NotAFeedError
		if err != nil && !errors.As(err, &not) {
			t.Fatalf("Parse(%q) = %v, want a *NotAFeedError", data, err)
		}
		for _, it := range reading.Items {
			checkItem(t, it)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	item := `<item><title>Shared records</title><link>https://example.org/1</link><pubDate>Mon, 02 Mar 2026 09:30:00 +0100</pubDate><description>` +
		strings.Repeat("&lt;p&gt;Nurses in four hospitals tried a shared record for a year.&lt;/p&gt; ", 40) + "</description></item>"
	document := []byte("<rss><channel><title>T</title>" + strings.Repeat(item, 30) + "</channel></rss>")
	b.SetBytes(int64(len(document)))
	for b.Loop() {
		if _, err := Parse(document, "", "", feeds.Source{ID: "s"}, now); err != nil {
			b.Fatal(err)
		}
	}
}
