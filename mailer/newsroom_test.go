package mailer_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"weekward/digest"
	"weekward/mailer"
	"weekward/store"
	"weekward/store/storetest"
	"weekward/subscribers"
	"weekward/templates"
)

// slot is the moment the tests' issue is due: Tuesday, 3 March 2026, 07:00
// UTC.
var slot = time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)

var site = templates.Site{
	Name: "Ward Weekly", BaseURL: "https://news.example.org", From: "Ward Weekly <digest@example.org>", ReplyTo: "editor@example.org",
	Postal: "1 Lane, Town", Lang: "en", Zone: "UTC", Weekday: time.Tuesday, Time: "07:00",
}

// A newsroom is a newsletter with a database, a relay and readers.
type newsroom struct {
	t       testing.TB
	Address string // of the database
	Store   *store.Store
	Relay   *relay
	Press   *mailer.Press
	Clock   *clock
	raw     *sql.DB
}

// A clock stands at a time of the test's choice, and goes on from there.
type clock struct {
	mu    sync.Mutex
	at    time.Time
	since time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at.Add(time.Since(c.since))
}

func (c *clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.since = at, time.Now()
}

// openNewsroom opens one on SQLite, a minute after the slot.
func openNewsroom(t testing.TB) *newsroom {
	t.Helper()
	empty, err := emptyDatabase()
	address := filepath.Join(t.TempDir(), "subscribers.db")
	if err == nil {
		err = os.WriteFile(address, empty, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return openNewsroomAt(t, address)
}

// emptyDatabase is one with the schema in it: to copy it is quicker than to
// migrate each time.
var emptyDatabase = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "weekward-schema-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	address := filepath.Join(dir, "subscribers.db")
	s, err := store.Open(context.Background(), address)
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(address)
})

// parsedTemplates are what every press prints with.
var parsedTemplates = sync.OnceValues(func() (*templates.Set, error) { return templates.New(nil) })

func openNewsroomAt(t testing.TB, address string) *newsroom {
	t.Helper()
	n := &newsroom{t: t, Address: address, Store: storetest.OpenAt(t, address), Relay: startRelay(t), Clock: &clock{}}
	n.Clock.Set(slot.Add(time.Minute))
	driver, dsn := "sqlite", "file:"+address+"?_pragma=busy_timeout(10000)&_txlock=immediate"
	if strings.HasPrefix(address, "postgres") {
		driver, dsn = "pgx", address
	}
	raw, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	n.raw = raw
	n.Press = n.newPress()
	return n
}

// newPress is one process's press and sender.
func (n *newsroom) newPress() *mailer.Press {
	n.t.Helper()
	press, err := makePress(n.Store, n.Relay.URL(), n.Clock.Now)
	if err != nil {
		n.t.Fatal(err)
	}
	press.Log, press.Sender.Log = testLog(n.t), testLog(n.t)
	return press
}

func makePress(s *store.Store, url string, now func() time.Time) (*mailer.Press, error) {
	set, err := parsedTemplates()
	if err != nil {
		return nil, err
	}
	sender, err := makeSender(s, url, now)
	return &mailer.Press{
		Issues: s, Sender: sender, Compose: compose, Templates: set, Site: site,
		Schedule: digest.Schedule{Weekday: time.Tuesday, Hour: 7, Location: time.UTC},
		Settings: mailer.Settings{Review: mailer.ReviewSend, MinItems: 1}, Editor: "editor@example.org", Now: now,
	}, err
}

func newSender(t testing.TB, s *store.Store, url string, now func() time.Time) *mailer.Sender {
	t.Helper()
	sender, err := makeSender(s, url, now)
	if err != nil {
		t.Fatal(err)
	}
	sender.Log = testLog(t)
	return sender
}

// makeSender makes a sender that loses no time between tries.
func makeSender(s *store.Store, url string, now func() time.Time) (*mailer.Sender, error) {
	transport, err := mailer.ParseTransport(url, mailer.TransportOptions{Hello: "news.example.org", Timeout: 10 * time.Second, Answer: 5 * time.Second})
	if err != nil {
		return nil, err
	}
	keys, err := subscribers.ParseKeys(strings.Repeat("k", 40))
	return &mailer.Sender{
		Ledger: s, Roster: s, Transport: transport, Keys: keys, Site: site, Now: now,
		Patience: 5 * time.Second, Step: 5 * time.Millisecond, Grace: 10 * time.Second,
	}, err
}

