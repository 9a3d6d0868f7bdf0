package web

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"weekward/subscribers"
	"weekward/templates"
)

// Short names for what a message page says.
const (
	unknownLink = templates.MessageUnknownLink
	tooMany     = templates.MessageTooMany
	notFound    = templates.MessageNotFound
	failed      = templates.MessageFailed
)

// show answers with a page in the reader's language. Nothing is sent before
// the whole page is rendered.
func (s *site) show(w http.ResponseWriter, r *http.Request, status int, name string, p templates.Page) {
	p.Site = s.Site
	if p.Lang == "" {
		p.Lang = s.lang(r)
	}
	var b bytes.Buffer
	if err := s.Pages.Page(&b, name, p); err != nil {
		s.Log.Error("render page", "page", name, "err", err)
		http.Error(w, "The page could not be shown. Please try again later.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	h.Add("Vary", "Accept-Language")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-cache")
	}
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

// lang is the language of ours that serves the reader best.
func (s *site) lang(r *http.Request) string {
	return s.Pages.Match(r.Header.Get("Accept-Language"), s.Site.Lang)
}

// message answers with a page that says one thing.
func (s *site) message(w http.ResponseWriter, r *http.Request, status int, m templates.Message) {
	w.Header().Set("Cache-Control", "no-store")
	s.show(w, r, status, templates.PageMessage, templates.Page{Message: m})
}

// refuse answers a request that failed. A link that is wrong, used or too old
// gets one page whatever is the matter with it; all else is ours to mend and
// goes to the log. The errors of subscribers name nobody but by ID.
func (s *site) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, subscribers.ErrUnknownToken) {
		s.message(w, r, http.StatusNotFound, unknownLink)
		return
	}
	s.Log.Error("request failed", "pattern", r.Pattern, "err", err)
	s.message(w, r, http.StatusInternalServerError, failed)
}

// see sends the browser on to a path of ours after a form was taken.
func (s *site) see(w http.ResponseWriter, path string) {
	w.Header().Set("Location", s.root+path)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusSeeOther)
}

// posted reads a form in either encoding, or answers that it could not be read.
// What stands in the address's query is no part of it.
func (s *site) posted(w http.ResponseWriter, r *http.Request) (url.Values, bool) {
	err := r.ParseForm()
	if err == nil {
		err = r.ParseMultipartForm(maxForm)
	}
	if err == nil || errors.Is(err, http.ErrNotMultipart) {
		return r.PostForm, true
	}
	status := http.StatusBadRequest
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		status = http.StatusRequestEntityTooLarge
	}
	s.message(w, r, status, failed)
	return nil, false
}
