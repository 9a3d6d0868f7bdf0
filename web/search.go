package web

import (
	"net/http"
	"strings"

	"weekward/templates"
)

const (
	// searchesAMinute is how many questions one network may ask in a minute: an
	// office full of readers, and no more than a second's work.
	searchesAMinute = 60
	// mostFound is how many answers a page has. Who does not find it among the
	// best twenty asks again, with other words.
	mostFound = 20
)

// search answers a question to the archive. The question stands in the
// address, so that the answer can be bookmarked; it is neither kept nor logged
// (see withLog), and the page is kept in no cache and no index (see personal).
func (s *site) search(w http.ResponseWriter, r *http.Request) {
	question := asked(r.URL.Query().Get(templates.FieldSearch))
	p := templates.Page{Search: &templates.Search{Question: question}}
	if question != "" {
		if !s.searches.allow(clientAddr(r, s.Trusted), s.Now()) {
			s.message(w, r, http.StatusTooManyRequests, tooMany)
			return
		}
		archive, err := s.shelf.archive(r.Context())
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		p.Search.Found = archive.Find(question, mostFound)
	}
	s.show(w, r, http.StatusOK, templates.PageSearch, p)
}

// asked cuts a question to what is read of it.
func asked(q string) string {
	letters := []rune(strings.ToValidUTF8(q, ""))
	return strings.Join(strings.Fields(string(letters[:min(len(letters), templates.MaxQuestion)])), " ")
}
