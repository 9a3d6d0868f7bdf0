package bounces

import "strings"

// readAutoReply knows the answers of machines to a mail that arrived (RFC
// 3834): they are about nobody's address.
func readAutoReply(m *mail, r *Report) bool {
	if auto := strings.ToLower(m.headers.first("auto-submitted")); strings.HasPrefix(auto, "auto-generated") {
		r.Kind = Notice // RFC 3834, 5: made by a machine, and no answer
		return !m.fromMachine()
	}
	if !m.autoReply() || r.From == "" {
		return false
	}
	r.Kind = AutoReply
	r.add(Finding{Recipient: r.From, Trust: ByText, Kind: AutoReply, Reason: "automatic reply"})
	return true
}

// autoReply goes by the header, and by the subjects that programs without one
// write.
func (m *mail) autoReply() bool {
	if auto := strings.ToLower(m.headers.first("auto-submitted")); strings.HasPrefix(auto, "auto-replied") || strings.HasPrefix(auto, "auto-notified") {
		return true
	}
	for _, name := range []string{"x-autoreply", "x-autorespond", "x-autoresponder", "x-autoreply-from", "x-mail-autoreply"} {
		if m.headers.first(name) != "" {
			return true
		}
	}
	if p := strings.ToLower(m.headers.first("precedence")); strings.HasPrefix(p, "auto_reply") || strings.HasPrefix(p, "auto-reply") {
		return true
	}
	subject := strings.ToLower(strings.TrimSpace(decodeWords(m.headers.first("subject"))))
	for _, begin := range []string{
		"automatic reply", "auto reply", "auto-reply", "autoreply", "auto:", "auto response", "auto-response", "autorespon", "out of office", "out of the office", "out-of-office", "vacation", "on vacation",
		"away from", "abwesenheit", "automatische antwort", "automatisch antwoord", "abwesend", "réponse automatique", "respuesta automática", "risposta automatica", "resposta automática", "absence", "afwezig", "自動返信", "i am away", "on leave",
	} {
		if strings.HasPrefix(subject, begin) {
			return true
		}
	}
	return false
}

// readNotice knows reports that are about no failure: a mail was read (RFC
// 8098), or statistics of authentication (RFC 7489).
func readNotice(m *mail, r *Report) bool {
	if strings.EqualFold(m.params["report-type"], "disposition-notification") {
		r.Kind = Notice
		return true
	}
	for _, p := range m.leaves {
		if p.kind == "message/disposition-notification" {
			r.Kind = Notice
			return true
		}
	}
	subject := strings.ToLower(r.Subject)
	if strings.HasPrefix(subject, "report domain:") && strings.Contains(subject, "submitter:") {
		r.Kind = Notice
		return true
	}
	return false
}

// fromMachine tells a mail that no person wrote.
func (m *mail) fromMachine() bool {
	return m.machineMade() || strings.HasPrefix(m.kind, "multipart/report")
}

// machineMade goes by who wrote: a delivery system, or somebody who wants no
// answer (RFC 5321, 4.5.5).
func (m *mail) machineMade() bool {
	if path := m.headers.all("return-path"); len(path) > 0 && strings.Trim(path[0], "<> \t") == "" {
		return true
	}
	from := strings.ToLower(m.headers.first("from"))
	for _, name := range []string{"mailer-daemon", "mailerdaemon", "postmaster", "mail delivery", "mail.delivery", "delivery subsystem", "mail-daemon", "maildaemon", "mailer daemon", "system administrator", "mail administrator", "mdaemon", "delivery system", "ndr administrator", "bounce@", "bounces@"} {
		if strings.Contains(from, name) {
			return true
		}
	}
	return m.headers.first("x-failed-recipients") != ""
}
