//go:build linux

package main

import (
	"context"
	"database/sql"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// smallDisk mounts a file system of 8 MB for the time of the test.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=8m,mode=700"); err != nil {
		t.Skipf("a file system of 8 MB cannot be mounted here (it takes root): %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// fill leaves no room on the disk, and returns what makes room again.
func (d *drill) fill() (empty func()) {
	d.Helper()
	ballast := filepath.Join(d.data, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		d.Fatal(err)
	}
	defer f.Close()
	for piece := make([]byte, 64<<10); len(piece) > 0; {
		if _, err := f.Write(piece); err != nil {
			piece = piece[:len(piece)/2]
		}
	}
	return func() { os.Remove(ballast) }
}

// A server is weekward serve, run by the test.
type server struct {
	addr string
	stop func()
	said *lines
}

// lines gather what a program says while it runs.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (d *drill) serve() *server {
	d.Helper()
	port := func() string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			d.Fatal(err)
		}
		defer l.Close()
		return l.Addr().String()
	}
	ctx, cancel := context.WithCancel(d.Context())
	s := &server{addr: port(), said: &lines{}}
	done := make(chan struct{})
	go func() {
		run(ctx, []string{"serve", "--addr", s.addr, "--desk-addr", port(), "--config", d.config()}, strings.NewReader(""), s.said, s.said)
		close(done)
	}()
	s.stop = sync.OnceFunc(func() { cancel(); <-done })
	d.Cleanup(s.stop)
	return s
}

// health is what /healthz answers; 0 is nothing.
func (s *server) health() int {
	r, err := http.Get("http://" + s.addr + "/healthz")
	if err != nil {
		return 0
	}
	r.Body.Close()
	return r.StatusCode
}

// until waits for something, for 20 seconds at most.
func (d *drill) until(what string, f func() bool) {
	d.Helper()
	for deadline := time.Now().Add(20 * time.Second); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			d.Fatalf("after 20 s, %s: got no, want yes", what)
		}
	}
}

// stands wants the number of mails not to change for a while.
func (d *drill) stands(during time.Duration) {
	d.Helper()
	before := d.relay.total()
	time.Sleep(during)
	if after := d.relay.total(); after != before {
		d.Errorf("mails meanwhile: got %d more, want none", after-before)
	}
}

func TestF07FullDiskSendsNothingThatItCannotRecord(t *testing.T) {
	d := newDrillIn(t, 0, smallDisk(t))
	empty := d.fill()
	code, said := d.verb("send")
	if code != exitFailed || !strings.Contains(said, "see whether the disk is full") {
		t.Errorf("send on a full disk: exit %d and %q, want %d and what is wrong", code, said, exitFailed)
	}
	if got := d.relay.total(); got != 0 {
		t.Errorf("mails from a full disk: got %d, want none", got)
	}
	empty()
	d.want(exitDone, "", "send")
	d.served(nil, 0)
}

// The disk is full in the middle: no window is opened, whoever watches is told,
// and with room again it goes on by itself.
func TestF07DiskThatFillsInMidSend(t *testing.T) {
	d := newDrillIn(t, 2*time.Millisecond, smallDisk(t))
	s := d.serve()
	d.until("a few are mailed", func() bool { return d.relay.total() > 40 })
	if got := s.health(); got != http.StatusOK {
		t.Errorf("/healthz while there is room: got %d, want 200", got)
	}
	empty := d.fill()
	d.until("/healthz fails", func() bool { return s.health() == http.StatusServiceUnavailable })
	time.Sleep(100 * time.Millisecond) // for the messages under way
	d.stands(300 * time.Millisecond)
	if got := d.relay.total(); got == restoreReaders {
		t.Fatal("all were mailed before the disk was full")
	}
	if said := s.said.String(); !strings.Contains(said, "the database does not answer") {
		t.Errorf("log of a full disk: got %q, want it said", said)
	}
	empty()
	d.until("all are mailed", func() bool { return d.relay.total() >= restoreReaders })
	d.until("/healthz is well again", func() bool { return s.health() == http.StatusOK })
	s.stop()
	d.served(nil, 0)
}

// Another process holds the write lock for a while: the send waits for it, and
// mails nobody whose window it could not open.
func TestF08LockedDatabaseIsWaitedFor(t *testing.T) {
	d := newDrill(t, time.Millisecond)
	s := d.serve()
	d.until("a few are mailed", func() bool { return d.relay.total() > 20 })
	unlock := d.lock()
	d.until("the open window is mailed", func() bool {
		before := d.relay.total()
		time.Sleep(100 * time.Millisecond)
		return d.relay.total() == before
	})
	open := d.open()
	if got := d.relay.total(); got == restoreReaders {
		t.Fatal("all were mailed before the database was locked")
	}
	d.stands(500 * time.Millisecond)
	if got := d.open(); got != open {
		t.Errorf("deliveries in windows while it is locked: got %d, then %d", open, got)
	}
	unlock()
	d.until("all are mailed", func() bool { return d.relay.total() >= restoreReaders })
	s.stop()
	d.served(nil, 0)
}

// lock holds the write lock as another process does.
func (d *drill) lock() (unlock func()) {
	d.Helper()
	db := d.raw()
	conn, err := db.Conn(d.Context())
	if err == nil {
		_, err = conn.ExecContext(d.Context(), "PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE")
	}
	if err != nil {
		d.Fatal(err)
	}
	return sync.OnceFunc(func() {
		conn.ExecContext(context.Background(), "ROLLBACK")
		conn.Close()
		db.Close()
	})
}

// open counts the deliveries in windows.
func (d *drill) open() (n int) {
	d.Helper()
	db := d.raw()
	defer db.Close()
	if err := db.QueryRow("SELECT COUNT(*) FROM deliveries WHERE state IN ('claimed', 'sending')").Scan(&n); err != nil && err != sql.ErrNoRows {
		d.Fatal(err)
	}
	return n
}

// A database that cannot be written is not sent from.
func TestF08ReadOnlyDatabaseSendsNothing(t *testing.T) {
	d := newDrillIn(t, 0, smallDisk(t))
	flags := uintptr(syscall.MS_REMOUNT | syscall.MS_RDONLY)
	if err := syscall.Mount("", d.data, "", flags, ""); err != nil {
		t.Skipf("a file system cannot be made read-only here: %v", err)
	}
	code, said := d.verb("send")
	if code != exitFailed || !strings.Contains(said, "see whether the disk is full or read-only") {
		t.Errorf("send from a read-only database: exit %d and %q, want %d and what is wrong", code, said, exitFailed)
	}
	if got := d.relay.total(); got != 0 {
		t.Errorf("mails from a read-only database: got %d, want none", got)
	}
	if err := syscall.Mount("", d.data, "", syscall.MS_REMOUNT, ""); err != nil {
		t.Fatal(err)
	}
	d.want(exitDone, "", "send")
	d.served(nil, 0)
}
