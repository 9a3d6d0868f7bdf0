package page

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"weekward/feeds"
)

// asideWords are words in a class or id that publishers give to what stands
// beside the article, each as it is found between hyphens, underscores and
// changes of case.
var asideWords = wordSet(`
	ad ads advert advertisement adbox adsense anzeige werbung sponsor sponsored promo promotion promoted outbrain taboola
	banner cmp subscribe subscription subscriptions signup abo paywall login register optin mailchimp
	share sharing sharebar sharedaddy shariff social socials addthis jetpack follow
	sidebar secondary widget widgets aside rail
	related recommended recommendations recommendation recirc mehr morefrom teaser teasers trending popular mostread latest
	nav navigation navbar menu submenu breadcrumb breadcrumbs pagination pager paging skip toc toolbar
	footer masthead colophon imprint impressum copyright legal disclaimer
	tags taglist tagcloud keywords
	popup modal overlay lightbox dialog tooltip
	rating ratings vote likes poll
	hidden offscreen invisible print
	authorbox authorbio bio aboutauthor
	infobox
`)

// boxWords mark boxes that ask for something, and stand beside the article even
// on a page with little else.
var boxWords = wordSet(`cookie cookies cookiebar consent gdpr newsletter`)

// commentWords mark what readers wrote under an article, at whatever length.
var commentWords = wordSet(`comment comments commentlist commentlists commentary kommentar kommentare commentaires comentarios reacties disqus respond reply replies trackback trackbacks pingback pings responses discussion`)

// relatedWords mark what leads to other articles.
var relatedWords = wordSet(`related recommended recommendations teaser teasers trending popular mostread latest morefrom sidebar widget`)

// captionWords mark text that belongs to a picture.
var captionWords = wordSet(`caption captions credit credits bildunterschrift legend legende copyright`)

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		set[w] = true
	}
	return set
}

// markAsides notes the elements that stand beside the article: by what they
// are (nav, footer, form), or by what they are called when they hold less than
// a third of the page's text (comments and sign-up boxes nine tenths): a
// wrapper of the whole page may be called anything.
func (b *body) markAsides(n *html.Node, inArticle bool) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		if b.standsBeside(c, inArticle) {
			b.asides[c] = true
			b.markComments(c)
			continue
		}
		b.markAsides(c, inArticle || c.DataAtom == atom.Article || c.DataAtom == atom.Main)
	}
}

func (b *body) standsBeside(n *html.Node, inArticle bool) bool {
	share := 0.0
	if all := b.chars[b.top]; all > 0 {
		share = float64(b.chars[n]) / float64(all)
	}
	switch n.DataAtom {
	case atom.Nav, atom.Footer, atom.Aside, atom.Menu, atom.Dialog:
		return share < 0.5
	case atom.Form, atom.Fieldset, atom.Header:
		return share < 0.3 && !(n.DataAtom == atom.Header && inArticle)
	case atom.Article, atom.Main, atom.Body, atom.H1:
		return false
	}
	if isInline(n.DataAtom) || followsHeading(n) {
		return false // whatever it is called: a word in a sentence, the line under the title
	}
	switch attr(n, "role") {
	case "navigation", "complementary", "contentinfo", "banner", "search", "dialog", "alertdialog", "menu":
		return share < 0.5
	}
	for _, name := range []string{attr(n, "class"), attr(n, "id")} {
		for _, word := range nameWords(name) {
			if (commentWords[word] || boxWords[word]) && share < 0.9 || asideWords[word] && share < 0.33 {
				return true
			}
		}
	}
	return false
}

// followsHeading tells whether an element comes right after the h1.
func followsHeading(n *html.Node) bool {
	for s := n.PrevSibling; s != nil; s = s.PrevSibling {
		if s.Type == html.ElementNode {
			return s.DataAtom == atom.H1
		}
	}
	return false
}

// isAside tells whether an element stands beside the article, or inside
// something that does.
func (b *body) isAside(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if b.asides[n] {
			return true
		}
	}
	return false
}

// markComments notes what readers wrote, inside what stands beside the
// article, and whole articles there: those are teasers of others.
func (b *body) markComments(n *html.Node) {
	if n.DataAtom == atom.Article || isComments(n) {
		b.comments[n] = true
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode {
			b.markComments(c)
		}
	}
}

