package mailer

import (
	"context"
	"sync"
)

// outage tells whoever watches an issue that it waits for the relay, and why.
// It is told when it begins, and when it is over: by then another process may
// have died in it, so that a run begins as if it were in trouble.
type outage struct {
	mu    sync.Mutex
	words string
	known bool // the ledger has these words
}

// waits notes why the relay cannot be reached; nil says that it was.
func (r *run) waits(ctx context.Context, err error) {
	words := ""
	if err != nil {
		words = "waits for the relay: " + clip(oneLine(err.Error()), longestReply)
	}
	t := &r.outage
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known && (t.words == "") == (words == "") {
		return // the first words of a trouble do
	}
	if err := r.Ledger.Trouble(ctx, words); err != nil {
		r.log.Warn("the database does not answer", "task", "note why an issue waits", "err", err)
		return
	}
	t.words, t.known = words, true
}
