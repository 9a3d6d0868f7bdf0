package dns_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"weekward/mailer/dkim"
	"weekward/mailer/dns"
)

// A zone answers from what a test writes down. What it does not hold is not
// there; "?" as an answer stands for a server that does not answer.
type zone struct {
	txt  map[string][]string
	mx   map[string][]string
	ptr  map[string][]string
	host map[string][]string
}

func answer(all map[string][]string, name string) ([]string, error) {
	found, ok := all[name]
	switch {
	case !ok:
		return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	case len(found) == 1 && found[0] == "?":
		return nil, &net.DNSError{Err: "server misbehaving", Name: name, IsTemporary: true}
	}
	return found, nil
}

func (z zone) LookupTXT(_ context.Context, name string) ([]string, error) { return answer(z.txt, name) }

func (z zone) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	found, err := answer(z.mx, name)
	var all []*net.MX
	for _, host := range found {
		all = append(all, &net.MX{Host: host, Pref: 10})
	}
	return all, err
}

func (z zone) LookupAddr(_ context.Context, addr string) ([]string, error) {
	return answer(z.ptr, addr)
}

func (z zone) LookupHost(_ context.Context, host string) ([]string, error) {
	return answer(z.host, host)
}

var key = dkim.Record{Name: "weekly._domainkey.example.org", Value: "v=DKIM1; k=rsa; p=MIIBIjANBg" + strings.Repeat("A", 360)}

// setup is that of a newsletter whose relay is on the same machine.
func setup() dns.Setup {
	return dns.Setup{
		From: "news.example.org", Envelope: "bounces.example.org", Reply: "example.org", Relay: "localhost", Local: true,
		Public: []netip.Addr{netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("2001:db8::7")}, Keys: []dkim.Record{key},
	}
}

// whole has all that setup asks for.
func whole() zone {
	return zone{
		txt: map[string][]string{
			key.Name + ".":             {"v=DKIM1;k=rsa;\tp=" + strings.TrimPrefix(key.Value, "v=DKIM1; k=rsa; p=")},
			"bounces.example.org.":     {"google-site-verification=x", "v=spf1 ip4:192.0.2.7 ~all"},
			"_dmarc.example.org.":      {"v=DMARC1; p=none; rua=mailto:a@example.org"},
			"_dmarc.news.example.org.": nil,
		},
		mx:   map[string][]string{"bounces.example.org.": {"mx.example.org."}, "example.org.": {"mx.example.org."}},
		ptr:  map[string][]string{"192.0.2.7": {"other.example.net.", "mail.example.org."}, "2001:db8::7": {"mail.example.org."}},
		host: map[string][]string{"mail.example.org.": {"192.0.2.7", "2001:db8::7"}},
	}
}

func TestAllIsWell(t *testing.T) {
	var checks []string
	for _, f := range setup().Check(context.Background(), whole()) {
		checks = append(checks, f.Check)
		if f.Level != dns.OK || f.Next != "" || len(f.Publish) > 0 {
			t.Errorf("%s: got %+v, want ok and nothing to do", f.Check, f)
		}
	}
	if got, want := strings.Join(checks, ", "), "dkim record, spf record, dmarc record, mx record, mx record, reverse name"; got != want {
		t.Errorf("checks: got %s, want %s", got, want)
	}
}

