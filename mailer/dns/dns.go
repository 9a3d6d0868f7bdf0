// Package dns knows what the domains of a newsletter must publish so that its
// mails arrive and their answers come back, and asks DNS whether they do.
//
// It asks only; who is told, and what a missing record means for a send, is left
// to its caller.
package dns

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"unicode"

	"weekward/mailer/dkim"
)

// A Resolver asks DNS; *net.Resolver does. What is not there is a
// *net.DNSError with IsNotFound set.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	Hosts
}

// Hosts is the part of a Resolver that knows machines.
type Hosts interface {
	LookupAddr(ctx context.Context, addr string) (names []string, err error)
	LookupHost(ctx context.Context, host string) (addrs []string, err error)
}

// A Setup is what mails come from and how they leave. Domains are in ASCII.
type Setup struct {
	From     string        // domain of the From address
	Envelope string        // domain of the envelope's sender, where bounces go
	Reply    string        // domain that answers go to
	Relay    string        // host of the relay
	Local    bool          // the relay is on this machine and mails from its addresses
	Public   []netip.Addr  // the public addresses of this machine; read when Local
	Keys     []dkim.Record // that we sign by; none when the relay signs
}

// A Level says how much a finding matters.
type Level string

// The levels of a finding.
const (
	OK   Level = "ok"
	Warn Level = "warn" // mails may be filtered, or could not be looked at
	Fail Level = "fail" // receivers will refuse what we send
)

// A Finding is what one check found.
type Finding struct {
	Check   string
	Level   Level
	Found   string
	Next    string   // what to do about it; may be empty
	Publish []Record // that are missing, wrong, or could not be looked at
}

// Check asks for everything at once and returns one finding a check, always in
// the same order. An answer that does not come is a warning; ctx bounds the
// wait.
func (s Setup) Check(ctx context.Context, r Resolver) []Finding {
	var checks []func(context.Context, Resolver) Finding
	for _, key := range s.Keys {
		checks = append(checks, func(ctx context.Context, r Resolver) Finding { return checkKey(ctx, r, key) })
	}
	checks = append(checks, s.checkSPF, s.checkDMARC)
	for _, domain := range s.mailDomains() {
		checks = append(checks, func(ctx context.Context, r Resolver) Finding { return s.checkMX(ctx, r, domain) })
	}
	checks = append(checks, s.checkPTR)

	found := make([]Finding, len(checks))
	var asking sync.WaitGroup
	for i, check := range checks {
		asking.Go(func() {
			found[i] = check(ctx, r)
			found[i].Found = shown(found[i].Found)
		})
	}
	asking.Wait()
	return found
}

// mailDomains are the domains that mail comes back to.
func (s Setup) mailDomains() []string {
	domains := []string{s.Reply, s.Envelope}
	slices.Sort(domains)
	return slices.Compact(domains)
}

// longestFound is in characters: a record may have thousands.
const longestFound = 400

// shown is text from DNS as a terminal may have it: bounded, and without what
// would steer the terminal.
func shown(text string) string {
	runes := []rune(strings.ToValidUTF8(text, "?"))
	if len(runes) > longestFound {
		runes = append(runes[:longestFound], '…')
	}
	for i, r := range runes {
		if unicode.IsControl(r) {
			runes[i] = '?'
		}
	}
	return string(runes)
}

// notFound reports whether DNS answered that there is nothing.
func notFound(err error) bool {
	var e *net.DNSError
	return errors.As(err, &e) && e.IsNotFound
}

// unanswered is a finding about a question that got no answer.
func unanswered(f Finding, err error) Finding {
	f.Level, f.Found, f.Next = Warn, fmt.Sprintf("DNS does not answer: %v", err), "run it again; the record should be as below"
	return f
}

// absolute keeps a resolver from trying the machine's own domains.
func absolute(domain string) string { return domain + "." }
