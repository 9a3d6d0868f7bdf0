package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weekward/digest"
	"weekward/feeds"
	"weekward/feeds/chat"
	"weekward/feeds/fetch"
	"weekward/feeds/news"
	"weekward/feeds/page"
	"weekward/store"
	"weekward/subscribers"
	"weekward/templates"
)

// options are the flags every verb has.
type options struct {
	config               string
	json, quiet, verbose bool
}

// An environment is what a verb starts from: the flags and the terminal.
type environment struct {
	*options
	*terminal
}

// An app is the wired newsletter.
type app struct {
	config    Config
	dir       string // of the configuration file
	clock     clock
	store     *store.Store
	keys      subscribers.Keys
	templates *templates.Set
	site      templates.Site
	schedule  digest.Schedule
	log       *slog.Logger
	counters  *counters // of a server whose metrics are asked for; else nil
}

// setting is the configuration and the clock that the environment asks for.
func (e *environment) setting() (Config, clock, error) {
	c, err := loadConfig(e.config, os.Environ())
	if err != nil {
		return c, clock{}, err
	}
	now, err := newClock(os.Getenv("WEEKWARD_NOW"))
	return c, now, err
}

// open wires the app with a database it may write to.
func (e *environment) open(ctx context.Context) (*app, error) {
	c, now, err := e.setting()
	if err != nil {
		return nil, err
	}
	return e.openWith(ctx, c, now)
}

// openWith wires the app of a configuration, with the secret that signs its
// links.
func (e *environment) openWith(ctx context.Context, c Config, now clock) (*app, error) {
	a, err := e.wire(ctx, c, now, store.Open)
	if err != nil {
		return nil, err
	}
	if a.keys, err = subscribers.LoadKeys(filepath.Join(a.dir, "weekward.secret")); err != nil {
		return nil, errors.Join(err, a.close())
	}
	a.store.UseHashes(a.keys.Hashes)
	a.store.UseJournal(store.JournalPath(c.Database.URL, c.Database.Journal), now.now)
	return a, nil
}

// openReadOnly wires the app with a database that nothing can be written to.
func (e *environment) openReadOnly(ctx context.Context) (*app, error) {
	c, now, err := e.setting()
	if err != nil {
		return nil, err
	}
	a, err := e.wire(ctx, c, now, store.OpenReadOnly)
	switch {
	case errors.Is(err, store.ErrNoDatabase):
		return nil, &verdict{exitNothing, err, `"weekward collect" reads your sources and makes it`}
	case errors.Is(err, store.ErrOldSchema):
		return nil, &verdict{exitNothing, err, `"weekward status" brings it up to date and changes nothing else`}
	}
	return a, err
}

// A task is what a verb does on the open newsletter.
type task func(ctx context.Context, a *app, args []string) error

// working runs a task that may write.
func (e *environment) working(do task) func(*cobra.Command, []string) error {
	return withApp(e.open, do)
}

// looking runs a task on a database that nothing is written to.
func (e *environment) looking(do task) func(*cobra.Command, []string) error {
	return withApp(e.openReadOnly, do)
}

func withApp(open func(context.Context) (*app, error), do task) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		a, err := open(cmd.Context())
		if err != nil {
			return err
		}
		defer a.close()
		return do(cmd.Context(), a, args)
	}
}

// wire puts the parts together. It makes nothing but the database and, where
// it may write, the file of keys.
func (e *environment) wire(ctx context.Context, c Config, now clock, open func(context.Context, string) (*store.Store, error)) (*app, error) {
	schedule, err := c.Schedule.schedule()
	if err != nil {
		return nil, err
	}
	set, err := loadTemplates(c.Site.Templates)
	if err != nil {
		return nil, usage("mend the template, or leave site.templates out", "%w", err)
	}
	s, err := open(ctx, c.Database.URL)
	if err != nil {
		return nil, err
	}
	return &app{config: c, dir: dirOf(e.config), clock: now, store: s, templates: set, site: c.site(), schedule: schedule, log: e.logger()}, nil
}

func (a *app) close() error { return a.store.Close() }

// logger writes the log to standard error. A verb prints what happened as its
// result, so it logs only what that does not say, unless asked for more.
func (e *environment) logger() *slog.Logger {
	level := slog.LevelError
	if e.verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(e.err, &slog.HandlerOptions{Level: level}))
}

// loadTemplates reads the templates, with a designer's folder over them.
func loadTemplates(folder string) (*templates.Set, error) {
	if folder == "" {
		return templates.New(nil)
	}
	if _, err := os.Stat(folder); err != nil {
		return nil, fmt.Errorf("site.templates: %w", err)
	}
	return templates.New(os.DirFS(folder))
}

// site is the newsletter's identity as the templates print it.
func (c Config) site() templates.Site {
	s := c.Site
	return templates.Site{
		Name: s.Name, Tagline: s.Tagline, BaseURL: strings.TrimRight(s.BaseURL, "/"), From: s.From, ReplyTo: s.ReplyTo, Mailbox: c.mailbox(),
		Postal: s.Address, Lang: s.Language, Zone: c.Schedule.Zone, PrivacyURL: s.PrivacyURL,
		Weekday: c.Schedule.weekday(), Time: c.Schedule.Time,
	}
}

// editor is where notices to the editor go.
func (c Config) editor() string {
	return cmp.Or(addressOf(c.Site.Editor), addressOf(c.Site.ReplyTo), addressOf(c.Site.From))
}

