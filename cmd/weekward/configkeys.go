package main

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// refuseUnknown names every key of the file that weekward does not know, with
// the nearest one it does.
func refuseUnknown(md toml.MetaData) error {
	known := knownKeys(reflect.TypeFor[Config](), "")
	var errs []error
	for _, key := range md.Undecoded() {
		name := key.String()
		err := fmt.Errorf("unknown key %q", name)
		if near := nearest(name, known); near != "" {
			err = fmt.Errorf("unknown key %q: did you mean %q?", name, near)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// knownKeys lists the dotted keys of a configuration struct.
func knownKeys(t reflect.Type, prefix string) []string {
	var keys []string
	for i := range t.NumField() {
		f := t.Field(i)
		name := prefix + f.Tag.Get("toml")
		keys = append(keys, name)
		inner := f.Type
		if inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct {
			keys = append(keys, knownKeys(inner, name+".")...)
		}
	}
	return keys
}

// nearest is the known key with the fewest edits to name, or "" when none is
// near enough to be a slip of the finger.
func nearest(name string, known []string) string {
	best, least := "", 1+len(name)/3
	for _, k := range known {
		if d := editDistance(name, k); d < least {
			best, least = k, d
		}
	}
	return best
}

// editDistance is the Levenshtein distance in bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// override sets keys from WEEKWARD_SECTION_KEY variables. Lists are separated
// by commas; variables of other programs and our own few without a section
// (WEEKWARD_NOW, WEEKWARD_CONFIG, WEEKWARD_SECRET) are not keys.
func (c *Config) override(environ []string) error {
	sections := reflect.ValueOf(c).Elem()
	for i := range sections.NumField() {
		section := sections.Field(i)
		if section.Kind() != reflect.Struct {
			continue
		}
		for j := range section.NumField() {
			name := "WEEKWARD_" + strings.ToUpper(sections.Type().Field(i).Tag.Get("toml")+"_"+section.Type().Field(j).Tag.Get("toml"))
			value, ok := lookup(environ, name)
			if !ok {
				continue
			}
			if err := setValue(section.Field(j), value); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}

func lookup(environ []string, name string) (string, bool) {
	i := slices.IndexFunc(environ, func(e string) bool { return strings.HasPrefix(e, name+"=") })
	if i < 0 {
		return "", false
	}
	return environ[i][len(name)+1:], true
}

// setValue sets one key from text.
func setValue(v reflect.Value, text string) error {
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", text)
		}
		v.SetInt(n)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", text)
		}
		v.SetBool(b)
	case reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fmt.Errorf("%q is not a number", text)
		}
		v.SetFloat(f)
	case reflect.Slice:
		list := reflect.MakeSlice(v.Type(), 0, 0)
		for _, part := range splitList(text) {
			entry := reflect.New(v.Type().Elem()).Elem()
			if err := setValue(entry, part); err != nil {
				return err
			}
			list = reflect.Append(list, entry)
		}
		v.Set(list)
	case reflect.Map:
		table := reflect.New(reflect.MapOf(reflect.TypeFor[string](), v.Type()))
		if _, err := toml.Decode("T = "+text, table.Interface()); err != nil {
			return fmt.Errorf(`%q is not a table such as {telemedicine = 2}`, text)
		}
		v.Set(table.Elem().MapIndex(reflect.ValueOf("T")))
	default:
		return fmt.Errorf("cannot be set from the environment")
	}
	return nil
}

func splitList(text string) []string {
	var list []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}
