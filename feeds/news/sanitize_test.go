package news

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
)

const page = "https://example.org/blog/post.html"

func TestHTMLHoldsNothingThatActs(t *testing.T) {
	tests := []struct{ name, markup, want string }{
		{"text and structure stay", `<p lang="en">Fish &amp; <b>chips</b><br/></p>`, `<p lang="en">Fish &amp; <b>chips</b><br></p>`},
		{"script with its content", `a<script>alert("x")</script>b`, "ab"},
		{"style with its content", `a<STYLE>p{}</STYLE>b`, "ab"},
		{"script that never ends", `a<script>alert(1)`, "a"},
		{"drawing that never ends", `a<svg><text>b</text> c`, "ab c"},
		{"drawing with a script", `a<svg><script>x</script><svg onload=x></svg></svg>b`, "ab"},
		{"object with its content", `a<object data="x.swf"><embed src=x>Get the player</object>b`, "ab"},
		{"a frame's content is for those without frames", `safe<iframe src="https://example.org/"> <b>text</b></iframe>`, "safe <b>text</b>"},
		{"handlers", `<p onclick="x()" OnMouseOver=x>a</p>`, "<p>a</p>"},
		{"styles and names", `<p style="color:red" class=c id=i name=n>a</p>`, "<p>a</p>"},
		{"forms", `<form action="/login"><input name=password><button>Go</button></form>`, "Go"},
		{"choices of forms", `<select><option>One<option>Two</select>a<textarea>b</textarea>`, "a"},
		{"metadata", `<meta http-equiv=refresh content="0"><link rel=stylesheet href=x><base href="https://evil.example.org/">a`, "a"},
		{"comments", `a<!-- <script>x</script> -->b<!--[if IE]>c<![endif]-->`, "ab"},
		{"formulas keep their text", `<math><mi>a</mi><mo>+</mo><mi>b</mi><annotation>a+b</annotation></math>`, "a+b"},
		{"markup in an attribute", `<img src=x.png alt="</p><script>x</script>">`, `<img src="https://example.org/blog/x.png" alt="&lt;/p&gt;&lt;script&gt;x&lt;/script&gt;">`},
		{"control characters", "a\x00\x1bb\x7fc", "abc"},
	}
	for _, tt := range tests {
		if got := (Markup{source: tt.markup, base: page}).HTML(); got != tt.want {
			t.Errorf("%s: HTML of %q\n got %s\nwant %s", tt.name, tt.markup, got, tt.want)
		}
	}
}

func TestHTMLClosesWhatItOpens(t *testing.T) {
	tests := []struct{ name, markup, want string }{
		{"left open", `<div><p>a <b>b`, `<div><p>a <b>b</b></p></div>`},
		{"end without beginning", `a</div></p>b`, `ab`},
		{"closed in another order", `<b><i>x</b></i>`, `<b><i>x</i></b>`},
		{"paragraphs end before the next", `<p>a<p>b<div>c</div>`, `<p>a</p><p>b</p><div>c</div>`},
		{"list items too", `<ul><li>a<li>b<ul><li>c</ul></ul>`, `<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>`},
		{"and cells", `<table><tr><td>a<td>b<tr><td>c</table>`, `<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>`},
		{"an end does not leave its cell", `<div><table><tr><td>a</div>b</table></div>`, `<div><table><tr><td>ab</td></tr></table></div>`},
		{"no link in a link", `<a href="/1">a<a href="/2">b</a>`, `<a href="https://example.org/1">a</a><a href="https://example.org/2">b</a>`},
	}
	for _, tt := range tests {
		if got := (Markup{source: tt.markup, base: page}).HTML(); got != tt.want {
			t.Errorf("%s: HTML of %q\n got %s\nwant %s", tt.name, tt.markup, got, tt.want)
		}
	}
}

