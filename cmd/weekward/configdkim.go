package main

import (
	"cmp"
	"errors"
	"fmt"

	"weekward/mailer/dkim"
)

// DKIMConfig is how mails are signed here. Without a key file the relay signs.
type DKIMConfig struct {
	Domain          string `toml:"domain"`   // d= of the signatures; that of site.from when empty
	Selector        string `toml:"selector"` // where the key is published: SELECTOR._domainkey.DOMAIN
	KeyFile         string `toml:"key_file"` // RSA, 2048 bits or more
	Ed25519Selector string `toml:"ed25519_selector"`
	Ed25519KeyFile  string `toml:"ed25519_key_file"` // a second signature
}

// A keyPlace is a key file and the selector of its public half.
type keyPlace struct{ path, selector, key string }

// places are the key files that are set.
func (c DKIMConfig) places() []keyPlace {
	var set []keyPlace
	for _, p := range []keyPlace{{c.KeyFile, c.Selector, "key_file"}, {c.Ed25519KeyFile, c.Ed25519Selector, "ed25519_key_file"}} {
		if p.path != "" {
			set = append(set, p)
		}
	}
	return set
}

// domain is the d= of the signatures of mails from an address.
func (c DKIMConfig) domain(from string) string {
	return cmp.Or(c.Domain, domainOf(addressOf(from)))
}

// check refuses what no signature could be made or would count with.
func (c DKIMConfig) check(from string) error {
	var errs []error
	for _, p := range c.places() {
		if p.selector == "" {
			errs = append(errs, fmt.Errorf("dkim.%s: it needs a selector, under which its public half is published", p.key))
		}
	}
	if len(c.places()) == 0 && (c.Selector != "" || c.Ed25519Selector != "") {
		errs = append(errs, errors.New("dkim.selector: no key_file is set"))
	}
	if ours := domainOf(addressOf(from)); c.Domain != "" && ours != "" && !dkim.Aligned(c.Domain, ours) {
		errs = append(errs, fmt.Errorf("dkim.domain: %s is not of the organisation of site.from, %s, and its signature would count for nothing (DMARC)", c.Domain, ours))
	}
	return errors.Join(errs...)
}

// signer signs what comes from an address; nil when no key file is set.
func (c DKIMConfig) signer(from string) (*dkim.Signer, error) {
	var keys []dkim.Key
	for _, p := range c.places() {
		k, err := dkim.ReadKey(p.path, p.selector)
		if err != nil {
			return nil, refusal(err)
		}
		if p.key == "ed25519_key_file" && k.IsRSA() {
			return nil, usage("name it in key_file", "dkim.ed25519_key_file: %s holds an RSA key", p.path)
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, nil
	}
	s, err := dkim.New(c.domain(from), keys...)
	if err != nil {
		return nil, usage("mend [dkim] and run again", "dkim: %w", err)
	}
	return s, nil
}
