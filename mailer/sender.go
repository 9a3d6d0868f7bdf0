package mailer

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"weekward/mailer/dkim"
	"weekward/mailer/failpoint"
	"weekward/templates"
)

// A Sender delivers what is queued: letters first, then issues. Any number of
// senders may share a database.
type Sender struct {
	Ledger    Ledger
	Roster    Roster
	Transport Transport
	Keys      Signer
	Site      templates.Site // the sender of letters
	Envelope  string         // sender of the envelope, to whom bounces come; the From address when empty
	// Return makes the sender of the envelope for one mail, so that its bounce
	// tells whose it was; bounces.ReturnPath does. The same mail must get the
	// same one. "" stands for Envelope, as does Return when it is nil.
	Return  func(issue int, subscriber string) string
	Counter Counter      // hears what happens; nil is nobody
	DKIM    *dkim.Signer // signs every mail; nil leaves that to the relay
	Log     *slog.Logger // nil is silence
	Now     func() time.Time

	Connections   int            // to the relay at once; 4 when 0
	PerConnection int            // messages before a connection is renewed; 1,000 when 0
	PerMinute     int            // messages a minute over all connections, and all senders that share Meter; 0 is no limit
	PerDomain     map[string]int // messages a minute to a domain of recipients, for this process
	Warmup        Warmup         // of a new sending address; without Days there is none
	Meter         Meter          // nil keeps the rate for this process only, and no Warmup
	OnUncertain   Doubt          // Resend when empty
	Patience      time.Duration  // how long to bear a relay or a database that does not answer; 0 is for ever
	Grace         time.Duration  // for the messages under way when stopped; 30 s when 0
	Lease         time.Duration  // of silence, after which a sender that may be dead is taken to be; 30 s when 0
	Step          time.Duration  // the first wait after a lost connection; 1 s when 0
}

// Deliver sends until nothing is due and no other sender has a window open. It
// does not wait for what is deferred. When ctx ends it opens no new message,
// lets those under way end, queues the rest again and returns ctx's error.
func (s *Sender) Deliver(ctx context.Context) error { return s.start(ctx, false, nil) }

// Serve sends what becomes due until ctx ends, and then returns nil. A send on
// wake, which may be nil, makes it look at once instead of within a second.
func (s *Sender) Serve(ctx context.Context, wake <-chan struct{}) error {
	for {
		err := s.start(ctx, true, wake)
		if ctx.Err() != nil {
			return nil
		}
		s.logger().Error("sending is interrupted", "err", err)
		// A relay that refuses us locks out who asks too often.
		if pause(ctx, longestStep) != nil {
			return nil
		}
	}
}

func (s *Sender) logger() *slog.Logger {
	if s.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return s.Log
}

// start is at work under one name after the other, as long as a name may have
// claims that went astray.
func (s *Sender) start(ctx context.Context, stay bool, wake <-chan struct{}) error {
	for {
		err := s.once(ctx, stay, wake)
		if !errors.Is(err, errStray) {
			return err
		}
		s.logger().Warn("the database did not answer; coming back under another name", "err", err)
	}
}

// once joins the roster, runs, and leaves.
func (s *Sender) once(ctx context.Context, stay bool, wake <-chan struct{}) error {
	r := s.newRun(stay, wake)
	if err := failpoint.After("joined", s.Roster.Join(ctx, r.id)); err != nil {
		return err
	}
	err := r.run(ctx)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.Grace)
	defer cancel()
	return errors.Join(err, s.Ledger.Release(last, r.id), s.Roster.Leave(last, r.id))
}

// A run is one sender at work.
type run struct {
	Sender  // with its defaults filled in
	id      string
	stay    bool
	wake    <-chan struct{}
	log     *slog.Logger
	pace    *pace
	domains *domains
	warming warming
	renewal renewal
	plates  plates
	claims  chan Claim
	crowd   crowd
	notes   *recorder
	tally   tally
	strays  strays
	outage  outage
	gate    sync.RWMutex // closed while a mailing is being paused
	stop    context.CancelCauseFunc
}

func (s *Sender) newRun(stay bool, wake <-chan struct{}) *run {
	r := &run{Sender: *s, id: strings.ToLower(rand.Text()[:20]), stay: stay, wake: wake, log: s.logger()}
	r.Connections = max(cmp.Or(s.Connections, 4), 1)
	r.PerConnection = cmp.Or(s.PerConnection, 1000)
	r.OnUncertain = cmp.Or(s.OnUncertain, Resend)
	r.Grace = cmp.Or(s.Grace, 30*time.Second)
	r.Lease = cmp.Or(s.Lease, 30*time.Second)
	r.Step = cmp.Or(s.Step, time.Second)
	if r.Now == nil {
		r.Now = time.Now
	}
	if r.Counter == nil {
		r.Counter = uncounted{}
	}
	r.pace = newPace(r.tickets(), r.Step, r.Now)
	r.domains = newDomains(r.PerDomain)
	r.claims, r.strays = make(chan Claim, r.Connections), newStrays()
	r.crowd = crowd{over: make(chan struct{})}
	return r
}

// run claims windows and hands them to the connections until there is nothing
// to do, ctx ends, or something makes going on useless.
func (r *run) run(ctx context.Context) error {
	work, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r.stop = stop
	last, cut := graceful(work, r.Grace)
	defer cut()
	r.notes = startRecorder(ctx, r)

	var watching, working sync.WaitGroup
	watching.Go(func() { r.watch(last) })
	for range r.Connections {
		working.Go(func() { r.work(work, last) })
	}
	err := r.feed(work)
	close(r.claims)
	close(r.crowd.over)
	working.Wait()
	err = errors.Join(err, r.notes.stop())
	cut()
	watching.Wait()
	if cause := context.Cause(work); cause != nil {
		return errors.Join(cause, r.tally.refused())
	}
	return errors.Join(err, r.tally.refused())
}

// graceful returns a context that ends when cut is called, or some time after
// ctx has ended.
func graceful(ctx context.Context, grace time.Duration) (_ context.Context, cut func()) {
	last, cancel := context.WithCancel(context.WithoutCancel(ctx))
	forget := context.AfterFunc(ctx, func() {
		pause(last, grace) //nolint:errcheck // either way it is over
		cancel()
	})
	return last, func() { forget(); cancel() }
}

// giveUp ends the run when trouble has lasted longer than the patience.
func (r *run) giveUp(lasted time.Duration, err error) {
	if r.Patience > 0 && lasted > r.Patience {
		r.stop(fmt.Errorf("given up after %s: %w", lasted.Round(time.Second), err))
	}
}

// pause waits, or returns early with ctx's error.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
