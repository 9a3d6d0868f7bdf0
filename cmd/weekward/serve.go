package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"weekward/digest"
	"weekward/mailer"
	"weekward/templates"
	"weekward/web"
	"weekward/web/desk"
)

func newServe(e *environment) *cobra.Command {
	var addr, deskAddr string
	var noSchedule bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the public site, the desk and the weekly clock",
		Long: "serve answers on web.addr (sign-up, preferences, archive) and web.desk_addr (the editor's desk,\n" +
			"loopback only), reads what is due, and sends each issue at its slot.",
		Example: "  weekward serve\n  weekward serve --addr 127.0.0.1:8080 --no-schedule",
		Args:    cobra.NoArgs,
		RunE: e.working(func(ctx context.Context, a *app, _ []string) error {
			if addr != "" {
				a.config.Web.Addr = addr
			}
			if deskAddr != "" {
				a.config.Web.DeskAddr = deskAddr
			}
			return e.serve(ctx, a, !noSchedule)
		}),
	}
	cmd.Flags().StringVar(&addr, "addr", "", "where the public site listens, as `HOST:PORT`; web.addr when missing")
	cmd.Flags().StringVar(&deskAddr, "desk-addr", "", "where the desk listens; web.desk_addr when missing")
	cmd.Flags().BoolVar(&noSchedule, "no-schedule", false, "answer only: do not collect, do not send issues")
	return cmd
}

// serve opens the listeners and runs until it is told to stop.
func (e *environment) serve(ctx context.Context, a *app, schedule bool) error {
	if err := a.refuseRehearsal(); err != nil {
		return err
	}
	if err := mailer.CheckSite(a.site); err != nil {
		return refusal(err)
	}
	if _, err := a.sender(); err != nil {
		return err // before anybody is told where the site is
	}
	a.log = e.servingLogger()
	doors, err := openDoors(a.config.Web)
	if err != nil {
		return err
	}
	e.say("Public site  http://%s/  (%s)\nDesk         http://%s/", doors.public.Addr(), a.site.BaseURL, doors.desk.Addr())
	if doors.metrics != nil {
		e.say("Metrics      http://%s/metrics", doors.metrics.Addr())
	}
	if schedule {
		e.say("Next issue   %s %s", a.local(a.schedule.Next(a.clock.now())), a.schedule.Location)
	}
	return a.run(ctx, doors, schedule)
}

// servingLogger tells the week's story, for a program that nobody watches.
func (e *environment) servingLogger() *slog.Logger {
	level := slog.LevelInfo
	if e.verbose {
		level = slog.LevelDebug
	}
	if e.quiet {
		level = slog.LevelWarn
	}
	return slog.New(slog.NewTextHandler(e.err, &slog.HandlerOptions{Level: level}))
}

// doors are where the public, the editor and Prometheus come in.
type doors struct {
	public, desk net.Listener
	metrics      net.Listener // nil when nobody asks
}

// openDoors listens on the addresses.
func openDoors(c WebConfig) (doors, error) {
	public, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return doors{}, usage("choose another web.addr", "open the public site: %w", err)
	}
	inside, err := desk.Listen(c.DeskAddr)
	if err != nil {
		return doors{}, errors.Join(usage("choose another web.desk_addr", "%w", err), public.Close())
	}
	metrics, err := openMetrics(c.MetricsAddr)
	if err != nil {
		return doors{}, errors.Join(err, public.Close(), inside.Close())
	}
	return doors{public, inside, metrics}, nil
}

// run answers, sends what becomes due and, with a schedule, keeps the clock.
// What one of them cannot go on without ends all.
func (a *app) run(ctx context.Context, d doors, schedule bool) error {
	press, err := a.press()
	if err != nil {
		return err
	}
	if d.metrics != nil {
		a.counters = newCounters()
		press.Sender.Counter = a.counters
	}
	public, err := a.publicSite(ctx)
	if err != nil {
		return err
	}
	inside, err := a.desk(press)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return web.Serve(ctx, web.Server(d.public.Addr().String(), public, a.log), d.public) })
	g.Go(func() error { return web.Serve(ctx, web.Server(d.desk.Addr().String(), inside, a.log), d.desk) })
	if d.metrics != nil {
		figures := a.metrics()
		g.Go(func() error { return web.Serve(ctx, web.Server(d.metrics.Addr().String(), figures, a.log), d.metrics) })
	}
	g.Go(func() error { return press.Sender.Serve(ctx, nil) })
	g.Go(func() error { a.keepTidy(ctx); return nil })
	if schedule {
		g.Go(func() error { a.keepClock(ctx, press); return nil })
		g.Go(func() error { a.keepCollecting(ctx); return nil })
		g.Go(func() error { a.keepBounces(ctx); return nil })
	}
	return g.Wait()
}

