package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weekward/mailer/dns"
	"weekward/templates"
)

// signing is a configuration that signs with both kinds of key, and the bytes
// of what follows in it.
const signing = `
[site]
name = "Ward Weekly"
from = "Ward Weekly <weekly@news.example.org>"
address = "1 Lane, Town"
base_url = "https://weekly.example.org"
[dkim]
domain = "example.org"
selector = "weekly"
key_file = "dkim.pem"
ed25519_selector = "weekly-ed"
ed25519_key_file = "ed.pem"
`

// writeConfig writes a configuration and returns its path.
func writeConfig(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "weekward.toml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// weekward runs one verb.
func weekward(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

func TestDKIMMakesKeysOnceAndPrintsTheirRecords(t *testing.T) {
	config := writeConfig(t, signing)
	code, first, said := weekward(t, "dkim", "--config", config)
	if code != exitDone || strings.Count(said, "Made ") != 2 {
		t.Fatalf("weekward dkim: got exit code %d and %q, want 0 and two keys made", code, said)
	}
	for _, want := range []string{`weekly._domainkey.example.org. IN TXT "v=DKIM1; k=rsa; p=MII`, `weekly-ed._domainkey.example.org. IN TXT "v=DKIM1; k=ed25519; p=`} {
		if !strings.Contains(first, want) {
			t.Errorf("weekward dkim: got\n%s\nwant %s", first, want)
		}
	}
	for _, name := range []string{"dkim.pem", "ed.pem"} {
		if info, err := os.Stat(filepath.Join(filepath.Dir(config), name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: got %v, %v, want mode 0600", name, info, err)
		}
	}
	code, again, said := weekward(t, "dkim", "--config", config)
	if code != exitDone || again != first || said != "" {
		t.Errorf("weekward dkim again: got %d, %q and\n%s\nwant the same records and nothing made", code, said, again)
	}
	code, out, _ := weekward(t, "dkim", "--json", "--config", config)
	var answer struct {
		Made    []string
		Records []dns.Record
	}
	if err := json.Unmarshal([]byte(out), &answer); code != exitDone || err != nil || answer.Made == nil || len(answer.Records) != 2 || answer.Records[0].Type != "TXT" {
		t.Errorf("weekward dkim --json: got %d, %v and\n%s\nwant two records", code, err, out)
	}
}

func TestDKIMWithoutAKeyFileSaysHowToBegin(t *testing.T) {
	code, _, said := weekward(t, "dkim", "--config", writeConfig(t, "[site]\nname = \"x\"\n"))
	if code != exitUsage || !strings.Contains(said, `key_file = "dkim.pem"`) {
		t.Errorf("weekward dkim: got %d and %q, want 2 and what to set", code, said)
	}
}

// A key that others can read, or that is missing, stops a send before anything
// is decided, and says what to do.
func TestSendRefusesAKeyItCannotTrust(t *testing.T) {
	config := writeConfig(t, signing)
	code, _, said := weekward(t, "send", "--config", config)
	if code != exitUsage || !strings.Contains(said, "there is no such file") || !strings.Contains(said, `"weekward dkim" makes it`) {
		t.Errorf("weekward send without keys: got %d and %q, want 2 and the next step", code, said)
	}
	code, _, said = weekward(t, "serve", "--addr", "127.0.0.1:0", "--desk-addr", "127.0.0.1:0", "--config", config)
	if code != exitUsage || !strings.Contains(said, `"weekward dkim" makes it`) || strings.Contains(said, "Public site") {
		t.Errorf("weekward serve without keys: got %d and %q, want 2 and the next step, and no site", code, said)
	}
	weekward(t, "dkim", "--config", config)
	key := filepath.Join(filepath.Dir(config), "dkim.pem")
	if err := os.Chmod(key, 0o644); err != nil {
		t.Fatal(err)
	}
	code, _, said = weekward(t, "send", "--config", config)
	if code != exitUsage || !strings.Contains(said, "others can read it (mode 0644)") || !strings.Contains(said, "chmod 600 "+key) {
		t.Errorf("weekward send with a key of mode 0644: got %d and %q, want 2 and the next step", code, said)
	}
	os.Chmod(key, 0o600)
	if code, _, said = weekward(t, "send", "--config", config); code != exitNothing {
		t.Errorf("weekward send with good keys: got %d and %q, want 3, nothing due", code, said)
	}
}

func TestBadDKIMSettingsNameTheKey(t *testing.T) {
	for _, c := range []struct{ why, text, want string }{
		{"another's domain", strings.Replace(signing, `domain = "example.org"`, `domain = "example.net"`, 1), "dkim.domain: example.net is not of the organisation of site.from"},
		{"no selector", strings.Replace(signing, `selector = "weekly"`, "", 1), "dkim.key_file: it needs a selector"},
		{"no key", strings.Replace(strings.Replace(signing, `key_file = "dkim.pem"`, "", 1), `ed25519_key_file = "ed.pem"`, "", 1), "dkim.selector: no key_file is set"},
	} {
		if _, err := loadConfig(writeConfig(t, c.text), nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: loadConfig = %v, want %q", c.why, err, c.want)
		}
	}
	config := writeConfig(t, strings.Replace(signing, `"ed.pem"`, `"dkim.pem"`, 1))
	if code, _, said := weekward(t, "dkim", "--config", config); code != exitUsage || !strings.Contains(said, "holds an RSA key") {
		t.Errorf("an RSA key for Ed25519: got %d and %q, want 2", code, said)
	}
}

// records answers from what a test writes down; the rest is not there.
type records struct {
	txt map[string]string
	mx  map[string]string
}

func (r records) LookupTXT(_ context.Context, name string) ([]string, error) {
	if value := r.txt[name]; value != "" {
		return []string{value}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (r records) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	if host := r.mx[name]; host != "" {
		return []*net.MX{{Host: host}}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (records) LookupAddr(context.Context, string) ([]string, error) { return nil, fs.ErrNotExist }
func (records) LookupHost(context.Context, string) ([]string, error) { return nil, fs.ErrNotExist }

// The doctor holds DNS against the configuration, and prints what is missing
// whole, for a zone file.
func TestDoctorPrintsTheRecordsThatAreMissing(t *testing.T) {
	config := writeConfig(t, signing+"[smtp]\nurl = \"smtps://news@smtp.example.net\"\nenvelope = \"bounces@bounces.example.org\"\n")
	weekward(t, "dkim", "--config", config)
	c, err := loadConfig(config, nil)
	if err != nil {
		t.Fatal(err)
	}
	a := &app{config: c, site: templates.Site{From: c.Site.From, ReplyTo: "editor@example.org"}}
	s, err := c.DKIM.signer(c.Site.From)
	if err != nil {
		t.Fatal(err)
	}
	keys := s.Records()
	r := records{txt: map[string]string{keys[0].Name + ".": keys[0].Value, "_dmarc.example.org.": "v=DMARC1; p=none"}, mx: map[string]string{"example.org.": "mx.example.org."}}
	findings, publish := a.checkDNS(context.Background(), r)
	want := map[string]string{
		"ok dkim record":   "weekly._domainkey.example.org is the key we sign by",
		"fail dkim record": "weekly-ed._domainkey.example.org is not published",
		"warn spf record":  "bounces.example.org has no SPF record", "ok dmarc record": "p=none",
		"ok mx record": "answers go to mx.example.org", "warn mx record": "bounces.example.org has no MX",
		"ok reverse name": "smtp.example.net sends",
	}
	for _, f := range findings {
		if text, ok := want[f.Level+" "+f.Check]; !ok || !strings.Contains(f.Found, text) {
			t.Errorf("%s %s: got %q, want %q", f.Level, f.Check, f.Found, text)
		}
		delete(want, f.Level+" "+f.Check)
	}
	if len(want) > 0 {
		t.Errorf("findings: got %+v, want %v, too", findings, want)
	}
	var out bytes.Buffer
	e := &environment{options: &options{}, terminal: &terminal{out: &out}}
	e.printFindings(findings)
	e.printRecords(publish)
	for _, line := range []string{
		"\nfail  dkim record", "To publish in DNS:\n", "\n" + dkimRecords(s)[1].String() + "\n",
		"\nbounces.example.org. IN TXT \"v=spf1 include:<the name that smtp.example.net tells its customers> ~all\"\n", "\nbounces.example.org. IN MX 10 <",
	} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("printed:\n%s\nwant %q", out.String(), line)
		}
	}
	if strings.Contains(out.String(), "\x1b") || strings.Contains(out.String(), "…") {
		t.Errorf("printed:\n%s\nwant it plain and whole", out.String())
	}
}

// Nothing is asked about where no mail leaves, or where nobody lives.
func TestDoctorAsksNothingInVain(t *testing.T) {
	for _, c := range []struct{ url, from, want string }{
		{"outbox:./outbox", "weekly@hospital.org", "no mail leaves this machine"},
		{"smtp://127.0.0.1:25", "weekly@news.example.org", "a name for examples"},
		{"smtp://127.0.0.1:25", "weekly@demo.test", "a name for examples"},
	} {
		a := &app{config: Config{SMTP: SMTPConfig{URL: c.url}}, site: templates.Site{From: c.from}}
		if found, publish := a.askDNS(context.Background()); len(found) != 1 || found[0].Level != "ok" || !strings.Contains(found[0].Found, c.want) || publish != nil {
			t.Errorf("askDNS for %s over %s: got %+v, %v, want %q", c.from, c.url, found, publish, c.want)
		}
	}
	if forExamples("hospital.org") || forExamples("example.org.uk") {
		t.Error("forExamples takes somebody's domain for nobody's")
	}
}

func TestDoctorSaysWhoSigns(t *testing.T) {
	config := writeConfig(t, signing)
	weekward(t, "dkim", "--config", config)
	c, err := loadConfig(config, nil)
	if err != nil {
		t.Fatal(err)
	}
	alone := c
	alone.DKIM.KeyFile, alone.DKIM.Selector = "", ""
	none := c
	none.DKIM, none.SMTP.URL = DKIMConfig{}, "smtps://news@smtp.example.net"
	lost := c
	lost.DKIM.KeyFile += ".lost"
	for _, x := range []struct {
		config      Config
		level, want string
	}{
		{c, "ok", "as example.org, 2 signatures a mail"}, {alone, "warn", "Ed25519 only"}, {none, "ok", "the relay must sign as news.example.org"}, {lost, "fail", "there is no such file"},
	} {
		f := (&app{config: x.config, site: x.config.site()}).checkSigning(context.Background())
		if f.Level != x.level || !strings.Contains(f.Found, x.want) {
			t.Errorf("checkSigning: got %+v, want %s: %s", f, x.level, x.want)
		}
	}
}

// A send that goes wrong must be looked at and stopped, whatever has become of
// the key or the password meanwhile.
func TestEditorsWordNeedsNeitherKeyNorPassword(t *testing.T) {
	config := writeConfig(t, signing+"[smtp]\nurl = \"smtps://weekly@mail.example.org\"\npassword_file = \"gone\"\n")
	for _, c := range []struct {
		args []string
		code int
		said string
	}{
		{[]string{"status"}, exitNothing, "no issue has been decided about yet"},
		{[]string{"status", "9", "--retry"}, exitUsage, "there is no issue 9 yet"},
		{[]string{"pause", "9"}, exitUsage, `issue 9: no such issue`},
		{[]string{"skip", "1"}, exitDone, "Issue 1 is skipped"},
		{[]string{"reconcile"}, exitNothing, "the database is as far as its journal"},
	} {
		code, _, said := weekward(t, append(c.args, "--config", config)...)
		if code != c.code || !strings.Contains(said, c.said) {
			t.Errorf("weekward %v without key and password: got %d and %q, want %d and %q", c.args, code, said, c.code, c.said)
		}
	}
}
