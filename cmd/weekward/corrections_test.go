package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// changing is a feed that can be exchanged for another one.
func changing(t *testing.T, first string) (address string, change func(to string)) {
	t.Helper()
	var now atomic.Value
	now.Store(first)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		r, err := http.Get(now.Load().(string))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer r.Body.Close()
		w.Header().Set("Content-Type", "application/rss+xml")
		io.Copy(w, r.Body)
	}))
	t.Cleanup(srv.Close)
	return srv.URL, func(to string) { now.Store(to) }
}

func TestRetractionIsShownToTheEditorAndMailedToNobody(t *testing.T) {
	slot := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
	title := smallStories[0].title
	feed, change := changing(t, smallWeek(t, slot))
	r := startRelay(t, 0)
	n := newNewsletter(t, reads(feed))
	t.Setenv("WEEKWARD_SMTP_URL", "smtp://"+r.addr)
	t.Setenv("WEEKWARD_NOW", slot.Format(time.RFC3339))
	n.weekward(t, nil, "collect")
	n.subscribe(t, 1)
	n.approve(t, slot)
	n.weekward(t, nil, "send")

	change(smallWeek(t, slot, "RETRACTED: "+title))
	t.Setenv("WEEKWARD_NOW", slot.AddDate(0, 0, 2).Format(time.RFC3339))
	n.weekward(t, nil, "collect", "--force")
	var status struct {
		Corrections []struct {
			Issue                      int
			Printed, Title, Sign, Note string
		}
	}
	n.weekward(t, &status, "status")
	if len(status.Corrections) != 1 {
		t.Fatalf("weekward status lists %+v, want the retraction", status.Corrections)
	}
	if c := status.Corrections[0]; c.Issue != 1 || c.Printed != title || c.Sign != "RETRACTED" || !strings.HasPrefix(c.Note, "Correction: No 1 had “"+title) {
		t.Errorf("weekward status lists %+v, want what was printed and what became of it", c)
	}

	public, inside := n.serve(t)
	for page, want := range map[string]string{
		public + "/issues/1": "5 Mar 2026: Ward Notes has corrected this since (“RETRACTED”)",
		inside + "/":         "1 correction since the last issue",
	} {
		if body := get(t, page); !strings.Contains(body, want) {
			t.Errorf("%s does not say %q:\n%s", page, want, body)
		}
	}
	if len(r.messages) != 1 {
		t.Errorf("%d mails left, want the issue's one", len(r.messages))
	}
	if next := get(t, inside+"/preview/mail"); strings.Contains(next, "Correction:") {
		t.Errorf("the coming issue speaks of the retraction by itself:\n%s", next)
	}
}
