package sample

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"
)

// slot is a Tuesday in the week after London's clocks went back, so that the
// week before it and the older news have both offsets.
var slot = time.Date(2026, 10, 27, 7, 0, 0, 0, time.UTC)

// names lists the files of the week.
func names(t *testing.T) []string {
	t.Helper()
	found, err := fs.Glob(week, "week/*")
	if err != nil || len(found) == 0 {
		t.Fatalf("Glob(week/*) = %v, %v", found, err)
	}
	for i := range found {
		found[i] = path.Base(found[i])
	}
	return found
}

func TestEveryDateIsFilledIn(t *testing.T) {
	for _, name := range names(t) {
		raw, _ := week.ReadFile("week/" + name)
		if !moment.Match(raw) {
			t.Errorf("%s: no date is left open, so it would grow old", name)
		}
		if at := bytes.Index(file(name, slot), []byte("@{")); at >= 0 {
			t.Errorf("file(%s): still holds %q", name, file(name, slot)[at:][:20])
		}
		if layouts[path.Ext(name)] == "" {
			t.Errorf("%s: no layout for its dates", name)
		}
	}
}

func TestDatesAreLondonsClockBeforeTheSlot(t *testing.T) {
	for _, c := range []struct {
		why, name, want string
		slot            time.Time
	}{
		{"winter time at the slot, summer time five days before", "ward-notes.rss", "<pubDate>Thu, 22 Oct 2026 18:30:00 +0100</pubDate>", slot},
		{"a day alone is written as the page does", "county-board.html", `<p class="when">23 October 2026</p>`, slot},
		{"seconds are kept", "wardchat.csv", "p15,2026-10-23T12:04:00+01:00,", slot},
		{"a slot on Thursday tells the week as of Tuesday", "wardchat.csv", "p15,2026-10-23T12:04:00+01:00,", slot.AddDate(0, 0, 2)},
		{"half past midnight in London is Tuesday, though UTC still says Monday", "open-drawer.atom", "<updated>2026-07-05T18:20:00+01:00</updated>", time.Date(2026, 7, 6, 23, 30, 0, 0, time.UTC)},
	} {
		if got := file(c.name, c.slot); !bytes.Contains(got, []byte(c.want)) {
			t.Errorf("%s: file(%s, %s) does not hold %q", c.why, c.name, c.slot, c.want)
		}
	}
}

func TestFilesAreWellFormedExceptTheDamagedOne(t *testing.T) {
	for _, name := range names(t) {
		err := parse(name, file(name, slot))
		if damaged := name == "night-desk.rss"; (err != nil) != damaged {
			t.Errorf("parse(%s) = %v, want damaged: %v", name, err, damaged)
		}
	}
}

func parse(name string, data []byte) error {
	switch path.Ext(name) {
	case ".json":
		return json.Unmarshal(data, new(any))
	case ".csv":
		_, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		return err
	case ".html":
		return nil // a page is read as browsers do, see TestSelectorsFitThePage
	}
	return parseXML(data)
}

