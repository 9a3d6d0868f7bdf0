package fetch

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// newTransport is the connection to the web: guarded, through no proxy but a
// request's own, without transparent unpacking.
func newTransport(o Options, g *guard) *http.Transport {
	return &http.Transport{
		Proxy: proxyOfRequest,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if isProxy(ctx, address) {
				return (&net.Dialer{Timeout: o.Connect}).DialContext(ctx, network, address)
			}
			return g.dial(ctx, o.Connect, network, address)
		},
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    o.Connect,
		ResponseHeaderTimeout:  o.Header,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true, // unpack.go does it, with limits
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    8, // turns leave a host one at a time; only allowed hosts get more
		IdleConnTimeout:        30 * time.Second,
	}
}
