package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/spf13/cobra"
)

// answers are what a new newsletter needs to know.
type answers struct {
	name, from, address, baseURL, zone, smtp string
	sources                                  []string
}

func newInit(e *environment) *cobra.Command {
	var a answers
	cmd := &cobra.Command{
		Use:     "init [DIR]",
		Short:   "Write a configuration; asks for what the flags leave out",
		Long:    "init writes weekward.toml. It never overwrites one. Questions come only on a terminal.",
		Example: "  weekward init\n  weekward init weekly --name \"Ward Weekly\" --from weekly@example.org --zone Europe/London",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			return e.init(cmd.Context(), filepath.Join(dir, "weekward.toml"), a)
		},
	}
	f := cmd.Flags()
	f.StringVar(&a.name, "name", "", "the newsletter's name")
	f.StringVar(&a.from, "from", "", "the address it comes from")
	f.StringVar(&a.address, "address", "", "its postal address, which every issue must carry")
	f.StringVar(&a.baseURL, "base-url", "", "the address of its public site")
	f.StringVar(&a.zone, "zone", "", "its time zone, such as Europe/London")
	f.StringVar(&a.smtp, "smtp", "", "where mail goes, such as smtps://user@mail.example.org:465")
	f.StringSliceVar(&a.sources, "source", nil, "a feed's address; may be repeated")
	return cmd
}

// init asks, checks the answers, and writes the file.
func (e *environment) init(ctx context.Context, path string, a answers) error {
	if _, err := os.Stat(path); err == nil {
		return usage("edit it, or choose another folder", "%s exists already", path)
	}
	if isTerminal(e.in) {
		e.ask(&a)
	}
	c, err := a.config()
	if err != nil {
		return err
	}
	text, err := c.marshal()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usage("edit it, or choose another folder", "%s exists already", path)
	}
	if err != nil {
		return err
	}
	if _, err := f.Write(text); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return err
	}
	e.tryLogin(ctx, c.SMTP)
	e.say("Wrote %s.\nNext: \"weekward sources add URL\", \"weekward collect\", \"weekward preview\"; \"weekward doctor\" says what sending still needs.", path)
	return nil
}

// tryLogin says whether the mail server lets us in. The file is written either
// way: the password may come later.
func (e *environment) tryLogin(ctx context.Context, c SMTPConfig) {
	if strings.HasPrefix(c.URL, "outbox:") {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := c.login(ctx, ""); err != nil {
		e.say("The mail server does not let us in yet: %v\n\"weekward doctor\" tries again.", err)
		return
	}
	e.say("The mail server lets us in.")
}

// ask fills what the flags left out.
func (e *environment) ask(a *answers) {
	lines := bufio.NewScanner(e.in)
	for _, q := range []struct {
		to       *string
		question string
	}{
		{&a.name, "Name of the newsletter"},
		{&a.from, "Address it comes from"},
		{&a.address, "Its postal address (every issue must carry one)"},
		{&a.baseURL, "Address of its public site (https://…; empty if there is none yet)"},
		{&a.zone, "Time zone [" + localZone() + "]"},
		{&a.smtp, "Mail server (smtps://user@host:465; empty writes mails to ./outbox)"},
	} {
		if *q.to != "" {
			continue
		}
		fmt.Fprintf(e.err, "%s: ", q.question)
		if !lines.Scan() {
			return
		}
		*q.to = strings.TrimSpace(lines.Text())
	}
}

// localZone is the machine's zone, or UTC when it has no name.
func localZone() string {
	if name := time.Local.String(); name != "Local" {
		return name
	}
	return "UTC"
}

// config makes a checked configuration of the answers.
func (a answers) config() (Config, error) {
	c := defaultConfig()
	c.Site.Name, c.Site.From, c.Site.Address, c.Site.BaseURL = a.name, a.from, a.address, strings.TrimRight(a.baseURL, "/")
	if c.Site.Name == "" {
		return c, usage("weekward init --help", "the newsletter needs a --name")
	}
	if _, err := mail.ParseAddress(a.from); err != nil {
		return c, usage("weekward init --help", "--from %q is not an address such as weekly@example.org", a.from)
	}
	if c.Schedule.Zone = a.zone; a.zone == "" {
		c.Schedule.Zone = localZone()
	}
	if a.smtp != "" {
		c.SMTP.URL = a.smtp
	}
	for _, address := range a.sources {
		c.Sources = append(c.Sources, SourceConfig{ID: sourceID(address), URL: address})
	}
	if err := c.check(); err != nil {
		return c, usage("weekward init --help", "%w", err)
	}
	_, err := c.SMTP.transport("") // an address that every other verb would refuse is not written
	return c, err
}

// marshal writes the configuration as a person would: what says nothing is
// left out.
func (c Config) marshal() ([]byte, error) {
	var b strings.Builder
	b.WriteString("# weekward.toml: every key is explained in weekward.example.toml.\n\n")
	enc := toml.NewEncoder(&b)
	enc.Indent = ""
	if err := enc.Encode(c); err != nil {
		return nil, err
	}
	return []byte(b.String()), nil
}
