package mailer

import (
	"errors"
	"sync/atomic"
)

// errStray means that this sender may have claims that it does not know of. It
// leaves then and comes back under another name, so that they are settled like
// a dead sender's: at once where a lock file tells, else when the lease is out.
var errStray = errors.New("claims may have been made whose commit was not answered")

// strays tells whether a commit that was reported as failed may have claimed
// or begun deliveries all the same: the connection to the database can be lost
// between the commit and its answer. Such deliveries would wait for ever for a
// sender that lives and knows nothing of them.
type strays struct {
	doubted atomic.Bool   // the ledger has refused or not answered
	atHand  atomic.Int64  // claims that are known here and not dealt with
	none    chan struct{} // told when the last of them is
}

func newStrays() strays { return strays{none: make(chan struct{}, 1)} }

// dealtWith notes that a claim is.
func (s *strays) dealtWith() {
	if s.atHand.Add(-1) > 0 {
		return
	}
	select {
	case s.none <- struct{}{}:
	default: // it is told already
	}
}

// possible reports whether claims that are open cannot be ours but by mistake.
func (s *strays) possible() bool { return s.doubted.Load() && s.atHand.Load() == 0 }
