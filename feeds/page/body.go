package page

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"weekward/feeds"
)

// maxLines is how many pieces of text of one page are looked at, and
// maxShortLines among how many of them a byline or a date is sought.
const (
	maxLines      = 20_000
	maxShortLines = 2000
)

// A line is a run of text that no block element interrupts: a paragraph, a
// heading, a cell, a link of a menu.
type line struct {
	text   string
	links  int        // characters of text inside links
	block  *html.Node // the nearest element around it that stands apart
	aside  bool       // in something beside the article: a menu, comments, a sign-up box
	weight float64    // how much it looks like a paragraph of prose
}

// A body is the text of a page and where in it the article is.
type body struct {
	lines    []line
	top      *html.Node             // what is read: the page's body, or a part of it
	main     *html.Node             // the element that holds the article; nil when nothing does
	region   *html.Node             // the element that holds it and its heading
	comments map[*html.Node]bool    // elements that readers wrote, and teasers
	asides   map[*html.Node]bool    // elements beside the article
	captions map[*html.Node]bool    // of the elements asked about: whether they belong to a picture
	weights  map[*html.Node]float64 // prose inside an element
	chars    map[*html.Node]int     // characters inside an element
}

// body finds the article of a page by its density: of the elements that hold
// most of the prose, the innermost one. Prose is long lines that are not made
// of links; a menu has many links, a teaser few words.
func (d document) body() body {
	b := body{comments: map[*html.Node]bool{}, asides: map[*html.Node]bool{}, captions: map[*html.Node]bool{},
		weights: map[*html.Node]float64{}, chars: map[*html.Node]int{}}
	root := d.Find("body").First()
	if root.Length() == 0 {
		return b
	}
	b.top = root.Nodes[0]
	b.collect()
	for _, l := range b.lines {
		b.chars[l.block] += utf8.RuneCountInString(l.text)
	}
	sumUp(b.top, b.chars)
	b.markAsides(b.top, false)
	for i := range b.lines {
		l := &b.lines[i]
		l.aside = b.isAside(l.block)
		l.weight = l.prose()
		if !l.aside {
			b.weights[l.block] += l.weight
		}
	}
	sumUp(b.top, b.weights)
	b.main = b.innermost(b.top)
	b.region = b.main
	for headed := b.headed(); b.region != b.top && !headed[b.region]; {
		b.region = b.region.Parent
	}
	return b
}

// sumUp adds to each element what is inside the elements in it: once for each,
// however deep they are.
func sumUp[N int | float64](n *html.Node, inside map[*html.Node]N) N {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if sum := sumUp(c, inside); sum != 0 {
			inside[n] += sum
		}
	}
	return inside[n]
}

// collect reads the lines of the page in order.
func (b *body) collect() {
	var text strings.Builder
	links := 0
	flush := func(block *html.Node) {
		if said := feeds.CleanText(text.String()); said != "" && len(b.lines) < maxLines {
			n := utf8.RuneCountInString(said)
			b.lines = append(b.lines, line{text: said, links: min(links, n), block: block})
		}
		text.Reset()
		links = 0
	}
	var walk func(n, block *html.Node, linked bool)
	walk = func(n, block *html.Node, linked bool) {
		switch {
		case n.Type == html.TextNode:
			text.WriteString(n.Data)
			if linked {
				links += utf8.RuneCountInString(strings.TrimSpace(n.Data))
			}
			return
		case n.Type != html.ElementNode || isUnseen(n):
			return
		case n.DataAtom == atom.Br:
			text.WriteByte(' ')
			if next := nextElement(n); next != nil && next.DataAtom == atom.Br { // two make a paragraph
				flush(block)
			}
			return
		}
		apart := !isInline(n.DataAtom)
		if apart {
			flush(block)
			block = n
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, block, linked || n.DataAtom == atom.A)
		}
		if apart {
			flush(block)
		}
	}
	walk(b.top, b.top, false)
	flush(b.top)
}

