package page

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func readArticle(t *testing.T, markup, address string) Article {
	t.Helper()
	a, err := ReadArticle([]byte(markup), "text/html; charset=utf-8", address, now)
	if err != nil {
		t.Fatalf("ReadArticle(%q): %v", markup, err)
	}
	return a
}

// TestArticlesBecomeWhatIsBesideThem reads each page in testdata/articles; the
// .json beside it holds what must come out, and the page's address.
func TestArticlesBecomeWhatIsBesideThem(t *testing.T) {
	for _, name := range []string{"graph", "plain", "signup"} {
		data, err := os.ReadFile("testdata/articles/" + name + ".html")
		if err != nil {
			t.Fatal(err)
		}
		said, err := os.ReadFile("testdata/articles/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var want Article
		if err := json.Unmarshal(said, &want); err != nil {
			t.Fatal(err)
		}
		got, err := ReadArticle(data, "", want.URL, now)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("ReadArticle(%s.html), %v (-want +got):\n%s", name, err, diff)
		}
	}
}

func TestTitleIsTheArticlesNotTheSites(t *testing.T) {
	const address = "https://www.ward-notes.example.org/a"
	tests := []struct{ why, head, body, want string }{
		{"the site's name behind a bar", `<title>A year of shared records | Ward Notes</title><meta property=og:site_name content="Ward Notes">`, ``, "A year of shared records"},
		{"the site's name in front", `<title>Ward Notes: A year of shared records</title><meta property=og:site_name content="Ward Notes">`, ``, "A year of shared records"},
		{"a name nobody states, the heading tells", `<title>Shared records - The Ward</title>`, `<h1>Shared records</h1>`, "Shared records"},
		{"a few words behind a dash", `<title>A whole year of shared records – The Ward</title>`, ``, "A whole year of shared records"},
		{"a dash inside the title stays", `<title>Shared records – a year of trials in four hospitals</title>`, ``, "Shared records – a year of trials in four hospitals"},
		{"JSON-LD before og:title", `<meta property=og:title content="Other words"><script type=application/ld+json>{"@type":"NewsArticle","headline":"Shared &amp; kept"}</script>`, ``, "Shared & kept"},
		{"og:title that is only the site", `<title>Shared records</title><meta property=og:title content="Ward Notes"><meta property=og:site_name content="Ward Notes">`, ``, "Shared records"},
		{"the heading's spelling counts", `<meta property=og:title content="SHARED RECORDS HELP">`, `<h1>Shared records help</h1>`, "Shared records help"},
		{"no statement at all", ``, `<h1>Ward Notes Example</h1><h2>Shared records</h2>`, "Ward Notes Example"},
		{"the kicker before a colon may be missing", `<title>Trials: Shared records help nurses</title>`, `<h1>Shared records help nurses</h1>`, "Shared records help nurses"},
		{"words after a colon are the title's", `<title>Shared records: a year of trials</title>`, `<h1>Shared records</h1>`, "Shared records: a year of trials"},
	}
	for _, tt := range tests {
		if got := readArticle(t, "<head>"+tt.head+"</head><body>"+tt.body, address).Title; got != tt.want {
			t.Errorf("%s: Title = %q, want %q", tt.why, got, tt.want)
		}
	}
}

func TestBylineIsNamesOnly(t *testing.T) {
	tests := []struct{ why, markup, want string }{
		{"an office and a date", `<p class=byline>By Ada Moss, health editor | 3 March 2026</p>`, "Ada Moss"},
		{"German, with a day", `<p class=author>Von Käthe Groß am 3. März 2026</p>`, "Käthe Groß"},
		{"a name that begins like a month", `<p class=byline>By Steve Martin and Theresa May</p>`, "Steve Martin and Theresa May"},
		{"an American day", `<p class=byline>By Ada Moss March 18 at 3:28 PM</p>`, "Ada Moss"},
		{"an e-mail address", `<span rel=author>Ada Moss ada@example.org</span>`, "Ada Moss"},
		{"a profile is no name", `<meta property=article:author content="https://social.example.org/ada"><p>Por Luz Gil</p>`, "Luz Gil"},
		{"a person before the house", `<meta name=author content="Ward Notes"><meta property=og:site_name content="Ward Notes"><p class=byline>By Ada Moss</p>`, "Ada Moss"},
		{"else the house", `<meta name=author content="Ward Notes"><meta property=og:site_name content="Ward Notes">`, "Ward Notes"},
		{"the site written before the name", `<meta name=author content="Ward Notes - Ada Moss"><meta property=og:site_name content="Ward Notes">`, "Ada Moss"},
		{"an account is nobody", `<meta name=author content=admin>`, ""},
		{"three authors", `<a rel=author>Ada Moss</a> <a rel=author>Noor Vries</a> <a rel=author>Kim Lee</a>`, "Ada Moss, Noor Vries, Kim Lee"},
		{"who comments is no author", `<p>The trial went well, and the board will decide in June.</p><div class=comments><span class=author>Max</span></div>`, ""},
		{"a label, the name in the next line", `<h5>Autor:</h5><p>Käthe Groß</p>`, "Käthe Groß"},
		{"a pen name in small letters", `<p>Verfasst von: stationsblog | 3. März 2026</p>`, "stationsblog"},
		{"a sentence that begins with by", `<p>By all accounts the trial went well, and everybody who took part in it wants to go on with it for years.</p>`, ""},
		{"WordPress tells where links are shown", `<meta name=twitter:label1 content="Verfasst von"><meta name=twitter:data1 content="Käthe Groß">`, "Käthe Groß"},
	}
	for _, tt := range tests {
		if got := readArticle(t, tt.markup, "https://a.example.org/x").Byline; got != tt.want {
			t.Errorf("%s: Byline = %q, want %q", tt.why, got, tt.want)
		}
	}
}

