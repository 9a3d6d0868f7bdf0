package web

import (
	"errors"
	"net/http"
	"strconv"

	"weekward/mailer"
	"weekward/templates"
)

// archive lists the issues.
func (s *site) archive(w http.ResponseWriter, r *http.Request) {
	lines, err := s.shelf.lines(r.Context())
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, templates.PageArchive, templates.Page{Issues: lines})
}

// issue shows one issue as it was sent.
func (s *site) issue(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil || strconv.Itoa(number) != r.PathValue("number") {
		s.message(w, r, http.StatusNotFound, notFound)
		return
	}
	issue, err := s.shelf.published(r.Context(), number)
	switch {
	case errors.Is(err, mailer.ErrNoIssue):
		s.message(w, r, http.StatusNotFound, notFound)
		return
	case err != nil:
		s.refuse(w, r, err)
		return
	}
	p := templates.Page{Issue: &issue}
	if lines, err := s.shelf.lines(r.Context()); err == nil {
		p.Older, p.Newer = neighbours(lines, number)
	}
	if p.FollowUps, p.Corrections, err = s.since(r.Context(), issue, p.Newer > 0); err != nil {
		s.Log.Error("an issue is shown without what came after it", "issue", number, "err", err)
	}
	s.show(w, r, http.StatusOK, templates.PageIssue, p)
}

// neighbours returns the numbers of the issues before and after one; 0 when
// there is none. Skipped slots leave gaps between numbers.
func neighbours(lines []templates.IssueLine, number int) (older, newer int) {
	for _, l := range lines { // newest first
		if l.Number > number {
			newer = l.Number
		}
		if l.Number < number {
			return l.Number, newer
		}
	}
	return 0, newer
}
