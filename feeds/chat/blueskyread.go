package chat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"weekward/feeds"
	"weekward/feeds/fetch"
)

const (
	skyPageSize    = 100     // the most a server gives at once
	maxAuthorPages = 5       // of one author: 500 posts in a week and a day
	maxAuthors     = 100     // asked one by one, so this many requests at least
	maxCursor      = 2 << 10 // bytes; real ones have a few dozen
)

// Bluesky reads the posts of a hashtag: Source.URL is the address of the
// server that is asked, Source.Tag the hashtag. The search is open only to
// people who are signed in; the posts of single authors are open to all.
type Bluesky struct {
	Fetch   *fetch.Fetcher
	Now     func() time.Time // time.Now when nil
	Window  time.Duration    // how far back to read; eight days when 0
	Account *Account         // signs in at its own server; nil asks everywhere as a stranger
	Authors []string         // handles whose posts are looked through where the search is refused; the first 100
}

// Read searches for the tag, newest posts first, back to the start of the
// window, at most 20 pages of 100. Where the search is refused, the feeds of
// the authors are looked through instead. What does not carry the tag itself
// and answers no post that does is left out, whatever the search gave.
func (b Bluesky) Read(ctx context.Context, src feeds.Source, _ feeds.Visit) (feeds.Reading, error) {
	server, own, err := serverOf(src)
	if err != nil {
		return feeds.Reading{}, err
	}
	w := skyWalk{Bluesky: b, walk: newWalk(src, server, strings.ToLower(src.Tag), clock(b.Now), b.Window)}
	if err = w.read(ctx, own); err != nil {
		err = fmt.Errorf("read #%s on %s: %w", src.Tag, server, err)
	}
	all := w.reading.Posts
	w.reading.Posts = tagged(all, w.tag)
	if out := len(all) - len(w.reading.Posts); out > 0 && !w.byAuthor {
		w.warn("left out for lack of #%s: %d posts", w.tag, out)
	}
	return w.finish(), err
}

// A skyWalk reads the posts of one tag.
type skyWalk struct {
	Bluesky
	walk
	address  string          // of the page that was asked for
	cursors  map[string]bool // those followed in the feed under way
	byAuthor bool            // the search was refused
}

// read follows the page that the source names itself, or else the search.
func (w *skyWalk) read(ctx context.Context, own string) error {
	if own != "" {
		return w.through(ctx, own, maxPages)
	}
	err := w.through(ctx, w.call("app.bsky.feed.searchPosts", url.Values{
		"q": {"#" + w.tag}, "tag": {w.tag}, "sort": {"latest"},
		"since": {w.from.UTC().Format(time.RFC3339)}, "limit": {strconv.Itoa(skyPageSize)},
	}), maxPages)
	var refused *RefusedError
	if errors.As(err, &refused) && !refused.LogIn && len(w.Authors) > 0 {
		return w.authors(ctx, err)
	}
	return err
}

// authors looks through the feeds of the authors. One that cannot be read
// costs itself; when none can, the search's refusal is the error.
func (w *skyWalk) authors(ctx context.Context, refusal error) error {
	w.byAuthor = true
	w.warn("%v; the feeds of the named authors are looked through instead", refusal)
	read := 0
	for _, author := range w.Authors[:min(len(w.Authors), maxAuthors)] {
		err := w.through(ctx, w.call("app.bsky.feed.getAuthorFeed", url.Values{
			"actor": {strings.TrimPrefix(author, "@")}, "filter": {"posts_with_replies"}, "limit": {strconv.Itoa(skyPageSize)},
		}), maxAuthorPages)
		switch {
		case ctx.Err() != nil:
			return err
		case err != nil:
			w.warn("the posts of %s: %v", author, err)
		default:
			read++
		}
		if !w.reading.NotBefore.IsZero() {
			w.warn("the server's allowance is used up until %s; further authors follow then", w.reading.NotBefore.Format(time.RFC3339))
			break
		}
	}
	if read == 0 {
		return refusal
	}
	w.reading.Visit.Status = http.StatusOK
	return nil
}

func (w *skyWalk) call(method string, query url.Values) string {
	return w.server + "/xrpc/" + method + "?" + query.Encode()
}

// through follows one feed, whose cursors are its own.
func (w *skyWalk) through(ctx context.Context, first string, most int) error {
	w.cursors = map[string]bool{}
	return w.follow(ctx, w, first, most)
}

// ask asks for a page, signed in where the account is at home.
func (w *skyWalk) ask(ctx context.Context, address string) (fetch.Response, error) {
	w.address = address
	if !w.Account.livesAt(w.server) {
		answer, err := w.Fetch.Get(ctx, fetch.Request{URL: address, Accept: fetch.AcceptJSON})
		return answer, w.refusal(answer, err)
	}
	token, answer, err := w.Account.token(ctx, w.Fetch)
	if err != nil {
		return answer, err
	}
	answer, err = w.askWith(ctx, address, token)
	if !expired(answer, err) {
		return answer, w.refusal(answer, err)
	}
	if token, answer, err = w.Account.renew(ctx, w.Fetch, token); err != nil {
		return answer, err
	}
	answer, err = w.askWith(ctx, address, token)
	return answer, w.refusal(answer, err)
}

func (w *skyWalk) askWith(ctx context.Context, address, token string) (fetch.Response, error) {
	return w.Fetch.Get(ctx, fetch.Request{URL: address, Accept: fetch.AcceptJSON, Header: bearer(token)})
}

func bearer(token string) http.Header {
	return http.Header{"Authorization": {"Bearer " + token}}
}

// take adds the posts of one page, of a search ("posts") or a feed ("feed").
func (w *skyWalk) take(answer fetch.Response) (next string, err error) {
	var page struct {
		Posts, Feed []json.RawMessage
		Cursor      json.RawMessage
	}
	if err := json.Unmarshal(answer.Body, &page); err != nil {
		return "", unlike(KindOf(answer.Body), feeds.KindBluesky, fmt.Errorf("the answer is not a page of posts: %w", briefError{err}))
	}
	if page.Posts == nil && page.Feed == nil {
		return "", errors.New("the answer is not a page of posts: it names none")
	}
	rows := append(page.Posts, page.Feed...)
	if err := unlike(kindOf(rows), feeds.KindBluesky, nil); err != nil {
		return "", err
	}
	posts, warnings := skyPosts(rows, w.tag, true)
	for _, warning := range warnings {
		w.warn("%s", warning)
	}
	if fresh := w.keep(posts); !fresh && len(posts) > 0 {
		return "", nil // all known: the server goes round in a circle
	}
	return w.following(page.Cursor), nil
}

// following is the address of the page behind a cursor, which must be a new
// one: a server that gives the same for ever would be asked for ever.
func (w *skyWalk) following(raw json.RawMessage) string {
	var cursor string
	if json.Unmarshal(raw, &cursor) != nil || cursor == "" || w.cursors[cursor] {
		return ""
	}
	if len(cursor) > maxCursor {
		w.warn("the cursor of the next page has %d bytes, not followed", len(cursor))
		return ""
	}
	w.cursors[cursor] = true
	u, err := url.Parse(w.address)
	if err != nil {
		return "" // the fetcher has just read it
	}
	query := u.Query()
	query.Set("cursor", cursor)
	u.RawQuery = query.Encode()
	return u.String()
}
