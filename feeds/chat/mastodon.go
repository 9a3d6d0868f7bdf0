package chat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"weekward/feeds"
	"weekward/feeds/fetch"
)

const pageSize = 40 // the most a Mastodon server gives at once

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
	server, first, err := statusesOf(src)
	if err != nil {
		return feeds.Reading{}, err
	}
	t := statusWalk{fetch: m.Fetch, walk: newWalk(src, server, strings.ToLower(src.Tag), clock(m.Now), m.Window), numbers: map[string]string{}}
	err = t.follow(ctx, &t, first, maxPages)
	joinReplies(t.reading.Posts, t.numbers, server+"/statuses/")
	if err != nil {
		return t.finish(), fmt.Errorf("read #%s on %s: %w", src.Tag, server, err)
	}
	return t.finish(), nil
}

func clock(now func() time.Time) time.Time {
	if now == nil {
		return time.Now()
	}
	return now()
}

// statusesOf gives the server's bare address and that of the first page. A URL
// with a path is taken to be the timeline's own, for servers that are reached
// through another.
func statusesOf(src feeds.Source) (server, first string, err error) {
	server, own, err := serverOf(src)
	if err != nil || own != "" {
		return server, own, err
	}
	return server, fmt.Sprintf("%s/api/v1/timelines/tag/%s?limit=%d", server, url.PathEscape(src.Tag), pageSize), nil
}

// serverOf gives the bare address of a chat's server, and that of its first
// page where the source names one by a path.
func serverOf(src feeds.Source) (server, first string, err error) {
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
	return server, "", nil
}

// A statusWalk reads the timeline of one tag.
type statusWalk struct {
	walk
	fetch   *fetch.Fetcher
	numbers map[string]string // the server's number of a status → URI
}

func (t *statusWalk) ask(ctx context.Context, address string) (fetch.Response, error) {
	answer, err := t.fetch.Get(ctx, fetch.Request{URL: address, Accept: fetch.AcceptJSON})
	return answer, refusal(err)
}

// take adds the posts of one page. A server may only point at itself.
func (t *statusWalk) take(page fetch.Response) (next string, err error) {
	var rows []json.RawMessage
	if err := json.Unmarshal(page.Body, &rows); err != nil {
		return "", unlike(KindOf(page.Body), feeds.KindMastodon, fmt.Errorf("the answer is not a timeline: %w", briefError{err}))
	}
	if err := unlike(kindOf(rows), feeds.KindMastodon, nil); err != nil {
		return "", err
	}
	posts, numbers, warnings := statuses(rows, t.tag)
	for _, warning := range warnings {
		t.warn("%s", warning)
	}
	maps.Copy(t.numbers, numbers)
	t.keep(posts)
	next = relation(page.Header.Values("Link"), "next")
	switch {
	case next == "" || t.past:
		return "", nil
	case strings.HasPrefix(strings.ToLower(next), t.server+"/"):
		return next, nil
	}
	t.warn("the next page points to another server, not followed: %s", next)
	return "", nil
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
	case http.StatusNotFound:
		return fmt.Errorf(`there is no Mastodon timeline (%w); a Bluesky server needs kind = "bluesky"`, err)
	}
	return err
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
