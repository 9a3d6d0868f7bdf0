package dkim

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Aligned reports whether two domains belong to one organisation, as DMARC's
// relaxed alignment asks (RFC 7489, 3.1 and 3.2).
func Aligned(a, b string) bool {
	return a != "" && b != "" && Organisation(a) == Organisation(b)
}

// Organisation is the part of a domain that its owner registered: the public
// suffix and the label before it, in lower case.
func Organisation(domain string) string {
	domain = strings.ToLower(strings.TrimSuffix(domain, "."))
	owned, err := publicsuffix.EffectiveTLDPlusOne(domain)
	if err != nil {
		return domain // a public suffix itself, or a name without dots
	}
	return owned
}
