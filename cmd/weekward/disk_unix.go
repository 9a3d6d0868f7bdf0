//go:build unix

package main

import (
	"fmt"
	"syscall"
)

// freeBytes is the room left for us in the file system of dir.
func freeBytes(dir string) (uint64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, fmt.Errorf("ask for free space: %w", err)
	}
	return uint64(s.Bavail) * uint64(s.Bsize), nil
}
