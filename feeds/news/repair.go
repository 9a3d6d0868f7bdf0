package news

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// repair rewrites a document as well-formed XML that starts with the feed's
// root element. It never fails: what cannot be an element becomes text, what
// was left open is closed, what makes no sense is left out. Comments,
// processing instructions and the DOCTYPE with all its entities are dropped;
// nothing is ever expanded or fetched. xml:base is made absolute on the way and
// noted.
func repair(text []byte, base string) document {
	r := &repairer{in: text, openTags: map[string]int{}, seen: map[string]bool{}, absent: map[string]bool{}, cloakroom: newCloakroom(text)}
	r.out.Grow(len(text)/4 + 256) // most of a feed is laid aside
	r.base = base
	for r.pos < len(r.in) && !r.done {
		r.step()
	}
	if len(r.open) > 0 && !r.done {
		r.warn("the document ends too early; what came before was read")
		r.dropCut()
	}
	r.closeTo(0)
	return document{r.out.Bytes(), r.bases, r.cloakroom, r.warnings}
}

// A repairer is at one place of the document it rewrites.
type repairer struct {
	in  []byte
	pos int
	out bytes.Buffer

	base       string // of the document
	bases      map[place]string
	cloakroom  cloakroom
	cdf        bool // the root is a bare channel
	open       []element
	openTags   map[string]int // how many elements of a name are open
	items      int
	itemText   int // bytes of text in the last item so far
	identified int // the last item that has a link or an identity
	tags       int
	done       bool // the root element is closed, or a limit reached

	warnings []string
	seen     map[string]bool
	absent   map[string]bool // end marks that do not come any more: sought again, they would cost the rest of the document each time
}

// An element is one that is open.
type element struct {
	name   string // as written, prefix included
	key    string // in lower case
	base   string // what addresses in it start from
	at     int    // where its start tag is in the output
	inner  int    // where its content begins there
	silent bool   // too deep: its tags are left out
	packed bool   // Atom 0.3, mode="base64"
	list   bool   // it holds items, and is in nothing but such elements
	item   bool   // it is an item, directly in a list
	waits  bool   // its text may be laid aside, as long as it holds no element
}

func (r *repairer) warn(words string) {
	if !r.seen[words] {
		r.seen[words] = true
		r.warnings = append(r.warnings, words)
	}
}

// step takes the text up to the next "<" and what that begins.
func (r *repairer) step() {
	rest := r.in[r.pos:]
	i := bytes.IndexByte(rest, '<')
	if i < 0 {
		i = len(rest)
	}
	r.text(rest[:i])
	r.pos += i
	rest = rest[i:]
	switch {
	case len(rest) == 0:
	case bytes.HasPrefix(rest, []byte("<!--")):
		r.skip(rest, "-->")
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		r.cdata(rest[len("<![CDATA["):])
	case bytes.HasPrefix(rest, []byte("<!")):
		r.doctype(rest)
	case bytes.HasPrefix(rest, []byte("<?")):
		r.skip(rest, ">")
	case bytes.HasPrefix(rest, []byte("</")):
		r.end(rest)
	default:
		r.start(rest)
	}
}

// cdata copies a CDATA section; one that never ends reaches to the end.
func (r *repairer) cdata(rest []byte) {
	end := bytes.Index(rest, []byte("]]>"))
	r.pos += len("<![CDATA[")
	if end < 0 {
		end = len(rest)
		r.pos += end
	} else {
		r.pos += end + len("]]>")
	}
	content := legal(r.fitting(rest[:end]))
	switch top := r.top(); {
	case top == nil:
	case top.packed:
		r.text(content)
	case bytes.Contains(content, []byte("]]>")): // now that a character between is gone
		escapeAll(&r.out, content)
	default:
		r.out.WriteString("<![CDATA[")
		r.out.Write(content)
		r.out.WriteString("]]>")
	}
}

func (r *repairer) top() *element {
	if len(r.open) == 0 {
		return nil
	}
	return &r.open[len(r.open)-1]
}

