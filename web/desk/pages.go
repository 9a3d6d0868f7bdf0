package desk

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
)

//go:embed pages
var files embed.FS

// pages holds one template a page, each within the layout.
type pages map[string]*template.Template

func loadPages() (pages, error) {
	layout, err := template.ParseFS(files, "pages/layout.html")
	if err != nil {
		return nil, fmt.Errorf("read the desk's layout: %w", err)
	}
	all := pages{}
	for _, name := range []string{"front", "preview", "issue", "sends", "sources", "topics", "subscribers", "message"} {
		page, err := layout.Clone()
		if err == nil {
			_, err = page.ParseFS(files, "pages/"+name+".html")
		}
		if err != nil {
			return nil, fmt.Errorf("read the desk's page %q: %w", name, err)
		}
		all[name] = page
	}
	return all, nil
}

// A view is what the layout prints; Page is what the page inside prints.
type view struct {
	Site  string
	Title string
	Here  string // the path of the page, to mark it in the menu
	Page  any
	// Refresh is after how many seconds the page asks for itself again; 0 is
	// never.
	Refresh int
}

// show answers with a page. Nothing is sent before the whole page is rendered.
func (d *desk) show(w http.ResponseWriter, status int, name string, v view) {
	v.Site = d.Site.Name
	var b bytes.Buffer
	if err := d.pages[name].ExecuteTemplate(&b, "layout.html", v); err != nil {
		d.Log.Error("render desk page", "page", name, "err", err)
		http.Error(w, "The page could not be shown. The log says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

// A messageView is a title and some sentences.
type messageView struct {
	Title string
	Lines []string
}

// message answers with a title and some sentences.
func (d *desk) message(w http.ResponseWriter, status int, title string, lines ...string) {
	d.show(w, status, "message", view{Title: title, Page: messageView{title, lines}})
}

// fail answers that something of ours did not work. The editor is the operator
// or sits beside them, so the page tells the cause.
func (d *desk) fail(w http.ResponseWriter, doing string, err error) {
	d.Log.Error("desk failed", "doing", doing, "err", err)
	d.message(w, http.StatusInternalServerError, "That did not work", fmt.Sprintf("%s: %v", doing, err))
}

func (d *desk) unknown(w http.ResponseWriter, _ *http.Request) {
	d.message(w, http.StatusNotFound, "No such page", "There is nothing at this address.")
}

func (d *desk) style(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeFileFS(w, r, files, "pages/desk.css")
}
