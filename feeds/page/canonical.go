package page

import (
	"net"
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"

	"weekward/feeds"
)

// canonical is the address that the page wants to be known by. A statement is
// believed on the same site, or when the link and og:url say the same; one
// that makes the front page of an article is a mistake of the site's template
// (U5).
func (r articleReader) canonical() string {
	own, _ := feeds.ResolveURL(r.base, r.first("og:url"))
	for _, link := range r.Find("link[rel][href]").EachIter() {
		if !hasWord(link.AttrOr("rel", ""), "canonical") {
			continue
		}
		said, ok := feeds.ResolveURL(r.base, link.AttrOr("href", ""))
		if ok && (sameSite(said, r.address) || sameAddress(said, own)) && !r.isFront(said) {
			return said
		}
	}
	if own != "" && sameSite(own, r.address) && !r.isFront(own) {
		return own
	}
	return r.address
}

// isFront tells whether an address is the front page of its site and this
// page is not.
func (r articleReader) isFront(address string) bool {
	return isFrontPage(address) && !isFrontPage(r.address)
}

func isFrontPage(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	switch strings.ToLower(strings.Trim(u.Path, "/")) {
	case "", "index.html", "index.htm", "index.php", "home":
		return u.RawQuery == ""
	}
	return false
}

// sameAddress compares two addresses in canonical spelling, http and https
// alike.
func sameAddress(a, b string) bool {
	a, _ = feeds.CanonicalURL(a)
	b, _ = feeds.CanonicalURL(b)
	_, a, ok := strings.Cut(a, "://")
	_, b, _ = strings.Cut(b, "://")
	return ok && a == b
}

// sameSite tells whether two addresses belong to one owner: one registered
// domain, or one host where there is none.
func sameSite(a, b string) bool {
	x, y := siteOf(a), siteOf(b)
	return x != "" && x == y
}

func siteOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if net.ParseIP(host) != nil {
		return u.Host // with its port: two servers of one machine are two sites
	}
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return domain
	}
	return host
}
