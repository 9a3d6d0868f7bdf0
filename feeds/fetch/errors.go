package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// What callers may tell apart with errors.Is.
var (
	// ErrForbidden means the guard refused the address or what it led to.
	ErrForbidden = errors.New("refused for safety")
	// ErrTooLarge means a limit on bytes was reached.
	ErrTooLarge = errors.New("too large")
	// ErrTimeout means the server took too long.
	ErrTimeout = errors.New("no complete answer in time")
	// ErrRedirect means the redirects led nowhere.
	ErrRedirect = errors.New("bad redirect")
)

// A StatusError is an answer that carries no document.
type StatusError struct {
	Status     int
	RetryAfter time.Duration // how long the server asks to be left alone; 0 when it does not
}

func (e *StatusError) Error() string {
	words := fmt.Sprintf("the server answered %d %s", e.Status, http.StatusText(e.Status))
	if e.RetryAfter > 0 {
		words += fmt.Sprintf(" and asks to be left alone for %s", e.RetryAfter)
	}
	return words
}

// explain puts an error of the network into words an editor understands.
func (t *trip) explain(u *url.URL, err error) error {
	var asked *url.Error
	if errors.As(err, &asked) {
		err = asked.Err // without the address, which may hold a password
	}
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.Is(err, ErrForbidden), errors.Is(err, ErrTooLarge), errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &dns) && dns.IsNotFound:
		return fmt.Errorf("there is no host called %s: %w", u.Hostname(), err)
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Errorf("%w: %s: %w", ErrTimeout, u.Host, err)
	}
	return fmt.Errorf("%s could not be read: %w", u.Host, err)
}
