package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"weekward/feeds"
	"weekward/store/storetest"
)

// An outlet is a site whose feed gives titles only. Its pages hold an article,
// and below it a box that nobody wants to read in an excerpt.
type outlet struct {
	*httptest.Server
	slot time.Time

	mu    sync.Mutex
	asked []string
	hold  chan bool // when set, pages after the first wait for it
	held  chan bool // gets a value when a page begins to wait
}

func newOutlet(t *testing.T, slot time.Time) *outlet {
	o := &outlet{slot: slot, held: make(chan bool, 10)}
	o.Server = httptest.NewServer(o)
	t.Cleanup(o.Close)
	return o
}

func (o *outlet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	o.asked = append(o.asked, r.URL.Path)
	hold := o.hold
	first := countPages(o.asked) <= 1
	o.mu.Unlock()
	var n int
	switch _, err := fmt.Sscanf(r.URL.Path, "/story-%d", &n); {
	case r.URL.Path == "/feed":
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(w, o.feed())
	case r.URL.Path == "/robots.txt":
		fmt.Fprint(w, "User-agent: *\nDisallow: /story-4\n")
	case err != nil || n >= len(smallStories):
		http.NotFound(w, r)
	default:
		if hold != nil && !first {
			o.held <- true
			<-hold
		}
		fmt.Fprintf(w, storyPage, smallStories[n].title, smallStories[n].text)
	}
}

const storyPage = `<!DOCTYPE html><html lang="en"><head><title>%[1]s - Ward Notes</title></head><body>
<nav><a href="/">Home</a> <a href="/about">About us</a></nav>
<article><h1>%[1]s</h1><p>%[2]s The board will look at the figures again in the autumn, and publish what it finds.</p>
<p>Neighbouring towns have asked for the plans, and one of them sent a carpenter.</p></article>
<div class="newsletter-box"><h3>Subscribe To Our Newsletter</h3><p>Join our mailing list to receive the latest news and updates from our team.</p>
<form><input type="email" name="email"><button>Sign up</button></form></div>
<footer>Ward Notes, all rights reserved</footer></body></html>`

// feed gives titles, and the title again for a description.
func (o *outlet) feed() string {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>Ward Notes</title>`)
	for i, story := range smallStories {
		fmt.Fprintf(&b, `<item><title>%s</title><link>%s/story-%d</link><pubDate>%s</pubDate><description>%[1]s</description></item>`,
			story.title, o.URL, i, o.slot.Add(-time.Duration(i+3)*5*time.Hour).Format(time.RFC1123Z))
	}
	return b.String() + `</channel></rss>`
}

func countPages(paths []string) (n int) {
	for _, p := range paths {
		if strings.HasPrefix(p, "/story-") {
			n++
		}
	}
	return n
}

// requests are the paths asked for since the last call, in order of the
// alphabet.
func (o *outlet) requests() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	asked := o.asked
	o.asked = nil
	slices.Sort(asked)
	return asked
}

// completes makes a configuration read the outlet's feed and its pages.
func (o *outlet) completes(c *Config) {
	reads(o.URL)(c)
	c.Fetch.Pages = 20
}

// TestEX1ThinFeedIsCompletedFromItsPages: the issue prints what the pages say,
// each page is asked once, and none that robots.txt closes (F26).
func TestEX1ThinFeedIsCompletedFromItsPages(t *testing.T) {
	slot := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
	o := newOutlet(t, slot)
	n := newNewsletter(t, o.completes)
	t.Setenv("WEEKWARD_NOW", slot.Add(-2*time.Hour).Format(time.RFC3339))
	var got collected
	n.weekward(t, &got, "collect")
	if p := got.Pages; got.New != 5 || p.Asked != 5 || p.Helped != 4 || p.Refused != 1 || p.Failed != 0 || p.Left != 0 {
		t.Errorf("collect = %d new, pages %+v, want 5 new, 4 pages that helped and 1 refused", got.New, p)
	}
	if asked, want := o.requests(), []string{"/feed", "/robots.txt", "/story-0", "/story-1", "/story-2", "/story-3"}; !slices.Equal(asked, want) {
		t.Errorf("collect asked for %q, want %q", asked, want)
	}
	n.wantsExcerpts(t, slot, 4)

	n.weekward(t, &got, "collect", "--force")
	if asked := o.requests(); !slices.Equal(asked, []string{"/feed"}) || got.Pages.Asked != 0 || got.New != 0 {
		t.Errorf("the second collect = %d new, %+v after asking for %q, want the feed alone", got.New, got.Pages, asked)
	}
	n.wantsExcerpts(t, slot, 4)
}

// wantsExcerpts wants the issue to print the pages' words for some stories, and
// for no story the box below them.
func (n *newsletter) wantsExcerpts(t *testing.T, slot time.Time, want int) {
	t.Helper()
	var p previewJSON
	n.weekward(t, &p, "preview", "--date", slot.Format(time.DateOnly))
	good := 0
	for _, story := range p.Issue.Stories {
		for _, small := range smallStories {
			if story.Title == small.title && strings.HasPrefix(story.Excerpt, small.text[:60]) {
				good++
			}
		}
		for _, box := range []string{"Subscribe", "Sign up", "mailing list", "Home", "rights reserved"} {
			if strings.Contains(story.Excerpt, box) {
				t.Errorf("excerpt of %q = %q, want nothing of what stands around the article", story.Title, story.Excerpt)
			}
		}
	}
	if good != want {
		t.Errorf("%d stories have the words of their pages, want %d:\n%+v", good, want, p.Issue.Stories)
	}
}

func TestCollectSaysWhatPagesGave(t *testing.T) {
	slot := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
	n := newNewsletter(t, newOutlet(t, slot).completes)
	t.Setenv("WEEKWARD_NOW", slot.Add(-2*time.Hour).Format(time.RFC3339))
	n.wants(t, exitDone, "5 items say too little for an excerpt", "sources", "check", "ward-notes")
	n.wants(t, exitDone, "4 pages read for more words, 1 refused by robots.txt", "collect")
}

// TestServersAskEachPageOnce: two of them on one database, without anybody's
// help.
func TestServersAskEachPageOnce(t *testing.T) {
	slot := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
	o := newOutlet(t, slot)
	n := newNewsletter(t, o.completes)
	t.Setenv("WEEKWARD_NOW", slot.Add(-2*time.Hour).Format(time.RFC3339))
	n.weekward(t, nil, "subscribers", "list") // makes the database
	var asked []string
	n.serveUntil(t, 2, func() bool { asked = append(asked, o.requests()...); return countPages(asked) >= 4 })
	asked = append(asked, o.requests()...)
	slices.Sort(asked)
	if got, want := asked[len(asked)-countPages(asked):], []string{"/story-0", "/story-1", "/story-2", "/story-3"}; !slices.Equal(got, want) {
		t.Errorf("two servers asked for %q, want each page once", asked)
	}
	n.wantsExcerpts(t, slot, 4)
}

// TestNoPageIsAskedAfterTheFreeze: what was approved must not change its words.
func TestNoPageIsAskedAfterTheFreeze(t *testing.T) {
	slot := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
	o := newOutlet(t, slot)
	n := newNewsletter(t, o.completes)
	t.Setenv("WEEKWARD_NOW", slot.Add(-30*time.Minute).Format(time.RFC3339))
	n.weekward(t, nil, "collect")
	if asked := o.requests(); countPages(asked) != 0 {
		t.Errorf("collect between freeze and slot asked for %q, want no page", asked)
	}
}

// TestKilledCollectLosesNoPage: what was read before stays, and the rest is
// read by the next run.
func TestKilledCollectLosesNoPage(t *testing.T) {
	slot := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
	o := newOutlet(t, slot)
	o.hold = make(chan bool)
	n := newNewsletter(t, o.completes)
	t.Setenv("WEEKWARD_NOW", slot.Add(-2*time.Hour).Format(time.RFC3339))
	var out bytes.Buffer
	cmd := exec.Command("weekward", "collect", "--config", n.config())
	cmd.Stdout, cmd.Stderr, cmd.Env = &out, &out, os.Environ()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-o.held:
		cmd.Process.Kill()
	case <-time.After(20 * time.Second):
		cmd.Process.Kill()
		t.Errorf("collect asked for no second page:\n%s", out.String())
	}
	cmd.Wait()
	close(o.hold)
	o.mu.Lock()
	o.hold = nil
	o.mu.Unlock()
	before := o.requests()
	if countPages(before) != 2 {
		t.Fatalf("the killed collect asked for %q, want two pages", before)
	}
	t.Setenv("WEEKWARD_NOW", slot.Add(-100*time.Minute).Format(time.RFC3339))
	var got collected
	n.weekward(t, &got, "collect")
	after := o.requests()
	if got.Pages.Helped != 3 || countPages(after) != 3 || slices.Contains(after, "/robots.txt") {
		t.Errorf("the next collect = %+v after asking for %q, want the three pages that are missing and no robots.txt again", got.Pages, after)
	}
	n.wantsExcerpts(t, slot, 4)
}

// TestU4CollectPutsTheTargetInPlaceOfAShortLink that is known from before, so
// that the test needs no shortener.
func TestU4CollectPutsTheTargetInPlaceOfAShortLink(t *testing.T) {
	const short, target = "https://bit.ly/wards", "https://ward-notes.example.org/beds"
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `<rss version="2.0"><channel><item><title>Porters count the beds</title><link>%s</link></item></channel></rss>`, short)
	}))
	defer srv.Close()
	for _, follow := range []bool{false, true} {
		n := newNewsletter(t, func(c *Config) {
			reads(srv.URL)(c)
			c.Fetch.FollowShortLinks = follow
		})
		s := storetest.OpenAt(t, filepath.Join(n.dir, "subscribers.db"))
		if err := s.SaveShortLinks(t.Context(), []feeds.ShortLink{{Address: short, Target: target, AskedAt: time.Now()}}); err != nil {
			t.Fatal(err)
		}
		n.weekward(t, nil, "collect")
		want := map[bool]string{false: short, true: target}[follow]
		if it, err := s.ItemByURL(t.Context(), want); err != nil || it.ID != feeds.Identify("ward-notes", "", short, "", time.Time{}) {
			t.Errorf("follow_short_links = %v: item at %s = %+v, %v, want it there, known by its short link", follow, want, it, err)
		}
	}
}
