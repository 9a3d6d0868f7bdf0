package mailer

import (
	"fmt"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)

// putOffRow has a domain put off so many recipients, with mails to others
// between them.
func putOffRow(d *domains, domain string, n int, now time.Time) (held bool) {
	for range n {
		held = d.putOff(domain, now)
		d.took("other.example.org")
	}
	return held
}

func TestDomainIsHeldOnlyWhileOthersGoOn(t *testing.T) {
	d := newDomains(nil)
	for i := range 20 {
		if d.putOff("busy.example.org", noon) {
			t.Fatalf("put off %d times with no mail elsewhere: got it held, want that left to the relay's pace", i+1)
		}
	}
	d.took("busy.example.org")
	if putOffRow(d, "busy.example.org", mostPutOff-1, noon) {
		t.Errorf("put off %d times: got it held, want not yet", mostPutOff-1)
	}
	if !d.putOff("busy.example.org", noon) {
		t.Errorf("put off %d times: got it free, want it held", mostPutOff)
	}
	if ok, due, _ := d.mayGo("busy.example.org", noon); ok || !due.Equal(noon.Add(firstHold)) {
		t.Errorf("mayGo(held) = %v, %s, want false until %s", ok, due, noon.Add(firstHold))
	}
	if ok, _, _ := d.mayGo("other.example.org", noon); !ok {
		t.Error("mayGo(another domain) = false, want true")
	}
}

func TestHeldDomainIsAskedOnceAStep(t *testing.T) {
	d := newDomains(nil)
	putOffRow(d, "busy.example.org", mostPutOff, noon)
	d.putOff("busy.example.org", noon) // was under way
	now, step := noon, firstHold
	for range 6 {
		if ok, _, _ := d.mayGo("busy.example.org", now.Add(step-time.Second)); ok {
			t.Fatalf("a second before %s are over: got it free, want it held", step)
		}
		now = now.Add(step)
		tries := 0
		for range 50 {
			if ok, _, _ := d.mayGo("busy.example.org", now); ok {
				tries++
			}
		}
		if tries != 1 {
			t.Fatalf("tries after a hold of %s: got %d, want one that asks", step, tries)
		}
		d.putOff("busy.example.org", now)
		step = min(2*step, longestHold)
	}
	now = now.Add(step)
	d.mayGo("busy.example.org", now)
	d.took("busy.example.org")
	for range 50 {
		if ok, _, _ := d.mayGo("busy.example.org", now); !ok {
			t.Fatal("after a mail was taken: got it held, want it free")
		}
	}
}

func TestDomainsThatAreWellAreForgotten(t *testing.T) {
	d := newDomains(nil)
	putOffRow(d, "busy.example.org", mostPutOff, noon)
	for range 20 {
		d.took("busy.example.org")
	}
	if d.busy.Load() || len(d.trouble) != 0 {
		t.Errorf("after 20 good answers: %d domains remembered, busy %v, want none", len(d.trouble), d.busy.Load())
	}
	for i := range 2 * mostWatched {
		d.putOff(fmt.Sprintf("d%d.example.org", i), noon)
	}
	if got := len(d.trouble); got > mostWatched {
		t.Errorf("domains remembered after %d: got %d, want at most %d", 2*mostWatched, got, mostWatched)
	}
}

// A limited domain's mails go back with a time of their own, so that after one
// pass over the whole issue nothing of it is claimed before its time.
func TestLimitedDomainIsSpreadOverTime(t *testing.T) {
	d := newDomains(map[string]int{"Slow.example.org": 60})
	gone, dues := 0, map[time.Time]int{}
	for range 300 {
		if ok, due, _ := d.mayGo("slow.example.org", noon); ok {
			gone++
		} else {
			dues[due]++
		}
	}
	if gone > 2 {
		t.Errorf("mails at once at 60 a minute: got %d, want at most 2", gone)
	}
	for due, n := range dues {
		if n > 2 {
			t.Errorf("mails that come back at %s: got %d, want at most 2", due, n)
		}
	}
	for now := noon; now.Before(noon.Add(5 * time.Minute)); now = now.Add(time.Second) {
		for range dues[now] {
			if ok, due, _ := d.mayGo("slow.example.org", now); ok {
				gone++
			} else {
				dues[due]++
			}
		}
	}
	if gone < 290 || gone > 302 {
		t.Errorf("mails in 5 minutes at 60 a minute: got %d of 300, want nearly all, and no more than allowed", gone)
	}
}

func TestWhatADomainMeansIsToldFromWhatAMailboxMeans(t *testing.T) {
	for _, c := range []struct {
		e             DeliveryError
		domain, limit bool
	}{
		{DeliveryError{Code: 450, Enhanced: "4.7.1", Reply: "4.7.1 too many messages"}, true, true},
		{DeliveryError{Code: 421, Enhanced: "4.7.0", Reply: "4.7.0 try again later"}, true, true},
		{DeliveryError{Code: 451, Enhanced: "4.4.1", Reply: "4.4.1 no answer from host"}, true, false},
		{DeliveryError{Code: 450, Enhanced: "4.7.1", Reply: "4.7.1 Greylisted, come back"}, false, false},
		{DeliveryError{Code: 452, Enhanced: "4.2.2", Reply: "4.2.2 mailbox full"}, false, false},
		{DeliveryError{Code: 550, Enhanced: "5.7.1", Permanent: true}, false, false},
	} {
		if c.e.isAboutDomain() != c.domain || c.e.isLimit() != c.limit {
			t.Errorf("%d %s: got domain %v, limit %v, want %v, %v", c.e.Code, c.e.Reply, c.e.isAboutDomain(), c.e.isLimit(), c.domain, c.limit)
		}
	}
}
