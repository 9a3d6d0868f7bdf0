package fetch

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// Post sends a JSON document to an address, or nothing when it is nil, as a
// log-in needs. What was said to one address is not said to another: a
// redirect is not followed but is an ErrRedirect. All else is as with Get.
func (f *Fetcher) Post(ctx context.Context, r Request, document []byte) (Response, error) {
	u, err := f.guard.parse(r.URL)
	if err != nil {
		return Response{}, err
	}
	t := &trip{Fetcher: f, request: r, left: f.options.Total, method: http.MethodPost, document: document}
	answer, err := t.hop(ctx, u, true)
	if err == nil && isRedirect(answer.Status) {
		err = fmt.Errorf("%w: %d leads what was sent elsewhere", ErrRedirect, answer.Status)
	}
	return answer, err
}

// compose makes the request of one hop.
func (t *trip) compose(ctx context.Context, u *url.URL) (*http.Request, error) {
	var body io.Reader
	if t.document != nil {
		body = bytes.NewReader(t.document)
	}
	req, err := http.NewRequestWithContext(ctx, t.method, u.String(), body)
	if err == nil && t.document != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, err
}
