package subscribers

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// The lengths of RFC 5321, section 4.5.3.1, in octets. An address has room for
// 254: a path of 256 without its angle brackets.
const (
	maxLocal   = 64
	maxLabel   = 63
	maxAddress = 254
)

// An AddressProblem names what is wrong with an address, for translation.
type AddressProblem string

// The problems of an address.
const (
	AddressEmpty     AddressProblem = "empty"
	AddressMalformed AddressProblem = "malformed"
	AddressTooLong   AddressProblem = "too-long"
	AddressNotASCII  AddressProblem = "not-ascii" // letters before the "@" that mail servers do not all carry
	AddressBadDomain AddressProblem = "bad-domain"
)

// An AddressError says why an address is refused. It never repeats the
// address: errors end up in logs and on pages.
type AddressError struct {
	Problem AddressProblem
	Reason  string // for the editor and the log
}

func (e *AddressError) Error() string { return "email address: " + e.Reason }

// Words is the sentence for the form, in English.
func (e *AddressError) Words() string {
	switch e.Problem {
	case AddressEmpty:
		return "Enter your email address"
	case AddressNotASCII:
		return "Before the @, use only letters from a to z, digits and signs: other letters do not reach every mailbox"
	case AddressTooLong:
		return "This email address is too long"
	}
	return "Enter an email address in the correct format, like name@example.com"
}

// ParseAddress checks an address as a person typed it and returns it as it is
// mailed: the local part as given, the domain in lower-case A-labels (RFC
// 5890). Only what every mail server understands passes: a dot-atom, "@", and
// a domain of at least two labels. Quoted local parts, comments, display names
// and address literals are valid mail and refused: they reach nobody who signs
// up, and parsers that disagree about them have sent mail to strangers
// (CVE-2025-59937). Every error is an *AddressError.
func ParseAddress(s string) (string, error) {
	s = strings.Trim(s, " ")
	if s == "" {
		return "", &AddressError{AddressEmpty, "is empty"}
	}
	if len(s) > 4*maxAddress { // so that nothing below works on a novel
		return "", &AddressError{AddressTooLong, "is longer than 254 octets"}
	}
	local, domain, found := strings.Cut(s, "@")
	if !found {
		return "", &AddressError{AddressMalformed, "has no @"}
	}
	if err := checkLocal(local); err != nil {
		return "", err
	}
	domain, err := asciiDomain(domain)
	if err != nil {
		return "", err
	}
	if len(local)+1+len(domain) > maxAddress {
		return "", &AddressError{AddressTooLong, "is longer than 254 octets"}
	}
	return local + "@" + domain, nil
}

// AddressKey is the form by which two spellings of one person's address are
// the same: all in lower case. It takes what ParseAddress returns.
func AddressKey(address string) string { return strings.ToLower(address) }

// checkLocal keeps the dot-atom of RFC 5322, section 3.2.3.
func checkLocal(local string) error {
	if len(local) > maxLocal {
		return &AddressError{AddressTooLong, "has more than 64 octets before the @"}
	}
	for _, atom := range strings.Split(local, ".") {
		if atom == "" {
			return &AddressError{AddressMalformed, "has an empty part before the @"}
		}
		for _, r := range atom {
			if unicode.IsLetter(r) && r >= 0x80 {
				return &AddressError{AddressNotASCII, "has letters outside ASCII before the @, which need SMTPUTF8 all the way"}
			}
			if !isAtext(r) {
				return &AddressError{AddressMalformed, "has a sign before the @ that is not allowed there"}
			}
		}
	}
	return nil
}

func isAtext(r rune) bool {
	return r < 0x80 && (isLetterOrDigit(byte(r)) || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r))
}

func isLetterOrDigit(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// asciiDomain returns the domain in lower-case A-labels.
func asciiDomain(domain string) (string, error) {
	if hasInvisible(domain) {
		return "", &AddressError{AddressBadDomain, "has an invisible sign in its domain"}
	}
	if !isPlain(domain) {
		ascii, err := idna.Lookup.ToASCII(domain)
		if err != nil {
			return "", &AddressError{AddressBadDomain, "has a domain that is not a valid international name"}
		}
		domain = ascii
	}
	domain = strings.ToLower(domain)
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return "", &AddressError{AddressBadDomain, "has a domain without a dot"}
	}
	for _, label := range labels {
		if !isHostLabel(label) {
			return "", &AddressError{AddressBadDomain, "has a domain that is not a host name"}
		}
	}
	// RFC 1123, section 2.1: the last label is a name, so that no address of
	// a machine, in whatever spelling, passes for one.
	last := labels[len(labels)-1]
	if last == "localhost" || '0' <= last[0] && last[0] <= '9' {
		return "", &AddressError{AddressBadDomain, "has a domain that is not on the Internet"}
	}
	return domain, nil
}

// hasInvisible finds signs that a person cannot see and that the mapping of
// international names drops without a word. The two joiners are left to that
// mapping: some scripts need them.
func hasInvisible(domain string) bool {
	return strings.ContainsFunc(domain, func(r rune) bool {
		return r != '\u200c' && r != '\u200d' && (unicode.Is(unicode.Cf, r) || unicode.IsControl(r) || unicode.IsSpace(r)) || r == unicode.ReplacementChar
	})
}

// isPlain tells a domain that needs no mapping: ASCII without A-labels, whose
// punycode wants checking.
func isPlain(domain string) bool {
	for i := range len(domain) {
		if domain[i] >= 0x80 {
			return false
		}
	}
	return !strings.Contains(strings.ToLower(domain), "xn--")
}

// isHostLabel keeps RFC 1123, section 2.1: letters, digits, inner hyphens.
func isHostLabel(label string) bool {
	if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	for i := range len(label) {
		if !isLetterOrDigit(label[i]) && label[i] != '-' {
			return false
		}
	}
	return true
}

// domainOf returns the part after the "@" of what ParseAddress returned.
func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }
