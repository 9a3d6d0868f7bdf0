package desk

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
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
	"weekward/subscribers"
	"weekward/templates"
)

// A room is everything the desk asks, kept in memory: what it was told is what
// a test looks at.
type room struct {
	mu      sync.Mutex
	draft   Draft
	edits   []digest.Edit
	said    []string
	figures mailer.Figures
	records []mailer.Record
	visits  map[string]feeds.Visit
	sources []feeds.Source
	mended  []Correction
	topics  map[string]float64
	// reranked is what the desk's words make of the issue, where a test says it.
	reranked func(topics map[string]float64, d *Draft)
}

func (r *room) Draft(context.Context) (Draft, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d := r.draft
	d.Week.Edits = append([]digest.Edit(nil), r.edits...)
	if r.reranked != nil {
		r.reranked(r.topics, &d)
	}
	return d, nil
}

func (r *room) say(word string, issue int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said = append(r.said, fmt.Sprintf("%s %d", word, issue))
	return nil
}

func (r *room) Approve(_ context.Context, n int, fingerprint string, issue digest.Issue) error {
	if got := issue.Fingerprint(); got != fingerprint {
		return &mailer.ChangedError{Issue: n, Approved: fingerprint, Composed: got, Diff: []string{"in: <b>A story</b>"}}
	}
	return r.say("approve", n)
}

func (r *room) Hold(_ context.Context, n int) error  { return r.say("hold", n) }
func (r *room) Skip(_ context.Context, n int) error  { return r.say("skip", n) }
func (r *room) Pause(_ context.Context, n int) error { return r.say("pause", n) }
func (r *room) Resume(_ context.Context, n int) error {
	return &mailer.StateError{Issue: n, State: mailer.IssueSent, Asked: "resume"}
}

func (r *room) SaveEdit(_ context.Context, _ int, e digest.Edit) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.edits {
		if r.edits[i].Item == e.Item {
			r.edits[i] = e
			return nil
		}
	}
	r.edits = append(r.edits, e)
	return nil
}

func (r *room) Edits(context.Context, int) ([]digest.Edit, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]digest.Edit(nil), r.edits...), nil
}

func (r *room) Topics(context.Context) (map[string]float64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.topics), nil
}

func (r *room) SaveTopic(_ context.Context, word string, weight float64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.topics[word] = weight
	return nil
}

func (r *room) RemoveTopic(_ context.Context, word string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.topics, word)
	return nil
}

func (r *room) Issues(context.Context) ([]mailer.Record, error) { return r.records, nil }

func (r *room) Issue(_ context.Context, number int) (mailer.Record, error) {
	for _, record := range r.records {
		if record.Number == number {
			return record, nil
		}
	}
	return mailer.Record{}, mailer.ErrNoIssue
}

func (r *room) Figures(context.Context, int) (mailer.Figures, error) {
	return r.figures, nil
}

func (r *room) Ended(_ context.Context, _ int, after time.Time) (mailer.Ended, error) {
	return mailer.Ended{Count: 841, First: after}, nil
}

func (r *room) EachRefusal(_ context.Context, _ int, f func(mailer.Refusal)) error {
	f(mailer.Refusal{State: mailer.Bounced, Code: 550, Reply: "5.1.1 <b>unknown</b> mailbox", Count: 3})
	if r.figures.Deferred > 0 {
		f(mailer.Refusal{State: mailer.Deferred, Code: 450, Reply: "4.2.1 busy", Count: r.figures.Deferred, Next: at("2010-04-05T12:53:00Z")})
	}
	return nil
}

func (r *room) EachFailed(_ context.Context, number int, f func(mailer.Delivery) error) error {
	return f(mailer.Delivery{Recipient: "k3v9", State: mailer.Bounced, Attempts: 1, Code: 550, Reply: "550 5.1.1 <b>unknown</b> mailbox", DoneAt: at("2010-03-30T06:01:00Z")})
}

func (r *room) Counts(context.Context) (map[subscribers.State]int, error) {
	return map[subscribers.State]int{subscribers.Active: 1212, subscribers.Pending: 17, subscribers.Unsubscribed: 40, subscribers.Suppressed: 9}, nil
}

func (r *room) Visits(context.Context) (map[string]feeds.Visit, error) { return r.visits, nil }

func (r *room) ItemsSince(_ context.Context, since time.Time) (map[string]int, error) {
	n := int(at("2010-04-05T12:48:00Z").Sub(since) / (7 * 24 * time.Hour)) // three a week
	return map[string]int{"digital-health": 3 * n}, nil
}

