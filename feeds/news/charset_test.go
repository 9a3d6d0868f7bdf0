package news

import (
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

func in(t *testing.T, enc encoding.Encoding, text string) []byte {
	t.Helper()
	data, err := enc.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestCharsetsBecomeUTF8(t *testing.T) {
	declared := func(charset string) string {
		return `<?xml version="1.0" encoding="` + charset + `"?><t>é “q”</t>`
	}
	big, little := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	tests := []struct {
		name, contentType string
		data              []byte
		want, charset     string
	}{
		{"UTF-8, declared", "", []byte(declared("utf-8")), declared("utf-8"), "utf-8"},
		{"UTF-8, nothing said", "", []byte("<t>é</t>"), "<t>é</t>", "utf-8"},
		{"a mark beats the declaration", "", []byte("\xef\xbb\xbf" + declared("iso-8859-1")), declared("iso-8859-1"), "utf-8"},
		{"UTF-8 declared as Latin-1", "", []byte(declared("iso-8859-1")), declared("iso-8859-1"), "utf-8"},
		{"windows-1252 declared as Latin-1", "", in(t, charmap.Windows1252, declared("iso-8859-1")), declared("iso-8859-1"), "iso-8859-1"},
		{"HTTP beats the declaration", "text/xml; charset=windows-1251", in(t, charmap.Windows1251, "<?xml encoding='koi8-r'?><t>да</t>"), "<?xml encoding='koi8-r'?><t>да</t>", "windows-1251"},
		{"windows-1252, nothing said", "", in(t, charmap.Windows1252, "<t>é “q”</t>"), "<t>é “q”</t>", "windows-1252"},
		{"both in one page", "", append([]byte("<t>é</t>"), 0xe9), "<t>é</t>é", "windows-1252"},
		{"a charset nobody knows", "", []byte("<?xml encoding='x-ward'?><t>é</t>"), "<?xml encoding='x-ward'?><t>é</t>", "utf-8"},
		{"Shift JIS", "text/xml; charset=Shift_JIS", in(t, japanese.ShiftJIS, "<t>記事</t>"), "<t>記事</t>", "shift_jis"},
		{"ISO-2022-JP is ASCII bytes", "text/xml; charset=iso-2022-jp", in(t, japanese.ISO2022JP, "<t>記事</t>"), "<t>記事</t>", "iso-2022-jp"},
		{"UTF-16, big end first, no mark", "", in(t, big, "<t>é</t>"), "<t>é</t>", "utf-16be"},
		{"UTF-16, little end first, no mark", "", in(t, little, "<t>é</t>"), "<t>é</t>", "utf-16le"},
		{"UTF-16 behind a line break", "", in(t, little, "\r\n<t>é</t>"), "\r\n<t>é</t>", "utf-16le"},
		{"UTF-16 that says it is UTF-8", "text/xml; charset=utf-8", in(t, big, declared("utf-8")), declared("utf-8"), "utf-16be"},
		{"UTF-8 that says it is UTF-16", "text/xml; charset=utf-16", []byte(declared("utf-16")), declared("utf-16"), "utf-8"},
		{"UTF-32, little end first, no mark", "", in(t, utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), "<t>é</t>"), "<t>é</t>", "utf-32le"},
		{"UTF-32, big end first, no mark", "", in(t, utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), "<t>é</t>"), "<t>é</t>", "utf-32be"},
		{"UTF-16 with a mark", "", in(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "<t>é</t>"), "<t>é</t>", "utf-16le"},
		{"UTF-32", "", in(t, utf32.UTF32(utf32.BigEndian, utf32.UseBOM), "<t>é</t>"), "<t>é</t>", "utf-32be"},
	}
	for _, tt := range tests {
		got, charset, _ := toUTF8(tt.data, tt.contentType)
		if string(got) != tt.want || charset != tt.charset {
			t.Errorf("%s: toUTF8 = %q in %s, want %q in %s", tt.name, got, charset, tt.want, tt.charset)
		}
	}
}

func TestTextEncodedTwiceIsRepaired(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"Portuguese", "regiÃ£o e saÃºde", "região e saúde"},
		{"quotes", "itâ€™s", "it’s"},
		{"a no-break space", "Football\u00c2\u00a0: 100", "Football\u00a0: 100"},
		{"right as it is", "São Paulo, Ärzte, ÅNGSTRÖM", "São Paulo, Ärzte, ÅNGSTRÖM"},
		{"with characters beyond", "Ã£ → 記", "Ã£ → 記"},
		{"Windows numbers", "don\u0092t", "don’t"},
	}
	for _, tt := range tests {
		if got := unmangle(tt.text); got != tt.want {
			t.Errorf("%s: unmangle(%q) = %q, want %q", tt.name, tt.text, got, tt.want)
		}
	}
}
