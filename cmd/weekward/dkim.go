package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"weekward/mailer/dkim"
	"weekward/mailer/dns"
)

func newDKIM(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "dkim",
		Short: "Make the DKIM keys that [dkim] names, and print the records to publish",
		Long: "dkim makes the key files of [dkim] that are not there yet, readable by you only, and prints the\n" +
			"records for DNS in the form of a zone file. It never overwrites a key. \"weekward doctor\" says\n" +
			"whether DNS has them. To change keys: set another selector and another file, publish, wait a\n" +
			"day, restart, and take the old record away a week later.",
		Example: "  weekward dkim\n  weekward dkim --json",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return e.dkim() },
	}
}

// dkim makes the missing keys and prints the records of all.
func (e *environment) dkim() error {
	c, _, err := e.setting()
	if err != nil {
		return err
	}
	if len(c.DKIM.places()) == 0 {
		return usage(`set selector = "weekward" and key_file = "dkim.pem" there`, "[dkim] names no key file")
	}
	made, err := c.DKIM.makeKeys()
	for _, path := range made {
		e.say("Made %s, readable by you only. It stays on this machine.", path)
	}
	if err != nil {
		return err
	}
	s, err := c.DKIM.signer(c.Site.From)
	if err != nil {
		return err
	}
	records := dkimRecords(s)
	if e.json {
		return e.printJSON(map[string]any{"made": made, "records": records})
	}
	for _, r := range records {
		fmt.Fprintln(e.results(), r)
	}
	return nil
}

// makeKeys makes the key files that are missing and returns their paths.
func (c DKIMConfig) makeKeys() (made []string, err error) {
	made = []string{}
	for _, p := range c.places() {
		if _, err := os.Stat(p.path); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		makeKey := dkim.MakeRSA
		if p.key == "ed25519_key_file" {
			makeKey = dkim.MakeEd25519
		}
		if err := makeKey(p.path); err != nil {
			return made, err
		}
		made = append(made, p.path)
	}
	return made, nil
}

func dkimRecords(s *dkim.Signer) []dns.Record {
	var records []dns.Record
	for _, r := range s.Records() {
		records = append(records, dns.Record{Name: r.Name, Type: "TXT", Value: r.Value})
	}
	return records
}
