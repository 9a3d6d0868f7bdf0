package main

import (
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weekward/feeds"
)

// anySource is a source as a hurried person may have made it.
func anySource(r *rand.Rand, n int) feeds.Source {
	words := []string{"Ward", "R&D", `"notes"`, "<b>", "Ärzte", "医療", "it's", "&amp;", "\t", "—", "1 < 2", "]]>"}
	phrase := func(most int) string {
		var p []string
		for range r.IntN(most + 1) {
			p = append(p, words[r.IntN(len(words))])
		}
		return strings.Join(p, " ")
	}
	s := feeds.Source{
		Kind: []feeds.Kind{feeds.KindFeed, feeds.KindFeed, feeds.KindPage, feeds.KindMastodon, feeds.KindBluesky}[r.IntN(5)],
		URL:  fmt.Sprintf("https://s%d.example.org/feed?a=%d&b=\"<x>'", n, r.IntN(9)), Title: phrase(4), Section: phrase(2), Topic: phrase(1),
		Weight: float64(r.IntN(21)) / 10, Lang: []string{"", "de", "pt-BR"}[r.IntN(3)],
	}
	switch s.Kind {
	case feeds.KindPage:
		s.Selectors = feeds.Selectors{Item: `div[class="a&b"] > p`, Title: phrase(2), DateLayout: "2 Jan 2006"}
	case feeds.KindMastodon, feeds.KindBluesky:
		s.Tag = "wardchat"
	}
	return tidySource(s)
}

// What export prints, import reads: kinds, addresses, titles, sections, topics,
// languages, weights, tags and selectors.
func TestExportedSourcesCanBeImported(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		var all []feeds.Source
		for n := range 1 + r.IntN(12) {
			all = append(all, anySource(r, n))
		}
		doc, err := xml.MarshalIndent(newOPML("Test & Weekly", all), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		var got []feeds.Source
		for _, l := range readOPML(doc) {
			got = append(got, tidySource(l.source))
		}
		byAddress := func(a, b feeds.Source) int { return strings.Compare(a.URL, b.URL) }
		slices.SortFunc(all, byAddress)
		slices.SortFunc(got, byAddress)
		if diff := cmp.Diff(all, got); diff != "" {
			t.Fatalf("seed %d: imported, -exported +imported:\n%s\n%s", seed, diff, doc)
		}
	}
}

// Files of this machine and passwords are nobody else's.
func TestExportKeepsFilesAndPasswordsBack(t *testing.T) {
	doc, err := xml.Marshal(newOPML("Test Weekly", []feeds.Source{
		{ID: "a", Kind: feeds.KindFile, URL: "/home/ada/friday.csv", Tag: "wardchat", Weight: 1},
		{ID: "b", Kind: feeds.KindFeed, URL: "https://ada:secret@b.example.org/", Weight: 1},
	}))
	if err != nil {
		t.Fatal(err)
	}
	if text := string(doc); strings.Contains(text, "friday") || strings.Contains(text, "secret") || !strings.Contains(text, "https://b.example.org/") {
		t.Errorf("export prints %s", text)
	}
}

// A list that went through the whole program comes out as it went in, and a
// second newsletter reads the same from it.
func TestListGoesThroughTheProgramUnchanged(t *testing.T) {
	const list = `<opml><body><outline text="News"><outline text="A &amp; B" xmlUrl="https://a.example.org/"/></outline>
		<outline text="Board" type="link" kind="page" url="https://b.example.org/news" selectors='{"item":"article"}'/>
		<outline text="https://c.example.org/" xmlUrl="https://c.example.org/"/></body></opml>`
	export := func(list string) string {
		n := newNewsletter(t, func(*Config) {})
		path := filepath.Join(n.dir, "list.opml")
		if err := os.WriteFile(path, []byte(list), 0o644); err != nil {
			t.Fatal(err)
		}
		n.wants(t, exitDone, "3 feeds added, 0 known already, 0 refused", "sources", "import", path)
		_, out, _ := n.try(t, "sources", "export")
		return out
	}
	first := export(list)
	if second := export(first); second != first {
		t.Errorf("exported, imported and exported again:\n%s", cmp.Diff(first, second))
	}
	for _, want := range []string{`<outline text="News">`, `text="A &amp; B" type="rss" xmlUrl="https://a.example.org/"`, `type="link" url="https://b.example.org/news" kind="page"`, `text="https://c.example.org/"`} {
		if !strings.Contains(first, want) {
			t.Errorf("sources export lacks %s:\n%s", want, first)
		}
	}
}

// Real lists through the program: each feed is accounted for, few are refused.
func TestRealListsAreImported(t *testing.T) {
	names, _ := filepath.Glob("../../../shared/data/opml/*.opml")
	if len(names) == 0 {
		t.Skip("the real lists are not on this machine (../../../shared/data/opml)")
	}
	n := newNewsletter(t, func(*Config) {})
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var r sourceImport
		n.weekward(t, &r, "sources", "import", name, "--dry-run")
		lines := len(readOPML(data))
		if got := len(r.Added) + r.Known + len(r.Refused); got != lines || r.Known != len(r.Doubles) || len(r.Added) < lines*9/10 {
			t.Errorf("import %s: %d added, %d known, %d refused of %d feeds", name, len(r.Added), r.Known, len(r.Refused), lines)
		}
		t.Logf("%s: %d added, %d known, %d refused, %d salvaged", filepath.Base(name), len(r.Added), r.Known, len(r.Refused), len(r.Salvaged))
	}
}
