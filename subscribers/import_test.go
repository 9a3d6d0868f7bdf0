package subscribers_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weekward/store/storetest"
	"weekward/subscribers"
)

func (d *desk) imported(t testing.TB, text string, dryRun bool) subscribers.ImportReport {
	t.Helper()
	report, err := d.Import(t.Context(), strings.NewReader(text), dryRun)
	if err != nil {
		t.Fatalf("Import() = %v, want no error", err)
	}
	if sum := report.Active + report.Pending + report.Known + report.Suppressed + report.Folded + report.Faulty; sum != report.Rows {
		t.Errorf("Import() = %+v, whose parts add up to %d rows, not %d", report, sum, report.Rows)
	}
	return report
}

func (d *desk) export(t testing.TB) string {
	t.Helper()
	var out bytes.Buffer
	if err := d.Export(t.Context(), &out); err != nil {
		t.Fatalf("Export() = %v, want no error", err)
	}
	return out.String()
}

func TestImportTakesConsentAndAsksForTheRest(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		report := d.imported(t, "\ufeff"+`Email;Name;language;zone;topics;format;confirmed_at;consent;Ward
Ann@Example.org;Ann Lee;de;Europe/Rome;policy, devices;text;2024-05-06 07:08:09;2024-1;7 B
bob@example.org;Bob;;;;;;;
`, false)
		if report.Rows != 2 || report.Active != 1 || report.Pending != 1 || d.queued(t) != 1 {
			t.Errorf("Import() = %+v and %d letters, want 1 active, 1 pending and 1 letter", report, d.queued(t))
		}
		ann, err := d.Show(t.Context(), "ann@example.org")
		if err != nil {
			t.Fatal(err)
		}
		confirmed := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
		want := subscribers.Subscriber{
			ID: ann.ID, Email: "Ann@example.org", Name: "Ann Lee", Lang: "de", Zone: "Europe/Rome", Topics: []string{"devices", "policy"},
			Format: subscribers.Text, State: subscribers.Active, Attributes: map[string]string{"Ward": "7 B"},
			CreatedAt: d.clock, ConfirmedAt: confirmed,
		}
		if diff := cmp.Diff(want, ann.Subscriber); diff != "" {
			t.Errorf("imported subscriber, -want +got:\n%s", diff)
		}
		consent := subscribers.Consent{Subscriber: ann.ID, Version: "2024-1", Wording: "2024-1", Form: "import", RequestedAt: confirmed, ConfirmedAt: confirmed}
		if diff := cmp.Diff([]subscribers.Consent{consent}, ann.Consents); diff != "" {
			t.Errorf("imported consent, -want +got:\n%s", diff)
		}
		if sub := d.confirm(t, d.last(t).Token); sub.Email != "bob@example.org" || sub.Name != "Bob" {
			t.Errorf("the letter of the import confirms %s, want bob@example.org", sub.Email)
		}
	})
}

func TestImportReportsEachBadRowAndLosesNoOther(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		text := `email,confirmed_at,consent,state,attributes
ok1@example.org,2024-01-01,v1,,
not an address,2024-01-01,v1,,
ok2@example.org,2024-01-01,v1,,,more
ok3@example.org,yesterday,v1,,
ok4@example.org,2999-01-01,v1,,
"never closed@example.org,2024-01-01,v1,,
ok5@example.org,2024-01-01,v1,,"{""a"": ""b"", ""n"": 3}"
"multi
line"@example.org,2024-01-01,v1,,
ok6@example.org,2024-01-01,v1,vip,
ok7@example.org,2024-01-01,v1,,no JSON

ok8@example.org
ok9@example.org,2024-01-01,no,,
` + "bad\xff@example.org,,,,\n" + "nul\x00@example.org,,,,\n" + strings.Repeat("x", 70_000) + "@example.org,,,,\n" + `ok10@example.org,0000-00-00 00:00:00,v1,subscribed,
OK1@example.org,2024-01-01,v1,,`
		report := d.imported(t, text, false)
		got := ""
		for _, b := range report.Bad {
			got += fmt.Sprintf("%d %s\n", b.Line, b.Reason)
		}
		want := `3 email address: has no @
4 has 6 cells, the header row has 5
5 has a confirmed_at that is not a time such as 2026-03-03 08:00:00
6 has a confirmed_at that is still to come
7 has a quote that is not closed
9 has a quote that is not closed
10 has a quote in the middle of a cell
11 has an unknown word in column state
12 has attributes that are not a JSON object
16 is not UTF-8: save the file as CSV UTF-8
17 has a NUL in column email
18 is longer than 65536 octets
`
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("bad rows, -want +got:\n%s", diff)
		}
		if report.Active != 2 || report.Pending != 3 || report.Folded != 1 || report.Faulty != 12 {
			t.Errorf("Import() = %+v, want 2 active, 3 pending, 1 folded, 12 faulty", report)
		}
		if r, err := d.Show(t.Context(), "ok5@example.org"); err != nil || r.Attributes["a"] != "b" || r.Attributes["n"] != "3" {
			t.Errorf("attributes of ok5 = %v, %v, want a=b and n=3", r.Attributes, err)
		}
	})
}

