// Package bounces understands what comes back: failures of delivery,
// complaints, automatic and human replies. Read says what one mail is, Decide
// what follows for the person it is about, and a Clerk goes through a mailbox
// and carries it out.
//
// Nothing that a stranger can write counts without proof that it is about a
// mail of ours: a token in the address it came to, or the Message-ID of a
// delivery. Everything else is counted and changes nothing.
//
// Sending is left to mailer, the list to subscribers, and SQL to whoever
// fulfils the interfaces here.
package bounces

import (
	"slices"
	"strings"
)

// A Kind is what a mail says, of one person or as a whole.
type Kind string

// The kinds, from the gravest to those that say nothing about an address.
const (
	Complaint   Kind = "complaint"   // a reader marked a mail as unwanted (RFC 5965)
	Hard        Kind = "hard"        // the address is bad: no such user or host
	Soft        Kind = "soft"        // everything else: full, blocked, too big, not today
	Unsubscribe Kind = "unsubscribe" // a mail to the address of List-Unsubscribe (RFC 2369)
	AutoReply   Kind = "autoreply"   // a holiday notice, a ticket number (RFC 3834)
	Notice      Kind = "notice"      // delivered, relayed, read, or a report of statistics: nobody is to be suppressed
	Reply       Kind = "reply"       // a person wrote; it is for the editor
	Unknown     Kind = "unknown"     // it looks like a bounce, and says of nobody whom it is about
)

// Understood tells a kind that needs nobody to look at it.
func (k Kind) Understood() bool { return k != Reply && k != Unknown }

// A Trust says by what a recipient was found, the strongest first.
type Trust int

// The order of trust. A person cannot forge the first two without a mail of
// ours in hand.
const (
	ByNothing           Trust = iota // nobody was found
	ByToken                          // the token in the address the mail came to
	ByOriginalRecipient              // Original-Recipient, as we gave it
	ByMessageID                      // the Message-ID of the mail that came back
	ByFinalRecipient                 // Final-Recipient, after all forwarding
	ByText                           // an address in the text
)

// String is the trust in words, for the editor.
func (t Trust) String() string {
	return [...]string{"nothing", "token", "original recipient", "message id", "final recipient", "text"}[t]
}

// A Finding is what a mail says of one recipient.
type Finding struct {
	Recipient  string // as the mail names it; "" when it does not
	Original   string // Original-Recipient, decoded; "" when missing
	Trust      Trust  // what Recipient was taken from
	Kind       Kind
	Reason     Reason
	Action     string // "failed" or "delayed" (RFC 3464, 2.3.3); "" for what is no failure
	Status     string // RFC 3463, as in "5.1.1"; x.0.0 when only the class is known; "" for what is no failure
	Diagnostic string // what the other side said, on one line, without addresses
}

// failed tells a mail that was given up although its address may be good. One
// that is late may yet arrive.
func (f Finding) failed() bool { return f.Kind == Soft && f.Action == "failed" }

// A Report is what a mail says.
type Report struct {
	Kind     Kind // the gravest of the findings, or what the mail is instead
	Findings []Finding
	From     string   // the address in its From
	To       []string // the addresses it came to: where a token may stand
	ID       string   // its own Message-ID, without angle brackets
	Subject  string   // on one line
	Returned []string // Message-IDs of the mail that came back, without angle brackets
	Leave    string   // the token of a mail that asks to leave; "" without one
	Wordy    bool     // it asks to leave, and says something more
	Form     MailForm // how it was read
}

// A MailForm is the form a mail was understood in.
type MailForm string

// The forms.
const (
	FormDSN   MailForm = "dsn"   // RFC 3464
	FormARF   MailForm = "arf"   // RFC 5965
	FormJSON  MailForm = "json"  // a notification of a sending service
	FormPlain MailForm = "plain" // a text for people
)

// Read says what a mail is. It never fails: what cannot be understood is a
// Report of kind Unknown, and what nobody sent by machine one of kind Reply.
// Only the first MiB is looked at.
func Read(data []byte) Report {
	m := open(data[:min(len(data), maxMail)])
	r := m.report()
	for _, read := range []func(*mail, *Report) bool{readARF, readDSN, readNotification, readNotice, readUnsubscribe, readPlain, readAutoReply} {
		if read(m, &r) {
			r.settle()
			return r
		}
	}
	r.Kind = Reply
	if m.fromMachine() {
		r.Kind = Unknown
	}
	return r
}

// settle gives the mail the gravest kind of its findings.
func (r *Report) settle() {
	for _, kind := range []Kind{Complaint, Hard, Soft} {
		if slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Kind == kind }) {
			r.Kind = kind
			return
		}
	}
}

// mail is a mail taken apart.
type mail struct {
	headers headers
	kind    string // media type of the whole
	params  map[string]string
	leaves  []part
	text    string  // what it says itself: its texts, without what came back
	back    headers // of the mail that came back
}

// open takes a mail apart.
func open(data []byte) *mail {
	m := &mail{}
	var body []byte
	m.headers, body = readHeaders(data)
	m.kind, m.params = media(m.headers.first("content-type"))
	walk(m.headers, body, 0, &m.leaves)
	m.collect()
	return m
}

// collect gathers the text, and the header of what came back.
func (m *mail) collect() {
	var text, hyper strings.Builder
	for _, p := range m.leaves {
		switch {
		case p.returned():
			if len(m.back) == 0 {
				m.back = returnedHeaders(p)
			}
		case p.kind == "text/html":
			hyper.WriteString(p.text() + "\n")
		case strings.HasPrefix(p.kind, "text/") && text.Len() < maxText:
			text.WriteString(p.text() + "\n")
		}
	}
	m.text = text.String()
	if strings.TrimSpace(m.text) == "" {
		m.text = hyper.String()
	}
	said, rest := cutOriginal(m.text)
	if rest != "" && len(m.back) == 0 {
		m.back, _ = readHeaders([]byte(rest))
	}
	m.text = said
}

// returned tells a part that holds the mail that came back, or its header.
func (p part) returned() bool {
	return p.kind == "message/rfc822" || p.kind == "text/rfc822-headers" || p.kind == "message/rfc822-headers" ||
		p.kind == "text/rfc822" || p.kind == "message/global" || p.kind == "message/global-headers" || p.kind == "message/partial"
}

// returnedHeaders reads the header of the mail in a part.
func returnedHeaders(p part) headers {
	h, _ := readHeaders([]byte(strings.TrimLeft(p.text(), "\n")))
	return h
}

// report fills in what every form shares.
func (m *mail) report() Report {
	r := Report{Form: FormPlain, ID: messageID(m.headers.first("message-id")), Subject: oneLine(decodeWords(m.headers.first("subject")))}
	if from := addresses(m.headers.first("from")); len(from) > 0 {
		r.From = from[len(from)-1] // a name may look like an address
	}
	for _, name := range []string{"delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc"} {
		for _, value := range m.headers.all(name) {
			for _, a := range addresses(value) {
				if len(r.To) < 32 {
					r.To = with(r.To, a)
				}
			}
		}
	}
	for _, value := range m.back.all("message-id") {
		if id := messageID(value); id != "" {
			r.Returned = with(r.Returned, id)
		}
	}
	return r
}

// messageID takes the angle brackets off.
func messageID(value string) string {
	_, after, found := strings.Cut(value, "<")
	if !found {
		return strings.TrimSpace(value)
	}
	id, _, _ := strings.Cut(after, ">")
	return strings.TrimSpace(id)
}

// oneLine makes every run of blanks and control characters one blank.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' }), " ")
}
