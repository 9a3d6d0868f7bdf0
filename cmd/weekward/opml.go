package main

import (
	"context"
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

// Language and Category are OPML's own; Weight is ours, and other programs skip it.
type opmlOutline struct {
	Text     string        `xml:"text,attr"`
	Type     string        `xml:"type,attr,omitempty"`
	XMLURL   string        `xml:"xmlUrl,attr,omitempty"`
	Language string        `xml:"language,attr,omitempty"`
	Category string        `xml:"category,attr,omitempty"`
	Weight   string        `xml:"weight,attr,omitempty"`
	Outline  []opmlOutline `xml:"outline"`
}

func newSourcesExport(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "export",
		Short:   "Print the feeds as OPML, sections as folders",
		Long:    "export prints the feeds, each at the address it is read at now and without passwords. Pages, chats and files are no feeds and are left out.",
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
		if s.Kind != feeds.KindFeed {
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
	line := opmlOutline{Text: firstOf(s.Title, s.ID), Type: "rss", XMLURL: s.Address(), Language: s.Lang, Category: s.Topic}
	if s.Weight != 1 {
		line.Weight = strconv.FormatFloat(s.Weight, 'g', -1, 64)
	}
	return line
}