func TestDryRunReportsTheSameAndWritesNothing(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.active(t, "known@example.org")
		d.active(t, "left@example.org")
		if _, err := d.Remove(t.Context(), "left@example.org"); err != nil {
			t.Fatal(err)
		}
		d.signUp(t, "pending@example.org")
		text := `email,confirmed_at,consent,state
known@example.org,2024-01-01,v1,
left@example.org,2024-01-01,v1,
pending@example.org,2024-01-01,v1,
new@example.org,2024-01-01,v1,
NEW@example.org,,,
asked@example.org,,,
blocked@example.org,2024-01-01,v1,blocklisted
twice@example.org,2024-01-01,v1,
twice@example.org,2024-01-01,v1,unsubscribed
broken
`
		before := d.export(t)
		dry := d.imported(t, text, true)
		if after := d.export(t); after != before || d.queued(t) != 5 {
			t.Errorf("the dry run changed the list or queued letters (%d)", d.queued(t))
		}
		want := subscribers.ImportReport{Rows: 10, Active: 2, Pending: 1, Known: 1, Suppressed: 3, Folded: 2, Faulty: 1,
			Bad: []subscribers.BadRow{{Line: 11, Reason: "email address: has no @"}}}
		if diff := cmp.Diff(want, dry); diff != "" {
			t.Errorf("dry run, -want +got:\n%s", diff)
		}
		if diff := cmp.Diff(dry, d.imported(t, text, false)); diff != "" {
			t.Errorf("the import reports other numbers than the dry run, -dry +import:\n%s", diff)
		}
		for address, want := range map[string]subscribers.State{
			"left@example.org": subscribers.Unsubscribed, "pending@example.org": subscribers.Active, "new@example.org": subscribers.Active,
			"asked@example.org": subscribers.Pending, "blocked@example.org": subscribers.Suppressed, "twice@example.org": subscribers.Suppressed,
		} {
			if got := d.state(t, address); got != want {
				t.Errorf("state of %s = %s, want %s", address, got, want)
			}
		}
	})
}

func TestSuppressionWinsOverEveryImport(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		bounced := d.active(t, "bounced@example.org")
		if err := d.Suppress(t.Context(), bounced.ID, subscribers.ReasonBounced); err != nil {
			t.Fatal(err)
		}
		d.active(t, "forgotten@example.org")
		if err := d.Forget(t.Context(), "forgotten@example.org"); err != nil {
			t.Fatal(err)
		}
		d.active(t, "pruned@example.org")
		if _, err := d.Remove(t.Context(), "pruned@example.org"); err != nil {
			t.Fatal(err)
		}
		d.wait(31 * 24 * time.Hour)
		if p, err := d.Prune(t.Context()); err != nil || p.Unsubscribed != 1 {
			t.Fatalf("Prune() = %+v, %v, want 1 unsubscribed", p, err)
		}
		// A new secret does not open the door: the old one still recognises.
		keys, err := subscribers.ParseKeys("another secret of the tests, long enough\n" + secret)
		if err != nil {
			t.Fatal(err)
		}
		d.Keys = keys
		report := d.imported(t, `email,confirmed_at,consent
bounced@example.org,2024-01-01,v1
Forgotten@example.org,2024-01-01,v1
pruned@example.org,2024-01-01,v1
pruned2@example.org,2024-01-01,v1
`, false)
		if report.Suppressed != 3 || report.Active != 1 {
			t.Errorf("Import() = %+v, want 3 suppressed and 1 active", report)
		}
		d.signUp(t, "pruned@example.org") // by themselves they may come back
		if sub := d.confirm(t, d.last(t).Token); sub.State != subscribers.Active {
			t.Errorf("pruned@example.org is %s after confirming, want active", sub.State)
		}
		if report := d.imported(t, "email\npruned@example.org\n", false); report.Known != 1 {
			t.Errorf("Import() after they came back = %+v, want 1 known", report)
		}
	})
}

func TestImportTwiceChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		text := "email,confirmed_at,consent\nann@example.org,2024-01-01,v1\nbob@example.org,,\n"
		d.imported(t, text, false)
		before := d.export(t)
		if report := d.imported(t, text, false); report.Known != 2 || d.export(t) != before || d.queued(t) != 1 {
			t.Errorf("second Import() = %+v and %d letters, want 2 known and no other letter", report, d.queued(t))
		}
	})
}

