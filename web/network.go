package web

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// clientAddr returns the address a request came from. X-Forwarded-For is
// believed only as far as trusted proxies wrote it: it is read from the right,
// and the first address that is not one of ours is the client's.
func clientAddr(r *http.Request, trusted []netip.Prefix) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	client := plain(peer.Addr())
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && contains(trusted, client); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		client = plain(hop)
	}
	return client
}

// plain writes an address in its one usual form: an IPv4 address mapped into
// IPv6 is IPv4, and a zone says nothing about who it is.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

func contains(prefixes []netip.Prefix, a netip.Addr) bool {
	for _, p := range prefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// ParseTrusted reads the proxies whose X-Forwarded-For is believed: addresses,
// networks such as 10.0.0.0/8, or the word "loopback".
func ParseTrusted(proxies []string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, s := range proxies {
		if s == "loopback" {
			all = append(all, netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"))
			continue
		}
		if a, err := netip.ParseAddr(s); err == nil {
			a = plain(a)
			all = append(all, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("trusted proxy %q is neither an address, nor a network, nor \"loopback\"", s)
		}
		all = append(all, p.Masked())
	}
	return all, nil
}
