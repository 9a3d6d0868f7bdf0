package bounces

import (
	"strings"
	"testing"

	"weekward/subscribers"
)

// testKeys are keys of one secret, or several, each a letter many times.
func testKeys(tb testing.TB, secrets ...string) subscribers.Keys {
	tb.Helper()
	var lines []string
	for _, s := range secrets {
		lines = append(lines, strings.Repeat(s, 40))
	}
	k, err := subscribers.ParseKeys(strings.Join(lines, "\n"))
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

// testPath is the return path to a mailbox.
func testPath(tb testing.TB, mailbox string, keys subscribers.Keys) ReturnPath {
	tb.Helper()
	p, err := NewReturnPath(mailbox, keys)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func TestAddressComesBackAsItLeft(t *testing.T) {
	keys := testKeys(t, "a")
	path := testPath(t, "bounces-abc@mail.example.org", keys) // the longest
	for _, s := range []Sent{{"05k3q9zzhgmnopqrst22", 1180}, {"05k3q9zzhgmnopqrst22", 0}, {"a", 99999}} {
		address := path.Address(s)
		if again := path.Address(s); again != address || !strings.HasPrefix(address, "bounces-abc+") {
			t.Errorf("Address(%+v) = %s, and then %s, want the same behind bounces-abc", s, address, again)
		}
		if local, _, _ := strings.Cut(address, "@"); len(local) > 64 || strings.ToLower(address) != address {
			t.Errorf("Address(%+v) = %s, want at most 64 octets before the @, in lower case", s, address)
		}
		for _, spelled := range []string{address, strings.ToUpper(address), strings.Replace(address, "mail.example.org", "other.example.org", 1)} {
			if got, ok := ReadAddress(spelled, keys); !ok || got != s {
				t.Errorf("ReadAddress(%s) = %+v, %v, want %+v", spelled, got, ok, s)
			}
		}
		rotated := testKeys(t, "b", "a")
		if got, ok := ReadAddress(address, rotated); !ok || got != s {
			t.Errorf("ReadAddress(%s) under a new key over the old = %+v, %v, want %+v", address, got, ok, s)
		}
	}
}

// Mailboxes are told apart by what follows a "+", and whoever forwards may put
// their own word there.
func TestTokenIsFoundBesideAnotherDetail(t *testing.T) {
	keys := testKeys(t, "a")
	want := Sent{"05k3q9zzhgmnopqrst22", 1180}
	for _, mailbox := range []string{"bounces@mail.example.org", "news+back@example.org"} {
		address := testPath(t, mailbox, keys).Address(want)
		for _, spelled := range []string{address, strings.Replace(address, "@", "+inbox@", 1), strings.Replace(address, "+1180", "+fwd+1180", 1)} {
			if got, ok := ReadAddress(spelled, keys); !ok || got != want {
				t.Errorf("ReadAddress(%s) = %+v, %v, want %+v", spelled, got, ok, want)
			}
		}
	}
}

func TestForgedTokenIsNone(t *testing.T) {
	keys := testKeys(t, "a")
	address := testPath(t, "b@example.org", keys).Address(Sent{"ann", 7})
	for why, forged := range map[string]string{
		"another person":  strings.Replace(address, "-ann-", "-ben-", 1),
		"another issue":   strings.Replace(address, "+7-", "+8-", 1),
		"a zero in front": strings.Replace(address, "+7-", "+07-", 1),
		"a letter":        strings.Replace(address, "+7-", "+0-", 1),
		"a shorter mark":  strings.Replace(address, "@", "", 1)[:len(address)-16],
		"no mark":         "b+7-ann-@example.org",
		"no token":        "b@example.org",
		"nothing":         "",
	} {
		if got, ok := ReadAddress(forged, keys); ok {
			t.Errorf("%s: ReadAddress(%s) = %+v, want it refused", why, forged, got)
		}
	}
	if _, ok := ReadAddress(address, testKeys(t, "b")); ok {
		t.Error("ReadAddress under another key: want it refused")
	}
}

func TestAddressThatCannotBeIsRefused(t *testing.T) {
	keys := testKeys(t, "a")
	for why, mailbox := range map[string]string{"no address": "bounces", "no name": "@example.org", "too long": "bounces-abcd@example.org"} {
		if _, err := NewReturnPath(mailbox, keys); err == nil {
			t.Errorf("%s: NewReturnPath(%q): got no error, want one", why, mailbox)
		}
	}
	path := testPath(t, "bounces@example.org", keys)
	for why, sent := range map[string]Sent{
		"an odd ID":         {"a-b", 1},
		"no ID":             {"", 1},
		"a line in the ID":  {"a\r\nb", 1},
		"a long ID":         {strings.Repeat("a", 21), 1},
		"a number too long": {"05k3q9zzhgmnopqrst22", 1234567890},
		"no number":         {"ann", -1},
	} {
		if got := path.Address(sent); got != "" {
			t.Errorf("%s: Address(%+v) = %s, want none", why, sent, got)
		}
	}
}

// BenchmarkAddress is what the token costs each mail of a send.
func BenchmarkAddress(b *testing.B) {
	path := testPath(b, "bounces@mail.example.org", testKeys(b, "a"))
	b.ReportAllocs()
	for b.Loop() {
		path.Address(Sent{"05k3q9zzhgmnopqrst22", 118})
	}
}
