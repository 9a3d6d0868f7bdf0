// Package templates renders: an Issue in; HTML mail, plain text and web pages
// out.
//
// Templates lay out, Go decides. What feeds and chats say is text and stays
// text: html/template escapes it. Every file can be replaced by a designer
// through an override folder; the rest stays embedded.
package templates

import "time"

// A Content is one mail as the reader sees it, before it is addressed.
type Content struct {
	Subject string
	HTML    string // "" for a reader who wants plain text only
	Text    string
	Links   Links // as printed in both parts; zero for a letter
}

// A Site is the newsletter's own identity, from the [site] section.
type Site struct {
	Name       string // of the newsletter
	Tagline    string // one line under the name; may be empty
	BaseURL    string // https address of the public site, no trailing slash
	From       string // mailbox that issues come from
	ReplyTo    string
	Mailbox    string       // that the program reads, for bounces and for readers who leave by mail; "" where there is none
	Postal     string       // postal address, lines separated by ", "
	Lang       string       // BCP 47
	Zone       string       // IANA zone of the schedule
	Weekday    time.Weekday // issues come on
	Time       string       // of day, "15:04" in Zone; "" says only that they come weekly
	PrivacyURL string       // "" means BaseURL + "/privacy"
	Consent    string       // the wording beside the sign-up button
	ConsentID  string       // its version
}

// Links are the addresses in a mail that belong to one reader, or slots that
// stand for them until a delivery fills them. A slot must be made of
// [A-Za-z0-9_-] so that it survives escaping and encoding.
type Links struct {
	Web         string // the issue in the archive; the same for everybody
	Unsubscribe string
	Preferences string
}
