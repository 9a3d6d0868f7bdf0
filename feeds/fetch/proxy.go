package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// CheckProxy tells whether an address can stand as Request.Proxy: http://,
// https:// or socks5://, a host, a port if it is not the usual one, and perhaps
// a name and password. The error does not repeat the address, which may hold
// the password.
func CheckProxy(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "":
		return errors.New(`not an address such as "http://proxy.example.org:3128"`)
	case !slices.Contains([]string{"http", "https", "socks5"}, u.Scheme):
		return fmt.Errorf("%q is none of http, https and socks5", u.Scheme)
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return errors.New("has a path, which no proxy has")
	}
	return nil
}

// proxyKey is where the context of a request keeps the *url.URL of its proxy:
// the one place that both the choice of a connection and its dialling see.
type proxyKey struct{}

// throughProxy makes the requests of ctx go through a proxy. "" goes directly.
func throughProxy(ctx context.Context, address string) (context.Context, error) {
	if address == "" {
		return ctx, nil
	}
	if err := CheckProxy(address); err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("proxy: no address") // the cause would repeat the password
	}
	return context.WithValue(ctx, proxyKey{}, u), nil
}

func proxyOf(ctx context.Context) *url.URL {
	u, _ := ctx.Value(proxyKey{}).(*url.URL)
	return u
}

// proxyOfRequest is http.Transport's question. The environment is not asked:
// its proxy would dial for us, unguarded and unasked.
func proxyOfRequest(r *http.Request) (*url.URL, error) { return proxyOf(r.Context()), nil }

// isProxy tells whether a connection is being made to the proxy itself, which
// may be in our own network: the configuration names it.
func isProxy(ctx context.Context, address string) bool {
	u := proxyOf(ctx)
	if u == nil {
		return false
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443", "socks5": "1080"}[u.Scheme]
	}
	return address == net.JoinHostPort(u.Hostname(), port)
}

// sight refuses a target that is on its face not on the public web. Behind a
// proxy that is all that can be refused: the proxy resolves names, so that no
// address is seen here before it is dialled there.
func (g *guard) sight(u *url.URL) error {
	if g.allowed(u) {
		return nil
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	refused := host == "localhost" || strings.HasSuffix(host, ".localhost")
	if ip, err := netip.ParseAddr(host); err == nil {
		port, _ := strconv.ParseUint(port(u), 10, 16)
		return g.control("tcp", netip.AddrPortFrom(ip.WithZone(""), uint16(port)).String(), nil)
	}
	// A name does not end in a number. Some resolvers read one as an address:
	// 2130706433 and 0x7f.1 are 127.0.0.1.
	last := host[strings.LastIndexByte(host, '.')+1:]
	if _, err := strconv.ParseUint(last, 0, 64); err == nil || refused {
		return fmt.Errorf(`%w: %s is not on the public web; add its "host:port" to fetch.allow if it is right`, ErrForbidden, host)
	}
	return nil
}
