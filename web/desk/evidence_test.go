package desk

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"weekward/digest"
)

func TestEditorLabelsAStory(t *testing.T) {
	r, h := open(t)
	form := url.Values{"issue": {"31"}, "item": {"lead1"}, "do": {"save"}, "evidence": {"preprint"}}
	if got := post(h, "/edit", form); got.Code != http.StatusSeeOther {
		t.Fatalf("POST /edit %v = %d:\n%s", form, got.Code, got.Body)
	}
	if got, want := editOf(r.edits, "lead1"), (digest.Edit{Item: "lead1", Evidence: digest.Preprint}); got != want {
		t.Errorf("the edit is %+v, want %+v", got, want)
	}
	body := get(t, h, "/").Body.String()
	for _, want := range []string{"labelled preprint", `<option value="preprint" selected>`, `<option value="journalism">journalism (prints no label)`} {
		if !strings.Contains(body, want) {
			t.Errorf("GET / lacks %q after the label was chosen", want)
		}
	}
}

func TestUnknownLabelIsRefusedNamingTheKnown(t *testing.T) {
	r, h := open(t)
	got := post(h, "/edit", url.Values{"issue": {"31"}, "item": {"lead1"}, "do": {"save"}, "evidence": {"rumour"}})
	for _, want := range append(digest.Evidences(), "rumour") {
		if got.Code != http.StatusBadRequest || !strings.Contains(got.Body.String(), string(want)) {
			t.Errorf("POST /edit with the label rumour = %d, want 400 that names %q:\n%s", got.Code, want, got.Body)
		}
	}
	if e := editOf(r.edits, "lead1"); e != (digest.Edit{Item: "lead1"}) {
		t.Errorf("a label that nobody knows left the edit %+v", e)
	}
}
