package bounces

import "strings"

// readPlain reads the bounces that keep no standard: a text for people, in
// some eighty dialects.
func readPlain(m *mail, r *Report) bool {
	if !m.bounced() {
		return false
	}
	action := "failed"
	if m.waits() {
		action = "delayed"
	}
	named := m.named()
	trust := ByText
	if len(named) == 0 {
		if a := m.someone(); a != "" {
			named = []string{a}
		}
	}
	if len(named) == 0 {
		named, trust = []string{""}, ByNothing // a token may still tell
	}
	whole := Finding{Trust: trust, Action: action}
	whole.judge("", "", m.text) // once: it may be long, and the named many
	for _, a := range named {
		f := whole
		if f.Recipient = a; len(named) > 1 {
			if said := near(m.text, a); strings.TrimSpace(said) != "" {
				f.judge("", "", said)
			}
		}
		r.add(f)
	}
	r.Kind = Soft
	return true
}

// failures are what a text says that reports one; subjects are those of such
// mails. Both are without the words of any one language's holiday notices.
var failures = []string{
	"could not be delivered", "could not deliver", "couldn t be delivered", "couldn t deliver", "cannot be delivered", "can not be delivered", "unable to deliver", "not be delivered", "not able to deliver", "wasn t able to deliver", "wasn t delivered", "was not delivered", "weren t delivered", "were not delivered", "has not been delivered", "not delivered",
	"delivery failed", "delivery has failed", "delivery failure", "failed delivery", "delivering your mail", "delivery to the following", "undeliverable", "undelivered", "did not reach", "permanent error", "permanent fatal errors", "permanent failure", "delivery errors", "delivery error", "returned mail", "returned to sender", "failed to deliver", "following address", "transcript of session", "rejected by a remote", "rejected recipient", "user mailbox", "failure notice", "mail system error", "nondeliverable", "non-deliverable", "no valid recipients", "error in delivery", "trouble delivering", "failure reasons", "was aborted", "rcpt to", "deliver the message", "delivery report", "can t be delivered", "delivery status notification", "not listed in", "message delivery",
}

var failedSubjects = []string{
	"failure notice", "delivery", "undeliver", "returned mail", "return mail", "mail failure", "mail error", "mail system error", "failed", "failure", "nondeliverable", "non-deliverable", "not delivered", "could not", "error sending", "message you sent", "delayed", "warning: message", "warning: could not",
}

// bounced tells a mail that a delivery system wrote about a failure. A
// stranger's mail that only quotes one does not pass: it was not written by a
// delivery system, or it answers.
func (m *mail) bounced() bool {
	if m.headers.first("x-failed-recipients") != "" {
		return true
	}
	if m.headers.first("in-reply-to") != "" && !m.machineMade() {
		return false
	}
	subject := plainWords(decodeWords(m.headers.first("subject")))
	if strings.HasPrefix(subject, "re: ") || strings.HasPrefix(subject, "fwd: ") || strings.HasPrefix(subject, "aw: ") || strings.HasPrefix(subject, "fw: ") {
		return false
	}
	words := plainWords(m.text[:min(len(m.text), 8<<10)])
	said, titled := saysAny(words, failures), saysAny(subject, failedSubjects)
	enclosed := len(m.back) > 0
	made := m.machineMade()
	if made && m.autoReply() && !said && !titled && !enclosed {
		return false
	}
	_, _, reply := codesIn(m.text[:min(len(m.text), 8<<10)])
	switch {
	case made:
		return said || titled || enclosed && reply != 0
	case enclosed:
		return said && (titled || reply != 0 || len(m.listed(nil)) > 0) || strings.HasPrefix(m.kind, "multipart/report")
	}
	return titled && said && (reply != 0 || m.autoReply())
}

// waits tells a warning that a mail is late and still tried.
func (m *mail) waits() bool {
	words := plainWords(m.text[:min(len(m.text), 4<<10)] + "\n" + m.headers.first("subject"))
	return saysAny(words, []string{
		"will be retried", "still be retried", "not yet been delivered", "has been delayed", "delivery is delayed", "delivery delayed", "could not send message for past", "will continue to", "will keep trying", "is still trying", "still be sent", "still in the queue", "no action is required", "this is a warning message only", "not need to resend", "delivery status notification (delay)", "delayed mail", "delivery incomplete",
	})
}

