//go:build unix

package mailer_test

import (
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"weekward/mailer"
	"weekward/store/storetest"
)

// chaosWanted is the environment's word on how long processes are killed and
// stopped, as in "20m"; a few seconds when empty.
const chaosWanted = "WEEKWARD_TEST_CHAOS"

// A sender that stands still for longer than its lease, and wakes up when
// others have sent what it had claimed, sends nothing: the fence is in its way
// (F22).
func TestZombieSendsNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program and waits for a lease")
	}
	t.Parallel() // it mostly waits
	program := programWithPoints(t)
	t.Run("sqlite", func(t *testing.T) { wakeAZombie(t, openNewsroom(t), program) })
	// It may be stopped in the midst of a transaction, whose locks the others
	// wait for until the server ends it: after a minute, when nobody says less.
	t.Run("postgres", func(t *testing.T) {
		wakeAZombie(t, openNewsroomAt(t, storetest.PostgresWithSchema(t)+"&idle_in_transaction_session_timeout=2s"), program)
	})
}

func wakeAZombie(t *testing.T, n *newsroom, program string) {
	addresses := n.subscribe(20)
	trace := filepath.Join(t.TempDir(), "trace")
	zombie := startJob(t, program, job{Database: n.Address, Relay: n.Relay.URL(), Whole: true, Connections: 1, Lease: leaseInTests},
		"WEEKWARD_FAIL=begin:1:pause", "WEEKWARD_FAIL_TRACE="+trace)
	waitUntil(t, "the zombie stands still", func() bool {
		text, _ := os.ReadFile(trace)
		return strings.Contains(string(text), "begin:pause\n")
	})
	n.Press.Sender.Lease = leaseInTests
	n.run(mailer.PublishOptions{})
	wantOnce(t, n.Relay, addresses)
	zombie.Process.Signal(syscall.SIGCONT) //nolint:errcheck // it is told by what follows
	if err := zombie.Wait(); err != nil {
		t.Errorf("the zombie, awake: %v", err)
	}
	wantOnce(t, n.Relay, addresses)
}

// Eight processes send on PostgreSQL while one after the other is killed, or
// stopped for longer than its lease: nobody is missing, and no more come twice
// than were under way in those (F22).
func TestWorkersAreKilledAndStoppedOnPostgres(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	t.Parallel() // it mostly waits
	lasting := 2 * time.Second
	if text := os.Getenv(chaosWanted); text != "" {
		var err error
		if lasting, err = time.ParseDuration(text); err != nil {
			t.Fatalf("%s: %v", chaosWanted, err)
		}
	}
	const workers, connections = 8, 2
	n := openNewsroomAt(t, storetest.PostgresWithSchema(t))
	// As many as a busy pair of cores cannot mail in that time: each answer
	// takes a while.
	addresses := n.subscribe(int(lasting.Seconds() * 200))
	n.run(mailer.PublishOptions{Leave: true})
	n.Relay.watch(func(string, int) { time.Sleep(20 * time.Millisecond) })

	start := func() *exec.Cmd {
		return startJob(t, os.Args[0], job{Database: n.Address, Relay: n.Relay.URL(), Connections: connections, Lease: leaseInTests, Patience: time.Minute})
	}
	var alive []*exec.Cmd
	for range workers {
		alive = append(alive, start())
	}
	kills, stops := 0, 0
	for deadline := time.Now().Add(lasting); time.Now().Before(deadline); {
		time.Sleep(time.Duration(100+rand.IntN(300)) * time.Millisecond)
		i := rand.IntN(workers)
		if rand.IntN(2) == 0 {
			alive[i].Process.Kill() //nolint:errcheck // it may have ended
			alive[i].Wait()         //nolint:errcheck // killed
			alive[i] = start()
			kills++
			continue
		}
		stopped := alive[i].Process
		if stopped.Signal(syscall.SIGSTOP) == nil {
			stops++
			time.AfterFunc(2*leaseInTests, func() { stopped.Signal(syscall.SIGCONT) }) //nolint:errcheck // it may have been killed
		}
	}
	time.Sleep(2 * leaseInTests)
	n.Press.Sender.Lease = leaseInTests
	n.Relay.watch(func(string, int) {})
	n.run(mailer.PublishOptions{})
	for _, child := range alive {
		child.Wait() //nolint:errcheck // whatever it says, the ledgers are judged
	}
	t.Logf("%d kills and %d stops: %d doubles", kills, stops, n.Relay.doubles())
	if got := len(n.Relay.count()); got != len(addresses) {
		t.Errorf("recipients with a mail: got %d, want %d", got, len(addresses))
	}
	if got, most := n.Relay.doubles(), connections*(kills+stops); got > most {
		t.Errorf("doubles: got %d, want at most %d", got, most)
	}
	n.Relay.sameBytes(t)
	report, err := n.Press.Status(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	wantFigures(t, report, mailer.Report{Issue: 1, State: report.State, Planned: len(addresses), Sent: len(addresses)})
}
