package web

import (
	"context"
	"net/http"

	"weekward/subscribers"
	"weekward/templates"
)

// preferencesAgain shows the page that the form for another address stands on.
func (s *site) preferencesAgain(w http.ResponseWriter, r *http.Request) {
	s.see(w, "/preferences/"+r.PathValue("token"))
}

// move takes the form for another address. The answer is the same for every
// address that mail could be sent to, as for a sign-up.
func (s *site) move(w http.ResponseWriter, r *http.Request) {
	fields, ok := s.posted(w, r)
	if !ok || !s.pressed(w, r, fields.Has(templates.FieldEmail)) {
		return
	}
	sub, ok := s.peek(w, r, subscribers.PurposePreferences)
	if !ok {
		return
	}
	address := fields.Get(templates.FieldEmail)
	if problem := addressProblem(address); problem != "" {
		s.showPreferences(w, r, http.StatusUnprocessableEntity, sub, templates.FormData{Address: address, Problem: problem})
		return
	}
	hand := func(ctx context.Context, ask subscribers.Request) error {
		return s.Subscribers.Move(ctx, r.PathValue("token"), ask)
	}
	s.ask(w, r, hand, sub.Lang, subscribers.Request{Address: address, Form: s.Site.BaseURL + "/preferences", From: clientAddr(r, s.Trusted)})
}
