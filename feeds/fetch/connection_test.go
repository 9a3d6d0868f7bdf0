package fetch

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"weekward/feeds"
)

// serveTLS starts a server of some TLS version at most and a Fetcher that
// trusts it.
func serveTLS(t *testing.T, handler http.HandlerFunc, most uint16) (*Fetcher, string) {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = true
	server.TLS = &tls.Config{MaxVersion: most, MinVersion: tls.VersionTLS10}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	f := New(Options{Allow: []string{strings.TrimPrefix(server.URL, "https://")}})
	t.Cleanup(f.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	f.web.TLSClientConfig.RootCAs = roots
	return f, server.URL
}

// F21: HTTP/2 where it is offered, one connection for several requests, TLS
// 1.2 at least.
func TestConnectionsAreModernAndKept(t *testing.T) {
	peers := map[string]bool{}
	f, url := serveTLS(t, func(w http.ResponseWriter, r *http.Request) {
		peers[r.RemoteAddr] = true
		fmt.Fprint(w, r.Proto)
	}, 0)
	for range 3 {
		if resp, err := f.Get(t.Context(), Request{URL: url}); err != nil || string(resp.Body) != "HTTP/2.0" {
			t.Errorf("Get = %q, %v, want HTTP/2.0", resp.Body, err)
		}
	}
	if len(peers) != 1 {
		t.Errorf("three requests took %d connections, want 1", len(peers))
	}
	old, url := serveTLS(t, func(http.ResponseWriter, *http.Request) {}, tls.VersionTLS11)
	if _, err := old.Get(t.Context(), Request{URL: url}); err == nil {
		t.Error("Get over TLS 1.1 went through")
	}
}

// F21: a name and password in the address are sent to that host alone.
func TestPasswordInAnAddressIsForItsHost(t *testing.T) {
	var elsewhere string
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { elsewhere = r.Header.Get("Authorization") + "." }))
	defer other.Close()
	f, url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if name, password, _ := r.BasicAuth(); name != "ada" || password != "secret" {
			t.Errorf("%s: asked as %q with %q, want ada with secret", r.URL, name, password)
		}
		if r.URL.Path == "/feed" {
			http.Redirect(w, r, "/next", http.StatusFound)
			return
		}
		http.Redirect(w, r, other.URL, http.StatusFound)
	}, Options{Allow: []string{strings.TrimPrefix(other.URL, "http://")}})
	_, err := f.Get(t.Context(), Request{URL: strings.Replace(url, "http://", "http://ada:secret@", 1) + "/feed"})
	if err != nil || elsewhere != "." {
		t.Errorf("Get = %v; the other host was told %q, want nothing", err, elsewhere)
	}
}

// F18: only codings that are undone are asked for.
func TestOfferedCodingsAreUndone(t *testing.T) {
	var offered string
	f, url := serve(t, func(_ http.ResponseWriter, r *http.Request) { offered = r.Header.Get("Accept-Encoding") }, Options{})
	if _, err := f.Get(t.Context(), Request{URL: url}); err != nil {
		t.Fatal(err)
	}
	const text = "<rss/>"
	for coding := range strings.SplitSeq(offered, ", ") {
		how := coding
		if coding == "deflate" {
			how = "zlib"
		}
		if got, err := (Options{}).withDefaults().unpack(packed(t, how, text), []string{coding}); err != nil || string(got) != text {
			t.Errorf("%s is offered, but unpack = %q, %v", coding, got, err)
		}
	}
}

// F14: only a chain of permanent redirects is told as a move.
func TestOnlyAWhollyPermanentChainIsAMove(t *testing.T) {
	f, url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		// "/301/302" is a 301 to "/302", which is a 302 to "/".
		first, rest, _ := strings.Cut(r.URL.Path[1:], "/")
		if status, err := strconv.Atoi(first); err == nil {
			w.Header().Set("Location", "/"+rest)
			w.WriteHeader(status)
		}
	}, Options{})
	for path, want := range map[string]string{"/301": url + "/", "/308": url + "/", "/301/308": url + "/", "/302": "", "/303": "", "/307": "", "/301/302": "", "/302/301": "", "/feed": ""} {
		_, reading, err := f.Read(t.Context(), Request{URL: url + path}, feeds.Visit{}, time.Now())
		if err != nil || reading.Moved != want {
			t.Errorf("Read(%s): moved to %q, %v, want %q", path, reading.Moved, err, want)
		}
	}
}
