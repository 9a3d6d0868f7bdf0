package fetch

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// MaxAge is how long the answer may be used before it is worth asking again:
// the longer of Cache-Control's max-age and s-maxage less the Age, else Expires
// (RFC 9111, section 4.2); 0 when the server does not say. Times are measured
// by the server's clock.
func (r Response) MaxAge() time.Duration { return maxAge(r.Header) }

func maxAge(h http.Header) time.Duration {
	longest := time.Duration(-1)
	for directive := range strings.SplitSeq(strings.Join(h.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch strings.ToLower(name) {
		case "no-cache", "no-store":
			return 0
		case "max-age", "s-maxage":
			longest = max(longest, seconds(strings.Trim(value, `"`)))
		}
	}
	if longest >= 0 {
		return max(0, longest-seconds(h.Get("Age")))
	}
	if h.Get("Expires") == "" {
		return 0
	}
	expires, err := http.ParseTime(h.Get("Expires"))
	date, err2 := http.ParseTime(h.Get("Date"))
	if err != nil || err2 != nil {
		return 0
	}
	return max(0, expires.Sub(date))
}

// retryAfter is how long a refusal asks us to stay away: Retry-After as
// seconds or date, else what a 429 says about its own age (F10).
func retryAfter(resp *http.Response) time.Duration {
	value := strings.TrimSpace(resp.Header.Get("Retry-After"))
	if d := seconds(value); d > 0 {
		return d
	}
	if at, err := http.ParseTime(value); err == nil {
		now, err := http.ParseTime(resp.Header.Get("Date"))
		if err != nil {
			now = time.Now()
		}
		return max(0, at.Sub(now).Round(time.Second))
	}
	if resp.StatusCode == http.StatusTooManyRequests {
		return maxAge(resp.Header)
	}
	return 0
}

// seconds reads a number of seconds, at most a year.
func seconds(s string) time.Duration {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(min(n, 365*24*3600)) * time.Second
}
