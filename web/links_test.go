package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weekward/subscribers"
	"weekward/templates"
)

// personalPages are the pages that hang on a token, for one reader.
func (w *town) personalPages(sub subscribers.Subscriber) []string {
	return []string{
		"/confirm/" + w.token(subscribers.PurposeConfirm, sub),
		"/unsubscribe/" + w.token(subscribers.PurposeUnsubscribe, sub),
		"/preferences/" + w.token(subscribers.PurposePreferences, sub),
	}
}

func TestScannerThatOpensEveryLinkChangesNothing(t *testing.T) {
	w := newTown(t)
	w.join("reader@example.org")
	w.post("/subscribe", "email", "pending@example.org")
	mail := w.mail()
	pending := mail[len(mail)-1].link.Token

	pages := append(w.personalPages(w.join("another@example.org")), "/confirm/"+pending)
	before := w.everything()
	seen := map[string]bool{}
	for len(pages) > 0 { // follows every link it finds, as scanners do
		page := pages[0]
		pages = pages[1:]
		if seen[page] {
			continue
		}
		seen[page] = true
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			for _, query := range []string{"", "?List-Unsubscribe=One-Click"} {
				body := read(t, w.request(method, page+query, ""))
				pages = append(pages, linksIn(body)...)
			}
		}
	}
	if len(seen) < 8 {
		t.Errorf("the scanner saw %d pages %v, want all of them", len(seen), seen)
	}
	if diff := cmp.Diff(before, w.everything()); diff != "" {
		t.Errorf("a scanner changed the list (-before +after):\n%s", diff)
	}
	if got := w.state("pending@example.org"); got != subscribers.Pending {
		t.Errorf("after a scanner the sign-up is %q, want pending", got)
	}
}

var hrefs = regexp.MustCompile(`(?:href|src|action)="(/[^"#]*)`)

func linksIn(body string) []string {
	var links []string
	for _, m := range hrefs.FindAllStringSubmatch(body, -1) {
		links = append(links, m[1])
	}
	return links
}

func TestConfirmPageAsksAndItsButtonConfirms(t *testing.T) {
	w := newTown(t)
	w.post("/subscribe", "email", "new@example.org")
	link := "/confirm/" + w.mail()[0].link.Token
	page := w.get(link)
	if page.Code != http.StatusOK || !strings.Contains(read(t, page), `action="`+link+`"`) {
		t.Fatalf("GET %s = %d, want a page with a form to the same address", link, page.Code)
	}
	if got := w.state("new@example.org"); got != subscribers.Pending {
		t.Errorf("after GET the state is %q, want pending", got)
	}
	for range 2 { // the second press changes nothing more
		if r := w.post(link); r.Code != http.StatusOK {
			t.Errorf("POST %s = %d, want 200", link, r.Code)
		}
		if got := w.state("new@example.org"); got != subscribers.Active {
			t.Errorf("after POST the state is %q, want active", got)
		}
	}
}

func TestConfirmationLinkIsVoidAfterAWeek(t *testing.T) {
	w := newTown(t)
	w.post("/subscribe", "email", "late@example.org")
	link := "/confirm/" + w.mail()[0].link.Token
	w.wait(7*24*time.Hour + time.Second)
	if r := w.post(link); r.Code != http.StatusNotFound {
		t.Errorf("POST after a week = %d, want 404", r.Code)
	}
	if got := w.state("late@example.org"); got != subscribers.Pending {
		t.Errorf("state = %q, want pending", got)
	}
}

// oneClicks are the two encodings RFC 8058 allows.
func oneClicks(t *testing.T) map[string][2]string {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	if err := m.WriteField("List-Unsubscribe", "One-Click"); err != nil {
		t.Fatal(err)
	}
	m.Close()
	return map[string][2]string{
		"urlencoded": {"application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"},
		"multipart":  {m.FormDataContentType(), b.String()},
	}
}

func TestOneClickUnsubscribesAtOnceInBothEncodings(t *testing.T) {
	for name, c := range oneClicks(t) {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			sub := w.join("reader@example.org")
			path := "/unsubscribe/" + w.token(subscribers.PurposeUnsubscribe, sub)
			w.wait(400 * 24 * time.Hour) // the link never expires
			for range 2 {
				r := w.request(http.MethodPost, path, c[1], "Content-Type", c[0], "Origin", "https://mail.example.org", "Sec-Fetch-Site", "cross-site")
				if r.Code != http.StatusOK || r.Header().Get("Location") != "" || r.Header().Get("Set-Cookie") != "" {
					t.Errorf("one-click POST = %d %v, want 200, no redirect, no cookie", r.Code, r.Header())
				}
				if got := w.state("reader@example.org"); got != subscribers.Unsubscribed {
					t.Fatalf("state = %q, want unsubscribed", got)
				}
			}
		})
	}
}

