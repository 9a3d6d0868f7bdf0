package mailer_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"weekward/mailer"
	"weekward/store"
)

// childJob is the environment of a child process: a job, as JSON.
const childJob = "WEEKWARD_TEST_JOB"

// A job is what a child process does until it ends or is killed.
type job struct {
	Database    string
	Relay       string        // address of a transport
	Now         time.Time     // an hour after the slot when zero
	Whole       bool          // the whole press, not only what is frozen
	Hold        bool          // what nobody approved
	Connections int           // the usual number when 0
	Lease       time.Duration // the usual when 0
	Patience    time.Duration // 5 s when 0
	Peak        string        // the file that is told the most memory it had resident; none when empty
}

func TestMain(m *testing.M) {
	if text := os.Getenv(childJob); text != "" {
		var j job
		err := json.Unmarshal([]byte(text), &j)
		if err == nil {
			err = j.run()
		}
		if err == nil && j.Peak != "" {
			err = writePeak(j.Peak)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		os.RemoveAll(placeOfPrograms())
		os.Exit(code)
	}))
}

func (j job) run() error {
	ctx := context.Background()
	s, err := store.Open(ctx, j.Database)
	if err != nil {
		return err
	}
	defer s.Close()
	var c clock
	if c.Set(j.Now); j.Now.IsZero() {
		c.Set(slot.Add(time.Hour))
	}
	press, err := makePress(s, j.Relay, c.Now)
	if err != nil {
		return err
	}
	press.Sender.Connections, press.Sender.Lease = j.Connections, j.Lease
	if j.Patience > 0 {
		press.Sender.Patience = j.Patience
	}
	if j.Hold {
		press.Settings.Review = mailer.ReviewHold
	}
	if !j.Whole {
		return press.Sender.Deliver(ctx)
	}
	_, err = press.Run(ctx, mailer.PublishOptions{})
	return err
}

// writePeak writes the most memory this process ever had resident, in bytes.
// getrusage(2) would not do: Linux carries ru_maxrss over an exec(2), and the
// process that starts a Go program is a moment long its parent's memory, so a
// child would answer for the tests that ran before it. VmHWM is its own.
func writePeak(path string) error {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	_, rest, _ := strings.Cut(string(status), "\nVmHWM:")
	text, _, found := strings.Cut(rest, " kB\n") // kB here are 1,024 bytes: proc(5)
	if !found {
		return fmt.Errorf("no VmHWM in /proc/self/status:\n%s", status)
	}
	kilobytes, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return fmt.Errorf("VmHWM in /proc/self/status: %w", err)
	}
	return os.WriteFile(path, strconv.AppendInt(nil, kilobytes<<10, 10), 0o600)
}

// startChild runs this test binary as a process that delivers.
func (n *newsroom) startChild() *exec.Cmd {
	n.t.Helper()
	return startJob(n.t, os.Args[0], job{Database: n.Address, Relay: n.Relay.URL()})
}

// startJob starts a test binary of this package for a job.
func startJob(t testing.TB, binary string, j job, environment ...string) *exec.Cmd {
	t.Helper()
	return startJobTo(t, binary, j, os.Stderr, environment...)
}

// startJobTo is startJob with a place for what the child says.
func startJobTo(t testing.TB, binary string, j job, said io.Writer, environment ...string) *exec.Cmd {
	t.Helper()
	text, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(binary, "-test.run=^$")
	child.Env = append(append(os.Environ(), childJob+"="+string(text)), environment...)
	child.Stderr = said
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	return child
}

// waitUntil looks every few milliseconds, for ten seconds.
func waitUntil(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after 10 s: want %s", what)
		}
	}
}
