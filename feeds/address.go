package feeds

import (
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// maxAddress is the longest address kept, in bytes. Nothing that people share
// is longer; what is longer is a data blob or an attack.
const maxAddress = 4096

// CanonicalURL brings an http or https address into the one form we store and
// compare: wrappers of mail scanners and search engines taken off, scheme and
// host in lower case, the host as A-label, no default port, no user name, no
// dot segments, escapes in one spelling, no tracking parameters, no empty
// query and no fragment (except "#!", which names a page).
// It reports false for anything that is not such an address.
func CanonicalURL(raw string) (string, bool) {
	u, ok := parseAddress(raw)
	if !ok {
		return "", false
	}
	for range 3 { // a wrapper inside a wrapper happens; a fourth one is a game
		inner, ok := unwrap(u)
		if !ok {
			break
		}
		u = inner
	}
	return assemble(u), true
}

// parseAddress reads an absolute http(s) address as leniently as browsers do:
// line breaks inside it are dropped, spaces around it too.
func parseAddress(raw string) (*url.URL, bool) {
	raw = strings.Map(dropControls, strings.TrimSpace(raw))
	if len(raw) > maxAddress || !utf8.ValidString(raw) {
		return nil, false
	}
	u, err := url.Parse(raw)
	if err != nil || u.Opaque != "" {
		return nil, false
	}
	u.Scheme = strings.ToLower(u.Scheme)
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, false
	}
	host, ok := asciiHost(u.Hostname())
	if !ok {
		return nil, false
	}
	u.Host = joinPort(host, u.Port(), u.Scheme)
	return u, true
}

func dropControls(r rune) rune {
	if r < 0x20 || r == 0x7f {
		return -1
	}
	return r
}

// asciiHost is the host in lower case and as A-labels (RFC 5891), without the
// dot of the root.
func asciiHost(host string) (string, bool) {
	if ip, err := netip.ParseAddr(host); err == nil {
		if ip.Zone() != "" {
			return "", false
		}
		return ip.Unmap().String(), true
	}
	if strings.HasPrefix(host, ".") || strings.Contains(host, "..") {
		return "", false
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		return ascii, ascii != ""
	}
	return host, host != "" && strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789.-_") == ""
}

func joinPort(host, port, scheme string) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port == "" || scheme == "http" && port == "80" || scheme == "https" && port == "443" {
		return host
	}
	return host + ":" + port
}

// assemble writes an address in canonical spelling.
func assemble(u *url.URL) string {
	var b strings.Builder
	b.WriteString(u.Scheme + "://" + u.Host)
	path := dotless(respell(u.EscapedPath()))
	if path == "" {
		path = "/"
	}
	b.WriteString(path)
	if query := withoutTracking(u.Host, u.RawQuery); query != "" {
		b.WriteString("?" + respell(query))
	}
	if strings.HasPrefix(u.Fragment, "!") {
		b.WriteString("#" + respell(u.EscapedFragment()))
	}
	return b.String()
}

// respell gives percent escapes one spelling: those of unreserved characters
// are undone, the rest is in upper case, and what must be escaped is
// (RFC 3986, section 6.2.2).
func respell(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			v := unhex(s[i+1])<<4 | unhex(s[i+2])
			i += 2
			if isUnreserved(v) {
				b.WriteByte(v)
				continue
			}
			b.Write([]byte{'%', hex[v>>4], hex[v&15]})
		case c == '%', c <= ' ', c >= 0x7f, strings.IndexByte("\"<>\\^`{|}", c) >= 0:
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	}
	return c - 'a' + 10
}

func isUnreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

// dotless removes "." and ".." segments (RFC 3986, section 5.2.4). Doubled
// slashes stay: they are another path.
func dotless(path string) string {
	if !strings.Contains(path, "/.") {
		return path
	}
	var kept []string
	segments := strings.Split(path, "/")
	for i, s := range segments {
		last := i == len(segments)-1
		switch {
		case s == ".." && len(kept) > 1:
			kept = kept[:len(kept)-1]
		case s != "." && s != "..":
			kept = append(kept, s)
			continue
		}
		if last {
			kept = append(kept, "")
		}
	}
	return strings.Join(kept, "/")
}

// ResolveURL makes a reference found in a document absolute, as RFC 3986
// says. It reports false when the result is not an http(s) address; base may
// be empty. The result is spelled as the document spelled it.
func ResolveURL(base, ref string) (string, bool) {
	ref = strings.Map(dropControls, strings.TrimSpace(ref))
	if ref == "" || len(ref) > maxAddress {
		return "", false
	}
	u, err := url.Parse(strings.ReplaceAll(ref, " ", "%20"))
	if err != nil {
		return "", false
	}
	if !u.IsAbs() {
		b, err := url.Parse(base)
		if err != nil || b.Host == "" {
			return "", false
		}
		u = b.ResolveReference(u)
	}
	scheme := strings.ToLower(u.Scheme)
	if (scheme != "http" && scheme != "https") || u.Host == "" {
		return "", false
	}
	if ref = u.String(); len(ref) > maxAddress {
		return "", false
	}
	return ref, true
}
