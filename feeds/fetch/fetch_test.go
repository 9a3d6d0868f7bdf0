package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"weekward/feeds"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a server and a Fetcher that may reach it, and nothing else on
// this machine.
func serve(t *testing.T, handler http.HandlerFunc, o Options) (*Fetcher, string) {
	t.Helper()
	server := httptest.NewServer(handler)
	o.Allow = append(o.Allow, strings.TrimPrefix(server.URL, "http://"))
	f := New(o)
	t.Cleanup(server.Close)
	t.Cleanup(f.Close)
	return f, server.URL
}

// F18, F19, F2: who we are and what we read; no Referer, no cookie, no fragment,
// no validator that was not given.
func TestRequestSaysWhoAsksAndNothingElse(t *testing.T) {
	f, url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
			http.Redirect(w, r, "/feed", http.StatusFound)
			return
		}
		if got, want := r.UserAgent(), "weekward/1.0 (+https://example.org)"; got != want {
			t.Errorf("User-Agent %q, want %q", got, want)
		}
		for _, name := range []string{"Referer", "Cookie", "If-None-Match", "If-Modified-Since"} {
			if v := r.Header.Get(name); v != "" {
				t.Errorf("%s: %q was sent", name, v)
			}
		}
		if !strings.Contains(r.Header.Get("Accept"), "application/feed+json") {
			t.Errorf("Accept %q does not ask for feeds", r.Header.Get("Accept"))
		}
		io.WriteString(w, "<rss/>")
	}, Options{UserAgent: "weekward/1.0 (+https://example.org)"})
	resp, err := f.Get(t.Context(), Request{URL: url + "/#fragment"})
	if err != nil || string(resp.Body) != "<rss/>" || resp.URL != url+"/feed" || resp.Moved != "" {
		t.Errorf("Get = %q from %s, moved %q, %v", resp.Body, resp.URL, resp.Moved, err)
	}
}

// F1, F4, F9: quotes and W/ are kept; a 304 may bring a new ETag.
func TestValidatorsGoBackByteForByte(t *testing.T) {
	const etag, modified = `W/"a b;c"`, "Tue, 03 Mar 2026 06:00:00 GMT"
	asked := 0
	f, url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked > 1 {
			if r.Header.Get("If-None-Match") != etag || r.Header.Get("If-Modified-Since") != modified {
				t.Errorf("sent back %q and %q, want %q and %q", r.Header.Get("If-None-Match"), r.Header.Get("If-Modified-Since"), etag, modified)
			}
			w.Header().Set("ETag", `"new"`)
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", etag)
		w.Header().Set("Last-Modified", modified)
		w.Header().Set("Cache-Control", "public, max-age=7200")
		io.WriteString(w, "<rss/>")
	}, Options{})
	now := time.Date(2026, 3, 3, 6, 0, 0, 0, time.UTC)
	_, first, err := f.Read(t.Context(), Request{URL: url}, feeds.Visit{}, now)
	if err != nil || first.Visit.ETag != etag || first.MaxAge != 2*time.Hour || first.Unchanged {
		t.Fatalf("first Read = %+v, %v", first, err)
	}
	resp, second, err := f.Read(t.Context(), Request{URL: url}, first.Visit, now)
	if err != nil || !second.Unchanged || len(resp.Body) != 0 {
		t.Fatalf("second Read = %+v, %v, want it unchanged", second, err)
	}
	if second.Visit.ETag != `"new"` || second.Visit.LastModified != modified {
		t.Errorf("after a 304: %+v, want its new ETag and the old date", second.Visit)
	}
	if asked != 2 {
		t.Errorf("%d requests, want 2: one a poll", asked)
	}
}

func TestUnaskedNotModifiedIsAnError(t *testing.T) {
	f, url := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) }, Options{})
	if _, _, err := f.Read(t.Context(), Request{URL: url}, feeds.Visit{}, time.Now()); err == nil {
		t.Error("Read = nil, want an error: there is nothing stored that could be unchanged")
	}
}

