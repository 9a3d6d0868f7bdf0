package news

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// elements are what safe HTML may hold, each with the attributes it may have
// besides those that all may have. It is text, its structure, pictures and
// sound. There are no forms: a reader would not know whom they answer.
var elements = map[atom.Atom]string{
	atom.A: "href", atom.Abbr: "", atom.Address: "", atom.Article: "", atom.Aside: "", atom.Audio: "src controls", atom.B: "", atom.Bdi: "",
	atom.Bdo: "", atom.Big: "", atom.Blockquote: "cite", atom.Br: "", atom.Caption: "", atom.Center: "", atom.Cite: "", atom.Code: "",
	atom.Col: "span", atom.Colgroup: "span", atom.Dd: "", atom.Del: "cite datetime", atom.Details: "open", atom.Dfn: "", atom.Div: "",
	atom.Dl: "", atom.Dt: "", atom.Em: "", atom.Figcaption: "", atom.Figure: "", atom.Footer: "", atom.H1: "", atom.H2: "", atom.H3: "",
	atom.H4: "", atom.H5: "", atom.H6: "", atom.Header: "", atom.Hr: "", atom.I: "", atom.Img: "src srcset sizes alt width height longdesc",
	atom.Ins: "cite datetime", atom.Kbd: "", atom.Li: "value", atom.Main: "", atom.Mark: "", atom.Nav: "", atom.Ol: "start reversed type",
	atom.P: "", atom.Picture: "", atom.Pre: "", atom.Q: "cite", atom.Rp: "", atom.Rt: "", atom.Ruby: "", atom.S: "", atom.Samp: "",
	atom.Section: "", atom.Small: "", atom.Source: "src srcset sizes type media", atom.Span: "", atom.Strike: "", atom.Strong: "",
	atom.Sub: "", atom.Summary: "", atom.Sup: "", atom.Table: "", atom.Tbody: "", atom.Td: "colspan rowspan headers", atom.Tfoot: "",
	atom.Th: "colspan rowspan headers scope", atom.Thead: "", atom.Time: "datetime", atom.Tr: "", atom.Tt: "", atom.U: "", atom.Ul: "",
	atom.Var: "", atom.Video: "src poster width height controls", atom.Wbr: "",
}

// isAttribute tells whether an element may have an attribute. None of them
// names anything (id, name, class), looks like anything (style) or does
// anything (on…).
func isAttribute(a atom.Atom, name string) bool {
	switch name {
	case "title", "lang", "dir":
		return true
	}
	for own := range strings.FieldsSeq(elements[a]) {
		if own == name {
			return true
		}
	}
	return false
}

// isCode tells elements whose content is for machines.
func isCode(a atom.Atom) bool { return a == atom.Script || a == atom.Style }

// isDropped tells elements that go with all their content: code, drawings, and
// what a form offers to choose. Others that are not allowed lose their tags.
func isDropped(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Template, atom.Svg, atom.Applet, atom.Object, atom.Canvas, atom.Head, atom.Select, atom.Textarea,
		atom.Annotation, atom.AnnotationXml:
		return true
	}
	return false
}

// isVoid tells elements that have no content and no end tag.
func isVoid(a atom.Atom) bool {
	switch a {
	case atom.Br, atom.Col, atom.Hr, atom.Img, atom.Source, atom.Wbr:
		return true
	}
	return false
}

// isInline tells elements that a paragraph may hold.
func isInline(a atom.Atom) bool {
	switch a {
	case atom.A, atom.Abbr, atom.Audio, atom.B, atom.Bdi, atom.Bdo, atom.Big, atom.Br, atom.Cite, atom.Code, atom.Del, atom.Dfn, atom.Em,
		atom.I, atom.Img, atom.Ins, atom.Kbd, atom.Mark, atom.Picture, atom.Q, atom.Rp, atom.Rt, atom.Ruby, atom.S, atom.Samp, atom.Small,
		atom.Source, atom.Span, atom.Strike, atom.Strong, atom.Sub, atom.Sup, atom.Time, atom.Tt, atom.U, atom.Var, atom.Video, atom.Wbr:
		return true
	}
	return false
}

// isBarrier tells elements whose inside does not end what is open around them.
func isBarrier(a atom.Atom) bool {
	switch a {
	case atom.Ul, atom.Ol, atom.Dl, atom.Table, atom.Td, atom.Th, atom.Blockquote, atom.Div, atom.Figure, atom.Section, atom.Article,
		atom.Details, atom.Caption:
		return true
	}
	return false
}