func TestHTMLLeadsOnlyToTheWeb(t *testing.T) {
	tests := []struct{ name, markup, want string }{
		{"from the page", `<a href="two.html">`, `<a href="https://example.org/blog/two.html"></a>`},
		{"from the root", `<img src=/a.png>`, `<img src="https://example.org/a.png">`},
		{"query", `<a href="?p=1&amp;q=2">`, `<a href="https://example.org/blog/post.html?p=1&amp;q=2"></a>`},
		{"another host", `<a href="//other.example.org/x">`, `<a href="https://other.example.org/x"></a>`},
		{"quotations", `<blockquote cite="/c"><q cite=d></q></blockquote>`, `<blockquote cite="https://example.org/c"><q cite="https://example.org/blog/d"></q></blockquote>`},
		{"video and its poster", `<video src=v.mp4 poster=/p.png></video>`, `<video src="https://example.org/blog/v.mp4" poster="https://example.org/p.png"></video>`},
		{"long description", `<img src=/a.png longdesc=l.html>`, `<img src="https://example.org/a.png" longdesc="https://example.org/blog/l.html">`},
		{"a set of pictures", `<img src=/a.png srcset="a.png 1x, /b,c.png 2x,d.png">`, `<img src="https://example.org/a.png" srcset="https://example.org/blog/a.png 1x, https://example.org/b%2Cc.png 2x, https://example.org/blog/d.png">`},
		{"a set with a script in it", `<img src=/a.png srcset="javascript:x 1x, b.png 2x">`, `<img src="https://example.org/a.png" srcset="https://example.org/blog/b.png 2x">`},
		{"a comma in a host", `<img src=/a.png srcset="https://,x/b.png 1x">`, `<img src="https://example.org/a.png">`},
		{"mail and telephone", `<a href="mailto:ada@example.org">a</a><a href="tel:+31">b</a>`, `<a href="mailto:ada@example.org">a</a><a href="tel:+31">b</a>`},
		{"script", `<a href="javascript:x">a</a>`, `<a>a</a>`},
		{"script in disguise", "<a href=\" \x01jAva\nScript&#58;x\">a</a>", `<a>a</a>`},
		{"data", `<a href="data:text/html,x">a</a><img src="data:image/svg+xml,x">`, `<a>a</a>`},
		{"other schemes", `<a href="vbscript:x">a</a><a href="file:///etc/passwd">b</a><img src="cid:1">`, `<a>a</a><a>b</a>`},
		{"the second of two targets", `<a href="/1" href="javascript:x">a</a>`, `<a href="https://example.org/1">a</a>`},
	}
	for _, tt := range tests {
		if got := (Markup{source: tt.markup, base: page}).HTML(); got != tt.want {
			t.Errorf("%s: HTML of %q\n got %s\nwant %s", tt.name, tt.markup, got, tt.want)
		}
	}
}

func TestLinksStartFromTheInnermostBase(t *testing.T) {
	entry := func(attributes, inner string) string {
		return `<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="https://example.org/posts/1"/>` +
			`<content type="html"` + attributes + `>&lt;img src="a.png"&gt;</content>` + inner + `</entry></feed>`
	}
	item := func(root, item, field, link string) string {
		return `<rss` + root + `><channel><item` + item + `>` + link + `<description` + field + `>&lt;img src="a.png"&gt;</description></item></channel></rss>`
	}
	tests := []struct{ name, document, want string }{
		{"Atom: from the document", entry("", ""), "https://feeds.example.org/x/a.png"},
		{"Atom: from the element's base", entry(` xml:base="https://example.org/b/"`, ""), "https://example.org/b/a.png"},
		{"RSS: from the page it was taken from", item("", "", "", "<link>https://example.org/posts/1</link>"), "https://example.org/posts/a.png"},
		{"RSS: else from the document", item("", "", "", ""), "https://feeds.example.org/x/a.png"},
		{"RSS: the root's base", item(` xml:base="https://example.org/r/"`, "", "", "<link>https://example.org/posts/1</link>"), "https://example.org/r/a.png"},
		{"RSS: the item's base", item(` xml:base="https://example.org/r/"`, ` xml:base="i/"`, "", ""), "https://example.org/r/i/a.png"},
		{"RSS: the field's base", item(` xml:base="https://example.org/r/"`, ` xml:base="i/"`, ` xml:base="f/x.html"`, ""), "https://example.org/r/i/f/a.png"},
		{"a base that is a script is none", item(` xml:base="javascript:x"`, "", "", ""), "https://feeds.example.org/x/a.png"},
	}
	for _, tt := range tests {
		feed, err := Understand([]byte(tt.document), "", "https://feeds.example.org/x/feed.xml")
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		got := feed.Entries[0].Summary.HTML() + feed.Entries[0].Content.HTML()
		if want := `<img src="` + tt.want + `">`; got != want {
			t.Errorf("%s: %s\n got %s\nwant %s", tt.name, tt.document, got, want)
		}
	}
}

