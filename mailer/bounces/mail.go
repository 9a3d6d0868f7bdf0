package bounces

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"
)

// The bounds of what is looked at. A bounce that matters says so early; the
// rest of a long mail is what it returns.
const (
	maxMail    = 1 << 20 // octets
	maxHeaders = 400     // of one part
	maxValue   = 8 << 10 // octets of one unfolded field
	maxParts   = 64
	maxDepth   = 8
	maxText    = 64 << 10 // octets of one part, decoded
)

// A field is one header field. Its name is in lower case, its value unfolded.
type field struct{ name, value string }

// headers are the fields of a mail or a part, in order.
type headers []field

// first is the value of the first field of a name, or "".
func (h headers) first(name string) string {
	for _, f := range h {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

// all are the values of every field of a name.
func (h headers) all(name string) []string {
	var values []string
	for _, f := range h {
		if f.name == name {
			values = append(values, f.value)
		}
	}
	return values
}

// readHeaders reads fields until an empty line and returns what follows. It
// passes over lines that are no field: mail systems write "Status : 5.0.0",
// mbox puts "From " on top, and some leave the header out altogether.
func readHeaders(data []byte) (headers, []byte) {
	var h headers
	for len(data) > 0 {
		line, rest := cutLine(data)
		if len(line) == 0 {
			return h, rest
		}
		if (line[0] == ' ' || line[0] == '\t') && len(h) > 0 {
			last := &h[len(h)-1]
			if len(last.value) < maxValue {
				last.value += " " + string(bytes.TrimSpace(line))
			}
		} else if name, value, ok := cutField(line); ok && len(h) < maxHeaders {
			h = append(h, field{name, value})
		} else if len(h) == 0 && !bytes.HasPrefix(line, []byte("From ")) && !bytes.HasPrefix(line, []byte(">From ")) {
			return nil, data // no header at all
		}
		data = rest
	}
	return h, nil
}

// cutLine returns the first line without its end, and what follows.
func cutLine(data []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(data, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), rest
}

// cutField reads "Name: value", with a blank before the colon allowed.
func cutField(line []byte) (name, value string, ok bool) {
	before, after, found := bytes.Cut(line, []byte(":"))
	before = bytes.TrimRight(before, " \t")
	if !found || len(before) == 0 || len(before) > 76 {
		return "", "", false
	}
	for _, c := range before {
		if c <= ' ' || c >= 0x7f {
			return "", "", false
		}
	}
	return strings.ToLower(string(before)), string(bytes.TrimSpace(after)), true
}

// A part is a leaf of a mail's tree of parts, its body still encoded.
type part struct {
	headers headers
	kind    string // media type in lower case, as in "text/plain"
	params  map[string]string
	body    []byte
}

// media reads a content type, as far as it can be read: many are broken.
func media(value string) (kind string, params map[string]string) {
	if value == "" {
		return "text/plain", nil
	}
	kind, params, err := mime.ParseMediaType(value)
	if err == nil {
		return kind, params
	}
	kind, rest, _ := strings.Cut(value, ";")
	params = map[string]string{}
	for p := range strings.SplitSeq(rest, ";") {
		if name, value, ok := strings.Cut(p, "="); ok {
			params[strings.ToLower(strings.TrimSpace(name))] = strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return strings.ToLower(strings.TrimSpace(kind)), params
}

// walk collects the leaves below a part, in order. What is enclosed as a
// message is a leaf: it is the mail that came back.
func walk(h headers, body []byte, depth int, leaves *[]part) {
	kind, params := media(h.first("content-type"))
	boundary := params["boundary"]
	if !strings.HasPrefix(kind, "multipart/") || boundary == "" || depth >= maxDepth {
		if len(*leaves) < maxParts {
			*leaves = append(*leaves, part{headers: h, kind: kind, params: params, body: body})
		}
		return
	}
	pieces := split(body, boundary)
	if len(pieces) == 0 { // the boundary is wrong: better the text as it is than none
		*leaves = append(*leaves, part{headers: h, kind: "text/plain", body: body})
		return
	}
	for _, piece := range pieces {
		if len(*leaves) >= maxParts {
			return
		}
		inner, rest := readHeaders(piece)
		walk(inner, rest, depth+1, leaves)
	}
}

// split cuts a multipart body at its boundary (RFC 2046, 5.1.1). The last part
// may lack its end.
func split(body []byte, boundary string) [][]byte {
	delimiter := []byte("--" + strings.TrimRight(boundary, " "))
	var pieces [][]byte
	start := -1
	for at := 0; at < len(body) && len(pieces) < maxParts; {
		line, rest := cutLine(body[at:])
		next := len(body) - len(rest)
		if after, ok := bytes.CutPrefix(line, delimiter); ok {
			after = bytes.TrimRight(after, " \t")
			if end := bytes.Equal(after, []byte("--")); end || len(after) == 0 {
				if start >= 0 {
					pieces = append(pieces, body[start:at])
				}
				if start = next; end {
					return pieces
				}
			}
		}
		at = next
	}
	if start >= 0 && start < len(body) {
		pieces = append(pieces, body[start:])
	}
	return pieces
}

// text decodes the body of a part. A body that is damaged half way gives what
// was readable of it.
func (p part) text() string {
	body := p.body
	switch strings.ToLower(strings.TrimSpace(p.headers.first("content-transfer-encoding"))) {
	case "quoted-printable":
		body = decoded(quotedprintable.NewReader(bytes.NewReader(body)))
	case "base64":
		body = decoded(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(body)))
	}
	text := string(body[:min(len(body), maxText)])
	if strings.Contains(text, "\x1b") {
		text = withoutEscapes(text)
	}
	if p.kind == "text/html" {
		text = withoutTags(text)
	}
	return strings.ReplaceAll(text, "\r\n", "\n")
}

func decoded(r io.Reader) []byte {
	data, _ := io.ReadAll(io.LimitReader(r, maxText)) // what came before the damage counts
	return data
}

// withoutEscapes takes the double-octet characters out of ISO-2022-JP: they
// look like ASCII, and addresses and codes are never among them.
func withoutEscapes(s string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "\x1b$")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, s, _ = strings.Cut(after, "\x1b(")
		if s != "" {
			s = s[1:] // B or J: ASCII again
		}
	}
}

// withoutTags makes text of HTML, roughly: each tag a blank or a line's end.
func withoutTags(s string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "<")
		b.WriteString(before)
		if !found {
			break
		}
		tag, rest, closed := strings.Cut(after, ">")
		if !closed {
			break
		}
		if strings.Contains(tag, "@") && !strings.ContainsAny(tag, " =") { // an address that somebody forgot to escape
			b.WriteString("<" + tag + ">")
		} else if name := strings.ToLower(strings.TrimLeft(tag, "/")); strings.HasPrefix(name, "br") || strings.HasPrefix(name, "p") || strings.HasPrefix(name, "div") || strings.HasPrefix(name, "t") {
			b.WriteByte('\n')
		} else {
			b.WriteByte(' ')
		}
		s = rest
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", "&nbsp;", " ", "&#39;", "'", "&quot;", `"`).Replace(b.String())
}

// decodeWords reads encoded words (RFC 2047) of charsets that need no table;
// others stay as they are.
func decodeWords(s string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	var d mime.WordDecoder
	if text, err := d.DecodeHeader(s); err == nil {
		return text
	}
	return s
}
