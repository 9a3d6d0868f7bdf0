package mailer

import "bytes"

// slots are what stands in a written message for what differs from reader to
// reader. None can come from a feed: all but the first are made of the
// mailing's seed.
type slots struct{ to, id, unsubscribe, preferences string }

// values fill the slots.
type values struct {
	to                           string // with a name, perhaps; "" is the address in angle brackets
	address                      string
	id, unsubscribe, preferences string
}

// The kinds of slot.
const (
	slotTo          = iota // the recipient, in angle brackets; in the head
	slotID                 // the Message-ID; in the head
	slotLeave              // the token to unsubscribe; in the head
	slotUnsubscribe        // the same in a part, on a line of its own
	slotPreferences        // the token of the preferences; in a part, on a line of its own
)

// A cut is a written message in pieces; between two pieces belongs a value.
type cut struct {
	pieces [][]byte
	slots  []byte // kinds, one less than pieces
}

// longestQuoted is the most octets of a quoted-printable line, its "=" for the
// soft break included (RFC 2045, 6.7).
const longestQuoted = 76

var softBreak = []byte("=\r\n")

// cutMessage cuts a message whose parts are in quoted-printable. In the parts
// each slot gets a line of its own, between soft breaks, so that a token of any
// length leaves the lines before and after it as they are.
func cutMessage(data []byte, s slots) cut {
	end := bytes.Index(data, []byte("\r\n\r\n")) + len("\r\n\r\n")
	var c cut
	rest := c.cutHead(data[:end], s)
	c.cutParts(append(rest, data[end:]...), s)
	for i, piece := range c.pieces {
		c.pieces[i] = encodeDots(piece)
	}
	return c
}

// encodeDots gives a dot that begins a line of quoted-printable a line of its
// own, encoded and with a soft break. Dots there are legal, but each sender
// on the way has to look for them and double them (RFC 5321, 4.5.2); without
// any, what is sent is what is stored.
func encodeDots(text []byte) []byte {
	var out []byte
	for {
		i := bytes.Index(text, []byte("\n."))
		if i < 0 {
			return append(out, text...)
		}
		out, text = append(out, text[:i+1]...), text[i+1:]
		for bytes.HasPrefix(text, []byte(".")) {
			out, text = append(out, "=2E=\r\n"...), text[1:]
		}
	}
}

// cutHead cuts at the slots of the head and returns what follows the last.
func (c *cut) cutHead(head []byte, s slots) (rest []byte) {
	for {
		at, length, kind := -1, 0, 0
		for k, text := range []string{slotTo: s.to, slotID: s.id, slotLeave: s.unsubscribe} {
			if i := bytes.Index(head, []byte(text)); i >= 0 && (at < 0 || i < at) {
				at, length, kind = i, len(text), k
			}
		}
		if at < 0 {
			return bytes.Clone(head)
		}
		c.add(bytes.Clone(head[:at]), kind)
		head = head[at+length:]
	}
}

// cutParts cuts at the slots of quoted-printable text, which may be broken by
// soft line breaks.
func (c *cut) cutParts(text []byte, s slots) {
	from := 0 // of the piece
	for i := 0; i < len(text); i++ {
		length, kind := matchQuoted(text[i:], s.unsubscribe), slotUnsubscribe
		if length == 0 {
			length, kind = matchQuoted(text[i:], s.preferences), slotPreferences
		}
		if length == 0 {
			continue
		}
		piece := bytes.Clone(text[from:i])
		if !bytes.HasSuffix(piece, []byte("\n")) {
			piece = append(piece, softBreak...)
		}
		c.add(piece, kind)
		from = i + length
		if after := text[from:]; !bytes.HasPrefix(after, []byte("\r\n")) && !bytes.HasPrefix(after, softBreak) {
			from -= len(softBreak) // the slot was longer than that: overwrite its end
			copy(text[from:], softBreak)
		}
		i = from - 1
	}
	c.pieces = append(c.pieces, bytes.Clone(text[from:]))
}

func (c *cut) add(piece []byte, kind int) {
	c.pieces, c.slots = append(c.pieces, piece), append(c.slots, byte(kind))
}

// matchQuoted returns how many octets of text are the slot, soft breaks within
// it included; 0 when it is not there.
func matchQuoted(text []byte, slot string) int {
	i := 0
	for k := range len(slot) {
		if k > 0 && bytes.HasPrefix(text[i:], softBreak) {
			i += len(softBreak)
		}
		if i == len(text) || text[i] != slot[k] {
			return 0
		}
		i++
	}
	return i
}

// noDots reports whether no line of the message begins with a dot, whatever
// its values are: those of the head must not begin a line, and those of the
// parts are encoded.
func (c cut) noDots() bool {
	for i, piece := range c.pieces {
		begins := i < len(c.slots) && c.slots[i] <= slotLeave && bytes.HasSuffix(piece, []byte("\n"))
		if begins || bytes.HasPrefix(piece, []byte(".")) || bytes.Contains(piece, []byte("\n.")) {
			return false
		}
	}
	return true
}

// fill appends the message with its values to dst.
func (c cut) fill(dst []byte, v values) []byte {
	for i, piece := range c.pieces {
		dst = append(dst, piece...)
		if i == len(c.slots) {
			break
		}
		switch c.slots[i] {
		case slotTo:
			dst = v.appendTo(dst)
		case slotID:
			dst = append(dst, v.id...)
		case slotLeave:
			dst = append(dst, v.unsubscribe...)
		case slotUnsubscribe:
			dst = appendQuoted(dst, v.unsubscribe)
		case slotPreferences:
			dst = appendQuoted(dst, v.preferences)
		}
	}
	return dst
}

// appendTo writes the recipient for the head.
func (v values) appendTo(dst []byte) []byte {
	if v.to != "" {
		return append(dst, v.to...)
	}
	return append(append(append(dst, '<'), v.address...), '>')
}

// appendQuoted writes a token in quoted-printable, from the first column on.
func appendQuoted(dst []byte, token string) []byte {
	const hexDigits = "0123456789ABCDEF"
	column := 0
	for i := range len(token) {
		b := token[i]
		plain := b > ' ' && b < 0x7f && b != '=' && (b != '.' || column > 0)
		width := 1
		if !plain {
			width = 3
		}
		if column+width > longestQuoted-1 {
			dst, column = append(dst, softBreak...), 0
			if b == '.' {
				plain, width = false, 3 // see encodeDots
			}
		}
		if plain {
			dst = append(dst, b)
		} else {
			dst = append(dst, '=', hexDigits[b>>4], hexDigits[b&15])
		}
		column += width
	}
	return dst
}
