package web

import (
	"context"
	"encoding/xml"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"time"
)

// pingTimeout bounds how long a health check waits for the storage.
const pingTimeout = 2 * time.Second

// robots keeps crawlers off the pages that belong to one person.
func (s *site) robots(w http.ResponseWriter, r *http.Request) {
	lines := []string{"User-agent: *"}
	for _, path := range []string{"/confirm/", "/unsubscribe/", "/preferences/", "/subscribe", "/check-your-inbox", "/search"} {
		lines = append(lines, "Disallow: "+s.root+path)
	}
	lines = append(lines, "", "Sitemap: "+s.Site.BaseURL+"/sitemap.xml", "")
	serve(w, r, "text/plain; charset=utf-8", []byte(strings.Join(lines, "\n")))
}

// A sitemapURL is one page of the sitemap (sitemaps.org, protocol 0.9).
type sitemapURL struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod,omitempty"`
}

// sitemap lists the pages that anybody may read.
func (s *site) sitemap(w http.ResponseWriter, r *http.Request) {
	lines, err := s.shelf.lines(r.Context())
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	set := struct {
		XMLName xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		URLs    []sitemapURL `xml:"url"`
	}{}
	for _, path := range []string{"/", "/issues/", "/privacy"} {
		set.URLs = append(set.URLs, sitemapURL{Loc: s.Site.BaseURL + path})
	}
	for _, l := range lines {
		set.URLs = append(set.URLs, sitemapURL{s.issueURL(l.Number), l.Slot.UTC().Format(time.DateOnly)})
	}
	data, err := xml.Marshal(set)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	serve(w, r, "application/xml; charset=utf-8", append([]byte(xml.Header), data...))
}

// healthz says whether this process works: it answers, and its storage does.
func (s *site) healthz(w http.ResponseWriter, r *http.Request) { s.health(w, r, "ok\n") }

// readyz says whether this process should be sent visitors.
func (s *site) readyz(w http.ResponseWriter, r *http.Request) { s.health(w, r, "ready\n") }

func (s *site) health(w http.ResponseWriter, r *http.Request, fine string) {
	ctx, cancel := context.WithTimeout(r.Context(), pingTimeout)
	defer cancel()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if err := s.Ping(ctx); err != nil {
		s.Log.Error("storage does not answer", "err", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		fine = "the storage does not answer\n"
	}
	io.WriteString(w, fine)
}

// asset serves a file that pages need. There is no listing of folders.
func (s *site) asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	info, err := fs.Stat(s.Pages.Assets(), name)
	if err != nil || info.IsDir() {
		s.message(w, r, http.StatusNotFound, notFound)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=3600")
	http.ServeFileFS(w, r, s.Pages.Assets(), name)
}
