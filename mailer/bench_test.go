package mailer_test

import (
	"context"
	"testing"

	"weekward/mailer"
)

// BenchmarkDeliver sends one message an operation to a server in the same
// process, the ledger on SQLite. Run it with -benchtime 20000x.
func BenchmarkDeliver(b *testing.B) {
	n := openNewsroom(b)
	n.subscribe(b.N)
	n.run(mailer.PublishOptions{Leave: true})
	b.ReportAllocs()
	b.ResetTimer()
	if err := n.Press.Sender.Deliver(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}

// BenchmarkDeliverToNobody is BenchmarkDeliver without a relay: what is
// counted is the sender's and its ledger's own.
func BenchmarkDeliverToNobody(b *testing.B) {
	n := openNewsroom(b)
	n.subscribe(b.N)
	n.run(mailer.PublishOptions{Leave: true})
	n.Press.Sender.Transport = nobody{}
	b.ReportAllocs()
	b.ResetTimer()
	if err := n.Press.Sender.Deliver(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}

// nobody takes every message and keeps none.
type nobody struct{}

func (nobody) Open(context.Context) (mailer.Conn, error) { return nobody{}, nil }
func (nobody) Send(context.Context, mailer.Message, *mailer.Envelope) (string, error) {
	return "2.0.0 taken", nil
}
func (nobody) Usable() bool { return true }
func (nobody) Close() error { return nil }
