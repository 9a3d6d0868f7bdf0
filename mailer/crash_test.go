package mailer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"weekward/mailer"
	"weekward/store/storetest"
)

// What was claimed or begun, and of which the relay has not got the end, is no
// double when it is sent again (F01).
func TestKilledBeforeTheRelayHasItMailsNobodyTwice(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	program := programWithPoints(t)
	for _, point := range []string{"claimed", "begin", "begun", "mail", "data"} {
		t.Run(point, func(t *testing.T) {
			n := openNewsroom(t)
			addresses := n.subscribe(5)
			child := startJob(t, program, job{Database: n.Address, Relay: n.Relay.URL(), Whole: true, Connections: 1}, "WEEKWARD_FAIL="+point+":1:kill")
			wantKilled(t, child)
			n.run(mailer.PublishOptions{})
			wantOnce(t, n.Relay, addresses)
		})
	}
}

// A message of which the relay has a part is not one (F02).
func TestKilledInMidMessageMailsNobodyTwice(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(5)
	killed := n.killChildWhen(func(kill func()) {
		n.Relay.data = func(_ net.Conn, _ string, r io.Reader, _ int) error {
			io.ReadFull(r, make([]byte, 1000)) //nolint:errcheck // some of it
			kill()
			_, err := io.Copy(io.Discard, r)
			return errors.Join(errors.New("it never ends"), err)
		}
	})
	wantKilled(t, killed)
	n.Relay.mu.Lock()
	n.Relay.data = nil
	n.Relay.mu.Unlock()
	n.run(mailer.PublishOptions{})
	wantOnce(t, n.Relay, addresses)
}

// A message that the relay took and could not say so may come twice: once for
// each connection, and with the same bytes (F03).
func TestKilledBeforeTheAnswerDoublesNoMoreThanThat(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(5)
	killed := n.killChildWhen(func(kill func()) {
		n.Relay.onTaken = func(_ string, total int) {
			if total == 2 {
				kill()
			}
		}
	})
	wantKilled(t, killed)
	n.run(mailer.PublishOptions{})
	if got := len(n.Relay.count()); got != len(addresses) {
		t.Errorf("recipients with a mail: got %d, want %d", got, len(addresses))
	}
	if got := n.Relay.doubles(); got != 1 {
		t.Errorf("doubles: got %d, want the one that was not answered", got)
	}
	n.Relay.sameBytes(t)
}

// killChildWhen starts a child with one connection, and returns it when it has
// ended. The relay, as arranged, kills it from within.
func (n *newsroom) killChildWhen(arrange func(kill func())) *exec.Cmd {
	n.t.Helper()
	started := make(chan struct{})
	var child *exec.Cmd
	n.Relay.mu.Lock()
	arrange(func() { <-started; child.Process.Kill(); time.Sleep(10 * time.Millisecond) }) //nolint:errcheck // see wantKilled
	n.Relay.mu.Unlock()
	child = startJob(n.t, os.Args[0], job{Database: n.Address, Relay: n.Relay.URL(), Whole: true, Connections: 1})
	close(started)
	return child
}

// wantKilled waits for a child and fails when it ended by itself.
func wantKilled(t *testing.T, child *exec.Cmd) {
	t.Helper()
	if err := child.Wait(); err == nil || child.ProcessState.Exited() {
		t.Fatalf("the child ended by itself: %v", err)
	}
}

// However many processes meet at a slot, one issue goes out, once (F21).
func TestProcessesAtOneSlotMailOnce(t *testing.T) {
	for _, count := range []int{2, 8} {
		t.Run(fmt.Sprint(count), func(t *testing.T) {
			n := openNewsroom(t)
			meetAtTheSlot(t, n, count)
		})
	}
	t.Run("8 on PostgreSQL", func(t *testing.T) {
		meetAtTheSlot(t, openNewsroomAt(t, storetest.PostgresWithSchema(t)), 8)
	})
}

func meetAtTheSlot(t *testing.T, n *newsroom, count int) {
	addresses := n.subscribe(60)
	var running sync.WaitGroup
	for range count {
		child := startJob(t, os.Args[0], job{Database: n.Address, Relay: n.Relay.URL(), Whole: true, Patience: 20 * time.Second})
		// Who comes when all is over is told that nothing is due, and that is an
		// exit code, too.
		running.Go(func() { child.Wait() }) //nolint:errcheck // see above
	}
	running.Wait()
	wantOnce(t, n.Relay, addresses)
	report, err := n.Press.Status(context.Background(), 0)
	if err != nil {
		t.Fatal(err)
	}
	wantFigures(t, report, mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: len(addresses), Sent: len(addresses)})
	n.wantSound()
}
