package subscribers_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"weekward/store/storetest"
)

// A file of more rows than are read at once, in no order, keeps everybody, and
// names what is wrong in the order of the file.
func TestLongImportKeepsEverybodyAndNamesFaultsInOrder(t *testing.T) {
	const people = 21_000
	d := newDesk(t, storetest.Open(t))
	var file strings.Builder
	file.WriteString("email,name,confirmed_at,consent\n")
	order := rand.New(rand.NewPCG(1, 2)).Perm(people)
	var faults []int
	for i, who := range order {
		fmt.Fprintf(&file, "Reader%d@example.org,Reader %d,2024-05-06,v1\n", who, who)
		if i%5000 == 17 {
			file.WriteString("nobody,,2024-05-06,v1\n")
			faults = append(faults, i+3+len(faults)) // behind the header row, i rows, this row, and faults before
		}
	}
	file.WriteString("reader7@EXAMPLE.org,again,2024-05-06,v1\n")
	report := d.imported(t, file.String(), false)
	if report.Active != people || report.Folded != 1 || report.Faulty != len(faults) || report.Known != 0 {
		t.Errorf("Import() = %+v, want %d active, 1 folded, %d faulty", report, people, len(faults))
	}
	for i, bad := range report.Bad {
		if bad.Line != faults[i] {
			t.Errorf("fault %d is said to be on line %d, want %d", i, bad.Line, faults[i])
		}
	}
	if again := d.imported(t, file.String(), true); again.Known != people || again.Active != 0 {
		t.Errorf("Import() again = %+v, want all known", again)
	}
}
