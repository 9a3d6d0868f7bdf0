package web

import (
	"net/netip"
	"sync"
	"time"
)

// maxNetworks bounds the memory of a limit: beyond it every new network shares
// one count.
const maxNetworks = 1 << 16

// A limit counts what networks do within a period. It lives in memory only: no
// address is kept longer than the period, and none is written anywhere.
type limit struct {
	most   int // within every; 0 is no limit
	period time.Duration

	mu     sync.Mutex
	since  time.Time
	counts map[netip.Prefix]int
}

func newLimit(most int, period time.Duration) *limit {
	return &limit{most: most, period: period, counts: map[netip.Prefix]int{}}
}

// allow counts one more from a and says whether it is within the limit.
func (l *limit) allow(a netip.Addr, now time.Time) bool {
	if l.most <= 0 {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.since) >= l.period {
		l.since = now
		clear(l.counts)
	}
	key := network(a)
	if _, known := l.counts[key]; !known && len(l.counts) >= maxNetworks {
		key = netip.Prefix{}
	}
	l.counts[key]++
	return l.counts[key] <= l.most
}

// network is the block an address is counted with: what one household or
// office usually has, /24 of IPv4 or /48 of IPv6.
func network(a netip.Addr) netip.Prefix {
	bits := 48
	if a.Is4() {
		bits = 24
	}
	p, err := a.Prefix(bits)
	if err != nil { // no address, as over a Unix socket
		return netip.Prefix{}
	}
	return p
}
