package templates

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// pageView is what the files in pages/ lay out: a Page with everything ready
// to print.
type pageView struct {
	Page      string // its name
	Lang, Dir string
	Title     string // of the page, without the newsletter's name
	Name      string // of the newsletter
	Tagline   string
	Root      string // path of the site, "" for one at the root of its host
	Private   bool   // bears a token or a question: not to be indexed, not to be told to others
	Sender    senderView
	Form      formView
	Latest    *lineView
	NextChat  *nextView
	Issue     *issueView
	Newer     string // path; "" when there is none
	Older     string
	NewerText string
	OlderText string
	Correct   []string // paragraphs of the correction
	Since     []sinceView
	Years     []yearView
	Search    searchView
	Reader    readerView
	Act       string // where the page's button posts to
	Leave     string // path of the unsubscribe page; ""
	Settings  string // path of the preferences page; ""
	Message   string
	Inbox     inboxView
	Contact   string // mailbox for questions
}

// formView is the sign-up form.
type formView struct {
	Address string
	Stamp   string
	Problem string // in words; ""
	Field   bool   // the problem is the address
	Consent string
}

// inboxView tells which mail to look for.
type inboxView struct{ From, Subject string }

type lineView struct {
	Number, Date, Machine, Subject, URL, Meta string
}

type yearView struct {
	Year   string
	Issues []lineView
}

type nextView struct{ Tag, Title, When string }

// readerView is the choices of one reader.
type readerView struct {
	Address                           string // masked
	Languages, Zones, Topics, Formats []option
}

// option is one choice of a field.
type option struct {
	ID, Value, Label, Lang string
	Chosen                 bool
}

func (s *Set) pageView(e edition, name string, page Page) (pageView, error) {
	p := &printer{locale: e.locale}
	site := page.Site
	root := sitePath(site.BaseURL)
	v := pageView{
		Page: name, Lang: e.lang(), Dir: e.dir(),
		Name: line(site.Name), Tagline: line(site.Tagline), Root: root,
		Sender:   sender(site),
		Form:     p.form(page.Form, site),
		Years:    p.years(page.Issues, site, root),
		Leave:    tokenPath(root, PageUnsubscribe, page.Leave),
		Settings: tokenPath(root, PagePreferences, page.Settings),
		Inbox:    inboxView{line(site.From), p.say("letter.confirm.subject", "Name", line(site.Name))},
		Correct:  lines(page.Correction),
		Contact:  line(cmp.Or(site.ReplyTo, site.From)),
	}
	if page.Latest != nil {
		latest := p.issueLine(*page.Latest, site, root, true)
		v.Latest = &latest
	}
	if n := page.NextChat; n != nil {
		v.NextChat = &nextView{hashtag(n.Tag), line(n.Title), p.next(n.At, zone(n.Zone), zone(site.Zone))}
	}
	if page.Issue != nil {
		issue := p.issue(*page.Issue, site, false)
		p.corrected(*page.Issue, &issue, page.Corrections, site)
		v.Issue, v.Since = &issue, p.since(page.FollowUps, site)
	}
	v.Search = p.search(page.Search, site, root)
	v.Newer, v.NewerText = p.neighbour(root, page.Newer)
	v.Older, v.OlderText = p.neighbour(root, page.Older)
	v.Act, v.Private = tokenPath(root, name, page.Token), slices.Contains(privatePages(), name)
	if name == PageSaved {
		v.Act = tokenPath(root, PagePreferences, page.Token)
	}
	if name == PageMessage {
		v.Message = p.say("message." + string(cmp.Or(page.Message, MessageFailed)) + ".text")
	}
	if page.Subscriber != nil {
		v.Reader = s.reader(p, *page.Subscriber, page)
	}
	v.Title = p.title(name, page, v)
	return v, p.err
}

// privatePages bear a token or a question in their address.
func privatePages() []string {
	return []string{PageSearch, PageConfirm, PageConfirmed, PageUnsubscribe, PageUnsubscribed, PagePreferences, PageSaved}
}

func (p *printer) title(name string, page Page, v pageView) string {
	switch {
	case page.Title != "":
		return line(page.Title)
	case name == PageIssue && v.Issue != nil:
		return cmp.Or(v.Issue.Subject, v.Issue.Number)
	case name == PageSearch && v.Search.Question != "":
		return p.say("page.search.title_asked", "Question", v.Search.Question)
	case name == PageMessage:
		return p.say("message." + string(cmp.Or(page.Message, MessageFailed)) + ".title")
	case name == PageSignup && v.Form.Problem != "":
		return p.say("form.error_title", "Title", p.say("page.signup.title", "Name", v.Name))
	}
	return p.say("page."+name+".title", "Name", v.Name)
}

func (p *printer) form(f *FormData, site Site) formView {
	v := formView{}
	v.Consent, _ = p.consent(site)
	if f == nil {
		return v
	}
	v.Address, v.Stamp = line(f.Address), f.Stamp
	if f.Problem != "" {
		v.Problem = p.say("problem." + string(f.Problem))
		v.Field = f.Problem == ProblemEmpty || f.Problem == ProblemMalformed
	}
	return v
}

