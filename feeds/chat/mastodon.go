package chat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"weekward/feeds"
	"weekward/feeds/fetch"
)

const (
	pageSize = 40 // the most a server gives at once
	maxPages = 20 // the most asked for in one read: 800 posts of one tag

	// usualWindow is how far back a read goes: a week and a day, so that late
	// answers and edits of the last session are still seen.
	usualWindow = 8 * 24 * time.Hour
)

// ErrClosed means a server shows its hashtag timelines only to people who are
// signed in. Asking again will not help; another server may show the same posts.
var ErrClosed = errors.New("the server shows this timeline only to people who are signed in")

// Mastodon reads the public timeline of a hashtag: Source.URL is the server's
// address, Source.Tag the hashtag.
type Mastodon struct {
	Fetch  *fetch.Fetcher
	Now    func() time.Time // time.Now when nil
	Window time.Duration    // how far back to read; eight days when 0
}

// Read follows the timeline from its newest post back to the start of the
// window, at most 20 pages. A server that refuses, or that says the hour's
// allowance is used up, ends the read with what came before and says from
// when to ask again.
func (m Mastodon) Read(ctx context.Context, src feeds.Source, _ feeds.Visit) (feeds.Reading, error) {
	server, first, err := timeline(src)
	if err != nil {
		return feeds.Reading{}, err
	}
	t := walk{tag: strings.ToLower(src.Tag), source: src.ID, server: server, now: m.now(), known: map[string]int{}, numbers: map[string]string{}}
	t.from = t.now.Add(-m.window())
	err = t.follow(ctx, m.Fetch, first)
	joinReplies(t.reading.Posts, t.numbers, server+"/statuses/")
	if err != nil {
		return t.reading, fmt.Errorf("read #%s on %s: %w", src.Tag, server, err)
	}
	return t.reading, nil
}

func (m Mastodon) now() time.Time {
	if m.Now == nil {
		return time.Now()
	}
	return m.Now()
}

func (m Mastodon) window() time.Duration {
	if m.Window <= 0 {
		return usualWindow
	}
	return m.Window
}

// timeline gives the server's bare address and that of the first page. A URL
// with a path is taken to be the timeline's own, for servers that are reached
// through another.
func timeline(src feeds.Source) (server, first string, err error) {
	u, err := url.Parse(src.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", "", fmt.Errorf("read chat %q: %q is not the address of a server", src.ID, src.URL)
	}
	if src.Tag == "" {
		return "", "", fmt.Errorf("read chat %q: the source has no tag", src.ID)
	}
	server = u.Scheme + "://" + strings.ToLower(u.Host)
	if u.Path != "" && u.Path != "/" {
		return server, u.String(), nil
	}
	return server, fmt.Sprintf("%s/api/v1/timelines/tag/%s?limit=%d", server, url.PathEscape(src.Tag), pageSize), nil
}

// A walk is one read of a timeline, page by page.
type walk struct {
	tag, source, server string
	now, from           time.Time
	known               map[string]int    // URI → place in reading.Posts
	numbers             map[string]string // the server's number of a status → URI
	past                bool              // the last page lay wholly before the window
	reading             feeds.Reading
}

func (t *walk) follow(ctx context.Context, fetcher *fetch.Fetcher, address string) error {
	for page := 1; address != ""; page++ {
		if page > maxPages {
			t.warn("stopped after %d pages; older posts of the week are missing", maxPages)
			return nil
		}
		answer, err := fetcher.Get(ctx, fetch.Request{URL: address, Accept: fetch.AcceptJSON})
		t.noteLimit(answer.Header, err)
		if err = refusal(err); err == nil {
			err = t.take(answer.Body)
		}
		if err != nil && page > 1 && ctx.Err() == nil {
			t.warn("page %d: %v; the posts before it are kept", page, err)
			return nil
		}
		t.reading.Visit.Status = answer.Status
		if err != nil {
			return err
		}
		address = t.next(answer.Header)
	}
	return nil
}

// take adds the posts of one page.
func (t *walk) take(body []byte) error {
	var rows []json.RawMessage
	if err := json.Unmarshal(body, &rows); err != nil {
		return fmt.Errorf("the answer is not a timeline: %w", err)
	}
	posts, numbers, warnings := statuses(rows, t.tag)
	t.reading.Warnings = append(t.reading.Warnings, warnings...)
	for number, uri := range numbers {
		t.numbers[number] = uri
	}
	t.past = len(rows) > 0
	for _, p := range posts {
		t.past = t.past && p.At.Before(t.from)
		t.add(p)
	}
	return nil
}

// add keeps a post once, in the newest of its wordings.
func (t *walk) add(p feeds.Post) {
	if p.At.Before(t.from) || p.At.After(t.now.Add(time.Hour)) {
		return // older than the window, or from a clock that is wrong
	}
	p.Source, p.FetchedAt = t.source, t.now.UTC()
	if at, ok := t.known[p.URI]; ok {
		if p.EditedAt.After(t.reading.Posts[at].EditedAt) {
			t.reading.Posts[at] = p
		}
		return
	}
	t.known[p.URI] = len(t.reading.Posts)
	t.reading.Posts = append(t.reading.Posts, p)
}

// refusal says in one clear sentence why a server gave no timeline.
func refusal(err error) error {
	var status *fetch.StatusError
	if !errors.As(err, &status) {
		return err
	}
	switch status.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity:
		return fmt.Errorf("%w (%d)", ErrClosed, status.Status)
	}
	return err
}

// noteLimit keeps the time from which the server will answer again: what a
// refusal says, or, once the allowance is used up, the ISO time that Mastodon
// gives for the next one.
func (t *walk) noteLimit(h http.Header, err error) {
	var status *fetch.StatusError
	if errors.As(err, &status) && status.RetryAfter > 0 {
		t.reading.NotBefore = t.now.Add(status.RetryAfter).UTC()
	}
	if h.Get("X-RateLimit-Remaining") != "0" {
		return
	}
	if reset, err := time.Parse(time.RFC3339, h.Get("X-RateLimit-Reset")); err == nil && reset.After(t.now) {
		t.reading.NotBefore = reset.UTC()
	}
}

// next is the address of the following page, "" when the walk is done: no
// further page, the window's start reached, or no allowance left. A server may
// only point at itself.
func (t *walk) next(h http.Header) string {
	address := relation(h.Values("Link"), "next")
	switch {
	case address == "" || t.past:
		return ""
	case !t.reading.NotBefore.IsZero():
		t.warn("the server's allowance is used up until %s; older posts follow then", t.reading.NotBefore.Format(time.RFC3339))
		return ""
	case !strings.HasPrefix(strings.ToLower(address), t.server+"/"):
		t.warn("the next page points to another server, not followed: %s", oneLine(address))
		return ""
	}
	return address
}

func (t *walk) warn(format string, args ...any) {
	t.reading.Warnings = append(t.reading.Warnings, fmt.Sprintf(format, args...))
}

var linkValue = regexp.MustCompile(`<([^<>]*)>([^<]*)`)

// relation finds the address with the given relation in Link headers (RFC 8288).
func relation(headers []string, rel string) string {
	for _, m := range linkValue.FindAllStringSubmatch(strings.Join(headers, ", "), -1) {
		for parameter := range strings.SplitSeq(m[2], ";") {
			if strings.EqualFold(strings.Trim(parameter, " ,"), `rel="`+rel+`"`) {
				return m[1]
			}
		}
	}
	return ""
}
