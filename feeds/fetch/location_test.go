package fetch

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

func TestU4LocationAsksWithoutGoingThere(t *testing.T) {
	var asked []string
	mux := http.NewServeMux()
	mux.HandleFunc("/plain", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "http://news.example.org/story?id=1#part")
		w.WriteHeader(http.StatusMovedPermanently)
	})
	mux.HandleFunc("/get-only", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		w.Header().Set("Location", "/target")
		w.WriteHeader(http.StatusFound)
	})
	mux.HandleFunc("/empty", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusFound) })
	mux.HandleFunc("/elsewhere", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "javascript:alert(1)")
		w.WriteHeader(http.StatusFound)
	})
	mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("no redirect")) })
	mux.HandleFunc("/long", func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 1<<20)) })
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.Path)
		mux.ServeHTTP(w, r)
	}))
	defer server.Close()
	f := New(Options{Allow: []string{strings.TrimPrefix(server.URL, "http://")}})
	defer f.Close()
	tests := []struct {
		why, path, want string
		err             error
		asked           []string
	}{
		{"HEAD is enough", "/plain", "http://news.example.org/story?id=1#part", nil, []string{"HEAD /plain"}},
		{"GET where HEAD is not answered, and not the target", "/get-only", server.URL + "/target", nil, []string{"HEAD /get-only", "GET /get-only"}},
		{"a redirect to nowhere", "/empty", "", ErrRedirect, []string{"HEAD /empty"}},
		{"a redirect out of the web", "/elsewhere", "", ErrRedirect, []string{"HEAD /elsewhere"}},
		{"no redirect", "/page", "", ErrRedirect, []string{"HEAD /page", "GET /page"}},
		{"a long page is not read", "/long", "", ErrTooLarge, []string{"HEAD /long", "GET /long"}},
	}
	for _, tt := range tests {
		asked = nil
		got, err := f.Location(t.Context(), server.URL+tt.path)
		if got != tt.want || !errors.Is(err, tt.err) || !slices.Equal(asked, tt.asked) {
			t.Errorf("%s: Location(%q) = %q, %v after %q, want %q, %v after %q", tt.why, tt.path, got, err, asked, tt.want, tt.err, tt.asked)
		}
	}
	var status *StatusError
	if _, err := f.Location(t.Context(), server.URL+"/gone"); !errors.As(err, &status) || status.Status != http.StatusNotFound {
		t.Errorf("Location of what is gone = %v, want a status of 404", err)
	}
	if _, err := f.Location(t.Context(), "http://127.0.0.1:80/x"); !errors.Is(err, ErrForbidden) {
		t.Errorf("Location inside our network = %v, want %v", err, ErrForbidden)
	}
}

func TestRequestMayAskForLess(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 3000)) }))
	defer server.Close()
	f := New(Options{Allow: []string{strings.TrimPrefix(server.URL, "http://")}, MaxBytes: 4000})
	defer f.Close()
	for most, want := range map[int64]error{0: nil, 3000: nil, 2999: ErrTooLarge, 1 << 40: nil} {
		if _, err := f.Get(t.Context(), Request{URL: server.URL, MaxBytes: most}); !errors.Is(err, want) {
			t.Errorf("Get with MaxBytes %d = %v, want %v", most, err, want)
		}
	}
}
