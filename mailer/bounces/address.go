package bounces

import "strings"

// addressByte tells what may stand in an address as it is found in text.
func addressByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!#$%&'*+-/=?^_`{|}~.", c) >= 0 || c >= 0x80
}

func hostByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c >= 0x80
}

// findAddress returns where the first address in s stands, from and to; to is
// 0 when there is none. It is generous: what it finds is compared with what
// was mailed, never mailed itself.
func findAddress(s string) (from, to int) {
	for at := 0; ; {
		i := strings.IndexByte(s[at:], '@')
		if i < 0 {
			return 0, 0
		}
		i += at
		from, to = i, i+1
		for from > 0 && addressByte(s[from-1]) {
			from--
		}
		for to < len(s) && hostByte(s[to]) {
			to++
		}
		for to > i+1 && (s[to-1] == '.' || s[to-1] == '-') {
			to--
		}
		for from < i && (strings.IndexByte("'`*.", s[from]) >= 0 || s[from] == '=' && s[from+1] != '?') {
			from++
		}
		if from < i && to > i+1 && i-from <= 128 && to-i <= 255 {
			return from, to
		}
		at = i + 1
	}
}

// maxAddresses is how many addresses of one text are remembered.
const maxAddresses = 100

// addresses are those in s, each once.
func addresses(s string) []string {
	var found []string
	for {
		from, to := findAddress(s)
		if to == 0 || len(found) == maxAddresses {
			return found
		}
		found = with(found, s[from:to])
		s = s[to:]
	}
}

// with adds an address to a list that does not have it.
func with(list []string, address string) []string {
	for _, a := range list {
		if strings.EqualFold(a, address) {
			return list
		}
	}
	return append(list, address)
}

// recipientOf reads the address of a field such as "rfc822; a@example.org"
// (RFC 3464, 2.3.1). An original recipient is written in xtext (RFC 3461, 4).
func recipientOf(value string) string {
	kind, address, typed := strings.Cut(value, ";")
	if !typed {
		kind, address = "", value
	}
	address = strings.TrimSpace(address)
	if strings.EqualFold(strings.TrimSpace(kind), "utf-8") {
		address = unescapeUnicode(address)
	}
	if strings.Contains(address, "+") {
		address = unxtext(address)
	}
	if from, to := findAddress(address); to > 0 {
		return address[from:to]
	}
	return ""
}

// unxtext reads "+2B" as "+". What is no escape stays: many systems write the
// address as it is.
func unxtext(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '+' && i+2 < len(s) {
			if high, low := hexDigit(s[i+1]), hexDigit(s[i+2]); high >= 0 && low >= 0 {
				if c := byte(high<<4 | low); c > ' ' && c < 0x7f {
					b.WriteByte(c)
					i += 2
					continue
				}
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// hexDigit is the value of an upper-case digit (RFC 3461, 4), or -1. Lower
// case is left alone, so that "a+b1@example.org" stays what it is.
func hexDigit(c byte) int { return strings.IndexByte("0123456789ABCDEF", c) }

// unescapeUnicode reads the "\x{E9}" of an RFC 6533 address.
func unescapeUnicode(s string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, `\x{`)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		digits, rest, closed := strings.Cut(after, "}")
		r, ok := rune(0), closed && digits != "" && len(digits) <= 6
		for i := 0; ok && i < len(digits); i++ {
			d := hexDigit(strings.ToUpper(digits[i : i+1])[0])
			r, ok = r<<4|rune(d), d >= 0
		}
		if !ok {
			return b.String() + `\x{` + after
		}
		b.WriteRune(r)
		s = rest
	}
}
