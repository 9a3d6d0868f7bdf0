package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"weekward/feeds/fetch"
)

// A RefusedError means that a Bluesky server understood and said no. Asking
// again will not help until somebody has changed something.
type RefusedError struct {
	Status int    // HTTP status
	Code   string // the server's word for it, such as "BadQueryString"; may be empty
	LogIn  bool   // it is the log-in that was refused, not the question
	why    string
}

func (e *RefusedError) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("%s (%d)", e.why, e.Status)
	}
	return fmt.Sprintf("%s (%d %s)", e.why, e.Status, e.Code)
}

// Is makes a server that is closed to strangers an ErrClosed, as on Mastodon.
func (e *RefusedError) Is(target error) bool {
	return target == ErrClosed && !e.LogIn && (e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden)
}

// skyCode is the word with which a Bluesky server names what went wrong.
func skyCode(answer fetch.Response) string {
	var said struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(answer.Body, &said) != nil || len(said.Error) > 60 {
		return ""
	}
	return oneLine(said.Error)
}

// expired reports whether it is only the token's time that is over.
func expired(answer fetch.Response, err error) bool {
	var status *fetch.StatusError
	if !errors.As(err, &status) {
		return false
	}
	code := skyCode(answer)
	return status.Status == http.StatusUnauthorized || status.Status == http.StatusBadRequest && (code == "ExpiredToken" || code == "InvalidToken")
}

// refusal says in one clear sentence why a server gave no posts (C7).
func (w *skyWalk) refusal(answer fetch.Response, err error) error {
	var status *fetch.StatusError
	if !errors.As(err, &status) {
		return err
	}
	refused := &RefusedError{Status: status.Status, Code: skyCode(answer)}
	switch status.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		refused.why = "the server answers only people who are signed in: sign in with an app password, or name authors to read"
		if w.Account.livesAt(w.server) {
			refused.why = fmt.Sprintf("the server refuses this to the account %s", brief(w.Account.Identifier))
		}
	case http.StatusBadRequest:
		refused.why = "the server does not understand the question"
	case http.StatusNotFound:
		return fmt.Errorf(`there is no Bluesky server (%w); a Mastodon server needs kind = "mastodon"`, err)
	default:
		return err
	}
	return refused
}

// logInRefusal says why a server did not let the account in.
func (a *Account) logInRefusal(answer fetch.Response, err error) error {
	var status *fetch.StatusError
	if !errors.As(err, &status) {
		return fmt.Errorf("sign in at %s: %w", a.Server, err)
	}
	refused := &RefusedError{Status: status.Status, Code: skyCode(answer), LogIn: true}
	switch {
	case refused.Code == "AuthFactorTokenRequired":
		refused.why = "the server asks for a second factor: make an app password, the account's own password does not do"
	case status.Status == http.StatusUnauthorized, status.Status == http.StatusForbidden, status.Status == http.StatusBadRequest:
		refused.why = fmt.Sprintf("the server does not let the account %s in: is the app password right, and not withdrawn?", brief(a.Identifier))
	default:
		return fmt.Errorf("sign in at %s: %w", a.Server, err)
	}
	return refused
}
