package chat

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxDepth is how deeply nested markup may be before it is cut off: x/net/html
// builds what it is given, and the walk below is recursive.
const maxDepth = 64

// A page is what is left of markup: its words and the addresses it links to.
type page struct {
	text  strings.Builder
	links []string
}

// plainText turns the markup of a post into text. Mastodon cuts long addresses
// into spans of which a browser shows one; the target is written out instead.
func plainText(markup string) (text string, targets []string) {
	var p page
	root, err := html.Parse(strings.NewReader(markup))
	if err != nil { // a strings.Reader does not fail, and html.Parse mends the rest
		return "", nil
	}
	p.walk(root, 0)
	return p.text.String(), p.links
}

func (p *page) walk(n *html.Node, depth int) {
	switch {
	case depth > maxDepth:
		return
	case n.Type == html.TextNode:
		p.text.WriteString(strings.Map(spaces, n.Data))
		return
	case n.Type == html.ElementNode && p.element(n):
		return
	}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		p.walk(child, depth+1)
	}
	if block(n) {
		p.newLine()
	}
}

// element writes what does not simply contain text, and reports whether the
// element is done with.
func (p *page) element(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Template, atom.Head, atom.Iframe, atom.Object, atom.Noscript:
		return true
	case atom.Br:
		p.text.WriteByte('\n')
		return true
	case atom.A:
		p.anchor(n)
		return true
	}
	if block(n) {
		p.newLine()
	}
	return false
}

// anchor writes a link: a tag or mention as its word, an address as its whole
// target, other words followed by the target.
func (p *page) anchor(n *html.Node) {
	words, href := innerText(n), attribute(n, "href")
	if strings.HasPrefix(words, "#") || strings.HasPrefix(words, "@") || marked(n, "mention") || marked(n, "hashtag") {
		p.text.WriteString(words)
		return
	}
	if canonical(href) == "" {
		p.text.WriteString(words)
		return
	}
	p.links = appendLink(p.links, href)
	if addressed(words, href) {
		p.text.WriteString(href)
		return
	}
	p.text.WriteString(words + " " + href)
}

// addressed reports whether the words of a link are its own address, whole or cut.
func addressed(words, href string) bool {
	bare := func(s string) string {
		s = strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(strings.TrimSpace(s)), "https://"), "http://")
		return strings.TrimSuffix(strings.TrimPrefix(s, "www."), "/")
	}
	cut := strings.TrimRight(bare(words), ".…")
	return words == "" || strings.HasPrefix(bare(href), cut)
}

func (p *page) newLine() {
	if s := p.text.String(); s != "" && !strings.HasSuffix(s, "\n") {
		p.text.WriteByte('\n')
	}
}

func block(n *html.Node) bool {
	switch n.DataAtom {
	case atom.P, atom.Div, atom.Li, atom.Ul, atom.Ol, atom.Blockquote, atom.Pre, atom.Tr, atom.Table, atom.Section,
		atom.Article, atom.Header, atom.Footer, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Dt, atom.Dd:
		return true
	}
	return false
}

// innerText is the text below a node, in document order, without recursion.
func innerText(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(strings.Map(spaces, d.Data))
		}
	}
	return b.String()
}

func spaces(r rune) rune {
	if r == '\n' || r == '\r' || r == '\t' {
		return ' '
	}
	return r
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func marked(n *html.Node, class string) bool {
	for c := range strings.FieldsSeq(attribute(n, "class")) {
		if c == class {
			return true
		}
	}
	return false
}
