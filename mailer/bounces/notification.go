package bounces

import (
	"encoding/json"
	"strings"
)

// A notification is what Amazon's sending service mails about a delivery when
// a topic has an address: one JSON object at the top of a text.
type notification struct {
	Type   string `json:"notificationType"`
	Event  string `json:"eventType"`
	Bounce struct {
		Type       string `json:"bounceType"`
		Recipients []struct {
			Address    string `json:"emailAddress"`
			Action     string `json:"action"`
			Status     string `json:"status"`
			Diagnostic string `json:"diagnosticCode"`
		} `json:"bouncedRecipients"`
	} `json:"bounce"`
	Complaint struct {
		Recipients []struct {
			Address string `json:"emailAddress"`
		} `json:"complainedRecipients"`
		Feedback string `json:"complaintFeedbackType"`
	} `json:"complaint"`
	Mail struct {
		MessageID string `json:"messageId"`
		Headers   []struct {
			Name  string `json:"name"`
			Value string `json:"value"`
		} `json:"headers"`
	} `json:"mail"`
}

// readNotification reads such a text.
func readNotification(m *mail, r *Report) bool {
	text := strings.TrimSpace(m.text)
	if !strings.HasPrefix(text, "{") {
		return false
	}
	var n notification
	if err := json.NewDecoder(strings.NewReader(text)).Decode(&n); err != nil || n.Type == "" && n.Event == "" {
		return false
	}
	r.Form, r.Kind = FormJSON, Notice
	for _, h := range n.Mail.Headers {
		if strings.EqualFold(h.Name, "message-id") {
			r.Returned = with(r.Returned, messageID(h.Value))
		}
	}
	for _, b := range n.Bounce.Recipients {
		f := Finding{Recipient: recipientOf(b.Address), Trust: ByFinalRecipient, Action: "failed"}
		f.judge(b.Status, b.Diagnostic, "")
		if f.Kind == Hard && n.Bounce.Type == "Transient" {
			f.Kind = Soft
		}
		r.add(f)
	}
	for _, c := range n.Complaint.Recipients {
		r.add(Finding{Recipient: recipientOf(c.Address), Trust: ByFinalRecipient, Kind: Complaint, Reason: Reason(n.Complaint.Feedback)})
	}
	return true
}
