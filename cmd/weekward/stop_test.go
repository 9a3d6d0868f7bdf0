package main

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// killsWanted is the environment's word on how often a send is killed or
// stopped; 20 times when empty.
const killsWanted = "WEEKWARD_TEST_KILLS"

func stopsWanted(t *testing.T) int {
	t.Helper()
	text := os.Getenv(killsWanted)
	if text == "" {
		return 20
	}
	wanted, err := strconv.Atoi(text)
	if err != nil || wanted < 1 {
		t.Fatalf("%s=%q is not a number from 1", killsWanted, text)
	}
	return wanted
}

// A send that is killed at any moment misses nobody: whoever was not mailed is
// mailed by the next one. Only messages under way may come twice, one a
// connection, with the same bytes.
func TestKilledSendMissesNobody(t *testing.T) {
	stopped, r := sendStopped(t, func(int) syscall.Signal { return syscall.SIGKILL })
	doubles := checkAll(t, r)
	t.Logf("killed %d times: 0 missing, %d doubles", stopped, doubles)
	if most := stopped * stopConnections; doubles > most {
		t.Errorf("%d doubles after %d kills with %d connections, want at most %d", doubles, stopped, stopConnections, most)
	}
}

// A send that is told to stop finishes the messages under way; the next one
// mails the rest, and nobody twice.
func TestStoppedSendMailsNobodyTwice(t *testing.T) {
	// Ctrl-C and the service manager's word are one thing.
	stopped, r := sendStopped(t, func(stop int) syscall.Signal { return []syscall.Signal{syscall.SIGTERM, syscall.SIGINT}[stop%2] })
	doubles := checkAll(t, r)
	t.Logf("stopped %d times: 0 missing, %d doubles", stopped, doubles)
	if doubles != 0 {
		t.Errorf("%d doubles, want none", doubles)
	}
}

const (
	stopEach        = 100 // readers for each stop
	stopConnections = 4
)

// sendStopped sends to many readers and stops the program at random moments,
// each time with the signal that sig names.
func sendStopped(t *testing.T, sig func(stop int) syscall.Signal) (stopped int, r *relay) {
	if testing.Short() {
		t.Skip("starts the program many times")
	}
	stoppedSends := stopsWanted(t)
	stopReaders := stopEach * stoppedSends
	slot := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
	r = startRelay(t, time.Millisecond)
	n := newNewsletter(t, reads(smallWeek(t, slot)))
	t.Setenv("WEEKWARD_NOW", slot.Format(time.RFC3339))
	t.Setenv("WEEKWARD_SMTP_URL", "smtp://"+r.addr)
	n.weekward(t, nil, "collect")
	n.subscribe(t, stopReaders)
	n.approve(t, slot)
	for stopped < stoppedSends && r.total() < stopReaders {
		before := r.total()
		cmd, done := n.startSend(t)
		// Wait for some mails of this run, so that the signal comes in mid-send.
		for target := before + 1 + rand.IntN(stopEach-10); r.total() < target && cmd.ProcessState == nil; {
			select {
			case err := <-done:
				t.Fatalf("send ended by itself after %d of %d mails: %v", r.total(), stopReaders, err)
			case <-time.After(time.Millisecond):
			}
		}
		cmd.Process.Signal(sig(stopped))
		ended := <-done
		if code := cmd.ProcessState.ExitCode(); sig(stopped) != syscall.SIGKILL && code != exitDone {
			t.Errorf("send that was told to stop: exit %d, want %d: %v", code, exitDone, ended)
		}
		// What came twice by now is what earlier stops left in doubt.
		if doubles, most := countDoubles(r.count()), stopped*stopConnections; doubles > most {
			t.Errorf("%d doubles after %d stops with %d connections, want at most %d", doubles, stopped, stopConnections, most)
		}
		stopped++
	}
	if stopped < stoppedSends {
		t.Fatalf("the send was over after %d stops, want %d", stopped, stoppedSends)
	}
	n.weekward(t, nil, "send")
	return stopped, r
}

// startSend starts the program as a person would, to be stopped.
func (n *newsletter) startSend(t *testing.T) (*exec.Cmd, <-chan error) {
	t.Helper()
	cmd := exec.Command("weekward", "send", "--quiet", "--config", n.config())
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.Env = &out, &out, os.Environ()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		err := cmd.Wait()
		done <- fmt.Errorf("%v\n%s", err, out.String())
	}()
	return cmd, done
}

// checkAll wants every reader mailed and every double to be the same bytes; it
// returns the number of doubles.
func checkAll(t *testing.T, r *relay) (doubles int) {
	t.Helper()
	got := r.count()
	if want := stopEach * stopsWanted(t); len(got) != want {
		t.Errorf("%d readers got the issue, want %d", len(got), want)
	}
	if len(r.changed) > 0 {
		t.Errorf("second copies differ from the first: %v", slices.Sorted(slices.Values(r.changed)))
	}
	return countDoubles(got)
}

// countDoubles counts the copies beyond each reader's first.
func countDoubles(got map[string]int) (doubles int) {
	for n := range maps.Values(got) {
		doubles += n - 1
	}
	return doubles
}
