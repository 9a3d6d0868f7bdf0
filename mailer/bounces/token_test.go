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

func TestAddressComesBackAsItLeft(t *testing.T) {
	keys := testKeys(t, "a")
	for _, s := range []Sent{{"05k3q9zzhgmnopqrst22", 118}, {"05k3q9zzhgmnopqrst22", 0}, {"a", 99999}} {
		address, err := Address("bounces@mail.example.org", keys, s)
		if err != nil {
			t.Errorf("Address(%+v): %v", s, err)
			continue
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

func TestForgedTokenIsNone(t *testing.T) {
	keys := testKeys(t, "a")
	address, err := Address("b@example.org", keys, Sent{"ann", 7})
	if err != nil {
		t.Fatal(err)
	}
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
	for why, c := range map[string]struct {
		base string
		sent Sent
	}{
		"no address":       {"bounces", Sent{"ann", 1}},
		"too long":         {strings.Repeat("b", 30) + "@example.org", Sent{"05k3q9zzhgmnopqrst22", 118}},
		"an odd ID":        {"b@example.org", Sent{"a-b", 1}},
		"no ID":            {"b@example.org", Sent{"", 1}},
		"a line in the ID": {"b@example.org", Sent{"a\r\nb", 1}},
	} {
		if got, err := Address(c.base, keys, c.sent); err == nil {
			t.Errorf("%s: Address(%q, %+v) = %s, want an error", why, c.base, c.sent, got)
		}
	}
}
