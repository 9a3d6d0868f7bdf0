package web

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"github.com/gorilla/feeds"

	"weekward/digest"
)

//go:embed feeditem.html
var feedItemSource string

// feedItem renders the full text of an issue for feed readers (IN-2).
var feedItem = template.Must(template.New("feeditem.html").Parse(feedItemSource))

func (s *site) rss(w http.ResponseWriter, r *http.Request) {
	s.feed(w, r, "application/rss+xml; charset=utf-8", (*feeds.Feed).ToRss)
}

func (s *site) atom(w http.ResponseWriter, r *http.Request) {
	s.feed(w, r, "application/atom+xml; charset=utf-8", (*feeds.Feed).ToAtom)
}

func (s *site) jsonFeed(w http.ResponseWriter, r *http.Request) {
	s.feed(w, r, "application/feed+json; charset=utf-8", (*feeds.Feed).ToJSON)
}

// feed answers with the last issues in one of the formats.
func (s *site) feed(w http.ResponseWriter, r *http.Request, contentType string, write func(*feeds.Feed) (string, error)) {
	issues, err := s.shelf.latest(r.Context())
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	f, err := s.feedOf(issues)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	text, err := write(f)
	if err != nil {
		s.refuse(w, r, fmt.Errorf("write feed: %w", err))
		return
	}
	serve(w, r, contentType, []byte(text))
}

func (s *site) feedOf(issues []digest.Issue) (*feeds.Feed, error) {
	f := &feeds.Feed{
		Id:          s.Site.BaseURL + "/",
		Title:       s.Site.Name,
		Description: s.Site.Tagline,
		Link:        &feeds.Link{Href: s.Site.BaseURL + "/"},
	}
	for i, issue := range issues {
		if i == 0 {
			f.Updated = issue.Slot
		}
		var body bytes.Buffer
		if err := feedItem.Execute(&body, issue); err != nil {
			return nil, fmt.Errorf("render issue %d for feeds: %w", issue.Number, err)
		}
		address := s.issueURL(issue.Number)
		f.Items = append(f.Items, &feeds.Item{
			Id: address, IsPermaLink: "true", Title: issue.Subject, Link: &feeds.Link{Href: address},
			Description: issue.Preheader, Content: body.String(), Created: issue.Slot, Updated: issue.Slot,
		})
	}
	return f, nil
}

// issueURL is the address of an issue, the same for ever.
func (s *site) issueURL(number int) string {
	return s.Site.BaseURL + "/issues/" + strconv.Itoa(number)
}

// serve answers with a file, or says that the reader has it already.
func serve(w http.ResponseWriter, r *http.Request, contentType string, data []byte) {
	sum := sha256.Sum256(data)
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", `"`+hex.EncodeToString(sum[:12])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}
