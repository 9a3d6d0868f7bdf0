package dkim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
)

// The sizes of RSA keys, in bits. RFC 8301 wants 2048 of signers; verifiers
// need not know more than 4096 (RFC 6376, 3.3.3), and such a signature costs
// six times as much.
const (
	shortestRSA = 2048
	longestRSA  = 4096
)

// A Key is a private key and where its public half is published.
type Key struct {
	Selector string
	private  crypto.Signer // *rsa.PrivateKey or ed25519.PrivateKey
}

// A KeyError says why no key can be had from a file.
type KeyError struct {
	Path    string
	Problem error
	Next    string // what to do about it
}

func (e *KeyError) Error() string { return fmt.Sprintf("DKIM key %s: %v", e.Path, e.Problem) }
func (e *KeyError) Unwrap() error { return e.Problem }

// Hint is the next step, for the person at the terminal.
func (e *KeyError) Hint() string { return e.Next }

// ReadKey reads a private key in PEM: PKCS #8, or PKCS #1 as opendkim-genkey
// writes it. The file must be readable by its owner only. An error is a
// *KeyError.
func ReadKey(path, selector string) (Key, error) {
	refuse := func(problem error, next string) (Key, error) { return Key{}, &KeyError{path, problem, next} }
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return refuse(errors.New("there is no such file"), `"weekward dkim" makes it`)
	case err != nil:
		return refuse(err, "")
	case !info.Mode().IsRegular():
		return refuse(errors.New("it is not a file"), "name the file itself")
	case info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows": // which has no such modes
		return refuse(fmt.Errorf("others can read it (mode %04o)", info.Mode().Perm()), "chmod 600 "+path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return refuse(err, "make it readable for the user weekward runs as")
	}
	private, err := parseKey(text)
	if err != nil {
		return refuse(err, `move it away, and "weekward dkim" makes one that works`)
	}
	return Key{Selector: selector, private: private}, nil
}

// parseKey reads the first block of a PEM file.
func parseKey(text []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("it is not a key in PEM")
	}
	var key any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "ENCRYPTED PRIVATE KEY":
		err = errors.New("it has a passphrase, which nobody types when an issue is due")
	default:
		err = fmt.Errorf("it holds a %q, not a private key", block.Type)
	}
	if err != nil {
		return nil, err
	}
	return usableKey(key)
}

func usableKey(key any) (crypto.Signer, error) {
	switch key := key.(type) {
	case *rsa.PrivateKey:
		if bits := key.N.BitLen(); bits < shortestRSA || bits > longestRSA {
			return nil, fmt.Errorf("an RSA key of %d bits; it needs %d to %d (RFC 8301)", bits, shortestRSA, longestRSA)
		}
		return key, nil
	case ed25519.PrivateKey:
		return key, nil
	}
	return nil, fmt.Errorf("a key of type %T; DKIM knows RSA and Ed25519", key)
}

// MakeRSA writes a new RSA key of 2048 bits to a file that must not exist.
func MakeRSA(path string) error {
	key, err := rsa.GenerateKey(rand.Reader, shortestRSA)
	if err != nil {
		return fmt.Errorf("make DKIM key: %w", err)
	}
	return writeKey(path, key)
}

// MakeEd25519 writes a new Ed25519 key to a file that must not exist.
func MakeEd25519(path string) error {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return fmt.Errorf("make DKIM key: %w", err)
	}
	return writeKey(path, key)
}

func writeKey(path string, key any) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("write DKIM key %s: %w", path, err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write DKIM key: %w", err)
	}
	err = errors.Join(pem.Encode(f, &pem.Block{Type: "PRIVATE KEY", Bytes: der}), f.Sync(), f.Close())
	if err != nil {
		return fmt.Errorf("write DKIM key %s: %w", path, errors.Join(err, os.Remove(path)))
	}
	return nil
}

// IsRSA reports whether the key is one that every receiver knows.
func (k Key) IsRSA() bool { return k.algorithm() == "rsa" }

// algorithm is the key's kind, as k= and the first half of a= name it.
func (k Key) algorithm() string {
	if _, ok := k.private.(*rsa.PrivateKey); ok {
		return "rsa"
	}
	return "ed25519"
}

// record is the public half as RFC 6376, 3.6.1, and RFC 8463, 4, want it.
func (k Key) record() string {
	var public []byte
	switch key := k.private.Public().(type) {
	case *rsa.PublicKey:
		public, _ = x509.MarshalPKIXPublicKey(key) // knows RSA keys
	case ed25519.PublicKey:
		public = key
	}
	return "v=DKIM1; k=" + k.algorithm() + "; p=" + base64.StdEncoding.EncodeToString(public)
}

// signatureSize is in octets.
func (k Key) signatureSize() int {
	if key, ok := k.private.(*rsa.PrivateKey); ok {
		return key.Size()
	}
	return ed25519.SignatureSize
}

// sign signs the hash of a head. Both kinds of signature are deterministic:
// PKCS #1 v1.5 by design, Ed25519 by RFC 8032. RFC 8463, 3: Ed25519 signs the
// SHA-256 hash as if that were the message.
func (k Key) sign(sum [sha256.Size]byte) ([]byte, error) {
	hash := crypto.SHA256
	if k.algorithm() == "ed25519" {
		hash = crypto.Hash(0)
	}
	return k.private.Sign(nil, sum[:], hash)
}