// F10: Retry-After in seconds or as a date; the max-age of a 429 counts, too.
func TestStatusIsReported(t *testing.T) {
	f, url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var status int
		fmt.Sscanf(r.URL.Path, "/%d", &status)
		if r.URL.Query().Get("retry") != "" {
			w.Header().Set("Retry-After", r.URL.Query().Get("retry"))
		}
		w.Header().Set("Cache-Control", "max-age=60")
		w.WriteHeader(status)
	}, Options{})
	tests := []struct {
		path  string
		retry time.Duration
		words string
	}{
		{"/404", 0, "the server answered 404 Not Found"},
		{"/410", 0, "410 Gone"},
		{"/429?retry=3600", time.Hour, "left alone for 1h0m0s"},
		{"/429", time.Minute, "429"},
		{"/503?retry=120", 2 * time.Minute, "503"},
		{"/503", 0, "503"},
		{"/500?retry=999999999999", 365 * 24 * time.Hour, "500"},
		{"/503?retry=" + strings.ReplaceAll(time.Now().UTC().Add(-time.Hour).Format(http.TimeFormat), " ", "%20"), 0, "503"},
	}
	for _, tt := range tests {
		_, reading, err := f.Read(t.Context(), Request{URL: url + tt.path}, feeds.Visit{}, time.Unix(0, 0))
		var status *StatusError
		if !errors.As(err, &status) || status.RetryAfter != tt.retry || !strings.Contains(err.Error(), tt.words) {
			t.Errorf("Read(%s) = %v, want %q and %s", tt.path, err, tt.words, tt.retry)
			continue
		}
		if reading.Visit.Status != status.Status || !reading.NotBefore.IsZero() != (tt.retry > 0) {
			t.Errorf("Read(%s) = %+v, want the status and Retry-After in it", tt.path, reading)
		}
	}
}

// F16, F24: at most five hops, no circle, each hop checked.
func TestRedirects(t *testing.T) {
	f, url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		to := func(code int, where string) { w.Header().Set("Location", where); w.WriteHeader(code) }
		switch r.URL.Path {
		case "/permanent":
			to(301, "/permanent2")
		case "/permanent2":
			to(308, "/end")
		case "/mixed":
			to(301, "/mixed2")
		case "/mixed2":
			to(302, "/end")
		case "/loop":
			to(302, "/loop2")
		case "/loop2":
			to(302, "/loop")
		case "/file":
			to(302, "file:///etc/passwd")
		case "/inside":
			to(302, "http://127.0.0.1:1/")
		case "/metadata":
			to(302, "http://169.254.169.254/latest/")
		case "/decimal":
			to(302, "http://2130706433:8080/")
		case "/nowhere":
			w.WriteHeader(302)
		case "/end":
			io.WriteString(w, "end")
		default:
			to(302, r.URL.Path+"x")
		}
	}, Options{Connect: time.Second})
	tests := []struct {
		path, body, moved string
		err               error
	}{
		{"/permanent", "end", "/end", nil},
		{"/mixed", "end", "/mixed2", nil},
		{"/loop", "", "", ErrRedirect},
		{"/endless", "", "", ErrRedirect},
		{"/nowhere", "", "", ErrRedirect},
		{"/file", "", "", ErrForbidden},
		{"/inside", "", "", ErrForbidden},
		{"/metadata", "", "", ErrForbidden},
	}
	for _, tt := range tests {
		resp, err := f.Get(t.Context(), Request{URL: url + tt.path})
		if !errors.Is(err, tt.err) || string(resp.Body) != tt.body {
			t.Errorf("Get(%s) = %q, %v, want %q, %v", tt.path, resp.Body, err, tt.body, tt.err)
		}
		if tt.moved != "" && resp.Moved != url+tt.moved {
			t.Errorf("Get(%s): moved for good to %q, want %q", tt.path, resp.Moved, url+tt.moved)
		}
	}
	if _, err := f.Get(t.Context(), Request{URL: url + "/decimal"}); err == nil {
		t.Error("Get of a redirect to 2130706433 (127.0.0.1) went through")
	}
}

// F16: from https to http there is no way.
func TestHTTPSIsNotLeft(t *testing.T) {
	trip := &trip{Fetcher: New(Options{}), permanent: true}
	from, _ := trip.guard.parse("https://example.org/feed")
	_, err := trip.next(from, Response{Status: 301, Header: http.Header{"Location": {"http://example.org/feed"}}})
	if !errors.Is(err, ErrRedirect) {
		t.Errorf("redirect from https to http: %v, want %v", err, ErrRedirect)
	}
}

