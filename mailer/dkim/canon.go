package dkim

import (
	"bytes"
	"hash"
)

var crlf = []byte("\r\n")

// appendField appends a header field as relaxed canonicalisation wants it
// (RFC 6376, 3.4.2): its name in lower case, unfolded, with single blanks, and
// none at the ends of the value.
func appendField(dst, field []byte) []byte {
	name, value, _ := bytes.Cut(field, []byte(":"))
	for _, b := range bytes.TrimRight(name, " \t") {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		dst = append(dst, b)
	}
	dst = append(dst, ':')
	start, blank := len(dst), false
	for _, b := range value {
		if isBlank(b) || b == '\r' || b == '\n' {
			blank = true
			continue
		}
		if blank && len(dst) > start {
			dst = append(dst, ' ')
		}
		blank = false
		dst = append(dst, b)
	}
	return append(dst, crlf...)
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' }

// trimBody takes the empty lines off the end of a body, and the line break of
// the last line that is left.
func trimBody(body []byte) []byte {
	for {
		line := bytes.TrimRight(body, " \t")
		rest, cut := bytes.CutSuffix(line, crlf)
		if !cut {
			return line
		}
		body = rest
	}
}

// hashLines hashes text as relaxed canonicalisation wants it (RFC 6376, 3.4.4).
// It must begin where a line does, and end in no blank. The hash is fed through
// room, which is returned to be used again.
func hashLines(h hash.Hash, text, room []byte) []byte {
	if !needsRelaxing(text) {
		h.Write(text)
		return room
	}
	room = room[:0]
	for len(text) > 0 {
		line, rest, broken := bytes.Cut(text, crlf)
		room = appendLine(room, line)
		if broken {
			room = append(room, crlf...)
		}
		text = rest
	}
	h.Write(room)
	return room
}

// needsRelaxing reports whether text differs from its canonical form. Most
// mails do not, since their lines are encoded without blanks at the end.
func needsRelaxing(text []byte) bool {
	return bytes.IndexByte(text, '\t') >= 0 || bytes.Contains(text, []byte("  ")) || bytes.Contains(text, []byte(" \r\n"))
}

func appendLine(dst, line []byte) []byte {
	blank := false
	for _, b := range bytes.TrimRight(line, " \t") {
		if isBlank(b) {
			if !blank {
				dst = append(dst, ' ')
			}
			blank = true
			continue
		}
		blank = false
		dst = append(dst, b)
	}
	return dst
}