func TestOtherProgramsExportsAreUnderstood(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		listmonk := `uuid,email,name,attributes,status,created_at,updated_at
11111111-1111-4111-8111-111111111111,ann@example.org,Ann Lee,"{""city"": ""Rome""}",enabled,2023-01-01 00:00:00+00,2023-01-01 00:00:00+00
22222222-2222-4222-8222-222222222222,bob@example.org,Bob,{},blocklisted,2023-01-01 00:00:00+00,2023-01-01 00:00:00+00
`
		if report := d.imported(t, listmonk, false); report.Pending != 1 || report.Suppressed != 1 {
			t.Errorf("Import(listmonk) = %+v, want 1 pending and 1 suppressed", report)
		}
		if r, err := d.Show(t.Context(), "ann@example.org"); err != nil || r.Name != "Ann Lee" || r.Attributes["city"] != "Rome" {
			t.Errorf("from listmonk: %+v, %v, want Ann Lee of Rome", r.Subscriber, err)
		}
		mailchimp := `"Email Address","First Name","Last Name","CONFIRM_TIME","consent"
cal@example.org,Cal,Roe,"2022-02-03 04:05:06","form of 2022"
`
		if report := d.imported(t, mailchimp, false); report.Active != 1 {
			t.Errorf("Import(Mailchimp) = %+v, want 1 active", report)
		}
		if r, err := d.Show(t.Context(), "cal@example.org"); err != nil || r.Name != "Cal Roe" {
			t.Errorf("from Mailchimp: %+v, %v, want Cal Roe", r.Subscriber, err)
		}
	})
}

func TestUnusableHeaderIsSaidSo(t *testing.T) {
	d := newDesk(t, storetest.Open(t))
	for _, text := range []string{"", "name,city\nAnn,Rome\n", "email,e-mail\na,b\n", strings.Repeat("c,", 200) + "email\n"} {
		if _, err := d.Import(t.Context(), strings.NewReader(text), false); err == nil {
			t.Errorf("Import(%.40q) succeeded, want an error", text)
		}
	}
}

func TestExportComesBackByAnImport(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.imported(t, `email,name,language,topics,confirmed_at,consent,consent_wording,consent_form,note
'=cmd@example.org,"=HYPERLINK(""http://x"")",it,a|b,2024-01-01,v1,"I agree, really",https://form.example.org/,+1
+plus@example.org,'quoted',,,2024-01-02,v2,,,
`, false)
		d.active(t, "left@example.org")
		if _, err := d.Remove(t.Context(), "left@example.org"); err != nil {
			t.Fatal(err)
		}
		d.signUp(t, "pending@example.org")
		first := d.export(t)

		other := newDesk(t, storetest.Open(t))
		other.clock = d.clock
		if report := other.imported(t, first, false); report.Active != 2 || report.Pending != 1 || report.Suppressed != 1 {
			t.Errorf("Import(Export()) = %+v, want 2 active, 1 pending, 1 kept away", report)
		}
		if a, b := lines(first, "v1", "v2"), lines(other.export(t), "v1", "v2"); a != b || strings.Count(a, "\n") != 2 {
			t.Errorf("active subscribers after a round trip:\n%s\nwant:\n%s", b, a)
		}
		if report := other.imported(t, "email\nleft@example.org\n", false); report.Suppressed != 1 {
			t.Errorf("Import(who left elsewhere) = %+v, want them kept away", report)
		}
	})
}

// lines returns the lines that hold one of the words, sorted: two of one moment
// have no order.
func lines(text string, words ...string) string {
	var kept []string
	for line := range strings.Lines(text) {
		for _, w := range words {
			if strings.Contains(line, ","+w+",") {
				kept = append(kept, line)
			}
		}
	}
	slices.Sort(kept)
	return strings.Join(kept, "")
}

func TestNoCellOfAnExportIsAFormula(t *testing.T) {
	d := newDesk(t, storetest.Open(t))
	d.imported(t, `email,name,confirmed_at,consent,=SUM(A1)
=a@example.org,=1+1,2024-01-01,@v1,"=2"
-b@example.org,"  =1+1",2024-01-01,+v1,
'c@example.org,'=1,2024-01-01,v1,
`, false)
	rows, err := csv.NewReader(strings.NewReader(d.export(t))).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("Export() = %d rows, %v, want 4", len(rows), err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if trimmed := strings.TrimLeft(cell, " "); trimmed != "" && strings.ContainsAny(trimmed[:1], "=+-@|%\t\r") {
				t.Errorf("cell %q would run as a formula", cell)
			}
		}
	}
}

// hundredThousand is a CSV file of that many proven subscribers, made as it
// is read.
func hundredThousand() io.Reader {
	r, w := io.Pipe()
	go func() {
		fmt.Fprintln(w, "email,name,language,topics,confirmed_at,consent,ward")
		for i := range 100_000 {
			fmt.Fprintf(w, "reader%06d@example.org,Reader %d,en,devices|policy,2024-01-01 12:00:00,2024-1,%d\n", i, i, i%40)
		}
		w.Close()
	}()
	return r
}

func BenchmarkImport100000(b *testing.B) {
	for name, open := range map[string]func() *desk{
		"sqlite":   func() *desk { return newDesk(b, storetest.Open(b)) },
		"postgres": func() *desk { return newDesk(b, storetest.OpenAt(b, storetest.Postgres(b))) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				d := open()
				b.StartTimer()
				report, err := d.Import(b.Context(), hundredThousand(), false)
				if err != nil || report.Active != 100_000 {
					b.Fatalf("Import() = %+v, %v, want 100,000 active", report, err)
				}
			}
		})
	}
}