func (r *room) Mail(issue digest.Issue, site templates.Site, links templates.Links, _ string) (templates.Content, error) {
	return templates.Content{Subject: issue.Subject, HTML: "<!DOCTYPE html><title>mail</title><p>the mail", Text: "the mail as text\n" + links.Unsubscribe}, nil
}

// open returns the desk over a room with one issue in it.
func open(t *testing.T) (*room, http.Handler) {
	t.Helper()
	r := &room{draft: sampleDraft(), figures: mailer.Figures{Planned: 1200, Sent: 1195, Bounced: 3, Skipped: 2}, records: []mailer.Record{
		{Number: 30, Slot: at("2010-03-30T06:00:00Z"), State: mailer.IssueSent, Content: []byte(`{"number":30,"subject":"Twelve hospitals share one record"}`)},
		{Number: 29, Slot: at("2010-03-23T06:00:00Z"), State: mailer.IssueSkipped},
	}}
	r.edits = r.draft.Week.Edits
	r.topics = map[string]float64{"virtual ward": 2.5, "nl:zorg": 0, "<img src=x onerror=pwn('topic')>": 1}
	now := at("2010-04-05T12:48:00Z")
	r.visits = map[string]feeds.Visit{
		"digital-health": {Source: "digital-health", Title: "Digital Health", First: now.AddDate(-1, 0, 0), Last: now.Add(-40 * time.Minute), Next: now.Add(20 * time.Minute), Status: 200, Items: 25},
		"ward-notes":     {Source: "ward-notes", Last: now.Add(-2 * time.Hour), Next: now.Add(6 * time.Hour), Failures: 3, Error: "read feed: 503 <script>pwn('status')</script>", FailingSince: now.AddDate(0, 0, -4)},
	}
	r.sources = []feeds.Source{
		{ID: "digital-health", Kind: feeds.KindFeed, URL: "https://digital-health.example.org/feed"},
		{ID: "ward-notes", Kind: feeds.KindFeed, URL: "javascript:pwn('source')", Title: "Ward Notes"},
		{ID: "hcsmeu", Kind: feeds.KindMastodon, URL: "https://social.example.org/tags/hcsmeu"},
	}
	h, err := New(Options{
		Site:   templates.Site{Name: "Ward Notebook", BaseURL: "https://news.example.org", Lang: "en", Zone: "Europe/London"},
		Drafts: r, Press: r, Edits: r, Topics: r, FixedTopics: map[string]float64{"Patient communities": 2, "</li><script>pwn('fixed')</script>": 1}, Ledger: r, People: r, Visits: r, Mail: r,
		Corrections: func(context.Context) ([]Correction, error) { return r.mended, nil },
		Sources:     func(context.Context) ([]feeds.Source, error) { return r.sources, nil },
		Now:         func() time.Time { return at("2010-04-05T12:48:00Z") },
		Log:         slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatalf("New() = %v", err)
	}
	return r, h
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// get answers a GET as a browser on this machine sends it.
func get(t *testing.T, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	return do(h, httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8081"+path, nil))
}

// post answers a form as a browser on this machine sends it from the desk.
func post(h http.Handler, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:8081"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Origin", "http://127.0.0.1:8081")
	return do(h, r)
}

func do(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// sampleDraft is an issue as the ranker might give it, with hostile words in
// the places where foreign text lands.
func sampleDraft() Draft {
	items := []feeds.Item{
		{ID: "lead1", Title: "Digital health experts meet on Twitter"},
		{ID: "two22", Title: "Trusts publish waiting times as open data"},
		{ID: "third", Title: "<script>pwn('title')</script> Patients read their own notes"},
		{ID: "pool1", Title: "Vendor wins a prize"},
		{ID: "pool2", Title: "Trust renames its car park"},
	}
	return Draft{
		Week: digest.Week{Number: 31, Slot: at("2010-04-06T06:00:00Z"), Freeze: at("2010-04-05T16:00:00Z"), Items: items,
			Edits: []digest.Edit{{Item: "two22", Pin: true, Note: "We asked for this in January. Compare your own hospital before Friday's chat."}, {Item: "pool2", Drop: true}}},
		Checks: []templates.Check{
			{Rule: "size", Level: "ok", Message: "The mail is 41 KB"},
			{Rule: "quotes", Level: "warn", Message: "Q3 has one quote only"},
			{Rule: "subject", Level: "error", Message: "The subject repeats that of issue 30"},
		},
		Issue: digest.Issue{
			Number: 31, Slot: at("2010-04-06T06:00:00Z"), Minutes: 4,
			Subject: "Digital health experts meet on Twitter", Preheader: "Three debates from #hcsmeu, and what open waiting times change for a ward.",
			Stories: []digest.Story{
				{ID: "lead1", Section: "news", Title: "Digital health experts meet on Twitter", URL: "https://digital-health.example.org/2010/04/meet", Source: "Digital Health", Lang: "en", Published: at("2010-04-01T09:00:00Z"),
					Excerpt: "Doctors, patients and suppliers from ten countries now talk for one hour every Friday, and plan to meet in Berlin.", Score: 1.32, Shared: 7, SharedIn: "hcsmeu", Discussed: digest.Discussed{Tag: "hcsmeu", Question: "T1", Why: []string{"berlin", "patients"}},
					Why:  digest.Why{Topic: 0.82, Words: []string{"social media", "patients", "doctors"}, Coverage: 1.69, Freshness: 0.61, Source: 1.2, Chat: 1.3, Novelty: 1, Passed: []string{"Twitter for nurses <img src=x onerror=pwn('passed')>"}},
					Also: []digest.Also{{Title: "Health 2.0 on Twitter", URL: "https://other.example.org/a", Source: "The Clinic Post", Reason: "same story 0.62"}},
					Related: []digest.Related{
						{ID: "r1", Title: "First unconference for health and social media", URL: "https://camp.example.org/", Source: "Camp Blog", Published: at("2010-03-20T09:00:00Z"), Score: 0.64, Why: []string{"unconference", "hcsmeu"}},
						{ID: "r2", Title: "Ärzte und Patienten im Gespräch", URL: "https://arzt.example.org/", Source: "Praxis", Lang: "de", Published: at("2010-02-11T09:00:00Z"), Score: 0.41},
					}},
				{ID: "two22", Section: "news", Title: "Trusts publish waiting times as open data", URL: "https://data.example.org/waiting", Source: "Open Ward", Published: at("2010-04-03T09:00:00Z"),
					Excerpt: "Twelve trusts now publish the hours people wait, each day and in one format.", Note: "We asked for this in January. Compare your own hospital before Friday's chat.", Score: 0.74,
					Why: digest.Why{Topic: 0.8, Words: []string{"open data", "nhs"}, Coverage: 1, Freshness: 0.93, Source: 1, Chat: 1, Novelty: 1}},
				{ID: "third", Section: "news", Topic: "records", Title: "<script>pwn('title')</script> Patients read their own notes", URL: "javascript:pwn('url')", Source: "\"><img src=x onerror=pwn('source')>", Published: at("2010-04-02T09:00:00Z"),
					Excerpt: "</article><script>pwn('excerpt')</script> Reading along finds mistakes early.", Score: 0.52,
					Why: digest.Why{Topic: 0.6, Words: []string{"<b>notes</b>"}, Coverage: 1, Freshness: 0.86, Source: 1, Chat: 1, Novelty: 1}},
			},
			Chats: []recap.Recap{{Tag: "hcsmeu", Title: "Health care and social media in Europe", Session: at("2010-04-02T11:00:00Z"), Zone: "Europe/London", Posts: 412, People: 63, Replies: 120,
				Timeline: []int{4, 9, 20, 35, 28, 22, 40, 38, 25, 12, 9, 5},
				Questions: []recap.Question{
					{Label: "Q1", Text: "What stops clinicians joining?", Posts: 61, Highlights: []recap.Highlight{
						{ID: "p1", Author: "Anna <script>pwn('author')</script>", Handle: "anna", Network: "mastodon", Text: "Nobody told us who may read it. Show the ward who is in the room, and they will talk.", URL: "https://social.example.org/@anna/1", At: at("2010-04-02T11:09:00Z"), Why: recap.Why{Total: 2.4, Replies: 1.2, Reach: 0.4, Length: 0.8, Segment: "label"}},
						{ID: "p2", Author: "Bram", Handle: "bram", Network: "mastodon", Lang: "nl", Text: "Tijd. En een baas die het goed vindt.", URL: "javascript:pwn('post')", At: at("2010-04-02T11:14:00Z"), Why: recap.Why{Total: 1.1, Replies: 0.9, Length: 0.2, Segment: "thread"}},
					}},
					{Label: "", Text: "", Posts: 4},
				},
				Links:   []recap.Link{{URL: "https://digital-health.example.org/2010/04/meet", Title: "Digital health experts meet on Twitter", Shared: 7}},
				LeftOut: []recap.LeftOut{{ID: "p9", Text: "Good morning all", Reason: "greeting"}}}},
			LeftOut: []digest.LeftOut{{Title: "Vendor wins a prize", Reason: "below the threshold", Score: 0.11}, {Title: "Trust renames its car park", Reason: "dropped by the editor"}, {Title: "<svg onload=pwn('left')>", Reason: "a third story from Digital Health", Score: 0.3}},
		},
	}
}
