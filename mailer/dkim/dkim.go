// Package dkim signs mails (RFC 6376, RFC 8463): rsa-sha256 with keys of 2048
// bits or more (RFC 8301), ed25519-sha256, or both.
//
// The mails of an issue are alike but for a few places, so that a Seal is made
// once for all of them: their signature fields are written in advance with room
// for the two values that differ, and the hash of what their bodies begin with
// is kept. Sealing a message then costs the rest of its body's hash and the
// signature itself, and the same message always gets the same octets.
//
// What this package signs is verified by code that is not ours, emersion's
// go-msgauth, before the first of such messages leaves: see Signer.Prove. What
// else the domain must publish is left to mailer/dns, and whose mail is sent to
// whom to mailer.
package dkim

import (
	"fmt"
	"regexp"
)

// A Signer signs the mails of one domain. It may be used by several goroutines.
type Signer struct {
	domain string
	keys   []Key
}

// New returns a signer of a domain, the d= of its signatures. Each key adds a
// signature, in this order; each needs a selector of its own.
func New(domain string, keys ...Key) (*Signer, error) {
	if len(domain) > longestDomain || !domainName.MatchString(domain) {
		return nil, fmt.Errorf("%q is not a domain in ASCII", domain)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("there is no key for %s", domain)
	}
	seen := map[string]bool{}
	for _, k := range keys {
		if len(k.Selector) > longestDomain || !selectorName.MatchString(k.Selector) {
			return nil, fmt.Errorf("%q is not a selector: letters, digits and hyphens", k.Selector)
		}
		if seen[k.Selector] {
			return nil, fmt.Errorf("two keys have the selector %q, and a record holds one", k.Selector)
		}
		seen[k.Selector] = true
	}
	return &Signer{domain: domain, keys: keys}, nil
}

// Domain is the d= of the signatures.
func (s *Signer) Domain() string { return s.domain }

// longestDomain is in octets (RFC 1035, 2.3.4, without the length octets).
const longestDomain = 253

// The names that DNS and a signature's tags allow (RFC 6376, 3.5). A name with
// other letters goes in its ASCII form.
var (
	selectorName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$`)
	domainName   = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$`)
)

// A Record is a key as DNS must give it.
type Record struct {
	Name  string // as in "weekly._domainkey.example.org"
	Value string // of the TXT record, in one piece
}

// Records are the keys that receivers must find.
func (s *Signer) Records() []Record {
	var all []Record
	for _, k := range s.keys {
		all = append(all, Record{Name: k.Selector + "._domainkey." + s.domain, Value: k.record()})
	}
	return all
}

// OnlyEd25519 reports whether no signature is of a kind that every receiver
// can check. RFC 8463 is from 2018, and several large ones still cannot.
func (s *Signer) OnlyEd25519() bool {
	for _, k := range s.keys {
		if k.algorithm() == "rsa" {
			return false
		}
	}
	return true
}
