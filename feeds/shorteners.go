package feeds

import (
	"net/url"
	"strings"
)

// shorteners are hosts whose addresses say nothing and only lead elsewhere, so
// that neither a reader nor the search for doubles sees what is behind them.
// Hosts whose short addresses name the thing itself and are meant to last
// (doi.org, youtu.be, redd.it) are not among them.
var shorteners = map[string]bool{
	// For everybody.
	"bit.ly": true, "j.mp": true, "tinyurl.com": true, "is.gd": true, "v.gd": true, "goo.gl": true, "t.ly": true, "tiny.cc": true,
	"rb.gy": true, "cutt.ly": true, "shorturl.at": true, "rebrand.ly": true, "soo.gd": true, "bl.ink": true, "ht.ly": true, "su.pr": true,
	// Those that programs for posting and feeds put in.
	"ow.ly": true, "buff.ly": true, "dlvr.it": true, "ift.tt": true, "hubs.ly": true, "hubs.la": true, "trib.al": true, "spr.ly": true,
	"shar.es": true, "po.st": true, "sco.lt": true, "flip.it": true, "wp.me": true, "feedproxy.google.com": true,
	// Networks.
	"t.co": true, "lnkd.in": true, "fb.me": true, "link.medium.com": true,
	// Publishers' own.
	"nyti.ms": true, "wapo.st": true, "bbc.in": true, "cnn.it": true, "reut.rs": true, "on.wsj.com": true, "econ.st": true, "gu.com": true,
	"ti.me": true, "bloom.bg": true, "n.pr": true, "on.ft.com": true, "amzn.to": true,
}

// IsShortLink tells whether an address only leads to another one, known by its
// host alone.
func IsShortLink(address string) bool {
	u, err := url.Parse(address)
	if err != nil || strings.Trim(u.Path, "/") == "" {
		return false // the service's own front page
	}
	return shorteners[strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")]
}
