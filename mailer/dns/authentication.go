package dns

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"weekward/mailer/dkim"
)

// checkKey asks whether receivers get the key we sign by (RFC 6376, 3.6).
func checkKey(ctx context.Context, r Resolver, key dkim.Record) Finding {
	f := Finding{Check: "dkim record", Level: Fail, Next: "publish the record below", Publish: []Record{{key.Name, "TXT", key.Value}}}
	found, err := r.LookupTXT(ctx, absolute(key.Name))
	switch {
	case notFound(err) || err == nil && len(found) == 0:
		f.Found = key.Name + " is not published, so that no signature counts"
	case err != nil:
		return unanswered(f, err)
	case len(found) > 1:
		f.Found = fmt.Sprintf("%s has %d TXT records, and receivers take none then", key.Name, len(found))
		f.Next = "leave the one below"
	case !sameKey(found[0], key.Value):
		f.Found = key.Name + " publishes another key than the one we sign by"
	default:
		f = Finding{Check: f.Check, Level: OK, Found: key.Name + " is the key we sign by"}
		if strings.Contains(tags(found[0])["t"], "y") {
			f.Level, f.Found, f.Next = Warn, key.Name+" says that it is a test", `take "t=y" out of the record`
		}
	}
	return f
}

// sameKey reports whether a published record holds a key; k=rsa and v=DKIM1 are
// what a record means that does not say.
func sameKey(published, want string) bool {
	got, ours := tags(published), tags(want)
	if got["k"] == "" {
		got["k"] = "rsa"
	}
	return (got["v"] == "" || got["v"] == ours["v"]) && got["k"] == ours["k"] && got["p"] == ours["p"]
}

// checkSPF asks whether the domain of the envelope says who may send for it
// (RFC 7208).
func (s Setup) checkSPF(ctx context.Context, r Resolver) Finding {
	f := Finding{Check: "spf record", Level: Warn, Next: "publish one such as below", Publish: []Record{{s.Envelope, "TXT", s.proposeSPF()}}}
	all, err := r.LookupTXT(ctx, absolute(s.Envelope))
	if err != nil && !notFound(err) {
		return unanswered(f, err)
	}
	found := versioned(all, "v=spf1", " ")
	switch {
	case len(found) == 0:
		f.Found = s.Envelope + " has no SPF record"
	case len(found) > 1: // RFC 7208, 4.5
		f.Found, f.Next, f.Publish = fmt.Sprintf("%s has %d SPF records, which count as an error", s.Envelope, len(found)), "join them into one", nil
	default:
		f = Finding{Check: f.Check, Level: OK, Found: s.Envelope + ": " + found[0]}
		if fault, next := faultOfSPF(found[0]); fault != "" {
			f.Level, f.Found, f.Next = Warn, f.Found+": "+fault, next
		}
	}
	return f
}

// mostLookups is how many terms of a record may ask DNS (RFC 7208, 4.6.4).
const mostLookups = 10

// faultOfSPF says what is wrong with a record by itself; what it includes is not
// looked at.
func faultOfSPF(record string) (fault, next string) {
	lookups, ends := 0, false
	for _, term := range strings.Fields(strings.ToLower(record))[1:] {
		mechanism, _, _ := strings.Cut(strings.TrimLeft(term, "+-~?"), ":")
		mechanism, _, _ = strings.Cut(mechanism, "/")
		switch {
		case term == "all" || term == "+all":
			return "everybody may send in its name", `end it with "~all"`
		case mechanism == "all" || strings.HasPrefix(term, "redirect="):
			ends = true
		}
		switch {
		case mechanism == "include", mechanism == "a", mechanism == "mx", mechanism == "ptr", mechanism == "exists", strings.HasPrefix(term, "redirect="):
			lookups++
		}
	}
	switch {
	case lookups > mostLookups:
		return fmt.Sprintf("%d of its terms ask DNS, and receivers stop at %d", lookups, mostLookups), "replace some by addresses"
	case !ends:
		return "it does not say what the others may", `end it with "~all"`
	}
	return "", ""
}

// proposeSPF is a record to begin with. Who sends for a relay of somebody else
// only its owner knows.
func (s Setup) proposeSPF() string {
	switch {
	case s.Local && len(s.Public) > 0:
		terms := "v=spf1"
		for _, a := range s.Public {
			kind := "ip4"
			if a.Is6() {
				kind = "ip6"
			}
			terms += " " + kind + ":" + a.String()
		}
		return terms + " ~all"
	case s.Local:
		return "v=spf1 ip4:<the public address of this machine> ~all"
	case dkim.Aligned(s.Relay, s.From):
		return "v=spf1 a:" + s.Relay + " ~all"
	}
	return "v=spf1 include:<the name that " + s.Relay + " tells its customers> ~all"
}

// checkDMARC asks for the policy of the From domain or, where it has none, of
// its organisation (RFC 7489, 6.6.3).
func (s Setup) checkDMARC(ctx context.Context, r Resolver) Finding {
	organisation := dkim.Organisation(s.From)
	f := Finding{Check: "dmarc record", Level: Warn, Next: "publish the record below", Publish: []Record{{"_dmarc." + organisation, "TXT", "v=DMARC1; p=none"}}}
	for _, domain := range slices.Compact([]string{s.From, organisation}) {
		all, err := r.LookupTXT(ctx, absolute("_dmarc."+domain))
		if err != nil && !notFound(err) {
			return unanswered(f, err)
		}
		if found := versioned(all, "v=DMARC1", ";"); len(found) > 0 {
			return f.judgeDMARC(domain, s.From, found)
		}
	}
	f.Found = s.From + " has no DMARC record; Gmail, Yahoo and Outlook want one of who sends to many"
	return f
}

func (f Finding) judgeDMARC(at, from string, found []string) Finding {
	t := tags(strings.ToLower(found[0]))
	policy := t["p"]
	if at != from && t["sp"] != "" {
		policy = t["sp"]
	}
	switch {
	case len(found) > 1:
		f.Found, f.Next, f.Publish = fmt.Sprintf("_dmarc.%s has %d records, which count as none", at, len(found)), "leave one", nil
	case policy != "none" && policy != "quarantine" && policy != "reject":
		f.Found = fmt.Sprintf("_dmarc.%s: %s: it has no policy", at, found[0])
	default:
		f = Finding{Check: f.Check, Level: OK, Found: fmt.Sprintf("_dmarc.%s: %s", at, found[0])}
	}
	return f
}

// versioned are the TXT records that begin with a version, alone or before end.
func versioned(all []string, version, end string) []string {
	var found []string
	for _, txt := range all {
		rest, ok := cutFold(txt, version)
		if ok && (rest == "" || strings.HasPrefix(strings.TrimLeft(rest, " "), end) || strings.HasPrefix(rest, end)) {
			found = append(found, txt)
		}
	}
	return found
}

// cutFold is strings.CutPrefix in any letters.
func cutFold(s, prefix string) (rest string, ok bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}
