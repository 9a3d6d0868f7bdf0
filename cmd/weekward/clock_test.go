package main

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weekward/store/storetest"
)

// The server sends an approved issue at its slot, without anybody's help, and
// another server on the same database does not send it again.
func TestServersSendAtTheSlotOnce(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			slot := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
			database := filepath.Join(t.TempDir(), "subscribers.db")
			if engine == "postgres" {
				database = storetest.Postgres(t)
			}
			r := startRelay(t, 0)
			n := newNewsletter(t, func(c *Config) {
				reads(smallWeek(t, slot))(c)
				c.Database.URL = database
			})
			t.Setenv("WEEKWARD_SMTP_URL", "smtp://"+r.addr)
			t.Setenv("WEEKWARD_NOW", slot.Add(-time.Hour).Format(time.RFC3339))
			n.weekward(t, nil, "collect")
			n.subscribe(t, 30)
			n.approve(t, slot)
			t.Setenv("WEEKWARD_NOW", slot.Add(-2*time.Second).Format(time.RFC3339))
			n.serveUntil(t, 2, func() bool { return r.total() >= 30 })
			checkTimes(t, r.count(), 30, 1)
		})
	}
}

// serveUntil runs some servers, each with its schedule, until enough has
// happened and a little longer.
func (n *newsletter) serveUntil(t *testing.T, servers int, enough func() bool) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int, servers)
	for range servers {
		go func() {
			ended <- run(ctx, []string{"serve", "--quiet", "--addr", "127.0.0.1:0", "--desk-addr", "127.0.0.1:0", "--config", n.config()}, strings.NewReader(""), io.Discard, io.Discard)
		}()
	}
	for deadline := time.Now().Add(30 * time.Second); !enough() && time.Now().Before(deadline); {
		time.Sleep(50 * time.Millisecond)
	}
	time.Sleep(500 * time.Millisecond) // long enough for a second copy to come
	stop()
	for range servers {
		if code := <-ended; code != exitDone {
			t.Errorf("a server ended with %d", code)
		}
	}
}

// checkTimes wants a number of readers, each mailed so many times.
func checkTimes(t *testing.T, got map[string]int, readers, times int) {
	t.Helper()
	if len(got) != readers {
		t.Errorf("%d readers got the issue, want %d", len(got), readers)
	}
	for address, n := range got {
		if n != times {
			t.Errorf("%s got it %d times, want %d", address, n, times)
		}
	}
}
