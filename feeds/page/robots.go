package page

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"weekward/feeds/fetch"
)

// ErrRobots means that a site asks programs to leave an address alone.
var ErrRobots = errors.New("robots.txt asks us to stay away")

// errRobotsUnread is the ErrRobots of a site whose file could not be read for
// a fault that may pass.
var errRobotsUnread = fmt.Errorf("it cannot be known whether %w", ErrRobots)

const (
	// robotsName is what we are called in robots.txt files (RFC 9309, section
	// 2.2.1), whatever the version.
	robotsName = "weekward"
	// robotsAge is how long a file is believed (RFC 9309, section 2.4).
	robotsAge = 24 * time.Hour
	// robotsTrouble is how long a site stays closed whose file could not be
	// read.
	robotsTrouble = time.Hour
	// maxSites is how many files are remembered, maxKept how long a text may be,
	// in bytes, that is kept over restarts.
	maxSites = 2000
	maxKept  = 64 << 10
)

// Robots keeps the robots.txt files of sites. It is asked before a page or a
// sitemap is read, never for a feed that the editor named (F26). It is safe
// for use by several goroutines at once.
type Robots struct {
	Fetch  *fetch.Fetcher
	Now    func() time.Time // time.Now when nil
	Memory RobotsMemory     // keeps the files over restarts; nothing does when nil

	mu    sync.Mutex
	sites map[string]robotsFile
}

// A RobotsMemory keeps what sites say to us in robots.txt.
type RobotsMemory interface {
	// Robots returns the text kept for a site ("https://news.example.org") and
	// until when it may be believed, which is zero when there is none.
	Robots(ctx context.Context, site string) (text string, until time.Time, err error)
	// SaveRobots keeps the text for a site, and may forget what nobody may
	// believe any more.
	SaveRobots(ctx context.Context, site, text string, now, until time.Time) error
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
		why := ErrRobots
		if rules.unread {
			why = errRobotsUnread
		}
		return fmt.Errorf("read %s: %w", u.Redacted(), why)
	}
	return nil
}

// AllowedAt is Allowed for where redirects led from an address: another host
// has a say of its own.
func (r *Robots) AllowedAt(ctx context.Context, landed, asked string) error {
	if hostOf(landed) == hostOf(asked) {
		return nil
	}
	return r.Allowed(ctx, landed)
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
	if known, ok := r.known(ctx, site, now()); ok {
		return known, nil
	}
	response, err := r.Fetch.Get(ctx, fetch.Request{URL: site + "/robots.txt", Accept: "text/plain, */*;q=0.1"})
	if ctx.Err() != nil {
		return rules{}, ctx.Err()
	}
	read, age := rulesFor(response, err), robotsAge
	if read.unread {
		age = robotsTrouble
	}
	r.keep(site, robotsFile{read, now().Add(age)})
	if text := read.text(); r.Memory != nil && !read.unread && len(text) <= maxKept {
		// What is not kept is asked for again: that is all the harm.
		_ = r.Memory.SaveRobots(ctx, site, text, now(), now().Add(age))
	}
	return read, nil
}

// known is the file of a site as far as it may be believed.
func (r *Robots) known(ctx context.Context, site string, now time.Time) (rules, bool) {
	r.mu.Lock()
	file, ok := r.sites[site]
	r.mu.Unlock()
	if ok && now.Before(file.until) {
		return file.rules, true
	}
	if r.Memory == nil {
		return rules{}, false
	}
	text, until, err := r.Memory.Robots(ctx, site)
	if err != nil || !now.Before(until) {
		return rules{}, false
	}
	file = robotsFile{parseRobots([]byte(text), site+"/robots.txt"), until}
	r.keep(site, file)
	return file.rules, true
}

func (r *Robots) keep(site string, file robotsFile) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sites == nil || len(r.sites) >= maxSites {
		r.sites = map[string]robotsFile{}
	}
	r.sites[site] = file
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
	return rules{rules: []rule{{pattern: "/"}}, unread: true}
}
