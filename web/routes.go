package web

import (
	"net/http"
	"strings"
)

// A route is one address of the site. HEAD is answered like GET.
type route struct {
	pattern string
	get     http.HandlerFunc // nil: not allowed
	post    http.HandlerFunc // nil: not allowed
}

// table lists every address there is.
func (s *site) table() []route {
	return []route{
		{"/{$}", s.front, nil},
		{"/subscribe", s.front, s.subscribe},
		{"/check-your-inbox", s.checkInbox, nil},
		{"/confirm/{token}", personal(s.confirmPage), personal(s.confirm)},
		{"/unsubscribe/{token}", personal(s.unsubscribePage), personal(s.unsubscribe)},
		{"/preferences/{token}", personal(s.preferencesPage), personal(s.savePreferences)},
		{"/preferences/{token}/address", personal(s.preferencesAgain), personal(s.move)},
		{"/issues/{$}", s.archive, nil},
		{"/issues/{number}", s.issue, nil},
		{"/search", personal(s.search), nil},
		{"/feed.xml", s.rss, nil},
		{"/atom.xml", s.atom, nil},
		{"/feed.json", s.jsonFeed, nil},
		{"/privacy", s.privacy, nil},
		{"/sitemap.xml", s.sitemap, nil},
		{"/robots.txt", s.robots, nil},
		{"/healthz", s.healthz, nil},
		{"/readyz", s.readyz, nil},
		{"/assets/{file...}", s.asset, nil},
	}
}

// routes answers every address of the table, and tells politely of all others.
func (s *site) routes() http.Handler {
	mux := http.NewServeMux()
	for _, rt := range s.table() {
		mux.Handle(rt.pattern, s.methods(rt))
	}
	mux.Handle("/issues", s.elsewhere(mux)) // else the mux would redirect by itself, not knowing our root
	mux.Handle("/", s.elsewhere(mux))
	return mux
}

// methods serves one route by method. No body is read beyond maxForm.
func (s *site) methods(rt route) http.Handler {
	allow := "GET, HEAD"
	if rt.post != nil {
		allow += ", POST"
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		switch {
		case r.Method == http.MethodGet || r.Method == http.MethodHead:
			rt.get(w, r)
		case r.Method == http.MethodPost && rt.post != nil:
			rt.post(w, r)
		default:
			w.Header().Set("Allow", allow)
			s.message(w, r, http.StatusMethodNotAllowed, notFound)
		}
	})
}

// elsewhere answers what is not in the table: a slash too many or too few
// leads to the right address, the rest is not found. The redirect goes only to
// addresses of the table, so that it never leads away from here.
func (s *site) elsewhere(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		other := strings.TrimSuffix(r.URL.EscapedPath(), "/")
		if other == r.URL.EscapedPath() {
			other += "/"
		}
		if !s.known(mux, r, other) {
			s.message(w, r, http.StatusNotFound, notFound)
			return
		}
		status := http.StatusMovedPermanently
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			status = http.StatusPermanentRedirect // keeps method and body
		}
		if r.URL.RawQuery != "" {
			other += "?" + r.URL.RawQuery
		}
		w.Header().Set("Location", s.root+other)
		w.WriteHeader(status)
	})
}

// known says whether a path is in the table.
func (s *site) known(mux *http.ServeMux, r *http.Request, path string) bool {
	probe := r.Clone(r.Context())
	u, err := r.URL.Parse(path)
	if err != nil || u.Host != r.URL.Host {
		return false
	}
	probe.URL = u
	_, pattern := mux.Handler(probe)
	return pattern != "/" && pattern != "/issues" && pattern != ""
}
