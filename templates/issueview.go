package templates

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"weekward/digest"
)

// issueView is an issue ready to print: every text clean, every address safe,
// every date a phrase. Mail and archive page lay out the same value.
type issueView struct {
	Number   string // "No 31"
	Date     string // "Tue 6 April 2010"
	Machine  string // the same for <time datetime>
	Minutes  string // "4 min"
	Contents string // "1 lead · 6 news items · #hcsmeu"
	Subject  string
	Lead     *storyView
	Sections []sectionView
	Chats    []chatView
}

// sectionView is the stories that share Story.Section; the main one is "News".
type sectionView struct {
	Title   string
	Stories []storyView
}

// storyView is a story, or a related item of one (then without Also, Note and
// Related).
type storyView struct {
	ID        string // of the item
	Title     string
	URL       string // "" prints the title without a link
	Lang, Dir string // "" unless foreign to the page
	Meta      string // "Digital Health · 2 days ago · shared 7 times in #hcsmeu"
	Excerpt   string
	Note      []string // the editor's words, a paragraph each
	Also      []linkView
	AlsoMore  string // "and 3 more"; "" when Also is complete
	Related   []storyView
	Corrected []string // what its sources mended since; on archive pages only
}

// linkView is an address with the words that stand for it.
type linkView struct{ Text, URL string }

// calendar says how ages and dates of an issue are printed.
type calendar struct {
	slot time.Time // in the zone of the newsletter
	aged bool      // "2 days ago" (mail, read now) or a date (archive, read whenever)
}

func (p *printer) issue(i digest.Issue, site Site, aged bool) issueView {
	cal := calendar{i.Slot.In(zone(site.Zone)), aged}
	v := issueView{
		Number:  p.say("issue.number", "Number", i.Number),
		Date:    p.masthead(cal.slot),
		Machine: cal.slot.Format(time.DateOnly),
		Minutes: p.count("issue.minutes", max(1, i.Minutes)),
		Subject: short(line(i.Subject), 200),
	}
	for n, story := range i.Stories {
		if n == 0 {
			lead := p.story(story, cal, true)
			v.Lead = &lead
			continue
		}
		v.add(p.section(story.Section), p.story(story, cal, false))
	}
	for _, r := range i.Chats {
		chat := p.chat(r, site)
		p.about(i, r, &chat)
		v.Chats = append(v.Chats, chat)
	}
	v.Contents = p.contents(v)
	return v
}

// add puts a story into its section; sections stand in the order in which
// they first turn up.
func (v *issueView) add(section string, s storyView) {
	for i := range v.Sections {
		if v.Sections[i].Title == section {
			v.Sections[i].Stories = append(v.Sections[i].Stories, s)
			return
		}
	}
	v.Sections = append(v.Sections, sectionView{section, []storyView{s}})
}

func (p *printer) section(name string) string {
	if name = line(name); name != "" {
		return name
	}
	return p.say("issue.news")
}

// contents is the line "in this issue"; an issue of one story needs none.
func (p *printer) contents(v issueView) string {
	if len(v.Sections) == 0 && len(v.Chats) == 0 {
		return ""
	}
	var parts []string
	if v.Lead != nil {
		parts = append(parts, p.say("issue.one_lead"))
	}
	for _, s := range v.Sections {
		if s.Title == p.say("issue.news") {
			parts = append(parts, p.count("issue.news_items", len(s.Stories)))
		} else {
			parts = append(parts, fmt.Sprintf("%s (%d)", s.Title, len(s.Stories)))
		}
	}
	for _, c := range v.Chats {
		parts = append(parts, c.Tag)
	}
	return joined(parts...)
}

// story prints one story. The lead shows its date, the others their age.
func (p *printer) story(s digest.Story, cal calendar, lead bool) storyView {
	v := storyView{ID: s.ID, Title: line(s.Title), URL: address(s.URL), Excerpt: line(s.Excerpt), Note: lines(s.Note)}
	v.Lang, v.Dir = p.foreign(s.Lang)
	when := p.when(s.Published, calendar{cal.slot, cal.aged && !lead})
	v.Meta = joined(line(s.Source), p.evidence(s), when, p.shared(s), p.discussed(s))
	v.Also, v.AlsoMore = p.also(s)
	for _, r := range s.Related {
		v.Related = append(v.Related, p.related(r, cal))
	}
	return v
}

func (p *printer) related(r digest.Related, cal calendar) storyView {
	v := storyView{ID: r.ID, Title: line(r.Title), URL: address(r.URL), Excerpt: line(r.Excerpt)}
	v.Lang, v.Dir = p.foreign(r.Lang)
	v.Meta = joined(line(r.Source), p.when(r.Published, cal))
	return v
}

func (p *printer) when(t time.Time, cal calendar) string {
	switch t = t.In(cal.slot.Location()); {
	case t.IsZero():
		return ""
	case cal.aged:
		return p.age(t, cal.slot)
	default:
		return p.day(t)
	}
}

// evidence says what kind of text a story rests on; nothing of a kind that
// only a later version knows.
func (p *printer) evidence(s digest.Story) string {
	if !slices.Contains(digest.Evidences(), s.Evidence) || s.Evidence == digest.Journalism {
		return ""
	}
	return p.say("evidence." + string(s.Evidence))
}

func (p *printer) shared(s digest.Story) string {
	if s.Shared < 1 || s.SharedIn == "" {
		return ""
	}
	return p.count("story.shared", s.Shared, "Tag", hashtag(s.SharedIn))
}

// also names each outlet once, at most four of them.
func (p *printer) also(s digest.Story) (shown []linkView, more string) {
	const most = 4
	seen := map[string]bool{line(s.Source): true}
	rest := 0
	for _, a := range s.Also {
		l := linkView{line(a.Source), address(a.URL)}
		switch {
		case l.Text == "" || l.URL == "" || seen[l.Text]:
		case len(shown) == most:
			rest++
		default:
			shown = append(shown, l)
		}
		seen[l.Text] = true
	}
	if rest > 0 {
		more = p.count("story.also_more", rest)
	}
	return shown, more
}

// joined puts the parts there are into one line.
func joined(parts ...string) string {
	var out []string
	for _, s := range parts {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " · ")
}

func hashtag(tag string) string { return "#" + strings.TrimPrefix(line(tag), "#") }
