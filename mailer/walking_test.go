package mailer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"weekward/mailer"
	"weekward/store/storetest"
	"weekward/subscribers"
)

// programWithPoints is this package's test binary with its failpoints; it is
// built once.
func programWithPoints(t *testing.T) string {
	t.Helper()
	path, err := buildWithPoints()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var buildWithPoints = sync.OnceValues(func() (string, error) {
	path := filepath.Join(placeOfPrograms(), "mailer.test")
	out, err := exec.Command("go", "test", "-c", "-tags", "failpoint", "-ldflags", "-s -w", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build with failpoints: %w\n%s", err, out)
	}
	return path, nil
})

// placeOfPrograms is a folder of this process's own, which TestMain removes.
func placeOfPrograms() string {
	return filepath.Join(os.TempDir(), fmt.Sprint("weekward-failpoint-", os.Getpid()))
}

// A walk takes a route again and again, and stumbles at another place each
// time.
type walk struct {
	route    route
	program  string
	prepared []byte // a SQLite database with readers and a letter, before anything
}

// newWalks are walks along some routes.
func newWalks(t *testing.T, along ...route) (walks []*walk) {
	t.Helper()
	program := programWithPoints(t)
	n := openNewsroom(t)
	prepareWalk(t, n)
	n.exec("PRAGMA wal_checkpoint(TRUNCATE)")
	prepared, err := os.ReadFile(n.Address)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range along {
		walks = append(walks, &walk{r, program, prepared})
	}
	return walks
}

func prepareWalk(t *testing.T, n *newsroom) {
	t.Helper()
	n.subscribe(walkReaders)
	l := subscribers.Letter{ID: "notice", Kind: subscribers.LetterNotice, Address: "colleague@example.org", Subject: "A word", Text: "Hello.", At: slot}
	if err := n.Store.QueueLetter(context.Background(), l); err != nil {
		t.Fatal(err)
	}
}

// whole stumbles at the first, the second … passing of every point, until the
// send is over before it.
func (w *walk) whole(t *testing.T) {
	taken := 0
	for _, name := range slices.Sorted(maps.Keys(w.trace(t))) {
		for _, action := range []string{"kill", "error"} {
			for turn, reached := 1, w.route.covers(name); reached; turn++ {
				s := step{w, name, turn, action}
				t.Run(s.String(), func(t *testing.T) { reached = w.stumble(t, s) })
				taken++
			}
		}
	}
	t.Logf("%d steps", taken)
}

// trace takes the route without stumbling and counts how often each point is
// passed.
func (w *walk) trace(t *testing.T) map[string]int {
	t.Helper()
	passed := make(map[string]int)
	for _, line := range w.child(t, w.newsroom(t), "") {
		passed[line]++
	}
	return passed
}

// stumble takes the route, stumbles, and has the next send finish it. It
// reports whether the point was reached.
func (w *walk) stumble(t *testing.T, s step) (reached bool) {
	n := w.newsroom(t)
	lines := w.child(t, n, fmt.Sprintf("%s:%d:%s", s.point, s.turn, s.action))
	reached = slices.Contains(lines, s.point+":"+s.action)
	w.finish(t, n)

	allowed := 0
	if w.route.before != "" {
		allowed += walkConnections
	}
	switch {
	case reached && s.action == "kill":
		allowed += walkConnections
	case reached && s.point == "answered":
		allowed++ // it was told that the answer was lost
	}
	w.judge(t, n, allowed)
	return reached
}

// newsroom is one before the issue, with the relay of the route.
func (w *walk) newsroom(t *testing.T) *newsroom {
	t.Helper()
	if w.route.postgres {
		n := openNewsroomAt(t, storetest.PostgresWithSchema(t))
		prepareWalk(t, n)
		return n
	}
	address := filepath.Join(t.TempDir(), "subscribers.db")
	if err := os.WriteFile(address, w.prepared, 0o600); err != nil {
		t.Fatal(err)
	}
	return openNewsroomAt(t, address)
}

// child takes the route in another process and returns its trace.
func (w *walk) child(t *testing.T, n *newsroom, where string) []string {
	t.Helper()
	j := job{Database: n.Address, Relay: w.relay(n), Now: slot.Add(time.Minute), Whole: true, Hold: w.route.hold, Connections: walkConnections}
	if w.route.postgres {
		j.Lease = leaseInTests // no lock tells of a death
	}
	if w.route.before != "" {
		w.start(t, j, "WEEKWARD_FAIL="+w.route.before)
	}
	if w.route.refuse {
		n.Relay.mu.Lock()
		n.Relay.data = func(_ net.Conn, _ string, r io.Reader, _ int) error {
			io.Copy(io.Discard, r) //nolint:errcheck // a refusal either way
			return says(554, smtp.EnhancedCode{5, 7, 1}, "we do not like it")
		}
		n.Relay.mu.Unlock()
	}
	if w.route.change {
		n.Relay.watch(func(string, int) { n.exec("UPDATE subscribers SET lang = 'de' WHERE id = 's00000'") })
	}
	trace := filepath.Join(t.TempDir(), "trace")
	w.start(t, j, "WEEKWARD_FAIL="+where, "WEEKWARD_FAIL_TRACE="+trace)
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// start runs a child to its end, which may be any but a hang or a panic.
func (w *walk) start(t *testing.T, j job, environment ...string) {
	t.Helper()
	var said bytes.Buffer
	child := startJobTo(t, w.program, j, &said, environment...)
	late := time.AfterFunc(60*time.Second, func() { child.Process.Signal(syscall.SIGQUIT) }) //nolint:errcheck // it may have ended
	err := child.Wait()
	if !late.Stop() {
		t.Fatalf("%s: the send did not end within a minute\n%s", environment, said.String())
	}
	if strings.Contains(said.String(), "panic:") {
		t.Fatalf("%s: %v\n%s", environment, err, said.String())
	}
}

// relay is the address of the route's relay.
func (w *walk) relay(n *newsroom) string {
	if w.route.outbox {
		return "outbox:" + w.outboxOf(n)
	}
	return n.Relay.URL()
}

func (w *walk) outboxOf(n *newsroom) string { return filepath.Join(filepath.Dir(n.Address), "outbox") }

// finish puts right what the route has put wrong, and sends again as anybody
// would.
func (w *walk) finish(t *testing.T, n *newsroom) {
	t.Helper()
	var err error
	if n.Press.Sender.Transport, err = mailer.ParseTransport(w.relay(n), mailer.TransportOptions{}); err != nil {
		t.Fatal(err)
	}
	n.Press.Sender.Lease = leaseInTests
	n.Relay.mu.Lock()
	n.Relay.data, n.Relay.onTaken = nil, nil
	n.Relay.mu.Unlock()
	n.Clock.Set(slot.Add(2 * time.Hour)) // what was put off is due
	if w.route.hold {
		w.approve(t, n)
	}
	if w.route.refuse {
		if err := n.Press.Resume(context.Background(), 1); err != nil && !errors.As(err, new(*mailer.StateError)) && !errors.Is(err, mailer.ErrNoIssue) {
			t.Fatal(err)
		}
	}
	_, err = n.Press.Run(context.Background(), mailer.PublishOptions{})
	if err != nil && !errors.As(err, new(*mailer.NotDueError)) {
		t.Fatalf("the next send: got %v, want it to finish", err)
	}
}

// approve has the editor told, if that has not happened, and say yes.
func (w *walk) approve(t *testing.T, n *newsroom) {
	t.Helper()
	n.Press.Settings.Review = mailer.ReviewHold
	if _, err := n.Press.Run(context.Background(), mailer.PublishOptions{}); !errors.As(err, new(*mailer.HeldError)) {
		t.Fatalf("Run without an approval: got %v, want a *HeldError", err)
	}
	issue, _ := compose(context.Background(), slot, 1)
	if err := n.Press.Approve(context.Background(), 1, issue.Fingerprint(), issue); err != nil {
		t.Fatal(err)
	}
}

// judge holds the ledger of the relay and ours against each other.
func (w *walk) judge(t *testing.T, n *newsroom, allowed int) {
	t.Helper()
	report, err := n.Press.Status(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	wantFigures(t, report, mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: walkReaders, Sent: walkReaders})
	if w.route.outbox {
		w.wantFiles(t, n)
	} else {
		letters := 1
		if w.route.hold {
			letters++ // to the editor
		}
		if got := len(n.Relay.count()); got != walkReaders+letters {
			t.Errorf("recipients with a mail: got %d, want %d", got, walkReaders+letters)
		}
		if got := n.Relay.doubles(); got > allowed {
			t.Errorf("doubles: got %d, want at most %d", got, allowed)
		}
		n.Relay.sameBytes(t)
	}
	n.wantSound()
}

// wantFiles wants one whole file a recipient. A file that was being written
// when its process died stays as a hidden draft.
func (w *walk) wantFiles(t *testing.T, n *newsroom) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(w.outboxOf(n), "*.eml"))
	if err != nil || len(files) != walkReaders+1 {
		t.Errorf("files in the outbox: got %d, %v, want %d", len(files), err, walkReaders+1)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil || !bytes.HasSuffix(bytes.TrimSpace(text), []byte("--")) && !bytes.Contains(text, []byte("colleague@")) {
			t.Errorf("%s does not end as a mail does: %v", file, err)
		}
	}
}

// wantSound fails when the database is damaged.
func (n *newsroom) wantSound() {
	n.t.Helper()
	if strings.HasPrefix(n.Address, "postgres") {
		return
	}
	var verdict string
	if err := n.raw.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		n.t.Errorf("integrity_check: got %q, %v, want ok", verdict, err)
	}
	rows, err := n.raw.Query("PRAGMA foreign_key_check")
	if err != nil {
		n.t.Fatal(err)
	}
	defer rows.Close()
	if rows.Next() {
		n.t.Error("foreign_key_check: got rows that point nowhere, want none")
	}
}
