package dkimtest

import (
	"path/filepath"
	"testing"

	"weekward/mailer/dkim"
)

// Signer returns a signer of a domain with fresh keys of the given kinds, "rsa"
// or "ed25519".
func Signer(t testing.TB, domain string, kinds ...string) *dkim.Signer {
	t.Helper()
	var keys []dkim.Key
	for _, kind := range kinds {
		keys = append(keys, Key(t, kind))
	}
	s, err := dkim.New(domain, keys...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Key returns a fresh key of a kind, with the selector "weekly-" and its kind.
func Key(t testing.TB, kind string) dkim.Key {
	t.Helper()
	path := filepath.Join(t.TempDir(), kind+".pem")
	newKey := map[string]func(string) error{"rsa": dkim.MakeRSA, "ed25519": dkim.MakeEd25519}[kind]
	if err := newKey(path); err != nil {
		t.Fatal(err)
	}
	k, err := dkim.ReadKey(path, "weekly-"+kind)
	if err != nil {
		t.Fatal(err)
	}
	return k
}
