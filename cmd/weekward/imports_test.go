package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// allowed says which packages of ours a package may import, tests left out.
// Imports point up the week, data flows down; see docs/architecture.md.
var allowed = map[string][]string{
	"feeds":                {},
	"feeds/fetch":          {"feeds"},
	"feeds/news":           {"feeds", "feeds/fetch"},
	"feeds/page":           {"feeds", "feeds/fetch"},
	"feeds/chat":           {"feeds", "feeds/fetch"},
	"digest/related":       {},
	"digest/recap":         {"feeds", "digest/related"},
	"digest/health":        {"digest/related"},
	"digest":               {"feeds", "digest/related", "digest/recap", "digest/health"},
	"subscribers":          {},
	"templates":            {"digest", "digest/recap", "feeds"},
	"mailer":               {"templates", "subscribers", "digest", "mailer/failpoint", "mailer/dkim"},
	"mailer/sink":          {"mailer"},
	"mailer/failpoint":     {},
	"mailer/chaos":         {},
	"mailer/dkim":          {},
	"mailer/dkim/dkimtest": {"mailer/dkim"},
	"mailer/dns":           {"mailer/dkim"},
	"mailer/bounces":       {"subscribers"},
	"web":                  {"templates", "subscribers", "digest", "digest/recap", "mailer", "feeds"},
	"web/desk":             {"web", "templates", "subscribers", "digest", "digest/recap", "mailer", "feeds"},
	"store/journal":        {},
	"store":                {"store/journal", "feeds", "digest", "digest/related", "digest/recap", "subscribers", "mailer", "mailer/failpoint", "mailer/bounces", "templates", "web", "web/desk"},
	"store/storetest":      {"store"},
	"cmd/weekward/sample":  {"feeds"},
}

func TestImportsPointUpTheWeek(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "weekward/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, "weekward/")
		if name == "cmd/weekward" || name == "cmd/evaluate" {
			continue // commands wire everything together
		}
		may, known := allowed[name]
		if !known {
			t.Errorf("package %s has no place in the house: add it to docs/architecture.md and to this test", name)
		}
		seen++
		for _, imported := range p.Imports {
			ours, ok := strings.CutPrefix(imported, "weekward/")
			if ok && !slices.Contains(may, ours) {
				t.Errorf("%s imports %s, may import %v", name, ours, may)
			}
		}
	}
	if seen != len(allowed) {
		t.Errorf("go list found %d of our packages, want %d", seen, len(allowed))
	}
}

func TestNoRoomIsCalledUtil(t *testing.T) {
	out, err := exec.Command("go", "list", "weekward/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for path := range strings.FieldsSeq(string(out)) {
		for _, word := range []string{"util", "utils", "common", "helpers", "models", "services", "internal"} {
			if slices.Contains(strings.Split(path, "/"), word) {
				t.Errorf("%s: %q is not a noun of the newsletter", path, word)
			}
		}
	}
}

func TestEveryDependencyHasItsReason(t *testing.T) {
	reasons, err := os.ReadFile("../../docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "mod", "edit", "-json").Output()
	if err != nil {
		t.Fatalf("go mod edit: %v", err)
	}
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		t.Fatal(err)
	}
	for _, r := range mod.Require {
		name := strings.TrimPrefix(r.Path, "github.com/")
		if !r.Indirect && !bytes.Contains(reasons, []byte("`"+name+"`")) {
			t.Errorf("docs/dependencies.md does not say what %s saves us", name)
		}
	}
}
