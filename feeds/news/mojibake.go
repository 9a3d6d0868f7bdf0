package news

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// unmangle repairs text that was UTF-8, was taken for windows-1252 or Latin-1
// and was encoded once more: "regiÃ£o" for "região". Such text holds no
// character beyond that charset, and its bytes in it are valid UTF-8. Both
// together do not happen to text that is right.
func unmangle(s string) string {
	if isASCII(s) {
		return s
	}
	s = withoutC1(s)
	if strings.IndexFunc(s, isLead) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		c, ok := byteOf(r)
		if !ok {
			return s
		}
		b.WriteByte(c)
	}
	if repaired := b.String(); utf8.ValidString(repaired) {
		return repaired
	}
	return s
}

// isLead tells what the first byte of a character in UTF-8 looks like in
// windows-1252, as far as mangled text is common: that of Latin, Greek,
// Cyrillic, typographic signs, the scripts of Asia and emoji.
func isLead(r rune) bool {
	switch r {
	case 'Ã', 'Â', 'â', 'Å', 'Ä', 'Ð', 'Ñ', 'Î', 'Ï', 'ð', 'ã', 'å', 'æ', 'ä', 'ç', 'è', 'é':
		return true
	}
	return false
}

// withoutC1 reads the control characters U+0080 to U+009F as what they were
// meant to be: the same numbers in windows-1252.
func withoutC1(s string) string {
	if strings.IndexFunc(s, isC1) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if isC1(r) {
			return charmap.Windows1252.DecodeByte(byte(r))
		}
		return r
	}, s)
}

func isC1(r rune) bool { return r >= 0x80 && r < 0xa0 }

// byteOf is the byte a character has in windows-1252, or in Latin-1 for the
// five places windows-1252 leaves empty.
func byteOf(r rune) (byte, bool) {
	if c, ok := charmap.Windows1252.EncodeRune(r); ok {
		return c, true
	}
	return byte(r), r < 0x100
}
