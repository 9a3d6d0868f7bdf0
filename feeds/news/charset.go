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

// toUTF8 gives a document as valid UTF-8 and names the charset it was in. The
// word of a byte order mark counts first, then HTTP's, then the document's own
// declaration, each only if the bytes agree; then UTF-8 if they are that; then
// windows-1252, the charset of those who know of none.
func toUTF8(data []byte, contentType string) (text []byte, name, warning string) {
	if text, name, ok := byMark(data); ok {
		return text, name, ""
	}
	claims := []string{charsetOf(contentType), declared(data)}
	if utf8.Valid(data) && !isStateful(claims) {
		// Text in another charset is hardly ever valid UTF-8 by chance.
		return data, claimed(claims, data), ""
	}
	for _, claim := range claims {
		if text, ok := decodeAs(data, claim); ok {
			return text, strings.ToLower(claim), ""
		}
	}
	return mend(data), "windows-1252", "text is not in the charset it claims; read as UTF-8 and windows-1252"
}

// byMark reads documents with a byte order mark, and UTF-16 and UTF-32
// without one, which show by the zeros around the first "<" or "{".
func byMark(data []byte) (text []byte, name string, ok bool) {
	marks := []struct {
		name   string
		starts []string
		enc    encoding.Encoding
	}{
		{"utf-8", []string{"\xef\xbb\xbf"}, unicode.UTF8BOM},
		{"utf-32be", []string{"\x00\x00\xfe\xff", "\x00\x00\x00<", "\x00\x00\x00{"}, utf32.UTF32(utf32.BigEndian, utf32.UseBOM)},
		{"utf-32le", []string{"\xff\xfe\x00\x00", "<\x00\x00\x00", "{\x00\x00\x00"}, utf32.UTF32(utf32.LittleEndian, utf32.UseBOM)},
		{"utf-16be", []string{"\xfe\xff", "\x00<\x00", "\x00{\x00"}, unicode.UTF16(unicode.BigEndian, unicode.UseBOM)},
		{"utf-16le", []string{"\xff\xfe", "<\x00", "{\x00"}, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)},
	}
	for _, m := range marks {
		for _, start := range m.starts {
			if !bytes.HasPrefix(data, []byte(start)) {
				continue
			}
			if m.name == "utf-8" {
				return mend(data[3:]), m.name, true
			}
			text, err := m.enc.NewDecoder().Bytes(data)
			return text, m.name, err == nil
		}
	}
	return nil, "", false
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

// claimed names the charset of a valid UTF-8 document: what it says, when its
// bytes are ASCII and so in that charset too.
func claimed(claims []string, data []byte) string {
	for _, claim := range claims {
		if enc, _ := charset.Lookup(claim); enc != nil && isASCII(data) {
			return strings.ToLower(claim)
		}
	}
	return "utf-8"
}

func isASCII(data []byte) bool {
	return bytes.IndexFunc(data, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
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

// decodeAs reads the document in a charset, if its bytes are of that charset.
func decodeAs(data []byte, claim string) (text []byte, ok bool) {
	enc, name := charset.Lookup(claim)
	if enc == nil || name == "utf-8" || name == "replacement" || strings.HasPrefix(name, "utf-16") {
		return nil, false
	}
	text, err := enc.NewDecoder().Bytes(data)
	return text, err == nil && !bytes.ContainsRune(text, utf8.RuneError)
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
