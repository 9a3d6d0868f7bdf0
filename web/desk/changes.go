package desk

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"weekward/digest"
)

// An editView is one change the editor made, with its undo.
type editView struct {
	Item, Title, What string
	Issue             int
}

// A leftOutView is an item the issue does not carry. Item is empty when the
// row cannot be pinned from here.
type leftOutView struct {
	Title, Reason, Score, Item string
	Issue                      int
}

// maxLeftOut is how many rows of the rejected the page prints.
const maxLeftOut = 60

func editsByItem(edits []digest.Edit) map[string]digest.Edit {
	m := make(map[string]digest.Edit, len(edits))
	for _, e := range edits {
		m[e.Item] = e
	}
	return m
}

// editViews lists the editor's changes with what each is about.
func editViews(draft Draft) []editView {
	titles := map[string]string{}
	for _, it := range draft.Week.Items {
		titles[it.ID] = it.Title
	}
	for _, p := range draft.Week.Posts {
		titles[p.ID] = "“" + shorten(p.Text, 80) + "” " + p.Author
	}
	var views []editView
	for _, e := range draft.Week.Edits {
		if e == (digest.Edit{Item: e.Item}) {
			continue
		}
		title := titles[e.Item]
		if title == "" {
			title = "an item that is no longer here"
		}
		views = append(views, editView{Item: e.Item, Title: title, What: editText(e), Issue: draft.Issue.Number})
	}
	return views
}

func editText(e digest.Edit) string {
	var parts []string
	if e.Drop {
		parts = append(parts, "dropped")
	}
	if e.Pin {
		parts = append(parts, "pinned")
	}
	if e.Order > 0 {
		parts = append(parts, fmt.Sprintf("moved to place %d", e.Order))
	}
	if e.Note != "" {
		parts = append(parts, "noted")
	}
	if e.Title != "" {
		parts = append(parts, "given another title")
	}
	if e.Text != "" {
		parts = append(parts, "given another text")
	}
	if e.Evidence != "" {
		parts = append(parts, "labelled "+string(e.Evidence))
	}
	return strings.Join(parts, ", ")
}

// leftOutViews lists what the issue does not carry. A row gets its item, and
// so a button, where its title names exactly one item of the week.
func leftOutViews(draft Draft) (rows []leftOutView, more int) {
	items := map[string]string{}
	for _, it := range draft.Week.Items {
		if _, twice := items[it.Title]; twice {
			items[it.Title] = ""
			continue
		}
		items[it.Title] = it.ID
	}
	for i, l := range draft.Issue.LeftOut {
		if i == maxLeftOut {
			return rows, len(draft.Issue.LeftOut) - maxLeftOut
		}
		row := leftOutView{Title: l.Title, Reason: l.Reason, Item: items[l.Title], Issue: draft.Issue.Number}
		if l.Score > 0 {
			row.Score = fmt.Sprintf("%.2f", l.Score)
		}
		rows = append(rows, row)
	}
	return rows, 0
}

func shorten(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:most])) + "…"
}
