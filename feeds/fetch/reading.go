package fetch

import (
	"context"
	"errors"
	"time"

	"weekward/feeds"
)

// Read fetches a source's address if it changed since the last visit, and
// begins the Reading: status, validators, how long to stay away. The Reading
// is of use even when there is an error.
func (f *Fetcher) Read(ctx context.Context, r Request, last feeds.Visit, now time.Time) (Response, feeds.Reading, error) {
	r.ETag, r.LastModified = last.ETag, last.LastModified
	response, err := f.Get(ctx, r)
	reading := feeds.Reading{Visit: feeds.Visit{Status: response.Status}}
	var status *StatusError
	if errors.As(err, &status) && status.RetryAfter > 0 {
		reading.NotBefore = now.Add(status.RetryAfter)
	}
	if err == nil && response.NotModified && r.ETag == "" && r.LastModified == "" {
		err = &StatusError{Status: response.Status} // an answer to a question not asked
	}
	if err != nil {
		return response, reading, err
	}
	reading.Unchanged = response.NotModified
	reading.MaxAge = response.MaxAge()
	reading.Visit.ETag = response.Header.Get("ETag")
	reading.Visit.LastModified = response.Header.Get("Last-Modified")
	if response.NotModified {
		// A 304 may bring new validators (F4); those it leaves out still hold.
		if reading.Visit.ETag == "" {
			reading.Visit.ETag = last.ETag
		}
		if reading.Visit.LastModified == "" {
			reading.Visit.LastModified = last.LastModified
		}
	}
	reading.Bytes = len(response.Body)
	if response.Moved == response.URL {
		reading.Moved = response.Moved // every redirect was for good (F14)
	}
	if response.Moved != "" {
		reading.Warnings = append(reading.Warnings, "the address moved for good to "+response.Moved)
	}
	return response, reading, nil
}
