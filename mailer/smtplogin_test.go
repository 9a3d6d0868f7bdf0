package mailer_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"log"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"weekward/mailer"
)

// The one account of a guard, with two characters that SCRAM must quote.
const guardUser, guardPassword = "ward=,7", "s3cret pass"

// A guard is a relay that takes nothing without a login by one of the offered
// ways, each of which it checks.
type guard struct {
	addr   string
	offers []string
	rounds int // that SCRAM asks for

	mu    sync.Mutex
	by    []string // ways in which somebody logged in
	taken int
}

// startGuard starts one with STARTTLS, unless the config is nil.
func startGuard(t *testing.T, config *tls.Config, offers ...string) *guard {
	t.Helper()
	g := &guard{offers: offers, rounds: 4096}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g.addr = listener.Addr().String()
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &guardSession{guard: g, conn: c}, nil }))
	server.TLSConfig, server.AllowInsecureAuth, server.ErrorLog = config, config == nil, log.New(io.Discard, "", 0)
	serve(t, server, listener)
	return g
}

type guardSession struct {
	*guard
	conn *smtp.Conn
	in   bool
}

func (s *guardSession) AuthMechanisms() []string { return s.offers }

func (s *guardSession) Auth(way string) (sasl.Server, error) {
	state, secure := s.conn.TLSConnectionState()
	enter := func() error {
		s.in = true
		s.mu.Lock()
		defer s.mu.Unlock()
		s.by = append(s.by, way)
		return nil
	}
	switch way {
	case "PLAIN":
		return sasl.NewPlainServer(func(_, user, password string) error { return admit(enter, user, password) }), nil
	case "LOGIN":
		return &loginServer{enter: enter}, nil
	case "CRAM-MD5":
		return &cramServer{enter: enter}, nil
	case "XOAUTH2":
		return &tokenServer{enter: enter}, nil
	case "NTLM":
		return &ntlmServer{enter: enter}, nil
	case "SCRAM-SHA-1", "SCRAM-SHA-256":
		return newScramServer(way, nil, s.rounds, enter), nil
	case "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS":
		if !secure {
			return nil, errors.New("no channel to bind to")
		}
		return newScramServer(strings.TrimSuffix(way, "-PLUS"), &state, s.rounds, enter), nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

func (s *guardSession) Mail(string, *smtp.MailOptions) error {
	if !s.in {
		return smtp.ErrAuthRequired
	}
	return nil
}
func (s *guardSession) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (s *guardSession) Data(r io.Reader) error {
	s.mu.Lock()
	s.taken++
	s.mu.Unlock()
	_, err := io.Copy(io.Discard, r)
	return err
}
func (s *guardSession) Reset()        {}
func (s *guardSession) Logout() error { return nil }

func admit(enter func() error, user, password string) error {
	if user != guardUser || password != guardPassword {
		return smtp.ErrAuthFailed
	}
	return enter()
}

// loginServer asks for the name and then for the password.
type loginServer struct {
	enter func() error
	asked int
	user  string
}

func (l *loginServer) Next(response []byte) ([]byte, bool, error) {
	l.asked++
	switch l.asked {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.user = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, admit(l.enter, l.user, string(response))
}

// cramServer is RFC 2195.
type cramServer struct {
	enter func() error
	asked bool
}

func (c *cramServer) Next(response []byte) ([]byte, bool, error) {
	const challenge = "<1896.697170952@relay.example.org>"
	if !c.asked {
		c.asked = true
		return []byte(challenge), false, nil
	}
	if string(response) != guardUser+" "+hex.EncodeToString(hmacMD5([]byte(guardPassword), []byte(challenge))) {
		return nil, true, smtp.ErrAuthFailed
	}
	return nil, true, c.enter()
}

// tokenServer is XOAUTH2: whoever is refused gets a challenge first, and has to
// answer it with nothing.
type tokenServer struct {
	enter   func() error
	refused bool
}

func (o *tokenServer) Next(response []byte) ([]byte, bool, error) {
	if o.refused {
		return nil, true, smtp.ErrAuthFailed
	}
	if string(response) != "user="+guardUser+"\x01auth=Bearer "+guardPassword+"\x01\x01" {
		o.refused = true
		return []byte(`{"status":"401","schemes":"bearer"}`), false, nil
	}
	return nil, true, o.enter()
}

// guardHash is the MD4 sum of guardPassword in UTF-16, which is what an NTLM
// server keeps of it.
const guardHash = "94077ab46c1d74c2f53a59e4f5d6994d"

// ntlmServer checks the NTLMv2 answer of MS-NLMP, 3.3.2: the version, domain
// and workstation are not looked at.
type ntlmServer struct {
	enter func() error
	step  int
}

func (n *ntlmServer) Next(response []byte) ([]byte, bool, error) {
	const nonce = "\x01\x23\x45\x67\x89\xab\xcd\xef"
	n.step++
	switch {
	case n.step == 1 && response == nil:
		n.step = 0
		return []byte{}, false, nil
	case n.step == 1:
		// Type 2: Unicode and extended security, no target's name, an empty
		// list of what the target is.
		return []byte("NTLMSSP\x00\x02\x00\x00\x00" + "\x00\x00\x00\x00\x30\x00\x00\x00" + "\x01\x02\x88\x00" + nonce + "\x00\x00\x00\x00\x00\x00\x00\x00" +
			"\x04\x00\x04\x00\x30\x00\x00\x00" + "\x00\x00\x00\x00"), false, nil
	}
	answer, domain, user := ntlmField(response, 20), ntlmField(response, 28), ntlmField(response, 36)
	hash, _ := hex.DecodeString(guardHash)
	key := hmacMD5(hash, append(wide(strings.ToUpper(guardUser)), domain...))
	if len(answer) < 16 || !bytes.Equal(user, wide(guardUser)) || !bytes.Equal(answer[:16], hmacMD5(key, append([]byte(nonce), answer[16:]...))) {
		return nil, true, smtp.ErrAuthFailed
	}
	return nil, true, n.enter()
}

// ntlmField is a field of a message, by the place of its length and offset.
func ntlmField(message []byte, at int) []byte {
	if len(message) < at+8 {
		return nil
	}
	length, offset := int(binary.LittleEndian.Uint16(message[at:])), int(binary.LittleEndian.Uint32(message[at+4:]))
	if offset+length > len(message) {
		return nil
	}
	return message[offset : offset+length]
}

func wide(text string) (b []byte) {
	for _, unit := range utf16.Encode([]rune(text)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return b
}

func hmacMD5(key, message []byte) []byte {
	m := hmac.New(md5.New, key)
	m.Write(message)
	return m.Sum(nil)
}

// scramServer is the server's half of RFC 5802, with the channel binding of
// RFC 5929 or RFC 9266 where there is a TLS connection to bind to.
type scramServer struct {
	hash    func() hash.Hash
	state   *tls.ConnectionState // nil without binding
	rounds  int
	enter   func() error
	step    int
	header  string // gs2-header
	bare    string // client-first-message-bare
	first   string // server-first-message
	binding []byte
}

func newScramServer(way string, state *tls.ConnectionState, rounds int, enter func() error) *scramServer {
	s := &scramServer{hash: sha256.New, state: state, rounds: rounds, enter: enter}
	if way == "SCRAM-SHA-1" {
		s.hash = sha1.New
	}
	return s
}

func (s *scramServer) Next(response []byte) ([]byte, bool, error) {
	s.step++
	switch {
	case s.step == 1 && response == nil:
		s.step = 0
		return []byte{}, false, nil // the client has not begun
	case s.step == 1:
		challenge, err := s.begin(string(response))
		return challenge, false, err
	case s.step == 2:
		signature, err := s.check(string(response))
		return signature, false, err
	}
	return nil, true, s.enter()
}

func (s *scramServer) begin(message string) ([]byte, error) {
	flag, rest, _ := strings.Cut(message, ",")
	identity, bare, _ := strings.Cut(rest, ",")
	s.header, s.bare = flag+","+identity+",", bare
	switch {
	case s.state == nil && flag != "n" && flag != "y":
		return nil, fmt.Errorf("binding %q where there is none", flag)
	case s.state != nil:
		var err error
		if s.binding, err = bindingOf(strings.TrimPrefix(flag, "p="), s.state); err != nil {
			return nil, err
		}
	}
	user, nonce, _ := strings.Cut(bare, ",r=")
	if user != "n=ward=3D=2C7" || nonce == "" {
		return nil, fmt.Errorf("first message %q, want the name quoted", bare)
	}
	s.first = fmt.Sprintf("r=%sserver,s=%s,i=%d", nonce, base64.StdEncoding.EncodeToString([]byte("salt of a guard")), s.rounds)
	return []byte(s.first), nil
}

func bindingOf(name string, state *tls.ConnectionState) ([]byte, error) {
	switch {
	case name == "tls-exporter" && state.Version >= tls.VersionTLS13:
		return state.ExportKeyingMaterial("EXPORTER-Channel-Binding", nil, 32)
	case name == "tls-unique" && state.Version < tls.VersionTLS13 && len(state.TLSUnique) > 0:
		return state.TLSUnique, nil
	}
	return nil, fmt.Errorf("channel binding %q over TLS %x", name, state.Version)
}

func (s *scramServer) check(message string) ([]byte, error) {
	without, proof, _ := strings.Cut(message, ",p=")
	want := "c=" + base64.StdEncoding.EncodeToString(append([]byte(s.header), s.binding...)) + "," + strings.Split(s.first, ",")[0]
	if without != want {
		return nil, fmt.Errorf("final message %q, want %q", without, want)
	}
	salted, err := pbkdf2.Key(s.hash, guardPassword, []byte("salt of a guard"), s.rounds, s.hash().Size())
	if err != nil {
		return nil, err
	}
	signed := []byte(s.bare + "," + s.first + "," + without)
	key := s.mac(salted, []byte("Client Key"))
	stored := s.hash()
	stored.Write(key)
	sum := s.mac(stored.Sum(nil), signed)
	subtle.XORBytes(sum, sum, key)
	if base64.StdEncoding.EncodeToString(sum) != proof {
		return nil, smtp.ErrAuthFailed
	}
	return []byte("v=" + base64.StdEncoding.EncodeToString(s.mac(s.mac(salted, []byte("Server Key")), signed))), nil
}

func (s *scramServer) mac(key, message []byte) []byte {
	m := hmac.New(s.hash, key)
	m.Write(message)
	return m.Sum(nil)
}

// logIn sends one message over a transport to a guard, and returns how it got
// in.
func (g *guard) logIn(transport *mailer.SMTP) (way string, err error) {
	err = sendBy(transport)
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.by) > 0 {
		way = g.by[len(g.by)-1]
	}
	if (err == nil) != (g.taken == 1) || g.taken > 1 {
		return way, fmt.Errorf("%d messages taken, and: %w", g.taken, err)
	}
	return way, err
}

var everyWay = []string{"NTLM", "LOGIN", "CRAM-MD5", "PLAIN", "XOAUTH2", "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"}

func TestBestWayToLogInIsTaken(t *testing.T) {
	config, pool := certificate(t)
	for _, c := range []struct {
		why    string
		offers []string
		auth   string // that is configured
		plain  bool   // no TLS: the relay is on this machine
		tls12  bool
		want   string // "" is none
	}{
		{"all of them", everyWay, "", false, false, "SCRAM-SHA-256-PLUS"},
		{"all of them, over an older TLS", everyWay, "", false, true, "SCRAM-SHA-256-PLUS"},
		{"no channel to bind to", everyWay, "", true, false, "SCRAM-SHA-256"},
		{"no binding offered", []string{"PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256"}, "", false, false, "SCRAM-SHA-256"},
		{"the older hash", []string{"PLAIN", "SCRAM-SHA-1"}, "", false, false, "SCRAM-SHA-1"},
		{"the older hash, bound", []string{"SCRAM-SHA-1", "SCRAM-SHA-1-PLUS"}, "", false, false, "SCRAM-SHA-1-PLUS"},
		{"over TLS a password may be shown", []string{"LOGIN", "PLAIN", "CRAM-MD5"}, "", false, false, "PLAIN"},
		{"LOGIN is the last with a password", []string{"LOGIN"}, "", false, false, "LOGIN"},
		{"CRAM-MD5 alone", []string{"CRAM-MD5"}, "", false, false, "CRAM-MD5"},
		{"NTLM alone", []string{"NTLM"}, "", false, false, "NTLM"},
		{"a token is not guessed at", []string{"XOAUTH2"}, "", false, false, ""},
		{"a token, by configuration", everyWay, "xoauth2", false, false, "XOAUTH2"},
		{"another, by configuration", everyWay, "login", false, false, "LOGIN"},
		{"what is configured is not offered", []string{"PLAIN"}, "scram-sha-256", false, false, ""},
		{"a binding is configured and there is no TLS", everyWay, "scram-sha-256-plus", true, false, ""},
		{"nothing we know", []string{"GSSAPI"}, "", false, false, ""},
	} {
		g := startGuard(t, config, c.offers...)
		transport := &mailer.SMTP{
			Host: "example.com", Address: g.addr, User: guardUser, Password: secret(guardPassword), Auth: c.auth,
			TLS: &tls.Config{ServerName: "example.com", RootCAs: pool}, Timeout: 5 * time.Second,
		}
		if c.tls12 {
			transport.TLS.MaxVersion = tls.VersionTLS12
		}
		if c.plain {
			g = startGuard(t, nil, c.offers...)
			transport.Host, transport.Address = "127.0.0.1", g.addr
		}
		way, err := g.logIn(transport)
		if way != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: logged in by %q, %v, want %q", c.why, way, err, c.want)
		}
		if err == nil {
			continue
		}
		if e := as[*mailer.DeliveryError](t, err); e.Stage != mailer.StageLogin {
			t.Errorf("%s: error of stage %s, want login", c.why, e.Stage)
		}
	}
}

func TestWrongPasswordIsRefusedByEachWay(t *testing.T) {
	config, pool := certificate(t)
	for _, way := range everyWay {
		g := startGuard(t, config, way)
		_, err := g.logIn(&mailer.SMTP{
			Host: "example.com", Address: g.addr, User: guardUser, Password: secret("wrong"), Auth: strings.ToLower(way),
			TLS: &tls.Config{ServerName: "example.com", RootCAs: pool}, Timeout: 5 * time.Second,
		})
		if e := as[*mailer.DeliveryError](t, err); e.Stage != mailer.StageLogin || !e.Permanent {
			t.Errorf("%s: got %v, want a login refused for good", way, err)
		}
	}
}

// A password that is renewed, as a token is, counts from the next connection
// on.
func TestPasswordIsAskedForAtEachLogin(t *testing.T) {
	g := startGuard(t, nil, "XOAUTH2")
	tokens := []string{"stale", guardPassword}
	transport := &mailer.SMTP{
		Host: "127.0.0.1", Address: g.addr, User: guardUser, Auth: "xoauth2", Timeout: 5 * time.Second,
		Password: func() (string, error) { next := tokens[0]; tokens = tokens[1:]; return next, nil },
	}
	if err := sendBy(transport); err == nil {
		t.Error("a stale token was taken")
	}
	if err := sendBy(transport); err != nil {
		t.Errorf("the new token was not taken: %v", err)
	}
}

// go-mail hashes a password as often as a server says, whatever the context.
func TestRelayCannotKeepALoginBusy(t *testing.T) {
	g := startGuard(t, nil, "SCRAM-SHA-256")
	g.rounds = 2_000_000_000
	began := time.Now()
	_, err := g.logIn(&mailer.SMTP{Host: "127.0.0.1", Address: g.addr, User: guardUser, Password: secret(guardPassword), Timeout: 5 * time.Second})
	if err == nil || !strings.Contains(err.Error(), "more work than a login is worth") {
		t.Errorf("two milliard rounds: got %v, want a refusal", err)
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("refused after %s, want at once", took)
	}
}

// A relay on this machine may do without TLS; one that only says so may not.
func TestPasswordIsNotShownWithoutTLS(t *testing.T) {
	g := startGuard(t, nil, "PLAIN", "LOGIN")
	_, err := g.logIn(&mailer.SMTP{Host: "relay.example.org", Address: g.addr, User: guardUser, Password: secret(guardPassword), Timeout: 5 * time.Second})
	if err == nil || len(g.by) > 0 {
		t.Errorf("login without TLS: got %v by %v, want none", err, g.by)
	}
}

func TestNameOfALogin(t *testing.T) {
	for name, ok := range map[string]bool{"": true, "plain": true, "SCRAM-SHA-256-PLUS": true, "xoauth2": true, "ntlm": true, "oauth": false, "none": false} {
		if err := mailer.CheckAuth(name); (err == nil) != ok {
			t.Errorf("CheckAuth(%q) = %v, want ok %v", name, err, ok)
		}
		_, err := mailer.ParseTransport("smtp://127.0.0.1:2525", mailer.TransportOptions{Auth: name})
		if (err == nil) != ok {
			t.Errorf("ParseTransport with auth %q = %v, want ok %v", name, err, ok)
		}
	}
}
