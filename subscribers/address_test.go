package subscribers

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
)

func TestAddressesAreAcceptedAsTheyAreMailed(t *testing.T) {
	for _, c := range []struct{ why, typed, want string }{
		{"plain", "ann@example.org", "ann@example.org"},
		{"outer spaces", "  ann@example.org ", "ann@example.org"},
		{"the local part is the owner's business", "Ann.Lee@Example.ORG", "Ann.Lee@example.org"},
		{"all signs of a dot-atom", "!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~@example.org"},
		{"template signs are only signs", "{{.X}}@example.org", "{{.X}}@example.org"},
		{"one letter", "a@b.example.org", "a@b.example.org"},
		{"digits in the domain", "ann@1.2.3.example.org", "ann@1.2.3.example.org"},
		{"two hyphens in a label", "ann@a--b.example.org", "ann@a--b.example.org"},
		{"international domain", "ann@bär.example.org", "ann@xn--br-via.example.org"},
		{"capital international domain", "ann@BÄR.example.org", "ann@xn--br-via.example.org"},
		{"decomposed international domain", "ann@ba\u0308r.example.org", "ann@xn--br-via.example.org"},
		{"A-label", "ann@XN--br-via.example.org", "ann@xn--br-via.example.org"},
		{"international top level", "ann@example.укр", "ann@example.xn--j1amh"},
		{"64 octets before the @", strings.Repeat("a", 64) + "@example.org", strings.Repeat("a", 64) + "@example.org"},
		{"a label of 63 octets", "a@" + strings.Repeat("b", 63) + ".org", "a@" + strings.Repeat("b", 63) + ".org"},
		{"254 octets", longAddress(254), longAddress(254)},
	} {
		if got, err := ParseAddress(c.typed); err != nil || got != c.want {
			t.Errorf("%s: ParseAddress(%q) = %q, %v, want %q", c.why, c.typed, got, err, c.want)
		}
	}
}

// longAddress returns an address of n octets.
func longAddress(n int) string {
	domain := "." + strings.Repeat("c", 60) + "." + strings.Repeat("d", 60) + ".example.org"
	start := strings.Repeat("a", 64) + "@"
	return start + strings.Repeat("b", n-len(start)-len(domain)) + domain
}

func TestAddressesThatReachNobodyAreRefused(t *testing.T) {
	for _, c := range []struct {
		why, typed string
		want       AddressProblem
	}{
		{"nothing", "", AddressEmpty},
		{"only spaces", "   ", AddressEmpty},
		{"no @", "ann.example.org", AddressMalformed},
		{"two @", "ann@lee@example.org", AddressBadDomain},
		{"nothing before the @", "@example.org", AddressMalformed},
		{"nothing behind the @", "ann@", AddressBadDomain},
		{"leading dot", ".ann@example.org", AddressMalformed},
		{"trailing dot", "ann.@example.org", AddressMalformed},
		{"two dots", "ann..lee@example.org", AddressMalformed},
		{"inner space", "ann lee@example.org", AddressMalformed},
		{"outer tab", "ann@example.org\t", AddressBadDomain},
		{"line end", "ann@example.org\r\n", AddressBadDomain},
		{"header injection", "ann@example.org\r\nBcc: lee@example.org", AddressBadDomain},
		{"line end before the @", "ann\n@example.org", AddressMalformed},
		{"NUL", "ann@example.org\x00", AddressBadDomain},
		{"quoted local part", `"ann lee"@example.org`, AddressMalformed},
		{"quoted local part without need", `"ann"@example.org`, AddressMalformed},
		{"display name", "Ann <ann@example.org>", AddressMalformed},
		{"angle brackets", "<ann@example.org>", AddressMalformed},
		{"comment", "ann(lee)@example.org", AddressMalformed},
		{"comment behind", "ann@example.org(lee)", AddressBadDomain},
		{"two addresses", "ann@example.org,lee@example.org", AddressBadDomain},
		{"source route", "@a.example.org:ann@example.org", AddressMalformed},
		{"mailto", "mailto:ann@example.org", AddressMalformed},
		{"backslash", `ann\@example.org`, AddressMalformed},
		{"ESMTP parameter", "ann@example.org> SIZE=9", AddressBadDomain},
		{"letters outside ASCII before the @", "änn@example.org", AddressNotASCII},
		{"Cyrillic that looks Latin", "\u0430nn@example.org", AddressNotASCII},
		{"zero width before the @", "ann\u200b@example.org", AddressMalformed},
		{"zero width in the domain", "ann@exam\u200bple.org", AddressBadDomain},
		{"soft hyphen in the domain", "ann@exam\u00adple.org", AddressBadDomain},
		{"bidi override", "ann@\u202eexample.org", AddressBadDomain},
		{"fullwidth @", "ann＠example.org", AddressMalformed},
		{"not UTF-8", "ann@ex\xffample.org", AddressBadDomain},
		{"no dot in the domain", "ann@localhost", AddressBadDomain},
		{"a host of this machine", "ann@mail.localhost", AddressBadDomain},
		{"IPv4", "ann@192.0.2.1", AddressBadDomain},
		{"IPv4 in hexadecimal", "ann@0xc0.0x00.0x02.0x01", AddressBadDomain},
		{"address literal", "ann@[192.0.2.1]", AddressBadDomain},
		{"IPv6 literal", "ann@[IPv6:2001:db8::1]", AddressBadDomain},
		{"top level of digits", "ann@example.123", AddressBadDomain},
		{"underscore", "ann@exa_mple.org", AddressBadDomain},
		{"leading hyphen", "ann@-example.org", AddressBadDomain},
		{"trailing hyphen", "ann@example-.org", AddressBadDomain},
		{"empty label", "ann@example..org", AddressBadDomain},
		{"leading dot in the domain", "ann@.example.org", AddressBadDomain},
		{"trailing dot in the domain", "ann@example.org.", AddressBadDomain},
		{"punycode that is none", "ann@xn--a.example.org", AddressBadDomain},
		{"percent signs in the domain", "ann@example%2eorg", AddressBadDomain},
		{"a port", "ann@example.org:25", AddressBadDomain},
		{"65 octets before the @", strings.Repeat("a", 65) + "@example.org", AddressTooLong},
		{"a label of 64 octets", "a@" + strings.Repeat("b", 64) + ".org", AddressBadDomain},
		{"255 octets", longAddress(255), AddressTooLong},
		{"a novel", strings.Repeat("a", 1<<20), AddressTooLong},
	} {
		got, err := ParseAddress(c.typed)
		var fault *AddressError
		if !errors.As(err, &fault) || fault.Problem != c.want {
			t.Errorf("%s: ParseAddress(%.80q) = %q, %v, want %s", c.why, c.typed, got, err, c.want)
		}
	}
}

