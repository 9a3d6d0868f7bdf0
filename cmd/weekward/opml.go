package main

import (
	"context"
	"encoding/xml"
	"fmt"

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

type opmlOutline struct {
	Text    string        `xml:"text,attr"`
	Type    string        `xml:"type,attr,omitempty"`
	XMLURL  string        `xml:"xmlUrl,attr,omitempty"`
	Outline []opmlOutline `xml:"outline"`
}

func newSourcesExport(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "export",
		Short:   "Print the feeds as OPML, sections as folders",
		Example: "  weekward sources export > feeds.opml",
		Args:    cobra.NoArgs,
		RunE: e.working(func(ctx context.Context, a *app, _ []string) error {
			sources, err := a.sources(ctx)
			if err != nil {
				return err
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
		line := opmlOutline{Text: s.Title, Type: "rss", XMLURL: s.URL}
		if line.Text == "" {
			line.Text = s.ID
		}
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
