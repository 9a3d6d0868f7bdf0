package chaos

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"
)

// A session is one conversation.
type session struct {
	*Server
	raw    net.Conn
	conn   net.Conn // with TLS, if there is
	r      *bufio.Reader
	number int

	secure    bool
	greeted   bool // EHLO or HELO was heard
	carried   int  // messages
	to        string
	try       int
	begun     bool // MAIL was taken
	announced bool // RCPT, too
}

func newSession(s *Server, conn net.Conn, number int) *session {
	return &session{Server: s, raw: conn, conn: conn, r: bufio.NewReader(conn), number: number}
}

// has reports whether a fault of the connection hits this one.
func (s *session) has(f Fault) bool { return s.drawn(f, "", s.number) }

// hit reports whether a fault hits this try, and notes what is about to be
// said about it.
func (s *session) hit(f Fault, code int) bool {
	if !s.drawn(f, s.to, s.try) {
		return false
	}
	s.note(Entry{Conn: s.number, To: s.to, Try: s.try, Fault: f, Code: code})
	return true
}

// serve speaks until either side hangs up.
func (s *session) serve(open int) {
	if s.options.Implicit && !s.secureNow(s.options.TLS) || !s.greet(open) {
		return
	}
	for {
		line, err := s.r.ReadString('\n')
		if err != nil {
			return
		}
		verb, argument, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		if !s.obey(strings.ToUpper(verb), argument) {
			return
		}
	}
}

// obey answers one command and reports whether the conversation goes on.
func (s *session) obey(verb, argument string) bool {
	s.overhear(verb)
	switch verb {
	case "EHLO":
		return s.hello()
	case "HELO":
		s.greeted = true
		return s.say(250, "", "relay.example.org")
	case "STARTTLS":
		return s.startTLS()
	case "AUTH":
		return s.login()
	case "MAIL":
		return s.mail()
	case "RCPT":
		return s.rcpt(argument)
	case "DATA":
		return s.data()
	case "RSET":
		s.begun, s.announced = false, false
		return s.say(250, "2.0.0", "forgotten")
	case "NOOP":
		return s.say(250, "2.0.0", "nothing done")
	case "QUIT":
		if s.has(QuitHang) {
			return s.hang()
		}
		s.say(221, "2.0.0", "bye")
		return false
	}
	return s.say(500, "5.5.2", "what?")
}

// overhear notes what nobody on the way should have seen.
func (s *session) overhear(verb string) {
	if s.options.TLS == nil || s.secure || slices.Contains([]string{"EHLO", "HELO", "STARTTLS", "QUIT", "NOOP", "RSET"}, verb) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear = append(s.clear, verb)
}

func (s *session) greet(open int) bool {
	switch {
	case s.has(GreetDrop):
		return false
	case s.has(GreetHang):
		return s.hang()
	case s.options.Connections > 0 && open > s.options.Connections:
		s.turnAway()
		s.say(421, "4.3.2", "too many connections")
		return false
	case s.has(Greet421):
		s.say(421, "4.3.2", "too many connections")
		return false
	case s.has(Greet554):
		s.say(554, "5.3.2", "no service for you")
		return false
	case s.has(GreetGarbage):
		return s.print("HTTP/1.1 400 Bad Request\r\n\r\n") && s.hang()
	case s.has(GreetEndless):
		line := "220-" + strings.Repeat("w", 2000)
		for s.print(line) { // without an end, not even of the line
		}
		return false
	}
	return s.say(220, "", "relay.example.org ESMTP")
}

func (s *session) hello() bool {
	if s.has(HelloHang) {
		return s.hang()
	}
	if s.has(HelloRefused) {
		return s.say(502, "5.5.1", "not known")
	}
	s.greeted = true
	lines := []string{"relay.example.org"}
	if !s.options.NoPipelining {
		lines = append(lines, "PIPELINING")
	}
	if s.options.TLS != nil && !s.secure && !s.has(TLSGone) {
		lines = append(lines, "STARTTLS")
	}
	if s.options.Login {
		lines = append(lines, "AUTH PLAIN")
	}
	if s.options.Size > 0 {
		lines = append(lines, fmt.Sprint("SIZE ", s.options.Size))
	}
	lines = append(lines, "ENHANCEDSTATUSCODES")
	var b strings.Builder
	for i, line := range lines {
		dash := "-"
		if i == len(lines)-1 {
			dash = " "
		}
		b.WriteString("250" + dash + line + "\r\n")
	}
	return s.print(b.String())
}

func (s *session) startTLS() bool {
	switch {
	case s.options.TLS == nil || s.has(TLSRefused):
		return s.say(454, "4.7.0", "TLS not available")
	case s.has(TLSHang):
		return s.say(220, "2.0.0", "go ahead") && s.hang()
	case s.has(TLSBreak):
		s.say(220, "2.0.0", "go ahead")
		s.r.ReadByte() //nolint:errcheck // the handshake has begun
		return s.print("250 relay.example.org never heard of TLS\r\n") && s.hang()
	case s.has(TLSInject):
		s.print("220 2.0.0 go ahead\r\n250-relay.example.org\r\n250 AUTH PLAIN\r\n235 2.7.0 welcome\r\n")
	default:
		s.say(220, "2.0.0", "go ahead")
	}
	config := s.options.TLS
	if s.has(TLSBad) {
		config = s.wrong
	}
	return s.secureNow(config)
}

// secureNow shakes hands and forgets what was said before (RFC 3207, 4.2).
func (s *session) secureNow(config *tls.Config) bool {
	conn := tls.Server(s.raw, config)
	if conn.Handshake() != nil {
		return false
	}
	s.conn, s.r, s.secure, s.greeted = conn, bufio.NewReader(conn), true, false
	return true
}

func (s *session) login() bool {
	switch {
	case s.has(AuthHang):
		return s.hang()
	case s.has(Auth535):
		return s.say(535, "5.7.8", "wrong password")
	case s.has(Auth454):
		return s.say(454, "4.7.0", "the list of passwords is away")
	}
	return s.say(235, "2.7.0", "welcome")
}

// say writes a reply in the manner of this connection, and reports whether
// that went.
func (s *session) say(code int, enhanced, text string) bool {
	if s.has(OddCodes) && code != 421 && code != 220 && code != 334 {
		code = code - code%10 + 9
	}
	if enhanced != "" && !s.has(Plain) {
		text = enhanced + " " + text
	}
	reply := fmt.Sprintf("%d %s\r\n", code, text)
	switch {
	case s.has(Multiline):
		reply = fmt.Sprintf("%d-%s\r\n%d-\r\n%d-see below\r\n%d this is all\r\n", code, text, code, code, code)
	case s.has(Terse) && s.greeted:
		reply = fmt.Sprintf("%d\r\n", code) // RFC 5321, 4.2: the text may be missing
	}
	if !s.has(Octets) {
		return s.print(reply)
	}
	for i := range len(reply) {
		if !s.print(reply[i : i+1]) {
			return false
		}
	}
	return true
}

func (s *session) print(text string) bool {
	_, err := io.WriteString(s.conn, text)
	return err == nil
}

// hang says nothing more until the other side has enough.
func (s *session) hang() bool {
	io.Copy(io.Discard, s.raw) //nolint:errcheck // it ends with the connection
	return false
}

// late is how late a slow answer is.
func (s *session) late() time.Duration {
	if s.options.Late == 0 {
		return 50 * time.Millisecond
	}
	return s.options.Late
}
