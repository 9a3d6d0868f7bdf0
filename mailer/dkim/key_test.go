package dkim_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weekward/mailer/dkim"
	"weekward/mailer/dkim/dkimtest"
)

func TestKeyIsWrittenForItsOwnerAndNeverTwice(t *testing.T) {
	for kind, makeKey := range map[string]func(string) error{"rsa": dkim.MakeRSA, "ed25519": dkim.MakeEd25519} {
		path := filepath.Join(t.TempDir(), "dkim.pem")
		if err := makeKey(path); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s key: got mode %v, %v, want 0600", kind, info.Mode(), err)
		}
		before, _ := os.ReadFile(path)
		if err := makeKey(path); err == nil {
			t.Errorf("%s key made where one is: got no error, want one", kind)
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("%s key: it was overwritten", kind)
		}
	}
}

func TestKeyThatCannotBeUsedIsRefusedWithANextStep(t *testing.T) {
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	inPEM := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	pkcs8, err := x509.MarshalPKCS8PrivateKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	good := filepath.Join(t.TempDir(), "good.pem")
	if err := dkim.MakeEd25519(good); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(good)
	for _, c := range []struct {
		why        string
		text       []byte
		mode       os.FileMode
		want, next string
	}{
		{"readable by others", text, 0o640, "others can read it (mode 0640)", "chmod 600 "},
		{"no PEM", []byte("p=MIIB"), 0o600, "it is not a key in PEM", "weekward dkim"},
		{"1024 bits", inPEM("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(short)), 0o600, "an RSA key of 1024 bits; it needs 2048 to 4096", "weekward dkim"},
		{"a curve DKIM does not know", inPEM("PRIVATE KEY", pkcs8), 0o600, "DKIM knows RSA and Ed25519", "weekward dkim"},
		{"the public half", inPEM("PUBLIC KEY", nil), 0o600, `it holds a "PUBLIC KEY"`, "weekward dkim"},
		{"a passphrase", inPEM("ENCRYPTED PRIVATE KEY", nil), 0o600, "it has a passphrase", "weekward dkim"},
		{"torn", inPEM("PRIVATE KEY", pkcs8[:20]), 0o600, "", "weekward dkim"},
	} {
		t.Run(c.why, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "dkim.pem")
			if err := os.WriteFile(path, c.text, c.mode); err != nil {
				t.Fatal(err)
			}
			os.Chmod(path, c.mode)
			_, err := dkim.ReadKey(path, "weekly")
			var e *dkim.KeyError
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) || !strings.Contains(e.Hint(), c.next) {
				t.Errorf("ReadKey = %v, want %q and the next step %q", err, c.want, c.next)
			}
		})
	}
	var e *dkim.KeyError
	if _, err := dkim.ReadKey(filepath.Join(t.TempDir(), "none.pem"), "weekly"); !errors.As(err, &e) || e.Hint() != `"weekward dkim" makes it` {
		t.Errorf("ReadKey of no file = %v, want the way to make it", err)
	}
	if _, err := dkim.ReadKey(t.TempDir(), "weekly"); err == nil {
		t.Error("ReadKey of a folder: got no error, want one")
	}
}

func TestPKCS1KeyIsReadToo(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "weekly.private")
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	k, err := dkim.ReadKey(path, "weekly")
	if err != nil || !k.IsRSA() {
		t.Errorf("ReadKey of a PKCS #1 file = %v, want an RSA key", err)
	}
}

func TestSignerWantsADomainAndSelectorsOfTheirOwn(t *testing.T) {
	a, b := dkimtest.Key(t, "rsa"), dkimtest.Key(t, "ed25519")
	long := a
	long.Selector = strings.Repeat("x", 64)
	twice := b
	twice.Selector = a.Selector
	for _, c := range []struct {
		why, domain string
		keys        []dkim.Key
	}{
		{"no domain", "", []dkim.Key{a}}, {"one label", "localhost", []dkim.Key{a}}, {"not ASCII", "größe.example.org", []dkim.Key{a}},
		{"a tag hidden in it", "example.org; l=0", []dkim.Key{a}}, {"a line break", "example.org\r\n", []dkim.Key{a}},
		{"no key", "example.org", nil}, {"a long label", "example.org", []dkim.Key{long}}, {"one selector for two", "example.org", []dkim.Key{a, twice}},
	} {
		if _, err := dkim.New(c.domain, c.keys...); err == nil {
			t.Errorf("%s: New(%q) gave no error, want one", c.why, c.domain)
		}
	}
	s, err := dkim.New("news.example.org", a, b)
	if err != nil {
		t.Fatal(err)
	}
	records := s.Records()
	if len(records) != 2 || records[0].Name != "weekly-rsa._domainkey.news.example.org" || !strings.HasPrefix(records[0].Value, "v=DKIM1; k=rsa; p=MII") ||
		!strings.HasPrefix(records[1].Value, "v=DKIM1; k=ed25519; p=") {
		t.Errorf("Records() = %v, want one for each key", records)
	}
	if alone, _ := dkim.New("example.org", b); s.OnlyEd25519() || !alone.OnlyEd25519() {
		t.Error("OnlyEd25519: want it for the Ed25519 key alone")
	}
}

func TestAlignment(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"example.org", "example.org", true},
		{"news.example.org", "example.org", true},
		{"news.example.org", "Bounces.EXAMPLE.org.", true},
		{"example.org", "example.net", false},
		{"example.co.uk", "other.co.uk", false},
		{"a.example.co.uk", "example.co.uk", true},
		{"notexample.org", "example.org", false},
		{"", "", false},
	} {
		if got := dkim.Aligned(c.a, c.b); got != c.want {
			t.Errorf("Aligned(%q, %q) = %v, want %v", c.a, c.b, got, c.want)
		}
	}
}
