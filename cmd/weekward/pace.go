package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"weekward/mailer"
)

// checkPace refuses rates that nobody can mean.
func (c SMTPConfig) checkPace() error {
	var errs []error
	between := func(key string, v, low, high int) {
		if v < low || v > high {
			errs = append(errs, fmt.Errorf("smtp.%s: %d is not between %d and %d", key, v, low, high))
		}
	}
	between("per_minute", c.PerMinute, 0, 1_000_000)
	between("per_connection", c.PerConnection, 1, 100_000)
	for _, most := range c.Warmup {
		between("warmup", most, 1, 1_000_000)
	}
	if len(c.Warmup) > 365 {
		errs = append(errs, fmt.Errorf("smtp.warmup: %d days are more than a year", len(c.Warmup)))
	}
	for domain, most := range c.Domains {
		if strings.ContainsAny(domain, "@ ") || !strings.Contains(domain, ".") {
			errs = append(errs, fmt.Errorf("smtp.domains: %q is not a domain such as \"mail.example.org\"", domain))
		}
		between("domains."+domain, most, 1, 1_000_000)
	}
	return errors.Join(errs...)
}

// warmup is that of the address that issues come from.
func (a *app) warmup() mailer.Warmup {
	return mailer.Warmup{Days: a.config.SMTP.Warmup, Schedule: a.schedule, Address: strings.ToLower(addressOf(a.site.From))}
}

// goesTo says whom an issue is about to be mailed to, how long that takes and
// over which days: "Issue 31 of Tue 3 Mar 2026 07:00 goes to 4,212 subscribers,
// about 70 minutes at 60 a minute."
func (a *app) goesTo(ctx context.Context, p *mailer.Press, d mailer.Decision, readers int) (string, error) {
	e, err := p.Sender.Expect(ctx, readers, a.clock.now())
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("Issue %d of %s goes to %s", d.Issue, a.local(d.Slot), plural(readers, "subscriber", "subscribers"))
	if len(e.Days) > 0 {
		text += fmt.Sprintf(" while %s warms up, whoever confirmed first goes first: %s", p.Sender.Warmup.Address, a.days(e.Days))
	}
	if took := e.Duration(); took != "" && len(e.Days) > 0 {
		text += "; today's take " + took
	} else if took != "" {
		text += ", " + took
	}
	return text + ".", nil
}

// days lists how many mails go on which day; of many days the first and the
// last ones.
func (a *app) days(all []mailer.Ration) string {
	var list []string
	for _, d := range all {
		when := "today"
		if !d.DueAt.IsZero() {
			when = d.DueAt.In(a.schedule.Location).Format("Mon 2 Jan")
		}
		list = append(list, thousands(d.Count)+" "+when)
	}
	if len(list) > 6 {
		list = slices.Concat(list[:4], []string{"…"}, list[len(list)-1:])
	}
	return strings.Join(list, ", ")
}

// warmupOf is how far the sending address has warmed up; nil when it has, or
// need not.
func warmupOf(ctx context.Context, a *app, p *mailer.Press) (*mailer.WarmupStanding, error) {
	standing, err := p.Sender.Warming(ctx, a.clock.now())
	if err != nil || standing.Over() {
		return nil, err
	}
	return &standing, nil
}

// printWarmup says how far the sending address has warmed up.
func (e *environment) printWarmup(p *mailer.Press, s *mailer.WarmupStanding) {
	if s != nil {
		fmt.Fprintf(e.results(), "  %s\n", faint.Render(fmt.Sprintf("%s: %s", p.Sender.Warmup.Address, s)))
	}
}

// checkPace says how fast mail goes.
func (a *app) checkPace(ctx context.Context) finding {
	c := a.config.SMTP
	parts := []string{"as fast as the relay takes it"}
	if c.PerMinute > 0 {
		parts[0] = fmt.Sprintf("at most %s a minute", thousands(c.PerMinute))
	}
	parts = append(parts, plural(c.Connections, "connection", "connections")+" of at most "+plural(c.PerConnection, "message", "messages"))
	if len(c.Domains) > 0 {
		parts = append(parts, plural(len(c.Domains), "domain has a limit of its own", "domains have limits of their own"))
	}
	s := mailer.Sender{Meter: a.store, Warmup: a.warmup()}
	standing, err := s.Warming(ctx, a.clock.now())
	if err != nil {
		return finding{"pace", "fail", err.Error(), ""}
	}
	if !standing.Over() {
		parts = append(parts, s.Warmup.Address+": "+standing.String())
	}
	return finding{"pace", "ok", strings.Join(parts, "; "), ""}
}
