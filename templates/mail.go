package templates

import (
	"cmp"
	"fmt"

	"weekward/digest"
)

// mailView is what mail/issue.html and mail/issue.txt lay out.
type mailView struct {
	issueView
	Lang, Dir string
	Name      string // of the newsletter
	Tagline   string
	Preheader string
	Links     Links
	Sender    senderView
}

// senderView is the way out and who stands behind a mail (CAN-SPAM, PECR
// regulation 23, DDG section 5).
type senderView struct {
	Name    string
	Host    string // "week.example.org": where readers signed up
	Postal  string
	Archive string
	Privacy string
	Reply   bool // replies reach a person
}

// Mail renders an issue as it is mailed in a language: lang if there are words
// for it, else the site's, else English. Both parts come from the same value,
// so they say the same and carry the same links in the same order.
func (s *Set) Mail(issue digest.Issue, site Site, links Links, lang string) (Content, error) {
	e := s.edition(lang, site.Lang)
	p := &printer{locale: e.locale}
	v := mailView{
		issueView: p.issue(issue, site, true),
		Lang:      e.lang(),
		Dir:       e.dir(),
		Name:      line(site.Name),
		Tagline:   line(site.Tagline),
		Preheader: line(issue.Preheader),
		Links:     links,
		Sender:    sender(site),
	}
	html, text, err := e.mail("issue", v, p.err)
	if err != nil {
		return Content{}, fmt.Errorf("render issue %d in %s: %w", issue.Number, e.lang(), err)
	}
	return Content{Subject: v.Subject, HTML: html, Text: text, Links: links}, nil
}

// mail renders both parts of mail/<name>. A view that could not be made is
// handed in as err.
func (e edition) mail(name string, view any, err error) (html, text string, _ error) {
	if err != nil {
		return "", "", err
	}
	html, err = render(e.mails["mail/"+name+".html"], view)
	if err != nil {
		return "", "", err
	}
	text, err = render(e.texts.Lookup("mail/"+name+".txt"), view)
	return tidyHTML(html), tidyText(text), err
}

func sender(site Site) senderView {
	return senderView{
		Name:    line(site.Name),
		Host:    bareAddress(site.BaseURL),
		Postal:  line(site.Postal),
		Archive: site.BaseURL + "/issues/",
		Privacy: privacyURL(site),
		Reply:   cmp.Or(site.ReplyTo, site.From) != "",
	}
}

func privacyURL(site Site) string { return cmp.Or(site.PrivacyURL, site.BaseURL+"/privacy") }
