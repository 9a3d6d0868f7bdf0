package templates

import "weekward/digest"

// searchView is the page that searches the archive.
type searchView struct {
	Act      string // where the question goes
	Field    string // its name
	Most     int    // characters that a question may have
	Question string // "" before anything was asked
	Summary  string // how many answers there are; ""
	Found    []foundView
}

// foundView is one answer.
type foundView struct {
	Title, URL, Lang, Dir, Excerpt, Source string
	IssueURL, Issue, Day                   string // the issue that carried it, and the day of that
}

const (
	// MaxQuestion is how many characters of a question are read.
	MaxQuestion = 200
	// foundExcerpt is how many letters of an excerpt help to choose.
	foundExcerpt = 280
)

func (p *printer) search(s *Search, site Site, root string) searchView {
	v := searchView{Act: root + "/search", Field: FieldSearch, Most: MaxQuestion}
	if s == nil {
		return v
	}
	v.Question = line(s.Question)
	for _, f := range s.Found {
		v.Found = append(v.Found, p.found(f, site, root))
	}
	if len(v.Found) > 0 {
		v.Summary = p.count("page.search.found", len(v.Found), "Question", v.Question)
	}
	return v
}

func (p *printer) found(f digest.Printed, site Site, root string) foundView {
	v := foundView{
		Title: line(f.Title), URL: address(f.URL), Excerpt: short(line(f.Excerpt), foundExcerpt),
		IssueURL: issuePath(root, f.Issue), Issue: p.say("issue.number", "Number", f.Issue),
	}
	v.Lang, v.Dir = p.foreign(f.Lang)
	v.Source, v.Day = line(f.Source), p.day(f.Slot.In(zone(site.Zone)))
	return v
}
