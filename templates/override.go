package templates

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
)

//go:embed mail pages locales assets
var embedded embed.FS

// Assets are the files that pages need, served under /assets/. A site with an
// override folder uses Set.Assets instead.
func Assets() fs.FS { return layers{under: embedded}.sub("assets") }

// layers is the embedded files with a designer's folder over them. A file in
// over hides the one of the same name in under; over may be nil.
type layers struct {
	over, under fs.FS
	dir         string
}

func (l layers) sub(dir string) layers { l.dir = path.Join(l.dir, dir); return l }

// Open fulfils fs.FS.
func (l layers) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if l.over != nil {
		f, err := l.over.Open(path.Join(l.dir, name))
		if !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
	}
	return l.under.Open(path.Join(l.dir, name))
}

// names lists the files matching pattern in either layer, sorted.
func (l layers) names(pattern string) ([]string, error) {
	under, err := fs.Glob(l.under, pattern)
	if err != nil || l.over == nil {
		return under, err
	}
	over, err := fs.Glob(l.over, pattern)
	all := append(under, over...)
	slices.Sort(all)
	return slices.Compact(all), err
}

// origin says where a file comes from, for an error a designer reads.
func (l layers) origin(name string) string {
	if l.over != nil {
		if _, err := fs.Stat(l.over, name); err == nil {
			return "override " + name
		}
	}
	return "template " + name
}

// checkNames refuses an override that replaces nothing: a misspelt name would
// otherwise be without effect and without a word.
func (l layers) checkNames() error {
	if l.over == nil {
		return nil
	}
	for _, pattern := range []string{"mail/*.html", "mail/*.txt", "pages/*.html", "*.html", "*.txt", "*.toml"} {
		found, err := fs.Glob(l.over, pattern)
		if err != nil {
			return fmt.Errorf("read override folder: %w", err)
		}
		for _, name := range found {
			if _, err := fs.Stat(l.under, name); err != nil {
				return fmt.Errorf("override %s: there is no such template to replace", name)
			}
		}
	}
	return nil
}
