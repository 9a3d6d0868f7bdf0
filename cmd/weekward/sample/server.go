package sample

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"
)

// mediaTypes say as what each format is served.
var mediaTypes = map[string]string{
	".rss":  "application/rss+xml; charset=utf-8",
	".atom": "application/atom+xml; charset=utf-8",
	".json": "application/feed+json; charset=utf-8",
	".html": "text/html; charset=utf-8",
}

// Handler serves the sources of the week before the slot over HTTP, as their
// outlets would: with validators, conditional requests and gzip, the chat's
// timeline in pages, and one source that is out of order.
func Handler(slot time.Time) http.Handler {
	mux := http.NewServeMux()
	entries, err := week.ReadDir("week")
	if err != nil {
		panic(err) // cannot be: the folder is embedded
	}
	for _, e := range entries {
		if mediaTypes[path.Ext(e.Name())] != "" {
			mux.Handle("GET /"+e.Name(), newDocument(e.Name(), slot))
		}
	}
	mux.Handle("GET /api/v1/timelines/tag/{tag}", newTimeline(slot))
	mux.HandleFunc("GET /field-letter.rss", outOfOrder)
	return mux
}

// outOfOrder gives no Retry-After: it would be taken for the whole host, and
// here all outlets share one.
func outOfOrder(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "the press is being repaired", http.StatusServiceUnavailable)
}

// A document is one file of the week, ready to be served plain or packed.
type document struct {
	name          string
	plain, packed []byte
	tag           string // of the plain form, without quotes
	changed       time.Time
}

func newDocument(name string, slot time.Time) document {
	data := file(name, slot)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(data) // a buffer takes everything
	_ = z.Close()
	sum := sha256.Sum256(data)
	return document{
		name: name, plain: data, packed: packed.Bytes(), tag: fmt.Sprintf("%x", sum[:8]),
		changed: tuesday(slot).Add(-12 * time.Hour),
	}
}

// ServeHTTP answers with the document, or with 304 when the reader has it.
// Each form has its own ETag (RFC 9110, section 8.8.3.3).
func (d document) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, tag := d.plain, d.tag
	w.Header().Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		body, tag = d.packed, d.tag+"-gzip"
	}
	w.Header().Set("Content-Type", mediaTypes[path.Ext(d.name)])
	w.Header().Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, d.name, d.changed, bytes.NewReader(body))
}
