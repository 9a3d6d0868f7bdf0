package page

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weekward/feeds"
	"weekward/feeds/fetch"
)

func TestRobotsRulesDecideAsRFC9309Says(t *testing.T) {
	tests := []struct {
		why, robots, path string
		want              bool
	}{
		{"an empty file allows", "", "/a", true},
		{"a rule for everybody", "User-agent: *\nDisallow: /private", "/private/a", false},
		{"patterns are beginnings", "User-agent: *\nDisallow: /fish", "/fishheads/yummy.html", false},
		{"case of paths counts", "User-agent: *\nDisallow: /fish", "/Fish.asp", true},
		{"the longest rule wins", "User-agent: *\nDisallow: /example/\nAllow: /example/page.html", "/example/page.html", true},
		{"of two alike the one that allows", "User-agent: *\nDisallow: /page\nAllow: /page", "/page", true},
		{"our own group alone counts", "User-agent: *\nDisallow: /\n\nUser-agent: Weekward\nAllow: /", "/a", true},
		{"our own group, with a version", "User-agent: *\nAllow: /\n\nUser-agent: weekward/1.0\nDisallow: /a", "/a", false},
		{"another's group is not ours", "User-agent: weekwardbot\nDisallow: /", "/a", true},
		{"groups that name us belong together", "User-agent: weekward\nDisallow: /a\nUser-agent: x\nDisallow: /c\nUser-agent: weekward\nDisallow: /b", "/b", false},
		{"two names, one group", "User-agent: x\nUser-agent: weekward\nDisallow: /a", "/a", false},
		{"a group without rules allows all", "User-agent: *\nDisallow: /\nUser-agent: weekward\nDisallow:", "/a", true},
		{"an asterisk", "User-agent: *\nDisallow: /*/print", "/news/7/print?x", false},
		{"the end", "User-agent: *\nDisallow: /*.php$", "/a.php?x=1", true},
		{"the end, met", "User-agent: *\nDisallow: /*.php$", "/a.php", false},
		{"the end of what was already used", "User-agent: *\nDisallow: /a*a$", "/a", true},
		{"an exact path", "User-agent: *\nDisallow: /a$", "/a/b", true},
		{"escapes are spelled in many ways", "User-agent: *\nDisallow: /foo/bar/%E3%83%84", "/foo/bar/ツ", false},
		{"needless escapes", "User-agent: *\nDisallow: /foo/%62ar", "/foo/bar", false},
		{"an escaped stroke is no stroke", "User-agent: *\nDisallow: /a%2fb", "/a/b", true},
		{"queries count", "User-agent: *\nDisallow: /*?print=", "/a?print=1", false},
		{"remarks", "User-agent: * # all\nDisallow: /a # not this", "/a", false},
		{"a mark of order in front", "\xef\xbb\xbfUser-agent: *\nDisallow: /a", "/a", false},
		{"old line ends", "User-agent: *\rDisallow: /a\r", "/a", false},
		{"a sitemap ends no group", "User-agent: *\nSitemap: /s.xml\nDisallow: /a", "/a", false},
		{"the file itself is open", "User-agent: *\nDisallow: /", "/robots.txt", true},
	}
	for _, tt := range tests {
		u, err := url.Parse("https://a.example.org" + tt.path)
		if err != nil {
			t.Fatal(err)
		}
		if got := parseRobots([]byte(tt.robots), "https://a.example.org/robots.txt").allow(u); got != tt.want {
			t.Errorf("%s: allow(%q) with %q = %v, want %v", tt.why, tt.path, tt.robots, got, tt.want)
		}
	}
}

func TestRobotsNamesSitemaps(t *testing.T) {
	got := parseRobots([]byte("Sitemap: /a.xml\nUser-agent: x\nSITEMAP : https://b.example.org/b.xml\nSitemap: mailto:x"), "https://a.example.org/robots.txt").sitemaps
	if diff := cmp.Diff([]string{"https://a.example.org/a.xml", "https://b.example.org/b.xml"}, got); diff != "" {
		t.Errorf("sitemaps (-want +got):\n%s", diff)
	}
}

// TestF26RobotsAnswersOfServers: 4xx means no file, 5xx and silence mean stay
// away, and one answer is believed for a day.
func TestF26RobotsAnswersOfServers(t *testing.T) {
	status, asked := 200, 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.WriteHeader(status)
		_, _ = w.Write([]byte("User-agent: *\nDisallow: /private"))
	}))
	defer server.Close()
	f := fetch.New(fetch.Options{Allow: []string{strings.TrimPrefix(server.URL, "http://")}})
	defer f.Close()
	clock := now
	robots := &Robots{Fetch: f, Now: func() time.Time { return clock }}
	steps := []struct {
		why         string
		after       time.Duration
		status      int
		open        bool // /a
		private     bool // /private
		asked       int
		serverStops bool
	}{
		{"the file says", 0, 200, true, false, 1, false},
		{"within a day it is not asked again", 23 * time.Hour, 500, true, false, 1, false},
		{"after a day it is, and 5xx closes the site", 2 * time.Hour, 500, false, false, 2, false},
		{"404 opens it", 25 * time.Hour, 404, true, true, 3, false},
		{"so does 403", 25 * time.Hour, 403, true, true, 4, false},
		{"no answer closes it", 25 * time.Hour, 200, false, false, 4, true},
	}
	for _, step := range steps {
		clock, status = clock.Add(step.after), step.status
		if step.serverStops {
			server.Close()
		}
		open, private := robots.Allowed(t.Context(), server.URL+"/a"), robots.Allowed(t.Context(), server.URL+"/private")
		if (open == nil) != step.open || (private == nil) != step.private || asked != step.asked {
			t.Errorf("%s: /a %v, /private %v, asked %d times, want open %v and %v, asked %d times", step.why, open, private, asked, step.open, step.private, step.asked)
		}
		if private != nil && !errors.Is(private, ErrRobots) {
			t.Errorf("%s: Allowed = %v, want %v", step.why, private, ErrRobots)
		}
	}
}

func TestF26PageThatRobotsClosesIsNotFetched(t *testing.T) {
	f, address, asked := site(t, map[string]string{"/robots.txt": "User-agent: *\nDisallow: /nieuws", "/nieuws": string(page(t))})
	_, err := (&Reader{Fetch: f}).Read(t.Context(), feeds.Source{ID: "zorg", URL: address + "/nieuws", Selectors: listing}, feeds.Visit{})
	if !errors.Is(err, ErrRobots) || len(*asked) != 1 {
		t.Errorf("Read = %v after asking for %v, want %v after robots.txt alone", err, *asked, ErrRobots)
	}
}

func FuzzRobots(f *testing.F) {
	f.Add("User-agent: *\nDisallow: /*a*b$\nSitemap: /x", "/xaxb?c")
	f.Add("User-agent: weekward\nAllow: "+strings.Repeat("*a", 3000), strings.Repeat("/a", 3000))
	f.Fuzz(func(t *testing.T, robots, path string) {
		u, err := url.Parse("https://a.example.org/" + path)
		if err != nil {
			return
		}
		began := time.Now()
		r := parseRobots([]byte(robots), "https://a.example.org/robots.txt")
		r.allow(u)
		if len(r.sitemaps) > maxSitemaps || len(r.rules) > maxRules || time.Since(began) > 5*time.Second {
			t.Errorf("parseRobots(%q): %d sitemaps, %d rules in %s", robots, len(r.sitemaps), len(r.rules), time.Since(began))
		}
	})
}

// remembered is a RobotsMemory.
type remembered map[string]struct {
	text  string
	until time.Time
}

func (m remembered) Robots(_ context.Context, site string) (string, time.Time, error) {
	return m[site].text, m[site].until, nil
}

func (m remembered) SaveRobots(_ context.Context, site, text string, _, until time.Time) error {
	m[site] = struct {
		text  string
		until time.Time
	}{text, until}
	return nil
}

// TestF26RobotsAreRememberedOverRestarts: a file is believed for a day, and a
// fault of the site is asked about again after an hour.
func TestF26RobotsAreRememberedOverRestarts(t *testing.T) {
	status, asked := 200, 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.WriteHeader(status)
		_, _ = w.Write([]byte("User-agent: other\nDisallow: /open\n\nUser-agent: *\nDisallow: /private*x$\nAllow: /private-not-x\nSitemap: /s.xml"))
	}))
	defer server.Close()
	f := fetch.New(fetch.Options{Allow: []string{strings.TrimPrefix(server.URL, "http://")}})
	defer f.Close()
	clock, memory := now, remembered{}
	for _, step := range []struct {
		why           string
		after         time.Duration
		status        int
		open, private bool
		asked         int
	}{
		{"at first", 0, 200, true, false, 1},
		{"started again, a fault does not matter", 23 * time.Hour, 500, true, false, 1},
		{"after a day it does", 2 * time.Hour, 500, false, false, 2},
		{"and is not remembered", 0, 200, true, false, 3},
		{"no file is remembered, too", 25 * time.Hour, 404, true, true, 4},
		{"no file was remembered", time.Hour, 200, true, true, 4},
	} {
		clock, status = clock.Add(step.after), step.status
		robots := &Robots{Fetch: f, Now: func() time.Time { return clock }, Memory: memory}
		open, private := robots.Allowed(t.Context(), server.URL+"/open"), robots.Allowed(t.Context(), server.URL+"/private/x")
		allowed, sitemaps := robots.Allowed(t.Context(), server.URL+"/private-not-x"), []string(nil)
		if step.private != step.open {
			sitemaps, _ = robots.Sitemaps(t.Context(), server.URL)
		}
		if (open == nil) != step.open || (private == nil) != step.private || asked != step.asked || (allowed == nil) != step.open {
			t.Errorf("%s: /open %v, /private/x %v, /private-not-x %v, asked %d times; want open %v and %v, asked %d times",
				step.why, open, private, allowed, asked, step.open, step.private, step.asked)
		}
		if len(sitemaps) != 1 && step.private != step.open {
			t.Errorf("%s: Sitemaps = %q, want one", step.why, sitemaps)
		}
	}
	robots := &Robots{Fetch: f, Now: func() time.Time { return clock }}
	clock, status = clock.Add(48*time.Hour), 503
	for _, want := range []int{5, 5} {
		if err := robots.Allowed(t.Context(), server.URL+"/open"); !errors.Is(err, errRobotsUnread) || asked != want {
			t.Errorf("Allowed of a site in trouble = %v after %d requests, want %v after %d", err, asked, errRobotsUnread, want)
		}
	}
	clock, status = clock.Add(2*time.Hour), 200
	if err := robots.Allowed(t.Context(), server.URL+"/open"); err != nil || asked != 6 {
		t.Errorf("Allowed after the trouble = %v after %d requests, want nil after 6", err, asked)
	}
}

func TestRobotsTextIsReadAsTheSame(t *testing.T) {
	const site = "https://a.example.org/robots.txt"
	want := parseRobots([]byte("User-agent: *\nDisallow: /a b%2fc*d$\nAllow: /\nSitemap: https://a.example.org/s.xml?a=1"), site)
	if diff := cmp.Diff(want, parseRobots([]byte(want.text()), site), cmp.AllowUnexported(rules{}, rule{})); diff != "" || len(want.rules) != 2 {
		t.Errorf("parseRobots(%q) (-want +got):\n%s", want.text(), diff)
	}
}