// publicSite is what strangers see.
func (a *app) publicSite(ctx context.Context) (http.Handler, error) {
	trusted, err := web.ParseTrusted(a.config.Web.TrustedProxies)
	if err != nil {
		return nil, usage("write it like \"127.0.0.1\" or \"10.0.0.0/8\"", "web.trusted_proxies: %w", err)
	}
	topics, err := a.topics(ctx)
	if err != nil {
		return nil, err
	}
	return web.New(web.Options{
		Site: a.site, Pages: a.templates, Subscribers: a.list(), Issues: a.store, Keys: a.keys, Topics: topics, Chats: a.chats, Corrections: a.store.CorrectionsOf,
		Trusted: trusted, Bare: orNone(a.config.Web.SignupsPerNet), Ping: a.store.Ping, Now: a.clock.now, Log: a.log,
	}), nil
}

// list is who the public forms talk to.
func (a *app) list() web.Subscribers {
	if a.counters == nil {
		return a.service()
	}
	return countedList{a.service(), a.counters.people}
}

// topics are those that sources give and readers may choose.
func (a *app) topics(ctx context.Context) ([]string, error) {
	sources, err := a.sources(ctx)
	if err != nil {
		return nil, err
	}
	var topics []string
	for _, s := range sources {
		if s.Topic != "" && !slices.Contains(topics, s.Topic) {
			topics = append(topics, s.Topic)
		}
	}
	slices.Sort(topics)
	return topics, nil
}

// desk is what the editor sees.
func (a *app) desk(press *mailer.Press) (http.Handler, error) {
	return desk.New(desk.Options{
		Site: a.site, Drafts: drafts{a}, Press: press, Edits: a.store, Topics: a.store, FixedTopics: a.config.Ranking.Topics, Ledger: a.store, People: a.service(),
		Sources: a.sources, Visits: a.store, Corrections: a.corrections, Mail: a.templates, Now: a.clock.now, Log: a.log,
	})
}

// drafts composes for the desk what preview composes for the terminal.
type drafts struct{ *app }

// Draft is the issue being made.
func (d drafts) Draft(ctx context.Context) (desk.Draft, error) {
	r, err := d.chosen(ctx, "")
	if err != nil {
		return desk.Draft{}, err
	}
	week, err := d.week(ctx, r.Slot, r.Number)
	if err != nil {
		return desk.Draft{}, err
	}
	ranking, err := d.ranking(ctx)
	if err != nil {
		return desk.Draft{}, err
	}
	issue := digest.Compose(week, ranking)
	mail, err := d.templates.Mail(issue, d.site, mailer.DeadLinks(d.site, r.Number), d.site.Lang)
	if err != nil {
		return desk.Draft{}, err
	}
	return desk.Draft{Issue: issue, Week: week, Record: r, Checks: templates.Lint(issue, mail, d.site)}, nil
}

// keepClock looks for a due issue at each slot, and in between for what was
// approved late, until ctx ends. The press decides; what it freezes the Sender
// delivers.
func (a *app) keepClock(ctx context.Context, press *mailer.Press) {
	last := ""
	for {
		err := a.mayMail(ctx, a.warn)
		if err == nil {
			_, err = press.Run(ctx, mailer.PublishOptions{Leave: true})
		}
		said := ""
		var notDue *mailer.NotDueError
		if err != nil && ctx.Err() == nil && !errors.As(err, &notDue) {
			said = err.Error()
		}
		if said != "" && said != last {
			a.log.Warn("issue not sent", "err", said)
		}
		last = said
		now := a.clock.now()
		if !rest(ctx, min(15*time.Second, a.schedule.Next(now).Sub(now))) {
			return
		}
	}
}

// warn writes a line that a person should read into the log.
func (a *app) warn(format string, args ...any) { a.log.Warn(fmt.Sprintf(format, args...)) }

// rest waits, and tells whether ctx still lives.
func rest(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// keepCollecting reads what is due, and the pages of what says too little,
// until ctx ends.
func (a *app) keepCollecting(ctx context.Context) {
	o := a.outside()
	defer o.Close()
	complete := a.keepCompleting(o)
	each(ctx, time.Minute, func() {
		if err := a.collectDue(ctx, o); err != nil && ctx.Err() == nil {
			a.log.Error("collecting failed", "err", err)
		}
		complete(ctx)
	})
}

// collectDue reads the due sources once.
func (a *app) collectDue(ctx context.Context, o *outside) error {
	sources, err := a.sources(ctx)
	if err != nil {
		return err
	}
	chats, err := a.chats(ctx)
	if err != nil {
		return err
	}
	report, err := a.collecting(o, chats).Collect(ctx, sources, false)
	if err != nil {
		return fmt.Errorf("collect: %w", err)
	}
	a.counters.collected(report)
	return nil
}

// keepTidy erases what is not kept any longer, once a day.
func (a *app) keepTidy(ctx context.Context) {
	each(ctx, 24*time.Hour, func() {
		if _, err := a.service().Prune(ctx); err != nil && ctx.Err() == nil {
			a.log.Error("erasing what is not kept failed", "err", err)
		}
	})
}

// each calls f at once and then every interval, until ctx ends.
func each(ctx context.Context, interval time.Duration, f func()) {
	for {
		f()
		if !rest(ctx, interval) {
			return
		}
	}
}
