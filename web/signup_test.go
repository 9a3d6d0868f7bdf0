package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weekward/mailer"
	"weekward/subscribers"
	"weekward/templates"
)

func TestSignUpAnswersAlikeWhoeverIsBehindTheAddress(t *testing.T) {
	w := newTown(t)
	w.join("active@example.org")
	w.post("/subscribe", "email", "pending@example.org")
	left := w.join("left@example.org")
	w.post("/unsubscribe/"+w.token(subscribers.PurposeUnsubscribe, left), "List-Unsubscribe", "One-Click")
	bounced := w.join("bounced@example.org")
	if err := w.people.Suppress(t.Context(), bounced.ID, subscribers.ReasonBounced); err != nil {
		t.Fatal(err)
	}
	w.join("erased@example.org")
	if err := w.people.Forget(t.Context(), "erased@example.org"); err != nil {
		t.Fatal(err)
	}
	w.wait(time.Hour)

	want := answerOf(t, w.post("/subscribe", "email", "new@example.org"))
	if want.Status != http.StatusSeeOther || want.Header.Get("Location") != "/check-your-inbox" {
		t.Fatalf("POST /subscribe = %d to %q, want 303 to /check-your-inbox", want.Status, want.Header.Get("Location"))
	}
	for _, who := range []string{"active", "pending", "left", "bounced", "erased", "new"} {
		got := answerOf(t, w.post("/subscribe", "email", who+"@example.org"))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the answer for %s differs (-new +%s):\n%s", who, who, diff)
		}
	}
	for _, c := range claimed(t, w) {
		if strings.HasPrefix(c.To.Email, "bounced") {
			t.Error("a suppressed address is about to be mailed")
		}
	}
}

func TestTwentySignUpsOfOneAddressGiveOneLetter(t *testing.T) {
	w := newTown(t)
	for i := range 20 {
		r := w.request(http.MethodPost, "/subscribe", "email=victim%40example.org", "Content-Type", "application/x-www-form-urlencoded")
		if r.Code != http.StatusSeeOther && r.Code != http.StatusTooManyRequests {
			t.Errorf("POST %d = %d, want 303 or 429", i+1, r.Code)
		}
		w.wait(10 * time.Second)
	}
	if got := claimed(t, w); len(got) != 1 {
		t.Errorf("20 sign-ups of one address queued %d letters, want 1", len(got))
	}
}

// claimed takes what is due out of the outbox, as a sender would.
func claimed(t *testing.T, w *town) []mailer.Claim {
	t.Helper()
	claims, err := w.outbox.Claim(t.Context(), "test", 100, w.now())
	if err != nil {
		t.Fatalf("claim letters: %v", err)
	}
	return claims
}

func TestMalformedAddressGetsItsFormBack(t *testing.T) {
	w := newTown(t)
	for _, tc := range []struct{ typed, shown string }{
		{"dev", `value="dev"`},
		{"", "Enter your email address"},
		{`"><script>pwn('form')</script>`, `value="&#34;&gt;&lt;script&gt;`},
		{"dev@example.org\r\nBcc: other@example.org", "correct format"},
		{"dev@example.org,other@example.org", "correct format"},
	} {
		r := w.post("/subscribe", "email", tc.typed)
		body := read(t, r)
		if r.Code != http.StatusUnprocessableEntity || !strings.Contains(body, tc.shown) || !strings.Contains(body, `role="alert"`) {
			t.Errorf("POST /subscribe email=%q = %d, want 422 with %q and an error summary:\n%s", tc.typed, r.Code, tc.shown, body)
		}
		if strings.Contains(body, "<script>") {
			t.Errorf("POST /subscribe email=%q puts a script into the page", tc.typed)
		}
	}
	if n := len(w.mail()); n != 0 {
		t.Errorf("malformed addresses gave %d letters", n)
	}
}

// formFields are the fields of the form as a browser would send them.
func (w *town) formFields(t *testing.T, address string) []string {
	t.Helper()
	return append(hiddenFields(read(t, w.get("/"))), "email", address, "remark", "")
}

func TestPersonWithTheFormIsTakenAtTheirWord(t *testing.T) {
	w := newTown(t)
	fields := w.formFields(t, "person@example.org")
	w.wait(5 * time.Second)
	if r := w.post("/subscribe", fields...); r.Code != http.StatusSeeOther {
		t.Errorf("POST = %d, want 303", r.Code)
	}
	if got := w.state("person@example.org"); got != subscribers.Pending {
		t.Errorf("state = %q, want pending", got)
	}
}

