package templates

import (
	"fmt"
	"strconv"
	"time"
)

// The kinds of letter: mails to one person that are no issue.
const (
	LetterConfirm     = "confirm"     // asks for the confirmation of a sign-up
	LetterPreferences = "preferences" // to an active reader who signed up again or asked for the link
	LetterNotice      = "notice"      // tells the editor something
)

// LetterData is what a letter says.
type LetterData struct {
	Lang    string    // of the reader; "" means the site's
	Link    string    // the one button: confirm or preferences page; optional in a notice
	Asked   time.Time // when the form was sent
	Form    string    // address of the form it was sent from
	Subject string    // notice only
	Lines   []string  // notice only, a paragraph each
}

// letterView is what mail/letter.html and mail/letter.txt lay out.
type letterView struct {
	Lang, Dir  string
	Subject    string
	Preheader  string
	Name       string // of the newsletter
	Heading    string
	Paragraphs []string
	Button     linkView
	Small      []string // below the button
	Sender     senderView
}

// Letter renders a letter of one of the kinds above.
func (s *Set) Letter(kind string, site Site, d LetterData) (Content, error) {
	e := s.edition(d.Lang, site.Lang)
	p := &printer{locale: e.locale}
	v := letterView{Lang: e.lang(), Dir: e.dir(), Name: line(site.Name), Sender: sender(site)}
	switch kind {
	case LetterConfirm, LetterPreferences:
		p.askOrTell(&v, kind, site, d)
	case LetterNotice:
		p.notice(&v, d)
	default:
		return Content{}, fmt.Errorf("render letter: there is no kind %q", kind)
	}
	html, text, err := e.mail("letter", v, p.err)
	if err != nil {
		return Content{}, fmt.Errorf("render letter %s in %s: %w", kind, e.lang(), err)
	}
	return Content{Subject: v.Subject, HTML: html, Text: text}, nil
}

// askOrTell writes the letter that follows the sign-up form. Both kinds say
// when and where the address was entered, and what to do when it was somebody
// else.
func (p *printer) askOrTell(v *letterView, kind string, site Site, d LetterData) {
	key := func(part string) string { return "letter." + kind + "." + part }
	facts := []any{
		"Name", v.Name,
		"When", p.moment(d.Asked.In(zone(site.Zone))),
		"Form", address(d.Form),
		"Schedule", p.schedule(site),
	}
	v.Subject = p.say(key("subject"), facts...)
	v.Preheader = p.say(key("preheader"), facts...)
	v.Heading = p.say(key("heading"), facts...)
	v.Paragraphs = []string{p.say(key("asked"), facts...), p.say(key("why"), facts...)}
	v.Button = linkView{p.say(key("button"), facts...), d.Link}
	v.Small = []string{p.say(key("not_you"), facts...)}
}

func (p *printer) notice(v *letterView, d LetterData) {
	v.Subject = short(line(d.Subject), 200)
	v.Heading = v.Subject
	v.Preheader = v.Subject
	for _, l := range d.Lines {
		v.Paragraphs = append(v.Paragraphs, line(l))
	}
	if d.Link != "" {
		v.Button = linkView{p.say("letter.notice.button"), d.Link}
	}
}

// schedule is when issues come, in words.
func (p *printer) schedule(site Site) string {
	if site.Time == "" {
		return p.say("site.weekly")
	}
	return p.say("site.schedule", "Day", p.say("day."+strconv.Itoa(int(site.Weekday))), "Time", line(site.Time))
}
