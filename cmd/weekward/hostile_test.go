package main

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net"
	"net/http"
	"net/mail"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"weekward/subscribers"
)

// hostileTitles are what a feed could try, escaped as XML wants it.
var hostileTitles = []string{
	`&lt;script&gt;pwn(1)&lt;/script&gt; hospital beds counted`,
	"Telemedicine on the islands&#13;&#10;Bcc: victim@example.org&#13;&#10;&#13;&#10;patients",
	`{{.Site.BaseURL}} {{template "layout"}} insulin pumps and nurses`,
	`&lt;img src=x onerror=pwn(2)&gt; A sleep trial by patients`,
	`"&gt;&lt;a href="javascript:pwn(3)"&gt;health data&lt;/a&gt; of a county`,
}

// active is markup that would do something in a mail or on a page. The desk's own
// sandboxed frame is not among it.
var active = regexp.MustCompile(`(?i)<script|<img|onerror\s*=|href="?javascript:`)

// What a feed says is plain text in the mail, on the page and at the desk.
func TestHostileTitleIsPlainText(t *testing.T) {
	slot := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
	r := startRelay(t, 0)
	n := newNewsletter(t, reads(smallWeek(t, slot, hostileTitles...)))
	t.Setenv("WEEKWARD_NOW", slot.Format(time.RFC3339))
	t.Setenv("WEEKWARD_SMTP_URL", "smtp://"+r.addr)
	n.weekward(t, nil, "collect")
	n.subscribe(t, 1)
	n.approve(t, slot)
	n.weekward(t, nil, "send")

	for to, data := range r.messages {
		checkHostileMail(t, to, data)
	}
	public, inside := n.serve(t)
	for _, page := range []string{public + "/", public + "/issues/", public + "/issues/1", public + "/feed.xml", inside + "/", inside + "/issues/1", inside + "/preview", inside + "/preview/mail"} {
		body := get(t, page)
		if found := active.FindString(body); found != "" && !strings.HasSuffix(page, ".xml") {
			t.Errorf("%s holds %q", page, found)
		}
	}
	for _, page := range []string{public + "/issues/1", inside + "/"} {
		if !strings.Contains(get(t, page), "{{.Site.BaseURL}}") {
			t.Errorf("%s does not print the title with template marks as it is", page)
		}
	}
}

// checkHostileMail wants one Bcc-free header and no active markup.
func checkHostileMail(t *testing.T, to string, data []byte) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("mail to %s: %v", to, err)
	}
	if bcc := m.Header.Get("Bcc"); bcc != "" {
		t.Errorf("a title made the header Bcc: %s", bcc)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || strings.ContainsAny(subject, "\r\n") {
		t.Errorf("subject %q, %v", subject, err)
	}
	if found := active.Find(bytes.ReplaceAll(data, []byte("=\r\n"), nil)); found != nil {
		t.Errorf("mail to %s holds %q", to, found)
	}
}

// serve runs the program's server for the time of the test and returns the
// addresses of the public site and the desk.
func (n *newsletter) serve(t *testing.T) (public, desk string) {
	t.Helper()
	addr, deskAddr := freePort(t), freePort(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	var log bytes.Buffer
	go func() {
		ended <- run(ctx, []string{"serve", "--no-schedule", "--addr", addr, "--desk-addr", deskAddr, "--config", n.config()}, strings.NewReader(""), io.Discard, &log)
	}()
	t.Cleanup(func() {
		stop()
		if code := <-ended; code != exitDone {
			t.Errorf("serve ended with %d\n%s", code, log.String())
		}
	})
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if conn, err := net.Dial("tcp", deskAddr); err == nil {
			conn.Close()
			return "http://" + addr, "http://" + deskAddr
		}
		if time.Now().After(deadline) {
			t.Fatalf("the server did not come up\n%s", log.String())
		}
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func get(t *testing.T, address string) string {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s = %d, %v", address, resp.StatusCode, err)
	}
	return string(body)
}

// A scanner opens every link of every mail, as security products do. Nobody is
// confirmed, nobody is gone, nothing is mailed; the reader's own click still
// works afterwards.
func TestScannerChangesNothing(t *testing.T) {
	slot := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
	r := startRelay(t, 0)
	n := newNewsletter(t, func(c *Config) {
		reads(smallWeek(t, slot))(c)
		c.Site.BaseURL = "http://127.0.0.1:1" // links are followed to the port that serve gets
	})
	t.Setenv("WEEKWARD_NOW", slot.Format(time.RFC3339))
	t.Setenv("WEEKWARD_SMTP_URL", "smtp://"+r.addr)
	n.weekward(t, nil, "collect")
	n.subscribe(t, 5)
	n.weekward(t, nil, "subscribers", "add", "pending@example.org")
	n.approve(t, slot)
	n.weekward(t, nil, "send")
	if got := r.total(); got != 6 {
		t.Fatalf("%d mails, want 5 issues and a confirmation", got)
	}

	before := n.people(t)
	public, _ := n.serve(t)
	confirm := ""
	for _, data := range r.messages {
		for _, link := range links(data) {
			link = strings.Replace(link, "http://127.0.0.1:1", public, 1)
			if !strings.HasPrefix(link, public) {
				continue
			}
			for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodGet} {
				ask(t, method, link, http.StatusOK)
			}
			if strings.Contains(link, "/confirm/") {
				confirm = link
			}
		}
	}
	if after := n.people(t); before != after {
		t.Errorf("a scanner changed the list from %q to %q", before, after)
	}
	if got := r.total(); got != 6 {
		t.Errorf("a scanner made the program send %d mails", got-6)
	}
	ask(t, http.MethodPost, confirm, http.StatusOK)
	if after := n.people(t); after == before {
		t.Errorf("the reader's own click on %s changed nothing: %q", confirm, after)
	}
}

// people is the list with its states, as text.
func (n *newsletter) people(t *testing.T) string {
	t.Helper()
	var list struct {
		Subscribers []struct {
			Email string
			State subscribers.State
		}
	}
	n.weekward(t, &list, "subscribers", "list")
	var b strings.Builder
	for _, s := range list.Subscribers {
		b.WriteString(s.Email + " " + string(s.State) + "\n")
	}
	return b.String()
}

var link = regexp.MustCompile(`https?://[^\s"<>]+`)

// links are the addresses in every part and header of a mail.
func links(data []byte) []string {
	text := strings.NewReplacer("=\r\n", "", "=3D", "=").Replace(string(data))
	return link.FindAllString(text, -1)
}

// ask sends one request and wants a status.
func ask(t *testing.T, method, address string, want int) {
	t.Helper()
	req, err := http.NewRequest(method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != want {
		t.Errorf("%s %s = %d, want %d", method, address, resp.StatusCode, want)
	}
}

// A preview leaves the database as it is, byte for byte, and so do the other
// verbs that only look.
func TestPreviewWritesNothing(t *testing.T) {
	slot := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
	n := newNewsletter(t, reads(smallWeek(t, slot)))
	t.Setenv("WEEKWARD_NOW", slot.Format(time.RFC3339))
	n.weekward(t, nil, "collect")
	n.subscribe(t, 3)
	before := n.database(t)
	n.weekward(t, nil, "preview", "--why")
	n.weekward(t, nil, "preview", "--as", "reader0001@example.org", "--date", "2026-03-10", "--lang", "de", "--topic", "sleep")
	n.weekward(t, nil, "items", "list")
	if !bytes.Equal(before, n.database(t)) {
		t.Error("a preview changed the database")
	}
}

func (n *newsletter) database(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(n.dir + "/subscribers.db")
	if err != nil {
		t.Fatal(err)
	}
	return data
}
