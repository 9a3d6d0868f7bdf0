package mailer_test

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"weekward/mailer"
	"weekward/store/storetest"
)

// killsWanted is the environment's word on how often TestKillNine kills; 4 when
// empty.
const killsWanted = "WEEKWARD_TEST_KILLS"

// After kill -9, at whatever moment, the next run goes on within seconds:
// nobody is missing, and at most the messages in flight, one a connection,
// came twice, with the same bytes.
func TestKillNine(t *testing.T) {
	kills := 4
	if s := os.Getenv(killsWanted); s != "" {
		var err error
		if kills, err = strconv.Atoi(s); err != nil {
			t.Fatalf("%s: %v", killsWanted, err)
		}
	}
	const connections, each = 4, 300
	n := openNewsroom(t)
	addresses := n.subscribe(each * (kills + 1))
	n.run(mailer.PublishOptions{Leave: true})
	progress := make(chan int, 10*len(addresses))
	n.Relay.watch(func(_ string, total int) { progress <- total })

	var longest time.Duration
	for kill := range kills {
		target := kill*each + 1 + rand.IntN(each)
		child := n.startChild()
		began := time.Now()
		var first time.Duration
		for total := range progress {
			if first == 0 {
				first = time.Since(began)
			}
			if total >= target {
				break
			}
		}
		time.Sleep(time.Duration(rand.IntN(3000)) * time.Microsecond)
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		child.Wait() //nolint:errcheck // killed
		longest = max(longest, first)
	}
	began := time.Now()
	report := n.run(mailer.PublishOptions{})
	t.Logf("%d kills, %d doubles, %s at most from start to sending, last run %s", kills, n.Relay.doubles(), longest, time.Since(began))
	if longest > 5*time.Second {
		t.Errorf("from start to sending again: got %s, want at most 5 s", longest)
	}
	wantFigures(t, report, mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: len(addresses), Sent: len(addresses)})
	if got := len(n.Relay.count()); got != len(addresses) {
		t.Errorf("recipients with a mail: got %d, want %d", got, len(addresses))
	}
	if got := n.Relay.doubles(); got > connections*kills {
		t.Errorf("doubles: got %d after %d kills, want at most %d each", got, kills, connections)
	}
	n.Relay.sameBytes(t)
	n.wantSound()
}

// A send that runs elsewhere and dies is taken over by one that waits for it.
func TestWaitingSenderTakesOverFromADeadOne(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(300)
	n.run(mailer.PublishOptions{Leave: true})
	ready := make(chan struct{})
	n.Relay.watch(func(_ string, total int) {
		if total == 30 {
			close(ready)
		}
	})
	child := n.startChild()
	<-ready
	done := make(chan error, 1)
	go func() { _, err := n.Press.Run(context.Background(), mailer.PublishOptions{}); done <- err }()
	time.Sleep(5 * time.Millisecond)
	child.Process.Kill() //nolint:errcheck // it may have ended by itself
	child.Wait()         //nolint:errcheck // killed
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the waiting send did not end within 10 s")
	}
	if got := len(n.Relay.count()); got != len(addresses) {
		t.Errorf("recipients with a mail: got %d, want %d", got, len(addresses))
	}
	if got := n.Relay.doubles(); got > 4 {
		t.Errorf("doubles: got %d, want at most 4", got)
	}
}

// Where no lock file tells, as on PostgreSQL, silence does.
func TestSilentSenderIsTakenOverWhenItsLeaseIsOut(t *testing.T) {
	n := openNewsroomAt(t, storetest.PostgresWithSchema(t))
	addresses := n.subscribe(50)
	n.run(mailer.PublishOptions{Leave: true})
	if claims, err := n.Store.Claim(context.Background(), "silent", 20, n.Clock.Now()); err != nil || len(claims) != 20 {
		t.Fatalf("Claim = %d, %v, want 20", len(claims), err)
	}
	n.Press.Sender.Lease = 300 * time.Millisecond
	began := time.Now()
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 50, Sent: 50})
	if took := time.Since(began); took < 300*time.Millisecond {
		t.Errorf("taken over after %s, want the lease to be over first", took)
	}
	wantOnce(t, n.Relay, addresses)
}
