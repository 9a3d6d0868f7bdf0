package main

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"weekward/store"
	"weekward/subscribers"
)

// Whoever leaves by the one-click POST while the issue goes out gets nothing
// that begins a second after the answer, however many leave at once (F27).
func TestWhoeverLeavesInMidSendGetsNothingMore(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const readers, leaving = 3000, 1000
	slot := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
	r := startRelay(t, 3*time.Millisecond)
	n := newNewsletter(t, reads(smallWeek(t, slot)))
	t.Setenv("WEEKWARD_NOW", slot.Format(time.RFC3339))
	t.Setenv("WEEKWARD_SMTP_URL", "smtp://"+r.addr)
	n.weekward(t, nil, "collect")
	n.subscribe(t, readers)
	n.approve(t, slot)
	exits := n.exits(t)
	rand.Shuffle(len(exits), func(i, j int) { exits[i], exits[j] = exits[j], exits[i] })

	site, _ := n.serve(t)
	_, done := n.startSend(t) // in a process of its own, and the server sends, too
	waitFor(t, "the first mail", func() bool { return r.total() > 0 })
	left := leaveAll(t, site, exits[:leaving])
	duringSend := r.total() < readers-leaving
	<-done
	var report struct{ Planned, Sent, Skipped int }
	n.weekward(t, &report, "status", "1")
	if report.Planned != readers || report.Sent+report.Skipped != readers || report.Sent != r.total() {
		t.Errorf("status: got %+v with %d mails at the relay, want all sent or skipped", report, r.total())
	}

	spared, worst := 0, time.Duration(0)
	for address, at := range left {
		last, mailed := r.taken[address] // it takes nothing any more
		if !mailed {
			spared++
			continue
		}
		if late := last.Sub(at); late > time.Second {
			t.Errorf("%s was mailed %s after the answer to the POST, want nothing after a second", address, late)
		} else {
			worst = max(worst, late)
		}
	}
	t.Logf("%d left in mid-send; %d were spared their mail; the latest mail came %s after the answer", len(left), spared, worst)
	if len(left) != leaving || spared < leaving/10 || !duringSend {
		t.Errorf("%d left, %d of them before their mail, in mid-send %v: want %d, many and true", len(left), spared, duringSend, leaving)
	}
}

// An exit is a reader's link out.
type exit struct{ address, token string }

// exits are the links that the mails carry, made here because most go out too
// late to be read.
func (n *newsletter) exits(t *testing.T) (found []exit) {
	t.Helper()
	keys, err := subscribers.LoadKeys(filepath.Join(n.dir, "weekward.secret"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.OpenReadOnly(t.Context(), filepath.Join(n.dir, defaultConfig().Database.URL))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.ExportSubscribers(t.Context(), func(sub subscribers.Subscriber, _ subscribers.Consent) error {
		found = append(found, exit{sub.Email, keys.Token(subscribers.PurposeUnsubscribe, sub, time.Time{})})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// leaveAll presses the links, a few at a time, and returns when each was
// answered.
func leaveAll(t *testing.T, site string, exits []exit) map[string]time.Time {
	t.Helper()
	var mu sync.Mutex
	left := make(map[string]time.Time)
	var pressing sync.WaitGroup
	next := make(chan exit)
	for range 4 {
		pressing.Go(func() {
			for e := range next {
				resp, err := http.PostForm(site+"/unsubscribe/"+e.token, url.Values{"List-Unsubscribe": {"One-Click"}})
				if err != nil {
					t.Errorf("one-click POST: %v", err)
					continue
				}
				resp.Body.Close()
				mu.Lock()
				if left[e.address] = time.Now(); resp.StatusCode/100 != 2 {
					delete(left, e.address)
				}
				mu.Unlock()
			}
		})
	}
	for _, e := range exits {
		next <- e
	}
	close(next)
	pressing.Wait()
	return left
}

// waitFor looks every few milliseconds, for half a minute.
func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after 30 s: want %s", what)
		}
	}
}
