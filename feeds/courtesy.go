package feeds

import (
	"cmp"
	"math"
	"net/http"
	"net/netip"
	"net/url"
	"time"
)

const (
	firstBackOff = 15 * time.Minute
	longest      = 24 * time.Hour
	longestWish  = 7 * 24 * time.Hour // what a source asks for is granted up to this
	forGood      = 10 * 365 * 24 * time.Hour
)

// visit is what to remember of a read: the reader's findings, and when to
// come again. Times are whole seconds, rounded up so that nobody is asked too
// early: sources read within one second then share what is written about them.
func (r *run) visit(s Source, last Visit, reading Reading, err error) Visit {
	now, v := r.now().Add(time.Second-1).Truncate(time.Second), reading.Visit
	v.Source, v.URL, v.Last, v.First, v.Failures, v.Error = s.ID, s.URL, now, last.First, 0, ""
	if err != nil {
		return r.failedVisit(last, v, reading, err)
	}
	if v.First.IsZero() {
		v.First = now
	}
	if reading.Unchanged {
		v.Items, v.Pace, v.Skips, v.Title = last.Items, last.Pace, last.Skips, cmp.Or(v.Title, last.Title)
	} else {
		v.Items, v.Pace = len(reading.Items)+len(reading.Posts), min(reading.MaxAge, longestWish)
		v.Skips = skipsOf(reading.SkipHours, reading.SkipDays)
	}
	v.Move = last.Move.followed(reading.Moved, now)
	v.Next = v.Skips.after(now.Add(r.afterSuccess(s, v, reading)), now.Add(longestWish))
	return v
}

// failedVisit is what to remember of a try that failed: what it found out, and
// everything the last good one did. What was not read replaces no validator
// (F7).
func (r *run) failedVisit(last, v Visit, reading Reading, err error) Visit {
	v.Failures, v.FailingSince, v.Error = last.Failures+1, last.FailingSince, err.Error()
	if v.FailingSince.IsZero() {
		v.FailingSince = v.Last
	}
	v.Items, v.Title, v.ETag, v.LastModified, v.Pace, v.Move = last.Items, last.Title, last.ETag, last.LastModified, last.Pace, last.Move
	v.Skips = last.Skips
	if v.Move.Now != "" && (v.Status == http.StatusGone || v.Status == http.StatusNotFound) {
		v.Move, v.ETag, v.LastModified = Move{}, "", "" // the move led nowhere: back to the address that was registered
		v.Status = http.StatusNotFound
	}
	if notice := v.notice(); notice != "" {
		v.Error += ": " + notice
	}
	v.Next = v.Skips.after(v.Last.Add(r.afterFailure(v, reading)), v.Last.Add(longestWish))
	return v
}

// sameAs tells whether two visits differ in their times only.
func (v Visit) sameAs(stored Visit) bool {
	stored.Last, stored.Next = v.Last, v.Next
	return v == stored
}

// afterSuccess is how long to leave a source alone that was read: as long as
// it asks for (F9), at least the minimum, and a day when it gives no validators
// that would make asking cheap (F8). A local file may be read at any time.
func (c *Collector) afterSuccess(s Source, v Visit, reading Reading) time.Duration {
	if s.Kind == KindFile {
		return 0
	}
	least := cmp.Or(c.MinInterval, time.Hour)
	if s.Kind != KindMastodon && s.Kind != KindBluesky && v.ETag == "" && v.LastModified == "" {
		least *= 24
	}
	return max(least, v.Pace, min(reading.MaxAge, longestWish))
}

// afterFailure is how long to leave a source alone that failed: as long as it
// asks for (F10), else longer with each failure.
func (c *Collector) afterFailure(v Visit, reading Reading) time.Duration {
	wait := c.backOff(v.Failures)
	switch {
	case v.gone():
		return forGood
	case v.Muted():
		wait = mutedPace
	case v.Status == http.StatusUnauthorized, v.Status == http.StatusForbidden:
		wait = longest
	}
	return max(wait, min(reading.NotBefore.Sub(v.Last), longestWish))
}

// backOff is 15 minutes, doubled with each failure up to a day, give or take a
// tenth so that sources that failed together do not come back together.
func (c *Collector) backOff(failures int) time.Duration {
	wait := longest
	if doublings := failures - 1; doublings < 7 {
		wait = min(longest, firstBackOff<<max(doublings, 0))
	}
	return time.Duration(math.Round(float64(wait) * (0.9 + 0.2*c.random())))
}

// refuses tells answers that speak for a whole host.
func refuses(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
}

// restingHosts are the hosts that refused one of our sources and have not had
// their rest yet.
func (r *run) restingHosts(sources []Source) map[string]time.Time {
	hosts, now := map[string]time.Time{}, r.now()
	for _, s := range sources {
		if v := r.last(s); refuses(v.Status) {
			noteRefusal(hosts, s, v, now)
		}
	}
	return hosts
}

// rest notes that the source's host wants to be left alone.
func (r *run) rest(s Source, v Visit) {
	if !refuses(v.Status) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	noteRefusal(r.hosts, s, v, r.now())
}

// noteRefusal takes down how long the host of a source that it refused rests.
func noteRefusal(hosts map[string]time.Time, s Source, v Visit, now time.Time) {
	if host := restingHost(s, v); host != "" && v.Next.After(now) && v.Next.After(hosts[host]) {
		hosts[host] = v.Next
	}
}

func (r *run) resting(s Source, now time.Time) (until time.Time, yes bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.hosts) == 0 {
		return time.Time{}, false
	}
	until = r.hosts[restingHost(s, r.last(s))]
	return until, until.After(now)
}

// restingHost is the host whose rest counts for a source. A loopback address
// serves many rehearsed sites at once, of which each speaks for itself.
func restingHost(s Source, v Visit) string {
	if s.Kind == KindFile {
		return ""
	}
	u, err := url.Parse(v.AddressOf(s))
	if err != nil {
		return ""
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && ip.IsLoopback() {
		return ""
	}
	return u.Host
}
