package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// ports are those that web servers are expected on. Another one must be
// allowed: a feed's address is no reason to talk to a mail server.
var ports = []uint16{80, 443, 8080, 8443}

// A guard decides which addresses may be reached. Names are looked at before
// the request; what counts is the address that is dialled, after DNS, so that
// no name and no redirect leads into our own network.
type guard struct {
	allow    []string // exact "host:port"
	guardian *ssrf.Guardian
	resolver *net.Resolver // the system's when nil
}

// CheckAllow tells whether an entry of Options.Allow is an exact "host:port".
func CheckAllow(entry string) error {
	host, port, err := net.SplitHostPort(entry)
	if err != nil || host == "" || port == "" || strings.ContainsAny(entry, "*/ ") {
		return fmt.Errorf(`%q is not an exact "host:port"`, entry)
	}
	return nil
}

func newGuard(allow []string) *guard {
	g := &guard{guardian: ssrf.New(ssrf.WithPorts(ports...))}
	for _, entry := range allow {
		if err := CheckAllow(entry); err != nil {
			panic("fetch: " + err.Error())
		}
		g.allow = append(g.allow, strings.ToLower(entry))
	}
	return g
}

// parse reads an address and refuses what can be refused by its looks.
func (g *guard) parse(address string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return nil, errors.New("not an address that can be read") // it may hold a password
	}
	u.Scheme, u.Fragment, u.RawFragment = strings.ToLower(u.Scheme), "", ""
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%w: only http and https addresses are read, not %q", ErrForbidden, u.Scheme)
	case u.Hostname() == "":
		return nil, fmt.Errorf("%q names no host", u.Redacted())
	case !g.allowed(u) && u.Port() != "" && !slices.ContainsFunc(ports, func(p uint16) bool { return fmt.Sprint(p) == u.Port() }):
		return nil, fmt.Errorf(`%w: port %s is not one of the web's; add "%s" to fetch.allow if it is right`, ErrForbidden, u.Port(), u.Host)
	}
	return u, nil
}

// allowed tells whether the configuration names this host and port.
func (g *guard) allowed(u *url.URL) bool { return slices.Contains(g.allow, hostPort(u)) }

func hostPort(u *url.URL) string { return net.JoinHostPort(strings.ToLower(u.Hostname()), port(u)) }

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// dial connects to a host, if what its name resolves to may be reached.
func (g *guard) dial(ctx context.Context, timeout time.Duration, network, address string) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: timeout, Control: g.control, Resolver: g.resolver}
	if slices.Contains(g.allow, strings.ToLower(address)) {
		dialer.Control = nil // a name in the list stands for whatever it resolves to
	}
	return dialer.DialContext(ctx, network, address)
}

// control is asked with each address about to be dialled.
func (g *guard) control(network, address string, c syscall.RawConn) error {
	if slices.Contains(g.allow, address) {
		return nil
	}
	if ap, err := netip.ParseAddrPort(address); err == nil {
		// An IPv4 address in IPv6 clothes is judged as what it is.
		network, address = "tcp4", netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port()).String()
		if ap.Addr().Unmap().Is6() {
			network = "tcp6"
		}
	}
	if err := g.guardian.Safe(network, address, c); err != nil {
		return fmt.Errorf(`%w: %s is not on the public web; add its "host:port" to fetch.allow if it is right`, ErrForbidden, address)
	}
	return nil
}
