package chat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"weekward/feeds"
	"weekward/feeds/fetch"
)

// A home is an account's server: it knows one password, and one session at a
// time.
type home struct {
	t *testing.T

	mu       sync.Mutex
	calls    []string // the methods asked, in order
	sessions int
	refuse   map[string]string // method → what it answers instead, as "401 Code"
	expired  bool              // the access token at hand is too old
}

func (h *home) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, method, _ := cutLast(r.URL.Path, ".")
	h.calls = append(h.calls, method)
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	deny := func(status int, code string) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error":%q,"message":"no"}`, code)
	}
	if how, ok := h.refuse[method]; ok {
		var status int
		var code string
		fmt.Sscan(how, &status, &code)
		deny(status, code)
		return
	}
	switch method {
	case "createSession":
		h.checkPassword(r)
		h.open(w)
	case "refreshSession":
		if r.Method != http.MethodPost || token != fmt.Sprintf("refresh%d", h.sessions) {
			deny(400, "ExpiredToken")
			return
		}
		h.open(w)
	case "searchPosts", "getAuthorFeed":
		switch {
		case token != fmt.Sprintf("access%d", h.sessions):
			deny(401, "InvalidToken")
		case h.expired:
			deny(400, "ExpiredToken")
		default:
			fmt.Fprintf(w, `{"posts":[%s]}`, chirp(1, friday13.Add(-time.Hour), ""))
		}
	default:
		deny(404, "MethodNotImplemented")
	}
}

func (h *home) open(w http.ResponseWriter) {
	h.sessions++
	h.expired = false
	fmt.Fprintf(w, `{"did":"did:plc:m","handle":"weekly.example.org","accessJwt":"access%d","refreshJwt":"refresh%d"}`, h.sessions, h.sessions)
}

func (h *home) checkPassword(r *http.Request) {
	var said map[string]string
	if err := json.NewDecoder(r.Body).Decode(&said); err != nil || said["identifier"] != "weekly.example.org" || said["password"] != "app-pass-word" || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
		h.t.Errorf("createSession was asked with %s %v, %v", r.Method, said, err)
	}
}

// asked gives the calls since the last time.
func (h *home) asked() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	calls := h.calls
	h.calls = nil
	return calls
}

// move lets an account live at a new home, and reads from there.
func move(t *testing.T, file string) (*home, *Account, func() (feeds.Reading, error)) {
	t.Helper()
	h := &home{t: t, refuse: map[string]string{}}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	fetcher := fetch.New(fetch.Options{Allow: []string{hostOf(t, server.URL)}})
	t.Cleanup(fetcher.Close)
	account := &Account{Server: server.URL, Identifier: "weekly.example.org", Password: "app-pass-word", File: file}
	b := Bluesky{Fetch: fetcher, Now: func() time.Time { return friday13 }, Account: account}
	return h, account, func() (feeds.Reading, error) {
		return b.Read(context.Background(), feeds.Source{ID: "sky", URL: server.URL, Tag: "hcsmeu"}, feeds.Visit{})
	}
}

func TestASessionIsKeptAndRenewed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session")
	h, account, read := move(t, file)
	for _, c := range []struct {
		why    string
		before func()
		calls  []string
	}{
		{"the first read signs in", func() {}, []string{"createSession", "searchPosts"}},
		{"the second has a token", func() {}, []string{"searchPosts"}},
		{"an old token is renewed", func() { h.expired = true }, []string{"searchPosts", "refreshSession", "searchPosts"}},
		{"the next run goes on", func() { account.loaded, account.session = false, session{} }, []string{"searchPosts"}},
		{"a session that was ended is begun anew", func() { h.sessions += 10 }, []string{"searchPosts", "refreshSession", "createSession", "searchPosts"}},
		{"a damaged file is no session", func() {
			account.loaded, account.session = false, session{}
			if err := os.WriteFile(file, []byte(`{"accessJwt":"a b\r\nX: y"}`), 0o600); err != nil {
				t.Fatal(err)
			}
		}, []string{"createSession", "searchPosts"}},
		{"another account's session is not ours", func() {
			account.loaded, account.session = false, session{}
			other := fmt.Sprintf(`{"server":%q,"identifier":"other.example.org","accessJwt":"access%d","refreshJwt":"r"}`, account.Server, h.sessions)
			if err := os.WriteFile(file, []byte(other), 0o600); err != nil {
				t.Fatal(err)
			}
		}, []string{"createSession", "searchPosts"}},
	} {
		c.before()
		got, err := read()
		if calls := h.asked(); err != nil || len(got.Posts) != 1 || !slices.Equal(calls, c.calls) {
			t.Errorf("%s: Read = %d posts, %v, calls %q, want %q", c.why, len(got.Posts), err, calls, c.calls)
		}
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the session's file has mode %v, %v, want 0600", info.Mode(), err)
	}
	if rest, _ := filepath.Glob(file + ".*"); len(rest) > 0 {
		t.Errorf("left behind: %q", rest)
	}
}

