package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"weekward/store/storetest"
)

// benchReaders is how many BenchmarkSend mails; 5,000 when empty. From 100,000
// on, starting up and freezing count for little.
const benchReaders = "WEEKWARD_BENCH_READERS"

// BenchmarkSend sends an issue by the program itself, in a process of its own,
// over 10 connections to a relay on loopback that throws everything away: from
// the start of the process to its end, the ledger on SQLite or PostgreSQL. The
// figure of CPU is the program's own.
//
//	WEEKWARD_BENCH_READERS=100000 go test ./cmd/weekward -run xxx -bench 'Send$' -benchtime 1x
func BenchmarkSend(b *testing.B) {
	readers := 5000
	if s := os.Getenv(benchReaders); s != "" {
		var err error
		if readers, err = strconv.Atoi(s); err != nil {
			b.Fatalf("%s: %v", benchReaders, err)
		}
	}
	b.Run("sqlite", func(b *testing.B) {
		for range b.N {
			benchmarkSend(b, readers, "subscribers.db")
		}
	})
	b.Run("postgres", func(b *testing.B) {
		for range b.N {
			benchmarkSend(b, readers, storetest.Postgres(b))
		}
	})
}

// benchmarkSend makes a newsletter and sends its one issue.
func benchmarkSend(b *testing.B, readers int, database string) {
	slot := time.Date(2026, 3, 3, 7, 0, 0, 0, time.UTC)
	relay := startDevourer(b)
	n := newNewsletter(b, func(c *Config) {
		reads(smallWeek(b, slot))(c)
		c.Schedule.Review, c.Database.URL = "send", database
		c.SMTP.URL, c.SMTP.Connections = "smtp://"+relay.addr, 10
	})
	b.Setenv("WEEKWARD_NOW", slot.Format(time.RFC3339))
	n.measure(b, "collect")
	list := filepath.Join(n.dir, "list.csv")
	if err := os.WriteFile(list, readerList(readers), 0o644); err != nil {
		b.Fatal(err)
	}
	n.measure(b, "subscribers", "import", list)
	began := time.Now()
	c := n.measure(b, "send")
	if got := relay.taken.Load(); got != int64(readers) {
		b.Fatalf("mails that the relay took: got %d, want %d", got, readers)
	}
	b.ReportMetric(float64(readers)/c.wall.Seconds(), "mails/s")
	b.ReportMetric(c.cpu.Seconds()*1000/float64(readers), "cpu-s/1000")
	b.ReportMetric(c.memory, "MB")
	b.ReportMetric(time.Unix(0, relay.first.Load()).Sub(began).Seconds(), "s-to-first")
}

// readerList is a list for import of so many who confirmed long ago.
func readerList(count int) []byte {
	var b bytes.Buffer
	b.WriteString("email,confirmed_at,consent\n")
	for i := range count {
		fmt.Fprintf(&b, "reader%07d@example.org,2005-01-01T00:00:00Z,form v1\n", i)
	}
	return b.Bytes()
}

// A devourer is a relay that takes everything, as fast as it can, and keeps
// nothing.
type devourer struct {
	addr  string
	taken atomic.Int64
	first atomic.Int64 // when the first was taken, in nanoseconds of Unix time
}

func startDevourer(t testing.TB) *devourer {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	d := &devourer{addr: listener.Addr().String()}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go d.devour(conn)
		}
	}()
	return d
}

// devour speaks one conversation, PIPELINING included: it answers when it has
// read all that has come.
func (d *devourer) devour(conn net.Conn) {
	defer conn.Close()
	r, w := bufio.NewReaderSize(conn, 64<<10), bufio.NewWriter(conn)
	fmt.Fprint(w, "220 localhost\r\n")
	for content := false; ; {
		if r.Buffered() == 0 && w.Flush() != nil {
			return
		}
		line, err := r.ReadSlice('\n')
		if err != nil {
			return
		}
		switch {
		case content && string(line) == ".\r\n":
			content = false
			d.first.CompareAndSwap(0, time.Now().UnixNano())
			d.taken.Add(1)
			w.WriteString("250 2.0.0 taken\r\n") //nolint:errcheck // Flush says it
		case content:
		case bytes.HasPrefix(line, []byte("EHLO")):
			w.WriteString("250-localhost\r\n250 PIPELINING\r\n") //nolint:errcheck // Flush says it
		case bytes.HasPrefix(line, []byte("DATA")):
			content = true
			w.WriteString("354 go on\r\n") //nolint:errcheck // Flush says it
		default:
			w.WriteString("250 2.0.0 well\r\n") //nolint:errcheck // Flush says it
		}
	}
}
