package main

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"weekward/mailer/dkim"
	"weekward/mailer/dns"
)

// dnsPatience is how long the doctor waits for all answers of DNS together.
const dnsPatience = 10 * time.Second

// checkSigning says who signs the mails, and whether the keys can be used.
func (a *app) checkSigning(context.Context) finding {
	s, err := a.config.DKIM.signer(a.site.From)
	switch {
	case err != nil:
		return finding{"signing", "fail", err.Error(), hintOf(err)}
	case s == nil && strings.HasPrefix(a.config.SMTP.URL, "outbox:"):
		return finding{"signing", "ok", "no mail leaves this machine", ""}
	case s == nil:
		return finding{"signing", "ok", "[dkim] names no key: the relay must sign as " + a.config.DKIM.domain(a.site.From) + ", List-Unsubscribe and List-Unsubscribe-Post, too", ""}
	case s.OnlyEd25519():
		return finding{"signing", "warn", "Ed25519 only, which several large receivers cannot check", "add an RSA key: key_file and selector in [dkim]"}
	}
	return finding{"signing", "ok", "as " + s.Domain() + ", " + plural(len(s.Records()), "signature", "signatures") + " a mail", ""}
}

// askDNS holds DNS against what the mails need, and returns the records that
// are to be published. Where no mail leaves, there is nothing to ask.
func (a *app) askDNS(ctx context.Context) ([]finding, []dns.Record) {
	from := domainOf(addressOf(a.site.From))
	switch {
	case strings.HasPrefix(a.config.SMTP.URL, "outbox:"):
		return []finding{{"dns", "ok", "no mail leaves this machine: not asked", ""}}, nil
	case from == "":
		return nil, nil // the site's line says so
	case forExamples(from):
		return []finding{{"dns", "ok", from + " is a name for examples: not asked", ""}}, nil
	}
	return a.checkDNS(ctx, net.DefaultResolver)
}

// forExamples reports whether a domain is nobody's (RFC 6761, 6.2 to 6.5).
func forExamples(domain string) bool {
	switch dkim.Organisation(domain) {
	case "example.org", "example.com", "example.net":
		return true
	}
	top := domain[strings.LastIndex(domain, ".")+1:]
	return top == "example" || top == "invalid" || top == "test" || top == "localhost"
}

// checkDNS is askDNS with the answers of a resolver.
func (a *app) checkDNS(ctx context.Context, r dns.Resolver) (findings []finding, publish []dns.Record) {
	ctx, cancel := context.WithTimeout(ctx, dnsPatience)
	defer cancel()
	for _, f := range a.dnsSetup().Check(ctx, r) {
		findings = append(findings, finding{f.Check, string(f.Level), f.Found, f.Next})
		publish = append(publish, f.Publish...)
	}
	return findings, publish
}

// dnsSetup is what our mails come from and how they leave. Keys that cannot be
// read are the line above's.
func (a *app) dnsSetup() dns.Setup {
	c := a.config
	from := domainOf(addressOf(a.site.From))
	s := dns.Setup{From: from, Envelope: cmp.Or(domainOf(c.returnsTo()), from), Reply: cmp.Or(domainOf(addressOf(a.site.ReplyTo)), from)}
	if u, err := url.Parse(c.SMTP.URL); err == nil {
		s.Relay, s.Local = u.Hostname(), isLoopback(u.Hostname())
	}
	if s.Local {
		s.Public = publicAddresses()
	}
	if signer, err := c.DKIM.signer(a.site.From); err == nil && signer != nil {
		s.Keys = signer.Records()
	}
	return s
}

// publicAddresses are the addresses by which others see this machine, unless a
// router stands between.
func publicAddresses() []netip.Addr {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var public []netip.Addr
	for _, a := range all {
		p, err := netip.ParsePrefix(a.String())
		if err != nil {
			continue
		}
		if ip := p.Addr().Unmap(); ip.IsGlobalUnicast() && !ip.IsPrivate() && !sharedSpace.Contains(ip) {
			public = append(public, ip)
		}
	}
	return public
}

// sharedSpace is behind a provider's router (RFC 6598).
var sharedSpace = netip.MustParsePrefix("100.64.0.0/10")