func TestWhatIsWrongIsSaidWithTheRecordToPublish(t *testing.T) {
	for _, c := range []struct {
		why     string
		change  func(*dns.Setup, *zone)
		check   string
		level   dns.Level
		found   string
		publish string // part of a record
	}{
		{"no key", func(_ *dns.Setup, z *zone) { delete(z.txt, key.Name+".") }, "dkim record", dns.Fail, "is not published", `weekly._domainkey.example.org. IN TXT "v=DKIM1; k=rsa; p=MIIBIjANBg`},
		{"another key", func(_ *dns.Setup, z *zone) { z.txt[key.Name+"."] = []string{"v=DKIM1; k=rsa; p=MIIBother"} }, "dkim record", dns.Fail, "another key", "p=MIIBIjANBg"},
		{"a key of another kind", func(_ *dns.Setup, z *zone) {
			z.txt[key.Name+"."] = []string{strings.Replace(key.Value, "rsa", "ed25519", 1)}
		}, "dkim record", dns.Fail, "another key", "k=rsa"},
		{"two keys", func(_ *dns.Setup, z *zone) { z.txt[key.Name+"."] = []string{key.Value, key.Value} }, "dkim record", dns.Fail, "2 TXT records", "k=rsa"},
		{"a test's key", func(_ *dns.Setup, z *zone) { z.txt[key.Name+"."] = []string{key.Value + "; t=y:s"} }, "dkim record", dns.Warn, "it is a test", ""},
		{"no SPF", func(_ *dns.Setup, z *zone) { z.txt["bounces.example.org."] = []string{"v=spf10 all"} }, "spf record", dns.Warn, "no SPF record", `bounces.example.org. IN TXT "v=spf1 ip4:192.0.2.7 ip6:2001:db8::7 ~all"`},
		{"SPF twice", func(_ *dns.Setup, z *zone) {
			z.txt["bounces.example.org."] = []string{"v=spf1 a ~all", "v=spf1 mx ~all"}
		}, "spf record", dns.Warn, "2 SPF records", ""},
		{"SPF for everybody", func(_ *dns.Setup, z *zone) { z.txt["bounces.example.org."] = []string{"v=spf1 a +all"} }, "spf record", dns.Warn, "everybody may send", ""},
		{"SPF without an end", func(_ *dns.Setup, z *zone) { z.txt["bounces.example.org."] = []string{"v=spf1 a"} }, "spf record", dns.Warn, "does not say what the others may", ""},
		{"SPF that asks too much", func(_ *dns.Setup, z *zone) {
			z.txt["bounces.example.org."] = []string{"v=spf1" + strings.Repeat(" include:a.example.org", 10) + " mx -all"}
		}, "spf record", dns.Warn, "11 of its terms ask DNS", ""},
		{"a relay of our own", func(s *dns.Setup, z *zone) {
			s.Local, s.Relay = false, "mail.example.org"
			delete(z.txt, "bounces.example.org.")
		}, "spf record", dns.Warn, "no SPF record", "v=spf1 a:mail.example.org ~all"},
		{"somebody else's relay", func(s *dns.Setup, z *zone) {
			s.Local, s.Relay = false, "smtp.example.net"
			delete(z.txt, "bounces.example.org.")
		}, "spf record", dns.Warn, "no SPF record", "include:<the name that smtp.example.net tells"},
		{"no DMARC", func(_ *dns.Setup, z *zone) { delete(z.txt, "_dmarc.example.org.") }, "dmarc record", dns.Warn, "no DMARC record", `_dmarc.example.org. IN TXT "v=DMARC1; p=none"`},
		{"DMARC without a policy", func(_ *dns.Setup, z *zone) {
			z.txt["_dmarc.example.org."] = []string{"v=DMARC1; rua=mailto:a@example.org"}
		}, "dmarc record", dns.Warn, "no policy", "p=none"},
		{"DMARC twice", func(_ *dns.Setup, z *zone) {
			z.txt["_dmarc.example.org."] = []string{"v=DMARC1; p=none", "v=DMARC1; p=reject"}
		}, "dmarc record", dns.Warn, "2 records", ""},
		{"no MX", func(_ *dns.Setup, z *zone) { delete(z.mx, "bounces.example.org.") }, "mx record", dns.Warn, "bounces.example.org has no MX: bounces", "bounces.example.org. IN MX 10"},
		{"null MX", func(_ *dns.Setup, z *zone) { z.mx["example.org."] = []string{"."} }, "mx record", dns.Warn, "takes no mail: answers cannot", "example.org. IN MX 10"},
		{"no name", func(_ *dns.Setup, z *zone) { delete(z.ptr, "192.0.2.7") }, "reverse name", dns.Warn, "192.0.2.7: no name", ""},
		{"a name that leads elsewhere", func(_ *dns.Setup, z *zone) { z.host["mail.example.org."] = []string{"192.0.2.8", "2001:db8::7"} }, "reverse name", dns.Warn, "192.0.2.7: no name that leads back", ""},
		{"behind a router", func(s *dns.Setup, _ *zone) { s.Public = nil }, "reverse name", dns.Warn, "no public address of its own", ""},
		{"the relay's matter", func(s *dns.Setup, _ *zone) { s.Local, s.Relay = false, "smtp.example.net" }, "reverse name", dns.OK, "smtp.example.net sends", ""},
		{"DNS down for the key", func(_ *dns.Setup, z *zone) { z.txt[key.Name+"."] = []string{"?"} }, "dkim record", dns.Warn, "DNS does not answer", "k=rsa"},
		{"DNS down for SPF", func(_ *dns.Setup, z *zone) { z.txt["bounces.example.org."] = []string{"?"} }, "spf record", dns.Warn, "DNS does not answer", "v=spf1"},
		{"DNS down for DMARC", func(_ *dns.Setup, z *zone) { z.txt["_dmarc.news.example.org."] = []string{"?"} }, "dmarc record", dns.Warn, "DNS does not answer", "p=none"},
		{"DNS down for MX", func(_ *dns.Setup, z *zone) { z.mx["example.org."] = []string{"?"} }, "mx record", dns.Warn, "DNS does not answer", "IN MX"},
		{"DNS down for names", func(_ *dns.Setup, z *zone) { z.ptr["192.0.2.7"] = []string{"?"} }, "reverse name", dns.Warn, "DNS does not answer", ""},
	} {
		t.Run(c.why, func(t *testing.T) {
			s, z := setup(), whole()
			c.change(&s, &z)
			var published []string
			said := false
			for _, f := range s.Check(context.Background(), z) {
				if f.Check != c.check {
					continue
				}
				if f.Level == c.level && strings.Contains(f.Found, c.found) {
					said = true
				} else {
					t.Logf("%+v", f)
				}
				for _, r := range f.Publish {
					published = append(published, r.String())
				}
			}
			if !said {
				t.Errorf("want %s to %s: %q", c.check, c.level, c.found)
			}
			if got := strings.Join(published, "\n"); !strings.Contains(got, c.publish) || c.publish == "" && got != "" {
				t.Errorf("to publish: got %q, want %q", got, c.publish)
			}
		})
	}
}

