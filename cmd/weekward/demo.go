package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weekward/cmd/weekward/sample"
	"weekward/feeds"
	"weekward/feeds/chat"
	"weekward/mailer"
	"weekward/mailer/sink"
	"weekward/web"
)

func newDemo(e *environment) *cobra.Command {
	var dir, addr string
	var once bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show the whole week, offline, on invented news",
		Long: "demo collects an invented week over HTTP from this machine, ranks and composes it, mails it to\n" +
			"twelve invented readers through a real SMTP conversation into DIR/outbox, and opens the sign-up\n" +
			"form, the archive and the desk. The clock is set to the coming Tuesday. Nothing leaves this\n" +
			"machine. Every other verb works on what it leaves in DIR.",
		Example: "  weekward demo\n  weekward demo --once --dir week\n  weekward preview --why --config week/weekward.toml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.demo(cmd.Context(), dir, addr, once)
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "weekward-demo", "the folder it works in; an earlier demo's is made anew")
	cmd.Flags().StringVar(&addr, "addr", "", "where the public site listens, as `HOST:PORT`; 127.0.0.1:8080 or the next free one when missing")
	cmd.Flags().BoolVar(&once, "once", false, "print the summary and end")
	return cmd
}

// demoMark is the first line of a demo's configuration: a folder with it may be
// made anew.
const demoMark = "# Made by \"weekward demo\", which makes this folder anew each time."

// demo runs the week and, unless once, stays open for visitors.
func (e *environment) demo(ctx context.Context, dir, addr string, once bool) error {
	if err := freshDemo(dir); err != nil {
		return err
	}
	town, err := openTown(addr)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	closed := town.open(ctx)
	err = e.demoWeek(ctx, dir, town, once)
	stop()
	return errors.Join(err, <-closed)
}

// freshDemo makes the folder, or empties that of an earlier demo.
func freshDemo(dir string) error {
	config := filepath.Join(dir, "weekward.toml")
	text, err := os.ReadFile(config)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return os.MkdirAll(dir, 0o755)
	case err != nil:
		return err
	case !strings.HasPrefix(string(text), demoMark):
		return usage("choose an empty folder with --dir", "%s holds another newsletter", dir)
	}
	for _, name := range []string{"subscribers.db", "subscribers.db-wal", "subscribers.db-shm", "weekward.secret", "outbox"} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// A town is the demo's surroundings: the outlets' server, and the doors of the
// newsletter's own.
type town struct {
	slot    time.Time // the coming Tuesday
	outlets net.Listener
	doors   doors
}

// openTown listens on everything the demo needs.
func openTown(addr string) (*town, error) {
	schedule, err := demoConfig().Schedule.schedule()
	if err != nil {
		return nil, err
	}
	outlets, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c := WebConfig{Addr: addr, DeskAddr: "127.0.0.1:0"}
	if addr == "" {
		c.Addr = freeAddr("127.0.0.1:8080")
	}
	d, err := openDoors(c)
	if err != nil {
		return nil, errors.Join(err, outlets.Close())
	}
	return &town{slot: schedule.Next(time.Now()), outlets: outlets, doors: d}, nil
}

// freeAddr is the address, or another port when it is taken.
func freeAddr(addr string) string {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "127.0.0.1:0"
	}
	l.Close()
	return addr
}

// open serves the outlets until ctx ends.
func (t *town) open(ctx context.Context) <-chan error {
	closed := make(chan error, 1)
	srv := &http.Server{Handler: sample.Handler(t.slot), ReadHeaderTimeout: 5 * time.Second}
	go func() { closed <- web.Serve(ctx, srv, t.outlets) }()
	return closed
}

// demoConfig is the newsletter of the demo, without its sources.
func demoConfig() Config {
	c := defaultConfig()
	c.Site = SiteConfig{
		Name: "Ward Weekly", Tagline: "The week in digital health, and the voices of #wardchat",
		From: "Ward Weekly <weekly@example.org>", ReplyTo: "editor@example.org", Editor: "editor@example.org",
		Address: "Ward Weekly, 1 Example Street, Exampleton", Language: "en",
	}
	c.Schedule.Zone = "Europe/London"
	c.Fetch.Pages, c.Fetch.FollowShortLinks = 0, false // its outlets have feeds only, and nothing leaves this machine
	return c
}

// config is the newsletter of the demo in this town.
func (t *town) config() Config {
	c := demoConfig()
	c.Site.BaseURL = "http://" + t.doors.public.Addr().String()
	c.Web.Addr, c.Web.DeskAddr = t.doors.public.Addr().String(), t.doors.desk.Addr().String()
	c.Fetch.Allow = []string{t.outlets.Addr().String()}
	for _, s := range sample.Sources("http://" + t.outlets.Addr().String()) {
		weight := s.Weight
		c.Sources = append(c.Sources, SourceConfig{ID: s.ID, URL: s.URL, Kind: string(s.Kind), Title: s.Title, Section: s.Section,
			Topic: s.Topic, Weight: &weight, Lang: s.Lang, Tag: s.Tag, Selectors: s.Selectors})
	}
	ch := sample.Chat()
	c.Chats = []ChatConfig{{Tag: ch.Tag, Title: ch.Title, Zone: ch.Zone, Weekday: strings.ToLower(ch.Weekday.String()), Start: ch.Start,
		Minutes: ch.Minutes, Style: ch.Style, Moderators: ch.Moderators, Policy: string(ch.Policy), Networks: ch.Networks}}
	return c
}

