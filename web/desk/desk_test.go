package desk

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"weekward/digest"
	"weekward/mailer"
	"weekward/store"
	"weekward/subscribers"
	"weekward/templates"
)

// The real things fit.
var (
	_ Press  = (*mailer.Press)(nil)
	_ Mail   = (*templates.Set)(nil)
	_ People = (*subscribers.Service)(nil)
	_ Edits  = (*store.Store)(nil)
	_ Topics = (*store.Store)(nil)
	_ Ledger = (*store.Store)(nil)
	_ Visits = (*store.Store)(nil)
)

var pagesOfDesk = []string{"/", "/preview", "/sends", "/issues/30", "/issues/29", "/sources", "/topics", "/topics?q=telehealth", "/subscribers"}

func TestEveryPageOfTheDeskAnswers(t *testing.T) {
	_, h := open(t)
	for _, path := range pagesOfDesk {
		if r := get(t, h, path); r.Code != http.StatusOK || !strings.Contains(r.Body.String(), "</html>") {
			t.Errorf("GET %s = %d, want a whole page:\n%s", path, r.Code, r.Body)
		}
	}
	for _, path := range []string{"/nothing", "/issues/31", "/issues/x"} {
		if r := get(t, h, path); r.Code != http.StatusNotFound {
			t.Errorf("GET %s = %d, want 404", path, r.Code)
		}
	}
}

func TestForeignWordsStayWords(t *testing.T) {
	_, h := open(t)
	for _, path := range pagesOfDesk {
		doc, err := goquery.NewDocumentFromReader(get(t, h, path).Body)
		if err != nil {
			t.Fatal(err)
		}
		doc.Find("body *").Each(func(_ int, e *goquery.Selection) {
			html, _ := goquery.OuterHtml(e)
			if e.Is("script, img, svg, object, style, b b, figure article") {
				t.Errorf("GET %s: foreign text became an element: %s", path, html)
			}
			for _, a := range e.Nodes[0].Attr {
				if strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Val, "javascript:") {
					t.Errorf("GET %s: foreign text became %s=%q", path, a.Key, a.Val)
				}
			}
		})
	}
	front := get(t, h, "/").Body.String()
	if strings.Contains(front, "ZgotmplZ") {
		t.Error("GET / links to an address that is none")
	}
	for _, want := range []string{"&lt;script&gt;pwn(&#39;title&#39;)&lt;/script&gt;", "&lt;/article&gt;", "&lt;b&gt;notes&lt;/b&gt;", "&lt;svg onload="} {
		if !strings.Contains(front, want) {
			t.Errorf("GET / does not show %s as text", want)
		}
	}
}

func TestFrontPageTellsWhyAndWhatIsLeftOut(t *testing.T) {
	r, h := open(t)
	body := get(t, h, "/").Body.String()
	for _, want := range []string{
		"Issue 31", "Tue 6 Apr 2010, 07:00", "in 17 h 12 min", "38 of 50 characters",
		"fits our topics 0.82 (social media, patients, doctors)", "2 outlets ran it ×1.69", "shared by 7 people in #hcsmeu ×1.30", "discussed in #hcsmeu T1 (berlin, patients)",
		"What stops clinicians joining?", "placed by label", "below the threshold", "Q3 has one quote only", "1 error, 1 warning",
		r.draft.Issue.Fingerprint(), "pinned, noted", "dropped",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("GET / does not tell %q", want)
		}
	}
}

func TestDeskAnswersOnlyAtALoopbackName(t *testing.T) {
	r, h := open(t)
	for host, want := range map[string]int{
		"127.0.0.1:8081": 200, "localhost:8081": 200, "[::1]:8081": 200, "localhost": 200,
		"rebound.example.org:8081": 403, "localhost.example.org": 403, "192.0.2.1:8081": 403, "": 403,
	} {
		req := httptest.NewRequest(http.MethodGet, "/", nil)
		req.Host = host
		if got := do(h, req); got.Code != want {
			t.Errorf("GET / at host %q = %d, want %d", host, got.Code, want)
		}
	}
	if len(r.said) != 0 {
		t.Errorf("GET said %v", r.said)
	}
}