func TestDateComesFromTheMostDeliberateStatement(t *testing.T) {
	tests := []struct{ why, address, markup, want string }{
		{"JSON-LD before everything", "/2026/01/01/x", `<meta property=article:published_time content=2026-02-01><script type=application/ld+json>{"@type":"BlogPosting","datePublished":"2026-03-01"}</script>`, "2026-03-01"},
		{"broken JSON-LD is none", "/", `<script type=application/ld+json>{"@type":"BlogPosting","datePublished":</script><meta property=article:published_time content=2026-02-01>`, "2026-02-01"},
		{"a line break inside JSON-LD", "/", "<script type=application/ld+json>{\"@type\":\"BlogPosting\",\"headline\":\"a\nb\",\"datePublished\":\"2026-03-01\"}</script>", "2026-03-01"},
		{"the publisher's own day is kept", "/", `<meta property=article:published_time content="2026-03-02T00:30:00+02:00">`, "2026-03-02"},
		{"time element", "/", `<time datetime=2026-03-01T10:00Z>yesterday</time>`, "2026-03-01"},
		{"not the one in a comment", "/", `<div class=comment><time datetime=2026-03-01></time></div><p>Posted 27 February 2026</p>`, "2026-02-27"},
		{"day before month", "/", `<p class=date>3.2.2026</p>`, "2026-02-03"},
		{"in words, Spanish", "/", `<p>Publicado el 27 de febrero de 2026 a las 10</p>`, "2026-02-27"},
		{"in words, Greek", "/", `<p>Δημοσιεύτηκε 27 Φεβρουαρίου 2026</p>`, "2026-02-27"},
		{"Chinese", "/", `<p class=time>2026年2月7日 10:00</p>`, "2026-02-07"},
		{"the address", "/2026/02/27/shared", `<p>Nothing</p>`, "2026-02-27"},
		{"the address, without strokes", "/news-20260227.html", `<p>Nothing</p>`, "2026-02-27"},
		{"no day in the address", "/2026/02/shared", `<p>Nothing</p>`, "0001-01-01"},
		{"a day still to come is an event", "/", `<p class=date>3 May 2026</p>`, "0001-01-01"},
		{"when it was changed is better than nothing", "/", `<meta property=article:modified_time content=2026-02-01>`, "2026-02-01"},
	}
	for _, tt := range tests {
		if got := readArticle(t, tt.markup, "https://a.example.org"+tt.address).Date.Format(time.DateOnly); got != tt.want {
			t.Errorf("%s: Date = %s, want %s", tt.why, got, tt.want)
		}
	}
}

func TestU5CanonicalIsBelievedOnItsOwnSite(t *testing.T) {
	const address = "https://www.a.example.org/story?x=1"
	tests := []struct{ why, head, want string }{
		{"same site", `<link rel=canonical href=/story>`, "https://www.a.example.org/story"},
		{"another host of the site", `<link rel=canonical href=https://news.a.example.org/story>`, "https://news.a.example.org/story"},
		{"another site", `<link rel=canonical href=https://b.test/story>`, address},
		{"another site, and og:url agrees", `<link rel=canonical href=https://b.test/story><meta property=og:url content=http://b.test/story>`, "https://b.test/story"},
		{"the front page", `<link rel=canonical href=/>`, address},
		{"the front page's file", `<link rel=canonical href=/index.html>`, address},
		{"the front page of another site, and og:url agrees", `<link rel=canonical href=https://b.test/><meta property=og:url content=https://b.test/>`, address},
		{"only og:url", `<meta property=og:url content=/story>`, "https://www.a.example.org/story"},
		{"only og:url, of another site", `<meta property=og:url content=https://b.test/story>`, address},
		{"no address", `<link rel=canonical href=javascript:x>`, address},
	}
	for _, tt := range tests {
		if got := readArticle(t, tt.head, address).Canonical; got != tt.want {
			t.Errorf("%s: Canonical = %q, want %q", tt.why, got, tt.want)
		}
	}
}