// compose builds the issue of a slot. preview, approve and send all call it:
// what the editor saw is what the subscribers get.
func (a *app) compose(ctx context.Context, slot time.Time, number int) (digest.Issue, error) {
	week, err := a.week(ctx, slot, number)
	if err != nil {
		return digest.Issue{}, fmt.Errorf("compose issue %d: %w", number, err)
	}
	ranking, err := a.ranking(ctx)
	if err != nil {
		return digest.Issue{}, fmt.Errorf("compose issue %d: %w", number, err)
	}
	return digest.Compose(week, ranking), nil
}

// week is all that the issue of a slot is made of.
func (a *app) week(ctx context.Context, slot time.Time, number int) (digest.Week, error) {
	chats, err := a.chats(ctx)
	if err != nil {
		return digest.Week{}, err
	}
	from, frozen := a.schedule.Window(slot, time.Duration(a.config.Schedule.Freeze))
	return a.store.Week(ctx, digest.Week{Number: number, Slot: slot, From: from, Freeze: frozen, Chats: chats})
}

// sources are the places we read: those of the file and those added by
// command.
func (a *app) sources(ctx context.Context) ([]feeds.Source, error) {
	added, err := a.store.Sources(ctx)
	if err != nil {
		return nil, err
	}
	return declaredFirst(a.config.Sources, SourceConfig.source, added, func(s feeds.Source) string { return s.ID })
}

// chats are the registered chats: those of the file and those added by
// command.
func (a *app) chats(ctx context.Context) ([]feeds.Chat, error) {
	added, err := a.store.Chats(ctx)
	if err != nil {
		return nil, err
	}
	return declaredFirst(a.config.Chats, ChatConfig.chat, added, func(c feeds.Chat) string { return c.Tag })
}

// declaredFirst joins what the file declares with what was added by command;
// of two with the same key the file's stands.
func declaredFirst[C, T any](declared []C, read func(C) (T, error), added []T, key func(T) string) ([]T, error) {
	var all []T
	known := map[string]bool{}
	for _, c := range declared {
		v, err := read(c)
		if err != nil {
			return nil, err
		}
		known[key(v)] = true
		all = append(all, v)
	}
	for _, v := range added {
		if !known[key(v)] {
			all = append(all, v)
		}
	}
	return all, nil
}

// chat finds one registered chat.
func (a *app) chat(ctx context.Context, tag string) (feeds.Chat, bool, error) {
	all, err := a.chats(ctx)
	for _, ch := range all {
		if ch.Tag == normalTag(tag) {
			return ch, true, err
		}
	}
	return feeds.Chat{Tag: normalTag(tag), Title: "#" + normalTag(tag), Policy: feeds.AggregateOnly}, false, err
}

// fetcher is the one way out to the web.
func (a *app) fetcher() *fetch.Fetcher {
	c := a.config.Fetch
	agent := c.UserAgent
	if agent == "" {
		agent = "weekward/" + buildVersion()
		if a.site.BaseURL != "" {
			agent += " (+" + a.site.BaseURL + ")"
		}
	}
	return fetch.New(fetch.Options{UserAgent: agent, Allow: c.Allow, MaxBytes: c.MaxBytes})
}

// collector reads the sources that are due. Close the Fetcher when it is done;
// a Fetcher that is used again brings its robots, which remember for a day.
func (a *app) collector(f *fetch.Fetcher, robots *page.Robots, chats []feeds.Chat) *feeds.Collector {
	return &feeds.Collector{
		Readers: map[feeds.Kind]feeds.Reader{
			feeds.KindFeed:     &news.Reader{Fetch: f, Now: a.clock.now},
			feeds.KindPage:     &page.Reader{Fetch: f, Now: a.clock.now, Robots: robots},
			feeds.KindMastodon: chat.Mastodon{Fetch: f, Now: a.clock.now},
			feeds.KindBluesky:  a.bluesky(f),
			feeds.KindFile:     chat.File{Chats: chats, Now: a.clock.now},
		},
		Store:       a.store,
		Now:         a.clock.now,
		MinInterval: time.Duration(a.config.Fetch.MinInterval),
		Parallel:    a.config.Fetch.Parallel,
		Log:         a.log,
	}
}

// service is who gets it, and how they say yes.
func (a *app) service() *subscribers.Service {
	wording, version, err := a.templates.Consent(a.site, a.site.Lang)
	if err != nil {
		a.log.Error("the consent's wording cannot be rendered", "err", err) // it was, when the templates were loaded
	}
	limits := subscribers.Limits{Total: orNone(a.config.Web.SignupsPerHour), Network: orNone(a.config.Web.SignupsPerNet)}
	if a.config.Web.SignupsPerHour == 0 {
		limits.Domain = -1
	}
	return &subscribers.Service{Store: a.store, Keys: a.keys, Now: a.clock.now, Letter: a.letter, Limits: limits,
		Wording: subscribers.Wording{Version: version, Text: wording}}
}

// orNone turns the configuration's 0, no limit, into the packages' -1.
func orNone(limit int) int {
	if limit == 0 {
		return -1
	}
	return limit
}

// letter renders a letter around its links.
func (a *app) letter(kind subscribers.LetterKind, s subscribers.Subscriber, link subscribers.Link) (subscribers.Letter, error) {
	page := func(p subscribers.Purpose, token string) string {
		if token == "" {
			return ""
		}
		return a.site.BaseURL + "/" + string(p) + "/" + token
	}
	c, err := a.templates.Letter(string(kind), a.site, templates.LetterData{
		Lang: s.Lang, Link: page(link.Purpose, link.Token), Leave: page(subscribers.PurposeUnsubscribe, link.Leave), Asked: link.Asked, Form: link.Form,
	})
	return subscribers.Letter{Subject: c.Subject, HTML: c.HTML, Text: c.Text}, err
}