func TestUnsubscribePageButtonUnsubscribes(t *testing.T) {
	w := newTown(t)
	path := "/unsubscribe/" + w.token(subscribers.PurposeUnsubscribe, w.join("reader@example.org"))
	page := read(t, w.get(path))
	fields := hiddenFields(page)
	if len(fields) == 0 {
		t.Fatalf("the page has no field to send:\n%s", page)
	}
	if r := w.post(path, fields...); r.Code != http.StatusOK {
		t.Errorf("POST of the page's form = %d, want 200", r.Code)
	}
	if got := w.state("reader@example.org"); got != subscribers.Unsubscribed {
		t.Errorf("state = %q, want unsubscribed", got)
	}
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)

func hiddenFields(page string) (fields []string) {
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		fields = append(fields, m[1], m[2])
	}
	return fields
}

func TestPostWithoutTheFieldChangesNothingAndTellsNothing(t *testing.T) {
	w := newTown(t)
	sub := w.join("reader@example.org")
	good := "/unsubscribe/" + w.token(subscribers.PurposeUnsubscribe, sub)
	const wrong = "/unsubscribe/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	before := w.everything()
	for _, body := range []string{"", "other=1", "List-Unsubscribe=no", "list-unsubscribe=one-click"} {
		a := w.request(http.MethodPost, good, body, "Content-Type", "application/x-www-form-urlencoded")
		b := w.request(http.MethodPost, wrong, body, "Content-Type", "application/x-www-form-urlencoded")
		if diff := cmp.Diff(answerOf(t, a), answerOf(t, b)); diff != "" {
			t.Errorf("POST %q tells a good token from a wrong one (-good +wrong):\n%s", body, diff)
		}
	}
	if r := w.post(good+"?List-Unsubscribe=One-Click", "other", "1"); r.Code != http.StatusBadRequest {
		t.Errorf("POST with the field in the query = %d, want 400", r.Code)
	}
	if diff := cmp.Diff(before, w.everything()); diff != "" {
		t.Errorf("a POST without the field changed the list (-before +after):\n%s", diff)
	}
}

func TestTokenWorksForItsPurposeOnly(t *testing.T) {
	w := newTown(t)
	sub := w.join("reader@example.org")
	before := w.everything()
	purposes := []subscribers.Purpose{subscribers.PurposeConfirm, subscribers.PurposeUnsubscribe, subscribers.PurposePreferences}
	for _, page := range purposes {
		for _, made := range purposes {
			if page == made {
				continue
			}
			path := "/" + string(page) + "/" + w.token(made, sub)
			for _, r := range []*httptest.ResponseRecorder{w.get(path), w.post(path, "List-Unsubscribe", "One-Click", "format", "text")} {
				if r.Code != http.StatusNotFound {
					t.Errorf("%s with a token for %s = %d, want 404", page, made, r.Code)
				}
			}
		}
	}
	if diff := cmp.Diff(before, w.everything()); diff != "" {
		t.Errorf("a token for something else changed the list:\n%s", diff)
	}
}

func TestErasedReaderLearnsTheyHaveLeft(t *testing.T) {
	w := newTown(t)
	path := "/unsubscribe/" + w.token(subscribers.PurposeUnsubscribe, w.join("gone@example.org"))
	if err := w.people.Forget(t.Context(), "gone@example.org"); err != nil {
		t.Fatal(err)
	}
	if r := w.get(path); r.Code != http.StatusOK {
		t.Errorf("GET = %d, want 200", r.Code)
	}
	if r := w.post(path, "List-Unsubscribe", "One-Click"); r.Code != http.StatusOK {
		t.Errorf("POST = %d, want 200", r.Code)
	}
}

