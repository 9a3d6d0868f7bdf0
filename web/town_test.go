package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"weekward/digest"
	"weekward/digest/recap"
	"weekward/feeds"
	"weekward/mailer"
	"weekward/store"
	"weekward/store/storetest"
	"weekward/subscribers"
	"weekward/templates"
)

// A town is the public site over a real list in a real database, with a clock
// of its own. It keeps every letter and every line of the log.
type town struct {
	t       testing.TB
	h       http.Handler
	people  *subscribers.Service
	keys    subscribers.Keys
	records records
	outbox  *store.Store

	mu      sync.Mutex
	clock   time.Time
	letters []letter
	logged  bytes.Buffer
}

var _ Issues = (*store.Store)(nil)

type letter struct {
	kind subscribers.LetterKind
	to   string
	link subscribers.Link
}

// records is an archive in memory, newest first.
type records []mailer.Record

func (r records) Issues(context.Context) ([]mailer.Record, error) { return r, nil }

func (r records) Issue(_ context.Context, number int) (mailer.Record, error) {
	for _, record := range r {
		if record.Number == number {
			return record, nil
		}
	}
	return mailer.Record{}, mailer.ErrNoIssue
}

// newTown opens a site; settings change its Options before it opens.
func newTown(t testing.TB, settings ...func(*Options)) *town {
	t.Helper()
	set, err := templates.New(nil)
	if err != nil {
		t.Fatalf("read templates: %v", err)
	}
	keys, err := subscribers.ParseKeys("a secret of a test, long enough to be one")
	if err != nil {
		t.Fatal(err)
	}
	w := &town{t: t, keys: keys, clock: at("2010-04-06T09:00:00Z"), records: sampleRecords(t)}
	w.outbox = storetest.Open(t)
	w.people = &subscribers.Service{Store: w.outbox, Keys: keys, Now: w.now, Letter: w.letter}
	o := Options{
		Site:        templates.Site{Name: "Ward Notebook", BaseURL: "https://news.example.org", From: "Ward Notebook <editor@news.example.org>", Postal: "1 Lane, Town", Lang: "en", Zone: "Europe/London", Weekday: time.Tuesday, Time: "07:00"},
		Pages:       set,
		Subscribers: w.people,
		Issues:      w.records,
		Keys:        keys,
		Topics:      []string{"policy", "records"},
		Chats: func(context.Context) ([]feeds.Chat, error) {
			return []feeds.Chat{{Tag: "hcsmeu", Title: "Health care and social media in Europe", Zone: "Europe/London", Weekday: time.Friday, Start: "12:00"}}, nil
		},
		Ping: func(context.Context) error { return nil },
		Now:  w.now,
		Log:  slog.New(slog.NewTextHandler(&w.logged, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, set := range settings {
		set(&o)
	}
	w.h = New(o)
	return w
}

func (w *town) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

// wait moves the clock on.
func (w *town) wait(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock = w.clock.Add(d)
}

func (w *town) letter(kind subscribers.LetterKind, s subscribers.Subscriber, link subscribers.Link) (subscribers.Letter, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.letters = append(w.letters, letter{kind, s.Email, link})
	return subscribers.Letter{Subject: "A letter", Text: link.Token}, nil
}

// mail returns the letters rendered so far.
func (w *town) mail() []letter {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]letter(nil), w.letters...)
}

// request answers one request; header is a list of names and values.
func (w *town) request(method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
			continue
		}
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	return rec
}

func (w *town) get(path string, header ...string) *httptest.ResponseRecorder {
	return w.request(http.MethodGet, path, "", header...)
}

// post sends a form, given as names and values, the usual way.
func (w *town) post(path string, fields ...string) *httptest.ResponseRecorder {
	return w.request(http.MethodPost, path, formOf(fields...).Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

func formOf(fields ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	return v
}

// join puts an address on the list, as active.
func (w *town) join(address string) subscribers.Subscriber {
	w.t.Helper()
	if _, err := w.people.Add(context.Background(), address); err != nil {
		w.t.Fatalf("add %s: %v", address, err)
	}
	mail := w.mail()
	sub, err := w.people.Confirm(context.Background(), mail[len(mail)-1].link.Token, clientAddr(httptest.NewRequest("GET", "/", nil), nil))
	if err != nil {
		w.t.Fatalf("confirm %s: %v", address, err)
	}
	return sub
}

// state is where an address stands; "" when it is not on the list.
func (w *town) state(address string) subscribers.State {
	w.t.Helper()
	list, err := w.people.List(context.Background(), subscribers.Filter{Search: address})
	if err != nil {
		w.t.Fatalf("list %s: %v", address, err)
	}
	if len(list) == 0 {
		return ""
	}
	return list[0].State
}

// everything is all that the list knows, to see that nothing changed.
func (w *town) everything() string {
	w.t.Helper()
	var b bytes.Buffer
	if err := w.people.Export(context.Background(), &b); err != nil {
		w.t.Fatalf("export: %v", err)
	}
	return b.String()
}

// log is what was logged so far.
func (w *town) log() string { return w.logged.String() }

func (w *town) token(p subscribers.Purpose, s subscribers.Subscriber) string {
	return w.keys.Token(p, s, time.Time{})
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// sampleRecords are two issues that were sent and one that is only approved.
func sampleRecords(t testing.TB) records {
	return records{
		record(t, 33, mailer.IssueApproved, "2010-04-13T06:00:00Z", "Not out yet"),
		record(t, 32, mailer.IssueSending, "2010-04-06T06:00:00Z", "Experts <meet> & talk"),
		record(t, 30, mailer.IssueSent, "2010-03-30T06:00:00Z", "Twelve hospitals share one record"),
		{Number: 29, Slot: at("2010-03-23T06:00:00Z"), State: mailer.IssueSkipped},
	}
}

func record(t testing.TB, number int, state mailer.IssueState, slot, subject string) mailer.Record {
	t.Helper()
	issue := digest.Issue{
		Number: number, Slot: at(slot), Subject: subject, Preheader: "And what they said", Minutes: 4,
		Stories: []digest.Story{{ID: "lead", Section: "news", Title: "Digital health experts meet </script><script>pwn('title')</script>", URL: "https://outlet.example.org/meet", Source: "Outlet", Published: at(slot).AddDate(0, 0, -3), Excerpt: "Doctors and patients talk.",
			Related: []digest.Related{{ID: "r", Title: "An unconference", URL: "javascript:pwn('related')", Source: "Camp", Published: at(slot).AddDate(0, 0, -9)}}}},
		Chats: []recap.Recap{{Tag: "hcsmeu", Title: "Europe", Session: at(slot).AddDate(0, 0, -4), Zone: "Europe/London", Posts: 2, People: 2, Timeline: []int{1, 1},
			Questions: []recap.Question{{Label: "Q1", Text: "What stops clinicians?", Posts: 1, Highlights: []recap.Highlight{{ID: "p", Author: "Anna", Handle: "anna", Network: "mastodon", Text: "<b>Nobody</b> told us.", URL: "https://social.example.org/1", At: at(slot)}}}}}},
	}
	content, err := json.Marshal(issue)
	if err != nil {
		t.Fatal(err)
	}
	return mailer.Record{Number: number, Slot: at(slot), State: state, Fingerprint: subject, Content: content}
}

// read returns an answer's body.
func read(t testing.TB, r *httptest.ResponseRecorder) string {
	t.Helper()
	b, err := io.ReadAll(r.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
