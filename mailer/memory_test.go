//go:build linux

package mailer_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"weekward/mailer"
)

// readersWanted is the environment's word on how many readers the send with
// little memory has; 5,000 when empty.
const readersWanted = "WEEKWARD_TEST_READERS"

// The list is never in memory: a send to any number of readers stays below
// 128 MB, from freezing to the last mail (F30).
func TestLittleMemoryIsEnoughForAnyList(t *testing.T) {
	if testing.Short() {
		t.Skip("mails thousands")
	}
	const most = 128 << 20
	readers := 5000
	if text := os.Getenv(readersWanted); text != "" {
		var err error
		if readers, err = strconv.Atoi(text); err != nil {
			t.Fatalf("%s: %v", readersWanted, err)
		}
	}
	n := openNewsroom(t)
	n.subscribe(readers)
	var mu sync.Mutex
	got := make(map[string]int, readers)
	n.Relay.data = func(_ net.Conn, to string, r io.Reader, _ int) error {
		io.Copy(io.Discard, r) //nolint:errcheck // as the relay would, but kept nowhere
		mu.Lock()
		defer mu.Unlock()
		got[to]++
		return errTaken
	}
	told := filepath.Join(t.TempDir(), "peak")
	child := startJob(t, os.Args[0], job{Database: n.Address, Relay: n.Relay.URL(), Whole: true, Peak: told}, "GOMEMLIMIT=128MiB")
	if err := child.Wait(); err != nil {
		t.Fatalf("the send: %v", err)
	}
	peak := readPeak(t, told)
	t.Logf("%d readers: %d MB at most", readers, peak>>20)
	if peak > most || peak < 1<<20 {
		t.Errorf("resident memory: got %d MB, want at most %d MB and more than none", peak>>20, most>>20)
	}
	mu.Lock()
	defer mu.Unlock()
	doubles := 0
	for _, count := range got {
		doubles += count - 1
	}
	if len(got) != readers || doubles != 0 {
		t.Errorf("recipients with a mail: got %d and %d doubles, want %d and none", len(got), doubles, readers)
	}
	report, err := n.Press.Status(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	wantFigures(t, report, mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: readers, Sent: readers})
}

// readPeak reads what writePeak wrote.
func readPeak(t *testing.T, path string) int64 {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	peak, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return peak
}
