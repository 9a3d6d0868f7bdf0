package feeds_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weekward/feeds"
	"weekward/store/storetest"
)

// leads is a web of short links: each address leads to the other, or nowhere.
type leads struct {
	to    map[string]string
	asked []string
}

func (l *leads) Location(_ context.Context, address string) (string, error) {
	l.asked = append(l.asked, address)
	if to, ok := l.to[address]; ok {
		return to, nil
	}
	return "", errors.New("leads nowhere")
}

func shortReading(links ...string) *feeds.Reading {
	r := &feeds.Reading{}
	for i, link := range links {
		r.Items = append(r.Items, feeds.Item{ID: fmt.Sprint(i), URL: link})
	}
	return r
}

func itemLinks(r *feeds.Reading) (links []string) {
	for _, it := range r.Items {
		links = append(links, it.URL)
	}
	return links
}

func TestU4ShortLinksAreFollowed(t *testing.T) {
	web := &leads{to: map[string]string{
		"https://bit.ly/a":                 "https://News.example.org/story?utm_source=bitly#top",
		"https://t.co/b":                   "https://ow.ly/c",
		"https://ow.ly/c":                  "https://news.example.org/second",
		"https://is.gd/loop":               "https://is.gd/loop",
		"https://tinyurl.com/mail":         "mailto:desk@example.org",
		"https://www.tinyurl.com/wrapped":  "https://www.google.com/url?q=https://news.example.org/third",
		"https://news.example.org/no-link": "https://news.example.org/never",
	}}
	tests := []struct {
		why, link, want string
		requests        int
	}{
		{"and spelled as all addresses are", "https://bit.ly/a", "https://news.example.org/story", 1},
		{"one behind another", "https://t.co/b", "https://news.example.org/second", 2},
		{"five in a circle, then it stays", "https://is.gd/loop", "https://is.gd/loop", 5},
		{"out of the web it stays", "https://tinyurl.com/mail", "https://tinyurl.com/mail", 1},
		{"into a wrapper, which needs no request", "https://www.tinyurl.com/wrapped", "https://news.example.org/third", 1},
		{"a dead one stays", "https://bit.ly/dead", "https://bit.ly/dead", 1},
		{"a link that is not short is not asked", "https://news.example.org/no-link", "https://news.example.org/no-link", 0},
		{"nor is a shortener's own page", "https://bit.ly/", "https://bit.ly/", 0},
		{"nor what names the thing itself", "https://youtu.be/dQw4", "https://youtu.be/dQw4", 0},
	}
	for _, tt := range tests {
		web.asked = nil
		links := &feeds.ShortLinks{Follower: web, Store: storetest.Open(t)}
		reading := shortReading(tt.link)
		links.Follow(t.Context(), reading)
		if got := reading.Items[0]; got.URL != tt.want || got.ID != "0" || len(web.asked) != tt.requests {
			t.Errorf("%s: Follow(%q) = %q with %d requests, want %q with %d", tt.why, tt.link, got.URL, len(web.asked), tt.want, tt.requests)
		}
	}
}

func TestU4ShortLinksAreAskedOnceForGood(t *testing.T) {
	web := &leads{to: map[string]string{"https://bit.ly/a": "https://news.example.org/story"}}
	s, clock := storetest.Open(t), tuesday
	follow := func(after time.Duration) []string {
		clock, web.asked = clock.Add(after), nil
		links := &feeds.ShortLinks{Follower: web, Store: s, Now: func() time.Time { return clock }} // the program was started again
		reading := shortReading("https://bit.ly/a", "https://bit.ly/dead", "https://bit.ly/a")
		reading.Posts = []feeds.Post{{ID: "p", Links: []string{"https://news.example.org/x", "https://bit.ly/a"}}}
		links.Follow(t.Context(), reading)
		want := []string{"https://news.example.org/story", "https://bit.ly/dead", "https://news.example.org/story"}
		if diff := cmp.Diff(want, itemLinks(reading)); diff != "" {
			t.Errorf("items after %s (-want +got):\n%s", after, diff)
		}
		if diff := cmp.Diff([]string{"https://news.example.org/x", "https://news.example.org/story"}, reading.Posts[0].Links); diff != "" {
			t.Errorf("links of the post after %s (-want +got):\n%s", after, diff)
		}
		return web.asked
	}
	for _, step := range []struct {
		why   string
		after time.Duration
		want  []string
	}{
		{"at first", 0, []string{"https://bit.ly/a", "https://bit.ly/dead"}},
		{"an hour later", time.Hour, nil},
		{"what led nowhere, days later", 4 * 24 * time.Hour, []string{"https://bit.ly/dead"}},
		{"what led somewhere, never", 365 * 24 * time.Hour, []string{"https://bit.ly/dead"}},
	} {
		if diff := cmp.Diff(step.want, follow(step.after)); diff != "" {
			t.Errorf("%s: asked for (-want +got):\n%s", step.why, diff)
		}
	}
}

func TestShortLinksCostABoundedNumberOfRequests(t *testing.T) {
	web := &leads{to: map[string]string{}}
	var links []string
	for i := range 500 {
		links = append(links, fmt.Sprintf("https://bit.ly/%d", i))
		web.to[links[i]] = fmt.Sprintf("https://news.example.org/%d", i)
	}
	clock := tuesday
	short := &feeds.ShortLinks{Follower: web, Store: storetest.Open(t), Now: func() time.Time { return clock }}
	for hour, want := range []int{200, 400, 500} {
		for range 2 { // another reading in the same hour has nothing left
			short.Follow(t.Context(), shortReading(links...))
		}
		if len(web.asked) != want {
			t.Errorf("after %d hours %d requests were made, want %d", hour, len(web.asked), want)
		}
		clock = clock.Add(time.Hour)
	}
}

func TestShortLinksStopWhenAsked(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	web := &leads{}
	s := storetest.Open(t)
	reading := shortReading("https://bit.ly/a")
	(&feeds.ShortLinks{Follower: web, Store: s}).Follow(ctx, reading)
	known, err := s.ShortLinks(t.Context(), []string{"https://bit.ly/a"})
	if err != nil || len(known) != 0 || reading.Items[0].URL != "https://bit.ly/a" {
		t.Errorf("after a stop %v is known, %v, item at %q; want nothing learnt", known, err, reading.Items[0].URL)
	}
	var none *feeds.ShortLinks
	none.Follow(t.Context(), reading)
}
