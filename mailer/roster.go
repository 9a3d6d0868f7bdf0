package mailer

import (
	"context"
	"time"

	"weekward/mailer/failpoint"
)

// watch keeps this sender on the roster and settles what dead ones left,
// until ctx ends.
//
// Which peer is dead is told by the ledger when it knows for certain, else by
// silence: a peer whose beats stand still for a lease. The lease is measured
// by this process's own running clock, so that no clock set forward or back
// makes the living look dead.
func (r *run) watch(ctx context.Context) {
	heard := make(map[string]heartbeat)
	for {
		peers, err := r.Roster.Beat(ctx, r.id)
		err = failpoint.After("beaten", err)
		if err != nil && ctx.Err() == nil {
			r.log.Warn("the roster of senders does not answer", "err", err)
		}
		now := time.Now()
		for _, p := range peers {
			if r.isDead(p, heard, now) {
				r.bury(ctx, p)
			}
		}
		every := r.Lease / 3
		if len(peers) > 0 {
			every = min(every, time.Second)
		}
		if pause(ctx, every) != nil {
			return
		}
	}
}

// A heartbeat is when a peer was last seen to live.
type heartbeat struct {
	beats int64
	at    time.Time
}

func (r *run) isDead(p Peer, heard map[string]heartbeat, now time.Time) bool {
	last, known := heard[p.ID]
	if !known || last.beats != p.Beats {
		heard[p.ID] = heartbeat{p.Beats, now}
		return p.Dead
	}
	return p.Dead || now.Sub(last.at) >= r.Lease
}

// bury queues again what a dead sender had claimed. What it was sending when
// it died may have arrived, and is treated as OnUncertain says.
func (r *run) bury(ctx context.Context, p Peer) {
	underWay := Queued
	if r.OnUncertain == Hold {
		underWay = Uncertain
	}
	failpoint.Pass("bury")
	claimed, sending, err := r.Roster.Bury(ctx, p, underWay, r.Now())
	err = failpoint.After("buried", err)
	if err != nil {
		if ctx.Err() == nil {
			r.log.Warn("the claims of a dead sender cannot be settled", "err", err)
		}
		return
	}
	if claimed+sending > 0 {
		r.log.Info("took over from a dead sender", "claimed", claimed, "sending", sending)
	}
}
