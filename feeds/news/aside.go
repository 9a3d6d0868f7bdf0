package news

import (
	"bytes"
	"html"
	"slices"
	"strconv"
	"strings"
)

// Most of a feed are the long texts of its items. gofeed would copy each of
// them four or five times on its way back to us, and read Atom's as HTML
// besides. So repair lays them aside and leaves a ticket in their place, which
// mapping takes back. They are decoded, as gofeed would do it, when somebody
// asks for them: of most items the summary is enough.

// A cloakroom holds the texts that were laid aside.
type cloakroom struct {
	texts  []string // character data of XML
	closed bool     // takes none
}

const (
	ticketMark = "weekward-text-" // followed by the number of the text

	// shortest is how long a text must be, in bytes, to be laid aside. It is
	// what a ticket costs: a shorter text is as well left where it is.
	shortest = 64
)

// newCloakroom is closed when the document has words of its own that look
// like tickets.
func newCloakroom(document []byte) cloakroom {
	return cloakroom{closed: bytes.Contains(document, []byte(ticketMark))}
}

// take lays a text aside and gives the ticket for it.
func (c *cloakroom) take(text string) string {
	c.texts = append(c.texts, text)
	return ticketMark + strconv.Itoa(len(c.texts)-1)
}

// back is the piece that a ticket stands for. What is no ticket is the piece
// itself.
func (c cloakroom) back(ticket string) Markup {
	number, ok := strings.CutPrefix(ticket, ticketMark)
	if !ok || c.closed {
		return Markup{source: ticket}
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n >= len(c.texts) {
		return Markup{source: ticket}
	}
	return Markup{source: c.texts[n], encoded: true}
}

// mayWait tells elements whose text may be laid aside: the bodies of items, in
// forms that gofeed decodes once and does nothing else to. Where an xml:base
// was declared, it resolves the addresses in them. Inside an element that is no
// list an item would be a piece of that element's text.
func (r *repairer) mayWait(t tag, key string) bool {
	if r.cloakroom.closed || r.bases != nil {
		return false
	}
	if top := r.top(); top == nil || !top.item || top.silent {
		return false
	}
	switch key {
	case "description", "summary", "content", "content:encoded":
		return !slices.ContainsFunc(t.attrs, changesReading)
	}
	return false
}

// changesReading tells attributes with which a text is not simply decoded: of
// a type that is no text, or in a namespace of its own.
func changesReading(a attribute) bool {
	switch {
	case a.name == "type":
		return a.value != "html" && a.value != "text" && !strings.HasPrefix(a.value, "text/")
	case a.name == "mode" || a.name == "xmlns":
		return true
	case strings.Contains(a.name, ":"):
		return a.name != "xml:lang" && a.name != "xml:space"
	}
	return false
}

// layAside puts a ticket in the place of the text that ends the output, and
// begins at inner.
func (r *repairer) layAside(inner int) {
	text := bytes.TrimSpace(r.out.Bytes()[inner:])
	if len(text) < shortest {
		return
	}
	ticket := r.cloakroom.take(string(text))
	r.out.Truncate(inner)
	r.out.WriteString(ticket)
}

// decoded is what well-formed character data means, its CDATA sections among
// it.
func decoded(data string) string {
	const start, end = "<![CDATA[", "]]>"
	var parts []string
	for data != "" {
		plain, rest, found := strings.Cut(data, start)
		parts = append(parts, html.UnescapeString(plain))
		if !found {
			break
		}
		section, after, _ := strings.Cut(rest, end)
		parts = append(parts, section)
		data = after
	}
	return strings.Join(parts, "")
}