// F16: Authorization and Cookie are dropped on the way to another host.
func TestCredentialsStayWithTheirHost(t *testing.T) {
	var other string
	otherServer := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		other = r.Header.Get("Authorization") + r.Header.Get("Cookie") + r.Header.Get("X-Kind")
	}))
	defer otherServer.Close()
	f, url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer secret" {
			t.Errorf("Authorization %q, want the one given", r.Header.Get("Authorization"))
		}
		http.Redirect(w, r, otherServer.URL, http.StatusFound)
	}, Options{Allow: []string{strings.TrimPrefix(otherServer.URL, "http://")}})
	header := http.Header{"Authorization": {"Bearer secret"}, "Cookie": {"a=secret"}, "X-Kind": {"chat"}}
	if _, err := f.Get(t.Context(), Request{URL: url, Header: header}); err != nil {
		t.Fatal(err)
	}
	if other != "chat" {
		t.Errorf("the other host got %q, want the harmless field only", other)
	}
}

// F22: no header, a body that drips, a context that ends.
func TestSlowServersAreCut(t *testing.T) {
	o := Options{Header: 200 * time.Millisecond, Total: 400 * time.Millisecond}
	f, url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/drip" {
			for r.Context().Err() == nil {
				io.WriteString(w, "<")
				w.(http.Flusher).Flush()
				time.Sleep(20 * time.Millisecond)
			}
		}
		<-r.Context().Done()
	}, o)
	for _, path := range []string{"/hang", "/drip"} {
		began := time.Now()
		_, err := f.Get(t.Context(), Request{URL: url + path})
		if !errors.Is(err, ErrTimeout) || time.Since(began) > 2*time.Second {
			t.Errorf("Get(%s) = %v after %s, want %v in half a second", path, err, time.Since(began), ErrTimeout)
		}
	}
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	if _, err := f.Get(ctx, Request{URL: url + "/hang"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Get with a context that ends = %v, want %v", err, context.DeadlineExceeded)
	}
}

// F23: an error over the cap names the limit.
func TestBodiesAreBounded(t *testing.T) {
	f, url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/header" {
			w.Header().Set("X-Long", strings.Repeat("x", 100<<10))
		}
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, strings.Repeat("x", 1<<16)); err != nil {
				return
			}
		}
	}, Options{MaxBytes: 1 << 20})
	_, err := f.Get(t.Context(), Request{URL: url})
	if !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), "1 MB") {
		t.Errorf("Get of an endless body = %v, want %v with the limit in it", err, ErrTooLarge)
	}
	if _, err := f.Get(t.Context(), Request{URL: url + "/header"}); err == nil {
		t.Error("Get with a header of 100 KB went through")
	}
}

// F21: the error names the host and not the password.
func TestUnreachableHostsAreNamed(t *testing.T) {
	f := New(Options{Connect: 2 * time.Second, Allow: []string{"127.0.0.1:1"}})
	defer f.Close()
	if _, err := f.Get(t.Context(), Request{URL: "http://ada:secret@127.0.0.1:1/feed"}); err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "127.0.0.1:1") {
		t.Errorf("Get of a closed port = %v, want the host in it and not the password", err)
	}
}

// F12, F16, F22, F23: what holds when nothing else is configured.
func TestLimitsAreAsPromised(t *testing.T) {
	f := New(Options{})
	defer f.Close()
	want := Options{UserAgent: "weekward", MaxBytes: 15 << 20, MaxRatio: 100, MaxRedirects: 5, Connect: 10 * time.Second,
		Header: 15 * time.Second, Total: 30 * time.Second, Pace: time.Second}
	if diff := cmp.Diff(want, f.options); diff != "" {
		t.Errorf("New(Options{}).options (-want +got):\n%s", diff)
	}
	if f.web.ResponseHeaderTimeout != want.Header || f.web.TLSHandshakeTimeout != want.Connect {
		t.Errorf("the transport waits %s for a header and %s for TLS, want %s and %s", f.web.ResponseHeaderTimeout, f.web.TLSHandshakeTimeout, want.Header, want.Connect)
	}
}
