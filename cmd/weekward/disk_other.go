//go:build !unix

package main

import "errors"

// freeBytes cannot tell here.
func freeBytes(string) (uint64, error) {
	return 0, errors.New("free space is not known on this system")
}