// What strangers can write into DNS does not steer the terminal, nor fill it.
func TestAnswersAreSafeToPrint(t *testing.T) {
	z := whole()
	z.txt["bounces.example.org."] = []string{"v=spf1 \x1b[2J\n\xff" + strings.Repeat("a:x.example.org ", 1000) + "~all"}
	for _, f := range setup().Check(context.Background(), z) {
		if strings.ContainsAny(f.Found, "\x1b\n") || !utf8.ValidString(f.Found) || len(f.Found) > 500 {
			t.Errorf("%s: got %d octets: %.80q, want them bounded and without control characters", f.Check, len(f.Found), f.Found)
		}
	}
}

// A subdomain is under its organisation's policy for subdomains.
func TestPolicyForSubdomainsCounts(t *testing.T) {
	z := whole()
	z.txt["_dmarc.example.org."] = []string{"v=DMARC1; p=bogus; sp=reject"}
	for _, f := range setup().Check(context.Background(), z) {
		if f.Check == "dmarc record" && f.Level != dns.OK {
			t.Errorf("sp=reject over a subdomain: got %+v, want ok", f)
		}
	}
}

// RFC 7489, 6.4, writes its words in ABNF, to which letters have no case.
func TestPolicyInCapitalsCounts(t *testing.T) {
	z := whole()
	z.txt["_dmarc.example.org."] = []string{"V=DMARC1; P=Reject"}
	for _, f := range setup().Check(context.Background(), z) {
		if f.Check == "dmarc record" && f.Level != dns.OK {
			t.Errorf("P=Reject: got %+v, want ok", f)
		}
	}
}

// hanging answers when it is told to stop.
type hanging struct{ zone }

func (hanging) LookupTXT(ctx context.Context, _ string) ([]string, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestSlowDNSIsAWarningInTime(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	warnings := 0
	for _, f := range setup().Check(ctx, hanging{whole()}) {
		if f.Level == dns.Fail {
			t.Errorf("%s: got fail, want a warning at most", f.Check)
		}
		if f.Level == dns.Warn {
			warnings++
		}
	}
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) || warnings != 3 {
		t.Errorf("warnings: got %d, want those of the three TXT records", warnings)
	}
}

// A TXT record is published in strings of at most 255 octets that join to the
// whole.
func TestLongRecordIsSplit(t *testing.T) {
	line := dns.Record{Name: key.Name, Type: "TXT", Value: key.Value}.String()
	rest, ok := strings.CutPrefix(line, `weekly._domainkey.example.org. IN TXT "`)
	if !ok {
		t.Fatalf("String() = %q, want a line of a zone file", line)
	}
	parts := strings.Split(strings.TrimSuffix(rest, `"`), `" "`)
	for _, p := range parts {
		if len(p) > 255 {
			t.Errorf("a string of %d octets, want at most 255", len(p))
		}
	}
	if got := strings.Join(parts, ""); got != key.Value || len(parts) != 2 {
		t.Errorf("%d strings that join to %q, want 2 that join to %q", len(parts), got, key.Value)
	}
}
