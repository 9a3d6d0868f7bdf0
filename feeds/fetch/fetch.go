// Package fetch is the one way out: every request the program makes to the
// web goes through its Fetcher.
//
// The Fetcher refuses addresses inside our own network, follows few redirects
// and checks each, reads no more than it was allowed to in no more time than it
// has, asks politely (who we are, only what changed, one request a host at a
// time) and undoes what servers do to a body on its way. What the bytes mean is
// left to feeds/news, feeds/page and feeds/chat.
package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Options are a Fetcher's settings. The zero value of each means its default.
type Options struct {
	UserAgent    string        // "name/version (+URL)"; "weekward"
	Allow        []string      // exact "host:port" reached in spite of the guard; none
	MaxBytes     int64         // of a body, before and after unpacking; 15 MB
	MaxRatio     int64         // unpacked to packed bytes; 100
	MaxRedirects int           // 5
	Connect      time.Duration // to connect and shake hands; 10 s
	Header       time.Duration // from the request to the answer's header; 15 s
	Total        time.Duration // for one Get, without the wait for its turn; 30 s
	Pace         time.Duration // between two requests to one host; 1 s
}

func (o Options) withDefaults() Options {
	o.UserAgent = cmp.Or(o.UserAgent, "weekward")
	o.MaxBytes = cmp.Or(o.MaxBytes, 15<<20)
	o.MaxRatio = cmp.Or(o.MaxRatio, 100)
	o.MaxRedirects = cmp.Or(o.MaxRedirects, 5)
	o.Connect = cmp.Or(o.Connect, 10*time.Second)
	o.Header = cmp.Or(o.Header, 15*time.Second)
	o.Total = cmp.Or(o.Total, 30*time.Second)
	o.Pace = cmp.Or(o.Pace, time.Second)
	return o
}

// A Fetcher fetches. It is safe for use by several goroutines at once; close
// it when it is no longer needed.
type Fetcher struct {
	options Options
	guard   *guard
	turns   *turns
	web     *http.Transport // asked itself: an http.Client copies much to follow redirects, which is done here
}

// New makes a Fetcher. It panics when an entry of Allow is not "host:port":
// that is a mistake in the configuration, which checks it first (CheckAllow).
func New(o Options) *Fetcher {
	o = o.withDefaults()
	g := newGuard(o.Allow)
	return &Fetcher{
		options: o,
		guard:   g,
		turns:   newTurns(o.Pace),
		web:     newTransport(o, g),
	}
}

// Close lets go of idle connections.
func (f *Fetcher) Close() { f.web.CloseIdleConnections() }

// A Request asks for one address. Only URL is required.
type Request struct {
	URL          string
	ETag         string      // as received before, byte for byte; "" asks without condition
	LastModified string      // as received before, byte for byte
	Accept       string      // AcceptFeed when ""
	Header       http.Header // more header fields, such as Authorization; dropped on the way to another host
	Proxy        string      // "http://…", "https://…" or "socks5://…" to ask through; "" asks directly. The proxy resolves names, so the guard sees less
	MaxBytes     int64       // of the body, when fewer than the Fetcher's; 0 leaves it at those
}

// What to ask for.
const (
	AcceptFeed = "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.5, */*;q=0.1"
	AcceptPage = "text/html, application/xhtml+xml, application/xml;q=0.8, */*;q=0.5"
	AcceptJSON = "application/json, */*;q=0.1"
)

// A Response is what came back.
type Response struct {
	URL         string // where the body came from, after redirects
	Moved       string // where the address moved for good (301, 308); "" when it did not
	Status      int
	Header      http.Header
	Body        []byte // unpacked; empty for 304
	NotModified bool   // 304: nothing changed since the validators given
}

// ContentType is the answer's media type with its parameters, as sent.
func (r Response) ContentType() string { return r.Header.Get("Content-Type") }

// Base is the address that relative references in the body start from: the
// Content-Location when the server gave one (RFC 9110, section 8.7), else URL.
func (r Response) Base() string {
	location := r.Header.Get("Content-Location")
	if location == "" {
		return r.URL
	}
	base, err := url.Parse(r.URL)
	if err != nil {
		return r.URL
	}
	u, err := base.Parse(location)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return r.URL
	}
	return u.String()
}

// Get fetches an address. An answer other than 2xx or 304 is a *StatusError,
// returned with the Response. Other errors can be told apart with errors.Is:
// ErrForbidden, ErrTooLarge, ErrTimeout, ErrRedirect; else the address could
// not be reached.
func (f *Fetcher) Get(ctx context.Context, r Request) (Response, error) {
	u, err := f.guard.parse(r.URL)
	if err != nil {
		return Response{}, err
	}
	trip := &trip{Fetcher: f, request: r, left: f.options.Total, permanent: true}
	return trip.follow(ctx, u)
}

// A trip is one Get: one request, or several when redirects lead on.
type trip struct {
	*Fetcher
	request   Request
	left      time.Duration // of Options.Total
	seen      []string      // the addresses that led on
	permanent bool          // all redirects so far were for good
	moved     string

	method   string // "" is GET
	document []byte // what a POST sends
}

