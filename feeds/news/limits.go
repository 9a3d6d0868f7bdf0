package news

import "bytes"

// Limits on a document (F23, F25). No feed that people read comes near them.
const (
	maxDepth = 64        // elements within elements; deeper ones lose their tags
	maxItems = 2000      // items; what follows is not read
	maxTags  = 1_000_000 // start tags; what follows is not read
	maxText  = 1 << 20   // bytes of text in an item; what follows is left out
	maxLine  = 4 << 10   // bytes of a line behind such a text; no address is longer
)

// What to say of a document beyond them, whatever its dialect.
const (
	tooManyItems = "the feed has too many items; the first 2000 were read"
	tooLongText  = "an item has more than 1 MB of text; the rest of it was left out"
)

// fitting is as much of a text as the item has room for. A line has room after
// the longest text, too: it may be the link.
func (r *repairer) fitting(text []byte) []byte {
	left := max(maxText-r.itemText, 0)
	if top := r.top(); top != nil && (isLine(top.key) || isIdentity(localName(top.key)) || isDate(localName(top.key))) {
		left = max(left, maxLine)
	}
	if len(text) > left {
		r.warn(tooLongText)
		text = bytes.ToValidUTF8(text[:left], nil)
	}
	r.itemText += len(text)
	return text
}

// stop ends the document here.
func (r *repairer) stop(words string) {
	r.warn(words)
	r.done = true
}
