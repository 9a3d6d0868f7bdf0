package main

import (
	"context"
	"errors"
	"time"

	"weekward/mailer"
	"weekward/mailer/dkim"
	"weekward/store"
)

// transport is how mail leaves. A relative outbox lies in dir.
func (c SMTPConfig) transport(dir string) (mailer.Transport, error) {
	password, err := c.readPassword()
	if err != nil {
		return nil, err
	}
	o := mailer.TransportOptions{Auth: c.Auth, Dir: dir, Answer: time.Duration(c.Answer)}
	if password != "" {
		o.Password = c.readPassword // anew at each login: a token is renewed by others
	}
	t, err := mailer.ParseTransport(c.URL, o)
	return t, refusal(err)
}

// login connects, logs in and leaves again.
func (c SMTPConfig) login(ctx context.Context, dir string) error {
	t, err := c.transport(dir)
	if err != nil {
		return err
	}
	conn, err := t.Open(ctx)
	if err != nil {
		return err
	}
	return conn.Close()
}

// sender delivers what is frozen, over the transport.
func (a *app) sender() (*mailer.Sender, error) {
	t, err := a.config.SMTP.transport(a.dir)
	if err != nil {
		return nil, err
	}
	returns, err := a.returnPath()
	if err != nil {
		return nil, err
	}
	signer, err := a.config.DKIM.signer(a.site.From)
	if err != nil {
		return nil, err
	}
	return &mailer.Sender{
		DKIM: signer, Ledger: a.store, Roster: a.store, Transport: t, Keys: a.keys, Site: a.letterSite(), Log: a.log, Now: a.clock.now, Envelope: a.config.SMTP.Envelope, Return: returns,
		Connections: a.config.SMTP.Connections, PerMinute: a.config.SMTP.PerMinute, PerConnection: a.config.SMTP.PerConnection, PerDomain: a.config.SMTP.Domains,
		Warmup: a.warmup(), Meter: a.store, OnUncertain: mailer.Doubt(a.config.SMTP.OnUncertain),
	}, nil
}

// patience is how long a send that somebody waits for bears a relay that does
// not answer. The server bears it for ever.
const patience = 5 * time.Minute

// press takes issues from their slot to the last delivery.
func (a *app) press() (*mailer.Press, error) {
	s, err := a.sender()
	if err != nil {
		return nil, err
	}
	return a.pressWith(s), nil
}

// stillPress takes the editor's word and says how issues stand, and mails
// nothing. It needs neither the relay's password nor a key: a send must be
// stopped also when one of them is lost.
func (a *app) stillPress() *mailer.Press {
	return a.pressWith(&mailer.Sender{Meter: a.store, Warmup: a.warmup()})
}

func (a *app) pressWith(s *mailer.Sender) *mailer.Press {
	c := a.config.Schedule
	return &mailer.Press{
		Issues: a.store, Sender: s, Compose: a.compose, Templates: a.templates, Site: a.site, Schedule: a.schedule,
		Settings: mailer.Settings{
			Review: c.Review, MaxLateness: time.Duration(c.MaxLateness), MinItems: c.MinItems, Freeze: time.Duration(c.Freeze),
		},
		Editor: a.config.editor(), Now: a.clock.now, Log: a.log,
	}
}

// refuseRehearsal keeps a rehearsed clock away from real readers.
func (a *app) refuseRehearsal() error {
	if !a.clock.rehearsing || mailer.StaysHere(a.config.SMTP.URL) {
		return nil
	}
	return &verdict{exitRefused, errors.New("WEEKWARD_NOW rehearses, and smtp.url leads to real readers"),
		`unset WEEKWARD_NOW, or rehearse with WEEKWARD_SMTP_URL=outbox:./outbox`}
}

// record is what is stored about the issue of a slot, or a draft with the
// number it would get.
func (a *app) record(ctx context.Context, slot time.Time) (mailer.Record, error) {
	r, err := a.store.IssueAt(ctx, slot)
	if !errors.Is(err, mailer.ErrNoIssue) {
		return r, err
	}
	number, err := a.store.NextIssue(ctx)
	return mailer.Record{Number: number, Slot: slot.UTC(), State: mailer.IssueDraft}, err
}

// refusal gives the refusals of the press their exit code and next step.
func refusal(err error) error {
	if err == nil {
		return nil
	}
	var (
		notDue *mailer.NotDueError
		held   *mailer.HeldError
		faulty *mailer.FaultyError
		paused *mailer.PausedError
		late   *mailer.TooLateError
		change *mailer.ChangedError
		setup  *mailer.SetupError
		key    *dkim.KeyError
		ahead  *store.AheadError
		lost   *store.LostJournalError
		known  *verdict
	)
	code := exitFailed
	switch {
	case errors.As(err, &known):
		return err
	case errors.As(err, &notDue), errors.As(err, &paused), errors.As(err, &held) && held.Thin:
		code = exitNothing
	case errors.As(err, &held), errors.As(err, &late), errors.As(err, &change), errors.As(err, &faulty), errors.As(err, &ahead), errors.As(err, &lost):
		code = exitRefused
	case errors.As(err, &setup), errors.As(err, &key), errors.Is(err, mailer.ErrNoIssue):
		code = exitUsage
	}
	hint := hintOf(err)
	if hint == "" && errors.Is(err, mailer.ErrNoIssue) {
		hint = lastIssueHint
	}
	return &verdict{code, err, hint}
}

// hintOf is the next step an error knows.
func hintOf(err error) string {
	var h interface {
		error
		Hint() string
	}
	if errors.As(err, &h) {
		return h.Hint()
	}
	return ""
}