// text copies character data. Outside the root there is none.
func (r *repairer) text(text []byte) {
	top := r.top()
	if top == nil || len(text) == 0 {
		return
	}
	if (top.list || top.item) && len(bytes.TrimSpace(text)) == 0 {
		return // between fields it means nothing, and is one more token for gofeed
	}
	text = r.fitting(text)
	if top.packed {
		text = unbase64(text)
		escapeAll(&r.out, text)
		return
	}
	if escape(&r.out, text) {
		r.warn("some characters were not escaped as XML wants it")
	}
}

// unbase64 decodes Atom 0.3's mode="base64". What is no text is dropped.
func unbase64(text []byte) []byte {
	compact := bytes.Join(bytes.Fields(text), nil)
	compact = bytes.TrimRight(compact, "=")
	plain, err := base64.RawStdEncoding.DecodeString(string(compact))
	if err != nil || !utf8.Valid(plain) {
		return nil
	}
	return plain
}

// end closes an element and all that was left open inside it. An end without
// a beginning is left out.
func (r *repairer) end(rest []byte) {
	i := bytes.IndexAny(rest[2:], "<>")
	switch {
	case i < 0:
		i = len(rest) - 2
		r.pos = len(r.in)
	case rest[2+i] == '<': // the ">" was forgotten
		r.pos += 2 + i
	default:
		r.pos += 2 + i + 1
	}
	if name := bytes.Fields(rest[2 : 2+i]); len(name) > 0 {
		r.closeNamed(string(name[0]))
	}
}

func (r *repairer) closeNamed(name string) {
	key := strings.ToLower(name)
	if r.openTags[key] == 0 {
		return
	}
	for i := len(r.open) - 1; i >= 0; i-- {
		if r.open[i].key == key {
			if i < len(r.open)-1 {
				r.warn("some elements were not closed")
			}
			r.closeTo(i)
			return
		}
	}
}

// dropCut takes back what the end of the document cut in two, if half of it
// would mislead: a line such as a title, a link or a date, and an item of which
// nothing yet says which one it is. The next read finds them whole.
func (r *repairer) dropCut() {
	for i, e := range r.open {
		if isItem(localName(e.key)) && r.identified < r.items || i == len(r.open)-1 && isLine(e.key) {
			r.out.Truncate(e.at)
			r.open = r.open[:i]
			return
		}
	}
}

// closeTo closes elements until n are open.
func (r *repairer) closeTo(n int) {
	for len(r.open) > n {
		e := r.open[len(r.open)-1]
		r.open = r.open[:len(r.open)-1]
		r.openTags[e.key]--
		r.identify(e)
		if isDate(localName(e.key)) {
			r.normalizeDate(e.inner)
		}
		if e.waits {
			r.layAside(e.inner)
		}
		if !e.silent {
			r.writeEnd(e.name)
		}
	}
	r.done = r.done || n == 0
}

func (r *repairer) writeEnd(name string) {
	r.out.WriteString("</")
	r.out.WriteString(name)
	r.out.WriteByte('>')
}

// identify notes that an item has told which one it is.
func (r *repairer) identify(closed element) {
	if top := r.top(); top != nil && isItem(localName(top.key)) && isIdentity(localName(closed.key)) {
		r.identified = r.items
	}
}

// start opens an element. Before the root only the root counts.
func (r *repairer) start(rest []byte) {
	tag, size := readTag(rest)
	if size == 0 {
		r.pos++
		if r.top() != nil {
			r.out.WriteString("&lt;")
		}
		return
	}
	r.pos += size
	if r.top() == nil && !isRoot(tag.local()) {
		return
	}
	r.makeRoom(tag)
	if r.tags++; r.tags > maxTags {
		r.stop("the document has too many elements; the first million was read")
		return
	}
	if isItem(tag.local()) {
		if r.items++; r.items > maxItems {
			r.stop(tooManyItems)
			return
		}
		r.itemText = 0
	}
	r.push(tag)
}
