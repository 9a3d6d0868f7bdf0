package main

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"weekward/feeds"
)

// OPML, as other readers exchange it (http://opml.org/spec2.opml).
type opml struct {
	XMLName xml.Name      `xml:"opml"`
	Version string        `xml:"version,attr"`
	Title   string        `xml:"head>title"`
	Outline []opmlOutline `xml:"body>outline"`
}

// Language and Category are OPML's own. What follows them is ours, so that a
// list comes back as it was; other programs skip it, and take a source that is
// no feed for the link that it is.
type opmlOutline struct {
	Text      string        `xml:"text,attr"`
	Type      string        `xml:"type,attr,omitempty"`
	XMLURL    string        `xml:"xmlUrl,attr,omitempty"`
	URL       string        `xml:"url,attr,omitempty"`
	Language  string        `xml:"language,attr,omitempty"`
	Category  string        `xml:"category,attr,omitempty"`
	Weight    string        `xml:"weight,attr,omitempty"`
	Kind      string        `xml:"kind,attr,omitempty"`
	Tag       string        `xml:"tag,attr,omitempty"`
	Selectors string        `xml:"selectors,attr,omitempty"` // JSON
	Outline   []opmlOutline `xml:"outline"`
}

func newSourcesExport(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "export",
		Short:   "Print the sources as OPML, sections as folders",
		Long:    "export prints the sources, each at the address it is read at now and without passwords. Pages and timelines are links to other programs;\n\"sources import\" reads them as they were. Files of this machine are left out.",
		Example: "  weekward sources export > feeds.opml",
		Args:    cobra.NoArgs,
		RunE: e.working(func(ctx context.Context, a *app, _ []string) error {
			sources, err := a.sources(ctx)
			if err != nil {
				return err
			}
			visits, err := a.store.Visits(ctx)
			if err != nil {
				return err
			}
			for i, s := range sources {
				sources[i].URL = visits[s.ID].AddressOf(s)
				sources[i].Title = firstOf(s.Title, visits[s.ID].Title)
			}
			doc, err := xml.MarshalIndent(newOPML(a.site.Name, sources), "", "  ")
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(e.out, "%s%s\n", xml.Header, doc)
			return err
		}),
	}
}

func newOPML(title string, sources []feeds.Source) opml {
	doc := opml{Version: "2.0", Title: title}
	folders := map[string]int{}
	for _, s := range sources {
		if s.Kind == feeds.KindFile {
			continue
		}
		line := opmlLine(s)
		if s.Section == "" {
			doc.Outline = append(doc.Outline, line)
			continue
		}
		i, ok := folders[s.Section]
		if !ok {
			i = len(doc.Outline)
			folders[s.Section] = i
			doc.Outline = append(doc.Outline, opmlOutline{Text: s.Section})
		}
		doc.Outline[i].Outline = append(doc.Outline[i].Outline, line)
	}
	return doc
}

func opmlLine(s feeds.Source) opmlOutline {
	line := opmlOutline{Text: firstOf(s.Title, s.Address()), Language: s.Lang, Category: s.Topic, Tag: s.Tag}
	if s.Kind == feeds.KindFeed {
		line.Type, line.XMLURL = "rss", s.Address()
	} else {
		line.Type, line.URL, line.Kind = "link", s.Address(), string(s.Kind)
	}
	if s.Weight != 1 {
		line.Weight = strconv.FormatFloat(s.Weight, 'g', -1, 64)
	}
	if s.Selectors != (feeds.Selectors{}) {
		text, _ := json.Marshal(s.Selectors) // strings only: it cannot fail
		line.Selectors = string(text)
	}
	return line
}
