package fetch

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// A relay is a proxy that answers everything itself and writes down what it was
// asked for.
type relay struct {
	mu    sync.Mutex
	asked []string // "GET http://… user"
}

func (p *relay) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, r.Method+" "+r.RequestURI+" "+r.Header.Get("Proxy-Authorization"))
	if r.Method == http.MethodConnect {
		http.Error(w, "not today", http.StatusForbidden)
		return
	}
	switch r.URL.Path {
	case "/inside":
		http.Redirect(w, r, "http://10.0.0.1/", http.StatusFound)
	case "/onwards":
		http.Redirect(w, r, "http://other.example.org/feed", http.StatusFound)
	default:
		io.WriteString(w, "by way of the proxy")
	}
}

func (p *relay) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.asked, "; ")
}

// F21: a source's proxy is asked, also for what a redirect leads to and through
// CONNECT for https, with its own name and password; others go directly.
func TestProxyOfASourceIsAsked(t *testing.T) {
	p := &relay{}
	server := httptest.NewServer(p)
	defer server.Close()
	f, direct := serve(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "directly") }, Options{Pace: 1})
	proxy := strings.Replace(server.URL, "http://", "http://ada:secret@", 1)
	const credentials = "Basic YWRhOnNlY3JldA=="

	resp, err := f.Get(t.Context(), Request{URL: "http://feeds.example.org/onwards", Proxy: proxy})
	if err != nil || string(resp.Body) != "by way of the proxy" || resp.URL != "http://other.example.org/feed" {
		t.Errorf("Get through the proxy = %q from %s, %v", resp.Body, resp.URL, err)
	}
	if got, want := p.log(), "GET http://feeds.example.org/onwards "+credentials+"; GET http://other.example.org/feed "+credentials; got != want {
		t.Errorf("the proxy was asked %q, want %q", got, want)
	}
	_, err = f.Get(t.Context(), Request{URL: "https://feeds.example.org/feed", Proxy: proxy})
	if err == nil || strings.Contains(err.Error(), "secret") || !strings.HasSuffix(p.log(), "CONNECT feeds.example.org:443 "+credentials) {
		t.Errorf("Get of https = %v, the proxy was asked %q, want it to refuse a CONNECT, and no password in the error", err, p.log())
	}
	if resp, err := f.Get(t.Context(), Request{URL: direct}); err != nil || string(resp.Body) != "directly" {
		t.Errorf("Get without a proxy = %q, %v", resp.Body, err)
	}
}

// F21, F24: what is on its face inside our own network is not asked of a proxy
// either; the proxy itself may be there.
func TestProxyIsNoWayIntoOurOwnNetwork(t *testing.T) {
	p := &relay{}
	server := httptest.NewServer(p)
	defer server.Close()
	f := New(Options{Pace: 1})
	defer f.Close()
	for _, target := range []string{"http://127.0.0.1/", "http://10.1.2.3/", "http://169.254.169.254/latest/", "http://[::1]/", "http://[::ffff:10.0.0.1]/",
		"http://[fe80::1%25eth0]/", "http://2130706433/", "http://0x7f.1/", "http://127.1/", "http://localhost/", "http://db.localhost./", "http://feeds.example.org:25/"} {
		if _, err := f.Get(t.Context(), Request{URL: target, Proxy: server.URL}); !errors.Is(err, ErrForbidden) {
			t.Errorf("Get(%s) through a proxy = %v, want %v", target, err, ErrForbidden)
		}
	}
	if p.log() != "" {
		t.Errorf("the proxy was asked %q, want nothing", p.log())
	}
	if _, err := f.Get(t.Context(), Request{URL: "http://feeds.example.org/inside", Proxy: server.URL}); !errors.Is(err, ErrForbidden) {
		t.Errorf("Get of a redirect to 10.0.0.1 = %v, want %v", err, ErrForbidden)
	}
}

// F21: socks5://, where the proxy is told the name, not an address.
func TestSOCKSProxyIsToldTheName(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	told := make(chan string, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		told <- answerSOCKS(conn)
	}()
	f := New(Options{})
	defer f.Close()
	resp, err := f.Get(t.Context(), Request{URL: "http://feeds.example.org/feed", Proxy: "socks5://" + listener.Addr().String()})
	if err != nil || string(resp.Body) != "<rss/>" {
		t.Fatalf("Get through SOCKS = %q, %v", resp.Body, err)
	}
	if got, want := <-told, "feeds.example.org:80"; got != want {
		t.Errorf("the proxy was told %q, want %q", got, want)
	}
}

// answerSOCKS plays a SOCKS 5 server (RFC 1928) that has one feed, and returns
// where it was asked to connect to.
func answerSOCKS(conn net.Conn) string {
	r := bufio.NewReader(conn)
	head := make([]byte, 2)
	io.ReadFull(r, head)
	io.CopyN(io.Discard, r, int64(head[1])) // the methods offered
	conn.Write([]byte{5, 0})                // no password
	ask := make([]byte, 5)
	io.ReadFull(r, ask) // version, connect, 0, type 3 (a name), its length
	if ask[3] != 3 {
		return "an address, not a name"
	}
	name, port := make([]byte, ask[4]), make([]byte, 2)
	io.ReadFull(r, name)
	io.ReadFull(r, port)
	conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	if _, err := http.ReadRequest(r); err != nil {
		return err.Error()
	}
	io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<rss/>")
	return fmt.Sprintf("%s:%d", name, binary.BigEndian.Uint16(port))
}

func TestProxyAddressesAreChecked(t *testing.T) {
	for address, good := range map[string]bool{
		"http://proxy.example.org:3128": true, "https://ada:secret@proxy.example.org": true, "socks5://127.0.0.1:9050": true, "http://[::1]:3128/": true,
		"": false, "proxy.example.org:3128": false, "ftp://proxy.example.org": false, "socks4://proxy.example.org": false, "http://": false,
		"http://ada:secret@proxy.example.org/path": false, "http://ada:secret@ proxy.example.org": false,
	} {
		err := CheckProxy(address)
		if (err == nil) != good || err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("CheckProxy(%q) = %v, want good: %t, and never the password", address, err, good)
		}
	}
}
