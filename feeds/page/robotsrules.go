package page

import (
	"bytes"
	"net/url"
	"strings"

	"weekward/feeds"
)

const (
	// maxRobots is how much of a file is read, in bytes (RFC 9309, section 2.5
	// asks for 500 KiB at least), and maxRules how many of its rules count.
	maxRobots = 512 << 10
	maxRules  = 5000
)

// rules are what a robots.txt says to us, and the sitemaps it names.
type rules struct {
	rules    []rule
	sitemaps []string
	unread   bool // the file could not be read, so everything is closed
}

// text writes the rules as a robots.txt that parseRobots reads as the same.
func (r rules) text() string {
	var b strings.Builder
	b.WriteString("User-agent: *\n")
	for _, one := range r.rules {
		verb := "Disallow: "
		if one.allow {
			verb = "Allow: "
		}
		b.WriteString(verb + one.pattern + "\n")
	}
	for _, place := range r.sitemaps {
		b.WriteString("Sitemap: " + place + "\n")
	}
	return b.String()
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
		return rules{rules: ours, sitemaps: sitemaps}
	}
	return rules{rules: everybodys, sitemaps: sitemaps}
}

// isOurName tells whether a user-agent line means us: our name, whatever
// version or remark follows it.
func isOurName(value string) bool {
	name, _, _ := strings.Cut(value, "/")
	name, _, _ = strings.Cut(strings.TrimSpace(name), " ")
	return strings.EqualFold(name, robotsName)
}