func TestPreferencesAreSavedAsChosen(t *testing.T) {
	w := newTown(t)
	sub := w.join("reader@example.org")
	path := "/preferences/" + w.token(subscribers.PurposePreferences, sub)
	if page := read(t, w.get(path)); !strings.Contains(page, `name="topic" value="records"`) {
		t.Errorf("the page does not offer the topics:\n%s", page)
	}
	if r := w.post(path, "language", "de", "zone", "Europe/Athens", "topic", "records", "format", "text"); r.Code != http.StatusOK {
		t.Fatalf("POST = %d, want 200", r.Code)
	}
	got, err := w.people.Peek(t.Context(), subscribers.PurposePreferences, path[len("/preferences/"):])
	if err != nil {
		t.Fatal(err)
	}
	if got.Lang != "de" || got.Zone != "Europe/Athens" || !slices.Equal(got.Topics, []string{"records"}) || got.Format != subscribers.Text {
		t.Errorf("saved %q %q %v %q, want de Europe/Athens [records] text", got.Lang, got.Zone, got.Topics, got.Format)
	}
	if r := w.post(path, "topic", "records", "topic", "policy", "format", "html"); r.Code != http.StatusOK {
		t.Fatalf("POST = %d, want 200", r.Code)
	}
	got, _ = w.people.Peek(t.Context(), subscribers.PurposePreferences, path[len("/preferences/"):])
	if got.Lang != "de" || len(got.Topics) != 0 {
		t.Errorf("with every topic ticked: language %q, topics %v; want de as before and none, for all that come", got.Lang, got.Topics)
	}
}

func TestPreferencesThatAreNotOnOfferAreRefused(t *testing.T) {
	w := newTown(t)
	sub := w.join("reader@example.org")
	path := "/preferences/" + w.token(subscribers.PurposePreferences, sub)
	before := w.everything()
	for _, fields := range [][]string{
		{"format", "html", "zone", "Mars/Olympus"},
		{"format", "html", "language", "<script>"},
		{"format", "html", "topic", "made up"},
		{"format", "postcard"},
	} {
		r := w.post(path, fields...)
		if r.Code != http.StatusUnprocessableEntity || !strings.Contains(read(t, r), "not on offer") {
			t.Errorf("POST %v = %d, want 422 and the reason", fields, r.Code)
		}
	}
	if diff := cmp.Diff(before, w.everything()); diff != "" {
		t.Errorf("refused preferences changed the list:\n%s", diff)
	}
}

func TestPagesOfOneReaderAreKeptNowhere(t *testing.T) {
	w := newTown(t)
	for _, path := range append(w.personalPages(w.join("reader@example.org")), "/unsubscribe/wrong") {
		r := w.get(path)
		for name, want := range map[string]string{"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"} {
			if got := r.Header().Get(name); got != want {
				t.Errorf("GET %.20s…: %s = %q, want %q", path, name, got, want)
			}
		}
		if body := read(t, r); strings.Contains(body, "reader@example.org") {
			t.Errorf("GET %.20s… shows the whole address", path)
		}
	}
}

func TestAddressesAndTokensStayOutOfTheLog(t *testing.T) {
	w := newTown(t)
	sub := w.join("secret-reader@example.org")
	for _, path := range w.personalPages(sub) {
		w.get(path)
		w.post(path, "List-Unsubscribe", "One-Click", "format", "text")
		w.get(path + "x")
		w.get(path + "/")
	}
	w.post("/subscribe", "email", "secret-new@example.org")
	w.post("/subscribe", "email", "secret-new@@example.org")
	if !strings.Contains(w.log(), "pattern=/unsubscribe/{token}") {
		t.Errorf("the log does not name the pattern:\n%s", w.log())
	}
	for _, secret := range []string{"secret-", w.token(subscribers.PurposeUnsubscribe, sub), w.token(subscribers.PurposeConfirm, sub)} {
		if strings.Contains(w.log(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, w.log())
		}
	}
}

// An answer is all that a stranger sees of one.
type answer struct {
	Status int
	Header http.Header
	Body   string
}

func answerOf(t testing.TB, r *httptest.ResponseRecorder) answer {
	return answer{r.Code, r.Header(), read(t, r)}
}

func TestUnsubscribePageHasOneWayForward(t *testing.T) {
	w := newTown(t)
	page := read(t, w.get("/unsubscribe/"+w.token(subscribers.PurposeUnsubscribe, w.join("reader@example.org"))))
	if n := strings.Count(page, "<form"); n != 1 {
		t.Errorf("the page has %d forms, want 1:\n%s", n, page)
	}
	if strings.Contains(page, "<script") || strings.Contains(page, "http-equiv") {
		t.Errorf("the page could send its form by itself:\n%s", page)
	}
	if !strings.Contains(page, templates.PagePreferences+"/") {
		t.Errorf("the page does not offer the preferences:\n%s", page)
	}
}
