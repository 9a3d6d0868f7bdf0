package web

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// listen opens a free loopback port.
func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func TestServerKeepsItsBounds(t *testing.T) {
	s := Server("", nil, quiet())
	if s.ReadHeaderTimeout != 5*time.Second || s.ReadTimeout != 15*time.Second || s.WriteTimeout != 30*time.Second || s.IdleTimeout != 60*time.Second || s.MaxHeaderBytes != 16<<10 {
		t.Errorf("bounds are %v %v %v %v %d, want 5s 15s 30s 1m 16384", s.ReadHeaderTimeout, s.ReadTimeout, s.WriteTimeout, s.IdleTimeout, s.MaxHeaderBytes)
	}
}

func TestHugeHeaderIsRefused(t *testing.T) {
	w := newTown(t)
	l := listen(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- Serve(ctx, Server("", w.h, quiet()), l) }()
	defer func() { stop(); <-done }()

	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: x\r\nX-Big: %s\r\n\r\n", strings.Repeat("x", 32<<10))
	line, _ := bufio.NewReader(c).ReadString('\n')
	if !strings.Contains(line, "431") {
		t.Errorf("a header of 32 KB is answered %q, want 431", line)
	}
}

func TestStopLetsTheRequestUnderWayFinish(t *testing.T) {
	began, finish := make(chan bool), make(chan bool)
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(began)
		<-finish
		io.WriteString(w, "whole")
	})
	l := listen(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, Server("", h, quiet()), l) }()

	answer := make(chan string, 1)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	go func() {
		r, err := client.Get("http://" + l.Addr().String())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer r.Body.Close()
		b, _ := io.ReadAll(r.Body)
		answer <- string(b)
	}()
	<-began
	stop()
	close(finish)
	if got := <-answer; got != "whole" {
		t.Errorf("the request under way got %q, want \"whole\"", got)
	}
	if err := <-done; err != nil {
		t.Errorf("Serve() = %v after an orderly stop, want nil", err)
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("the port still answers after the stop")
	}
}

func TestClientAddressIsBelievedOnlyFromTrustedProxies(t *testing.T) {
	trusted, err := ParseTrusted([]string{"loopback", "10.0.0.0/8", "192.0.2.7"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		reason, peer, forwarded, want string
		trusted                       []netip.Prefix
	}{
		{"nobody is trusted", "127.0.0.1:9", "203.0.113.5", "127.0.0.1", nil},
		{"a stranger cannot choose an address", "203.0.113.9:9", "203.0.113.5", "203.0.113.9", trusted},
		{"a proxy of ours tells", "127.0.0.1:9", "203.0.113.5", "203.0.113.5", trusted},
		{"what the client wrote itself does not count", "127.0.0.1:9", "198.51.100.1, 203.0.113.5", "203.0.113.5", trusted},
		{"two proxies of ours", "127.0.0.1:9", "198.51.100.1, 203.0.113.5, 10.1.2.3", "203.0.113.5", trusted},
		{"a single address", "192.0.2.7:9", "203.0.113.5", "203.0.113.5", trusted},
		{"rubbish leaves the proxy", "127.0.0.1:9", "unknown", "127.0.0.1", trusted},
		{"no header", "127.0.0.1:9", "", "127.0.0.1", trusted},
		{"IPv6 mapped", "[::ffff:127.0.0.1]:9", "::ffff:203.0.113.5", "203.0.113.5", trusted},
		{"IPv6 loopback with zone", "[::1%lo]:9", "2001:db8::5", "2001:db8::5", trusted},
	} {
		r, _ := http.NewRequest("GET", "/", nil)
		r.RemoteAddr = tc.peer
		if tc.forwarded != "" {
			r.Header.Set("X-Forwarded-For", tc.forwarded)
		}
		if got := clientAddr(r, tc.trusted).String(); got != tc.want {
			t.Errorf("%s: clientAddr(%s, X-Forwarded-For %q) = %s, want %s", tc.reason, tc.peer, tc.forwarded, got, tc.want)
		}
	}
	if _, err := ParseTrusted([]string{"proxy.example.org"}); err == nil {
		t.Error("ParseTrusted takes a name; names can be made to point anywhere")
	}
}

func TestLimitCountsNetworksNotAddresses(t *testing.T) {
	l, now := newLimit(2, time.Hour), at("2010-04-06T09:00:00Z")
	ask := func(a string) bool { return l.allow(netip.MustParseAddr(a), now) }
	got := []bool{ask("203.0.113.5"), ask("203.0.113.6"), ask("203.0.113.7"), ask("203.0.114.7"), ask("2001:db8:1::1"), ask("2001:db8:1:2::1"), ask("2001:db8:1:3::1"), ask("2001:db8:2::1")}
	want := []bool{true, true, false, true, true, true, false, true}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("allow() = %v, want %v", got, want)
			break
		}
	}
	now = now.Add(time.Hour)
	if !ask("203.0.113.5") {
		t.Error("an hour later the network still has to wait")
	}
}

func TestLimitOfManyNetworksStaysSmall(t *testing.T) {
	l, now := newLimit(1, time.Hour), at("2010-04-06T09:00:00Z")
	for i := range maxNetworks + 1000 {
		l.allow(netip.AddrFrom4([4]byte{byte(i >> 16), byte(i >> 8), byte(i), 1}), now)
	}
	if len(l.counts) > maxNetworks+1 {
		t.Errorf("the limit remembers %d networks, want at most %d", len(l.counts), maxNetworks+1)
	}
}
