package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// locationBytes is how much is read of an answer that is no redirect.
const locationBytes = 16 << 10

// Location tells where an address leads, one step on, without going there: it
// asks with HEAD and, where that gives no redirect, with GET (U4). An address
// that leads nowhere is an ErrRedirect, or what Get would say. The result may
// be any http(s) address, so it must not be read but with a Fetcher.
func (f *Fetcher) Location(ctx context.Context, address string) (string, error) {
	u, err := f.guard.parse(address)
	if err != nil {
		return "", err
	}
	left := f.options.Total
	for _, method := range []string{http.MethodHead, http.MethodGet} {
		t := &trip{Fetcher: f, request: Request{URL: address, Accept: AcceptPage, MaxBytes: locationBytes}, left: left, method: method}
		var answer Response
		answer, err = t.hop(ctx, u, true)
		left = t.left
		var status *StatusError
		switch {
		case err == nil && isRedirect(answer.Status):
			return locationOf(u, answer)
		case err == nil:
			err = fmt.Errorf("%w: %s answered %d, which leads nowhere", ErrRedirect, u.Redacted(), answer.Status)
		case !errors.As(err, &status) || status.Status == http.StatusTooManyRequests:
			return "", err
		}
	}
	return "", err
}

// locationOf is the address that an answer leads to.
func locationOf(from *url.URL, answer Response) (string, error) {
	ref, err := url.Parse(answer.Header.Get("Location"))
	if err != nil || ref.String() == "" {
		return "", fmt.Errorf("%w: %d with %q, which is no address", ErrRedirect, answer.Status, answer.Header.Get("Location"))
	}
	u := from.ResolveReference(ref)
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", fmt.Errorf("%w: to %q, which is no address of the web", ErrRedirect, u.Redacted())
	}
	return u.String(), nil
}

// limits are the Fetcher's, as far as the request does not ask for less.
func (t *trip) limits() Options {
	limits := t.options
	if most := t.request.MaxBytes; most > 0 {
		limits.MaxBytes = min(limits.MaxBytes, most)
	}
	return limits
}
