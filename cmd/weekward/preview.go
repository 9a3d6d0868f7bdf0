package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"weekward/digest"
	"weekward/mailer"
	"weekward/subscribers"
	"weekward/templates"
)

// previewFlags are what the editor asks of a preview.
type previewFlags struct {
	date, html, text, eml string
	as, topic, lang, to   string
	why, open             bool
}

func newPreview(e *environment) *cobra.Command {
	var f previewFlags
	cmd := &cobra.Command{
		Use:   "preview",
		Short: "Show the issue that would be sent, and why",
		Long: "preview composes the issue of a slot and shows it. It writes nothing to the database;\n" +
			"its fingerprint is the one that approve and send go by.",
		Example: "  weekward preview --why\n  weekward preview --date 2026-03-03 --html issue.html --open\n  weekward preview --as reader@example.org --text -",
		Args:    cobra.NoArgs,
		RunE: e.looking(func(ctx context.Context, a *app, _ []string) error {
			return e.preview(ctx, a, f)
		}),
	}
	fl := cmd.Flags()
	fl.StringVar(&f.date, "date", "", "the issue of the slot on or after this `DAY` (2006-01-02); the coming one when missing")
	fl.StringVar(&f.html, "html", "", "write the mail's HTML to `FILE` (- for standard output)")
	fl.StringVar(&f.text, "text", "", "write the plain text to `FILE`")
	fl.StringVar(&f.eml, "eml", "", "write the whole mail to `FILE`")
	fl.BoolVar(&f.why, "why", false, "print each part of every score, and what was left out")
	fl.StringVar(&f.as, "as", "", "as the subscriber with this `ADDRESS` gets it")
	fl.StringVar(&f.topic, "topic", "", "as readers of this `TOPIC` get it")
	fl.StringVar(&f.lang, "lang", "", "with the words around the news in this `LANGUAGE`")
	fl.StringVar(&f.to, "to", "", "mail a test to `ADDRESS`: the site's own addresses only")
	fl.BoolVar(&f.open, "open", false, "open the mail in the browser")
	return cmd
}

// A preview is an issue with all that the editor wants to know before it goes.
type preview struct {
	issue       digest.Issue
	fingerprint string
	mail        templates.Content
	checks      []templates.Check
	readers     int // active subscribers
	sources     []sourceLine
	to          subscribers.Subscriber
}

// preview composes, renders and shows.
func (e *environment) preview(ctx context.Context, a *app, f previewFlags) error {
	r, err := a.chosen(ctx, f.date)
	if err != nil {
		return err
	}
	p, err := a.preview(ctx, r, f)
	if err != nil {
		return err
	}
	if err := e.writePreview(a, p, f); err != nil {
		return err
	}
	if f.to != "" {
		if err := a.sendTest(ctx, p, f.to); err != nil {
			return err
		}
		e.say("A test of issue %d is on its way to %s.", p.issue.Number, f.to)
	}
	switch {
	case e.json:
		return e.printJSON(p.json())
	case f.toOutput():
		return nil
	}
	e.printPreview(a, p, f.why)
	return nil
}

// preview builds the issue of a slot as one reader gets it.
func (a *app) preview(ctx context.Context, r mailer.Record, f previewFlags) (preview, error) {
	to, err := a.reader(ctx, f)
	if err != nil {
		return preview{}, err
	}
	issue, err := a.compose(ctx, r.Slot, r.Number)
	if err != nil {
		return preview{}, err
	}
	if len(issue.Stories) == 0 && len(issue.Chats) == 0 {
		return preview{}, &verdict{exitNothing, fmt.Errorf("there is no news for the issue of %s", a.local(r.Slot)),
			`"weekward collect" reads your sources; "weekward sources list" shows how they are`}
	}
	counts, err := a.store.CountSubscribers(ctx)
	if err != nil {
		return preview{}, err
	}
	sources, err := a.sourceLines(ctx)
	if err != nil {
		return preview{}, err
	}
	mail, err := a.templates.Mail(issue.For(to.Topics), a.site, mailer.DeadLinks(a.site, r.Number), to.Lang)
	if err != nil {
		return preview{}, err
	}
	return preview{
		issue: issue, fingerprint: issue.Fingerprint(), mail: mail, to: to, sources: sources,
		checks: templates.Lint(issue.For(to.Topics), mail, a.site), readers: counts[subscribers.Active],
	}, nil
}

