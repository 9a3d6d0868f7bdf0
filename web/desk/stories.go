package desk

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"weekward/digest"
	"weekward/digest/recap"
)

// A storyView is one story of the issue, ready to print.
type storyView struct {
	digest.Story
	Place    string // "Lead" or the place from 2
	Kicker   string // source and date
	ScoreNum string
	Reasons  []string
	Others   string // "also in A, B"
	Near     []relatedView
	Kinds    []kindView // of evidence, to choose from
	Edit     digest.Edit
	Issue    int
}

// A kindView is one label that the editor may choose for a story.
type kindView struct {
	Kind, Text string
	Chosen     bool
}

// kindViews lists the labels there are, the one that the editor chose marked.
func kindViews(chosen digest.Evidence) []kindView {
	var list []kindView
	for _, kind := range digest.Evidences() {
		text := string(kind)
		if kind == digest.Journalism {
			text += " (prints no label)"
		}
		list = append(list, kindView{string(kind), text, kind == chosen})
	}
	return list
}

type relatedView struct {
	digest.Related
	Kicker string
	Score  string
	Words  string
}

// A chatView is one recap, ready to print.
type chatView struct {
	recap.Recap
	When      string
	Figures   string
	Bars      string
	Questions []questionView
	Shared    []recap.Link
	Issue     int
}

type questionView struct {
	Label, Text, Answers string
	Quotes               []quoteView
}

type quoteView struct {
	recap.Highlight
	Byline string
	Why    string
	Edit   digest.Edit
	Issue  int
}

func (d *desk) storyView(issue, i int, s digest.Story, edits map[string]digest.Edit) storyView {
	v := storyView{Story: s, Issue: issue, Place: fmt.Sprint(i + 1), Kicker: s.Source + " · " + d.day(s.Published), ScoreNum: fmt.Sprintf("%.2f", s.Score), Reasons: why(s), Edit: edits[s.ID], Kinds: kindViews(edits[s.ID].Evidence)}
	if i == 0 {
		v.Place = "Lead"
	}
	v.URL = webAddress(s.URL)
	var others []string
	for _, a := range s.Also {
		if !slices.Contains(others, a.Source) && a.Source != s.Source {
			others = append(others, a.Source)
		}
	}
	v.Others = strings.Join(others, ", ")
	for _, r := range s.Related {
		r.URL = webAddress(r.URL)
		v.Near = append(v.Near, relatedView{Related: r, Kicker: r.Source + " · " + d.date(r.Published), Score: fmt.Sprintf("%.2f", r.Score), Words: strings.Join(r.Why, ", ")})
	}
	return v
}

func (d *desk) chatView(issue int, c recap.Recap, edits map[string]digest.Edit) chatView {
	v := chatView{Recap: c, Issue: issue, When: d.moment(c.Session), Bars: bars(c.Timeline)}
	v.Figures = strings.Join([]string{count(c.Posts, "post", "posts"), count(c.People, "person", "people"), count(c.Replies, "reply", "replies")}, " · ")
	for _, l := range c.Links {
		l.URL = webAddress(l.URL)
		v.Shared = append(v.Shared, l)
	}
	for _, q := range c.Questions {
		label := q.Label
		if label == "" {
			label = "Open floor"
		}
		view := questionView{Label: label, Text: q.Text, Answers: count(q.Posts, "answer", "answers")}
		for _, h := range q.Highlights {
			h.URL = webAddress(h.URL)
			view.Quotes = append(view.Quotes, quoteView{Highlight: h, Issue: issue, Byline: byline(h, d.zone), Why: h.Why.String(), Edit: edits[h.ID]})
		}
		v.Questions = append(v.Questions, view)
	}
	return v
}

func byline(h recap.Highlight, zone *time.Location) string {
	return fmt.Sprintf("%s (@%s) · %s · %s", h.Author, h.Handle, h.Network, h.At.In(zone).Format("15:04"))
}

// webAddress returns an address that a link may lead to; "" for any other.
func webAddress(s string) string {
	if strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") {
		return s
	}
	return ""
}
