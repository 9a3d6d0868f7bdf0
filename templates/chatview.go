package templates

import (
	"cmp"
	"strings"
	"time"

	"weekward/digest/recap"
)

// chatView is one session of a chat ready to print.
type chatView struct {
	Tag       string // "#hcsmeu"
	Title     string
	When      string // "Fri 2 April 2010, 12:00 London (UTC+1)"
	Stats     string // "412 posts · 63 people · 187 replies"
	Spark     string // "▂▃█▅": posts over the session; "" when there is nothing to draw
	Busiest   string // "busiest from 12:20": the same in words
	Bars      []bar  // the same to draw, Width units wide
	Width     int
	Questions []questionView
	Links     []chatLinkView
	Next      string // "Fri 9 April 2010, 12:00 London (UTC+1)"; "" when unknown
}

type questionView struct {
	Label   string // "Q1"; "" for the open floor
	Text    string
	Answers string // "34 answers"
	About   string // "about “Ward accounts”": stories of this issue; "" when none
	Quotes  []quoteView
}

// Heading is label and text in one.
func (q questionView) Heading() string { return strings.TrimSpace(q.Label + " " + q.Text) }

// quoteView is a post as its author wrote it.
type quoteView struct {
	Lines     []string
	Lang, Dir string // "" unless foreign to the page
	Name      string
	By        string // "@handle · Mastodon · 12:09"
	URL       string // "" prints no link
}

// Credit is who said it, where and when, in one.
func (q quoteView) Credit() string { return joined(q.Name, q.By) }

type chatLinkView struct {
	Title  string
	URL    string
	Shared string // "shared by 7 people"
}

// A bar is one step of the timeline in a picture of 12 by 40 units a bar.
type bar struct {
	X, Y, Height int
	Peak         bool
}

func (p *printer) chat(r recap.Recap, site Site) chatView {
	home := zone(r.Zone)
	start := r.Session.In(home)
	v := chatView{
		Tag:   hashtag(r.Tag),
		Title: line(r.Title),
		When:  p.moment(start),
		Stats: p.stats(r),
		Next:  p.next(r.Next, home, zone(site.Zone)),
	}
	if peak := busiest(r.Timeline); peak >= 0 {
		at := start.Add(time.Duration(peak) * 5 * time.Minute)
		v.Busiest = p.say("chat.busiest", "Time", at.Format("15:04"))
		v.Spark, v.Bars, v.Width = spark(r.Timeline), bars(r.Timeline), 12*len(r.Timeline)-2
	}
	for _, q := range r.Questions {
		v.Questions = append(v.Questions, p.question(q, home))
	}
	for _, l := range r.Links {
		if u := address(l.URL); u != "" {
			v.Links = append(v.Links, chatLinkView{cmp.Or(line(l.Title), bareAddress(u)), u, p.count("chat.shared_by", l.Shared)})
		}
	}
	return v
}

func (p *printer) stats(r recap.Recap) string {
	return joined(p.some("chat.posts", r.Posts), p.some("chat.people", r.People), p.some("chat.replies", r.Replies))
}

// some counts n, and is silent about nothing.
func (p *printer) some(key string, n int) string {
	if n == 0 {
		return ""
	}
	return p.count(key, n)
}

// next prints the coming session at home, and for readers elsewhere also in
// the newsletter's zone when its clock shows another hour.
func (p *printer) next(t time.Time, home, ours *time.Location) string {
	if t.IsZero() {
		return ""
	}
	s := p.moment(t.In(home))
	if there, here := t.In(home), t.In(ours); there.Format("Jan 2 15:04") != here.Format("Jan 2 15:04") {
		s = joined(s, p.say("chat.elsewhere", "Time", here.Format("15:04"), "Zone", place(here)))
	}
	return s
}

func (p *printer) question(q recap.Question, home *time.Location) questionView {
	v := questionView{Label: line(q.Label), Text: line(q.Text), Answers: p.some("chat.answers", q.Posts)}
	if v.Label == "" && v.Text == "" {
		v.Text = p.say("chat.open_floor")
	}
	for _, h := range q.Highlights {
		v.Quotes = append(v.Quotes, p.quote(h, home))
	}
	return v
}

func (p *printer) quote(h recap.Highlight, home *time.Location) quoteView {
	handle := strings.TrimPrefix(line(h.Handle), "@")
	v := quoteView{Lines: lines(h.Text), Name: cmp.Or(line(h.Author), handle), URL: address(h.URL)}
	v.Lang, v.Dir = p.foreign(h.Lang)
	if handle != "" && handle != v.Name {
		handle = "@" + handle
	} else {
		handle = ""
	}
	v.By = joined(handle, network(h.Network), h.At.In(home).Format("15:04"))
	return v
}

// network is a network's name as printed. A transcript in a file has none.
func network(name string) string {
	switch name = line(name); name {
	case "", "file", "import":
		return ""
	case "mastodon":
		return "Mastodon"
	case "bluesky":
		return "Bluesky"
	case "twitter":
		return "Twitter"
	default:
		return name
	}
}

// bareAddress is an address as words: without scheme, not too long.
func bareAddress(u string) string {
	_, rest, _ := strings.Cut(u, "://")
	return short(strings.TrimSuffix(rest, "/"), 50)
}

// busiest is the step with most posts, the first of equals; -1 when nobody
// spoke.
func busiest(timeline []int) int {
	peak := -1
	for i, n := range timeline {
		if n > 0 && (peak < 0 || n > timeline[peak]) {
			peak = i
		}
	}
	return peak
}

// spark draws a timeline in eighths of a line.
func spark(timeline []int) string {
	levels := []rune("▁▂▃▄▅▆▇█")
	most := timeline[busiest(timeline)]
	var b strings.Builder
	for _, n := range timeline {
		b.WriteRune(levels[max(0, n)*(len(levels)-1)/most])
	}
	return b.String()
}

// bars draws the same for a picture; an empty step still shows as a line.
func bars(timeline []int) []bar {
	peak := busiest(timeline)
	var out []bar
	for i, n := range timeline {
		h := max(1, max(0, n)*40/timeline[peak])
		out = append(out, bar{X: 12 * i, Y: 40 - h, Height: h, Peak: i == peak})
	}
	return out
}