func testLog(t testing.TB) *slog.Logger {
	if testing.Verbose() {
		return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	return slog.New(slog.DiscardHandler)
}

// compose makes the same small issue every time.
func compose(_ context.Context, slot time.Time, number int) (digest.Issue, error) {
	return digest.Issue{
		Number: number, Slot: slot, Subject: "A clinic answers by mail", Preheader: "And two more stories", Minutes: 2,
		Stories: []digest.Story{
			{ID: "a1", Title: "A clinic answers by mail", URL: "https://one.example.org/a", Source: "One", Lang: "en", Published: slot.Add(-48 * time.Hour), Excerpt: "Patients write, the ward answers within a day."},
			{ID: "b2", Title: "Records that follow the patient", URL: "https://two.example.org/b", Source: "Two", Lang: "en", Topic: "records", Published: slot.Add(-24 * time.Hour), Excerpt: "Three regions begin to share what they know."},
		},
	}, nil
}

// subscribe adds active subscribers and returns their addresses.
func (n *newsroom) subscribe(count int) []string {
	n.t.Helper()
	tx, err := n.raw.Begin()
	if err != nil {
		n.t.Fatal(err)
	}
	var addresses []string
	for i := range count {
		address := fmt.Sprintf("r%05d@example.org", i)
		_, err := tx.Exec(`INSERT INTO subscribers (id, email, email_key, state, created_at, confirmed_at)
			VALUES ($1, $2, $2, 'active', '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00')`, fmt.Sprintf("s%05d", i), address)
		if err != nil {
			n.t.Fatal(err)
		}
		addresses = append(addresses, address)
	}
	if err := tx.Commit(); err != nil {
		n.t.Fatal(err)
	}
	return addresses
}

// exec changes the database behind everybody's back.
func (n *newsroom) exec(statement string, args ...any) {
	n.t.Helper()
	if _, err := n.raw.Exec(statement, args...); err != nil {
		n.t.Fatalf("%s: %v", statement, err)
	}
}

// run runs the press and fails on an error.
func (n *newsroom) run(o mailer.PublishOptions) mailer.Report {
	n.t.Helper()
	r, err := n.Press.Run(context.Background(), o)
	if err != nil {
		n.t.Fatalf("Run(%+v): %v", o, err)
	}
	return r
}

// letters returns the subjects of the letters that were queued.
func (n *newsroom) letters() []string {
	n.t.Helper()
	rows, err := n.raw.Query("SELECT subject FROM variants JOIN mailings ON id = mailing WHERE kind = 'letter' ORDER BY created_at, subject")
	if err != nil {
		n.t.Fatal(err)
	}
	defer rows.Close()
	var subjects []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			n.t.Fatal(err)
		}
		subjects = append(subjects, s)
	}
	return subjects
}

// wantFigures compares the counts of a report.
func wantFigures(t testing.TB, got mailer.Report, want mailer.Report) {
	t.Helper()
	got.TookMS, got.Reason = 0, ""
	if got != want {
		t.Errorf("report: got %+v, want %+v", got, want)
	}
}

// wantOnce fails unless each address got exactly one message.
func wantOnce(t testing.TB, r *relay, addresses []string) {
	t.Helper()
	count := r.count()
	missing, doubles := 0, 0
	for _, a := range addresses {
		switch n := count[a]; {
		case n == 0:
			missing++
		case n > 1:
			doubles += n - 1
		}
	}
	if missing > 0 || doubles > 0 {
		t.Errorf("of %d recipients: got %d without a mail and %d doubles, want none", len(addresses), missing, doubles)
	}
}

func as[E error](t testing.TB, err error) E {
	t.Helper()
	var e E
	if !errors.As(err, &e) {
		t.Fatalf("error: got %v, want a %T", err, e)
	}
	return e
}
