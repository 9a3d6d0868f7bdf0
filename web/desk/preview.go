package desk

import (
	"fmt"
	"net/http"

	"weekward/mailer"
	"weekward/templates"
)

// A previewView is the coming mail around its frame.
type previewView struct {
	Number               int
	Subject, Text        string
	HTMLBytes, TextBytes string
}

// preview shows the mail as a reader gets it, its links dead.
func (d *desk) preview(w http.ResponseWriter, r *http.Request) {
	draft, mail, ok := d.mail(w, r)
	if !ok {
		return
	}
	d.show(w, http.StatusOK, "preview", view{Title: fmt.Sprintf("Preview of issue %d", draft.Issue.Number), Here: "/preview", Page: previewView{
		Number: draft.Issue.Number, Subject: mail.Subject, Text: mail.Text,
		HTMLBytes: kilobytes(len(mail.HTML)), TextBytes: kilobytes(len(mail.Text)),
	}})
}

// previewMail is the frame inside the preview: the mail's own HTML, in a
// sandbox.
func (d *desk) previewMail(w http.ResponseWriter, r *http.Request) {
	_, mail, ok := d.mail(w, r)
	if !ok {
		return
	}
	w.Header().Set("Content-Security-Policy", mailPolicy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write([]byte(mail.HTML))
}

// mail renders the coming issue. Its personal links lead nowhere.
func (d *desk) mail(w http.ResponseWriter, r *http.Request) (Draft, templates.Content, bool) {
	draft, err := d.Drafts.Draft(r.Context())
	if err != nil {
		d.fail(w, "compose the coming issue", err)
		return Draft{}, templates.Content{}, false
	}
	mail, err := d.Mail.Mail(draft.Issue, d.Site, mailer.DeadLinks(d.Site, draft.Issue.Number), d.Site.Lang)
	if err != nil {
		d.fail(w, "render the coming issue", err)
		return Draft{}, templates.Content{}, false
	}
	return draft, mail, true
}

func kilobytes(n int) string { return fmt.Sprintf("%.1f KB", float64(n)/1024) }