func TestHTMLOfCapturedFeedsIsSafe(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/data/feeds/files/*")
	hostile, _ := filepath.Glob("../../../shared/data/hostile/feeds/*")
	if len(files) == 0 {
		t.Skip("the captured feeds are not here")
	}
	for _, path := range append(files, hostile...) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		feed, err := Understand(data, "", page)
		if err != nil {
			continue // TestCapturedFeedsAreReadOrSayWhy
		}
		checkSafe(t, feed.Description.HTML())
		for _, e := range feed.Entries {
			checkSafe(t, e.Summary.HTML())
			checkSafe(t, e.Content.HTML())
		}
	}
}

// checkSafe has HTML read as a browser would, and made safe once more.
func checkSafe(t *testing.T, safe string) {
	t.Helper()
	if again := sanitize(safe, page); again != safe {
		t.Errorf("made safe twice\n once  %q\n twice %q", safe, again)
	}
	if !utf8.ValidString(safe) {
		t.Errorf("%q is not UTF-8", safe)
	}
	root, err := html.Parse(strings.NewReader("<!DOCTYPE html><body>" + safe))
	if err != nil {
		t.Errorf("%q: %v", safe, err)
		return
	}
	for node := range root.Descendants() {
		if node.Type == html.CommentNode {
			t.Errorf("%q holds a comment", safe)
		}
		if node.Type != html.ElementNode || node.Data == "html" || node.Data == "head" || node.Data == "body" {
			continue
		}
		if _, ok := elements[node.DataAtom]; !ok || node.Namespace != "" {
			t.Errorf("%q holds <%s>", safe, node.Data)
		}
		for _, a := range node.Attr {
			if !isAttribute(node.DataAtom, a.Key) {
				t.Errorf("%q: <%s> has %s", safe, node.Data, a.Key)
			}
			if isAddress := a.Key == "href" || a.Key == "src" || a.Key == "cite" || a.Key == "poster" || a.Key == "longdesc"; isAddress && !leadsToTheWeb(a.Val) {
				t.Errorf("%q leads to %q", safe, a.Val)
			}
		}
	}
}

func leadsToTheWeb(address string) bool {
	for _, start := range []string{"http://", "https://", "mailto:", "tel:"} {
		if strings.HasPrefix(address, start) {
			return true
		}
	}
	return false
}

func FuzzHTML(f *testing.F) {
	f.Add(`<p>a<p><a href="javascript:x"><svg><style><img src=x onerror=y></style></svg><table><a>`)
	f.Add(`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`)
	f.Add(`<noscript><p title="</noscript><img src=x onerror=x>"><img srcset="a,b 1x,,c 2w" src=" //x">`)
	f.Add(`<ul><li>a<p>b<li><dl><dt>c<dd>d<table><tr><td>e</ul><th></table><b><p></b>`)
	f.Fuzz(func(t *testing.T, markup string) {
		checkSafe(t, Markup{source: markup, base: page}.HTML())
	})
}