func TestProgramsAreAnsweredAndGivenNothing(t *testing.T) {
	w := newTown(t)
	person := w.formFields(t, "person@example.org")
	honest := answerOf(t, w.post("/subscribe", "email", "someone@example.org"))
	before := len(w.mail())
	w.wait(time.Second)
	for name, fields := range map[string][]string{
		"filled the trap":  {"email", "bot@example.org", "remark", "cheap pills"},
		"took one second":  person,
		"made up a stamp":  {"email", "bot@example.org", "stamp", "AAAA"},
		"used a token":     {"email", "bot@example.org", "stamp", w.token(subscribers.PurposeUnsubscribe, subscribers.Subscriber{ID: "x"})},
		"stamp of the day": {"email", "bot@example.org", "stamp", stamp(w.keys, w.now().Add(time.Hour))},
	} {
		if diff := cmp.Diff(honest, answerOf(t, w.post("/subscribe", fields...))); diff != "" {
			t.Errorf("a program that %s can tell (-honest +program):\n%s", name, diff)
		}
	}
	if got := len(w.mail()); got != before {
		t.Errorf("programs caused %d letters, want none", got-before)
	}
}

func TestFormOpenForMoreThanADayIsShownAgain(t *testing.T) {
	w := newTown(t)
	fields := w.formFields(t, "slow@example.org")
	w.wait(25 * time.Hour)
	r := w.post("/subscribe", fields...)
	body := read(t, r)
	if r.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `value="slow@example.org"`) {
		t.Errorf("POST = %d, want 422 with the address kept:\n%s", r.Code, body)
	}
	w.wait(5 * time.Second)
	if r := w.post("/subscribe", append(hiddenFields(body), "email", "slow@example.org")...); r.Code != http.StatusSeeOther {
		t.Errorf("POST of the form shown again = %d, want 303", r.Code)
	}
}

func TestNetworkThatSendsTooManySignUpsHasToWait(t *testing.T) {
	w := newTown(t, func(o *Options) { o.Bare = 5 })
	send := func(i int) *httptest.ResponseRecorder {
		return w.post("/subscribe", "email", fmt.Sprintf("p%d@example.org", i))
	}
	for i := range 5 {
		if r := send(i); r.Code != http.StatusSeeOther {
			t.Fatalf("sign-up %d = %d, want 303", i+1, r.Code)
		}
	}
	r := send(5)
	if r.Code != http.StatusTooManyRequests || !strings.Contains(read(t, r), "Please wait") {
		t.Errorf("sign-up 6 = %d, want 429 and a friendly page", r.Code)
	}
	fields := w.formFields(t, "person@example.org")
	w.wait(5 * time.Second)
	if r := w.post("/subscribe", fields...); r.Code != http.StatusSeeOther {
		t.Errorf("a person with the form in the same network = %d, want 303", r.Code)
	}
	w.wait(time.Hour)
	if r := send(6); r.Code != http.StatusSeeOther {
		t.Errorf("sign-up an hour later = %d, want 303", r.Code)
	}
}

func TestListsOwnLimitClosesTheForm(t *testing.T) {
	w := newTown(t, func(o *Options) { o.Bare = -1 })
	w.people.Limits.Network = 3
	var codes []int
	for i := range 4 {
		codes = append(codes, w.post("/subscribe", "email", fmt.Sprintf("p%d@example.org", i)).Code)
	}
	if want := []int{303, 303, 303, 429}; !cmp.Equal(codes, want) {
		t.Errorf("answers = %v, want %v", codes, want)
	}
}

func TestConsentThatIsStoredIsTheOneTheFormShowed(t *testing.T) {
	w := newTown(t)
	page := w.get("/", "Accept-Language", "de-AT,de;q=0.9,en;q=0.5")
	body := read(t, page)
	set, err := templates.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	wording, version, err := set.Consent(templates.Site{Name: "Ward Notebook", Lang: "en", Weekday: time.Tuesday, Time: "07:00"}, "de")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(body, wording) {
		t.Errorf("the German form does not show %q:\n%s", wording, body)
	}
	w.wait(5 * time.Second)
	w.post("/subscribe", append(hiddenFields(body), "email", "leserin@example.org")...)
	got, err := w.people.Show(t.Context(), "leserin@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Consents) != 1 || got.Consents[0].Version != version || got.Consents[0].Wording != wording || got.Consents[0].Form != "https://news.example.org/" || got.Lang != "de" {
		t.Errorf("stored language %q, consents %+v; want de, version %s, %q", got.Lang, got.Consents, version, wording)
	}
}

func TestFrontPageShowsFormLastIssueAndNextChat(t *testing.T) {
	w := newTown(t)
	body := read(t, w.get("/"))
	for _, want := range []string{`action="/subscribe"`, `name="email"`, `href="/issues/32"`, "Experts &lt;meet&gt; &amp; talk", "hcsmeu", "9 Apr"} {
		if !strings.Contains(body, want) {
			t.Errorf("GET / lacks %q:\n%s", want, body)
		}
	}
	if strings.Contains(body, "Not out yet") {
		t.Error("GET / shows an issue that was not sent")
	}
}