func TestAddressErrorsNeverRepeatTheAddress(t *testing.T) {
	_, err := ParseAddress("<script>secret@localhost")
	if fault := (*AddressError)(nil); !errors.As(err, &fault) || strings.Contains(fault.Error()+fault.Words(), "secret") {
		t.Errorf("ParseAddress() = %v, want an error without the address", err)
	}
	if words := (&AddressError{Problem: AddressMalformed}).Words(); words != "Enter an email address in the correct format, like name@example.com" {
		t.Errorf("Words() = %q", words)
	}
}

func TestOnePersonHasOneKey(t *testing.T) {
	key := func(typed string) string {
		t.Helper()
		address, err := ParseAddress(typed)
		if err != nil {
			t.Fatalf("ParseAddress(%q): %v", typed, err)
		}
		return AddressKey(address)
	}
	if a, b := key("Ann@BÄR.example.org"), key(" ann@xn--br-via.EXAMPLE.org"); a != b {
		t.Errorf("keys of two spellings = %q, %q, want the same", a, b)
	}
	if a, b := key("ann@example.org"), key("ann+list@example.org"); a == b {
		t.Errorf("keys with and without a tag = %q, want two", a)
	}
}

// TestHostileAddresses decides the addresses of the practice set.
func TestHostileAddresses(t *testing.T) {
	const path = "../../shared/data/hostile/signup/addresses.json"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("the set of hostile addresses is not here: %v", err)
	}
	var set struct {
		Addresses []struct{ ID, Input, Expect string }
		Same      [][]string `json:"same_subscriber"`
		Different [][]string `json:"different_subscribers"`
	}
	if err := json.Unmarshal(data, &set); err != nil || len(set.Addresses) == 0 {
		t.Fatalf("read %s: %d addresses, %v", path, len(set.Addresses), err)
	}
	for _, c := range set.Addresses {
		got, err := ParseAddress(c.Input)
		if decided := map[bool]string{true: "accept", false: "reject"}[err == nil]; c.Expect != "either" && decided != c.Expect {
			t.Errorf("%s: ParseAddress(%q) = %q, %v, want %s", c.ID, c.Input, got, err, c.Expect)
		}
	}
	for _, group := range set.Same {
		if n := len(keysOf(t, group)); n != 1 {
			t.Errorf("%q are %d subscribers, want 1", group, n)
		}
	}
	for _, group := range set.Different {
		if n := len(keysOf(t, group)); n != len(group) {
			t.Errorf("%q are %d subscribers, want %d", group, n, len(group))
		}
	}
}

func keysOf(t *testing.T, addresses []string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, typed := range addresses {
		address, err := ParseAddress(typed)
		if err != nil {
			t.Errorf("ParseAddress(%q): %v", typed, err)
		}
		found[AddressKey(address)] = true
	}
	return found
}

// FuzzParseAddress looks for an address that passes and could still harm: one
// that is more than one, breaks a line, or changes when it is parsed again.
func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{"ann@example.org", " Ann@BÄR.example.org ", `"a b"@example.org`, "a@b@example.org", "a@xn--br-via.org", "a@1.2.3.4", "a@例え.テスト"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		address, err := ParseAddress(typed)
		if err != nil {
			if fault := (*AddressError)(nil); !errors.As(err, &fault) || address != "" {
				t.Fatalf("ParseAddress(%q) = %q, %v, want an AddressError and nothing else", typed, address, err)
			}
			return
		}
		if strings.ContainsAny(address, " \t\r\n\x00<>()[],;:\\\"") || strings.Count(address, "@") != 1 || len(address) > 254 {
			t.Fatalf("ParseAddress(%q) = %q, which is not one plain address", typed, address)
		}
		for _, r := range address {
			if r <= 0x20 || r >= 0x7f {
				t.Fatalf("ParseAddress(%q) = %q, which is not printable ASCII", typed, address)
			}
		}
		if again, err := ParseAddress(address); err != nil || again != address {
			t.Fatalf("ParseAddress(ParseAddress(%q)) = %q, %v, want %q", typed, again, err, address)
		}
	})
}
