package mailer_test

import (
	"context"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"weekward/mailer"
)

// A countedLedger tells when its second window is claimed.
type countedLedger struct {
	mailer.Ledger
	claims atomic.Int32
	second chan struct{}
}

func (l *countedLedger) Claim(ctx context.Context, sender string, limit int, now time.Time) ([]mailer.Claim, error) {
	if l.claims.Add(1) == 2 {
		close(l.second)
	}
	return l.Ledger.Claim(ctx, sender, limit, now)
}

// While a window is being sent the next one is claimed, so that the connections
// never wait for the disk.
func TestNextWindowIsClaimedWhileOneIsSent(t *testing.T) {
	n := openNewsroom(t)
	addresses := n.subscribe(100)
	ledger := &countedLedger{Ledger: n.Store, second: make(chan struct{})}
	n.Press.Sender.Ledger, n.Press.Sender.Connections = ledger, 2
	var taken atomic.Int32
	n.Relay.data = func(net.Conn, string, io.Reader, int) error {
		if taken.Add(1) <= 24 { // of the first 32
			return nil
		}
		select {
		case <-ledger.second:
		case <-time.After(5 * time.Second):
			t.Error("the next window is not claimed before this one has been sent")
		}
		return nil
	}
	wantFigures(t, n.run(mailer.PublishOptions{}), mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 100, Sent: 100})
	wantOnce(t, n.Relay, addresses)
}
