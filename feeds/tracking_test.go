package feeds

import (
	"strings"
	"testing"
)

// U2: parameters that only say who sent the reader go, in any case; those that
// mean something stay, in their order.
func TestTrackingParametersGo(t *testing.T) {
	trackers := "utm_source utm_medium utm_id mtm_campaign itm_source hsa_acc fbclid gclid dclid gbraid wbraid gclsrc srsltid msclkid twclid yclid ysclid " +
		"mc_cid mc_eid mc_tc mkt_tok _hsenc _hsmi __hstc __hssc vero_id vero_conv oly_enc_id oly_anon_id wickedid rb_clickid _openstat igshid fb_action_ids _branch_match_id"
	for name := range strings.FieldsSeq(trackers) {
		for _, spelled := range []string{name, strings.ToUpper(name), strings.ReplaceAll(name, "_", "%5F")} {
			raw := "https://example.org/a?z=1&" + spelled + "=x%20y&b=2&" + spelled
			if got, want := first(CanonicalURL(raw)), "https://example.org/a?z=1&b=2"; got != want {
				t.Errorf("CanonicalURL(%q) = %q, want %q", raw, got, want)
			}
		}
	}
	for _, raw := range []string{
		"https://example.org/?ref=1", "https://example.org/?source=rss", "https://example.org/?CMP=x", "https://example.org/?rss=1", // U2: by host list only
		"https://example.org/?id=utm_source", "https://example.org/?xutm_source=1", "https://example.org/?fbclids=1", "https://example.org/?b=2&a=1&b=1",
	} {
		if got := first(CanonicalURL(raw)); got != raw {
			t.Errorf("CanonicalURL(%q) = %q, want it unchanged", raw, got)
		}
	}
	for raw, want := range map[string]string{
		"https://www.theguardian.com/a?CMP=share&page=2": "https://www.theguardian.com/a?page=2",
		"https://www.nytimes.com/a?partner=rss&emc=rss":  "https://www.nytimes.com/a",
		"https://www.bbc.co.uk/a?at_medium=RSS":          "https://www.bbc.co.uk/a",
		"https://medium.com/p?source=rss-x":              "https://medium.com/p",
	} {
		if got := first(CanonicalURL(raw)); got != want {
			t.Errorf("CanonicalURL(%q) = %q, want %q", raw, got, want)
		}
	}
}

func first(s string, _ bool) string { return s }

// U4: what a wrapper holds is found without asking anybody; a wrapper around
// no web address stays as it is.
func TestWrappersComeOff(t *testing.T) {
	for raw, want := range map[string]string{
		"https://www.google.com/url?q=https%3A%2F%2Fexample.org%2Fa&sa=D":                                  "https://example.org/a",
		"https://www.google.de/url?rct=j&url=https://example.org/a&ct=ga":                                  "https://example.org/a",
		"http://news.google.com/news/url?sa=t&url=http%3A%2F%2Fexample.org%2Fa%3Futm_source%3Dx":           "http://example.org/a",
		"https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.org%2Fa%3Ffbclid%3Dx&h=AT":                   "https://example.org/a",
		"https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fa&data=x":         "https://example.org/a",
		"https://www.google.com/url?q=https%3A%2F%2Fl.facebook.com%2Fl.php%3Fu%3Dhttp%253A%252F%252Fb.org": "http://b.org/",
		"https://l.facebook.com/l.php?u=javascript%3Aalert(1)":                                             "https://l.facebook.com/l.php?u=javascript%3Aalert(1)",
		"https://example.org/url?q=https%3A%2F%2Fother.example.org":                                        "https://example.org/url?q=https%3A%2F%2Fother.example.org",
		"https://www.google.com.evil.example.org/a?url=x":                                                  "https://www.google.com.evil.example.org/a?url=x",
		"https://notsafelinks.protection.outlook.com.example.org/?url=https%3A%2F%2Fexample.org":           "https://notsafelinks.protection.outlook.com.example.org/?url=https%3A%2F%2Fexample.org",
	} {
		if got := first(CanonicalURL(raw)); got != want {
			t.Errorf("CanonicalURL(%q) = %q, want %q", raw, got, want)
		}
	}
}

// U3: one article under http, https, the mobile host and as AMP is one; another
// path, query or port is another.
func TestOneArticleHasOneIdentity(t *testing.T) {
	for _, same := range []string{
		"http://example.org/a", "https://example.org/a/", "https://www.example.org/a", "https://m.example.org/a", "https://mobile.example.org/a",
		"https://amp.example.org/a", "https://example.org/a/amp", "https://example.org/a/amp/", "https://example.org/amp/a", "HTTPS://EXAMPLE.org:443/x/../a#top",
	} {
		if got, want := sameAddress(same), "example.org/a"; got != want {
			t.Errorf("sameAddress(%q) = %q, want %q", same, got, want)
		}
	}
	for _, other := range []string{"https://example.org/A", "https://example.org/a?p=2", "https://example.org:8443/a", "https://blog.example.org/a", "https://example.org/camp", "https://example.org//a"} {
		if sameAddress(other) == "example.org/a" {
			t.Errorf("sameAddress(%q) is that of another page", other)
		}
	}
}
