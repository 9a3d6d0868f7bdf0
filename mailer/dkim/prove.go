package dkim

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/emersion/go-msgauth/dkim"
)

// Prove verifies a signed message as a receiver would, with the public keys
// that the signer's records publish, and by code that is not ours. It returns an
// error unless there is one good signature for each key and none besides.
func (s *Signer) Prove(message []byte) error {
	records := map[string]string{}
	for _, r := range s.Records() {
		records[r.Name] = r.Value
	}
	found, err := dkim.VerifyWithOptions(bytes.NewReader(message), &dkim.VerifyOptions{
		LookupTXT: func(name string) ([]string, error) {
			if value := records[name]; value != "" {
				return []string{value}, nil
			}
			return nil, errors.New("no such record")
		},
		MaxVerifications: len(s.keys),
	})
	if err != nil {
		return fmt.Errorf("verify our own signature: %w", err)
	}
	if len(found) != len(s.keys) {
		return fmt.Errorf("verify our own signature: the message has %d, want %d", len(found), len(s.keys))
	}
	for _, v := range found {
		if v.Err != nil {
			return fmt.Errorf("verify our own signature: %w", v.Err)
		}
	}
	return nil
}
