package mailer

import "weekward/templates"

// Reprint returns what renders the mails of an issue that was frozen before,
// for a database that has lost them: with the same content, seed and date they
// are the same, octet for octet, as long as the templates are.
func (p *Press) Reprint(r Record, m Mailing) (func(Audience) (templates.Content, error), error) {
	issue, err := r.Issue()
	if err != nil {
		return nil, err
	}
	links := SlotLinks(m.Header.BaseURL, m.Seed, r.Number)
	return func(a Audience) (templates.Content, error) { return p.variant(issue, links, a) }, nil
}
