package subscribers

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	firstSecret  = "first secret of the tests, with 32 signs"
	secondSecret = "second secret of the tests, also 32 signs"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func testKeys(t testing.TB, lines ...string) Keys {
	t.Helper()
	k, err := ParseKeys(strings.Join(lines, "\n"))
	if err != nil {
		t.Fatalf("ParseKeys: %v", err)
	}
	return k
}

func TestTokenIsGoodForOnePurposeOnly(t *testing.T) {
	k := testKeys(t, firstSecret)
	purposes := []Purpose{PurposeConfirm, PurposeUnsubscribe, PurposePreferences, PurposeForm}
	for _, made := range purposes {
		token := k.Token(made, Subscriber{ID: "person", Epoch: 3}, time.Time{})
		for _, used := range purposes {
			id, epoch, err := k.Verify(used, token, noon)
			if used == made && (err != nil || id != "person" || epoch != 3) {
				t.Errorf("Verify(%s) = %q, %d, %v, want person, 3", used, id, epoch, err)
			}
			if used != made && !errors.Is(err, ErrUnknownToken) {
				t.Errorf("a token for %s at %s: %v, want ErrUnknownToken", made, used, err)
			}
		}
	}
}

// Whoever has no key must guess 128 bits: the last sixteen octets are the
// key's work, each of them, and none can be another.
func TestTokenEndsInAMarkOf128Bits(t *testing.T) {
	const mark = 16
	k := testKeys(t, firstSecret)
	raw := func(k Keys, id string) []byte {
		token, err := base64.RawURLEncoding.DecodeString(k.Token(PurposeUnsubscribe, Subscriber{ID: id}, time.Time{}))
		if err != nil || len(token) <= mark {
			t.Fatalf("Token(%s) = %d octets, %v", id, len(token), err)
		}
		return token
	}
	var differs [mark]bool // between two keys, for one of the subscribers
	for i := range 50 {
		id := fmt.Sprintf("person%d", i)
		one, two := raw(k, id), raw(testKeys(t, secondSecret), id)
		if head := len(one) - mark; len(two) != len(one) || !bytes.Equal(one[:head], two[:head]) {
			t.Fatalf("Token(%s) by two keys: got %x and %x, want another mark only", id, one, two)
		}
		for j := range mark {
			at := len(one) - mark + j
			differs[j] = differs[j] || one[at] != two[at]
			forged := bytes.Clone(one)
			forged[at] ^= 1
			if _, _, err := k.Verify(PurposeUnsubscribe, base64.RawURLEncoding.EncodeToString(forged), noon); !errors.Is(err, ErrUnknownToken) {
				t.Fatalf("Verify with octet %d of the mark changed: %v, want ErrUnknownToken", j, err)
			}
		}
	}
	if i := slices.Index(differs[:], false); i >= 0 {
		t.Errorf("octet %d of the mark is the same under every key", i)
	}
}

func TestTokenExpires(t *testing.T) {
	k := testKeys(t, firstSecret)
	token := k.Token(PurposeConfirm, Subscriber{ID: "person"}, noon.Add(ConfirmWithin))
	for _, c := range []struct {
		why  string
		now  time.Time
		want error
	}{
		{"at once", noon, nil},
		{"in the last second", noon.Add(ConfirmWithin - time.Second), nil},
		{"when it ends", noon.Add(ConfirmWithin), ErrUnknownToken},
		{"years later", noon.AddDate(10, 0, 0), ErrUnknownToken},
	} {
		if _, _, err := k.Verify(PurposeConfirm, token, c.now); !errors.Is(err, c.want) {
			t.Errorf("%s: Verify() = %v, want %v", c.why, err, c.want)
		}
	}
	never := k.Token(PurposeUnsubscribe, Subscriber{ID: "person"}, time.Time{})
	if _, _, err := k.Verify(PurposeUnsubscribe, never, noon.AddDate(100, 0, 0)); err != nil {
		t.Errorf("Verify() of an unsubscribe token after 100 years = %v, want none", err)
	}
}

func TestEveryFlippedBitVoidsAToken(t *testing.T) {
	k := testKeys(t, firstSecret)
	raw, err := base64.RawURLEncoding.DecodeString(k.Token(PurposeConfirm, Subscriber{ID: "person", Epoch: 300}, noon.Add(time.Hour)))
	if err != nil {
		t.Fatal(err)
	}
	for bit := range len(raw) * 8 {
		raw[bit/8] ^= 1 << (bit % 8)
		if _, _, err := k.Verify(PurposeConfirm, base64.RawURLEncoding.EncodeToString(raw), noon); !errors.Is(err, ErrUnknownToken) {
			t.Errorf("Verify() with bit %d flipped = %v, want ErrUnknownToken", bit, err)
		}
		raw[bit/8] ^= 1 << (bit % 8)
	}
}

func TestTokenHasOneSpelling(t *testing.T) {
	k := testKeys(t, firstSecret)
	token := k.Token(PurposeConfirm, Subscriber{ID: "person"}, time.Time{})
	for _, other := range []string{"", token + "=", token + "\n", token[:8] + "\r\n" + token[8:], token[:len(token)-1], token + "A", " " + token, strings.Repeat("A", 10_000)} {
		if _, _, err := k.Verify(PurposeConfirm, other, noon); !errors.Is(err, ErrUnknownToken) {
			t.Errorf("Verify(%.60q) = %v, want ErrUnknownToken", other, err)
		}
	}
}

