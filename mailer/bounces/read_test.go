package bounces

import (
	"slices"
	"strings"
	"testing"
)

// report is a notification of RFC 3464 with some fields of a recipient.
func report(text, fields string) string {
	return `From: MAILER-DAEMON@mx.example.org
To: news@example.org
Subject: Undelivered Mail
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

` + text + `

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

` + fields + `

--b
Content-Type: message/rfc822

From: news@example.org
To: ann@example.org
Message-ID: <issue.12.x@example.org>

--b--
`
}

// final are the fields of a recipient who is usually ann.
func final(status, said string) string {
	return "Final-Recipient: rfc822; ann@example.org\nAction: failed\nStatus: " + status + "\nDiagnostic-Code: smtp; " + said
}

func TestFailuresAreReadAsTheyAreMeant(t *testing.T) {
	for _, c := range []struct {
		why, mail string
		kind      Kind
		reason    Reason
		status    string
	}{
		{"no such user", report("", final("5.1.1", "550 5.1.1 <ann@example.org>: User unknown")), Hard, NoSuchUser, "5.1.1"},
		{"no such host", report("", final("5.1.2", "550 Host unknown")), Hard, NoSuchHost, "5.1.2"},
		{"a domain that takes no mail", report("", final("5.1.10", "556 5.1.10 Domain does not accept mail (null MX)")), Hard, NoMail, "5.1.10"},
		{"the code alone", report("", final("5.1.1", "550 RCP-P2")), Hard, NoSuchUser, "5.1.1"},
		{"words where the code says nothing", report("", final("5.0.0", "550 no such user here")), Hard, NoSuchUser, "5.0.0"},
		{"the other side's code behind a general one", report("", final("5.0.0 (permanent failure)", "5.1.0 - Unknown address error 550-'5.1.1 user unknown'")), Hard, NoSuchUser, "5.1.1"},
		{"Exim puts the code into the text", report("ann@example.org\n  host mx.example.org: 550 5.1.2 no such domain", "Final-Recipient: rfc822; ann@example.org\nAction: failed\nStatus: 5.0.0"), Hard, NoSuchHost, "5.1.2"},
		{"a blank before the colon", report("", "Final-Recipient : rfc822; ann@example.org\nAction : failed\nStatus : 5.1.1"), Hard, NoSuchUser, "5.1.1"},
		{"rfc/822", report("", "Final-Recipient: rfc/822; ann@example.org\nAction: failed\nStatus: 5.1.1"), Hard, NoSuchUser, "5.1.1"},
		{"Exchange Online's directory", report("", final("5.4.1", "550 5.4.1 Recipient address rejected: Access denied")), Hard, NoSuchUser, "5.4.1"},

		{"a full mailbox", report("", final("5.2.2", "552 5.2.2 Mailbox full")), Soft, Full, "5.2.2"},
		{"a full mailbox with the code of a missing one", report("", final("5.1.1", "550 5.1.1 user is over quota")), Soft, Full, "5.1.1"},
		{"unknown or over quota", report("", final("5.1.1", "550 user unknown or mailbox full")), Soft, Full, "5.1.1"},
		{"DMARC", report("", final("5.7.26", "550 5.7.26 This mail is unauthenticated")), Soft, Blocked, "5.7.26"},
		{"Outlook's rule for senders", report("", final("5.7.515", "550 5.7.515 Access denied, sending domain does not meet the required authentication level")), Soft, Blocked, "5.7.515"},
		{"a blocklist with the code of a bad address", report("", final("5.1.3", "553 http://www.spamhaus.org/query/bl?ip=192.0.2.1")), Soft, Blocked, "5.1.3"},
		{"a sender who does not exist", report("", final("5.1.8", "550 5.1.8 Sender address rejected: Domain not found")), Soft, Blocked, "5.1.8"},
		{"our name in HELO", report("ann@example.org:\nConnected but my name was rejected.\n501 Invalid domain name", "Final-Recipient: rfc822; ann@example.org\nAction: failed\nStatus: 5.0.0"), Soft, Blocked, "5.0.0"},
		{"spam", report("", final("5.7.1", "554 5.7.1 Message rejected as spam")), Soft, Content, "5.7.1"},
		{"too big", report("", final("5.3.4", "552 Message size exceeds fixed limit")), Soft, TooBig, "5.3.4"},
		{"unknown, but for now", report("", final("4.1.1", "450 4.1.1 User unknown")), Soft, NoSuchUser, "4.1.1"},
		{"time was up, and the mailbox full", report("", final("4.4.7", "450 4.2.2 Mailbox Full")), Soft, Full, "4.2.2"},
		{"words inside the address", report("", "Final-Recipient: rfc822; ann@example.org\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 <userunknown@example.org>: come back later"), Soft, Other, "5.0.0"},
		{"nothing to go by", report("", "Final-Recipient: rfc822; ann@example.org\nAction: failed\nStatus: 5.0.0"), Soft, Other, "5.0.0"},
	} {
		r := Read([]byte(strings.ReplaceAll(c.mail, "\n", "\r\n")))
		if len(r.Findings) != 1 {
			t.Errorf("%s: Read found %+v, want one recipient", c.why, r.Findings)
			continue
		}
		f := r.Findings[0]
		if f.Kind != c.kind || f.Reason != c.reason || f.Status != c.status || f.Recipient != "ann@example.org" || r.Kind != c.kind {
			t.Errorf("%s: Read = %s %s %q %s, want %s %s %q of ann@example.org", c.why, f.Kind, f.Reason, f.Status, f.Recipient, c.kind, c.reason, c.status)
		}
	}
}

