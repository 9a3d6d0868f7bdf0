package templates

import (
	"fmt"

	"weekward/digest"
)

// CorrectionNote is the editor's note proposed for an item that its source
// corrected after an issue had carried it, in the language of the site. Nobody
// prints it unless the editor takes it.
func (s *Set) CorrectionNote(c digest.Correction, site Site) (string, error) {
	p := &printer{locale: s.edition("", site.Lang).locale}
	key := "correction.note_signed"
	if c.Sign == "" {
		key = "correction.note_changed"
	}
	note := p.say(key, "Number", p.say("issue.number", "Number", c.Issue), "Printed", short(line(c.Printed), 200), "Source", line(c.Source), "Sign", line(c.Sign))
	if p.err != nil {
		return "", fmt.Errorf("word the correction of %s: %w", c.Item, p.err)
	}
	return note, nil
}

// corrected puts beside each story of an archive page what its sources mended
// since.
func (p *printer) corrected(i digest.Issue, v *issueView, list []digest.Correction, site Site) {
	words := map[string][]string{} // by item and by address
	for _, c := range list {
		said := p.correction(c, site)
		words[c.Item] = append(words[c.Item], said)
		if c.URL != c.Item {
			words[c.URL] = append(words[c.URL], said)
		}
	}
	if len(words) == 0 {
		return
	}
	also := map[string][]digest.Also{}
	for _, s := range i.Stories {
		also[s.ID] = s.Also
	}
	v.each(func(s *storyView) {
		s.Corrected = words[s.ID]
		for _, a := range also[s.ID] {
			s.Corrected = append(s.Corrected, words[a.URL]...)
		}
		for n, r := range s.Related {
			s.Related[n].Corrected = words[r.ID]
		}
	})
}

// each calls f for every story of the view.
func (v *issueView) each(f func(*storyView)) {
	if v.Lead != nil {
		f(v.Lead)
	}
	for i := range v.Sections {
		for k := range v.Sections[i].Stories {
			f(&v.Sections[i].Stories[k])
		}
	}
}

// correction says when what was mended.
func (p *printer) correction(c digest.Correction, site Site) string {
	key := "correction.signed"
	if c.Sign == "" {
		key = "correction.changed"
	}
	said := p.say(key, "Date", p.day(c.Seen.In(zone(site.Zone))), "Source", line(c.Source), "Sign", line(c.Sign))
	if line(c.Title) != line(c.Printed) {
		said += " " + p.say("correction.now", "Title", short(line(c.Title), 200))
	}
	return said
}
