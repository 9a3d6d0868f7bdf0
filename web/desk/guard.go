package desk

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
)

// contentPolicy lets the desk load its own style sheet and its own preview
// frame, and post its own forms.
const contentPolicy = "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// mailPolicy holds the previewed mail in a sandbox: no script, no form, no
// request to anybody. The mail's own style is inline, as mail programs want it.
const mailPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"

// maxForm is the most octets of a form; a note is much shorter.
const maxForm = 16 << 10

// Listen opens the desk's address. It refuses every address but a loopback
// one: there is no log-in, so whoever reaches the desk is the editor.
func Listen(addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("open the desk at %q: %w", addr, err)
	}
	if !loopback(host) {
		return nil, fmt.Errorf("open the desk at %q: it has no log-in yet and listens on a loopback address only, such as 127.0.0.1:8081; reach it from afar through an SSH tunnel", addr)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("open the desk: %w", err)
	}
	return l, nil
}

// loopback says whether host names this machine and no other: "localhost" or a
// loopback address. Other names are not looked up, since what they point to
// can change.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// onlyLoopback refuses requests whose Host is not a loopback name: a page
// elsewhere may have its own name point here (DNS rebinding), and would then
// be of the desk's own origin.
func (d *desk) onlyLoopback(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if !loopback(host) {
			d.message(w, http.StatusForbidden, "Not here", "The desk answers only at a loopback address such as 127.0.0.1 or localhost.")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		next.ServeHTTP(w, r)
	})
}

// refuseOrigin answers a form that another site tried to send.
func (d *desk) refuseOrigin(w http.ResponseWriter, _ *http.Request) {
	d.message(w, http.StatusForbidden, "Not from here", "This request came from another site. Nothing was changed.")
}

func withHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Robots-Tag", "noindex")
		next.ServeHTTP(w, r)
	})
}