// nextElement is the element that follows with nothing but space between.
func nextElement(n *html.Node) *html.Node {
	for s := n.NextSibling; s != nil; s = s.NextSibling {
		if s.Type == html.ElementNode {
			return s
		}
		if s.Type == html.TextNode && strings.TrimSpace(s.Data) != "" {
			return nil
		}
	}
	return nil
}

// prose is the weight of a line: its length less what is linked, and nothing
// for what is too short for a sentence.
func (l line) prose() float64 {
	n := utf8.RuneCountInString(l.text)
	if isHeading(l.block) || n < 25 || 2*l.links > n {
		return 0
	}
	weight := float64(n - 2*l.links)
	if n < 80 && !strings.ContainsAny(l.text, ".!?…;。") {
		weight /= 4
	}
	return weight
}

// innermost goes down from an element for as long as one child holds most of
// its prose. Paragraphs are not gone into.
func (b *body) innermost(top *html.Node) *html.Node {
	at := top
	for {
		var best *html.Node
		for c := at.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode && b.weights[c] > 0 && (best == nil || b.weights[c] > b.weights[best]) {
				best = c
			}
		}
		if best == nil || isParagraph(best.DataAtom) || b.weights[best] < 0.75*b.weights[at] && !isArticle(best) || b.weights[best] < 0.5*b.weights[at] {
			return at
		}
		at = best
	}
}

// headed are the elements that hold a heading of the first rank, or are one.
func (b *body) headed() map[*html.Node]bool {
	headed := map[*html.Node]bool{}
	for _, l := range b.lines {
		if l.block.DataAtom != atom.H1 {
			continue
		}
		for n := l.block; n != nil && !headed[n]; n = n.Parent {
			headed[n] = true
		}
	}
	return headed
}

// text is the main text, one paragraph a line, from its first paragraph on:
// the title and what stands between are not part of it.
func (b *body) text(title string) string {
	var paragraphs []string
	began := false
	for _, l := range b.article() {
		n := utf8.RuneCountInString(l.text)
		if 2*l.links > n && n < 300 {
			continue // a link by itself leads away
		}
		if began = began || !b.isFront(l, title); began {
			paragraphs = append(paragraphs, l.text)
		}
	}
	return strings.Join(paragraphs, "\n")
}

// isFront tells lines that stand in front of an article's text: its title, its
// byline, the caption of its picture, anything too short for a paragraph.
func (b *body) isFront(l line, title string) bool {
	return utf8.RuneCountInString(l.text) < 25 || b.isBeside(l, title)
}

// isBeside tells lines that are the title again, a picture's caption, or about
// the article instead of from it.
func (b *body) isBeside(l line, title string) bool {
	return letters(l.text) == letters(title) || b.isCaption(l.block) || utf8.RuneCountInString(l.text) < 120 && isDataLine.MatchString(l.text)
}

// article is the lines inside the main element, without what stands beside.
func (b *body) article() []line {
	var kept []line
	for _, l := range b.lines {
		if !l.aside && within(l.block, b.main) {
			kept = append(kept, l)
		}
	}
	return kept
}

// opening is the first real paragraph of the article: a sentence or more of
// prose, neither caption nor the title again.
func (b *body) opening(title string) string {
	lines := b.article()
	for _, least := range []int{45, 15} {
		for _, l := range lines {
			if utf8.RuneCountInString(l.text) < least || l.weight == 0 || b.isBeside(l, title) {
				continue
			}
			return feeds.WithoutTitle(l.text, title)
		}
	}
	return ""
}

// isDataLine tells lines about the article instead of from it.
var isDataLine = regexp.MustCompile(`(?i)^(?:by|von|par|por|di|door|posted|published|updated|veröffentlicht|aktualisiert|stand|publié|publicado|pubblicato|geplaatst|photo|foto|bild|image|credit|©|copyright)(?:[\s:,.]|$)`)

// within tells whether an element is another or inside it.
func within(n, top *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == top {
			return true
		}
	}
	return false
}
