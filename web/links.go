package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"weekward/subscribers"
	"weekward/templates"
)

// RFC 8058, section 3.1: this one field makes a POST an unsubscription. The
// button on our own page sends it, too.
const (
	oneClickField = "List-Unsubscribe"
	oneClickValue = "One-Click"
)

// peek returns who the link of a page is for, or answers that it does not work.
func (s *site) peek(w http.ResponseWriter, r *http.Request, p subscribers.Purpose) (subscribers.Subscriber, bool) {
	sub, err := s.Subscribers.Peek(r.Context(), p, r.PathValue("token"))
	if err != nil {
		s.refuse(w, r, err)
		return sub, false
	}
	return sub, true
}

func (s *site) confirmPage(w http.ResponseWriter, r *http.Request) {
	sub, ok := s.peek(w, r, subscribers.PurposeConfirm)
	if !ok {
		return
	}
	s.show(w, r, http.StatusOK, templates.PageConfirm, s.page(r, sub))
}

// confirm makes the yes good. The POST itself is the press of the button.
func (s *site) confirm(w http.ResponseWriter, r *http.Request) {
	sub, err := s.Subscribers.Confirm(r.Context(), r.PathValue("token"), clientAddr(r, s.Trusted))
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	p := s.page(r, sub)
	p.Settings, p.Leave = s.token(subscribers.PurposePreferences, sub), s.token(subscribers.PurposeUnsubscribe, sub)
	p.Latest = s.latest(r)
	s.show(w, r, http.StatusOK, templates.PageConfirmed, p)
}

func (s *site) unsubscribePage(w http.ResponseWriter, r *http.Request) {
	sub, ok := s.peek(w, r, subscribers.PurposeUnsubscribe)
	if !ok {
		return
	}
	p := s.page(r, sub)
	if sub.State == subscribers.Active {
		p.Settings = s.token(subscribers.PurposePreferences, sub)
	}
	s.show(w, r, http.StatusOK, templates.PageUnsubscribe, p)
}

// unsubscribe ends the mails at once, for a mailbox provider's one-click POST
// (RFC 8058) as for the button on our page: no cookie, no Origin, no further
// question. It may be repeated.
func (s *site) unsubscribe(w http.ResponseWriter, r *http.Request) {
	fields, ok := s.posted(w, r)
	if !ok || !s.pressed(w, r, fields.Get(oneClickField) == oneClickValue) {
		return
	}
	sub, err := s.Subscribers.Unsubscribe(r.Context(), r.PathValue("token"))
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, templates.PageUnsubscribed, s.page(r, sub))
}

func (s *site) preferencesPage(w http.ResponseWriter, r *http.Request) {
	if sub, ok := s.peek(w, r, subscribers.PurposePreferences); ok {
		s.showPreferences(w, r, http.StatusOK, sub, templates.FormData{})
	}
}

// showPreferences shows the choices, and what was wrong with a form of theirs.
func (s *site) showPreferences(w http.ResponseWriter, r *http.Request, status int, sub subscribers.Subscriber, wrong templates.FormData) {
	p := s.page(r, sub)
	p.Leave = s.token(subscribers.PurposeUnsubscribe, sub)
	p.Form = &wrong
	s.show(w, r, status, templates.PagePreferences, p)
}

func (s *site) savePreferences(w http.ResponseWriter, r *http.Request) {
	fields, ok := s.posted(w, r)
	if !ok || !s.pressed(w, r, fields.Has(templates.FieldFormat) || fields.Has(templates.FieldLang)) {
		return
	}
	sub, ok := s.peek(w, r, subscribers.PurposePreferences)
	if !ok {
		return
	}
	choice, ok := s.choice(fields, sub)
	if !ok {
		s.showPreferences(w, r, http.StatusUnprocessableEntity, sub, templates.FormData{Problem: templates.ProblemChoice})
		return
	}
	saved, err := s.Subscribers.SavePreferences(r.Context(), r.PathValue("token"), choice)
	wrong := (*subscribers.PreferenceError)(nil)
	switch {
	case errors.As(err, &wrong):
		s.showPreferences(w, r, http.StatusUnprocessableEntity, sub, templates.FormData{Problem: templates.ProblemChoice})
	case err != nil:
		s.refuse(w, r, err)
	default:
		s.show(w, r, http.StatusOK, templates.PageSaved, s.page(r, saved))
	}
}

// choice reads the preferences form. A field that did not come back leaves
// things as they are, except topics, whose boxes are silent when unticked. It
// is false when a topic was chosen that is not on offer.
func (s *site) choice(fields url.Values, sub subscribers.Subscriber) (subscribers.Preferences, bool) {
	pick := func(field, now string) string {
		if fields.Has(field) {
			return fields.Get(field)
		}
		return now
	}
	for _, t := range fields[templates.FieldTopic] {
		if !slices.Contains(s.Topics, t) {
			return subscribers.Preferences{}, false
		}
	}
	return subscribers.Preferences{
		Lang:   pick(templates.FieldLang, sub.Lang),
		Zone:   pick(templates.FieldZone, sub.Zone),
		Topics: s.offered(fields[templates.FieldTopic]),
		Format: subscribers.Format(pick(templates.FieldFormat, string(sub.Format))),
	}, true
}

// pressed answers a POST that came without a button. The answer does not
// depend on the token, so it tells nothing.
func (s *site) pressed(w http.ResponseWriter, r *http.Request, button bool) bool {
	if !button {
		s.message(w, r, http.StatusBadRequest, unknownLink)
	}
	return button
}

// page is what the pages of one reader have in common. They speak the reader's
// language, if it is known.
func (s *site) page(r *http.Request, sub subscribers.Subscriber) templates.Page {
	p := templates.Page{Lang: s.Pages.Match(sub.Lang, r.Header.Get("Accept-Language"), s.Site.Lang), Token: r.PathValue("token"), Topics: s.Topics}
	if sub.Email != "" {
		p.Subscriber = &templates.Reader{Address: sub.Email, Lang: sub.Lang, Zone: sub.Zone, Topics: sub.Topics, Text: sub.Format == subscribers.Text}
	}
	return p
}

// token is a link of a reader that does not expire.
func (s *site) token(p subscribers.Purpose, sub subscribers.Subscriber) string {
	return s.Keys.Token(p, sub, time.Time{})
}
