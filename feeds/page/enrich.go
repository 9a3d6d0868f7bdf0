package page

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"weekward/feeds"
	"weekward/feeds/fetch"
)

// errNoArticle means that an address leads to something that says nothing of
// the item.
var errNoArticle = errors.New("no page of an article")

// words asks the page of an item what it says of it.
func (e *Enricher) words(ctx context.Context, robots *Robots, it feeds.Item) (feeds.Words, error) {
	article, err := e.read(ctx, robots, it.URL)
	if err != nil {
		return feeds.Words{Item: it.ID}, fmt.Errorf("read the page of item %q: %w", it.ID, err)
	}
	return wordsOf(it, article), nil
}

// read fetches an article where robots.txt lets us (F26). A redirect to the
// front page is how many sites say that the article is gone.
func (e *Enricher) read(ctx context.Context, robots *Robots, address string) (a Article, err error) {
	defer func() { // a page that breaks its reader is one page that failed
		if p := recover(); p != nil {
			a, err = Article{}, fmt.Errorf("%w: the reader broke: %v", errNoArticle, p)
		}
	}()
	if err := robots.Allowed(ctx, address); err != nil {
		return Article{}, err
	}
	response, err := e.Fetch.Get(ctx, fetch.Request{URL: address, Accept: fetch.AcceptPage, MaxBytes: maxPage})
	if err != nil {
		return Article{}, err
	}
	if err := robots.AllowedAt(ctx, response.URL, address); err != nil {
		return Article{}, err
	}
	if isFrontPage(response.URL) && !isFrontPage(address) {
		return Article{}, fmt.Errorf("%w: it leads to the front page %s", errNoArticle, response.URL)
	}
	if !isPage(response) {
		return Article{}, fmt.Errorf("%w: it is %q", errNoArticle, response.ContentType())
	}
	return ReadArticle(response.Body, response.ContentType(), response.URL, e.now())
}

// isPage tells a page from a picture, a film or a paper in PDF.
func isPage(r fetch.Response) bool {
	kind, _, err := mime.ParseMediaType(r.ContentType())
	if err != nil {
		kind, _, _ = mime.ParseMediaType(http.DetectContentType(r.Body))
	}
	return kind == "text/html" || kind == "application/xhtml+xml" || kind == "text/plain" && strings.HasPrefix(http.DetectContentType(r.Body), "text/html")
}

// passes tells whether a failure is of a kind that may pass: the network's, the
// server's, or its wish to be left alone for a while. What is gone, closed or
// no page stays so.
func passes(err error) bool {
	var status *fetch.StatusError
	switch {
	case errors.Is(err, errRobotsUnread):
		return true
	case errors.As(err, &status):
		return status.Status >= 500 || status.Status == http.StatusTooManyRequests || status.Status == http.StatusRequestTimeout
	}
	return !errors.Is(err, ErrRobots) && !errors.Is(err, errNoArticle) &&
		!errors.Is(err, fetch.ErrForbidden) && !errors.Is(err, fetch.ErrTooLarge) && !errors.Is(err, fetch.ErrRedirect)
}

// wordsOf is what an article says of an item and its feed did not. ID, address
// and date stay: they are how the item is known. A description that is itself
// too short for an excerpt leaves the word to the text (EX-1).
func wordsOf(it feeds.Item, a Article) feeds.Words {
	w := feeds.Words{Item: it.ID}
	if a.Title != "" && it.Title == titleFromAddress(it.URL) {
		w.FeedTitle, w.Title = it.Title, a.Title
	}
	summary := a.Excerpt
	if utf8.RuneCountInString(summary) < feeds.EnoughWords && len(a.Text) > len(summary) {
		summary = ""
	}
	found, ok := feeds.Finding{Link: it.URL, Title: cmp.Or(w.Title, it.Title), Summary: summary, Content: a.Text, Author: a.Byline, Lang: a.Lang}.Item(
		feeds.Source{ID: it.Source, Lang: it.Lang}, it.FirstSeen)
	if !ok {
		return w
	}
	w.Summary, w.Excerpt, w.Author, w.Lang = found.Summary, found.Excerpt, found.Author, found.Lang
	return w
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}