func isComments(n *html.Node) bool {
	for _, name := range []string{attr(n, "class"), attr(n, "id")} {
		for _, word := range nameWords(name) {
			if commentWords[word] || relatedWords[word] {
				return true
			}
		}
	}
	return false
}

// isComment tells whether an element is in what readers wrote, or in a teaser
// of another article.
func (b *body) isComment(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if b.comments[n] {
			return true
		}
	}
	return false
}

// nameWords are the words of class names and ids, in lower case: "post-body
// shareBar" has post, body, share and bar, and sharebar.
func nameWords(names string) []string {
	if len(names) > 500 {
		names = names[:500]
	}
	var words []string
	for name := range strings.FieldsSeq(names) {
		start := 0
		runes := []rune(name)
		cut := func(end int) {
			if end > start {
				words = append(words, strings.ToLower(string(runes[start:end])))
			}
		}
		for i, r := range runes {
			switch {
			case !unicode.IsLetter(r):
				cut(i)
				start = i + 1
			case i > start && unicode.IsUpper(r) && unicode.IsLower(runes[i-1]):
				cut(i)
				start = i
			}
		}
		cut(len(runes))
		words = append(words, strings.ToLower(name))
	}
	return words
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// isUnseen tells elements that a reader does not see.
func isUnseen(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Noscript, atom.Iframe, atom.Object, atom.Template, atom.Svg, atom.Math, atom.Select, atom.Textarea,
		atom.Button, atom.Input, atom.Head, atom.Canvas, atom.Audio, atom.Video, atom.Label, atom.Option, atom.Datalist:
		return true
	}
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			return true
		case "aria-hidden":
			if a.Val == "true" && n.DataAtom != atom.Span && n.DataAtom != atom.A {
				return true
			}
		case "style":
			style := strings.ReplaceAll(strings.ToLower(a.Val), " ", "")
			if strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden") {
				return true
			}
		}
	}
	return false
}

// isInline tells elements that run on within a line.
func isInline(a atom.Atom) bool {
	switch a {
	case atom.A, atom.Abbr, atom.Acronym, atom.B, atom.Bdi, atom.Bdo, atom.Big, atom.Cite, atom.Code, atom.Data, atom.Del, atom.Dfn, atom.Em,
		atom.Font, atom.I, atom.Ins, atom.Kbd, atom.Mark, atom.Nobr, atom.Q, atom.Ruby, atom.S, atom.Samp, atom.Small, atom.Span, atom.Strike,
		atom.Strong, atom.Sub, atom.Sup, atom.Time, atom.Tt, atom.U, atom.Var, atom.Wbr, atom.Img, 0:
		return true
	}
	return false
}

// isParagraph tells elements that hold text rather than other blocks.
func isParagraph(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Li, atom.Pre, atom.Blockquote, atom.Dd, atom.Dt, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Figcaption:
		return true
	}
	return isInline(a)
}

func isHeading(n *html.Node) bool {
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return true
	}
	return false
}

// isArticle tells elements that say they hold the article.
func isArticle(n *html.Node) bool {
	return n.DataAtom == atom.Article || n.DataAtom == atom.Main || attr(n, "role") == "main" || strings.Contains(attr(n, "itemprop"), "articleBody")
}

// isCaption tells whether an element belongs to a picture. Each element is
// looked at once, however many lines stand in it.
func (b *body) isCaption(n *html.Node) bool {
	if n == nil || n.DataAtom == atom.Body {
		return false
	}
	is, known := b.captions[n]
	if !known {
		is = isCalledCaption(n) || b.isCaption(n.Parent)
		b.captions[n] = is
	}
	return is
}

func isCalledCaption(n *html.Node) bool {
	return n.DataAtom == atom.Figcaption || n.DataAtom == atom.Figure ||
		slices.ContainsFunc(nameWords(attr(n, "class")), func(word string) bool { return captionWords[word] })
}

// visibleText is the text of an element as a reader sees it, on one line. What
// comes after the first so many bytes is not looked at.
func visibleText(n *html.Node, most int) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch {
		case b.Len() > most:
			return
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
			return
		case n.Type != html.ElementNode || isUnseen(n):
			return
		case !isInline(n.DataAtom):
			b.WriteByte(' ')
			defer b.WriteByte(' ')
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return feeds.CleanText(b.String())
}
