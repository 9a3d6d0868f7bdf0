package web

import (
	"net/http"
	"strings"
	"testing"

	"weekward/subscribers"
)

func TestFormOnThePreferencesPageMovesAReader(t *testing.T) {
	w := newTown(t)
	sub := w.join("old@example.org")
	page := "/preferences/" + w.token(subscribers.PurposePreferences, sub)
	if body := read(t, w.get(page)); !strings.Contains(body, `action="`+page+`/address"`) {
		t.Fatalf("GET preferences has no form for another address:\n%s", body)
	}
	if r := w.post(page+"/address", "email", "new@example.org"); r.Code != http.StatusSeeOther || r.Header().Get("Location") != "/check-your-inbox" {
		t.Errorf("POST another address = %d to %q, want 303 to /check-your-inbox", r.Code, r.Header().Get("Location"))
	}
	mail := w.mail()
	last := mail[len(mail)-1]
	if last.kind != subscribers.LetterAddress || last.to != "new@example.org" {
		t.Fatalf("the last letter is %s to %s, want a question to the new address", last.kind, last.to)
	}
	if r := w.post("/confirm/" + last.link.Token); r.Code != http.StatusOK {
		t.Errorf("POST confirm = %d, want 200", r.Code)
	}
	if was, is := w.state("old@example.org"), w.state("new@example.org"); was != subscribers.Unsubscribed || is != subscribers.Active {
		t.Errorf("after the confirmation: old %q, new %q, want unsubscribed and active", was, is)
	}
}

func TestFormForAnotherAddressKeepsWhatWasTyped(t *testing.T) {
	w := newTown(t)
	page := "/preferences/" + w.token(subscribers.PurposePreferences, w.join("reader@example.org"))
	r := w.post(page+"/address", "email", "reader@nowhere")
	body := read(t, r)
	if r.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `value="reader@nowhere"`) || !strings.Contains(body, `aria-invalid="true"`) {
		t.Errorf("POST a malformed address = %d, want 422 with what was typed and the field marked", r.Code)
	}
	if r := w.get(page + "/address"); r.Code != http.StatusSeeOther || r.Header().Get("Location") != page {
		t.Errorf("GET the form's address = %d to %q, want 303 to the page it stands on", r.Code, r.Header().Get("Location"))
	}
	if r := w.post("/preferences/forged/address", "email", "new@example.org"); r.Code != http.StatusNotFound {
		t.Errorf("POST with a forged link = %d, want 404", r.Code)
	}
}