// follow goes from address to address until an answer is no redirect.
func (t *trip) follow(ctx context.Context, u *url.URL) (Response, error) {
	origin := u
	for hops := 0; ; hops++ {
		if hops > t.options.MaxRedirects {
			return Response{}, fmt.Errorf("%w: more than %d redirects", ErrRedirect, t.options.MaxRedirects)
		}
		answer, err := t.hop(ctx, u, u.Host == origin.Host)
		if err != nil || !isRedirect(answer.Status) {
			answer.Moved = t.moved
			return answer, err
		}
		next, err := t.next(u, answer)
		if err != nil {
			return Response{Status: answer.Status, Header: answer.Header, URL: answer.URL}, err
		}
		t.seen = append(t.seen, u.String())
		if slices.Contains(t.seen, next.String()) {
			return Response{}, fmt.Errorf("%w: the redirects go round in a circle at %s", ErrRedirect, next.Redacted())
		}
		u = next
	}
}

// next is the address that a redirect leads to, if we may go there.
func (t *trip) next(from *url.URL, answer Response) (*url.URL, error) {
	location := answer.Header.Get("Location")
	if location == "" {
		return nil, fmt.Errorf("%w: %d without an address to go to", ErrRedirect, answer.Status)
	}
	ref, err := url.Parse(location)
	if err != nil {
		return nil, fmt.Errorf("%w: to %q, which is no address", ErrRedirect, location)
	}
	u, err := t.guard.parse(from.ResolveReference(ref).String())
	if err != nil {
		return nil, fmt.Errorf("redirect: %w", err)
	}
	if from.Scheme == "https" && u.Scheme == "http" {
		return nil, fmt.Errorf("%w: from https to plain http at %s", ErrRedirect, u.Redacted())
	}
	t.permanent = t.permanent && (answer.Status == http.StatusMovedPermanently || answer.Status == http.StatusPermanentRedirect)
	if t.permanent {
		t.moved = u.String()
	}
	return u, nil
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// hop makes one request, when it is the host's turn.
func (t *trip) hop(ctx context.Context, u *url.URL, sameHost bool) (Response, error) {
	if t.request.Proxy != "" {
		if err := t.guard.sight(u); err != nil {
			return Response{}, err
		}
	}
	if !t.guard.allowed(u) {
		done, err := t.turns.wait(ctx, u.Host)
		if err != nil {
			return Response{}, err
		}
		defer done()
	}
	began := time.Now()
	defer func() { t.left -= time.Since(began) }()
	routed, err := throughProxy(ctx, t.request.Proxy)
	if err != nil {
		return Response{}, err
	}
	timed, stop := context.WithTimeoutCause(routed, t.left, ErrTimeout)
	defer stop()
	response, err := t.ask(timed, u, sameHost)
	if err != nil && ctx.Err() != nil {
		return response, ctx.Err()
	}
	if err != nil && errors.Is(context.Cause(timed), ErrTimeout) {
		return response, fmt.Errorf("%w: %s took longer than %s", ErrTimeout, u.Host, t.options.Total)
	}
	return response, err
}

// ask sends the request and reads the answer.
func (t *trip) ask(ctx context.Context, u *url.URL, sameHost bool) (Response, error) {
	req, err := t.compose(ctx, u)
	if err != nil {
		return Response{}, fmt.Errorf("ask %s: %w", u.Redacted(), err)
	}
	t.dress(req, sameHost)
	resp, err := t.web.RoundTrip(req)
	if err != nil {
		return Response{}, t.explain(u, err)
	}
	defer resp.Body.Close()
	answer := Response{URL: u.String(), Status: resp.StatusCode, Header: resp.Header}
	switch {
	case resp.StatusCode == http.StatusNotModified:
		answer.NotModified = true
		return answer, nil
	case isRedirect(resp.StatusCode):
		return answer, nil
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		// A little of the body: some servers say there what they want.
		answer.Body, _ = io.ReadAll(io.LimitReader(resp.Body, 16<<10))
		return answer, &StatusError{Status: resp.StatusCode, RetryAfter: retryAfter(resp)}
	}
	limits := t.limits()
	packed, err := readBounded(resp.Body, limits.MaxBytes)
	if err != nil {
		return answer, t.explain(u, err)
	}
	answer.Body, err = limits.unpack(packed, resp.Header.Values("Content-Encoding"))
	return answer, err
}

// dress gives a request its header fields. There is no Referer and no cookie.
func (t *trip) dress(req *http.Request, sameHost bool) {
	r, h := t.request, req.Header
	for name, values := range r.Header {
		if sameHost || http.CanonicalHeaderKey(name) != "Authorization" && http.CanonicalHeaderKey(name) != "Cookie" {
			h[http.CanonicalHeaderKey(name)] = values
		}
	}
	if u := req.URL.User; u != nil && h.Get("Authorization") == "" {
		password, _ := u.Password()
		req.SetBasicAuth(u.Username(), password)
	}
	h.Set("User-Agent", t.options.UserAgent)
	h.Set("Accept", cmp.Or(r.Accept, AcceptFeed))
	h.Set("Accept-Encoding", "gzip, br, zstd, deflate")
	if r.ETag != "" {
		h.Set("If-None-Match", r.ETag)
	}
	if r.LastModified != "" {
		h.Set("If-Modified-Since", r.LastModified)
	}
}
