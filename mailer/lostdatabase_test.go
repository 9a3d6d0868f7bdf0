package mailer_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"weekward/mailer"
	"weekward/store/storetest"
	"weekward/subscribers"
)

// A wire is a way to a server that can be cut, and grows again at once.
type wire struct {
	listener net.Listener
	to       string
	mu       sync.Mutex
	open     map[net.Conn]bool
	running  sync.WaitGroup
}

func startWire(t *testing.T, to string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: l, to: to, open: make(map[net.Conn]bool)}
	w.running.Go(w.accept)
	t.Cleanup(func() { l.Close(); w.cut(); w.running.Wait() })
	return w
}

func (w *wire) accept() {
	for {
		near, err := w.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", w.to)
		if err != nil {
			near.Close()
			continue
		}
		w.mu.Lock()
		w.open[near], w.open[far] = true, true
		w.mu.Unlock()
		w.running.Go(func() { w.carry(near, far) })
		w.running.Go(func() { w.carry(far, near) })
	}
}

func (w *wire) carry(to, from net.Conn) {
	io.Copy(to, from) //nolint:errcheck // cut, as intended
	to.Close()
	from.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.open, to)
	delete(w.open, from)
}

// cut ends every conversation, in mid-word perhaps.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for conn := range w.open {
		conn.Close()
	}
}

// Connections to PostgreSQL that are lost at any moment, commits among them,
// cost time and nothing else: the sender lives, and knows what the relay has
// (F23).
func TestLostConnectionsToPostgresDoubleNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	t.Parallel() // it mostly waits
	direct := storetest.PostgresWithSchema(t)
	u, err := url.Parse(direct)
	if err != nil {
		t.Fatal(err)
	}
	w := startWire(t, u.Host)
	u.Host = w.listener.Addr().String()
	n := openNewsroomAt(t, u.String())
	addresses := n.subscribe(150)
	n.run(mailer.PublishOptions{Leave: true})
	n.Relay.watch(func(string, int) { time.Sleep(3 * time.Millisecond) })
	n.Press.Sender.Lease = leaseInTests

	ctx, stop := context.WithCancel(context.Background())
	var cutting sync.WaitGroup
	cuts := 0
	cutting.Go(func() {
		for ctx.Err() == nil {
			time.Sleep(time.Duration(20+rand.IntN(200)) * time.Millisecond)
			w.cut()
			cuts++
		}
	})
	n.Press.Sender.Patience = 20 * time.Second
	sendErr := n.Press.Sender.Deliver(context.Background())
	stop()
	cutting.Wait()
	t.Logf("%d cuts, Deliver: %v", cuts, sendErr)
	// As whoever is told that the database is gone would do.
	waitUntil(t, "a send that ends", func() bool {
		_, err := n.Press.Run(context.Background(), mailer.PublishOptions{})
		return err == nil || errors.As(err, new(*mailer.NotDueError))
	})
	wantOnce(t, n.Relay, addresses)
	report, err := n.Press.Status(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	wantFigures(t, report, mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: len(addresses), Sent: len(addresses)})
}

// When the last outcomes of a send cannot be written at first, the send does
// not wait for something else to write.
func TestLastOutcomeIsWrittenWhenTheLedgerFailedOnce(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(3)
	n.Press.Sender.Ledger = &faltering{Ledger: n.Store}
	n.Press.Sender.Connections = 1
	done := make(chan mailer.Report, 1)
	go func() { done <- n.run(mailer.PublishOptions{}) }()
	select {
	case r := <-done:
		wantFigures(t, r, mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 3, Sent: 3})
	case <-time.After(5 * time.Second):
		t.Fatal("the send did not end within 5 s")
	}
	wantOnce(t, n.Relay, addresses)
}

// A faltering ledger fails the first note of the end of the third message.
type faltering struct {
	mailer.Ledger
	ended  int
	failed bool
}

func (f *faltering) Note(ctx context.Context, sender string, ends []mailer.Outcome, begins []mailer.Claim, now time.Time) ([]mailer.Standing, error) {
	if f.ended+len(ends) == 3 && !f.failed {
		f.failed = true
		return nil, errors.New("the disk is full")
	}
	f.ended += len(ends)
	return f.Ledger.Note(ctx, sender, ends, begins, now)
}

// A letter that is erased along with its reader while a sender has it holds up
// nobody else's, however patient the sender is with a database.
func TestLetterThatIsErasedInMidSendHoldsNobodyUp(t *testing.T) {
	n := openNewsroom(t)
	for _, id := range []string{"erased", "kept"} {
		l := subscribers.Letter{ID: id, Kind: subscribers.LetterNotice, Address: id + "@example.org", Subject: "A word", Text: "Hello.", At: slot}
		if err := n.Store.QueueLetter(context.Background(), l); err != nil {
			t.Fatal(err)
		}
	}
	n.Press.Sender.Ledger = &erasing{n.Store, func() { n.exec("DELETE FROM mailings WHERE id = 'erased'") }}
	n.Press.Sender.Patience = 0
	work, stop := context.WithTimeout(context.Background(), 3*time.Second)
	defer stop()
	if err := n.Press.Sender.Deliver(work); err != nil {
		t.Errorf("Deliver = %v, want none, and an end within 3 s", err)
	}
	if got := n.Relay.count(); got["kept@example.org"] != 1 || len(got) != 1 {
		t.Errorf("mails: got %v, want one to kept@example.org", got)
	}
}

// An erasing ledger does something after each window that was claimed.
type erasing struct {
	mailer.Ledger
	erase func()
}

func (e *erasing) Claim(ctx context.Context, sender string, limit int, now time.Time) ([]mailer.Claim, error) {
	claims, err := e.Ledger.Claim(ctx, sender, limit, now)
	e.erase()
	return claims, err
}
