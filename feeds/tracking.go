package feeds

import (
	"net/url"
	"slices"
	"strings"
)

// trackers are query parameters that say who sent the reader, never what the
// page is.
var trackers = map[string]bool{
	"fbclid": true, "gclid": true, "dclid": true, "gbraid": true, "wbraid": true, "gclsrc": true, "srsltid": true,
	"msclkid": true, "twclid": true, "yclid": true, "ysclid": true, "mc_cid": true, "mc_eid": true, "mc_tc": true,
	"mkt_tok": true, "_hsenc": true, "_hsmi": true, "wickedid": true, "rb_clickid": true, "_openstat": true, "igshid": true,
}

var trackerPrefixes = []string{"utm_", "mtm_", "itm_", "hsa_", "__hs", "vero_", "oly_", "fb_", "_branch_"}

// siteTrackers are names that mean something elsewhere and only track on
// these sites.
var siteTrackers = map[string][]string{
	"medium.com":      {"source"},
	"theguardian.com": {"cmp"},
	"bbc.co.uk":       {"at_medium", "at_campaign", "at_link_origin", "at_format"},
	"bbc.com":         {"at_medium", "at_campaign", "at_link_origin", "at_format"},
	"nytimes.com":     {"partner", "emc", "rss"},
	"zdnet.com":       {"ftag"},
	"cnet.com":        {"ftag"},
	"statnews.com":    {"source", "ref"},
}

// withoutTracking drops tracking parameters; the rest keeps its order.
func withoutTracking(host, query string) string {
	if query == "" {
		return ""
	}
	own := siteTrackers[strings.TrimPrefix(host, "www.")]
	kept := strings.Split(query, "&")
	kept = slices.DeleteFunc(kept, func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		name = strings.ToLower(name)
		return pair == "" || trackers[name] || slices.Contains(own, name) ||
			slices.ContainsFunc(trackerPrefixes, func(p string) bool { return strings.HasPrefix(name, p) })
	})
	return strings.Join(kept, "&")
}

// unwrap finds the address inside a link that only forwards, without asking
// anybody.
func unwrap(u *url.URL) (*url.URL, bool) {
	host := strings.TrimPrefix(u.Hostname(), "www.")
	query, _ := url.ParseQuery(respell(u.RawQuery)) // mended first, or a bad escape would hide a pair
	var inner string
	switch {
	case strings.HasPrefix(host, "google.") && u.Path == "/url":
		inner = query.Get("q")
		if inner == "" {
			inner = query.Get("url")
		}
	case host == "news.google.com" || strings.HasPrefix(host, "news.google."):
		inner = query.Get("url")
	case (host == "l.facebook.com" || host == "lm.facebook.com") && u.Path == "/l.php":
		inner = query.Get("u")
	case strings.HasSuffix(host, ".safelinks.protection.outlook.com"):
		inner = query.Get("url")
	}
	if inner == "" {
		return nil, false
	}
	return parseAddress(inner)
}
