package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"weekward/feeds"
	"weekward/mailer"
	"weekward/mailer/bounces"
)

// scrape returns the figures that Prometheus would read, by series.
func scrape(t *testing.T, address string) map[string]string {
	t.Helper()
	r, err := http.Get("http://" + address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/plain; version=0.0.4") {
		t.Fatalf("GET /metrics = %d %s, %v:\n%s", r.StatusCode, r.Header.Get("Content-Type"), err, body)
	}
	found := map[string]string{}
	for line := range strings.Lines(string(body)) {
		if series, value, ok := strings.Cut(strings.TrimSpace(line), " "); ok && !strings.HasPrefix(line, "#") {
			found[series] = value
		}
	}
	return found
}

// wantSeries compares some figures.
func wantSeries(t *testing.T, got, want map[string]string) {
	t.Helper()
	for series, value := range want {
		if got[series] != value {
			t.Errorf("%s = %q, want %q", series, got[series], value)
		}
	}
}

func TestMetricsTellHowASendGoes(t *testing.T) {
	slot := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
	r := startRelay(t, 0)
	n := newNewsletter(t, reads(smallWeek(t, slot)))
	t.Setenv("WEEKWARD_NOW", slot.Format(time.RFC3339))
	t.Setenv("WEEKWARD_SMTP_URL", "smtp://"+r.addr)
	n.weekward(t, nil, "collect")
	n.subscribe(t, 30)
	n.approve(t, slot)

	d := n.serveFigures(t, true)
	if _, err := http.PostForm("http://"+d.public.Addr().String()+"/subscribe", url.Values{"email": {"new@example.org"}}); err != nil {
		t.Fatal(err)
	}
	address := d.metrics.Addr().String()
	got := scrape(t, address)
	for until := time.Now().Add(20 * time.Second); (got[`weekward_issue_deliveries{state="sent"}`] != "30" || got[`weekward_messages_total{kind="letter",outcome="sent"}`] != "1") && time.Now().Before(until); got = scrape(t, address) {
		time.Sleep(50 * time.Millisecond) // another process would ask like this, too
	}
	wantSeries(t, got, map[string]string{
		"weekward_issue_number":                                   "1",
		`weekward_issue_deliveries{state="sent"}`:                 "30",
		`weekward_issue_deliveries{state="queued"}`:               "0",
		`weekward_messages_total{kind="issue",outcome="sent"}`:    "30",
		`weekward_messages_total{kind="letter",outcome="sent"}`:   "1",
		`weekward_messages_total{kind="issue",outcome="bounced"}`: "0",
		`weekward_message_seconds_count`:                          "31",
		`weekward_refusals_total{class="4xx"}`:                    "0",
		`weekward_relay_connections_total{result="failed"}`:       "0",
		"weekward_claimed_total":                                  "31",
		`weekward_queue_deliveries{state="due"}`:                  "0",
		`weekward_subscribers{state="active"}`:                    "30",
		`weekward_subscribers{state="pending"}`:                   "1",
		`weekward_people_total{action="asked"}`:                   "1",
		`weekward_bounces_total{act="unsubscribe"}`:               "0",
		`weekward_bounces_total{act="backscatter"}`:               "0",
	})
	for _, series := range []string{`weekward_relay_connections_total{result="opened"}`, "weekward_windows_total", "weekward_last_sent_timestamp_seconds"} {
		if value := got[series]; value == "" || value == "0" {
			t.Errorf("%s = %q, want it counted", series, value)
		}
	}
	for series := range got {
		if strings.Contains(series, "@") || strings.Contains(series, "example.org") {
			t.Errorf("a series names somebody: %s", series)
		}
	}
}

// serveFigures runs the server until the test ends, with a listener for figures.
func (n *newsletter) serveFigures(t *testing.T, sends bool) doors {
	t.Helper()
	e := &environment{&options{config: n.config()}, &terminal{out: io.Discard, err: io.Discard}}
	a, err := e.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d, err := openDoors(WebConfig{Addr: "127.0.0.1:0", DeskAddr: "127.0.0.1:0", MetricsAddr: ":0"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- a.run(ctx, d, sends) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Errorf("run = %v", err)
		}
		a.close()
	})
	return d
}

// Figures are for the machines' keeper: the public site and the desk do not
// have them, nor does anything else stand on their listener.
func TestMetricsAreOnTheirOwnListenerOnly(t *testing.T) {
	n := newNewsletter(t, func(*Config) {})
	d := n.serveFigures(t, false)
	if host, _, _ := net.SplitHostPort(d.metrics.Addr().String()); host != "127.0.0.1" {
		t.Errorf("metrics_addr without a host listens on %s, want loopback", host)
	}
	for address, want := range map[string]int{
		d.metrics.Addr().String() + "/metrics":     http.StatusOK,
		d.metrics.Addr().String() + "/":            http.StatusNotFound,
		d.metrics.Addr().String() + "/debug/pprof": http.StatusNotFound,
		d.public.Addr().String() + "/metrics":      http.StatusNotFound,
		d.desk.Addr().String() + "/metrics":        http.StatusNotFound,
	} {
		r, err := http.Get("http://" + address)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != want {
			t.Errorf("GET %s = %d, want %d", address, r.StatusCode, want)
		}
	}
	if l, err := openMetrics(""); l != nil || err != nil {
		t.Errorf("openMetrics(%q) = %v, %v, want nothing open", "", l, err)
	}
}

func TestCountersCountWhatFailed(t *testing.T) {
	c := newCounters()
	for _, o := range []mailer.Outcome{
		{State: mailer.Deferred, Code: 451}, {State: mailer.Bounced, Code: 550}, {State: mailer.Bounced, Code: 552}, {State: mailer.Queued},
	} {
		c.Tried(mailer.KindIssue, o, time.Millisecond)
	}
	c.Opened(io.EOF)
	c.collected(feeds.Report{Sources: []feeds.Result{{OK: true}, {OK: true}, {}}, New: 7})
	c.cameBack(map[bounces.Act]int{bounces.Suppress: 2})
	families, err := c.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	for _, f := range families {
		for _, m := range f.Metric {
			if m.GetCounter().GetValue() > 0 && strings.HasPrefix(f.GetName(), "weekward_") {
				all.WriteString(f.GetName())
				for _, l := range m.Label {
					all.WriteString(" " + l.GetValue())
				}
				all.WriteString(" " + strings.Repeat("|", int(m.GetCounter().GetValue())) + "\n")
			}
		}
	}
	want := `weekward_bounces_total suppress ||
weekward_items_new_total |||||||
weekward_messages_total issue bounced ||
weekward_messages_total issue deferred |
weekward_messages_total issue queued |
weekward_refusals_total 4xx |
weekward_refusals_total 5xx ||
weekward_refusals_total none |
weekward_relay_connections_total failed |
weekward_sources_read_total failed |
weekward_sources_read_total ok ||
`
	if all.String() != want {
		t.Errorf("counted:\n%s\nwant:\n%s", all.String(), want)
	}
}