// demoWeek is the week from the sources to the outbox.
func (e *environment) demoWeek(ctx context.Context, dir string, t *town, once bool) error {
	a, err := e.openDemo(ctx, dir, t)
	if err != nil {
		return err
	}
	defer a.close()
	relay, err := sink.Listen("127.0.0.1:0", filepath.Join(dir, "outbox"))
	if err != nil {
		return err
	}
	defer relay.Close()
	a.config.SMTP.URL = "smtp://" + relay.Addr()

	if err := e.demoCollect(ctx, a, t.slot); err != nil {
		return err
	}
	if err := e.demoSend(ctx, a, t.slot, dir); err != nil {
		return err
	}
	if once {
		t.doors.public.Close()
		t.doors.desk.Close()
		return nil
	}
	w := e.results()
	fmt.Fprintf(w, "\nSign-up, archive   %s/\nEditor's desk      http://%s/\nOutbox             %s\n\nCtrl-C ends the demo.\n",
		green.Render(a.site.BaseURL), t.doors.desk.Addr(), filepath.Join(dir, "outbox"))
	return a.run(ctx, t.doors, true)
}

// openDemo writes the configuration and wires the app, its clock at the slot.
func (e *environment) openDemo(ctx context.Context, dir string, t *town) (*app, error) {
	text, err := t.config().marshal()
	if err != nil {
		return nil, err
	}
	config := filepath.Join(dir, "weekward.toml")
	if err := os.WriteFile(config, append([]byte(demoMark+"\n"), text...), 0o644); err != nil {
		return nil, err
	}
	e.options.config = config
	c, err := loadConfig(config, nil) // the demo is the same whatever the environment says
	if err != nil {
		return nil, err
	}
	return e.openWith(ctx, c, clockAt(t.slot))
}

// demoCollect reads the sources, the chat's transcript and the list.
func (e *environment) demoCollect(ctx context.Context, a *app, slot time.Time) error {
	sources, err := a.sources(ctx)
	if err != nil {
		return err
	}
	o := a.outside()
	defer o.Close()
	report, err := e.read(ctx, a, o, sources, false)
	if err != nil {
		return err
	}
	failed := 0
	for _, s := range report.Sources {
		if !s.OK {
			failed++
		}
	}
	transcript, name := sample.Transcript(slot)
	posts, err := a.importTranscript(ctx, sample.Chat(), transcript, name)
	if err != nil {
		return err
	}
	list, err := a.service().Import(ctx, bytes.NewReader(sample.SubscribersCSV(slot)), false)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.results(), "%s  %s, %d failed on purpose · %s, %d new · %s in the transcript of #%s\n%s  %s on the list\n", bold.Render("collected"),
		plural(len(report.Sources), "source", "sources"), failed, plural(report.Items, "item", "items"), report.New, plural(posts, "post", "posts"), sample.Chat().Tag,
		bold.Render("imported "), plural(list.Active, "reader", "readers"))
	return nil
}

// importTranscript keeps the posts of a transcript.
func (a *app) importTranscript(ctx context.Context, ch feeds.Chat, data []byte, name string) (int, error) {
	o, err := chat.For(ch)
	if err != nil {
		return 0, err
	}
	o.Now = a.clock.now()
	got, err := chat.Import(bytes.NewReader(data), name, o)
	if err != nil {
		return 0, err
	}
	_, err = a.store.SavePosts(ctx, got.Posts)
	return len(got.Posts), err
}

// demoSend previews, approves and sends, as an editor would.
func (e *environment) demoSend(ctx context.Context, a *app, slot time.Time, dir string) error {
	r, err := a.record(ctx, slot)
	if err != nil {
		return err
	}
	p, err := a.preview(ctx, r, previewFlags{})
	if err != nil {
		return err
	}
	fmt.Fprintln(e.results())
	e.printPreview(a, p, false)
	press, err := a.press()
	if err != nil {
		return err
	}
	if err := press.Approve(ctx, r.Number, p.fingerprint, p.issue); err != nil {
		return refusal(err)
	}
	report, err := press.Run(ctx, mailer.PublishOptions{Slot: slot})
	if err != nil {
		return refusal(err)
	}
	fmt.Fprintf(e.results(), "\n%s  issue %d, approved as previewed, over SMTP to %s → %s\n", bold.Render("sent     "), report.Issue,
		plural(report.Sent, "reader", "readers"), filepath.Join(dir, "outbox"))
	return nil
}
