package chat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"weekward/feeds/fetch"
)

// An Account signs in to its Bluesky server with an app password, and to no
// other server. A server allows few log-ins a day, so the session is kept and
// renewed for as long as the server goes along with that. It is safe for use
// by several goroutines at once.
type Account struct {
	Server     string // the address of the account's server, such as "https://bsky.social"
	Identifier string // the account's handle or mail address
	Password   string // an app password
	File       string // keeps the session from one run to the next, mode 0600; "" keeps it in memory

	mu      sync.Mutex
	loaded  bool
	session session
	refused *refusedLogIn
}

// A session is what a server gave for the password. Access is good for a
// couple of hours, Refresh, once, for a couple of months.
type session struct {
	Server     string `json:"server"`
	Identifier string `json:"identifier"`
	Access     string `json:"accessJwt"`
	Refresh    string `json:"refreshJwt"`
}

// tokenForm is what may stand in a header behind "Bearer" (RFC 6750).
var tokenForm = regexp.MustCompile(`^[A-Za-z0-9._~+/-]+=*$`)

const maxToken = 8 << 10 // bytes; real ones have a few hundred

func (s session) usable() bool {
	fits := func(token string) bool { return len(token) <= maxToken && tokenForm.MatchString(token) }
	return fits(s.Access) && fits(s.Refresh)
}

// A refusedLogIn is remembered for as long as the Account lives: the next
// source's try would count against the day's few, and fail as well.
type refusedLogIn struct {
	answer fetch.Response
	err    error
}

// livesAt reports whether the account may show itself to a server, given as
// scheme and host.
func (a *Account) livesAt(server string) bool {
	if a == nil || a.Identifier == "" || a.Password == "" {
		return false
	}
	u, err := url.Parse(a.Server)
	return err == nil && u.Host != "" && strings.EqualFold(u.Scheme+"://"+u.Host, server)
}

// token gives a token to ask with. The Response is that of a log-in that
// failed.
func (a *Account) token(ctx context.Context, f *fetch.Fetcher) (string, fetch.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.load()
	if a.session.usable() {
		return a.session.Access, fetch.Response{}, nil
	}
	return a.logIn(ctx, f)
}

// renew gives a token in place of one whose time is over.
func (a *Account) renew(ctx context.Context, f *fetch.Fetcher, used string) (string, fetch.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.session.usable() && a.session.Access != used {
		return a.session.Access, fetch.Response{}, nil // another source has renewed it
	}
	answer, err := f.Post(ctx, fetch.Request{URL: a.method("refreshSession"), Accept: fetch.AcceptJSON, Header: bearer(a.session.Refresh)}, nil)
	var status *fetch.StatusError
	switch {
	case err == nil && a.take(answer.Body):
		return a.session.Access, answer, nil
	case errors.As(err, &status) && (status.Status == http.StatusTooManyRequests || status.Status >= 500):
		return "", answer, fmt.Errorf("renew the session at %s: %w", a.Server, err) // it may still be good
	case err != nil && status == nil:
		return "", answer, fmt.Errorf("renew the session at %s: %w", a.Server, err)
	}
	return a.logIn(ctx, f)
}

// logIn opens a new session with the password.
func (a *Account) logIn(ctx context.Context, f *fetch.Fetcher) (string, fetch.Response, error) {
	if a.refused != nil {
		return "", a.refused.answer, a.refused.err
	}
	document, err := json.Marshal(map[string]string{"identifier": a.Identifier, "password": a.Password})
	if err != nil {
		return "", fetch.Response{}, fmt.Errorf("sign in at %s: %w", a.Server, err)
	}
	answer, err := f.Post(ctx, fetch.Request{URL: a.method("createSession"), Accept: fetch.AcceptJSON}, document)
	if err != nil {
		err = a.logInRefusal(answer, err)
	} else if !a.take(answer.Body) {
		err = fmt.Errorf("sign in at %s: the answer holds no session", a.Server)
	}
	if err != nil {
		if ctx.Err() == nil {
			a.refused = &refusedLogIn{answer, err}
		}
		return "", answer, err
	}
	return a.session.Access, answer, nil
}

func (a *Account) method(name string) string {
	return strings.TrimRight(a.Server, "/") + "/xrpc/com.atproto.server." + name
}

// take keeps the session of an answer, if it is one.
func (a *Account) take(body []byte) bool {
	var s session
	if json.Unmarshal(body, &s) != nil || !s.usable() {
		return false
	}
	s.Server, s.Identifier = a.Server, a.Identifier
	a.session = s
	a.save()
	return true
}

// load takes up the session of the last run, once. A file that is missing,
// damaged or another account's means that there is none.
func (a *Account) load() {
	if a.loaded || a.File == "" {
		return
	}
	a.loaded = true
	data, err := os.ReadFile(a.File)
	var s session
	if err == nil && json.Unmarshal(data, &s) == nil && s.usable() && s.Server == a.Server && s.Identifier == a.Identifier {
		a.session = s
	}
}

// save keeps the session for the next run. Where it cannot, the next run signs
// in anew, which costs one of the day's log-ins and nothing else.
func (a *Account) save() {
	if a.File == "" {
		return
	}
	data, err := json.Marshal(a.session)
	if err != nil {
		return
	}
	// Made with mode 0600, and whole before it takes the old one's place.
	f, err := os.CreateTemp(filepath.Dir(a.File), filepath.Base(a.File)+".*")
	if err != nil {
		return
	}
	_, err = f.Write(data)
	if errors.Join(err, f.Close()) != nil || os.Rename(f.Name(), a.File) != nil {
		os.Remove(f.Name())
	}
}