func TestDeskRefusesToListenToTheWorld(t *testing.T) {
	for _, addr := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:0", "desk.example.org:0", "nonsense"} {
		l, err := Listen(addr)
		if err == nil {
			l.Close()
			t.Errorf("Listen(%q) opened %s, want an error", addr, l.Addr())
		}
	}
	for _, addr := range []string{"127.0.0.1:0", "localhost:0"} {
		l, err := Listen(addr)
		if err != nil {
			t.Errorf("Listen(%q) = %v, want a listener", addr, err)
			continue
		}
		l.Close()
	}
}

// actions are the forms of the desk, each with fields that would work.
func actions(r *room) map[string]url.Values {
	return map[string]url.Values{
		"/approve": {"issue": {"31"}, "fingerprint": {r.draft.Issue.Fingerprint()}},
		"/hold":    {"issue": {"31"}},
		"/skip":    {"issue": {"31"}},
		"/pause":   {"issue": {"30"}},
		"/edit":    {"issue": {"31"}, "item": {"lead1"}, "do": {"drop"}},
		"/topic":   {"word": {"telehealth"}, "weight": {"3"}, "do": {"save"}},
	}
}

func TestFormFromAnotherOriginIsRefused(t *testing.T) {
	for _, headers := range []map[string]string{
		{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example.org"},
		{"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:8080"}, // the public site on the same machine
		{"Origin": "https://evil.example.org"},                             // an older browser
		{"Origin": "null"},
	} {
		r, h := open(t)
		edits, topics := len(r.edits), len(r.topics)
		for path, form := range actions(r) {
			req := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:8081"+path, strings.NewReader(form.Encode()))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for name, value := range headers {
				req.Header.Set(name, value)
			}
			if got := do(h, req); got.Code != http.StatusForbidden {
				t.Errorf("POST %s with %v = %d, want 403", path, headers, got.Code)
			}
		}
		if len(r.said) != 0 || len(r.edits) != edits || len(r.topics) != topics {
			t.Errorf("forms of another origin said %v and left %d edits and %d topics", r.said, len(r.edits), len(r.topics))
		}
	}
}

func TestGetOfAnActionDoesNothing(t *testing.T) {
	r, h := open(t)
	for path, form := range actions(r) {
		if got := get(t, h, path+"?"+form.Encode()); got.Code != http.StatusNotFound && got.Code != http.StatusMethodNotAllowed {
			t.Errorf("GET %s = %d, want 404 or 405", path, got.Code)
		}
		if got := post(h, path+"?"+form.Encode(), nil); got.Code != http.StatusBadRequest {
			t.Errorf("POST %s with its fields in the query = %d, want 400", path, got.Code)
		}
	}
	if len(r.said) != 0 {
		t.Errorf("GET said %v", r.said)
	}
}

func TestApproveSendsTheFingerprintThatWasShown(t *testing.T) {
	r, h := open(t)
	shown := regexp.MustCompile(`name="fingerprint" value="([^"]+)"`).FindStringSubmatch(get(t, h, "/").Body.String())
	if shown == nil {
		t.Fatal("GET / has no fingerprint to approve")
	}
	if got := post(h, "/approve", url.Values{"issue": {"31"}, "fingerprint": {shown[1]}}); got.Code != http.StatusSeeOther {
		t.Errorf("POST /approve = %d, want 303:\n%s", got.Code, got.Body)
	}
	if len(r.said) != 1 || r.said[0] != "approve 31" {
		t.Errorf("the press heard %v, want [approve 31]", r.said)
	}
}

func TestApproveOfContentThatChangedIsRefusedWithTheDifference(t *testing.T) {
	r, h := open(t)
	shown := r.draft.Issue.Fingerprint()
	r.draft.Issue.Subject = "Another subject"
	got := post(h, "/approve", url.Values{"issue": {"31"}, "fingerprint": {shown}})
	if got.Code != http.StatusConflict || !strings.Contains(got.Body.String(), "in: &lt;b&gt;A story&lt;/b&gt;") {
		t.Errorf("POST /approve = %d, want 409 with the difference:\n%s", got.Code, got.Body)
	}
	if len(r.said) != 0 {
		t.Errorf("the press heard %v, want nothing", r.said)
	}
}

func TestApprovedIssueSaysSoUntilItChanges(t *testing.T) {
	r, h := open(t)
	r.draft.Record = mailer.Record{Number: 31, State: mailer.IssueApproved, Fingerprint: r.draft.Issue.Fingerprint()}
	if body := get(t, h, "/").Body.String(); !strings.Contains(body, "This content is approved.") || strings.Contains(body, `action="/approve"`) {
		t.Error("GET / does not say that the content is approved")
	}
	r.draft.Issue.Preheader = "Other words"
	if body := get(t, h, "/").Body.String(); !strings.Contains(body, "changed after it was approved") || !strings.Contains(body, `action="/approve"`) {
		t.Error("GET / does not warn that the approved content changed")
	}
}

