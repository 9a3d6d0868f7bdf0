package mailer

import (
	"context"
	"sync"
	"time"
)

// A recorder writes what the connections begin and end into the ledger. While
// one commit runs, what comes meanwhile gathers for the next: many
// connections share a commit, and one alone waits for nobody.
//
// An end needs no answer, because a connection begins its next message only
// when that is noted, and with it every end before it. So at any moment at most
// one message a connection is with the relay and not in the ledger.
type recorder struct {
	ledger Ledger
	sender string
	now    func() time.Time
	grace  time.Duration // for a database that does not answer in the end
	notes  chan note
	done   chan error
	calls  sync.Pool // of chan answer, each with room for one
}

// A note is one end, or one beginning with the channel of its answer.
type note struct {
	end    *Outcome
	begin  *Claim
	answer chan answer
}

type answer struct {
	standing Standing
	err      error
}

// startRecorder returns a running recorder. Stop must be called; ctx ending
// does not stop it, because what the relay has must be written down.
func startRecorder(ctx context.Context, of *run) *recorder {
	r := &recorder{ledger: of.Ledger, sender: of.id, now: of.Now, grace: of.Grace, notes: make(chan note, 64), done: make(chan error, 1)}
	go func() { r.done <- r.run(context.WithoutCancel(ctx)) }()
	return r
}

// begin notes that a message is about to be sent, and waits for the commit.
func (r *recorder) begin(c Claim) (Standing, error) {
	call, _ := r.calls.Get().(chan answer)
	if call == nil {
		call = make(chan answer, 1)
	}
	defer r.calls.Put(call)
	r.notes <- note{begin: &c, answer: call}
	a := <-call
	return a.standing, a.err
}

// end notes how a message ended.
func (r *recorder) end(o Outcome) { r.notes <- note{end: &o} }

// stop writes what is left and returns an error when that was impossible.
func (r *recorder) stop() error {
	close(r.notes)
	return <-r.done
}

// run commits until stop. Ends that the database refuses are kept and tried
// again: the relay has those messages.
func (r *recorder) run(ctx context.Context) error {
	var ends []Outcome
	for n := range r.notes {
		batch := r.gather(n)
		var err error
		if ends, err = r.commit(ctx, ends, batch); err != nil {
			pause(ctx, 100*time.Millisecond) //nolint:errcheck // it does not end
		}
	}
	for deadline := time.Now().Add(r.grace); len(ends) > 0; {
		var err error
		if ends, err = r.commit(ctx, ends, nil); err != nil {
			if time.Now().After(deadline) {
				return err
			}
			pause(ctx, 100*time.Millisecond) //nolint:errcheck // it does not end
		}
	}
	return nil
}

// gather takes what is waiting, without waiting for more.
func (r *recorder) gather(first note) []note {
	batch := []note{first}
	for len(batch) < cap(r.notes) {
		select {
		case n, open := <-r.notes:
			if !open {
				return batch
			}
			batch = append(batch, n)
		default:
			return batch
		}
	}
	return batch
}

// commit writes earlier ends and a batch in one commit and answers the
// batch. It returns the ends that are still to be written.
func (r *recorder) commit(ctx context.Context, ends []Outcome, batch []note) ([]Outcome, error) {
	var begins []Claim
	for _, n := range batch {
		if n.end != nil {
			ends = append(ends, *n.end)
		} else {
			begins = append(begins, *n.begin)
		}
	}
	standings, err := r.ledger.Note(ctx, r.sender, ends, begins, r.now())
	i := 0
	for _, n := range batch {
		if n.begin == nil {
			continue
		}
		a := answer{standing: Void, err: err}
		if err == nil {
			a.standing = standings[i]
		}
		n.answer <- a
		i++
	}
	if err != nil {
		return ends, err
	}
	return nil, nil
}
