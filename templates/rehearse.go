package templates

import (
	"fmt"
	"io"
	"time"

	"weekward/digest"
	"weekward/digest/recap"
)

// rehearse renders every mail and page once and throws the result away. A
// template can parse and still fail on a field that does not exist, or on
// markup that cannot be escaped; a designer should learn it at start and not
// on issue day. Every field of the specimen is set, so that every branch runs.
func (s *Set) rehearse() error {
	issue, site, page := specimen()
	for _, lang := range s.Languages() {
		site.Lang, page.Lang, page.Site.Lang = lang, lang, lang
		if _, err := s.Mail(issue, site, Links{Web: "https://example.org/issues/1", Unsubscribe: "slot", Preferences: "slot"}, lang); err != nil {
			return err
		}
		for _, kind := range []string{LetterConfirm, LetterPreferences, LetterAddress, LetterMoved, LetterWelcome, LetterNotice} {
			if _, err := s.Letter(kind, site, LetterData{Lang: lang, Link: "slot", Leave: "slot", Asked: issue.Slot, Subject: "Word", Lines: []string{"Word"}}); err != nil {
				return err
			}
		}
		for name := range s.editions[0].pages {
			if err := s.Page(io.Discard, name, page); err != nil {
				return fmt.Errorf("rehearse %s: %w", s.files.origin("pages/"+name+".html"), err)
			}
		}
	}
	return nil
}

func specimen() (digest.Issue, Site, Page) {
	day := time.Date(2010, 4, 6, 6, 0, 0, 0, time.UTC)
	const word, link = "Word", "https://example.org/"
	story := digest.Story{
		ID: word, Title: word, URL: link, Source: word, Lang: "ar", Published: day, Excerpt: word, Note: word, Shared: 2, SharedIn: word, Discussed: digest.Discussed{Tag: word, Question: word},
		Also:    []digest.Also{{Source: "A", URL: link}, {Source: "B", URL: link}, {Source: "C", URL: link}, {Source: "D", URL: link}, {Source: "E", URL: link}},
		Related: []digest.Related{{Title: word, URL: link, Source: word, Lang: "ar", Published: day, Excerpt: word}},
	}
	quote := recap.Highlight{Author: word, Handle: "handle", Network: word, Text: word, Lang: "ar", URL: link, At: day}
	issue := digest.Issue{
		Number: 1, Slot: day, Subject: word, Preheader: word, Minutes: 1,
		Stories: []digest.Story{story, story},
		Chats: []recap.Recap{{
			Tag: word, Title: word, Session: day, Zone: "Europe/London", Posts: 1, People: 1, Replies: 1,
			Questions: []recap.Question{{Label: "Q1", Text: word, Posts: 1, Highlights: []recap.Highlight{quote}}},
			Links:     []recap.Link{{URL: link, Title: word, Shared: 1}}, Timeline: []int{1, 2}, Next: day,
		}},
	}
	site := Site{Name: word, Tagline: word, BaseURL: "https://example.org", From: "word@example.org", Postal: word, Zone: "Europe/London", Time: "07:00"}
	line := IssueLine{Number: 1, Slot: day, Subject: word, Stories: 1, Minutes: 1, Chats: []string{word}}
	return issue, site, Page{
		Site: site, Form: &FormData{Address: word, Stamp: word, Problem: ProblemMalformed}, Latest: &line,
		NextChat: &NextChat{Tag: word, Title: word, At: day, Zone: "Europe/London"}, Issue: &issue, Newer: 2, Older: 1,
		Correction: word, Corrections: []digest.Correction{{Item: word, Printed: word, Title: link, Source: word, Sign: word, Seen: day}},
		FollowUps: []digest.Followed{{Story: word, FollowUps: []digest.FollowUp{{Title: word, URL: link, Source: word, Published: day}}}}, Issues: []IssueLine{line},
		Search:     &Search{Question: word, Found: []digest.Printed{{Issue: 1, Slot: day, Title: word, URL: link, Source: word, Lang: "ar", Excerpt: word}}},
		Subscriber: &Reader{Address: "word@example.org"}, Topics: []string{word},
		Token: word, Leave: word, Settings: word, Message: MessageNotFound,
	}
}
