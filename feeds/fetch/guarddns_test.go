package fetch

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// nameServer answers questions for addresses with one list after the other,
// the last one for ever. It returns a resolver that asks it alone.
func nameServer(t *testing.T, answers ...[]string) (*net.Resolver, *atomic.Int32) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	asked, ended := new(atomic.Int32), make(chan bool)
	go func() {
		defer close(ended)
		packet := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(packet)
			if err != nil {
				return
			}
			conn.WriteTo(answerTo(packet[:n], answers, asked), from)
		}
	}()
	t.Cleanup(func() { conn.Close(); <-ended })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}, asked
}

func answerTo(packet []byte, answers [][]string, asked *atomic.Int32) []byte {
	var m dnsmessage.Message
	if m.Unpack(packet) != nil || len(m.Questions) != 1 {
		return nil
	}
	m.Response, m.Additionals = true, nil
	q := m.Questions[0]
	if q.Type == dnsmessage.TypeA {
		for _, address := range answers[min(int(asked.Add(1)), len(answers))-1] {
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
				Body:   &dnsmessage.AResource{A: netip.MustParseAddr(address).As4()},
			})
		}
	}
	out, _ := m.Pack()
	return out
}

// inside is a server that nobody may reach through a name.
func inside(t *testing.T) (port string, hits *atomic.Int32) {
	t.Helper()
	hits = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	t.Cleanup(server.Close)
	_, port, _ = net.SplitHostPort(server.Listener.Addr().String())
	return port, hits
}

// through makes a Fetcher that asks a resolver and would take the port of the
// inner server for one of the web's.
func through(t *testing.T, r *net.Resolver) *Fetcher {
	t.Helper()
	f := New(Options{Connect: 300 * time.Millisecond, Total: time.Second, Pace: time.Nanosecond})
	f.guard.resolver = r
	t.Cleanup(f.Close)
	return f
}

// F24: a name that is public when it is looked at and ours when it is dialled
// (rebinding) is judged by what is dialled.
func TestReboundNameIsRefused(t *testing.T) {
	r, asked := nameServer(t, []string{"203.0.113.7"}, []string{"127.0.0.1"})
	if first, err := r.LookupHost(t.Context(), "rebind.example.org"); err != nil || first[0] != "203.0.113.7" {
		t.Fatalf("the first answer is %v, %v, want a public address", first, err)
	}
	f := through(t, r)
	if _, err := f.Get(t.Context(), Request{URL: "http://rebind.example.org/"}); !errors.Is(err, ErrForbidden) {
		t.Errorf("Get of a name that turned inwards = %v, want %v", err, ErrForbidden)
	}
	if asked.Load() != 2 {
		t.Errorf("the name server was asked %d times, want 2", asked.Load())
	}
}

// F24: of several addresses of a name, the ones inside are not tried either.
func TestNoAddressOfANameLeadsInside(t *testing.T) {
	for _, answer := range [][]string{{"127.0.0.1"}, {"10.0.0.1", "127.0.0.1"}, {"169.254.169.254"}, {"0.0.0.0"}, {"100.64.1.1"}} {
		r, _ := nameServer(t, answer)
		if _, err := through(t, r).Get(t.Context(), Request{URL: "http://name.example.org/"}); !errors.Is(err, ErrForbidden) {
			t.Errorf("Get of a name with addresses %v = %v, want %v", answer, err, ErrForbidden)
		}
	}
}

// F24: an allowed "host:port" opens that port of that host, by that spelling,
// and nothing beside it.
func TestAllowedHostOpensNothingElse(t *testing.T) {
	port, hits := inside(t)
	r, _ := nameServer(t, []string{"127.0.0.1"})
	f := New(Options{Allow: []string{"feeds.example.org:" + port}, Connect: 300 * time.Millisecond})
	f.guard.resolver = r
	defer f.Close()
	if _, err := f.Get(t.Context(), Request{URL: "http://feeds.example.org:" + port + "/"}); err != nil || hits.Load() != 1 {
		t.Errorf("Get of the allowed name = %v, %d hits, want one", err, hits.Load())
	}
	for _, host := range []string{"127.0.0.1", "other.example.org", "localhost", "[::1]", "feeds.example.org.", "xn--feeds.example.org"} {
		if _, err := f.Get(t.Context(), Request{URL: "http://" + host + ":" + port + "/"}); err == nil {
			t.Errorf("Get of %s went through", host)
		}
	}
	if hits.Load() != 1 {
		t.Errorf("%d hits inside, want only the allowed one", hits.Load())
	}
}

// F24: addresses spelled so that only some programs understand them. Ports
// 80 and 8080 are the web's, so it is the address that is refused, or nobody
// is found under it.
func TestOddSpellingsLeadNowhere(t *testing.T) {
	f := New(Options{Connect: 300 * time.Millisecond, Total: 2 * time.Second, Pace: time.Nanosecond})
	defer f.Close()
	for _, host := range []string{
		"2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "127.1", "127.0.1", "0", "127.0.0.1.", "127。0。0。1", "①②⑦.⓪.⓪.①", "127.0.0.1%2f",
		"localhost", "LOCALHOST", "localhost.", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]",
		"[fe80::1%25lo]", "[::1%25lo]", "[fec0::1]", "ada@127.0.0.1", "example.org@127.0.0.1", "127.0.0.1#@example.org", `127.0.0.1\@example.org`,
	} {
		for _, port := range []string{"", ":8080"} {
			address := "http://" + host + port + "/"
			if resp, err := f.Get(t.Context(), Request{URL: address}); err == nil {
				t.Errorf("Get(%s) = %d, want an error", address, resp.Status)
			} else if strings.Contains(err.Error(), "connection refused") {
				t.Errorf("Get(%s) = %v: it was dialled", address, err)
			}
		}
	}
}
