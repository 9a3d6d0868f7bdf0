package web

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"weekward/subscribers"
	"weekward/templates"
)

// front shows the sign-up form, the last issue and the next chat.
func (s *site) front(w http.ResponseWriter, r *http.Request) {
	s.showForm(w, r, http.StatusOK, templates.FormData{})
}

// showForm shows the form with what was typed and what is wrong with it.
func (s *site) showForm(w http.ResponseWriter, r *http.Request, status int, f templates.FormData) {
	f.Stamp = stamp(s.Keys, s.Now())
	p := templates.Page{Form: &f, Latest: s.latest(r)}
	p.NextChat, _ = s.shelf.next(r.Context())
	w.Header().Set("Cache-Control", "private, no-cache") // the stamp is the visitor's
	s.show(w, r, status, templates.PageSignup, p)
}

// latest is the last issue sent, for a page that works without; nil when there
// is none.
func (s *site) latest(r *http.Request) *templates.IssueLine {
	lines, err := s.shelf.lines(r.Context())
	if err != nil {
		s.Log.Error("read the last issue", "err", err)
	}
	if len(lines) == 0 {
		return nil
	}
	return &lines[0]
}

// subscribe takes the sign-up form. The answer is the same for every address
// that mail could be sent to, whatever state is behind it (SU-3), and for
// programs that are given nothing.
func (s *site) subscribe(w http.ResponseWriter, r *http.Request) {
	fields, ok := s.posted(w, r)
	if !ok {
		return
	}
	address := fields.Get(templates.FieldEmail)
	if problem := addressProblem(address); problem != "" {
		s.showForm(w, r, http.StatusUnprocessableEntity, templates.FormData{Address: address, Problem: problem})
		return
	}
	if fields.Get(templates.FieldTrap) != "" {
		s.see(w, "/check-your-inbox")
		return
	}
	from := clientAddr(r, s.Trusted)
	switch age(s.Keys, fields.Get(templates.FieldStamp), s.Now()) {
	case ageForged, ageTooYoung:
		s.see(w, "/check-your-inbox")
		return
	case ageTooOld:
		s.showForm(w, r, http.StatusUnprocessableEntity, templates.FormData{Address: address, Problem: templates.ProblemExpired})
		return
	case ageUnknown:
		if !s.bare.allow(from, s.Now()) {
			s.message(w, r, http.StatusTooManyRequests, tooMany)
			return
		}
	}
	lang := s.Pages.Match(fields.Get(templates.FieldLang), r.Header.Get("Accept-Language"), s.Site.Lang)
	s.ask(w, r, s.Subscribers.SignUp, lang, subscribers.Request{
		Address: address,
		Lang:    lang,
		Topics:  s.offered(fields[templates.FieldTopic]),
		Form:    s.Site.BaseURL + "/",
		From:    from,
	})
}

// ask hands a request of a form to the list, with the wording that the form
// showed in its language. The answer is the same for every address.
func (s *site) ask(w http.ResponseWriter, r *http.Request, hand func(context.Context, subscribers.Request) error, lang string, ask subscribers.Request) {
	wording, version, err := s.Pages.Consent(s.Site, lang)
	if err == nil {
		ask.Wording = subscribers.Wording{Version: version, Text: wording}
		err = hand(r.Context(), ask)
	}
	switch {
	case err == nil:
		s.see(w, "/check-your-inbox")
	case errors.Is(err, subscribers.ErrTooMany):
		s.message(w, r, http.StatusTooManyRequests, tooMany)
	default:
		s.refuse(w, r, err)
	}
}

// addressProblem says what is wrong with a typed address; "" when it is fine.
func addressProblem(address string) templates.Problem {
	_, err := subscribers.ParseAddress(address)
	if err == nil {
		return ""
	}
	if wrong := (*subscribers.AddressError)(nil); errors.As(err, &wrong) && wrong.Problem == subscribers.AddressEmpty {
		return templates.ProblemEmpty
	}
	return templates.ProblemMalformed
}

// offered keeps the topics that there are. All of them is the same as none:
// whoever wants everything gets a topic that is added later, too.
func (s *site) offered(topics []string) []string {
	var some []string
	for _, t := range s.Topics {
		if slices.Contains(topics, t) {
			some = append(some, t)
		}
	}
	if len(some) == len(s.Topics) {
		return nil
	}
	return some
}

func (s *site) checkInbox(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, http.StatusOK, templates.PageCheckInbox, templates.Page{})
}

func (s *site) privacy(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, http.StatusOK, templates.PagePrivacy, templates.Page{})
}