func TestRecipientsAreReadFromEveryDialect(t *testing.T) {
	for _, c := range []struct {
		why, mail string
		want      []string
	}{
		{"the one before the forwarding comes along", report("", "Original-Recipient: rfc822;ann+2Bnews@example.org\nFinal-Recipient: rfc822; ann.b@example.org\nAction: failed\nStatus: 5.1.1"), []string{"ann.b@example.org < ann+news@example.org"}},
		{"RFC 6533", report("", `Final-Recipient: utf-8; \x{E5}sa@example.org`+"\nAction: failed\nStatus: 5.1.1"), []string{"åsa@example.org"}},
		{"two, one delivered", report("", "Final-Recipient: rfc822; ann@example.org\nAction: failed\nStatus: 5.1.1\n\nFinal-Recipient: rfc822; ben@example.org\nAction: delivered\nStatus: 2.0.0\n\nFinal-Recipient: rfc822; cal@example.org\nAction: failed\nStatus: 5.2.2"), []string{"ann@example.org", "cal@example.org"}},
		{"two without an empty line", report("", "Final-Recipient: rfc822; ann@example.org\nAction: failed\nStatus: 5.1.1\nFinal-Recipient: rfc822; ben@example.org\nAction: failed\nStatus: 5.1.1"), []string{"ann@example.org", "ben@example.org"}},
		{"all fields in one block", strings.Replace(report("", final("5.1.1", "x")), "Reporting-MTA: dns; mx.example.org\n\n", "Reporting-MTA: dns; mx.example.org\n", 1), []string{"ann@example.org"}},
		{"qmail", "From: MAILER-DAEMON@mx.example.org\nTo: news@example.org\nSubject: failure notice\n\nHi. This is the qmail-send program.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<ann@example.org>:\n550 no such user\n\n<ben@example.org>:\n552 mailbox full\n\n--- Below this line is a copy of the message.\n\nTo: cal@example.org\n", []string{"ann@example.org", "ben@example.org"}},
		{"old sendmail", "From: MAILER-DAEMON@mx.example.org\nTo: news@example.org\nSubject: Returned mail: Host unknown\n\n   ----- Transcript of session follows -----\n550 nowhere.example.org (smtp)... 550 Host unknown\n554 <ann@nowhere.example.org>... 550 Host unknown\n\n   ----- Unsent message follows -----\nTo: cal@example.org\n", []string{"ann@nowhere.example.org"}},
		{"X-Failed-Recipients", "From: mailer-daemon@mx.example.org\nTo: news@example.org\nX-Failed-Recipients: ann@example.org\nSubject: Delivery Status Notification (Failure)\n\nÜber diese Gruppe ist nichts bekannt.\n", []string{"ann@example.org"}},
		{"base64", "From: postmaster@mx.example.org\nTo: news@example.org\nSubject: Undeliverable\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nQ291bGQgbm90IGJlIGRlbGl2ZXJlZCB0bzoKYW5uQGV4YW1wbGUub3JnCjU1MCBubyBzdWNoIHVzZXIK\n", []string{"ann@example.org"}},
		{"the returned mail is all there is", "From: postmaster@mx.example.org\nTo: news@example.org\nSubject: Undeliverable\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nYour mail could not be delivered.\n--b\nContent-Type: message/rfc822\n\nTo: ann@example.org\n\nhello\n--b--\n", []string{"ann@example.org"}},
	} {
		var got []string
		for _, f := range Read([]byte(c.mail)).Findings {
			if f.Original != "" && f.Original != f.Recipient {
				f.Recipient += " < " + f.Original
			}
			got = append(got, f.Recipient)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: Read found %q, want %q", c.why, got, c.want)
		}
	}
}

