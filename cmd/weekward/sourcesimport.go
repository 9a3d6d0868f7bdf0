package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"weekward/feeds"
	"weekward/store"
)

func newSourcesImport(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE",
		Short: "Add the feeds of an OPML or CSV list",
		Long: "import adds every feed of a list that is not known yet; the next collect reads them. Folders of an OPML list become sections. " +
			"A CSV list has a header row with url and any of title, section, topic, lang, weight. FILE may be - for standard input.",
		Example: "  weekward sources import feeds.opml\n  weekward sources import feeds.csv --json",
		Args:    cobra.ExactArgs(1),
		RunE: e.working(func(ctx context.Context, a *app, args []string) error {
			data, err := readList(e.in, args[0])
			if err != nil {
				return usage("give an OPML or CSV file", "import %s: %w", args[0], err)
			}
			report, err := a.importSources(ctx, data)
			if err != nil {
				return fmt.Errorf("import %s: %w", args[0], err)
			}
			return e.printImported(args[0], report)
		}),
	}
}

// largestList is more than any list of feeds, in bytes.
const largestList = 16 << 20

func readList(in io.Reader, name string) ([]byte, error) {
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, largestList+1))
	if err == nil && len(data) > largestList {
		err = fmt.Errorf("it is over the limit of %d MB", largestList>>20)
	}
	return data, err
}

// A sourceImport is what an import did. Every feed of the list is in one of
// the three.
type sourceImport struct {
	Added   []importedSource `json:"added"`
	Known   int              `json:"known"`   // of these, read already or twice in the list
	Refused []refusedSource  `json:"refused"` // could not be read
}

type importedSource struct {
	ID      string `json:"id"`
	URL     string `json:"url"`
	Title   string `json:"title"`
	Section string `json:"section"`
}

type refusedSource struct {
	Line   int    `json:"line"`
	URL    string `json:"url"`
	Reason string `json:"reason"`
}

// importSources adds the feeds of a list that are new.
func (a *app) importSources(ctx context.Context, data []byte) (sourceImport, error) {
	report := sourceImport{Added: []importedSource{}, Refused: []refusedSource{}}
	lines, err := readFeedList(data)
	if err != nil {
		return report, err
	}
	known, err := a.knownSources(ctx)
	if err != nil {
		return report, err
	}
	for _, l := range lines {
		s := tidySource(l.source)
		if s.ID = known.freeID(s.URL); s.ID == "" {
			s.ID = known.freeID("http://feed")
		}
		if err := checkSource(s); err != nil {
			report.Refused = append(report.Refused, refusedSource{l.line, feeds.CutText(feeds.CleanText(s.URL), 200), err.Error()})
			continue
		}
		if known.has(s.URL) {
			report.Known++
			continue
		}
		err := a.store.AddSource(ctx, s, a.clock.now())
		if errors.Is(err, store.ErrSourceTaken) {
			report.Known++
			continue
		}
		if err != nil {
			return report, err
		}
		known.add(s, "")
		report.Added = append(report.Added, importedSource{s.ID, s.Address(), s.Title, s.Section})
	}
	return report, nil
}

// tidySource makes what a list says fit for print. Old lists name feeds by a
// scheme of their own.
func tidySource(s feeds.Source) feeds.Source {
	s.Kind, s.URL = feeds.KindFeed, strings.TrimSpace(s.URL)
	if rest, ok := strings.CutPrefix(s.URL, "feed:"); ok {
		s.URL = rest
		if strings.HasPrefix(rest, "//") {
			s.URL = "http:" + rest
		}
	}
	s.Title = feeds.CutText(feeds.PlainText(s.Title), 200)
	s.Section = feeds.CutText(feeds.PlainText(s.Section), 80)
	s.Topic = feeds.CutText(feeds.PlainText(s.Topic), 80)
	s.Lang = feeds.CutText(feeds.CleanText(s.Lang), 20)
	return s
}

// knownSources are the addresses and IDs that are taken.
type knownSources struct{ addresses, ids map[string]bool }

func (a *app) knownSources(ctx context.Context) (knownSources, error) {
	k := knownSources{map[string]bool{}, map[string]bool{}}
	all, err := a.sources(ctx)
	if err != nil {
		return k, err
	}
	visits, err := a.store.Visits(ctx)
	for _, s := range all {
		k.add(s, visits[s.ID].AddressOf(s))
	}
	return k, err
}

// add notes a source under its own address and the one it moved to.
func (k knownSources) add(s feeds.Source, moved string) {
	k.ids[s.ID] = true
	for _, address := range []string{s.URL, moved} {
		k.addresses[sameFeed(address)] = true
	}
}

func (k knownSources) has(address string) bool { return k.addresses[sameFeed(address)] }

// sameFeed folds the spellings of one address.
func sameFeed(address string) string {
	if canonical, ok := feeds.CanonicalURL(address); ok {
		address = canonical
	}
	return strings.TrimPrefix(strings.TrimPrefix(address, "https:"), "http:")
}

// freeID is an ID made of an address that no source has; "" when the address
// gives none.
func (k knownSources) freeID(address string) string {
	id := sourceID(address)
	if id == "" || !k.ids[id] {
		return id
	}
	for n := 2; ; n++ {
		if other := fmt.Sprintf("%s-%d", id, n); !k.ids[other] {
			return other
		}
	}
}

// readFeedList reads a list in either form.
func readFeedList(data []byte) ([]feedLine, error) {
	text := opmlText(data)
	if !strings.HasPrefix(strings.TrimSpace(text), "<") {
		return readFeedCSV(text)
	}
	lines := readOPML(data)
	if len(lines) == 0 && !strings.Contains(strings.ToLower(text), "<opml") {
		return nil, errors.New("it is neither OPML nor CSV")
	}
	return lines, nil
}

func (e *environment) printImported(name string, r sourceImport) error {
	if e.json {
		return e.printJSON(r)
	}
	w := e.results()
	for _, s := range r.Refused {
		fmt.Fprintf(w, "%s line %d: %s\n", red.Render("refused"), s.Line, s.Reason)
	}
	fmt.Fprintf(w, "%s: %s added, %d known already, %d refused\n", name, plural(len(r.Added), "feed", "feeds"), r.Known, len(r.Refused))
	return nil
}
