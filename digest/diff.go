package digest

import (
	"fmt"
	"slices"

	"weekward/digest/recap"
)

// Diff says in words what changed in the issue since it was old: what came,
// went, moved or was reworded. It is empty when readers would see the same.
func (i Issue) Diff(old Issue) []string {
	d := diff{lines: []string{}}
	now, then := i.seen(), old.seen()
	d.change("number", fmt.Sprint(then.Number), fmt.Sprint(now.Number))
	d.change("slot", then.Slot.Format(slotLayout), now.Slot.Format(slotLayout))
	d.change("subject", then.Subject, now.Subject)
	d.change("preheader", then.Preheader, now.Preheader)
	d.stories(then.Stories, now.Stories)
	d.chats(then.Chats, now.Chats)
	if now.Minutes != then.Minutes {
		d.say("reading time: %d minutes, was %d", now.Minutes, then.Minutes)
	}
	if len(d.lines) == 0 && i.Fingerprint() != old.Fingerprint() {
		d.say("small print of a story or chat changed")
	}
	return d.lines
}

const slotLayout = "Mon 2 Jan 2006 15:04 MST"

// A diff collects sentences.
type diff struct{ lines []string }

func (d *diff) say(format string, args ...any) {
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

func (d *diff) change(what, then, now string) {
	if then != now {
		d.say("%s: “%s”, was “%s”", what, now, then)
	}
}

// stories tells which stories went, came, moved and changed. A story is known
// by its ID.
func (d *diff) stories(then, now []Story) {
	for _, s := range then {
		if place(now, s.ID) < 0 {
			d.say("out: “%s”", s.Title)
		}
	}
	moved := moves(then, now)
	for n, s := range now {
		was := place(then, s.ID)
		switch {
		case was < 0:
			d.say("in at %d: “%s”", n+1, s.Title)
			continue
		case moved[s.ID]:
			d.say("moved from %d to %d: “%s”", was+1, n+1, s.Title)
		}
		d.story(then[was], s)
	}
}

func place(list []Story, id string) int {
	return slices.IndexFunc(list, func(s Story) bool { return s.ID == id })
}

// moves finds the stories whose order among those that stayed changed, the
// fewest that explain it: all but a longest run that kept its order.
func moves(then, now []Story) map[string]bool {
	var stayed []Story
	for _, s := range now {
		if place(then, s.ID) >= 0 {
			stayed = append(stayed, s)
		}
	}
	length, before := make([]int, len(stayed)), make([]int, len(stayed))
	last := -1
	for i, s := range stayed {
		length[i], before[i] = 1, -1
		for j := range i {
			if place(then, stayed[j].ID) < place(then, s.ID) && length[j]+1 > length[i] {
				length[i], before[i] = length[j]+1, j
			}
		}
		if last < 0 || length[i] > length[last] {
			last = i
		}
	}
	moved := map[string]bool{}
	for _, s := range stayed {
		moved[s.ID] = true
	}
	for ; last >= 0; last = before[last] {
		delete(moved, stayed[last].ID)
	}
	return moved
}

// story tells what changed inside a story.
func (d *diff) story(then, now Story) {
	d.change("title", then.Title, now.Title)
	for _, f := range []struct{ what, then, now string }{
		{"address", then.URL, now.URL},
		{"source", then.Source, now.Source},
		{"section", then.Section, now.Section},
		{"excerpt", then.Excerpt, now.Excerpt},
		{"note", then.Note, now.Note},
		{"chat badge", badge(then), badge(now)},
		{"evidence", string(then.Evidence), string(now.Evidence)},
		{"chat question", joined(then.Discussed.Tag, then.Discussed.Question), joined(now.Discussed.Tag, now.Discussed.Question)},
	} {
		d.change(fmt.Sprintf("%s of “%s”", f.what, now.Title), f.then, f.now)
	}
	d.names("also in", now.Title, alsoNames(then), alsoNames(now))
	d.names("related", now.Title, relatedNames(then), relatedNames(now))
}

func badge(s Story) string {
	if s.Shared == 0 {
		return ""
	}
	return fmt.Sprintf("shared by %d in #%s", s.Shared, s.SharedIn)
}

func alsoNames(s Story) []string {
	list := make([]string, len(s.Also))
	for i, a := range s.Also {
		list[i] = a.Source
	}
	return list
}

func relatedNames(s Story) []string {
	list := make([]string, len(s.Related))
	for i, r := range s.Related {
		list[i] = r.Title
	}
	return list
}

// names tells what left and joined a short list of a story or chat, or that
// its order changed.
func (d *diff) names(what, of string, then, now []string) {
	before := len(d.lines)
	for _, name := range then {
		if !slices.Contains(now, name) {
			d.say("%s out of “%s”: “%s”", what, of, name)
		}
	}
	for _, name := range now {
		if !slices.Contains(then, name) {
			d.say("%s in “%s”: “%s”", what, of, name)
		}
	}
	if before == len(d.lines) && !slices.Equal(then, now) {
		d.say("%s of “%s”: another order", what, of)
	}
}

// chats tells which chats went and came and what changed inside the others. A
// chat is known by its tag.
func (d *diff) chats(then, now []recap.Recap) {
	find := func(list []recap.Recap, tag string) int {
		return slices.IndexFunc(list, func(c recap.Recap) bool { return c.Tag == tag })
	}
	for _, c := range then {
		if find(now, c.Tag) < 0 {
			d.say("out: chat #%s", c.Tag)
		}
	}
	for _, c := range now {
		was := find(then, c.Tag)
		if was < 0 {
			d.say("in: chat #%s", c.Tag)
			continue
		}
		d.chat(then[was], c)
	}
}

// chat tells what changed inside a recap.
func (d *diff) chat(then, now recap.Recap) {
	of := "#" + now.Tag
	d.change("title of "+of, then.Title, now.Title)
	d.change("figures of "+of, figures(then), figures(now))
	d.names("question", of, questions(then), questions(now))
	d.names("quote", of, quotes(then), quotes(now))
	d.names("link", of, links(then), links(now))
}

func figures(c recap.Recap) string {
	return fmt.Sprintf("%d posts, %d people, %d replies", c.Posts, c.People, c.Replies)
}

func questions(c recap.Recap) []string {
	list := make([]string, len(c.Questions))
	for i, q := range c.Questions {
		list[i] = joined(q.Label, q.Text)
	}
	return list
}

func quotes(c recap.Recap) []string {
	var list []string
	for _, q := range c.Questions {
		for _, h := range q.Highlights {
			list = append(list, h.Author+": "+h.Text)
		}
	}
	return list
}

func links(c recap.Recap) []string {
	list := make([]string, len(c.Links))
	for i, l := range c.Links {
		list[i] = l.URL
	}
	return list
}
