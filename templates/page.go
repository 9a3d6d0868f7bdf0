package templates

import (
	"fmt"
	"io"
	"time"

	"weekward/digest"
)

// The pages of the public site.
const (
	PageSignup       = "signup"       // Form, Latest, NextChat
	PageCheckInbox   = "check-inbox"  // nothing but Site
	PageConfirm      = "confirm"      // Token; Subscriber if known
	PageConfirmed    = "confirmed"    // Latest; Settings and Leave for the links of the new reader
	PageUnsubscribe  = "unsubscribe"  // Token; Subscriber if known; Settings for a gentler way
	PageUnsubscribed = "unsubscribed" // nothing but Site
	PagePreferences  = "preferences"  // Token, Subscriber, Topics, Form for a problem; Leave
	PageSaved        = "saved"        // Token, to go back
	PageArchive      = "archive"      // Issues, newest first
	PageSearch       = "search"       // Search
	PageIssue        = "issue"        // Issue, Newer, Older, Correction, Corrections, FollowUps
	PagePrivacy      = "privacy"      // nothing but Site
	PageMessage      = "message"      // Message
)

// The names of form fields. FieldTrap is the honeypot: people never see it, so
// whatever arrives in it was written by a program.
const (
	FieldEmail  = "email"
	FieldStamp  = "stamp"  // the signed time at which the form was made
	FieldTrap   = "remark" // must come back empty
	FieldLang   = "language"
	FieldZone   = "zone"
	FieldTopic  = "topic" // once for each ticked topic; none means all
	FieldFormat = "format"
	FieldSearch = "q" // the question to the archive; in the address, for it changes nothing
)

// A Page is what a web page shows. Each page reads Site, Lang and the fields
// named beside its constant; the others may stay zero.
type Page struct {
	Site  Site
	Lang  string // BCP 47, of the reader; "" means the site's
	Title string // replaces the page's own title; usually ""

	Form        *FormData           // what was typed, and what is wrong with it
	Latest      *IssueLine          // the last issue sent
	NextChat    *NextChat           // the coming chat
	Issue       *digest.Issue       // one issue, whole
	Newer       int                 // number of the issue after it; 0 when there is none
	Older       int                 // number of the issue before it; 0 when there is none
	Correction  string              // the editor's note on what was mended after sending
	Corrections []digest.Correction // what the sources mended after sending
	FollowUps   []digest.Followed   // what later issues have about its stories
	Issues      []IssueLine
	Search      *Search // what was asked of the archive, and the answers
	Subscriber  *Reader
	Topics      []string // that readers may choose from; empty hides the choice
	Token       string   // of this page: where its button posts to
	Leave       string   // token of the reader's unsubscribe page; "" hides the link
	Settings    string   // token of the reader's preferences page; "" hides the link
	Message     Message
}

// FormData is a form as it came back.
type FormData struct {
	Address string // as typed
	Stamp   string // for FieldStamp; required by the sign-up page
	Problem Problem
}

// A Search is a question to the archive of issues.
type Search struct {
	Question string           // as typed; "" before anything was asked
	Found    []digest.Printed // the best first
}

// A Problem says why a form was not accepted.
type Problem string

// The problems of a form; "" means none.
const (
	ProblemEmpty     Problem = "empty"     // no address
	ProblemMalformed Problem = "malformed" // not an address that mail can be sent to
	ProblemExpired   Problem = "expired"   // the form lay open too long, or its stamp is not ours
	ProblemChoice    Problem = "choice"    // a language, zone, topic or format that was not offered
)

// A Message names the one thing a message page says.
type Message string

// The messages.
const (
	MessageUnknownLink Message = "unknown-link" // a token that is wrong, used or too old; the page does not say which
	MessageTooMany     Message = "too-many"     // too many requests
	MessageNotFound    Message = "not-found"
	MessageFailed      Message = "failed" // our fault
)

// A Reader is the subscriber a page is for.
type Reader struct {
	Address string // shown masked
	Lang    string
	Zone    string
	Topics  []string // empty means all
	Text    bool     // plain text only
}

// An IssueLine is one issue in a list.
type IssueLine struct {
	Number  int
	Slot    time.Time
	Subject string
	Stories int
	Minutes int
	Chats   []string // tags, without "#"
}

// NextChat is when a chat meets next.
type NextChat struct {
	Tag   string // without "#"
	Title string
	At    time.Time
	Zone  string // IANA, the chat's home zone
}

// Page writes a page, whole or not at all: an error means nothing was written
// (or that w failed).
func (s *Set) Page(w io.Writer, name string, page Page) error {
	e := s.edition(page.Lang, page.Site.Lang)
	t, ok := e.pages[name]
	if !ok {
		return fmt.Errorf("render page: there is no page %q", name)
	}
	v, err := s.pageView(e, name, page)
	if err != nil {
		return fmt.Errorf("render page %s in %s: %w", name, e.lang(), err)
	}
	html, err := render(t, v)
	if err != nil {
		return fmt.Errorf("render page %s in %s: %w", name, e.lang(), err)
	}
	_, err = io.WriteString(w, tidyHTML(html))
	return err
}

// Consent is the wording beside the sign-up button in a language and its
// version. What is stored as proof is this, so form and record agree.
func (s *Set) Consent(site Site, lang string) (wording, version string, err error) {
	e := s.edition(lang, site.Lang)
	p := &printer{locale: e.locale}
	wording, version = p.consent(site)
	return wording, version, p.err
}