func TestARefusedLogInIsTriedOnce(t *testing.T) {
	for _, c := range []struct{ answer, want string }{
		{"401 AuthenticationRequired", "the server does not let the account weekly.example.org in: is the app password right, and not withdrawn? (401 AuthenticationRequired)"},
		{"401 AuthFactorTokenRequired", "make an app password, the account's own password does not do (401 AuthFactorTokenRequired)"},
		{"500 InternalServerError", "the server answered 500 Internal Server Error"},
	} {
		h, _, read := move(t, "")
		h.refuse["createSession"] = c.answer
		for range 3 {
			got, err := read()
			if err == nil || !strings.HasSuffix(err.Error(), c.want) || strings.Contains(err.Error(), "app-pass-word") || !strings.HasPrefix(c.answer, fmt.Sprint(got.Visit.Status)) {
				t.Errorf("%s: Read = status %d, %v, want %q", c.answer, got.Visit.Status, err, c.want)
			}
		}
		if calls := h.asked(); len(calls) != 1 {
			t.Errorf("%s: calls %q, want a single log-in", c.answer, calls)
		}
	}
}

func TestASessionSurvivesAServersBadHour(t *testing.T) {
	h, _, read := move(t, "")
	if _, err := read(); err != nil {
		t.Fatal(err)
	}
	h.expired, h.refuse["refreshSession"] = true, "503 Unavailable"
	if _, err := read(); err == nil || !strings.Contains(err.Error(), "renew the session") {
		t.Errorf("Read = %v, want an error that says what was being done", err)
	}
	delete(h.refuse, "refreshSession")
	h.asked()
	if _, err := read(); err != nil || slices.Contains(h.asked(), "createSession") {
		t.Errorf("Read = %v, want the session renewed without a further log-in", err)
	}
}

func TestC7AnAccountThatMayNotSearchSaysSo(t *testing.T) {
	h, _, read := move(t, "")
	h.refuse["searchPosts"] = "403 Forbidden"
	_, err := read()
	if !errors.Is(err, ErrClosed) || !strings.HasSuffix(err.Error(), "the server refuses this to the account weekly.example.org (403 Forbidden)") {
		t.Errorf("Read = %v, want one sentence that names the account", err)
	}
}

func TestSourcesThatReadAtOnceShareOneLogIn(t *testing.T) {
	h, _, read := move(t, "")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := read(); err != nil {
				t.Errorf("Read = %v", err)
			}
		})
	}
	all.Wait()
	if logIns := slices.DeleteFunc(h.asked(), func(call string) bool { return call != "createSession" }); len(logIns) != 1 {
		t.Errorf("%d log-ins, want 1", len(logIns))
	}
}

func TestTheAccountShowsItselfToItsOwnServerOnly(t *testing.T) {
	// A source at another server, and the own server's redirect to another:
	// neither learns the password or a token.
	spied := 0
	spy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		spied++
		body := make([]byte, 100)
		n, _ := r.Body.Read(body)
		if secret := r.Header.Get("Authorization") + r.Header.Get("Cookie"); secret != "" || n > 0 || r.Method != http.MethodGet {
			t.Errorf("another server got %s %s with %q and a body of %d bytes", r.Method, r.URL.Path, secret, n)
		}
		fmt.Fprint(w, `{"posts":[]}`)
	}))
	defer spy.Close()
	redirect := "searchPosts"
	h := &home{t: t, refuse: map[string]string{}}
	own := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, redirect) {
			http.Redirect(w, r, spy.URL+r.URL.Path, http.StatusTemporaryRedirect)
			return
		}
		h.ServeHTTP(w, r)
	}))
	defer own.Close()
	fetcher := fetch.New(fetch.Options{Allow: []string{hostOf(t, own.URL), hostOf(t, spy.URL)}})
	defer fetcher.Close()
	ask := func(url string) error {
		account := &Account{Server: own.URL, Identifier: "weekly.example.org", Password: "app-pass-word"}
		b := Bluesky{Fetch: fetcher, Now: func() time.Time { return friday13 }, Account: account}
		_, err := b.Read(context.Background(), feeds.Source{ID: "sky", URL: url, Tag: "hcsmeu"}, feeds.Visit{})
		return err
	}
	if err := ask(spy.URL); err != nil || spied != 1 {
		t.Errorf("a source elsewhere: %v, %d requests there, want one as a stranger", err, spied)
	}
	if err := ask(own.URL); err != nil || spied != 2 {
		t.Errorf("a page that moved: %v, %d requests there, want it followed as a stranger", err, spied)
	}
	redirect = "createSession"
	if err := ask(own.URL); !errors.Is(err, fetch.ErrRedirect) || spied != 2 {
		t.Errorf("a log-in that moved: %v, %d requests there, want it refused", err, spied)
	}
}