// reader is who the preview is for: a subscriber, or anybody.
func (a *app) reader(ctx context.Context, f previewFlags) (subscribers.Subscriber, error) {
	to := subscribers.Subscriber{Email: "reader@example.org", Lang: a.site.Lang, Format: subscribers.Both}
	if f.as != "" {
		address, err := subscribers.ParseAddress(f.as)
		if err != nil {
			return to, &verdict{exitUsage, fmt.Errorf("--as: %w", err), ""}
		}
		s, err := a.store.SubscriberByKey(ctx, subscribers.AddressKey(address))
		switch {
		case errors.Is(err, subscribers.ErrNotFound):
			return to, usage(`"weekward subscribers list" shows them`, "there is no subscriber %s", address)
		case err != nil:
			return to, err
		}
		to = s
	}
	if f.topic != "" {
		to.Topics = []string{f.topic}
	}
	if f.lang != "" {
		to.Lang = f.lang
	}
	if to.Lang == "" {
		to.Lang = a.site.Lang
	}
	return to, nil
}

// toOutput tells whether a file went to standard output, so that nothing else
// may.
func (f previewFlags) toOutput() bool { return f.html == "-" || f.text == "-" || f.eml == "-" }

// writePreview writes the files that were asked for.
func (e *environment) writePreview(a *app, p preview, f previewFlags) error {
	if f.open && (f.html == "" || f.html == "-") {
		f.html = filepath.Join(os.TempDir(), fmt.Sprintf("weekward-issue-%d.html", p.issue.Number))
	}
	files := []struct {
		name    string
		content func() ([]byte, error)
	}{
		{f.html, func() ([]byte, error) { return []byte(p.mail.HTML), nil }},
		{f.text, func() ([]byte, error) { return []byte(p.mail.Text), nil }},
		{f.eml, func() ([]byte, error) { return a.eml(p) }},
	}
	for _, file := range files {
		if file.name == "" {
			continue
		}
		content, err := file.content()
		if err != nil {
			return err
		}
		if file.name == "-" {
			_, err = e.out.Write(content)
		} else {
			err = os.WriteFile(file.name, content, 0o644)
		}
		if err != nil {
			return fmt.Errorf("write the preview: %w", err)
		}
	}
	if f.open {
		return openInBrowser(f.html)
	}
	return nil
}

// eml is the whole mail, its personal links dead.
func (a *app) eml(p preview) ([]byte, error) {
	m, err := mailer.Specimen(a.site, p.issue.Number, p.mail, p.to.Email, a.clock.now())
	return m.Data, err
}

// sendTest mails the issue to one of the site's own addresses.
func (a *app) sendTest(ctx context.Context, p preview, address string) error {
	if !slices.Contains(a.config.ownAddresses(), strings.ToLower(address)) {
		return usage("the site's from, reply_to and editor may be mailed a test", "--to %s is not an address of the site", address)
	}
	press, err := a.press()
	if err != nil {
		return err
	}
	return refusal(press.TestMail(ctx, p.issue.For(p.to.Topics), address, p.to.Lang))
}

// openInBrowser shows a file as the desktop would.
func openInBrowser(path string) error {
	opener := map[string]string{"darwin": "open", "windows": "explorer"}[runtime.GOOS]
	if opener == "" {
		opener = "xdg-open"
	}
	if err := exec.Command(opener, path).Start(); err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	return nil
}

// A previewJSON is what a script reads.
type previewJSON struct {
	Issue   issueJSON         `json:"issue"`
	Checks  []templates.Check `json:"checks"`
	LeftOut []digest.LeftOut  `json:"left_out"`
}

// An issueJSON is the issue with its fingerprint.
type issueJSON struct {
	digest.Issue
	Fingerprint string `json:"fingerprint"`
}

func (p preview) json() previewJSON {
	return previewJSON{issueJSON{p.issue, p.fingerprint}, p.checks, p.issue.LeftOut}
}