func TestWhatIsNoFailureSuppressesNobody(t *testing.T) {
	const quoted = "> This is the mail system at host mx.example.org.\n> <ann@example.org>: 550 5.1.1 User unknown\n> Final-Recipient: rfc822; ann@example.org\n> Action: failed\n> Status: 5.1.1\n"
	for _, c := range []struct {
		why, mail string
		want      Kind
	}{
		{"delivered", report("", "Final-Recipient: rfc822; ann@example.org\nAction: delivered\nStatus: 2.0.0"), Notice},
		{"relayed", report("", "Final-Recipient: rfc822; ann@example.org\nAction: relayed\nStatus: 2.0.0"), Notice},
		{"a test of an address", report("", "Final-Recipient: rfc822; ann@example.org\nAction: deliverable\nStatus: 2.1.5"), Notice},
		{"read", "From: ann@example.org\nTo: news@example.org\nSubject: Read: Issue 12\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; ann@example.org\nDisposition: manual-action/MDN-sent-manually; displayed\n\n--b--\n", Notice},
		{"figures of DMARC", "From: dmarc@example.org\nTo: news@example.org\nSubject: Report Domain: example.org Submitter: mx.example.org Report-ID: <1>\n\nAn aggregate report.\n", Notice},
		{"failed authentication", "From: fbl@example.org\nTo: news@example.org\nSubject: report\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: auth-failure\n\n--b--\n", Notice},
		{"on holiday", "From: ann@example.org\nTo: news@example.org\nSubject: Out of office: Issue 12\nAuto-Submitted: auto-replied\n\nMy mailbox is not full, user unknown jokes aside.\n", AutoReply},
		{"on holiday, by subject", "From: ann@example.org\nTo: news@example.org\nSubject: =?utf-8?Q?Abwesenheitsnotiz:_Ausgabe?=\n\nZurück am Montag.\n", AutoReply},
		{"a person quotes a bounce", "From: ann@example.org\nTo: news@example.org\nSubject: Re: Undelivered Mail Returned to Sender\nIn-Reply-To: <x@example.org>\n\nI got this, what does it mean?\n\n" + quoted, Reply},
		{"a person forwards a bounce", "From: ann@example.org\nTo: news@example.org\nSubject: Fwd: Undelivered Mail Returned to Sender\n\nSee below.\n\n" + quoted, Reply},
		{"a person writes", "From: ann@example.org\nTo: news@example.org\nSubject: Thank you\n\nA good issue.\n", Reply},
		{"asks by mail to leave", "From: ann@example.org\nTo: news@example.org\nSubject: unsubscribe\n\n", Unsubscribe},
		{"asks to leave, and more", "From: ann@example.org\nTo: news@example.org\nSubject: unsubscribe\n\nPlease also tell me what you know of me, who gave you my address, and whether you passed it on to any third party, and if so to whom, when and for what reason. I look forward to hearing from you within a month, as the law has it.\n", Reply},
		{"a daemon that says nothing", "From: MAILER-DAEMON@mx.example.org\nTo: news@example.org\nSubject: hello\n\nhello\n", Unknown},
		{"an empty mail", "", Reply},
	} {
		r := Read([]byte(c.mail))
		bad := slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Kind == Hard || f.Kind == Complaint || f.Kind == Soft })
		if r.Kind != c.want || bad {
			t.Errorf("%s: Read = %s %+v, want %s", c.why, r.Kind, r.Findings, c.want)
		}
	}
}

func TestLateMailIsNotAFailedOne(t *testing.T) {
	for why, mail := range map[string]string{
		"by its field": report("", "Final-Recipient: rfc822; ann@example.org\nAction: delayed\nStatus: 4.4.1"),
		"by its text":  "From: Mailer-Daemon@mx.example.org\nTo: news@example.org\nSubject: Warning: message delayed 24 hours\n\nA message that you sent has not yet been delivered to one or more of its recipients.\n\n  ann@example.org\n    Delay reason: Connection timed out\n\nNo action is required on your part.\n",
	} {
		r := Read([]byte(mail))
		if len(r.Findings) != 1 || r.Findings[0].Action != "delayed" || r.Findings[0].Kind != Soft {
			t.Errorf("%s: Read = %+v, want one delayed", why, r.Findings)
		}
	}
}

func TestDiagnosticHoldsNoAddress(t *testing.T) {
	r := Read([]byte(report("", final("5.1.1", "550 5.1.1 <ann@example.org> relayed by\n ben@example.org: unknown"))))
	if got := r.Findings[0].Diagnostic; strings.Contains(got, "@") || !strings.Contains(got, "unknown") {
		t.Errorf("Diagnostic = %q, want it without addresses", got)
	}
}

func TestNotificationsOfASendingService(t *testing.T) {
	mail := "From: no-reply@example.org\nTo: news@example.org\nSubject: Notification\n\n" +
		`{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"ann@example.org","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]},"mail":{"headers":[{"name":"Message-ID","value":"<issue.12.x@example.org>"}]}}`
	r := Read([]byte(mail))
	if r.Form != FormJSON || len(r.Findings) != 1 || r.Findings[0].Kind != Hard || !slices.Equal(r.Returned, []string{"issue.12.x@example.org"}) {
		t.Errorf("Read = %+v, want ann's hard bounce about issue 12", r)
	}
	if r := Read([]byte(strings.ReplaceAll(strings.ReplaceAll(mail, "Bounce", "Delivery"), "bounce", "delivery"))); r.Kind != Notice || len(r.Findings) != 0 {
		t.Errorf("Read of a delivery = %+v, want a notice", r)
	}
}
