package sink_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"weekward/mailer"
	"weekward/mailer/sink"
)

func TestSinkKeepsEachMessageAsOneFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "outbox")
	s, err := sink.Listen("127.0.0.1:0", dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	transport, err := mailer.ParseTransport("smtp://"+s.Addr(), mailer.TransportOptions{Hello: "news.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := transport.Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := []byte("Message-ID: <issue.1.ab@example.org>\r\nSubject: x\r\n\r\n.a line that begins with a dot\r\n")
	for range 2 {
		m := mailer.Message{Envelope: mailer.Envelope{From: "digest@example.org", To: "r@example.org"}, Data: body}
		if _, err := conn.Send(context.Background(), m, nil); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 || files[0].Name() != "issue.1.ab@example.org.eml" {
		t.Fatalf("files after the same message twice: got %v, %v, want the one", files, err)
	}
	got, err := os.ReadFile(filepath.Join(dir, files[0].Name()))
	if err != nil || !bytes.Equal(got, body) {
		t.Errorf("file: got %q, %v, want %q", got, err, body)
	}
}

func TestSinkListensOnThisMachineOnly(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", "[::]:0", ":0", "192.0.2.1:0", "mail.example.org:25", "nonsense"} {
		if s, err := sink.Listen(addr, t.TempDir()); err == nil {
			s.Close()
			t.Errorf("Listen(%q): got no error, want a refusal", addr)
		}
	}
}

// It may be closed before it has come to take connections.
func TestSinkClosesAtOnce(t *testing.T) {
	dir := t.TempDir()
	for range 200 {
		s, err := sink.Listen("127.0.0.1:0", dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
	}
}
