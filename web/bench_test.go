package web

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"testing"

	"weekward/subscribers"
)

// BenchmarkFrontPage is what every visitor asks for first.
func BenchmarkFrontPage(b *testing.B) {
	w := newTown(b, func(o *Options) { o.Log = slog.New(slog.NewTextHandler(io.Discard, nil)) })
	b.ReportAllocs()
	for b.Loop() {
		if r := w.get("/"); r.Code != http.StatusOK {
			b.Fatalf("GET / = %d", r.Code)
		}
	}
}

// BenchmarkSignUp is a new address each time, down to the database on disk.
func BenchmarkSignUp(b *testing.B) {
	w := newTown(b, func(o *Options) { o.Bare, o.Log = -1, slog.New(slog.NewTextHandler(io.Discard, nil)) })
	w.people.Limits = subscribers.Limits{Network: -1, Domain: -1, Total: -1}
	n := 0
	for b.Loop() {
		n++
		if r := w.post("/subscribe", "email", fmt.Sprintf("b%d@example.org", n)); r.Code != http.StatusSeeOther {
			b.Fatalf("POST /subscribe = %d", r.Code)
		}
	}
}
