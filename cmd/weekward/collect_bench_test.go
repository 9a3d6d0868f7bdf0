package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"html"
	"io"
	"math/rand"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"weekward/feeds"
	"weekward/feeds/fetch"
	"weekward/feeds/news"
	"weekward/store/storetest"
)

// A feedSite serves made-up feeds, RSS and Atom in turn, with validators.
type feedSite struct {
	*httptest.Server
	feeds    [][]byte
	requests atomic.Int64
}

// newFeedSite makes feeds of some items; 30 items are about 100 KB.
func newFeedSite(t testing.TB, feeds, items int) *feedSite {
	t.Helper()
	s := &feedSite{}
	for i := range feeds {
		s.feeds = append(s.feeds, madeUpFeed(i, items))
	}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *feedSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.requests.Add(1)
	var i int
	if _, err := fmt.Sscanf(r.URL.Path, "/%d.xml", &i); err != nil || i >= len(s.feeds) {
		http.NotFound(w, r)
		return
	}
	etag := fmt.Sprintf(`"%x"`, sha256.Sum256(s.feeds[i][:200]))
	w.Header().Set("ETag", etag)
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	w.Write(s.feeds[i])
}

// madeUpFeed is a feed of items of about 3 KB.
func madeUpFeed(i, items int) []byte {
	r := rand.New(rand.NewSource(int64(i)))
	var b strings.Builder
	head, tail := `<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Feed %d</title><link>https://feed%[1]d.example.org/</link>`, `</channel></rss>`
	if i%2 == 1 {
		head, tail = `<feed xmlns="http://www.w3.org/2005/Atom"><title>Feed %d</title><id>urn:feed:%[1]d</id>`, `</feed>`
	}
	fmt.Fprintf(&b, head, i)
	for k := range items {
		link, at := fmt.Sprintf("https://feed%d.example.org/%d", i, k), time.Now().Add(-time.Duration(k)*3*time.Hour)
		var body strings.Builder
		for range 6 {
			fmt.Fprintf(&body, `<p>%s <a href="%s">%s</a> %s.</p>`, someWords(r, 30), link, someWords(r, 2), someWords(r, 30))
		}
		if i%2 == 1 {
			fmt.Fprintf(&b, `<entry><title>%s</title><id>%s</id><link href="%s"/><updated>%s</updated><summary>%s</summary><content type="html">%s</content></entry>`,
				someWords(r, 7), link, link, at.Format(time.RFC3339), someWords(r, 20), html.EscapeString(body.String()))
			continue
		}
		fmt.Fprintf(&b, `<item><title>%s</title><link>%s</link><guid>%s</guid><pubDate>%s</pubDate><description>%s</description><content:encoded><![CDATA[%s]]></content:encoded></item>`,
			someWords(r, 7), link, link, at.Format(time.RFC1123Z), someWords(r, 20), body.String())
	}
	return []byte(b.String() + tail)
}

func someWords(r *rand.Rand, n int) string {
	words := strings.Fields("ward nurse patient latency clinic trial insulin archive editor garden budget river museum sleep vaccine harbour device school island record")
	var picked []string
	for range n {
		picked = append(picked, words[r.Intn(len(words))])
	}
	return strings.Join(picked, " ")
}

// readsAll makes a configuration read every feed of a site.
func (s *feedSite) readsAll(c *Config) {
	c.Fetch.Allow = []string{strings.TrimPrefix(s.URL, "http://")}
	for i := range s.feeds {
		c.Sources = append(c.Sources, SourceConfig{ID: fmt.Sprintf("feed-%d", i), URL: fmt.Sprintf("%s/%d.xml", s.URL, i)})
	}
}

// A cost is what one run of the program took.
type cost struct {
	wall, cpu time.Duration
	memory    float64 // MB resident at most
}

// measure runs a verb in a process of its own.
func (n *newsletter) measure(t testing.TB, args ...string) cost {
	t.Helper()
	var out bytes.Buffer
	cmd := exec.Command("weekward", append(args, "--config", n.config(), "--quiet")...)
	cmd.Stdout, cmd.Stderr = &out, &out
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended, peak := make(chan bool), make(chan float64)
	go func() { peak <- watchMemory(cmd.Process.Pid, ended) }()
	err := cmd.Wait()
	took := time.Since(began)
	close(ended)
	memory := <-peak
	if err != nil {
		t.Fatalf("weekward %s: %v\n%s", strings.Join(args, " "), err, out.String())
	}
	return cost{took, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), memory}
}

