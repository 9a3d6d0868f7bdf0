package mailer

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"weekward/mailer/failpoint"
)

// A recorder writes what the connections begin and end into the ledger. While
// one commit runs, what comes meanwhile gathers for the next: many
// connections share a commit, and one alone waits for nobody.
//
// An end needs no answer, because a connection begins its next message only
// when that is noted, and with it every end before it. So at any moment at most
// one message a connection is with the relay and not in the ledger.
//
// Where the ledger is a Jotter, most notes need neither a commit nor a change of
// goroutines.
type recorder struct {
	ledger Ledger
	jotter Jotter // nil when the ledger is none
	sender string
	now    func() time.Time
	grace  time.Duration // for a database that does not answer in the end
	notes  chan note
	done   chan error
	calls  sync.Pool    // of chan answer, each with room for one
	slips  sync.Pool    // of *slip
	behind atomic.Int64 // ends that are not in the ledger yet
	crew   int          // connections that begin something
	enough *time.Timer  // of waiting for them
	jots   atomic.Bool  // the ledger has jotted, so that what comes to a commit comes alone
}

// A note is one end, or one beginning with the channel of its answer; without
// either it is a wish for a commit.
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
	r.crew, r.enough = of.Connections, time.NewTimer(0)
	r.jotter, _ = of.Ledger.(Jotter)
	go func() { r.done <- r.run(context.WithoutCancel(ctx)) }()
	return r
}

// begin notes that a message is about to be sent, and waits for the commit.
func (r *recorder) begin(c Claim) (Standing, error) {
	s := r.slip()
	s.begins = append(s.begins, c)
	if r.jot(s, false) {
		return Clear, nil
	}
	return r.ask(c)
}

// end notes how a message ended. More says that the same connection begins
// another at once.
func (r *recorder) end(o Outcome, more bool) {
	s := r.slip()
	s.ends = append(s.ends, o)
	if !r.jot(s, more) {
		r.tell(o)
	}
}

// ask is begin by way of a commit.
func (r *recorder) ask(c Claim) (Standing, error) {
	call, _ := r.calls.Get().(chan answer)
	if call == nil {
		call = make(chan answer, 1)
	}
	defer r.calls.Put(call)
	r.notes <- note{begin: &c, answer: call}
	a := <-call
	return a.standing, a.err
}

// tell is end by way of a commit.
func (r *recorder) tell(o Outcome) {
	r.behind.Add(1)
	r.notes <- note{end: &o}
}

// A slip is room for what is jotted.
type slip struct {
	ends   []Outcome
	begins []Claim
}

// slip returns an empty one.
func (r *recorder) slip() *slip {
	s, _ := r.slips.Get().(*slip)
	if s == nil {
		s = new(slip)
	}
	s.ends, s.begins = s.ends[:0], s.begins[:0]
	return s
}

// jot notes something at once, if the ledger can and nothing is to be noted
// before it, and takes the slip back.
func (r *recorder) jot(s *slip, more bool) bool {
	defer r.slips.Put(s)
	if r.jotter == nil || r.behind.Load() > 0 {
		return false
	}
	noted, stale := r.jotter.Jot(r.sender, s.ends, s.begins, more)
	if noted && !r.jots.Load() {
		r.jots.Store(true)
	}
	if stale {
		select {
		case r.notes <- note{}:
		default: // others come
		}
	}
	return noted
}

// stop writes what is left and returns an error when that was impossible.
func (r *recorder) stop() error {
	close(r.notes)
	return <-r.done
}

// run commits until stop. Ends that the database refuses are kept and tried
// again: the relay has those messages.
func (r *recorder) run(ctx context.Context) error {
	var ends []Outcome
	for {
		batch, open := r.next(len(ends) > 0)
		if !open {
			break
		}
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

// next waits for notes, and reports false when there are none to come. With
// ends that are still to be written it does not wait: perhaps nothing else is
// noted until they are.
func (r *recorder) next(behind bool) (batch []note, open bool) {
	if behind {
		select {
		case n, open := <-r.notes:
			if !open {
				return nil, false
			}
			return r.gather(n), true
		default:
			return nil, true
		}
	}
	n, open := <-r.notes
	if !open {
		return nil, false
	}
	return r.gather(n), true
}

// longestGather bounds how long a beginning waits for others.
const longestGather = time.Millisecond

// gather takes what is waiting. Where each note is a commit it waits a moment
// until every connection has something to begin: a commit of many costs hardly
// more than one of a few.
func (r *recorder) gather(first note) []note {
	batch, begins := []note{first}, 0
	if first.begin != nil {
		begins++
	}
	wait := !r.jots.Load() && first != (note{})
	r.enough.Reset(longestGather)
	for len(batch) < cap(r.notes) {
		n, ok := r.another(wait && begins < r.crew)
		if !ok {
			break
		}
		batch = append(batch, n)
		if n.begin != nil {
			begins++
		}
	}
	return batch
}

// another returns one more note, if there is any. It may wait for it.
func (r *recorder) another(wait bool) (n note, ok bool) {
	select {
	case n, ok = <-r.notes:
		return n, ok
	default:
	}
	if !wait {
		return note{}, false
	}
	select {
	case n, ok = <-r.notes:
		return n, ok
	case <-r.enough.C:
		return note{}, false
	}
}

// commit writes earlier ends and a batch in one commit and answers the
// batch. It returns the ends that are still to be written.
func (r *recorder) commit(ctx context.Context, ends []Outcome, batch []note) ([]Outcome, error) {
	var begins []Claim
	for _, n := range batch {
		switch {
		case n.end != nil:
			ends = append(ends, *n.end)
		case n.begin != nil:
			begins = append(begins, *n.begin)
		}
	}
	failpoint.Pass("note")
	standings, err := r.ledger.Note(ctx, r.sender, ends, begins, r.now())
	err = failpoint.After("noted", err)
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
	r.behind.Add(-int64(len(ends)))
	return nil, nil
}
