package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"
)

// A statusWriter remembers the status it wrote.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// withLog writes one line a request: the pattern of the address, never the
// address itself, for that may hold a token. A panic becomes a logged error and
// a plain answer 500.
func withLog(log *slog.Logger, now func() time.Time, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, sw := now(), &statusWriter{ResponseWriter: w}
		defer func() {
			if cause := recover(); cause != nil {
				if cause == http.ErrAbortHandler {
					panic(cause)
				}
				log.Error("panicked", "pattern", r.Pattern, "err", fmt.Sprint(cause), "stack", string(debug.Stack()))
				if sw.status == 0 {
					http.Error(sw, "Something went wrong here. Please try again later.", http.StatusInternalServerError)
				}
			}
			log.Debug("answered", "pattern", r.Pattern, "status", sw.status, "took", now().Sub(start))
		}()
		next.ServeHTTP(sw, r)
	})
}
