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