// consent is the site's own wording, or ours in the reader's language.
func (p *printer) consent(site Site) (wording, version string) {
	if site.Consent != "" {
		return line(site.Consent), site.ConsentID
	}
	wording = p.say("site.consent", "Name", line(site.Name), "Schedule", p.schedule(site))
	return wording, p.say("site.consent_id")
}

func (p *printer) years(issues []IssueLine, site Site, root string) []yearView {
	var years []yearView
	for _, i := range issues {
		year := i.Slot.In(zone(site.Zone)).Format("2006")
		if len(years) == 0 || years[len(years)-1].Year != year {
			years = append(years, yearView{Year: year})
		}
		last := &years[len(years)-1]
		last.Issues = append(last.Issues, p.issueLine(i, site, root, false))
	}
	return years
}

// issueLine prints an issue of a list; the date carries its year unless the
// list does.
func (p *printer) issueLine(i IssueLine, site Site, root string, withYear bool) lineView {
	slot := i.Slot.In(zone(site.Zone))
	v := lineView{
		Number:  p.say("issue.number", "Number", i.Number),
		Machine: slot.Format(time.DateOnly),
		Subject: short(line(i.Subject), 200),
		URL:     issuePath(root, i.Number),
	}
	if v.Subject == "" {
		v.Subject = v.Number
	}
	if v.Date = p.dayOfYear(slot); withYear {
		v.Date = p.day(slot)
	}
	parts := []string{p.some("issue.stories", i.Stories)}
	for _, tag := range i.Chats {
		parts = append(parts, hashtag(tag))
	}
	v.Meta = joined(append(parts, p.some("issue.minutes", i.Minutes))...)
	return v
}

func (p *printer) neighbour(root string, number int) (path, text string) {
	if number == 0 {
		return "", ""
	}
	return issuePath(root, number), p.say("issue.number", "Number", number)
}

func (s *Set) reader(p *printer, r Reader, page Page) readerView {
	v := readerView{Address: masked(r.Address)}
	chosen := s.Match(r.Lang, page.Site.Lang)
	for _, e := range s.editions {
		v.Languages = append(v.Languages, option{"lang-" + e.lang(), e.lang(), p.keep(e.say("site.language")), e.lang(), e.lang() == chosen})
	}
	for i, topic := range page.Topics {
		on := len(r.Topics) == 0 || slices.Contains(r.Topics, topic)
		v.Topics = append(v.Topics, option{ID: "topic-" + strconv.Itoa(i+1), Value: topic, Label: line(topic), Chosen: on})
	}
	v.Formats = []option{
		{ID: "format-html", Value: "html", Label: p.say("preferences.html"), Chosen: !r.Text},
		{ID: "format-text", Value: "text", Label: p.say("preferences.text"), Chosen: r.Text},
	}
	here := cmp.Or(r.Zone, page.Site.Zone, "UTC")
	for _, z := range zones(here) {
		v.Zones = append(v.Zones, option{Value: z, Label: strings.ReplaceAll(z, "_", " "), Chosen: z == here})
	}
	return v
}

// zones are the time zones offered: where the field's chats have met and where
// their readers live, and always the one that is set now.
func zones(now string) []string {
	all := strings.Fields(`UTC
		Africa/Cairo Africa/Johannesburg Africa/Lagos Africa/Nairobi
		America/Argentina/Buenos_Aires America/Bogota America/Chicago America/Denver America/Halifax
		America/Los_Angeles America/Mexico_City America/New_York America/Sao_Paulo America/Toronto America/Vancouver
		Asia/Dubai Asia/Hong_Kong Asia/Jerusalem Asia/Kolkata Asia/Manila Asia/Riyadh Asia/Singapore Asia/Tokyo
		Australia/Brisbane Australia/Perth Australia/Sydney
		Europe/Amsterdam Europe/Athens Europe/Berlin Europe/Brussels Europe/Bucharest Europe/Budapest Europe/Copenhagen
		Europe/Dublin Europe/Helsinki Europe/Istanbul Europe/Kyiv Europe/Lisbon Europe/London Europe/Luxembourg
		Europe/Madrid Europe/Oslo Europe/Paris Europe/Prague Europe/Rome Europe/Sofia Europe/Stockholm Europe/Vienna
		Europe/Warsaw Europe/Zurich
		Pacific/Auckland`)
	if !slices.Contains(all, now) {
		all = append(all, now)
		slices.Sort(all)
	}
	return all
}

// masked shows enough of an address for its owner: a link may be forwarded.
func masked(address string) string {
	address = line(address)
	local, domain, ok := strings.Cut(address, "@")
	if !ok || local == "" {
		return ""
	}
	return string([]rune(local)[:1]) + "…@" + domain
}

// sitePath is the path under which the site is reachable: "" or "/news".
func sitePath(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(u.EscapedPath(), "/")
}

func issuePath(root string, number int) string { return root + "/issues/" + strconv.Itoa(number) }

func tokenPath(root, page, token string) string {
	if token == "" {
		return ""
	}
	return root + "/" + page + "/" + url.PathEscape(token)
}
