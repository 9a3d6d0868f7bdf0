package chat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"weekward/feeds"
	"weekward/feeds/fetch"
)

const (
	maxPages = 20   // the most asked for in one read: 800 posts of Mastodon, 2,000 of Bluesky
	maxRead  = 4000 // the most posts kept of one read; an hour of 1,500 has been seen

	// usualWindow is how far back a read goes: a week and a day, so that late
	// answers and edits of the last session are still seen.
	usualWindow = 8 * 24 * time.Hour
)

// A walk is one read of a timeline, page by page, from the newest post back.
type walk struct {
	tag, source, server string
	now, from           time.Time
	known               map[string]int // URI → place in reading.Posts, -1 for a post outside the window
	past                bool           // the last page lay wholly before the window
	unlisted            int            // warnings beyond maxWarnings
	reading             feeds.Reading
}

func newWalk(src feeds.Source, server, tag string, now time.Time, window time.Duration) walk {
	if window <= 0 {
		window = usualWindow
	}
	return walk{tag: tag, source: src.ID, server: server, now: now, from: now.Add(-window), known: map[string]int{}}
}

// A timeline asks for a page by its address, and takes what stands on it.
type timeline interface {
	ask(ctx context.Context, address string) (fetch.Response, error)
	// take keeps the posts of a page and gives the address of the following
	// one, "" when there is none.
	take(page fetch.Response) (next string, err error)
}

// follow reads the pages from the first on, at most so many. A page that
// fails ends the walk: the first with an error, a later one with a warning, as
// the posts before it are of use.
func (w *walk) follow(ctx context.Context, t timeline, address string, most int) error {
	for page := 1; address != ""; page++ {
		if page > most {
			w.warn("stopped after %d pages; older posts of the week are missing", most)
			return nil
		}
		answer, err := t.ask(ctx, address)
		w.reading.Bytes += len(answer.Body)
		w.noteLimit(answer.Header, err)
		next := ""
		if err == nil {
			next, err = t.take(answer)
		}
		if err != nil && page > 1 && ctx.Err() == nil {
			w.warn("page %d: %v; the posts before it are kept", page, err)
			return nil
		}
		w.reading.Visit.Status = answer.Status
		if err != nil {
			return err
		}
		address = w.goOn(next)
	}
	return nil
}

// goOn is the address of the following page if there is reason to ask for it:
// not when the window's start is reached, or no allowance is left.
func (w *walk) goOn(next string) string {
	switch {
	case next == "" || w.past:
		return ""
	case len(w.reading.Posts) >= maxRead:
		w.warn("stopped after %d posts; older posts of the week are missing", maxRead)
		return ""
	case !w.reading.NotBefore.IsZero():
		w.warn("the server's allowance is used up until %s; older posts follow then", w.reading.NotBefore.Format(time.RFC3339))
		return ""
	}
	return next
}

// keep adds the posts of one page, and reports whether any of them was new to
// this read.
func (w *walk) keep(posts []feeds.Post) (fresh bool) {
	w.past = len(posts) > 0
	for _, p := range posts {
		w.past = w.past && p.At.Before(w.from)
		_, known := w.known[p.URI]
		fresh = fresh || !known
		w.add(p)
	}
	return fresh
}

// add keeps a post once, in the newest of its wordings.
func (w *walk) add(p feeds.Post) {
	at, known := w.known[p.URI]
	p.Source, p.FetchedAt = w.source, w.now.UTC()
	switch {
	case p.At.Before(w.from) || p.At.After(w.now.Add(time.Hour)):
		w.known[p.URI] = -1 // older than the window, or from a clock that is wrong
	case !known && len(w.reading.Posts) < maxRead:
		w.known[p.URI] = len(w.reading.Posts)
		w.reading.Posts = append(w.reading.Posts, p)
	case known && at >= 0 && p.EditedAt.After(w.reading.Posts[at].EditedAt):
		w.reading.Posts[at] = p
	}
}

// noteLimit keeps the time from which the server will answer again: what a
// refusal says or, once the allowance is used up, the time it gives for the
// next one.
func (w *walk) noteLimit(h http.Header, err error) {
	var status *fetch.StatusError
	if errors.As(err, &status) && status.RetryAfter > 0 {
		w.reading.NotBefore = w.now.Add(status.RetryAfter).UTC()
		return
	}
	// Mastodon's fields begin with "X-", Bluesky's do not.
	for _, prefix := range []string{"X-Ratelimit-", "Ratelimit-"} {
		used := h.Get(prefix+"Remaining") == "0" || status != nil && status.Status == http.StatusTooManyRequests
		if reset, ok := resetTime(h.Get(prefix + "Reset")); used && ok && reset.After(w.now) {
			w.reading.NotBefore = reset.UTC()
		}
	}
}

// resetTime reads when an allowance begins anew: Mastodon writes an ISO time,
// Bluesky the seconds since 1970.
func resetTime(s string) (time.Time, bool) {
	if at, err := time.Parse(time.RFC3339, s); err == nil {
		return at, true
	}
	seconds, err := strconv.ParseInt(s, 10, 64)
	if at := time.Unix(seconds, 0); err == nil && plausible(at) {
		return at, true
	}
	return time.Time{}, false
}

// warn notes what was odd, in one line a person can read. What is quoted in it
// comes from strangers, and so does how often there is reason to warn.
func (w *walk) warn(format string, args ...any) {
	if w.unlisted++; w.unlisted <= maxWarnings {
		w.reading.Warnings = append(w.reading.Warnings, brief(fmt.Sprintf(format, args...)))
	}
}

// brief is the start of a message as one clean line: what a decoder says may
// repeat a number of a million digits.
func brief(message string) string { return feeds.CutText(oneLine(message), 240) }

// A briefError is an error whose words are those of its cause, made brief.
type briefError struct{ cause error }

func (e briefError) Error() string { return brief(e.cause.Error()) }
func (e briefError) Unwrap() error { return e.cause }

// finish gives the reading, with a last word on the warnings left out.
func (w *walk) finish() feeds.Reading {
	if more := w.unlisted - maxWarnings; more > 0 {
		w.reading.Warnings = append(w.reading.Warnings, fmt.Sprintf("and %d more", more))
		w.unlisted = 0
	}
	return w.reading
}
