package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weekward/mailer"
	"weekward/mailer/dns"
)

// A finding is one line of the doctor's.
type finding struct {
	Check string `json:"check"`
	Level string `json:"level"` // ok, warn or fail
	Found string `json:"message"`
	Next  string `json:"next,omitempty"` // what to do about it
}

func newDoctor(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "doctor",
		Short:   "Check everything a send needs; every line ok, warn or fail with the next step",
		Example: "  weekward doctor",
		Args:    cobra.NoArgs,
		RunE: e.working(func(ctx context.Context, a *app, _ []string) error {
			findings, publish := a.examine(ctx)
			if e.json {
				if err := e.printJSON(map[string]any{"checks": findings, "publish": append([]dns.Record{}, publish...)}); err != nil {
					return err
				}
			} else {
				e.printFindings(findings)
				e.printRecords(publish)
			}
			for _, f := range findings {
				if f.Level == "fail" {
					return &verdict{exitFailed, fmt.Errorf("a send would fail"), f.Next}
				}
			}
			return nil
		}),
	}
}

// examine runs every check. It returns the DNS records that are missing, too.
func (a *app) examine(ctx context.Context) (all []finding, publish []dns.Record) {
	for _, check := range []func(context.Context) finding{
		a.checkSite, a.checkDatabase, a.checkJournal, a.checkPrivacy, a.checkSecret, a.checkMail, a.checkPace, a.checkSigning, a.checkReturns, a.checkSources, a.checkClock, a.checkSlot, a.checkDisk,
	} {
		all = append(all, check(ctx))
	}
	answers, publish := a.askDNS(ctx)
	return append(all, answers...), publish
}

func (a *app) checkSite(context.Context) finding {
	if err := mailer.CheckSite(a.site); err != nil {
		return finding{"site", "fail", err.Error(), hintOf(err)}
	}
	return finding{"site", "ok", fmt.Sprintf("%s from %s at %s", a.site.Name, a.site.From, a.site.BaseURL), ""}
}

func (a *app) checkDatabase(ctx context.Context) finding {
	h, err := a.store.Health(ctx)
	if err == nil && len(h.Problems) > 0 {
		err = errors.New(strings.Join(h.Problems, "; "))
	}
	if err != nil {
		return finding{"database", "fail", err.Error(), "restore the last backup, or ask for help before you send"}
	}
	return finding{"database", "ok", fmt.Sprintf("%s, %s KB, whole", h.Engine, thousands(int(h.Bytes+1023)/1024)), ""}
}

func (a *app) checkPrivacy(context.Context) finding {
	info, err := os.Stat(a.config.Database.URL)
	if err != nil {
		return finding{"file mode", "ok", "the database is not a file here", ""}
	}
	if info.Mode()&0o077 != 0 {
		return finding{"file mode", "fail", fmt.Sprintf("%s is readable by others (%v)", a.config.Database.URL, info.Mode().Perm()), "chmod 600 " + a.config.Database.URL}
	}
	return finding{"file mode", "ok", "the database is readable by you only", ""}
}

func (a *app) checkSecret(context.Context) finding {
	path := filepath.Join(a.dir, "weekward.secret")
	if info, err := os.Stat(path); err == nil && info.Mode()&fs.FileMode(0o077) != 0 {
		return finding{"secret", "fail", path + " is readable by others", "chmod 600 " + path}
	}
	c := a.config
	for _, path := range []string{c.SMTP.PasswordFile, c.Bounces.PasswordFile, c.Bluesky.LoginFile} {
		// A group may be the way that the service's user reads it.
		if info, err := os.Stat(path); err == nil && info.Mode()&fs.FileMode(0o007) != 0 {
			return finding{"secret", "warn", path + " holds a password and is readable by everybody here", "chmod o= " + path}
		}
	}
	return finding{"secret", "ok", "links can be signed; back weekward.secret up, apart from the database", ""}
}

func (a *app) checkMail(ctx context.Context) finding {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := a.config.SMTP.login(ctx, a.dir); err != nil {
		return finding{"mail", "fail", err.Error(), cmp.Or(hintOf(err), "check smtp.url and the password; is the mail server up?")}
	}
	if folder, here := strings.CutPrefix(a.config.SMTP.URL, "outbox:"); here {
		return finding{"mail", "ok", "no mail leaves this machine: they are files in " + folder, ""}
	}
	return finding{"mail", "ok", "connected and logged in: " + a.config.SMTP.URL, ""}
}

func (a *app) checkSources(ctx context.Context) finding {
	lines, err := a.sourceLines(ctx)
	if err != nil {
		return finding{"sources", "fail", err.Error(), ""}
	}
	failing := 0
	for _, l := range lines {
		if l.Failures > 0 {
			failing++
		}
	}
	switch {
	case len(lines) == 0:
		return finding{"sources", "warn", "there are none", `"weekward sources add URL"`}
	case failing > 0:
		return finding{"sources", "warn", fmt.Sprintf("%d of %d failed at the last read", failing, len(lines)), `"weekward sources list" says why`}
	}
	return finding{"sources", "ok", plural(len(lines), "source", "sources"), ""}
}

// checkClock asks whether the clock can be right: it cannot be before this
// program was written.
func (a *app) checkClock(context.Context) finding {
	now := a.clock.now()
	if a.clock.rehearsing {
		return finding{"clock", "warn", "WEEKWARD_NOW rehearses " + a.local(now), "unset it for a real send"}
	}
	if now.Year() < 2026 {
		return finding{"clock", "fail", "the machine's clock says " + a.local(now), "set the clock; run an NTP client"}
	}
	return finding{"clock", "ok", a.local(now) + " " + a.schedule.Location.String(), ""}
}

func (a *app) checkSlot(context.Context) finding {
	return finding{"next issue", "ok", a.local(a.schedule.Next(a.clock.now())) + " " + a.schedule.Location.String(), ""}
}

// checkDisk wants room for the database to double.
func (a *app) checkDisk(context.Context) finding {
	free, err := freeBytes(a.dir)
	switch {
	case err != nil:
		return finding{"disk", "warn", err.Error(), ""}
	case free < 100<<20:
		return finding{"disk", "fail", fmt.Sprintf("%d MB free", free>>20), "make room before a send"}
	}
	return finding{"disk", "ok", fmt.Sprintf("%s MB free", thousands(int(free>>20))), ""}
}

func (e *environment) printFindings(all []finding) {
	colour := map[string]func(...string) string{"ok": green.Render, "warn": clay.Render, "fail": red.Render}
	var t table
	for _, f := range all {
		text := f.Found
		if f.Next != "" {
			text += " → " + f.Next
		}
		level, check := colour[f.Level](f.Level), f.Check
		for _, line := range wrap(text, findingWidth) {
			t.row(level, check, line)
			level, check = "", ""
		}
	}
	t.print(e.results())
}

// findingWidth leaves room for the level and the name of a check.
const findingWidth = columns - len("warn  reverse name  ")

// printRecords prints lines for a zone file, each whole, so that they can be
// copied.
func (e *environment) printRecords(publish []dns.Record) {
	if len(publish) == 0 {
		return
	}
	w := e.results()
	fmt.Fprint(w, "\nTo publish in DNS:\n\n")
	for _, r := range publish {
		fmt.Fprintln(w, r)
	}
}
