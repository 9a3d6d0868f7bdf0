package fetch

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// F12: one connection a host, a second between two requests.
func TestOneRequestAHostAtATimeAndAPauseBetween(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(time.Second)
		began := time.Now()
		finished := make(chan time.Duration, 3)
		for range 3 {
			go func() {
				done, err := turns.wait(t.Context(), "example.org")
				if err != nil {
					t.Error(err)
					return
				}
				time.Sleep(5 * time.Second) // the request
				done()
				finished <- time.Since(began)
			}()
		}
		for i, want := range []time.Duration{5 * time.Second, 11 * time.Second, 17 * time.Second} {
			if got := <-finished; got != want {
				t.Errorf("request %d ended after %s, want %s", i+1, got, want)
			}
		}
		if done, _ := turns.wait(t.Context(), "other.example.org"); done != nil {
			done()
		}
		if got := time.Since(began); got != 17*time.Second {
			t.Errorf("another host waited until %s", got)
		}
	})
}

func TestWaitingForATurnCanBeGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(time.Minute)
		done, _ := turns.wait(t.Context(), "example.org")
		done()
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		if _, err := turns.wait(ctx, "example.org"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("wait = %v, want %v", err, context.DeadlineExceeded)
		}
		if done, err := turns.wait(t.Context(), "example.org"); err != nil {
			t.Errorf("the turn was lost: %v", err)
		} else {
			done()
		}
	})
}

// F9: how long an answer may be used.
func TestMaxAge(t *testing.T) {
	tests := []struct {
		name   string
		header http.Header
		want   time.Duration
	}{
		{"none", http.Header{}, 0},
		{"max-age", http.Header{"Cache-Control": {"public, max-age=600"}}, 10 * time.Minute},
		{"less what a cache took", http.Header{"Cache-Control": {"max-age=600"}, "Age": {"500"}}, 100 * time.Second},
		{"the longer of two", http.Header{"Cache-Control": {"max-age=60, s-maxage=600"}}, 10 * time.Minute},
		{"max-age wins over Expires, even 0", http.Header{"Cache-Control": {"max-age=0"}, "Expires": {"Tue, 03 Mar 2026 08:00:00 GMT"}, "Date": {"Tue, 03 Mar 2026 06:00:00 GMT"}}, 0},
		{"no-store wins", http.Header{"Cache-Control": {"no-store, max-age=600"}}, 0},
		{"Expires by the server's clock", http.Header{"Expires": {"Tue, 03 Mar 2026 08:00:00 GMT"}, "Date": {"Tue, 03 Mar 2026 06:00:00 GMT"}}, 2 * time.Hour},
		{"Expires in the past", http.Header{"Expires": {"0"}, "Date": {"Tue, 03 Mar 2026 06:00:00 GMT"}}, 0},
		{"nonsense", http.Header{"Cache-Control": {"max-age=soon"}}, 0},
	}
	for _, tt := range tests {
		if got := maxAge(tt.header); got != tt.want {
			t.Errorf("%s: maxAge = %s, want %s", tt.name, got, tt.want)
		}
	}
}
