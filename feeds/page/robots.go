package page

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"weekward/feeds"
	"weekward/feeds/fetch"
)

// ErrRobots means that a site asks programs to leave an address alone.
var ErrRobots = errors.New("robots.txt asks us to stay away")

const (
	// robotsName is what we are called in robots.txt files (RFC 9309, section
	// 2.2.1), whatever the version.
	robotsName = "weekward"
	// robotsAge is how long a file is believed (RFC 9309, section 2.4).
	robotsAge = 24 * time.Hour
	// maxRobots is how much of a file is read, in bytes (RFC 9309, section 2.5
	// asks for 500 KiB at least).
	maxRobots = 512 << 10
	// maxRules is how many rules of a file count, maxSites how many files are
	// remembered.
	maxRules = 5000
	maxSites = 2000
)

// Robots keeps the robots.txt files of sites. It is asked before a page or a
// sitemap is read, never for a feed that the editor named (F26). It is safe
// for use by several goroutines at once.
type Robots struct {
	Fetch *fetch.Fetcher
	Now   func() time.Time // time.Now when nil

	mu    sync.Mutex
	sites map[string]robotsFile
}

type robotsFile struct {
	rules rules
	until time.Time
}

// Allowed is nil when the site of an address lets us read it, and an error
// that is ErrRobots when it does not. A site whose file cannot be read for a
// fault of its own (5xx, no answer) may not be read; one without a file may
// (RFC 9309, section 2.3.1).
func (r *Robots) Allowed(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("ask robots.txt: %w", err)
	}
	rules, err := r.of(ctx, u)
	if err != nil {
		return err
	}
	if !rules.allow(u) {
		return fmt.Errorf("read %s: %w", u.Redacted(), ErrRobots)
	}
	return nil
}

// Sitemaps are the sitemaps that the site of an address names, in its order.
func (r *Robots) Sitemaps(ctx context.Context, address string) ([]string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("ask robots.txt: %w", err)
	}
	rules, err := r.of(ctx, u)
	return rules.sitemaps, err
}

// of is the file of a site, fetched when it is not known or too old.
func (r *Robots) of(ctx context.Context, u *url.URL) (rules, error) {
	now := time.Now
	if r.Now != nil {
		now = r.Now
	}
	site := u.Scheme + "://" + strings.ToLower(u.Host)
	r.mu.Lock()
	known, ok := r.sites[site]
	r.mu.Unlock()
	if ok && now().Before(known.until) {
		return known.rules, nil
	}
	response, err := r.Fetch.Get(ctx, fetch.Request{URL: site + "/robots.txt", Accept: "text/plain, */*;q=0.1"})
	if ctx.Err() != nil {
		return rules{}, ctx.Err()
	}
	read := rulesFor(response, err)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sites == nil || len(r.sites) >= maxSites {
		r.sites = map[string]robotsFile{}
	}
	r.sites[site] = robotsFile{read, now().Add(robotsAge)}
	return read, nil
}

// rulesFor is what an answer to the question for robots.txt means.
func rulesFor(response fetch.Response, err error) rules {
	var status *fetch.StatusError
	switch {
	case err == nil:
		return parseRobots(response.Body, response.URL)
	case errors.As(err, &status) && status.Status >= 400 && status.Status < 500, errors.Is(err, fetch.ErrRedirect):
		return rules{} // there is no file: all is allowed
	}
	return rules{rules: []rule{{pattern: "/"}}}
}

// rules are what a robots.txt says to us, and the sitemaps it names.
type rules struct {
	rules    []rule
	sitemaps []string
}

// A rule allows or disallows the paths that a pattern fits.
type rule struct {
	allow   bool
	pattern string // in normal spelling; may hold "*", and "$" at its end
}

// allow tells whether an address may be read: the longest pattern that fits
// decides, and of two of the same length the one that allows (RFC 9309,
// section 2.2.2).
func (r rules) allow(u *url.URL) bool {
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if path == "/robots.txt" {
		return true
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	path = normalPath(path)
	allowed, longest := true, -1
	for _, one := range r.rules {
		if n := len(one.pattern); (n > longest || n == longest && one.allow) && one.fits(path) {
			allowed, longest = one.allow, n
		}
	}
	return allowed
}

// fits tells whether a path begins as the pattern says. It goes through the
// path once, however many asterisks there are.
func (r rule) fits(path string) bool {
	pattern, toEnd := strings.CutSuffix(r.pattern, "$")
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(path, parts[0])
	if !ok {
		return false
	}
	parts = parts[1:]
	for i, part := range parts {
		if toEnd && i == len(parts)-1 {
			return strings.HasSuffix(rest, part)
		}
		at := strings.Index(rest, part)
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return !toEnd || rest == ""
}

// normalPath brings a path or pattern into one spelling: what needs no escape
// has none, the others are in upper case.
func normalPath(path string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		c := path[i]
		if c == '%' && i+2 < len(path) {
			if plain, err := url.PathUnescape(path[i : i+3]); err == nil {
				if c = plain[0]; !isPlain(c) {
					b.WriteString(strings.ToUpper(path[i : i+3]))
				} else {
					b.WriteByte(c)
				}
				i += 2
				continue
			}
		}
		if c <= ' ' || c >= 0x7f {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func isPlain(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

// parseRobots reads a robots.txt: the groups that name us, all of them
// together, else those for everybody.
func parseRobots(data []byte, address string) rules {
	data = bytes.TrimPrefix(data[:min(len(data), maxRobots)], []byte("\xef\xbb\xbf"))
	var ours, everybodys []rule
	var sitemaps []string
	named, forUs, forAll, inGroup := false, false, false, false
	for text := range strings.FieldsFuncSeq(string(data), func(r rune) bool { return r == '\n' || r == '\r' }) {
		text, _, _ = strings.Cut(text, "#")
		key, value, ok := strings.Cut(text, ":")
		if !ok {
			continue
		}
		key, value = strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value)
		switch key {
		case "user-agent":
			if inGroup {
				forUs, forAll, inGroup = false, false, false
			}
			forUs = forUs || isOurName(value)
			forAll = forAll || value == "*"
			named = named || forUs
		case "allow", "disallow":
			inGroup = true
			if value == "" || len(ours)+len(everybodys) >= maxRules {
				continue // an empty pattern fits nothing
			}
			one := rule{key == "allow", normalPath(value)}
			if forUs {
				ours = append(ours, one)
			}
			if forAll {
				everybodys = append(everybodys, one)
			}
		case "sitemap":
			if place, ok := feeds.ResolveURL(address, value); ok && len(sitemaps) < maxSitemaps {
				sitemaps = append(sitemaps, place)
			}
		}
	}
	if named {
		return rules{ours, sitemaps}
	}
	return rules{everybodys, sitemaps}
}

// isOurName tells whether a user-agent line means us: our name, whatever
// version or remark follows it.
func isOurName(value string) bool {
	name, _, _ := strings.Cut(value, "/")
	name, _, _ = strings.Cut(strings.TrimSpace(name), " ")
	return strings.EqualFold(name, robotsName)
}