func parseXML(data []byte) error {
	for d := xml.NewDecoder(bytes.NewReader(data)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

var (
	hosts     = regexp.MustCompile(`https?://([^/\s"'<>&?]+)|[\w.+-]+@([\w-]+\.[\w.-]+)`)
	standards = map[string]bool{"purl.org": true, "www.w3.org": true, "jsonfeed.org": true} // names of formats, fetched by nobody
	realNames = regexp.MustCompile(`(?i)\b(apple|google|fitbit|garmin|samsung|microsoft|amazon|facebook|meta platforms|whatsapp|zoom|skype|epic systems|cerner|nhs|gematik|novo nordisk|abbott|dexcom|medtronic|philips|roche|pfizer|bayer|withings|oura|babylon|teladoc|reddit)\b`)
)

func TestTheWeekIsInvented(t *testing.T) {
	for _, name := range names(t) {
		text := string(file(name, slot))
		for _, m := range hosts.FindAllStringSubmatch(text, -1) {
			host := m[1] + m[2]
			if !strings.HasSuffix(host, ".example.org") && host != "example.org" && !standards[host] {
				t.Errorf("%s: %q is not under example.org", name, m[0])
			}
		}
		if brand := realNames.FindString(text); brand != "" {
			t.Errorf("%s: names %q, which is real", name, brand)
		}
	}
}

func TestChatIsOnTheFridayBeforeTheSlot(t *testing.T) {
	posts := conversation(slot)
	start := time.Date(2026, 10, 23, 11, 0, 0, 0, time.UTC) // noon in London
	chat, in := Chat(), 0
	for i, p := range posts {
		if i > 0 && p.at.Before(posts[i-1].at) {
			t.Errorf("post %d is of %s, before the one above it", i, p.at)
		}
		if !p.at.Before(start) && p.at.Before(start.Add(time.Hour)) {
			in++
		}
	}
	if at := posts[len(posts)-1].at; !at.Before(slot.Add(-48 * time.Hour)) {
		t.Errorf("last post is of %s, want it past the day of cooling off", at)
	}
	if start.In(london()).Weekday() != chat.Weekday || in < 70 {
		t.Errorf("%d posts in the hour on %s, want 70 or more on %s", in, start.Weekday(), chat.Weekday)
	}
}

func TestNoPostComesTwiceAndEveryReplyHasItsParent(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range conversation(slot) {
		if seen[p.url()] {
			t.Errorf("%s comes twice", p.url())
		}
		if p.via != "timeline" && p.via != "transcript" {
			t.Errorf("%s is seen via %q", p.url(), p.via)
		}
		if p.replyTo != nil && !seen[p.replyTo.url()] {
			t.Errorf("%s answers %s, which is not above it", p.url(), p.replyTo.url())
		}
		if p.replyTo != nil && p.via == "timeline" && p.replyTo.via != "timeline" {
			t.Errorf("%s answers a post that its server does not show", p.url())
		}
		if strings.HasPrefix(p.text, "@") != (p.replyTo != nil) || p.replyTo != nil && !strings.HasPrefix(p.text, "@"+p.replyTo.handle+" ") {
			t.Errorf("%q: the mention and the parent differ", p.text)
		}
		seen[p.url()] = true
	}
}

func TestUnchangedDocumentIsNotSentAgain(t *testing.T) {
	server := httptest.NewServer(Handler(slot))
	defer server.Close()
	for _, packed := range []string{"identity", "gzip"} {
		first := get(t, server.URL+"/ward-notes.rss", http.Header{"Accept-Encoding": {packed}})
		if first.status != http.StatusOK || !bytes.Equal(first.body, file("ward-notes.rss", slot)) {
			t.Fatalf("GET ward-notes.rss as %s = %d with %d bytes", packed, first.status, len(first.body))
		}
		for _, condition := range []http.Header{
			{"If-None-Match": {first.header.Get("ETag")}, "Accept-Encoding": {packed}},
			{"If-Modified-Since": {first.header.Get("Last-Modified")}, "Accept-Encoding": {packed}},
		} {
			if again := get(t, server.URL+"/ward-notes.rss", condition); again.status != http.StatusNotModified || len(again.body) > 0 {
				t.Errorf("GET ward-notes.rss with %v = %d with %d bytes, want 304 and none", condition, again.status, len(again.body))
			}
		}
	}
	next := httptest.NewServer(Handler(slot.AddDate(0, 0, 7)))
	defer next.Close()
	tag := get(t, server.URL+"/ward-notes.rss", nil).header.Get("ETag")
	if a := get(t, next.URL+"/ward-notes.rss", http.Header{"If-None-Match": {tag}}); a.status != http.StatusOK {
		t.Errorf("GET ward-notes.rss a week later = %d, want 200: it has new dates", a.status)
	}
}

func TestTimelineIsGivenInPages(t *testing.T) {
	server := httptest.NewServer(Handler(slot))
	defer server.Close()
	var got []string
	pages := 0
	for address := server.URL + "/api/v1/timelines/tag/WardChat?limit=40"; address != ""; pages++ {
		a := get(t, address, nil)
		var page []status
		if err := json.Unmarshal(a.body, &page); err != nil {
			t.Fatalf("GET %s: %v", address, err)
		}
		for _, s := range page {
			got = append(got, s.ID)
		}
		address = ""
		if _, next, ok := strings.Cut(a.header.Get("Link"), "<"); ok {
			address, _, _ = strings.Cut(next, ">")
		}
	}
	var want []string
	for _, p := range newTimeline(slot).posts {
		want = append(want, p.id)
	}
	if pages < 2 || strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("timeline gave %d posts on %d pages, want %d on two or more", len(got), pages, len(want))
	}
	var newer []status
	if err := json.Unmarshal(get(t, server.URL+"/api/v1/timelines/tag/wardchat?limit=2&min_id="+want[len(want)-1], nil).body, &newer); err != nil {
		t.Fatal(err)
	}
	if len(newer) != 2 || newer[0].ID != want[len(want)-3] || newer[1].ID != want[len(want)-2] {
		t.Errorf("min_id of the oldest post gave %d posts, want the two right after it, the newest first", len(newer))
	}
	if a := get(t, server.URL+"/api/v1/timelines/tag/other", nil); string(bytes.TrimSpace(a.body)) != "[]" {
		t.Errorf("timeline of another tag = %s, want an empty page", a.body)
	}
}

func TestMarkupOfAPostLosesNoWord(t *testing.T) {
	text := `@lou "it's" <b> & so: https://ward-notes.example.org/news/e-prescription-outage #wardchat`
	got := markup(text)
	for _, want := range []string{"&lt;b&gt; &amp; so: ", "&#34;it&#39;s&#34;", `href="https://ward-notes.example.org/news/e-prescription-outage"`, "#<span>wardchat</span>", "@<span>lou</span>"} {
		if !strings.Contains(got, want) {
			t.Errorf("markup(%q) = %s, want it to hold %s", text, got, want)
		}
	}
}

func TestEverySourceIsServedAndOneIsOutOfOrder(t *testing.T) {
	server := httptest.NewServer(Handler(slot))
	defer server.Close()
	failed := 0
	for _, src := range Sources(server.URL) {
		a := get(t, src.URL, nil)
		if src.Tag != "" {
			a = get(t, src.URL+"/api/v1/timelines/tag/"+src.Tag, nil)
		}
		if a.status == http.StatusServiceUnavailable {
			failed++
		} else if a.status != http.StatusOK {
			t.Errorf("GET %s = %d", src.URL, a.status)
		}
	}
	if failed != 1 {
		t.Errorf("%d sources answer 503, want one", failed)
	}
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

// get asks for an address without the transport unpacking what comes.
func get(t *testing.T, address string, header http.Header) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		req.Header = header
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body := io.Reader(resp.Body)
	if resp.Header.Get("Content-Encoding") == "gzip" && resp.StatusCode == http.StatusOK {
		if body, err = gzip.NewReader(body); err != nil {
			t.Fatal(err)
		}
	}
	data, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, data}
}
