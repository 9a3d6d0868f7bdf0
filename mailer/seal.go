package mailer

import (
	"bytes"
	"fmt"

	"weekward/mailer/dkim"
	"weekward/subscribers"
	"weekward/templates"
)

// sealWith makes a plate sign what it prints, and lets a first message be
// verified before any goes out; nil leaves signing to the relay. An error is a
// *SetupError: with such a signature receivers would refuse what they would take
// without one.
func (p *plate) sealWith(s *dkim.Signer) error {
	if s == nil {
		return nil
	}
	// RFC 7489, 3.1.1: a signature of another domain says nothing about From.
	if !dkim.Aligned(s.Domain(), p.domain) {
		return &SetupError{"dkim.domain", fmt.Sprintf("is %s, and the mail comes from %s", s.Domain(), p.from.Address),
			"give [dkim] the domain of site.from, or leave it out and let the relay sign"}
	}
	sample, err := p.sample()
	if err != nil {
		return err
	}
	seal, err := s.NewSeal(sample, p.message.alike(), p.mailing.Date)
	if err != nil {
		return badSignature(err)
	}
	p.seal, p.message.pieces[0] = seal, append(bytes.Clone(seal.Blank()), p.message.pieces[0]...)
	if sample, err = p.sample(); err != nil {
		return err
	}
	if err := s.Prove(sample); err != nil {
		return badSignature(err)
	}
	return nil
}

// sample is a message to nobody, to be verified and thrown away.
func (p *plate) sample() ([]byte, error) {
	m, err := p.print(nil, Claim{To: subscribers.Subscriber{ID: "sample", Email: "reader@example.org"}}, voidTokens{})
	return m.Data, err
}

// badSignature is no reader's fault: it stops a run.
func badSignature(err error) error {
	return &SetupError{"dkim", "makes no good signature: " + err.Error(), "leave [dkim] out and let the relay sign, or ask for help"}
}

// alike is how many octets the bodies begin with in common: up to the first
// slot that is not in the head.
func (c cut) alike() int {
	for _, piece := range c.pieces {
		if _, body, ok := bytes.Cut(piece, []byte("\r\n\r\n")); ok {
			return len(body)
		}
	}
	return 0
}

// prove verifies the first message of a variant before it is frozen, so that a
// signature nobody would accept stops a send that has not begun.
func (s *Sender) prove(m Mailing, c templates.Content) error {
	if s == nil || s.DKIM == nil {
		return nil
	}
	p, err := newPlate(m, c, Header{}, s.Envelope)
	if err != nil {
		return err
	}
	return p.sealWith(s.DKIM)
}