func TestWordThatComesTooLateIsAnswered(t *testing.T) {
	_, h := open(t)
	got := post(h, "/resume", url.Values{"issue": {"30"}})
	if got.Code != http.StatusConflict || !strings.Contains(got.Body.String(), "cannot resume issue 30: it is sent") {
		t.Errorf("POST /resume = %d, want 409 with the reason:\n%s", got.Code, got.Body)
	}
}

func TestEditKeepsWhatTheFormDoesNotName(t *testing.T) {
	r, h := open(t)
	edit := func(form url.Values) digest.Edit {
		t.Helper()
		form.Set("issue", "31")
		form.Set("item", "two22")
		if got := post(h, "/edit", form); got.Code != http.StatusSeeOther {
			t.Fatalf("POST /edit %v = %d:\n%s", form, got.Code, got.Body)
		}
		return editOf(r.edits, "two22")
	}
	note := r.edits[0].Note
	for _, tc := range []struct {
		button string
		want   digest.Edit
	}{
		{"unpin", digest.Edit{Item: "two22", Note: note}},
		{"drop", digest.Edit{Item: "two22", Note: note, Drop: true}},
		{"pin", digest.Edit{Item: "two22", Note: note, Pin: true}},
		{"undo", digest.Edit{Item: "two22"}},
	} {
		if got := edit(url.Values{"do": {tc.button}}); got != tc.want {
			t.Errorf("after %q the edit is %+v, want %+v", tc.button, got, tc.want)
		}
	}
	got := edit(url.Values{"do": {"save"}, "note": {" Two\r\nlines "}, "title": {"A title"}, "text": {""}, "order": {"2"}})
	if want := (digest.Edit{Item: "two22", Note: "Two lines", Title: "A title", Order: 2}); got != want {
		t.Errorf("after save the edit is %+v, want %+v", got, want)
	}
}

func TestEditThatMakesNoSenseChangesNothing(t *testing.T) {
	r, h := open(t)
	for _, form := range []url.Values{
		{"issue": {"31"}, "do": {"drop"}},
		{"issue": {"x"}, "item": {"lead1"}, "do": {"drop"}},
		{"issue": {"31"}, "item": {"lead1"}, "do": {"burn"}},
		{"issue": {"31"}, "item": {"lead1"}, "do": {"save"}, "order": {"99"}},
	} {
		if got := post(h, "/edit", form); got.Code != http.StatusBadRequest {
			t.Errorf("POST /edit %v = %d, want 400", form, got.Code)
		}
	}
	if e := editOf(r.edits, "lead1"); e != (digest.Edit{Item: "lead1"}) {
		t.Errorf("nonsense left the edit %+v", e)
	}
}

func TestIssueOnItsWayCannotBeEdited(t *testing.T) {
	r, h := open(t)
	if got := post(h, "/edit", url.Values{"issue": {"30"}, "item": {"lead1"}, "do": {"drop"}}); got.Code != http.StatusConflict {
		t.Errorf("POST /edit of a sent issue = %d, want 409", got.Code)
	}
	if e := editOf(r.edits, "lead1"); e.Drop {
		t.Error("a sent issue was edited")
	}
}

func TestPreviewedMailIsInASandbox(t *testing.T) {
	_, h := open(t)
	page := get(t, h, "/preview")
	if !strings.Contains(page.Body.String(), `<iframe src="/preview/mail" sandbox title=`) {
		t.Errorf("the preview's frame has no sandbox:\n%s", page.Body)
	}
	mail := get(t, h, "/preview/mail")
	policy := mail.Header().Get("Content-Security-Policy")
	for _, want := range []string{"sandbox;", "default-src 'none'", "form-action 'none'", "frame-ancestors 'self'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the mail's policy %q lacks %q", policy, want)
		}
	}
	if strings.Contains(policy, "allow-") || strings.Contains(policy, "script-src") {
		t.Errorf("the mail's policy %q allows too much", policy)
	}
	dead := mailer.DeadLinks(templates.Site{BaseURL: "https://news.example.org"}, 31)
	if !strings.Contains(page.Body.String(), dead.Unsubscribe) {
		t.Error("the preview's personal links are not dead ones")
	}
}

