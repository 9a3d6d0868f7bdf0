package subscribers_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"weekward/store/storetest"
	"weekward/subscribers"
)

func TestForgottenAddressIsInNoFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "subscribers.db")
	d := newDesk(t, storetest.OpenAt(t, path))
	d.Limits = subscribers.Limits{Network: -1, Domain: -1, Total: -1}
	var text bytes.Buffer
	fmt.Fprintln(&text, "email,name,confirmed_at,consent,note")
	for i := range 3000 { // so that pages split, fill up and are balanced
		fmt.Fprintf(&text, "reader%04d@example.org,Name Of %04d,2024-01-01,v1,Note Of %04d\n", i*7919%3000, i*7919%3000, i*7919%3000)
	}
	d.imported(t, text.String(), false)
	d.signUp(t, "secret@example.org") // with a letter that names the address
	for i := 0; i < 3000; i += 150 {
		address := fmt.Sprintf("reader%04d@example.org", i)
		if _, err := d.Remove(t.Context(), address); err != nil {
			t.Fatal(err)
		}
		if err := d.Forget(t.Context(), address); err != nil {
			t.Fatalf("Forget(%s): %v", address, err)
		}
	}
	if err := d.Forget(t.Context(), "Secret@example.org"); err != nil {
		t.Fatalf("Forget: %v", err)
	}
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) < 2 {
		t.Fatalf("files of the database = %v, %v", files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte("secret@")) {
			t.Errorf("%s still holds secret@example.org", filepath.Base(file))
		}
		for i := 0; i < 3000; i += 150 {
			for _, words := range []string{"reader%04d@", "Name Of %04d", "Note Of %04d"} {
				if trace := fmt.Sprintf(words, i); bytes.Contains(data, []byte(trace)) {
					t.Errorf("%s still holds %q", filepath.Base(file), trace)
				}
			}
		}
	}
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var letters int
	if err := db.QueryRow("SELECT COUNT(*) FROM mailings WHERE kind = 'letter'").Scan(&letters); err != nil || letters != 0 {
		t.Errorf("%d letters are left, %v, want none: the only one went to someone forgotten", letters, err)
	}
}

func TestWhoIsForgottenStaysAway(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		sub := d.active(t, "ann@example.org")
		if err := d.Forget(t.Context(), "ann@example.org"); err != nil {
			t.Fatalf("Forget: %v", err)
		}
		if _, err := d.store.Record(t.Context(), sub.ID); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("Record() of a forgotten one = %v, want ErrNotFound", err)
		}
		r, err := d.Show(t.Context(), "ann@example.org")
		if err != nil || r.Suppression == nil || r.Suppression.Reason != subscribers.ReasonForgotten || r.ID != "" {
			t.Errorf("Show() = %+v, %v, want nothing but the suppression", r, err)
		}
		if _, err := d.Add(t.Context(), "ann@example.org"); !errors.Is(err, subscribers.ErrSuppressed) {
			t.Errorf("Add() = %v, want ErrSuppressed", err)
		}
		if err := d.Forget(t.Context(), "ann@example.org"); !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("second Forget() = %v, want ErrNotFound", err)
		}
	})
}

func TestNothingIsKeptLongerThanPromised(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		const day = 24 * time.Hour
		d.Limits.Network = -1
		d.active(t, "active@example.org")
		d.active(t, "left@example.org")
		if _, err := d.Remove(t.Context(), "left@example.org"); err != nil {
			t.Fatal(err)
		}
		bounced := d.active(t, "bounced@example.org")
		if err := d.Suppress(t.Context(), bounced.ID, subscribers.ReasonBounced); err != nil {
			t.Fatal(err)
		}
		d.signUp(t, "pending@example.org")
		d.signUp(t, "asked-again@example.org")
		d.wait(6 * day)
		d.signUp(t, "asked-again@example.org")
		for _, c := range []struct {
			wait time.Duration
			want subscribers.PruneReport
		}{
			{0, subscribers.PruneReport{}},
			{day + time.Second, subscribers.PruneReport{Pending: 1}},
			{7 * day, subscribers.PruneReport{Pending: 1}},
			{16*day + time.Second, subscribers.PruneReport{Unsubscribed: 1}},
			{30 * day, subscribers.PruneReport{}},
			{31 * day, subscribers.PruneReport{Suppressed: 1}},
		} {
			d.wait(c.wait)
			if got, err := d.Prune(t.Context()); err != nil || got != c.want {
				t.Errorf("Prune() on %s = %+v, %v, want %+v", d.clock.Format(time.DateOnly), got, err, c.want)
			}
		}
		for address, want := range map[string]subscribers.Reason{
			"left@example.org": subscribers.ReasonLeft, "bounced@example.org": subscribers.ReasonBounced,
		} {
			if r, err := d.Show(t.Context(), address); err != nil || r.ID != "" || r.Suppression == nil || r.Suppression.Reason != want {
				t.Errorf("Show(%s) = %+v, %v, want only the hash, for %s", address, r, err, want)
			}
		}
		if got := d.state(t, "pending@example.org"); got != "unknown" {
			t.Errorf("who never confirmed is %s, want unknown", got)
		}
		if got := d.state(t, "active@example.org"); got != subscribers.Active {
			t.Errorf("active@example.org is %s, want active", got)
		}
	})
}
