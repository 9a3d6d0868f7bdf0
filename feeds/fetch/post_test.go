package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPostSendsADocumentOnce(t *testing.T) {
	var got []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, fmt.Sprintf("%s %s %q %q %q", r.Method, r.URL.Path, r.Header.Get("Content-Type"), r.Header.Get("Authorization"), body))
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		case "/wrong":
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error":"no"}`)
		default:
			fmt.Fprint(w, `{"ok":true}`)
		}
	}))
	defer server.Close()
	f := New(Options{Allow: []string{strings.TrimPrefix(server.URL, "http://")}})
	defer f.Close()
	post := func(path string, document []byte) (Response, error) {
		return f.Post(context.Background(), Request{URL: server.URL + path, Header: http.Header{"Authorization": {"Bearer t"}}}, document)
	}

	if answer, err := post("/", []byte(`{"a":1}`)); err != nil || string(answer.Body) != `{"ok":true}` {
		t.Errorf("Post = %q, %v, want the answer", answer.Body, err)
	}
	if _, err := post("/empty", nil); err != nil {
		t.Errorf("Post of nothing = %v", err)
	}
	var status *StatusError
	if answer, err := post("/wrong", nil); !errors.As(err, &status) || status.Status != 401 || string(answer.Body) != `{"error":"no"}` {
		t.Errorf("Post = %q, %v, want a StatusError with what the server said", answer.Body, err)
	}
	if _, err := post("/moved", []byte(`{"a":1}`)); !errors.Is(err, ErrRedirect) {
		t.Errorf("Post = %v, want ErrRedirect", err)
	}
	want := []string{
		`POST / "application/json" "Bearer t" "{\"a\":1}"`, `POST /empty "" "Bearer t" ""`,
		`POST /wrong "" "Bearer t" ""`, `POST /moved "application/json" "Bearer t" "{\"a\":1}"`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the server got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestPostStaysOnThePublicWeb(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the guard let a POST through") }))
	defer server.Close()
	f := New(Options{})
	defer f.Close()
	for _, address := range []string{server.URL, "file:///etc/passwd", "http://169.254.169.254/"} {
		if _, err := f.Post(context.Background(), Request{URL: address}, []byte("{}")); !errors.Is(err, ErrForbidden) {
			t.Errorf("Post(%s) = %v, want ErrForbidden", address, err)
		}
	}
}
