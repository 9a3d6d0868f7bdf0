package digest

import (
	_ "embed" // the table of hosts
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"weekward/feeds"
)

// Evidence is what kind of text a story rests on: "" for journalism and
// whatever we cannot tell.
type Evidence string

// The kinds of evidence.
const (
	PeerReviewed  Evidence = "peer-reviewed"  // a paper that peers have read
	Preprint      Evidence = "preprint"       // a paper that they have not
	TrialRegistry Evidence = "trial-registry" // what a trial says it will do, or did
	Regulator     Evidence = "regulator"      // an authority speaks
	PressRelease  Evidence = "press-release"  // sent out by whoever gains from it
	Opinion       Evidence = "opinion"        // somebody's view, named so
	Vendor        Evidence = "vendor"         // a maker about its wares
	Journalism    Evidence = "journalism"     // only said by editors, of a source or story that we take for something else; printed as ""
)

// Evidences lists the kinds, as an editor may write them.
func Evidences() []Evidence {
	return []Evidence{PeerReviewed, Preprint, TrialRegistry, Regulator, PressRelease, Opinion, Vendor, Journalism}
}

// ParseEvidence reads a kind as an editor writes it; "" is no word on it. Of
// anything else it names the kinds there are.
func ParseEvidence(s string) (Evidence, error) {
	kind := Evidence(strings.TrimSpace(s))
	if kind != "" && !slices.Contains(Evidences(), kind) {
		return "", fmt.Errorf("evidence %q is none of %q", s, Evidences())
	}
	return kind, nil
}

// interested reports whether the writer gains by the news: then independent
// reporting, where there is any, tells the story.
func (e Evidence) interested() bool { return e == PressRelease || e == Vendor }

//go:embed evidence.txt
var evidenceTable string

// An archivist knows what kind of evidence pages are.
type archivist struct {
	sources map[string]Evidence // what the editor says of a source, by its ID
	places  map[string][]site   // by host
}

// A site is a host, or the part of it that begins with a path.
type site struct {
	path string // "" is all of it
	kind Evidence
}

func newArchivist(o Options) archivist {
	a := archivist{sources: o.Evidence, places: map[string][]site{}}
	for paragraph := range strings.SplitSeq(evidenceTable, "\n\n") {
		name, entries, _ := strings.Cut(paragraph, "\n")
		if kind := Evidence(name); slices.Contains(Evidences(), kind) {
			for _, entry := range strings.Fields(entries) {
				host, path, _ := strings.Cut(entry, "/")
				a.places[host] = append(a.places[host], site{path, kind})
			}
		}
	}
	return a
}

// Headings and parts of paths that say what stands under them, in the
// newsletter's languages.
var (
	opinionTitle = regexp.MustCompile(`(?i)^(opinion|editorial|comment|commentary|viewpoint|perspective|op-ed|column|letter|kommentar|meinung|gastbeitrag|leitartikel|opinie|ingezonden|l['’]opinione|editoriale|commento|tribune|éditorial|opinión|columna|tribuna|γνώμη|άποψη)\s*[:|–—-]\s`)
	releaseTitle = regexp.MustCompile(`(?i)^(press release|media release|news release|pressemitteilung|persbericht|comunicato stampa|communiqué de presse|nota de prensa|comunicado de prensa|δελτίο τύπου)\b`)
	opinionPath  = regexp.MustCompile(`(?i)/(opinions?|op-ed|editorials?|comment|commentisfree|commentary|viewpoints?|columns?|kommentare?|meinung|opinie|opinioni|editoriali|tribunes?|idees|opiniones|tribuna|gnomi|apopseis)/`)
	releasePath  = regexp.MustCompile(`(?i)/(press-?releases?|news-?releases?|media-?releases?|pressemitteilung(en)?|pressemeldung(en)?|persbericht(en)?|comunicat[io]-stampa|communiques?-de-presse|notas?-de-prensa|comunicados)/`)
)

// evidence tells what kind of text an item is: what the editor says of its
// source, else what its title says, else where it stands.
func (a archivist) evidence(it feeds.Item) Evidence {
	switch kind := a.sources[it.Source]; kind {
	case "":
	case Journalism:
		return ""
	default:
		return kind
	}
	u, err := url.Parse(it.URL)
	if err != nil {
		u = &url.URL{}
	}
	path := u.EscapedPath() + "/"
	switch {
	case opinionTitle.MatchString(it.Title):
		return Opinion
	case releaseTitle.MatchString(it.Title):
		return PressRelease
	}
	kind := a.at(strings.ToLower(u.Hostname()), strings.TrimPrefix(path, "/"))
	switch {
	case kind == Regulator: // their press releases are how they speak
		return kind
	case releasePath.MatchString(path):
		return PressRelease
	case opinionPath.MatchString(path):
		return Opinion
	}
	return kind
}

// at looks up a page: of its host, else of the hosts that one belongs to, the
// longest path that it begins with.
func (a archivist) at(host, path string) Evidence {
	for ; host != ""; _, host, _ = strings.Cut(host, ".") {
		best, known := site{}, false
		for _, p := range a.places[host] {
			if strings.HasPrefix(path, p.path) && (!known || len(p.path) > len(best.path)) {
				best, known = p, true
			}
		}
		if known {
			return best.kind
		}
	}
	return ""
}