// watchMemory looks at a process until it ends and returns its peak in MB. What
// wait4 says would count this process, too, which the other was forked from.
func watchMemory(pid int, ended <-chan bool) (peak float64) {
	for {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if _, rest, ok := strings.Cut(string(status), "VmHWM:"); ok {
			var kb float64
			fmt.Sscan(rest, &kb)
			peak = max(peak, kb/1024)
		}
		select {
		case <-ended:
			return peak
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (c cost) add(other cost) cost {
	return cost{c.wall + other.wall, c.cpu + other.cpu, max(c.memory, other.memory)}
}

func (c cost) report(b *testing.B) {
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(c.wall.Seconds()/float64(b.N), "wall-s")
	b.ReportMetric(c.cpu.Seconds()/float64(b.N), "cpu-s")
	b.ReportMetric(c.memory, "MB-rss")
}

// BenchmarkCollectCold reads 200 feeds of 100 KB for the first time, in a
// process of its own.
func BenchmarkCollectCold(b *testing.B) { benchmarkCold(b, 200, 30) }

// BenchmarkCollectManyItems reads 1,000 feeds of 100 items.
func BenchmarkCollectManyItems(b *testing.B) { benchmarkCold(b, 1000, 100) }

func benchmarkCold(b *testing.B, count, items int) {
	site, total := newFeedSite(b, count, items), cost{}
	for b.Loop() {
		b.StopTimer()
		n := newNewsletter(b, site.readsAll)
		b.StartTimer()
		total = total.add(n.measure(b, "collect"))
		b.StopTimer()
		os.RemoveAll(n.dir)
		b.StartTimer()
	}
	total.report(b)
}

// BenchmarkCollectUnchanged asks 200 feeds that did not change.
func BenchmarkCollectUnchanged(b *testing.B) {
	site := newFeedSite(b, 200, 30)
	n, total := newNewsletter(b, site.readsAll), cost{}
	n.measure(b, "collect")
	for b.Loop() {
		total = total.add(n.measure(b, "collect", "--force"))
	}
	total.report(b)
}

// BenchmarkNotModified compares, in turns, the collector on 1,000 feeds that
// did not change with as many bare conditional requests. "ratio" is what all
// the rest costs: claims, visits, the report.
func BenchmarkNotModified(b *testing.B) {
	site := newFeedSite(b, 1000, 1)
	f := fetch.New(fetch.Options{Allow: []string{strings.TrimPrefix(site.URL, "http://")}})
	defer f.Close()
	db := storetest.OpenAt(b, filepath.Join(b.TempDir(), "subscribers.db"))
	c := &feeds.Collector{Readers: map[feeds.Kind]feeds.Reader{feeds.KindFeed: &news.Reader{Fetch: f}}, Store: db}
	var sources []feeds.Source
	for i := range site.feeds {
		sources = append(sources, feeds.Source{ID: fmt.Sprint("feed-", i), Kind: feeds.KindFeed, URL: fmt.Sprintf("%s/%d.xml", site.URL, i), Weight: 1})
	}
	collect := func() time.Duration {
		began := time.Now()
		report, err := c.Collect(b.Context(), sources, true)
		if err != nil || len(report.Sources) != len(sources) {
			b.Fatalf("Collect = %d sources, %v", len(report.Sources), err)
		}
		return time.Since(began)
	}
	collect()
	visits, err := db.Visits(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	var bare, ours time.Duration
	for b.Loop() {
		ours += collect()
		bare += bareRequests(b, sources, visits)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(bare.Seconds()/float64(b.N)*1000, "bare-ms")
	b.ReportMetric(ours.Seconds()/float64(b.N)*1000, "collect-ms")
	b.ReportMetric(ours.Seconds()/bare.Seconds(), "ratio")
}

// bareRequests sends one conditional request a source with net/http alone,
// eight at once as the Collector does.
func bareRequests(b *testing.B, sources []feeds.Source, visits map[string]feeds.Visit) time.Duration {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	defer client.CloseIdleConnections()
	began := time.Now()
	queue := make(chan feeds.Source)
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for s := range queue {
				if status, err := bareRequest(b.Context(), client, s.URL, visits[s.ID].ETag); err != nil || status != http.StatusNotModified {
					b.Errorf("GET %s = %d, %v, want 304", s.URL, status, err)
				}
			}
		})
	}
	for _, s := range sources {
		queue <- s
	}
	close(queue)
	workers.Wait()
	return time.Since(began)
}

func bareRequest(ctx context.Context, client *http.Client, address, etag string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("If-None-Match", etag)
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}
