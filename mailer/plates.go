package mailer

import (
	"context"
	"errors"
	"sync"

	"weekward/templates"
)

// plates keeps the variants in use.
type plates struct {
	mu   sync.Mutex
	kept map[[2]string]*plate
}

// mostPlates bounds the variants in memory; one is some tens of kilobytes.
const mostPlates = 64

func (r *run) plate(ctx context.Context, c Claim) (*plate, error) {
	key := [2]string{c.Mailing, c.Variant}
	r.plates.mu.Lock()
	defer r.plates.mu.Unlock()
	if p := r.plates.kept[key]; p != nil {
		return p, nil
	}
	m, content, err := r.readVariant(ctx, c)
	if err != nil {
		return nil, err
	}
	p, err := newPlate(m, content, HeaderOf(r.Site), r.Envelope)
	if err != nil {
		return nil, err
	}
	if err := p.sealWith(r.DKIM); err != nil {
		r.stop(err) // it would go wrong for every reader
		return nil, err
	}
	if m.Needs != "" { // else it is to nobody on the list, as a notice is
		p.returns = r.Return
	}
	if len(r.plates.kept) >= mostPlates {
		clear(r.plates.kept)
	}
	if r.plates.kept == nil {
		r.plates.kept = make(map[[2]string]*plate)
	}
	r.plates.kept[key] = p
	return p, nil
}

// readVariant reads what a claim points to. It bears a database that does not
// answer, but does not wait for what is gone.
func (r *run) readVariant(ctx context.Context, c Claim) (m Mailing, content templates.Content, err error) {
	gone := false
	err = r.bear(ctx, "read a variant", func() (err error) {
		if m, err = r.Ledger.Mailing(ctx, c.Mailing); err == nil {
			content, err = r.Ledger.Variant(ctx, c.Mailing, c.Variant)
		}
		if gone = errors.Is(err, ErrNoMailing); gone {
			return nil
		}
		return err
	})
	if gone {
		err = ErrNoMailing
	}
	return m, content, err
}