func TestExcerptOfAPage(t *testing.T) {
	const paragraph = "The region starts a year of trials with shared records, and nurses in four hospitals expect a lot."
	tests := []struct{ why, markup, want string }{
		{"the description", `<meta name=description content="What the trial is about."><p>` + paragraph, "What the trial is about."},
		{"what is shared before what is searched", `<meta name=description content="News of the ward, every day."><meta property=og:description content="What the trial is about.">`, "What the trial is about."},
		{"a description that is the title", `<title>Shared records help</title><meta name=description content="Shared records help!"><p>` + paragraph, paragraph},
		{"a description that is the site's name", `<meta property=og:site_name content="Ward Notes Daily"><meta name=description content="Ward Notes Daily"><p>` + paragraph, paragraph},
		{"markup in it is text", `<meta name=description content="&lt;p&gt;What it &amp;amp; they do.&lt;/p&gt;">`, "What it & they do."},
		{"no caption", `<figure><figcaption>A caption that is long enough to be taken for a paragraph of the text.</figcaption></figure><p>` + paragraph, paragraph},
		{"no cookie box", `<div id=cookieNotice><p>We use cookies to make everything better for you and for all of our partners.</p></div><p>` + paragraph, paragraph},
		{"nothing hidden", `<p style="display: none">Hidden words that are long enough to be taken for a paragraph.</p><p>` + paragraph, paragraph},
	}
	for _, tt := range tests {
		if got := readArticle(t, tt.markup, "https://a.example.org/x").Excerpt; got != tt.want {
			t.Errorf("%s: Excerpt = %q, want %q", tt.why, got, tt.want)
		}
	}
}

func TestUTF8IsReadWithoutADeclaration(t *testing.T) {
	a, err := ReadArticle([]byte("<title>"+strings.Repeat(" ", 2000)+"Δοκιμές με φακέλους</title>"), "", "https://a.example.org/x", now)
	if err != nil || a.Title != "Δοκιμές με φακέλους" {
		t.Errorf("ReadArticle = %q, %v", a.Title, err)
	}
}

// TestHostilePagesCostLittle: what a page can repeat must not cost more than
// its length.
func TestHostilePagesCostLittle(t *testing.T) {
	tests := []struct{ why, markup string }{
		{"many elements that say they are dates", strings.Repeat(`<div class=date>`, 400) + strings.Repeat("x y ", 100_000)},
		{"many authors", strings.Repeat(`<a rel=author class=author>`+strings.Repeat("A", 100)+`</a>`, 5000)},
		{"many short lines", strings.Repeat("<p>By 1-2-3", 30_000)},
		{"many separators", "<title>" + strings.Repeat("a | ", 20_000) + "</title><h1>a</h1>"},
		{"nested lists in JSON-LD", `<script type=application/ld+json>` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "</script>"},
		{"long class names", strings.Repeat(`<div class="`+strings.Repeat("aB-", 3000)+`">x`, 200)},
		{"captions deep in long class names", `<figure>` + strings.Repeat(`<div class="`+strings.Repeat("aB-", 160)+`">`, 400) + strings.Repeat("<p>A paragraph that says what happened, and to whom it did.", 5000)},
		{"headings far from the text", strings.Repeat(`<div>`, 400) + strings.Repeat("<h1>A</h1>", 15_000) + strings.Repeat(`</div>`, 400) +
			strings.Repeat(`<div>`, 400) + strings.Repeat("<p>A paragraph that says what happened, and to whom it did.", 4000)},
		{"many links", strings.Repeat(`<div><a href=/`+strings.Repeat("a", 20)+`>A title that is long enough to be one</a>`, 400)},
	}
	for _, tt := range tests {
		began := time.Now()
		_, _ = ReadArticle([]byte(tt.markup), "", "https://a.example.org/x", now)
		_, _ = Parse([]byte(tt.markup), "", "https://a.example.org/x", listingSource, now)
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: took %s for %d KB", tt.why, took, len(tt.markup)>>10)
		}
	}
}

func FuzzReadArticle(f *testing.F) {
	for _, name := range []string{"graph", "plain", "signup"} {
		data, err := os.ReadFile("testdata/articles/" + name + ".html")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, "https://a.example.org/x")
	}
	f.Add([]byte(`<script type=application/ld+json>{"@type":"Article","author":[[{"@id":"a"}]],"@id":"a","mainEntity":{"name":1}}</script><h1>a | b</h1>`), "::")
	f.Fuzz(func(t *testing.T, data []byte, address string) {
		a, err := ReadArticle(data, "", address, now)
		if err != nil {
			return
		}
		if a.URL != address || a.Date.After(now.Add(24*time.Hour)) {
			t.Errorf("ReadArticle(%q): %+v", data, a)
		}
		for _, text := range []string{a.Title, a.Byline, a.Excerpt} {
			if strings.ContainsAny(text, "\n\t\x00") || len([]rune(text)) > longestExcerpt {
				t.Errorf("ReadArticle(%q): not plain: %q", data, text)
			}
		}
	})
}

func BenchmarkReadArticle(b *testing.B) {
	data, err := os.ReadFile("testdata/articles/graph.html")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := ReadArticle(data, "", "https://ward-notes.example.org/shared-records/", now); err != nil {
			b.Fatal(err)
		}
	}
}
