package fetch

import (
	"errors"
	"testing"
)

// F24: what may be dialled, after DNS.
func TestGuardKeepsUsOutOfOurOwnNetwork(t *testing.T) {
	g := newGuard([]string{"127.0.0.1:8099"})
	for _, address := range []string{
		"127.0.0.1:80", "127.8.9.1:443", "0.0.0.0:80", "10.1.2.3:80", "172.16.0.1:80", "192.168.1.1:443", "100.64.0.1:80",
		"169.254.169.254:80", "224.0.0.1:80", "255.255.255.255:80", "192.0.2.1:80", "198.18.0.1:80",
		"[::]:80", "[::1]:80", "[fe80::1%eth0]:80", "[fc00::1]:80", "[ff02::1]:80", "[::ffff:127.0.0.1]:80", "[::ffff:10.0.0.1]:80",
		"[64:ff9b::7f00:1]:80", "[64:ff9b:1::1]:80", "[2002:7f00:1::]:80", "[2001::1]:80", "[2001:db8::1]:80",
		"127.0.0.1:8098", "8.8.8.8:25", "8.8.8.8:22", "not an address",
	} {
		if err := g.control("tcp", address, nil); !errors.Is(err, ErrForbidden) {
			t.Errorf("dial %s: %v, want %v", address, err, ErrForbidden)
		}
	}
	for _, address := range []string{"8.8.8.8:443", "8.8.8.8:8080", "[2606:4700::1111]:443", "[::ffff:8.8.8.8]:80", "127.0.0.1:8099"} {
		if err := g.control("tcp", address, nil); err != nil {
			t.Errorf("dial %s: %v, want it allowed", address, err)
		}
	}
}

// F24: schemes and ports.
func TestGuardRefusesByLooks(t *testing.T) {
	g := newGuard([]string{"wards.example.org:9000"})
	for _, address := range []string{"file:///etc/passwd", "ftp://example.org/", "gopher://example.org/", "javascript:alert(1)", "http://example.org:25/", "http:///feed", "http://wards.example.org:9001/", "//example.org/", "%"} {
		if u, err := g.parse(address); err == nil {
			t.Errorf("parse(%q) = %s, want it refused", address, u)
		}
	}
	for _, address := range []string{"http://example.org/", "HTTPS://example.org:8443/a", "http://wards.example.org:9000/"} {
		if _, err := g.parse(address); err != nil {
			t.Errorf("parse(%q) = %v, want it allowed", address, err)
		}
	}
}

func TestAllowListIsExact(t *testing.T) {
	for _, entry := range []string{"127.0.0.1", "*:80", "http://127.0.0.1:80", "127.0.0.0/8:80", ":80", "host:", ""} {
		if err := CheckAllow(entry); err == nil {
			t.Errorf("CheckAllow(%q) = nil, want an error", entry)
		}
	}
	for _, entry := range []string{"127.0.0.1:8099", "[::1]:80", "feeds.example.org:443"} {
		if err := CheckAllow(entry); err != nil {
			t.Errorf("CheckAllow(%q) = %v", entry, err)
		}
	}
}
