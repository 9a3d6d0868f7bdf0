package dns

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// checkMX asks whether mail to a domain has somewhere to go.
func (s Setup) checkMX(ctx context.Context, r Resolver, domain string) Finding {
	what := "answers and bounces"
	switch {
	case domain != s.Envelope:
		what = "answers"
	case domain != s.Reply:
		what = "bounces"
	}
	f := Finding{Check: "mx record", Level: Warn, Next: "publish one such as below", Publish: []Record{{domain, "MX", "10 <the host that takes its mail>."}}}
	found, err := r.LookupMX(ctx, absolute(domain))
	switch {
	case notFound(err) || err == nil && len(found) == 0:
		f.Found = fmt.Sprintf("%s has no MX: %s may not come back", domain, what)
	case err != nil:
		return unanswered(f, err)
	case len(found) == 1 && (found[0].Host == "." || found[0].Host == ""): // RFC 7505
		f.Found = fmt.Sprintf("%s says that it takes no mail: %s cannot come back", domain, what)
	default:
		return Finding{Check: f.Check, Level: OK, Found: fmt.Sprintf("%s go to %s", what, strings.TrimSuffix(found[0].Host, "."))}
	}
	return f
}

// checkPTR asks whether the addresses we send from have names that lead back to
// them, as Gmail wants it.
func (s Setup) checkPTR(ctx context.Context, r Resolver) Finding {
	f := Finding{Check: "reverse name", Level: OK}
	switch {
	case !s.Local:
		f.Found = s.Relay + " sends: the names of its addresses are its owner's matter"
		return f
	case len(s.Public) == 0:
		f.Level, f.Found = Warn, "this machine has no public address of its own: the one that others see cannot be looked at"
		f.Next = "whoever gave you that address can set its name (PTR)"
		return f
	}
	var named, faults []string
	for _, a := range s.Public {
		name, err := confirmedName(ctx, r, a)
		switch {
		case err != nil && !notFound(err):
			f.Level, f.Found, f.Next = Warn, fmt.Sprintf("DNS does not answer: %v", err), "run it again"
			return f
		case name == "":
			faults = append(faults, a.String())
		default:
			named = append(named, a.String()+" is "+name)
		}
	}
	f.Found = strings.Join(named, ", ")
	if len(faults) > 0 {
		f.Level, f.Found = Warn, strings.Join(faults, " and ")+": no name that leads back"
		f.Next = "whoever gave you the address can set its name (PTR)"
	}
	return f
}

// confirmedName is a name of an address that leads back to it, or "".
func confirmedName(ctx context.Context, r Hosts, a netip.Addr) (string, error) {
	names, err := r.LookupAddr(ctx, a.String())
	if err != nil {
		return "", err
	}
	for _, name := range names {
		back, err := r.LookupHost(ctx, name)
		if err != nil && !notFound(err) {
			return "", err
		}
		if slices.Contains(back, a.String()) {
			return strings.TrimSuffix(name, "."), nil
		}
	}
	return "", nil
}
