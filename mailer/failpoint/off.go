//go:build !failpoint || !unix

package failpoint

import "database/sql"

// Pass marks a moment that cannot fail. It does nothing.
func Pass(string) {}

// Err marks a moment that can fail. It returns nil.
func Err(string) error { return nil }

// After marks the moment after a call that returned err. It returns err.
func After(_ string, err error) error { return err }

// Open is sql.Open.
func Open(driver, source string) (*sql.DB, error) { return sql.Open(driver, source) }