// named are the recipients that a text lists: those of X-Failed-Recipients
// that it repeats, else those in lines that begin with an address or say
// "to".
func (m *mail) named() []string {
	listed := m.listed(m.own())
	var header []string
	for _, value := range m.headers.all("x-failed-recipients") {
		for _, a := range addresses(value) {
			header = with(header, a)
		}
	}
	if len(header) > 0 && len(listed) == 0 {
		return header
	}
	if len(header) > 0 && len(listed) > len(header) {
		return header // the text names others, too: who answered, whom it was forwarded to
	}
	return listed
}

// own are the addresses of those who mail each other here: they are no failed
// recipients.
func (m *mail) own() map[string]bool {
	own := map[string]bool{}
	for _, name := range []string{"to", "from", "return-path", "delivered-to", "cc"} {
		for _, value := range m.headers.all(name) {
			for _, a := range addresses(value) {
				own[strings.ToLower(a)] = true
			}
		}
	}
	return own
}

// listed are the addresses in lines that are about a recipient.
func (m *mail) listed(own map[string]bool) []string {
	var first, second []string
	for line := range strings.Lines(m.text) {
		if !strings.Contains(line, "@") {
			continue
		}
		bare := strings.TrimLeft(line, " \t*-•\"'([>|")
		from, to := findAddress(bare)
		if to == 0 {
			continue
		}
		a := bare[from:to]
		if own[strings.ToLower(a)] {
			continue
		}
		before := plainWords(bare[:from])
		switch {
		case from == 0 || from == 1 && bare[0] == '<' || strings.HasPrefix(bare, "mailto:"):
			first = with(first, a)
		case sendmailLine(bare[:from], bare[to:]) || strings.Contains(before, "rcpt to") || strings.HasSuffix(strings.TrimRight(before, " :("), " to") || strings.HasPrefix(before, "to:") || strings.Contains(before, "recipient") || strings.Contains(before, "address") || strings.Contains(before, "mailbox") || strings.HasPrefix(before, "user "):
			second = with(second, a)
		}
	}
	if len(first) > 0 {
		return first
	}
	return second
}

// sendmailLine tells "550 <a@example.org>... User unknown".
func sendmailLine(before, after string) bool {
	_, _, reply := codesIn(before)
	return reply >= 500 && len(before) < 16 && strings.HasPrefix(strings.TrimPrefix(after, ">"), "...")
}

// someone is whom a failure is probably about when no line says so: the only
// address of the text that is not our own, or whom the returned mail was for.
func (m *mail) someone() string {
	own := m.own()
	var others []string
	for _, a := range addresses(m.text) {
		if !own[strings.ToLower(a)] {
			others = append(others, a)
		}
	}
	back := m.returnedTo()
	for _, a := range back {
		for _, b := range others {
			if strings.EqualFold(a, b) {
				return a
			}
		}
	}
	switch {
	case len(others) == 1:
		return others[0]
	case len(back) > 0:
		return back[0]
	case len(others) > 0:
		return others[0]
	}
	return ""
}

// cutOriginal cuts a text where the mail that came back begins: behind a line
// that says so, or where its header starts.
func cutOriginal(text string) (said, original string) {
	at, blank := 0, true
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		if at > 0 && trimmed != "" {
			if announces(trimmed) {
				return text[:at], strings.TrimLeft(text[at+len(line):], "\n ")
			}
			if blank && startsHeader(line) {
				return text[:at], text[at:]
			}
		}
		blank = trimmed == "" || strings.Trim(trimmed, "-=_* ") == ""
		at += len(line)
	}
	return text, ""
}

// announces tells the line above the original: "--- Below this line is a copy
// of the message.", "Original message follows."
func announces(line string) bool {
	words := strings.ToLower(line)
	ruled := strings.ContainsRune("-=*", rune(words[0]))
	words = strings.TrimLeft(words, "-=* ")
	for _, begin := range []string{"original message", "unsent message", "returned message", "copy of the message", "copy of your message", "below this line", "this is a copy of", "included is a copy", "message headers follow", "message header", "the header of the original"} {
		if strings.HasPrefix(words, begin) {
			return ruled || len(words) < 60
		}
	}
	return ruled && (strings.Contains(words, "original message") || strings.Contains(words, "message follows"))
}

// startsHeader tells the first field of a mail: relays write these on top.
func startsHeader(line string) bool {
	for _, name := range []string{"Received:", "Return-Path:", "Return-path:", "DKIM-Signature:", "X-Google-Smtp-Source:", "X-Received:", "Delivered-To:"} {
		if strings.HasPrefix(line, name) {
			return true
		}
	}
	return false
}
