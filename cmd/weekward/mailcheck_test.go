package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"weekward/mailer"
	"weekward/mailer/dkim"
	"weekward/subscribers"
)

// everyMail sends each kind of mail there is, in both languages, as a
// newsletter with a public site and a key would, and returns the files: the
// issues of the demo's week, and the letters.
func everyMail(t *testing.T) (issues, letters []string) {
	t.Helper()
	a, slot := demoApp(t)
	ctx := context.Background()
	list := "email,language,format,topics,confirmed_at,consent\nkorn@example.org,de,text,,2026-01-05,by hand\nhell@example.org,de,html,patients,2026-01-05,by hand\n"
	if _, err := a.service().Import(ctx, strings.NewReader(list), false); err != nil {
		t.Fatal(err)
	}
	press, err := a.press()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := press.Run(ctx, mailer.PublishOptions{Slot: slot, Approve: true}); err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"en", "de"} {
		a.join(t, lang)
	}
	a.neglect(t, slot)
	outbox := strings.TrimPrefix(a.config.SMTP.URL, "outbox:")
	issues, _ = filepath.Glob(filepath.Join(outbox, "issue.*.eml"))
	letters, _ = filepath.Glob(filepath.Join(outbox, "letter.*.eml"))
	return issues, letters
}

// demoApp is the demo's newsletter with all it has read, at a public address
// and with a key.
func demoApp(t *testing.T) (*app, time.Time) {
	t.Helper()
	dir := t.TempDir()
	town, err := openTown("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	closed := town.open(ctx)
	var out bytes.Buffer
	e := &environment{options: &options{quiet: true}, terminal: &terminal{out: &out, err: &out}}
	a, err := e.openDemo(ctx, dir, town)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.close() })
	key := filepath.Join(dir, "dkim.pem")
	if err := dkim.MakeRSA(key); err != nil {
		t.Fatal(err)
	}
	a.config.DKIM = DKIMConfig{Selector: "weekly", KeyFile: key}
	a.config.SMTP.URL, a.config.SMTP.Envelope = "outbox:"+filepath.Join(dir, "mails"), "bounces@bounces.example.org"
	a.config.Bounces.Maildir = filepath.Join(dir, "bounces")
	a.config.Site.BaseURL = "https://weekly.example.org"
	a.site = a.config.site()
	if err := e.demoCollect(ctx, a, town.slot); err != nil {
		t.Fatal(err)
	}
	stop()
	town.doors.public.Close()
	town.doors.desk.Close()
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	return a, town.slot
}

// join takes one reader through every letter: asked, welcomed, reminded, and
// moved to another address.
func (a *app) join(t *testing.T, lang string) {
	t.Helper()
	ctx := context.Background()
	from, form := netip.MustParseAddr("192.0.2.1"), a.site.BaseURL+"/"
	old, fresh := lang+".old@example.org", lang+".new@example.org"
	ask := subscribers.Request{Address: old, Lang: lang, Form: form, From: from}
	if err := a.service().SignUp(ctx, ask); err != nil {
		t.Fatal(err)
	}
	if _, err := a.service().Confirm(ctx, a.token(t, old, "confirm"), from); err != nil {
		t.Fatal(err)
	}
	a.clock = clockAt(a.clock.now().Add(48 * time.Hour)) // nobody is written to twice in a day
	if err := a.service().SignUp(ctx, ask); err != nil {
		t.Fatal(err)
	}
	if err := a.service().Move(ctx, a.token(t, old, "preferences"), subscribers.Request{Address: fresh, Form: form, From: from}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.service().Confirm(ctx, a.token(t, fresh, "confirm"), from); err != nil {
		t.Fatal(err)
	}
	a.deliver(t)
}

// neglect lets slots pass that nobody approved: the editor is told that one is
// held, and that one was missed.
func (a *app) neglect(t *testing.T, slot time.Time) {
	t.Helper()
	for _, late := range []time.Duration{7*24*time.Hour + time.Minute, 16 * 24 * time.Hour} {
		a.clock = clockAt(slot.Add(late))
		press, err := a.press()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := press.Run(context.Background(), mailer.PublishOptions{}); err == nil {
			t.Fatal("a slot nobody approved: the issue went out")
		}
	}
}

func (a *app) deliver(t *testing.T) {
	t.Helper()
	s, err := a.sender()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Deliver(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// token delivers what is queued and returns the token of a link in the last
// letter to an address.
func (a *app) token(t *testing.T, to, purpose string) string {
	t.Helper()
	a.deliver(t)
	link := regexp.MustCompile(regexp.QuoteMeta(a.site.BaseURL+"/"+purpose+"/") + `([A-Za-z0-9_-]+)`)
	found, _ := filepath.Glob(filepath.Join(strings.TrimPrefix(a.config.SMTP.URL, "outbox:"), "letter.*.eml"))
	for _, name := range found {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(data), "=\r\n", "")
		if m := link.FindStringSubmatch(text); m != nil && strings.Contains(text, "To: <"+to+">") {
			return m[1]
		}
	}
	t.Fatalf("no letter to %s has a link to %s", to, purpose)
	return ""
}

// A checked mail is what the checker says about one.
type checkedMail struct {
	File     string      `json:"file"`
	Errors   int         `json:"errors"`
	Score    float64     `json:"score"`
	Mean     *float64    `json:"compat_mean"`
	Least    *float64    `json:"compat_min"`
	Bytes    int         `json:"html_bytes"`
	Findings [][3]string `json:"findings"`
}

// checkMails runs the checker of mails over files.
func checkMails(t *testing.T, kind string, files []string) []checkedMail {
	t.Helper()
	const checker = "../../../shared/eval/check_email_html.py"
	if _, err := os.Stat(checker); err != nil {
		t.Skip("the checker of mails is not here: " + checker)
	}
	out, err := exec.Command("python3", slices.Concat([]string{checker, "--json", "--kind", kind}, files)...).Output()
	if err != nil {
		t.Fatalf("run the checker: %v\n%s", err, out)
	}
	var all []checkedMail
	if err := json.Unmarshal(out, &all); err != nil || len(all) != len(files) {
		t.Fatalf("read the checker's answer: %v, %d mails, want %d", err, len(all), len(files))
	}
	return all
}

// Every kind of mail, as it is really sent, is free of errors for the clients
// and the rules of the large receivers; an issue looks well in all of them.
func TestEveryKindOfMailPassesTheChecker(t *testing.T) {
	issues, letters := everyMail(t)
	if len(issues) != 14 || len(letters) != 12 {
		t.Fatalf("mails: got %d issues and %d letters, want 14 and 12", len(issues), len(letters))
	}
	least, largest := 100.0, 0
	for _, m := range slices.Concat(checkMails(t, "bulk", issues), checkMails(t, "single", letters)) {
		if m.Errors > 0 {
			t.Errorf("%s: %d errors: %v", m.File, m.Errors, m.Findings)
		}
		if !strings.HasPrefix(m.File, "issue.") {
			continue
		}
		least, largest = min(least, m.Score), max(largest, m.Bytes)
		if m.Score < 92 {
			t.Errorf("%s: score %.1f, want 92 or more: %v", m.File, m.Score, m.Findings)
		}
		if m.Mean != nil && (*m.Mean < 0.95 || *m.Least < 0.78) {
			t.Errorf("%s: clients know %.3f of what it uses, the weakest %.3f; want 0.95 and 0.78", m.File, *m.Mean, *m.Least)
		}
	}
	t.Logf("%d issues: least score %.1f, largest HTML %d bytes; %d letters", len(issues), least, largest, len(letters))
}