func TestTokenIsOpaqueAndShort(t *testing.T) {
	s := Subscriber{ID: newID(noon), Email: "ann@example.org"}
	token := testKeys(t, firstSecret).Token(PurposeConfirm, s, noon)
	if len(token) > 64 || strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		t.Errorf("Token() = %q, want at most 64 signs fit for an address on the web", token)
	}
	raw, _ := base64.RawURLEncoding.DecodeString(token)
	if strings.Contains(string(raw), "ann") {
		t.Errorf("Token() holds the address")
	}
}

func TestReplacedSecretKeepsOldLinksAlive(t *testing.T) {
	old, rotated, other := testKeys(t, firstSecret), testKeys(t, secondSecret, firstSecret), testKeys(t, secondSecret)
	token := old.Token(PurposeUnsubscribe, Subscriber{ID: "person"}, time.Time{})
	if id, _, err := rotated.Verify(PurposeUnsubscribe, token, noon); err != nil || id != "person" {
		t.Errorf("Verify() with the old secret on the second line = %q, %v, want person", id, err)
	}
	if _, _, err := other.Verify(PurposeUnsubscribe, token, noon); !errors.Is(err, ErrUnknownToken) {
		t.Errorf("Verify() without the old secret = %v, want ErrUnknownToken", err)
	}
	if rotated.Token(PurposeUnsubscribe, Subscriber{ID: "person"}, time.Time{}) != other.Token(PurposeUnsubscribe, Subscriber{ID: "person"}, time.Time{}) {
		t.Error("a new token is not signed by the first secret")
	}
	if h := rotated.Hashes("suppression", "x"); len(h) != 2 || h[1] != old.Hash("suppression", "x") {
		t.Errorf("Hashes() = %q, want the old secret's as the second", h)
	}
}

func TestHashesOfDifferentPurposesDiffer(t *testing.T) {
	k := testKeys(t, firstSecret)
	seen := map[string]string{}
	for _, in := range [][2]string{{"a", "bc"}, {"ab", "c"}, {"", "abc"}, {"abc", ""}, {"a", "b"}} {
		h := k.Hash(in[0], in[1])
		if other, taken := seen[h]; taken {
			t.Errorf("Hash(%q, %q) = Hash(%s)", in[0], in[1], other)
		}
		seen[h] = in[0] + ", " + in[1]
	}
}

func TestNetworkHidesTheComputer(t *testing.T) {
	k := testKeys(t, firstSecret)
	for _, c := range []struct {
		why, a, b string
		same      bool
	}{
		{"one /24", "192.0.2.1", "192.0.2.254", true},
		{"two /24", "192.0.2.1", "192.0.3.1", false},
		{"one /48", "2001:db8:1:2::3", "2001:db8:1:ffff::9", true},
		{"two /48", "2001:db8:1::1", "2001:db8:2::1", false},
		{"mapped IPv4", "::ffff:192.0.2.1", "192.0.2.9", true},
		{"zone", "fe80::1%eth0", "fe80::1%eth1", true},
	} {
		if same := k.Network(netip.MustParseAddr(c.a)) == k.Network(netip.MustParseAddr(c.b)); same != c.same {
			t.Errorf("%s: Network(%s) == Network(%s) is %v, want %v", c.why, c.a, c.b, same, c.same)
		}
	}
	if got := k.Network(netip.Addr{}); got != "" {
		t.Errorf("Network(nothing) = %q, want nothing", got)
	}
}

func TestSecretIsMadeOnceAndPrivate(t *testing.T) {
	t.Setenv("WEEKWARD_SECRET", "")
	path := filepath.Join(t.TempDir(), "weekward.secret")
	tokens := make([]string, 8)
	var wg sync.WaitGroup
	for i := range tokens {
		wg.Go(func() {
			k, err := LoadKeys(path)
			if err != nil {
				t.Errorf("LoadKeys: %v", err)
				return
			}
			tokens[i] = k.Token(PurposeForm, Subscriber{ID: "x"}, time.Time{})
		})
	}
	wg.Wait()
	for _, token := range tokens {
		if token != tokens[0] {
			t.Fatal("two processes that start at once have two secrets, want one")
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of the secret = %v, %v, want 0600", info.Mode(), err)
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".secret-*"))
	if len(left) > 0 {
		t.Errorf("drafts left behind: %v", left)
	}
}

func TestSecretFromTheEnvironmentWins(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weekward.secret")
	t.Setenv("WEEKWARD_SECRET", firstSecret)
	k, err := LoadKeys(path)
	if err != nil || k.Hash("a", "b") != testKeys(t, firstSecret).Hash("a", "b") {
		t.Errorf("LoadKeys() = %v, want the secret of the environment", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file was made although the environment has the secret")
	}
}

func TestWeakSecretIsRefusedWithoutPrintingIt(t *testing.T) {
	for _, text := range []string{"", "\n\n", "hunter2"} {
		if _, err := ParseKeys(text); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("ParseKeys(%q) = %v, want an error without the secret", text, err)
		}
	}
}

// FuzzVerify looks for octets that pass for a token, or stop the program.
func FuzzVerify(f *testing.F) {
	k := testKeys(f, firstSecret)
	f.Add(k.Token(PurposeConfirm, Subscriber{ID: "person"}, noon))
	f.Add("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	other := testKeys(f, secondSecret)
	f.Fuzz(func(t *testing.T, token string) {
		if id, _, err := other.Verify(PurposeConfirm, token, noon.Add(-time.Hour)); err == nil {
			t.Fatalf("Verify(%q) = %q under a secret that signed nothing", token, id)
		}
		_, _, _ = k.Verify(PurposeConfirm, token, noon.Add(-time.Hour))
	})
}

func BenchmarkToken(b *testing.B) {
	k, s := testKeys(b, firstSecret), Subscriber{ID: newID(noon)}
	for b.Loop() {
		k.Token(PurposeUnsubscribe, s, time.Time{})
	}
}
