package bounces

import "strings"

// readARF reads an abuse report (RFC 5965): a reader marked a mail as
// unwanted. Reports of failed authentication (RFC 6591) and of mails that
// were no spam after all are no complaint.
func readARF(m *mail, r *Report) bool {
	var fields headers
	for _, p := range m.leaves {
		if p.kind == "message/feedback-report" {
			fields, _ = readHeaders([]byte(strings.TrimLeft(p.text(), "\n ")))
		}
	}
	if fields == nil && !m.complains() {
		return false
	}
	r.Form, r.Kind = FormARF, Notice
	reason := Reason("abuse")
	if kind := strings.ToLower(fields.first("feedback-type")); kind != "" {
		reason = Reason(kind)
	}
	if reason == "auth-failure" || reason == "not-spam" || reason == "dmarc" || reason == "auth-failure-report" {
		return true
	}
	var named []string
	for _, name := range []string{"original-rcpt-to", "removal-recipient", "original-recipient", "x-removal-recipient"} {
		for _, value := range fields.all(name) {
			if a := recipientOf(value); a != "" {
				named = with(named, a)
			}
		}
	}
	trust := ByFinalRecipient
	if len(named) == 0 {
		named, trust = m.returnedTo(), ByText
	}
	if len(named) == 0 {
		named, trust = []string{""}, ByNothing // most providers hide the reader; a token or Message-ID still tells
	}
	for _, a := range named {
		r.add(Finding{Recipient: a, Trust: trust, Kind: Complaint, Reason: reason})
	}
	return true
}

// complains tells a report that brings only the mail itself, as Hotmail's do,
// or that wears the type of a feedback report and lacks its part.
func (m *mail) complains() bool {
	if len(m.back) == 0 {
		return false
	}
	if strings.EqualFold(m.params["report-type"], "feedback-report") {
		return true
	}
	subject := strings.ToLower(m.headers.first("subject"))
	return strings.HasPrefix(strings.TrimSpace(subject), "complaint about message from")
}

// returnedTo are the recipients named in the mail that came back, unless they
// are hidden.
func (m *mail) returnedTo() []string {
	var found []string
	for _, name := range []string{"x-hmxmroriginalrecipient", "x-original-to", "delivered-to", "to"} {
		for _, value := range m.back.all(name) {
			for _, a := range addresses(value) {
				if local, _, _ := strings.Cut(strings.ToLower(a), "@"); !strings.Contains(local, "redacted") && !strings.Contains(local, "undisclosed") {
					found = with(found, a)
				}
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}
