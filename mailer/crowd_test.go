package mailer_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"weekward/mailer"
)

// A narrow transport takes one connection, and is slow on it.
type narrow struct {
	taken   atomic.Bool
	refused atomic.Int32
	answer  chan struct{} // closed when it answers
}

func (n *narrow) Open(context.Context) (mailer.Conn, error) {
	if n.taken.CompareAndSwap(false, true) {
		return n, nil
	}
	n.refused.Add(1)
	return nil, &mailer.DeliveryError{Stage: mailer.StageConnect, Code: 421, Reply: "too many connections"}
}

func (n *narrow) Send(context.Context, mailer.Message, *mailer.Envelope) (string, error) {
	<-n.answer
	return "", nil
}

func (n *narrow) Usable() bool { return true }
func (n *narrow) Close() error { n.taken.Store(false); return nil }

// Lines that the relay turns away, again and again while the one that it took
// waits for an answer, keep nobody who stops the send waiting.
func TestSendThatTheRelayCrowdsOutCanBeStopped(t *testing.T) {
	n := openNewsroom(t)
	n.subscribe(100)
	n.run(mailer.PublishOptions{Leave: true})
	for range 5 { // lines and claims meet in any order
		relay := &narrow{answer: make(chan struct{})}
		n.Press.Sender.Transport, n.Press.Sender.Step = relay, 50*time.Microsecond
		work, stop := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- n.Press.Sender.Deliver(work) }()
		waitUntil(t, "three dozen connections refused", func() bool { return relay.refused.Load() >= 36 })
		stop()
		close(relay.answer)
		select {
		case <-done:
		case <-time.After(3 * time.Second):
			t.Fatalf("Deliver, stopped after %d refused connections: no end within 3 s", relay.refused.Load())
		}
	}
}

// What a line that is turned away had taken goes out over another, in the same
// run.
func TestWhatACrowdedOutLineHadTakenGoesOutOverAnother(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(60)
	outer := n.Press.Sender.Transport
	n.Press.Sender.Transport = &oneAtATime{Transport: outer}
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 60, Sent: 60})
	wantOnce(t, n.Relay, addresses)
}

// oneAtATime is a transport whose relay takes one connection.
type oneAtATime struct {
	mailer.Transport
	taken atomic.Bool
}

func (o *oneAtATime) Open(ctx context.Context) (mailer.Conn, error) {
	if !o.taken.CompareAndSwap(false, true) {
		return nil, &mailer.DeliveryError{Stage: mailer.StageConnect, Code: 421, Reply: "too many connections"}
	}
	conn, err := o.Transport.Open(ctx)
	if err != nil {
		o.taken.Store(false)
		return nil, err
	}
	return onlyConn{conn, o}, nil
}

type onlyConn struct {
	mailer.Conn
	of *oneAtATime
}

func (c onlyConn) Close() error {
	defer c.of.taken.Store(false)
	return c.Conn.Close()
}
