package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"weekward/digest"
	"weekward/mailer"
)

// errBadForm means a form did not come from our own pages.
var errBadForm = errors.New("the form is not complete")

// nothingChanged heads the page of a word that had no effect.
const nothingChanged = "Nothing was changed"

// errFrozen means that an issue is on its way to its readers.
var errFrozen = errors.New("its content is fixed, it is being sent")

// approve passes on the editor's yes to the content whose fingerprint the page
// showed. Content that changed meanwhile is not approved.
func (d *desk) approve(w http.ResponseWriter, r *http.Request) {
	number, err := formNumber(r)
	fingerprint := r.PostFormValue("fingerprint")
	if err != nil || fingerprint == "" {
		d.message(w, http.StatusBadRequest, nothingChanged, errBadForm.Error())
		return
	}
	draft, err := d.Drafts.Draft(r.Context())
	if err != nil {
		d.fail(w, "compose the coming issue", err)
		return
	}
	if draft.Issue.Number != number {
		d.message(w, http.StatusConflict, "Not approved", fmt.Sprintf("Issue %d is no longer the coming one.", number))
		return
	}
	if err := d.Press.Approve(r.Context(), number, fingerprint, draft.Issue); err != nil {
		d.refuse(w, fmt.Sprintf("approve issue %d", number), err)
		return
	}
	d.Log.Info("approved at the desk", "issue", number, "fingerprint", fingerprint)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// word returns the handler that passes on one word about one issue, and then
// leads to a page.
func (d *desk) word(name string, say func(context.Context, int) error, page string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		number, err := formNumber(r)
		if err != nil {
			d.message(w, http.StatusBadRequest, nothingChanged, err.Error())
			return
		}
		if err := say(r.Context(), number); err != nil {
			d.refuse(w, fmt.Sprintf("%s issue %d", name, number), err)
			return
		}
		d.Log.Info("decided at the desk", "issue", number, "word", name)
		http.Redirect(w, r, page, http.StatusSeeOther)
	}
}

// refuse answers a word that came too late, in the press's own words; all else
// is a failure.
func (d *desk) refuse(w http.ResponseWriter, doing string, err error) {
	changed, state := (*mailer.ChangedError)(nil), (*mailer.StateError)(nil)
	switch {
	case errors.As(err, &changed):
		lines := append([]string{"The issue changed since this page was shown. Please look at it again."}, changed.Diff...)
		d.message(w, http.StatusConflict, nothingChanged, lines...)
	case errors.As(err, &state), errors.Is(err, mailer.ErrNoIssue):
		d.message(w, http.StatusConflict, nothingChanged, err.Error())
	default:
		d.fail(w, doing, err)
	}
}

// edit saves one change to a story or quote. What the form does not name stays
// as it was.
func (d *desk) edit(w http.ResponseWriter, r *http.Request) {
	number, err := formNumber(r)
	item := r.PostFormValue("item")
	if err != nil || item == "" {
		d.message(w, http.StatusBadRequest, nothingChanged, errBadForm.Error())
		return
	}
	edits, err := d.editable(r.Context(), number)
	if errors.Is(err, errFrozen) {
		d.message(w, http.StatusConflict, nothingChanged, fmt.Sprintf("Issue %d: %v.", number, err))
		return
	}
	if err != nil {
		d.fail(w, "read the changes so far", err)
		return
	}
	e, err := change(editOf(edits, item), r)
	if err != nil {
		d.message(w, http.StatusBadRequest, nothingChanged, err.Error())
		return
	}
	if err := d.Edits.SaveEdit(r.Context(), number, e); err != nil {
		d.fail(w, "save the change", err)
		return
	}
	http.Redirect(w, r, "/"+anchor(e), http.StatusSeeOther)
}

// editable returns the edits of an issue that can still be changed.
func (d *desk) editable(ctx context.Context, number int) ([]digest.Edit, error) {
	record, err := d.Ledger.Issue(ctx, number)
	if err != nil && !errors.Is(err, mailer.ErrNoIssue) {
		return nil, err
	}
	if record.State.Frozen() {
		return nil, errFrozen
	}
	return d.Edits.Edits(ctx, number)
}

// editOf returns the edit of one item; an empty one when there is none.
func editOf(edits []digest.Edit, item string) digest.Edit {
	for _, e := range edits {
		if e.Item == item {
			return e
		}
	}
	return digest.Edit{Item: item}
}

// change applies the pressed button to an edit.
func change(e digest.Edit, r *http.Request) (digest.Edit, error) {
	switch r.PostFormValue("do") {
	case "drop":
		e.Drop, e.Pin, e.Order = true, false, 0
	case "pin":
		e.Drop, e.Pin = false, true
	case "unpin":
		e.Pin, e.Order = false, 0
	case "correct": // pinned, it is told again, with the note that says why
		e.Drop, e.Pin, e.Note = false, true, oneParagraph(r.PostFormValue("note"))
	case "undo":
		e = digest.Edit{Item: e.Item}
	case "save":
		return words(e, r)
	default:
		return e, errBadForm
	}
	return e, nil
}

// words takes over the fields of the editing form.
func words(e digest.Edit, r *http.Request) (digest.Edit, error) {
	e.Note = oneParagraph(r.PostFormValue("note"))
	e.Title = oneParagraph(r.PostFormValue("title"))
	e.Text = oneParagraph(r.PostFormValue("text"))
	kind, err := digest.ParseEvidence(r.PostFormValue("evidence"))
	if err != nil {
		return e, err
	}
	e.Evidence, e.Order = kind, 0
	if s := strings.TrimSpace(r.PostFormValue("order")); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 40 {
			return e, fmt.Errorf("place %q is not a number from 1 to 40", s)
		}
		e.Order = n
	}
	return e, nil
}

// oneParagraph folds every run of space, line ends included, into one space.
func oneParagraph(s string) string { return strings.Join(strings.Fields(s), " ") }

// anchor leads back to the story that was changed.
func anchor(e digest.Edit) string {
	if e.Drop {
		return "#changes"
	}
	return "#item-" + url.PathEscape(e.Item)
}

// formNumber reads the number of the issue a form is about.
func formNumber(r *http.Request) (int, error) {
	n, err := strconv.Atoi(r.PostFormValue("issue"))
	if err != nil || n < 1 {
		return 0, errBadForm
	}
	return n, nil
}
