package bounces

import "strings"

// readDSN reads a delivery status notification (RFC 3464, with the UTF-8
// addresses of RFC 6533), also where its fields stand in a text: forwarded,
// or by a system that knows no MIME.
func readDSN(m *mail, r *Report) bool {
	var recipients []headers
	for _, p := range m.leaves {
		if p.kind == "message/delivery-status" || p.kind == "message/global-delivery-status" {
			recipients = append(recipients, groups(p.text())...)
		}
	}
	if len(recipients) == 0 {
		if at := fieldsIn(m.text); at >= 0 && (m.machineMade() || strings.HasPrefix(m.kind, "multipart/report")) {
			recipients = groups(m.text[at:])
		}
	}
	if len(recipients) == 0 {
		return false
	}
	r.Form, r.Kind = FormDSN, Notice
	for _, fields := range recipients {
		if f, ok := m.failure(fields, len(recipients) == 1); ok {
			r.add(f)
		}
	}
	return true
}

// fieldsIn is where the fields of a notification begin in a text, or -1.
func fieldsIn(text string) int {
	at := 0
	for line := range strings.Lines(text) {
		for _, name := range []string{"final-recipient", "original-recipient", "reporting-mta"} {
			if len(line) > len(name) && strings.EqualFold(line[:len(name)], name) && strings.HasPrefix(strings.TrimLeft(line[len(name):], " "), ":") {
				return at
			}
		}
		at += len(line)
	}
	return -1
}

// groups cuts a delivery status into the fields of each recipient. Real ones
// have the fields of the mail and of a recipient in one block, or two
// recipients without an empty line.
func groups(text string) []headers {
	var found []headers
	for data := []byte(strings.TrimLeft(text, "\n ")); len(data) > 0 && len(found) < maxFindings; {
		block, rest := readHeaders(data)
		if len(rest) == len(data) { // a line that is no field
			_, rest = cutLine(data)
		}
		data = rest
		start := 0
		for i, f := range block {
			if f.name == "final-recipient" && block[start:i].first("final-recipient") != "" {
				found = append(found, block[start:i])
				start = i
			}
		}
		if last := block[start:]; last.first("final-recipient") != "" || last.first("original-recipient") != "" {
			found = append(found, last)
		}
	}
	return found
}

// failure reads the fields of one recipient; ok is false for a recipient the
// mail went to.
func (m *mail) failure(fields headers, alone bool) (f Finding, ok bool) {
	action, _, _ := strings.Cut(strings.ToLower(fields.first("action")), " ")
	switch action {
	case "delivered", "relayed", "expanded":
		return f, false
	case "delayed":
	default:
		action = "failed"
	}
	final := recipientOf(fields.first("final-recipient"))
	f = Finding{Recipient: final, Trust: ByFinalRecipient, Original: recipientOf(fields.first("original-recipient")), Action: action}
	if f.Recipient == "" {
		f.Recipient, f.Trust = f.Original, ByOriginalRecipient
	}
	said := ""
	for _, value := range fields.all("diagnostic-code") {
		kind, text, typed := strings.Cut(value, ";")
		if !typed || strings.ContainsAny(strings.TrimSpace(kind), " <@") {
			text = value
		}
		said += " " + text
	}
	status := fields.first("status")
	if firstCode(status).class == 2 || firstCode(status).class == 0 && strings.HasPrefix(strings.TrimSpace(status), "2.") {
		return f, false // "deliverable", says a test of an address
	}
	context := ""
	if alone {
		context = m.text
	} else {
		context = near(m.text, f.Recipient)
	}
	if f.Recipient == "" { // X.400 and Notes write names that are no address
		f.Recipient, f.Trust = m.someone(), ByText
	}
	f.judge(status, said, context)
	return f, true
}

// maxFindings is how many recipients of one mail are heard. We mail one person
// at a time; more than a few is no bounce of ours.
const maxFindings = 100

// add adds what is said of a recipient, unless the same was said before: a
// relay and its neighbour report one failure.
func (r *Report) add(f Finding) {
	for _, g := range r.Findings {
		if g.Recipient != "" && strings.EqualFold(g.Recipient, f.Recipient) && g.Kind == f.Kind {
			return
		}
	}
	if len(r.Findings) < maxFindings {
		r.Findings = append(r.Findings, f)
	}
}

// near is what a text says between a recipient and the next address.
func near(text, recipient string) string {
	if recipient == "" {
		return ""
	}
	at := indexFold(text, recipient)
	if at < 0 {
		return ""
	}
	rest := text[at+len(recipient):]
	end := len(rest)
	for from := 0; from < len(rest); {
		a, b := findAddress(rest[from:])
		if b == 0 {
			break
		}
		if !strings.EqualFold(rest[from+a:from+b], recipient) {
			end = from + a
			break
		}
		from += b
	}
	return rest[:end]
}

// indexFold is strings.Index for ASCII in any case.
func indexFold(s, part string) int {
	for i := 0; i+len(part) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(part)], part) {
			return i
		}
	}
	return -1
}
