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
	LetterAddress     = "address"     // asks a reader's new address for its confirmation
	LetterMoved       = "moved"       // tells the old address that its reader has moved
	LetterWelcome     = "welcome"     // follows a confirmation
	LetterNotice      = "notice"      // tells the editor something
)

// LetterData is what a letter says.
type LetterData struct {
	Lang    string    // of the reader; "" means the site's
	Link    string    // the one button: confirm or preferences page; optional in a notice, not read by moved
	Leave   string    // address of the unsubscribe page; welcome only
	Asked   time.Time // when the form was sent
	Form    string    // address of the form it was sent from; not read by moved and welcome
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
	Also       []linkView // other ways, below the button
	Small      []string   // below them
	Sender     senderView
}

// Letter renders a letter of one of the kinds above.
func (s *Set) Letter(kind string, site Site, d LetterData) (Content, error) {
	e := s.edition(d.Lang, site.Lang)
	p := &printer{locale: e.locale}
	v := letterView{Lang: e.lang(), Dir: e.dir(), Name: line(site.Name), Sender: sender(site)}
	switch kind {
	case LetterConfirm, LetterPreferences, LetterAddress, LetterMoved:
		p.askOrTell(&v, kind, site, d)
	case LetterWelcome:
		p.askOrTell(&v, kind, site, d)
		p.welcome(&v, site, d)
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

// askOrTell writes the letters that follow a form: what happened, what that
// means, and what to do when it was somebody else.
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
	if kind != LetterMoved { // which leads nowhere: its reader is elsewhere
		v.Button = linkView{p.say(key("button"), facts...), d.Link}
	}
	v.Small = []string{p.say(key("not_you"), facts...)}
}

// welcome adds the ways to the archive and out.
func (p *printer) welcome(v *letterView, site Site, d LetterData) {
	v.Also = []linkView{{p.say("mail.archive"), site.BaseURL + "/issues/"}, {p.say("mail.leave"), d.Leave}}
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
