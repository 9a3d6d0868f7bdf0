package subscribers

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// shortestKey is the least number of characters of a secret. LoadKeys makes
// secrets of 43: 256 bits in base64url.
const shortestKey = 32

// Keys sign the links in mails and hash what must be recognised but not kept.
// The first key signs; all of them verify, so that a secret can be replaced
// without voiding a link: put the new one on a line above the old.
type Keys struct {
	secrets [][]byte
	signers *sync.Pool // of *signer, for the first secret
}

// A signer keeps the memory of one signature for the next: a send needs two a
// mail.
type signer struct {
	hash    hash.Hash
	payload []byte
	message []byte
	mark    []byte
	text    []byte
}

// LoadKeys reads the secret from the environment variable WEEKWARD_SECRET, or
// from the file at path, which is made, readable by its owner only, when it is
// missing. A secret is a line of at least 32 characters; the first line signs,
// further lines are still accepted.
func LoadKeys(path string) (Keys, error) {
	if secret := os.Getenv("WEEKWARD_SECRET"); secret != "" {
		k, err := ParseKeys(secret)
		if err != nil {
			return Keys{}, fmt.Errorf("read WEEKWARD_SECRET: %w", err)
		}
		return k, nil
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		data, err = makeSecret(path)
	}
	if err != nil {
		return Keys{}, fmt.Errorf("read the secret: %w", err)
	}
	k, err := ParseKeys(string(data))
	if err != nil {
		return Keys{}, fmt.Errorf("read the secret %s: %w", path, err)
	}
	return k, nil
}

// ParseKeys reads secrets, one a line; empty lines are skipped.
func ParseKeys(text string) (Keys, error) {
	var k Keys
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if len(line) < shortestKey {
			return Keys{}, fmt.Errorf("a secret has %d characters, it needs %d", len(line), shortestKey)
		}
		k.secrets = append(k.secrets, []byte(line))
	}
	if len(k.secrets) == 0 {
		return Keys{}, errors.New("there is no secret in it")
	}
	k.signers = &sync.Pool{New: func() any { return &signer{hash: hmac.New(sha256.New, k.secrets[0])} }}
	return k, nil
}

// makeSecret writes a new secret to path. Of two processes that start at once
// one makes it, and the other reads what the first wrote: the file appears
// under its name only when it is whole.
func makeSecret(path string) ([]byte, error) {
	random := make([]byte, 32)
	rand.Read(random) // never fails
	secret := []byte(base64.RawURLEncoding.EncodeToString(random) + "\n")
	draft, err := os.CreateTemp(filepath.Dir(path), ".secret-*") // mode 0600
	if err != nil {
		return nil, err
	}
	defer os.Remove(draft.Name())
	_, err = draft.Write(secret)
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(draft.Name(), path); errors.Is(err, fs.ErrExist) {
		return os.ReadFile(path)
	} else if err != nil {
		return nil, err
	}
	return secret, nil
}

// Hash returns a keyed hash of data, in base64url: the same data gives the same
// hash, and without the secret nobody can try data out. Purposes keep hashes
// of different kinds apart.
func (k Keys) Hash(purpose, data string) string { return k.Hashes(purpose, data)[0] }

// Hashes returns the hash under every key, the signing one first: what was
// stored under an older key is found by those.
func (k Keys) Hashes(purpose, data string) []string {
	hashes := make([]string, len(k.secrets))
	for i, secret := range k.secrets {
		hashes[i] = base64.RawURLEncoding.EncodeToString(mac(secret, "hash", purpose, data))
	}
	return hashes
}

// AppendHash appends the octets of Hash, 32 of them, to dst. It is for hashes
// that are made by the thousand, as one is for each mail of a send: it keeps
// the memory of one for the next.
func (k Keys) AppendHash(dst []byte, purpose string, data []byte) []byte {
	by := k.signers.Get().(*signer)
	defer k.signers.Put(by)
	by.message = appendPart(by.message[:0], "hash") // as mac does it
	by.message = appendPart(by.message, purpose)
	by.message = appendPart(by.message, data)
	by.hash.Reset()
	by.hash.Write(by.message)
	by.mark = by.hash.Sum(by.mark[:0])
	return append(dst, by.mark...)
}

// Network returns the keyed hash of the network an address is in, /24 of IPv4
// or /48 of IPv6: enough to see that two sign-ups came from one place, too
// little to say from whose computer. It is "" for the zero address.
func (k Keys) Network(from netip.Addr) string {
	from = from.Unmap().WithZone("")
	if !from.IsValid() {
		return ""
	}
	bits := 24
	if from.Is6() {
		bits = 48
	}
	network, _ := from.Prefix(bits) // the bits fit both families
	return k.Hash("network", network.String())
}

// mac is HMAC-SHA-256 over the parts, each preceded by its length, so that no
// two lists of parts give the same octets.
func mac(secret []byte, parts ...string) []byte {
	h := hmac.New(sha256.New, secret)
	var message []byte
	for _, p := range parts {
		message = appendPart(message, p)
	}
	h.Write(message)
	return h.Sum(nil)
}

func appendPart[T string | []byte](message []byte, part T) []byte {
	message = strconv.AppendInt(message, int64(len(part)), 10)
	return append(append(message, ':'), part...)
}
