package news

import (
	"bytes"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// toUTF8 gives a document as valid UTF-8 and names the charset it was in; ""
// for ASCII, which is the same in nearly all. The word of a byte order mark
// counts first; then the bytes themselves, if they are UTF-8; then HTTP's and
// the document's own declaration, if the bytes agree; then what the text looks
// like; then windows-1252, the charset of those who know of none.
func toUTF8(data []byte, contentType string) (text []byte, name, warning string) {
	if text, name, ok := byMark(data); ok {
		return text, name, ""
	}
	claims := []string{charsetOf(contentType), declared(data)}
	switch stateful := isStateful(claims); {
	case isASCII(data) && !stateful:
		return data, "", ""
	case utf8.Valid(data) && !stateful: // text in another charset hardly ever is by chance
		return data, "utf-8", ""
	}
	if text, name, damage := byClaim(data, claims); name != "" && damage == 0 {
		return orBetter(data, text, name)
	} else if isMostlyUTF8(data) {
		return mended(data)
	} else if name != "" && damage*tolerated <= len(data) {
		return text, name, "some characters are not in the charset the document claims"
	}
	if r, margin := guess(data); margin > 0 {
		return decodeGuess(data, r)
	}
	return mended(data)
}

// tolerated is how rare a byte must be that is wrong in the charset claimed: a
// page of a thousand stories with one cut in mid-character is still in it.
const tolerated = 200

// byClaim decodes a document as the claim says that fits best, the earlier
// when both do, and counts the characters that do not fit. The name is "" when
// no claim is of use.
func byClaim(data []byte, claims []string) (text []byte, name string, damage int) {
	for _, claim := range claims {
		enc, canonical := charset.Lookup(claim)
		if enc == nil || canonical == "utf-8" || canonical == "replacement" || strings.HasPrefix(canonical, "utf-16") {
			continue
		}
		decoded, err := enc.NewDecoder().Bytes(data)
		if err != nil {
			continue
		}
		unfit := bytes.Count(decoded, []byte(string(utf8.RuneError)))
		if name == "" || unfit < damage {
			text, name, damage = decoded, strings.ToLower(claim), unfit
		}
	}
	return text, name, damage
}

// orBetter is a document decoded as it claims, unless the claim is the usual
// one of those who never looked, Latin-1, and the text says clearly otherwise.
func orBetter(data, text []byte, claim string) ([]byte, string, string) {
	if _, canonical := charset.Lookup(claim); canonical == "windows-1252" {
		if r, margin := guess(data); margin >= beyondDoubt {
			return decodeGuess(data, r)
		}
	}
	return text, claim, ""
}

// beyondDoubt is how much better a guess must be to beat a claim.
const beyondDoubt = 0.3

func decodeGuess(data []byte, r reading) (text []byte, name, warning string) {
	text, err := r.enc.NewDecoder().Bytes(data)
	if err != nil {
		return mended(data)
	}
	return text, r.name, "text is not in the charset it claims; it looks like " + r.name
}

func mended(data []byte) (text []byte, name, warning string) {
	return mend(data), "windows-1252", "text is not in the charset it claims; read as UTF-8 and windows-1252"
}

// byMark reads documents with a byte order mark, and UTF-16 and UTF-32
// without one, which show by the zeros between their first characters.
func byMark(data []byte) (text []byte, name string, ok bool) {
	if rest, ok := bytes.CutPrefix(data, []byte("\xef\xbb\xbf")); ok {
		return mend(rest), "utf-8", true
	}
	for _, w := range []struct {
		name, mark string
		letter     string // "x" where an ASCII letter has its byte
		enc        encoding.Encoding
	}{
		{"utf-32be", "\x00\x00\xfe\xff", "000x", utf32.UTF32(utf32.BigEndian, utf32.UseBOM)},
		{"utf-32le", "\xff\xfe\x00\x00", "x000", utf32.UTF32(utf32.LittleEndian, utf32.UseBOM)},
		{"utf-16be", "\xfe\xff", "0x", unicode.UTF16(unicode.BigEndian, unicode.UseBOM)},
		{"utf-16le", "\xff\xfe", "x0", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)},
	} {
		if bytes.HasPrefix(data, []byte(w.mark)) || beginsWith(data, w.letter) {
			text, err := w.enc.NewDecoder().Bytes(data)
			return text, w.name, err == nil
		}
	}
	return nil, "", false
}

// beginsWith tells whether the first two characters of a document are ASCII,
// in a charset whose letters have their zeros in the same places.
func beginsWith(data []byte, letter string) bool {
	if len(data) < 2*len(letter) {
		return false
	}
	for i, c := range data[:2*len(letter)] {
		if isZero := letter[i%len(letter)] == '0'; isZero != (c == 0) {
			return false
		}
	}
	return true
}

func charsetOf(contentType string) string {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return params["charset"]
}

var declaration = regexp.MustCompile(`^[\s\x00-\x20]*<\?xml[^>]*?encoding\s*=\s*["']?([A-Za-z0-9._:-]+)`)

// declared is the charset the XML declaration names.
func declared(data []byte) string {
	if m := declaration.FindSubmatch(data[:min(len(data), 512)]); m != nil {
		return string(m[1])
	}
	return ""
}

func isASCII[T string | []byte](data T) bool {
	for i := range len(data) {
		if data[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isStateful tells charsets whose text is ASCII bytes with another meaning:
// valid UTF-8 proves nothing there.
func isStateful(claims []string) bool {
	for _, claim := range claims {
		_, name := charset.Lookup(claim)
		if name == "iso-2022-jp" || strings.EqualFold(claim, "hz-gb-2312") {
			return true
		}
	}
	return false
}

// isMostlyUTF8 tells whether of the characters beyond ASCII more are UTF-8
// than are not.
func isMostlyUTF8(data []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(data); {
		if data[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			bad++
		} else {
			good++
		}
		i += size
	}
	return good > bad
}

// mend reads what is UTF-8 as UTF-8, and each byte that is not as
// windows-1252: pages pasted together from both are common.
func mend(data []byte) []byte {
	if utf8.Valid(data) {
		return data
	}
	out := make([]byte, 0, len(data)+len(data)/8)
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 {
			r = charmap.Windows1252.DecodeByte(data[0])
		}
		out = utf8.AppendRune(out, r)
		data = data[size:]
	}
	return out
}
