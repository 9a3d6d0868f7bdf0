package feeds

import (
	"cmp"
	"net/url"
	"strings"
	"time"
)

// result puts a saved reading into words.
func (r *run) result(o *outcome, fresh int, now time.Time) Result {
	s, v := o.source, o.reading.Visit
	if o.note != "" {
		until, _ := r.resting(s, now)
		return Result{ID: s.ID, Kind: s.Kind, URL: s.Address(), Status: v.Status, Error: o.note, Next: until}
	}
	if r.stored[s.ID].First.IsZero() {
		// What a source held before we knew it serves as related reading, but
		// is no news (S6).
		fresh = min(fresh, r.withinWindow(o.reading, now))
	}
	return Result{ID: s.ID, Kind: s.Kind, URL: s.Address(), OK: v.Error == "", Status: v.Status, Error: v.Error, Bytes: o.reading.Bytes,
		Items: v.Items, New: fresh, Next: v.Next, Warnings: o.reading.Warnings}
}

// Address is the source's URL without the password it may hold, for lists and
// logs.
func (s Source) Address() string {
	if !strings.Contains(s.URL, "@") {
		return s.URL
	}
	u, err := url.Parse(s.URL)
	if err != nil {
		return "an address that cannot be read" // it may hold a password
	}
	u.User = nil
	return u.String()
}

func (r *run) withinWindow(reading Reading, now time.Time) (n int) {
	from := now.Add(-cmp.Or(r.Window, 8*24*time.Hour))
	for _, it := range reading.Items {
		if !it.Published.Before(from) {
			n++
		}
	}
	for _, p := range reading.Posts {
		if !p.At.Before(from) {
			n++
		}
	}
	return n
}

// add puts a result into the report and tells Progress.
func (r *run) add(result Result, reading Reading) {
	if result.Error != "" {
		r.logger().Warn("source failed", "source", result.ID, "url", result.URL, "err", result.Error)
		result.Items = 0
	}
	r.report.Sources = append(r.report.Sources, result)
	r.report.Items += result.Items
	r.report.New += result.New
	for _, p := range reading.Posts {
		r.chats[p.Tag] = true
	}
	if r.Progress != nil {
		r.Progress(len(r.report.Sources), len(r.due), result)
	}
}

func (r *run) log() {
	failed := 0
	for _, s := range r.report.Sources {
		if !s.OK {
			failed++
		}
	}
	r.logger().Info("collected", "sources", len(r.report.Sources), "failed", failed,
		"items", r.report.Items, "new", r.report.New, "chats", len(r.chats))
}
