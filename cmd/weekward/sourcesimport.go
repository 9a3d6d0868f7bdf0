package main

import (
	"cmp"
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
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Add the feeds of an OPML or CSV list",
		Long: "import adds every feed of a list that is not known yet; the next collect reads them. Folders of an OPML list become sections,\n" +
			"the innermost of several. Lists that are no proper XML are read as far as they go: every address is added, a double, or refused,\n" +
			"with its line. A CSV list has a header row with url and any of title, section, topic, lang, weight. FILE may be - for standard input.",
		Example: "  weekward sources import feeds.opml --dry-run\n  weekward sources import feeds.csv --json",
		Args:    cobra.ExactArgs(1),
		RunE: e.working(func(ctx context.Context, a *app, args []string) error {
			data, err := readList(e.in, args[0])
			if err != nil {
				return usage("give an OPML or CSV file", "import %s: %w", args[0], err)
			}
			report, err := a.importSources(ctx, data, dryRun)
			if err != nil {
				return fmt.Errorf("import %s: %w", args[0], err)
			}
			return e.printImported(args[0], report)
		}),
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only say what would be done")
	return cmd
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

// A sourceImport is what an import did. Every feed of the list is added, known
// or refused.
type sourceImport struct {
	Added    []importedSource `json:"added"`
	Known    int              `json:"known"`    // how many are doubles
	Doubles  []doubleSource   `json:"doubles"`  // read already, or twice in the list
	Refused  []refusedSource  `json:"refused"`  // could not be read
	Salvaged []refusedSource  `json:"salvaged"` // added or doubles of which only the address could be told
	DryRun   bool             `json:"dry_run"`  // nothing was kept
}

type importedSource struct {
	ID      string     `json:"id"`
	Kind    feeds.Kind `json:"kind"`
	URL     string     `json:"url"`
	Title   string     `json:"title"`
	Section string     `json:"section"`
}

type doubleSource struct {
	Line   int    `json:"line"`
	URL    string `json:"url"`
	SameAs string `json:"same_as"` // the ID of the source that stays
}

type refusedSource struct {
	Line   int    `json:"line"`
	URL    string `json:"url"`
	Reason string `json:"reason"`
}

// notOutline is why a line was salvaged.
const notOutline = "the line is no proper outline; the address was taken, a title or section was not found"

// importSources adds the sources of a list that are new.
func (a *app) importSources(ctx context.Context, data []byte, dryRun bool) (sourceImport, error) {
	report := sourceImport{Added: []importedSource{}, Doubles: []doubleSource{}, Refused: []refusedSource{}, Salvaged: []refusedSource{}, DryRun: dryRun}
	lines, err := readFeedList(data)
	if err != nil {
		return report, err
	}
	known, err := a.knownSources(ctx)
	if err != nil {
		return report, err
	}
	for _, l := range lines {
		if err := a.importLine(ctx, l, known, &report); err != nil {
			return report, err
		}
	}
	return report, nil
}

// importLine adds, knows or refuses one source of a list.
func (a *app) importLine(ctx context.Context, l feedLine, known knownSources, report *sourceImport) error {
	s := tidySource(l.source)
	if s.ID = known.freeID(s.URL); s.ID == "" {
		s.ID = known.freeID("http://feed")
	}
	address := feeds.CutText(feeds.CleanText(s.Address()), 200)
	if err := checkListed(s); err != nil {
		report.Refused = append(report.Refused, refusedSource{l.line, address, err.Error()})
		return nil
	}
	if l.salvaged {
		report.Salvaged = append(report.Salvaged, refusedSource{l.line, address, notOutline})
	}
	same := known.sameAs(s.URL)
	if same == "" && !report.DryRun {
		if err := a.store.AddSource(ctx, s, a.clock.now()); errors.Is(err, store.ErrSourceTaken) {
			same = "another" // that was added meanwhile
		} else if err != nil {
			return err
		}
	}
	if same != "" {
		report.Doubles = append(report.Doubles, doubleSource{l.line, address, same})
		report.Known++
		return nil
	}
	known.add(s, "")
	report.Added = append(report.Added, importedSource{s.ID, s.Kind, s.Address(), s.Title, s.Section})
	return nil
}

// checkListed refuses what a list from elsewhere may not name.
func checkListed(s feeds.Source) error {
	if s.Kind == feeds.KindFile {
		return errors.New("a list does not name files of this machine; \"weekward chats import\" reads them")
	}
	return checkSource(s)
}

// tidySource makes what a list says fit for print. Old lists name feeds by a
// scheme of their own.
func tidySource(s feeds.Source) feeds.Source {
	s.Kind, s.URL = cmp.Or(s.Kind, feeds.KindFeed), strings.TrimSpace(s.URL)
	if rest, ok := strings.CutPrefix(s.URL, "feed:"); ok {
		s.URL = rest
		if strings.HasPrefix(rest, "//") {
			s.URL = "http:" + rest
		}
	}
	if strings.TrimSpace(s.Title) == s.URL {
		s.Title = "" // a list has to call a feed something
	}
	s.Title = feeds.CutText(feeds.PlainText(s.Title), 200)
	s.Tag = normalTag(feeds.CutText(feeds.CleanText(s.Tag), 80))
	s.Section = feeds.CutText(feeds.PlainText(s.Section), 80)
	s.Topic = feeds.CutText(feeds.PlainText(s.Topic), 80)
	s.Lang = feeds.CutText(feeds.CleanText(s.Lang), 20)
	return s
}

// knownSources are the addresses and IDs that are taken.
type knownSources struct {
	addresses map[string]string // the ID of each
	ids       map[string]bool
}

func (a *app) knownSources(ctx context.Context) (knownSources, error) {
	k := knownSources{map[string]string{}, map[string]bool{}}
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
		if address != "" {
			k.addresses[sameFeed(address)] = s.ID
		}
	}
}

// sameAs is the ID of the source at an address; "" when there is none.
func (k knownSources) sameAs(address string) string { return k.addresses[sameFeed(address)] }

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
	for _, s := range r.Salvaged {
		fmt.Fprintf(w, "%s line %d: %s: %s\n", clay.Render("salvaged"), s.Line, s.URL, s.Reason)
	}
	for _, s := range r.Doubles {
		fmt.Fprintf(w, "%s line %d: %s is read as %s\n", faint.Render("known"), s.Line, s.URL, s.SameAs)
	}
	if r.DryRun {
		var t table
		for _, s := range r.Added {
			t.row(green.Render("new"), cut(firstOf(s.Title, s.ID), 40), firstOf(s.Section, "–"), s.URL)
		}
		t.print(w)
	}
	added := "added"
	if r.DryRun {
		added = "would be added"
	}
	fmt.Fprintf(w, "%s: %s %s, %d known already, %d refused\n", name, plural(len(r.Added), "feed", "feeds"), added, r.Known, len(r.Refused))
	return nil
}