func TestEveryAnswerOfTheDeskIsPrivate(t *testing.T) {
	_, h := open(t)
	for _, path := range append(pagesOfDesk, "/nothing", "/preview/mail") {
		r := get(t, h, path)
		for name, want := range map[string]string{"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "X-Content-Type-Options": "nosniff", "Set-Cookie": ""} {
			if got := r.Header().Get(name); got != want {
				t.Errorf("GET %s: %s = %q, want %q", path, name, got, want)
			}
		}
		if p := r.Header().Get("Content-Security-Policy"); !strings.Contains(p, "default-src 'none'") || !strings.Contains(p, "frame-ancestors") {
			t.Errorf("GET %s: policy is %q", path, p)
		}
		if body := r.Body.String(); strings.Contains(body, "<script") || path != "/preview/mail" && strings.Contains(body, " style=") {
			t.Errorf("GET %s holds what the policy forbids", path)
		}
	}
}

func TestSourcesInTroubleComeFirst(t *testing.T) {
	_, h := open(t)
	body := get(t, h, "/sources").Body.String()
	order := []string{"Ward Notes", "3 failures in a row", "not read yet", "40 min ago"}
	for i, at := 0, -1; i < len(order); i++ {
		next := strings.Index(body, order[i])
		if next <= at {
			t.Errorf("%q is missing or not after %q:\n%s", order[i], order[max(i-1, 0)], body)
		}
		at = next
	}
}

func TestDeskCountsPeopleAndNamesNobody(t *testing.T) {
	_, h := open(t)
	body := get(t, h, "/subscribers").Body.String()
	if !strings.Contains(body, "1,212") || strings.Contains(body, "@") {
		t.Errorf("GET /subscribers does not count, or names somebody:\n%s", body)
	}
}

func TestSpanIsWrittenInTwoUnits(t *testing.T) {
	for d, want := range map[time.Duration]string{
		20 * time.Second: "less than a minute", time.Minute: "1 min", 59*time.Minute + 40*time.Second: "1 h",
		3*time.Hour + 12*time.Minute: "3 h 12 min", 24 * time.Hour: "1 day", 50 * time.Hour: "2 days 2 h", 24*time.Hour + 20*time.Minute: "1 day",
	} {
		if got := span(d); got != want {
			t.Errorf("span(%s) = %q, want %q", d, got, want)
		}
	}
}

// While an issue is sent its page asks for itself again, without script, and
// can be kept still.
func TestIssueUnderWayShowsHowFarItIs(t *testing.T) {
	r, h := open(t)
	r.records[0].State = mailer.IssueSending
	r.figures = mailer.Figures{Planned: 1200, Sent: 600, Deferred: 2, Queued: 598}
	page, err := goquery.NewDocumentFromReader(get(t, h, "/issues/30").Body)
	if err != nil {
		t.Fatal(err)
	}
	if got := page.Find(`meta[http-equiv="refresh"]`).AttrOr("content", ""); got != "5" {
		t.Errorf("GET /issues/30 asks again after %q seconds, want 5", got)
	}
	bar := page.Find("progress")
	if bar.AttrOr("value", "") != "600" || bar.AttrOr("max", "") != "1200" {
		t.Errorf("GET /issues/30 shows the bar %v, want 600 of 1200", bar.Nodes)
	}
	live := page.Find(".live").Text()
	for _, want := range []string{"50 %: 600 of 1,200 copies have ended", "840 a minute, 43 s left", "2 copies wait for another try, the first in 5 min", "As of 13:48:00."} {
		if !strings.Contains(live, want) {
			t.Errorf("GET /issues/30 does not tell %q:\n%s", want, live)
		}
	}
	still := get(t, h, "/issues/30?still").Body.String()
	if strings.Contains(still, "http-equiv=\"refresh\"") || !strings.Contains(still, "Ask again") {
		t.Errorf("GET /issues/30?still asks again by itself:\n%s", still)
	}
	r.records[0].State = mailer.IssueSent
	if sent := get(t, h, "/issues/30").Body.String(); strings.Contains(sent, "http-equiv=\"refresh\"") || strings.Contains(sent, "<progress") {
		t.Errorf("GET /issues/30 of a sent issue goes on asking:\n%s", sent)
	}
}
