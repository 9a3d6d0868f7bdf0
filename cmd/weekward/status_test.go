package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"testing"
)

func TestListOfJSONIsWrittenAsItIsRead(t *testing.T) {
	type head struct {
		Issue int      `json:"issue"`
		Words []string `json:"words"`
	}
	for _, want := range [][]string{{}, {"a"}, {"a <b>", "c", "}\n"}} {
		var out bytes.Buffer
		err := (&terminal{out: &out}).printJSONWith(head{31, []string{"x"}}, "people", func(add func(any) error) error {
			var errs error
			for _, name := range want {
				errs = errors.Join(errs, add(name))
			}
			return errs
		})
		var got struct {
			head
			People []string `json:"people"`
		}
		if err == nil {
			err = json.Unmarshal(out.Bytes(), &got)
		}
		if err != nil || got.Issue != 31 || len(got.People) != len(want) {
			t.Errorf("printJSONWith(%q) = %v, %+v:\n%s", want, err, got, out.String())
		}
	}
}

func TestWordsAreNotBrokenInTwo(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"with --dry-run it says what", []string{"with", "--dry-run", "it says", "what"}},
		{"see https://example.org/a-b-c", []string{"see", "https://example.org/a-b-c"}},
		{"one\n\ntwo", []string{"one", "", "two"}},
		{"", []string{""}},
	} {
		if got := wrap(c.text, 10); !slices.Equal(got, c.want) {
			t.Errorf("wrap(%q, 10) = %q, want %q", c.text, got, c.want)
		}
	}
}
