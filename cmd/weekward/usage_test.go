package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weekward/mailer"
)

// Wrong use has one exit code, names what is wrong, and says what to write.
func TestWrongUseIsNamedWithTheNextStep(t *testing.T) {
	config := writeConfig(t, "[site]\nname = \"Ward Weekly\"\nfrom = \"weekly@example.org\"\n[bounces]\nmaildir = \"nowhere\"\n")
	dir := filepath.Dir(config)
	for name, text := range map[string]string{"empty.csv": "", "nameless.csv": "name\nx\n", "letter.txt": "no database"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	weekward(t, "subscribers", "list", "--config", config) // makes the database
	for _, c := range []struct{ line, wrong, next string }{
		{"restore", "accepts 1 arg(s), received 0", `"weekward restore --help" says how`},
		{"status 1 2", "accepts at most 1 arg(s), received 2", `"weekward status --help" says how`},
		{"status --nosuch", "unknown flag: --nosuch", `"weekward status --help" says how`},
		{"nosuch", `unknown command "nosuch"`, `"weekward --help" says how`},
		{"bounces nosuch", `unknown command "nosuch" for "weekward bounces"`, `"weekward bounces --help" says how`},
		{"approve 1", `required flag(s) "fingerprint" not set`, `"weekward approve --help" says how`},
		{"status --watch --failed", "--watch and --failed do not go together", `"weekward status --help" says how`},
		{"send --now --date 2026-03-03", "--date and --now do not go together", `"weekward send --help" says how`},
		{"send --to weekly@example.org --dry-run", "--to and --dry-run do not go together", `"weekward send --help" says how`},
		{"subscribers list --state away", `nobody can be "away"`, "write pending, active"},
		{"subscribers import DIR/nosuch.csv", "no such file", "give the path"},
		{"subscribers import DIR/empty.csv", "the file is empty", "email,name"},
		{"subscribers import DIR/nameless.csv", "no column email", "email,name"},
		{"bounces list -n 0", "0 is not a number of lines", "-n 50"},
		{"bounces read", "nowhere/new: no such file", "bounces.maildir"},
		{"bounces read nosuch.eml", "nosuch.eml: no such file", "name files"},
		{"backup DIR/letter.txt", "letter.txt exists already", "choose another name"},
		{"init DIR/new --name X --from x@example.org --smtp smtps://u:p@example.org", "smtp.url holds a password", "smtp.password_file"},
	} {
		args := strings.Fields(strings.ReplaceAll(c.line, "DIR", dir))
		code, _, said := weekward(t, append(args, "--config", config)...)
		if code != exitUsage || !strings.Contains(said, c.wrong) || !strings.Contains(said, "hint: ") || !strings.Contains(said, c.next) {
			t.Errorf("weekward %s: got exit code %d and\n%swant %d, %q and %q", c.line, code, said, exitUsage, c.wrong, c.next)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "new")); err == nil {
		t.Error("weekward init wrote a configuration that no other verb would take")
	}
}

// What a rehearsal says is what the send would do.
func TestDryRunCountsOnlyWhoIsStillToBeMailed(t *testing.T) {
	for _, c := range []struct {
		why  string
		r    mailer.Report
		want string
	}{
		{"nothing was decided", mailer.Report{Issue: 2, State: mailer.IssueApproved, Planned: 12, Queued: 12}, "Issue 2 would go to 12 subscribers. Nothing was written."},
		{"nobody approved it", mailer.Report{Issue: 2, State: mailer.IssueHeld, Reason: "nobody approved it", Planned: 1, Queued: 1},
			"Issue 2 would go to 1 subscriber, but not now: nobody approved it. Nothing was written."},
		{"half of it is out", mailer.Report{Issue: 1, State: mailer.IssueSending, Planned: 12, Sent: 6, Queued: 4, Deferred: 2}, "Issue 1 would go to 6 subscribers. Nothing was written."},
		{"all of it is out", mailer.Report{Issue: 1, State: mailer.IssueSent, Planned: 12, Sent: 12}, "Issue 1 has reached everybody it could, and would go to nobody. Nothing was written."},
	} {
		if got := rehearsed(c.r); got != c.want {
			t.Errorf("%s: rehearsed(%+v) = %q, want %q", c.why, c.r, got, c.want)
		}
	}
}
