package news

import "bytes"

// skip leaves out everything to the end mark, or without one to the next ">".
func (r *repairer) skip(rest []byte, mark string) {
	for _, m := range []string{mark, ">"} {
		if r.absent[m] {
			continue
		}
		if i := bytes.Index(rest, []byte(m)); i >= 0 {
			r.pos += i + len(m)
			return
		}
		r.absent[m] = true
	}
	r.pos = len(r.in)
}

// subsetEnd stands among the absent marks for the end of a declaration.
const subsetEnd = "]>"

// doctype leaves out a declaration, its internal subset included. After one
// that never ends the next ">" ends each.
func (r *repairer) doctype(rest []byte) {
	if bytes.Contains(rest[:min(len(rest), 4096)], []byte("<!ENTITY")) {
		r.warn("the document declares entities of its own; they are not expanded")
	}
	if !r.absent[subsetEnd] {
		if size := declarationSize(rest); size > 0 {
			r.pos += size
			return
		}
		r.absent[subsetEnd] = true
	}
	r.skip(rest, ">")
}

// declarationSize is how long a declaration is, its internal subset included; 0
// when it never ends.
func declarationSize(rest []byte) int {
	depth, quote := 0, byte(0)
	for i, c := range rest {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case depth > 0 && (c == '"' || c == '\''):
			quote = c
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == '>' && depth <= 0:
			return i + 1
		}
	}
	return 0
}
