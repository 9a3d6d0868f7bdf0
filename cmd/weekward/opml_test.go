package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"weekward/feeds"
)

// feedsOf prints what was found in a list: "line section|title|address".
func feedsOf(lines []feedLine) string {
	var b strings.Builder
	for _, l := range lines {
		s := tidySource(l.source)
		b.WriteString(strings.Join([]string{s.Section, s.Title, s.URL}, "|") + "\n")
	}
	return strings.TrimSpace(b.String())
}

func TestOPMLIsReadAsItIsFound(t *testing.T) {
	tests := []struct{ name, opml, want string }{
		{"folders become sections, the innermost wins", `<opml><body><outline text="News"><outline text="Deep"><outline text="A" xmlUrl="http://a.example.org/"/></outline>
			<outline text="B" xmlUrl="http://b.example.org/"/></outline><outline text="C" xmlUrl="http://c.example.org/"/></body></opml>`,
			"Deep|A|http://a.example.org/\nNews|B|http://b.example.org/\n|C|http://c.example.org/"},
		{"a feed that holds feeds is no folder", `<outline text="News"><outline text="A" xmlUrl="http://a.example.org/"><outline text="B" xmlUrl="http://b.example.org/"/></outline></outline>`,
			"News|A|http://a.example.org/\nNews|B|http://b.example.org/"},
		{"a bare ampersand", `<opml><body><outline text="Science & Health" xmlUrl="http://a.example.org/?a=1&b=2"/></body></opml>`, "|Science & Health|http://a.example.org/?a=1&b=2"},
		{"attributes in any case and quotes", `<OPML><OUTLINE TITLE='A' XMLURL='http://a.example.org/'></OUTLINE></OPML>`, "|A|http://a.example.org/"},
		{"a title element without content", `<opml><head><title/></head><body><outline text="A" xmlUrl="http://a.example.org/"/></body></opml>`, "|A|http://a.example.org/"},
		{"quotes inside quotes", `<outline text="The "A" list" xmlUrl="http://a.example.org/"/>`, "|The|http://a.example.org/"},
		{"a quote that never ends", `<outline text="A xmlUrl="http://a.example.org/"/>` + "\n" + `<outline text="B" xmlUrl="http://b.example.org/"/>`, "||http://a.example.org/\n|B|http://b.example.org/"},
		{"cut off", `<opml><body><outline text="A" xmlUrl="http://a.example.org/"/><outline text="B" xmlUrl="http://b.exa`, "|A|http://a.example.org/\n||http://b.exa"},
		{"markup in a title", `<outline text="&lt;script&gt;pwn(1)&lt;/script&gt;Ward &amp;amp; Notes" xmlUrl="http://a.example.org/"/>`, "|Ward & Notes|http://a.example.org/"},
		{"comments are none of it", `<!-- <outline xmlUrl="http://old.example.org/"/> --><outline text="A" xmlUrl="http://a.example.org/"/>`, "|A|http://a.example.org/"},
		{"entities are not fetched", `<!DOCTYPE opml [<!ENTITY f SYSTEM "file:///etc/passwd">]><opml><body><outline text="&f;" xmlUrl="http://a.example.org/"/></body></opml>`, "|&f;|http://a.example.org/"},
		{"a scheme of their own", `<outline xmlUrl="feed://a.example.org/x"/><outline xmlUrl="feed:https://b.example.org/x"/>`, "||http://a.example.org/x\n||https://b.example.org/x"},
		{"an address under another name", `<outline type="rss" url="http://a.example.org/"/>`, "||http://a.example.org/"},
		{"a link is no feed", `<outline type="link" text="A" url="http://a.example.org/"/>`, ""},
	}
	for _, tt := range tests {
		if got := feedsOf(readOPML([]byte(tt.opml))); got != tt.want {
			t.Errorf("%s: readOPML = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestOPMLIsReadInItsCharset(t *testing.T) {
	const text = `<?xml version="1.0" encoding="windows-1251"?><opml><outline text="Здоровье" xmlUrl="http://a.example.org/"/></opml>`
	data, err := charmap.Windows1251.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := feedsOf(readOPML([]byte(data))), "|Здоровье|http://a.example.org/"; got != want {
		t.Errorf("windows-1251: readOPML = %q, want %q", got, want)
	}
	utf16 := []byte{0xff, 0xfe}
	for _, c := range []byte(`<outline text="A" xmlUrl="http://a.example.org/"/>`) {
		utf16 = append(utf16, c, 0)
	}
	if got, want := feedsOf(readOPML(utf16)), "|A|http://a.example.org/"; got != want {
		t.Errorf("UTF-16: readOPML = %q, want %q", got, want)
	}
}

// importList runs "sources import" on a list.
func (n *newsletter) importList(t *testing.T, name, list string, flags ...string) (r sourceImport) {
	t.Helper()
	path := filepath.Join(n.dir, name)
	if err := os.WriteFile(path, []byte(list), 0o644); err != nil {
		t.Fatal(err)
	}
	n.weekward(t, &r, append([]string{"sources", "import", path}, flags...)...)
	return r
}

// Every feed of a list is added, known or refused with its line; none is lost.
func TestImportAccountsForEveryLine(t *testing.T) {
	n := newNewsletter(t, func(c *Config) { c.Sources = []SourceConfig{{ID: "ours", URL: "https://ours.example.org/feed"}} })
	const list = `<opml><body>
<outline text="New" xmlUrl="https://new.example.org/feed"/>
<outline text="Ours" xmlUrl="http://OURS.example.org/feed?utm_source=x"/>
<outline text="New again" xmlUrl="https://new.example.org/feed"/>
<outline text="Script" xmlUrl="javascript:pwn(1)"/>
<outline type="rss" text="Nothing"/>
<outline text="Other" xmlUrl="https://new.example.org/Feed/"/>
<outline type="link" kind="file" url="/etc/passwd" tag="wardchat"/>
<outline text="Torn xmlUrl="https://torn.example.org/feed"/>
</body></opml>`
	got := n.importList(t, "list.opml", list, "--dry-run")
	want := sourceImport{
		Added: []importedSource{{"new-example-org-feed", "feed", "https://new.example.org/feed", "New", ""}, {"new-example-org-feed-2", "feed", "https://new.example.org/Feed/", "Other", ""}},
		Known: 2,
		Doubles: []doubleSource{
			{3, "http://OURS.example.org/feed?utm_source=x", "ours"},
			{4, "https://new.example.org/feed", "new-example-org-feed"},
		},
		Refused: []refusedSource{
			{5, "javascript:pwn(1)", `url "javascript:pwn(1)" is not an http or https address`},
			{6, "", "url is missing"},
			{8, "/etc/passwd", `a list does not name files of this machine; "weekward chats import" reads them`},
		},
		Salvaged: []refusedSource{{9, "https://torn.example.org/feed", notOutline}},
		DryRun:   true,
	}
	want.Added = append(want.Added, importedSource{"torn-example-org-feed", "feed", "https://torn.example.org/feed", "", ""})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("import, -want +got:\n%s", diff)
	}
	want.DryRun = false
	if diff := cmp.Diff(want, n.importList(t, "list.opml", list)); diff != "" {
		t.Errorf("import after a dry run, -want +got:\n%s", diff)
	}
	if again := n.importList(t, "list.opml", list); len(again.Added) != 0 || again.Known != 5 {
		t.Errorf("the same list again: %+v, want nothing added and 5 known", again)
	}
}

func TestImportReadsCSV(t *testing.T) {
	n := newNewsletter(t, func(*Config) {})
	got := n.importList(t, "list.csv", "Title;URL;Section;Lang;Weight;Remark\nWard Notes;https://a.example.org/;News;de;1,5;x\n\"B; C\";https://b.example.org/\nbad;ftp://c.example.org/\nheavy;https://d.example.org/;;;9\n")
	if len(got.Added) != 2 || len(got.Refused) != 2 || got.Refused[0].Line != 4 || got.Refused[1].Line != 5 {
		t.Fatalf("import = %+v, want 2 added, lines 4 and 5 refused", got)
	}
	var list struct{ Sources []sourceLine }
	n.weekward(t, &list, "sources", "list")
	if s := list.Sources[0]; s.Title != "Ward Notes" || s.Section != "News" || s.State != feeds.StateUnread {
		t.Errorf("sources list: %+v", s)
	}
}

func TestWhatIsNoListIsRefused(t *testing.T) {
	for name, list := range map[string]string{"text": "hello\nworld\n", "nothing": "", "a page": "<html><body>Hello</body></html>"} {
		if found, err := readFeedList([]byte(list)); err == nil {
			t.Errorf("%s: readFeedList = %v, want an error", name, found)
		}
	}
}

// Real lists, well-formed or not: every address in the text is found.
func TestRealListsLoseNothing(t *testing.T) {
	names, _ := filepath.Glob("../../../shared/data/opml/*.opml")
	more, _ := filepath.Glob("../../../shared/data/feeds/*.opml")
	if len(names) == 0 {
		t.Skip("the real lists are not on this machine (../../../shared/data/opml)")
	}
	address := regexp.MustCompile(`xmlUrl="[^"]`)
	for _, name := range append(names, more...) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines := readOPML(data)
		if got, want := len(lines), len(address.FindAll(data, -1)); got != want || want == 0 {
			t.Errorf("%s: %d feeds, want %d", name, got, want)
		}
		if slices.ContainsFunc(lines, func(l feedLine) bool { return strings.Contains(l.source.Title+l.source.Section, "\uFFFD") }) {
			t.Errorf("%s: a title was read in the wrong charset", name)
		}
		if bytes.Contains(data, []byte("windows-1251")) && lines[0].source.Section != "папка" {
			t.Errorf("%s: section %q, want папка", name, lines[0].source.Section)
		}
		t.Logf("%s: %d feeds", filepath.Base(name), len(lines))
	}
}

func FuzzReadOPML(f *testing.F) {
	f.Add([]byte(`<outline text="A xmlUrl="http://a.example.org/"><outline xmlUrl='x`))
	f.Add([]byte("\xff\xfe<\x00o\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, l := range readOPML(data) {
			if s := tidySource(l.source); strings.ContainsAny(s.Title+s.Section, "\r\n\x00") || l.line < 1 {
				t.Fatalf("readOPML(%q) gave line %d, %+v", data, l.line, s)
			}
		}
	})
}
