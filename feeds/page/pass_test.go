package page

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"weekward/feeds"
	"weekward/feeds/fetch"
	"weekward/store"
	"weekward/store/storetest"
)

// An outlet is a site, and a store with the items of its feed.
type outlet struct {
	t      *testing.T
	url    string
	pages  map[string]string
	status map[string]int
	store  *store.Store
	fetch  *fetch.Fetcher
	now    time.Time

	mu    sync.Mutex
	asked []string
}

func newOutlet(t *testing.T, pages map[string]string) *outlet {
	o := &outlet{t: t, pages: pages, status: map[string]int{}, now: now, store: storetest.Open(t)}
	server := httptest.NewServer(o)
	t.Cleanup(server.Close)
	o.url = server.URL
	o.fetch = fetch.New(fetch.Options{Allow: []string{strings.TrimPrefix(server.URL, "http://")}})
	t.Cleanup(o.fetch.Close)
	return o
}

func (o *outlet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked = append(o.asked, r.URL.Path)
	if target, ok := strings.CutPrefix(o.pages[r.URL.Path], "→"); ok {
		http.Redirect(w, r, target, http.StatusFound)
		return
	}
	if status := o.status[r.URL.Path]; status != 0 {
		w.WriteHeader(status)
		return
	}
	body, ok := o.pages[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Write([]byte(body))
}

// reads saves items as a reading of their feed does.
func (o *outlet) reads(items ...feeds.Item) {
	o.t.Helper()
	if _, err := o.store.SaveItems(o.t.Context(), items, o.now); err != nil {
		o.t.Fatal(err)
	}
}

func (o *outlet) enricher() *Enricher {
	return &Enricher{Fetch: o.fetch, Shelf: o.store, Now: func() time.Time { return o.now }}
}

// pass makes one, in a program that was just started, and returns the pages it
// asked for.
func (o *outlet) pass(e *Enricher) (PassReport, []string) {
	o.t.Helper()
	o.asked = nil
	report, err := e.Pass(o.t.Context(), now.Add(-7*24*time.Hour))
	if err != nil {
		o.t.Fatalf("Pass = %+v, %v", report, err)
	}
	report.TookMS = 0
	slices.Sort(o.asked)
	return report, o.asked
}

func (o *outlet) item(id string) feeds.Item {
	o.t.Helper()
	it, err := o.store.Item(o.t.Context(), id)
	if err != nil {
		o.t.Fatal(err)
	}
	return it
}

func TestPassFillsWhatTheFeedLeftOut(t *testing.T) {
	o := newOutlet(t, map[string]string{"/akten": thinArticle, "/gemeinsame-akten": thinArticle, "/full": thinArticle, "/old": thinArticle})
	full, kept, old := thin(o.url, "/full"), thin(o.url, "/gemeinsame-akten"), thin(o.url, "/old")
	full.Excerpt = strings.Repeat("Genug gesagt. ", 10)
	kept.Author, kept.Lang, kept.Excerpt, kept.Title = "Ada Moss", "en", "Kurz.", "Gemeinsame akten"
	old.Published = now.Add(-30 * 24 * time.Hour)
	o.reads(thin(o.url, "/akten"), full, kept, old)
	want := PassReport{Asked: 2, Helped: 2}
	if got, asked := o.pass(o.enricher()); got != want || !slices.Equal(asked, []string{"/akten", "/gemeinsame-akten", "/robots.txt"}) {
		t.Errorf("Pass = %+v after asking for %q, want %+v and two pages", got, asked, want)
	}
	if it := o.item("id/akten"); it.Summary != description || it.Excerpt != description || it.Author != "Käthe Groß" || it.Lang != "de" {
		t.Errorf("a thin item = %+v, want summary, excerpt, author and language of its page", it)
	}
	if it := o.item("id/gemeinsame-akten"); it.Author != "Ada Moss" || it.Lang != "en" || it.Title != "Gemeinsame Akten helfen den Kliniken" || it.Excerpt != description {
		t.Errorf("item = %+v, want the feed's author and language kept, and the title that its address stood for", it)
	}
	for _, want := range []feeds.Item{full, old} {
		if got := o.item(want.ID); got.Excerpt != want.Excerpt || got.Author != "" {
			t.Errorf("item %s = %+v, want it as its feed tells it", want.ID, got)
		}
	}
	if got, asked := o.pass(o.enricher()); got != (PassReport{}) || len(asked) != 0 {
		t.Errorf("the second Pass = %+v after asking for %q, want nothing", got, asked)
	}
	o.reads(thin(o.url, "/akten"))
	if it := o.item("id/akten"); it.Excerpt != description {
		t.Errorf("Excerpt after the feed was read again = %q, want the page's", it.Excerpt)
	}
}

// TestF26PassAsksNoPageThatRobotsCloses, nor one whose robots.txt cannot be
// read, which may be asked another time.
func TestF26PassAsksNoPageThatRobotsCloses(t *testing.T) {
	o := newOutlet(t, map[string]string{"/robots.txt": "User-agent: *\nDisallow: /closed", "/closed/1": thinArticle, "/open": thinArticle})
	o.reads(thin(o.url, "/closed/1"), thin(o.url, "/open"))
	o.status["/robots.txt"] = 503
	if got, asked := o.pass(o.enricher()); got != (PassReport{Asked: 2, Failed: 2}) || !slices.Equal(asked, []string{"/robots.txt"}) {
		t.Errorf("Pass with a robots.txt in trouble = %+v after asking for %q, want two failures and no page", got, asked)
	}
	o.status["/robots.txt"], o.now = 0, o.now.Add(7*time.Hour)
	if got, asked := o.pass(o.enricher()); got != (PassReport{Asked: 2, Helped: 1, Refused: 1}) || !slices.Equal(asked, []string{"/open", "/robots.txt"}) {
		t.Errorf("Pass = %+v after asking for %q, want one refused", got, asked)
	}
	o.now = o.now.Add(48 * time.Hour)
	if got, _ := o.pass(o.enricher()); got.Asked != 0 {
		t.Errorf("Pass after two days = %+v, want the refused page left alone for good", got)
	}
}

func TestF26RobotsOfTheSiteBehindARedirectCount(t *testing.T) {
	closed := newOutlet(t, map[string]string{"/robots.txt": "User-agent: *\nDisallow: /", "/story": thinArticle})
	o := newOutlet(t, map[string]string{"/short": "→" + closed.url + "/story"})
	o.fetch = fetch.New(fetch.Options{Allow: []string{strings.TrimPrefix(o.url, "http://"), strings.TrimPrefix(closed.url, "http://")}})
	t.Cleanup(o.fetch.Close)
	o.reads(thin(o.url, "/short"))
	if got, _ := o.pass(o.enricher()); got != (PassReport{Asked: 1, Refused: 1}) || o.item("id/short").Excerpt != "" {
		t.Errorf("Pass = %+v, want the closed site's words left alone", got)
	}
}

func TestF26ListingBehindARedirectIsNotReadWhereRobotsClosesIt(t *testing.T) {
	sitemap := `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://a.example.org/one-long-story</loc></url></urlset>`
	index := `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>%s/part</loc></sitemap></sitemapindex>`
	closed := newOutlet(t, map[string]string{"/robots.txt": "User-agent: *\nDisallow: /", "/news": string(page(t)), "/part": sitemap})
	pages := map[string]string{"/news": "→" + closed.url + "/news", "/part": "→" + closed.url + "/part"}
	o := newOutlet(t, pages)
	pages["/map"] = fmt.Sprintf(index, o.url)
	f := fetch.New(fetch.Options{Allow: []string{strings.TrimPrefix(o.url, "http://"), strings.TrimPrefix(closed.url, "http://")}})
	t.Cleanup(f.Close)
	reader := &Reader{Fetch: f}
	if got, err := reader.Read(t.Context(), feeds.Source{ID: "zorg", URL: o.url + "/news", Selectors: listing}, feeds.Visit{}); !errors.Is(err, ErrRobots) || len(got.Items) > 0 {
		t.Errorf("Read of a page behind a redirect = %d items, %v, want %v", len(got.Items), err, ErrRobots)
	}
	got, err := reader.Read(t.Context(), feeds.Source{ID: "zorg", URL: o.url + "/map"}, feeds.Visit{})
	if len(got.Items) > 0 || !strings.Contains(fmt.Sprint(err, got.Warnings), ErrRobots.Error()) {
		t.Errorf("Read of a sitemap whose part is behind a redirect = %d items, %v, %q, want none for %v", len(got.Items), err, got.Warnings, ErrRobots)
	}
}

func TestPassTakesNoWordsFromWhatIsNoArticle(t *testing.T) {
	o := newOutlet(t, map[string]string{"/gone": "→/", "/": thinArticle, "/paper": "%PDF-1.7 " + strings.Repeat("x", 600)})
	o.reads(thin(o.url, "/gone"))
	o.reads(thin(o.url, "/paper"))
	if got, _ := o.pass(o.enricher()); got != (PassReport{Asked: 2, Failed: 2}) {
		t.Errorf("Pass = %+v, want two failures", got)
	}
	if a, b := o.item("id/gone"), o.item("id/paper"); a.Excerpt+b.Excerpt+a.Summary+b.Summary != "" {
		t.Errorf("items = %+v, %+v, want them as they were", a, b)
	}
}

func TestPassAsksForFewPagesAndLeavesNobodyOut(t *testing.T) {
	pages := map[string]string{}
	busy, quiet := newOutlet(t, pages), newOutlet(t, pages)
	busy.fetch = fetch.New(fetch.Options{Allow: []string{strings.TrimPrefix(busy.url, "http://"), strings.TrimPrefix(quiet.url, "http://")}})
	t.Cleanup(busy.fetch.Close)
	for i := range 30 {
		path := fmt.Sprintf("/%02d", i)
		pages[path] = thinArticle
		busy.reads(thin(busy.url, path))
	}
	late := thin(quiet.url, "/00")
	late.ID, late.Published = "late", now.Add(-48*time.Hour)
	busy.reads(late)
	e := busy.enricher()
	var told []string
	e.Progress = func(done, total int) { told = append(told, fmt.Sprint(done, "/", total)) }
	got, asked := busy.pass(e)
	if want := (PassReport{Asked: 20, Helped: 20, Left: 11}); got != want || len(asked) != 20 || len(quiet.asked) != 2 {
		t.Errorf("Pass = %+v with %d and %d requests, want %+v with 19 pages of the busy host and one of the other", got, len(asked), len(quiet.asked), want)
	}
	if len(told) != 20 || told[19] != "20/20" {
		t.Errorf("Progress was told %q, want each page", told)
	}
}

func TestPassLeavesAHostThatFailsAlone(t *testing.T) {
	o := newOutlet(t, map[string]string{})
	for i := range 6 {
		path := fmt.Sprintf("/%d", i)
		o.status[path] = 502
		o.reads(thin(o.url, path))
	}
	e := o.enricher()
	steps := []struct {
		why   string
		after time.Duration
		want  PassReport
	}{
		{"two pages are enough to see it", 0, PassReport{Asked: 2, Failed: 2, Left: 4}},
		{"it is left alone", time.Hour, PassReport{Left: 4}},
		{"for some hours", 6 * time.Hour, PassReport{Asked: 2, Failed: 2, Left: 4}},
	}
	for _, step := range steps {
		o.now = o.now.Add(step.after)
		if got, asked := o.pass(e); got != step.want {
			t.Errorf("%s: Pass = %+v after asking for %q, want %+v", step.why, got, asked, step.want)
		}
	}
}

// TestStoppedPassLosesNothing: what was asked stays, what was not is asked by
// the next.
func TestStoppedPassLosesNothing(t *testing.T) {
	pages := map[string]string{}
	o := newOutlet(t, pages)
	for i := range 5 {
		path := fmt.Sprintf("/%d", i)
		pages[path] = thinArticle
		o.reads(thin(o.url, path))
	}
	ctx, stop := context.WithCancel(t.Context())
	e := o.enricher()
	e.Progress = func(done, _ int) {
		if done == 2 {
			stop()
		}
	}
	report, err := e.Pass(ctx, now.Add(-7*24*time.Hour))
	if err != context.Canceled || report.Helped != 2 || report.Left != 3 {
		t.Errorf("Pass that is stopped = %+v, %v, want two pages and %v", report, err, context.Canceled)
	}
	o.now = o.now.Add(time.Hour)
	if got, asked := o.pass(o.enricher()); got != (PassReport{Asked: 3, Helped: 3}) || len(asked) != 4 {
		t.Errorf("the next Pass = %+v after asking for %q, want the other three", got, asked)
	}
}

func TestPassEndsWhenItsTimeIsOver(t *testing.T) {
	o := newOutlet(t, map[string]string{"/1": thinArticle})
	o.reads(thin(o.url, "/1"))
	e := o.enricher()
	e.Time = time.Nanosecond
	if got, _ := o.pass(e); got != (PassReport{Left: 1}) {
		t.Errorf("Pass without time = %+v, want its page left for another", got)
	}
}
