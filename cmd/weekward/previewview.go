package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"weekward/digest"
	"weekward/digest/recap"
	"weekward/templates"
)

// printPreview is the preview as the editor reads it in a terminal, at most
// 100 columns wide.
func (e *environment) printPreview(a *app, p preview, why bool) {
	v := view{w: e.results(), app: a, slot: p.issue.Slot, why: why}
	v.head(p)
	v.stories(p.issue.Stories)
	for _, r := range p.issue.Chats {
		v.chat(r)
	}
	if why {
		v.leftOut(p.issue.LeftOut)
	} else if n := len(p.issue.LeftOut); n > 0 {
		v.line("LEFT OUT", "%s %s", plural(n, "item", "items"), faint.Render(`· "weekward preview --why" lists them`))
	}
	v.sources(p.sources)
	v.checks(p.checks)
	fmt.Fprintf(v.w, "\nfingerprint %s   next: weekward approve %d --fingerprint %s\n", bold.Render(p.fingerprint), p.issue.Number, p.fingerprint)
}

// A view prints lines whose first word stands in a column of its own.
type view struct {
	w    io.Writer
	app  *app
	slot time.Time
	why  bool
}

const labelWidth = 11

// line prints a labelled line.
func (v view) line(label, format string, args ...any) {
	if label == "" {
		v.under(format, args...)
		return
	}
	fmt.Fprintln(v.w, cut(pad(bold.Render(label), labelWidth)+fmt.Sprintf(format, args...), columns))
}

// under prints a line below a labelled one.
func (v view) under(format string, args ...any) {
	fmt.Fprintln(v.w, cut(strings.Repeat(" ", labelWidth)+fmt.Sprintf(format, args...), columns))
}

func (v view) head(p preview) {
	left := fmt.Sprintf("%s  No %d · %s %s", v.app.site.Name, p.issue.Number, v.app.local(p.issue.Slot), v.app.schedule.Location)
	right := fmt.Sprintf("read-only · %s · %d min", plural(p.readers, "subscriber", "subscribers"), p.issue.Minutes)
	fmt.Fprintln(v.w, bold.Render(pad(left, columns-len([]rune(right))-2))+"  "+faint.Render(right))
	v.line("Subject", "%s %s", p.mail.Subject, faint.Render(fmt.Sprintf("(%d)", len([]rune(p.mail.Subject)))))
	v.line("Preheader", "%s", cut(p.issue.Preheader, columns-labelWidth-5)+faint.Render(fmt.Sprintf(" (%d)", len([]rune(p.issue.Preheader)))))
	fmt.Fprintln(v.w)
}

func (v view) stories(stories []digest.Story) {
	for i, s := range stories {
		label := ""
		switch i {
		case 0:
			label = "LEAD"
		case 1:
			label = fmt.Sprintf("NEWS %d", len(stories)-1)
		}
		v.story(label, s, i == 0)
	}
	fmt.Fprintln(v.w)
}

// story prints a story, and under the lead its related news.
func (v view) story(label string, s digest.Story, lead bool) {
	const titleWidth = 54
	meta := fmt.Sprintf("%s  %6s  %.2f", pad(s.Source, 18), s.Published.In(v.app.schedule.Location).Format("2 Jan"), s.Score)
	v.line(label, "%s  %s", pad(s.Title, titleWidth), faint.Render(meta))
	if lead {
		for i, r := range s.Related {
			name := "  related"
			if i > 0 {
				name = ""
			}
			meta := strings.Join(append([]string{cut(r.Source, 18)}, v.app.agedDay(r.Published, v.slot)...), " · ")
			fmt.Fprintln(v.w, strings.TrimRight(pad(name, labelWidth)+fmt.Sprintf("%d %.2f %s  %s", i+1, r.Score, pad(r.Title, titleWidth-7), faint.Render(meta)), " "))
		}
		if len(s.Related) == 0 {
			v.under("%s", faint.Render("no related news passed the threshold"))
		}
	}
	if s.Evidence != "" {
		v.under("%s", faint.Render(string(s.Evidence)))
	}
	if v.why {
		v.explain(s)
	}
}

// explain prints the parts of a score in words.
func (v view) explain(s digest.Story) {
	w := s.Why
	v.under("%s", faint.Render(fmt.Sprintf("topic %.2f × coverage %.2f × fresh %.2f × source %.2f × chat %.2f × new %.2f", w.Topic, w.Coverage, w.Freshness, w.Source, w.Chat, w.Novelty)))
	if len(w.Weights) > 0 {
		v.under("%s", faint.Render(explainWeights(w.Weights)))
	}
	for _, line := range explainTopic(w) {
		v.under("%s", faint.Render(line))
	}
	if s.Shared > 0 {
		v.under("%s", clay.Render(fmt.Sprintf("shared by %s in #%s", plural(s.Shared, "person", "people"), s.SharedIn)))
	}
	if d := s.Discussed; d.Tag != "" {
		v.under("%s", clay.Render(fmt.Sprintf("discussed in #%s %s: %s", d.Tag, d.Question, strings.Join(d.Why, ", "))))
	}
	for _, also := range s.Also {
		v.under("%s", faint.Render(fmt.Sprintf("also in %s: %s (%s)", also.Source, also.Title, also.Reason)))
	}
	for _, r := range s.Related {
		if len(r.Why) > 0 {
			v.under("%s", faint.Render(fmt.Sprintf("related %.2f %s: %s", r.Score, r.Title, strings.Join(r.Why, ", "))))
		}
	}
}

// explainWeights names the parts that the settings make count for more or less.
func explainWeights(weights map[string]float64) string {
	list := make([]string, 0, len(weights))
	for _, part := range slices.Sorted(maps.Keys(weights)) {
		list = append(list, fmt.Sprintf("%s %.4g", part, weights[part]))
	}
	return "with the weights of [ranking]: " + strings.Join(list, ", ")
}

// explainTopic says in a line or two why a story is on topic: how surely it is
// about health, and the words that spoke for it, each as it stands in the text.
func explainTopic(w digest.Why) []string {
	var lines []string
	if w.Health > 0 {
		line := fmt.Sprintf("health %.2f", w.Health)
		if w.Company >= 0.005 || w.Company <= -0.005 {
			line += fmt.Sprintf(", %+.2f of it by other news with the same words", w.Company)
		}
		lines = append(lines, line)
	}
	by := map[string][]string{}
	for _, t := range w.Terms {
		text := t.Text
		if t.Word != "" && t.Word != t.Text {
			text += " (" + t.Word + ")"
		}
		format := "%s %.2g"
		if t.From == "editor" {
			format = "%s %+.2f"
		}
		by[t.From] = append(by[t.From], fmt.Sprintf(format, text, t.Weight))
	}
	for _, from := range []struct{ key, label string }{{"profile", "words: "}, {"model", "model: "}, {"editor", "as you chose before: "}} {
		if list := by[from.key]; len(list) > 0 {
			lines = append(lines, from.label+strings.Join(list, ", "))
		}
	}
	return lines
}

func (v view) chat(r recap.Recap) {
	quotes := make([]string, len(r.Questions))
	for i, q := range r.Questions {
		label := q.Label
		if label == "" {
			label = "open"
		}
		quotes[i] = fmt.Sprintf("%s %d", label, len(q.Highlights))
	}
	v.line("CHAT", "%s %s  %s  %s  %s  %s", clay.Render("#"+r.Tag), r.Session.In(v.app.schedule.Location).Format("2 Jan"),
		plural(r.Posts, "post", "posts"), plural(r.People, "person", "people"), clay.Render(sparkline(r.Timeline)), strings.Join(quotes, "  "))
	for _, q := range r.Questions {
		if q.Text != "" {
			v.under("%s %s", clay.Render(q.Label), q.Text)
		}
		if v.why {
			for _, h := range q.Highlights {
				v.under("  %.2f %s: %s", h.Why.Total, h.Author, faint.Render(h.Text))
				for _, line := range wrap(h.Why.String(), columns-labelWidth-7) {
					v.under("       %s", faint.Render(line))
				}
			}
		}
	}
}

// leftOut lists what the issue does not carry, the reasons together.
func (v view) leftOut(out []digest.LeftOut) {
	fmt.Fprintln(v.w)
	byReason := slices.Clone(out)
	slices.SortStableFunc(byReason, func(a, b digest.LeftOut) int { return strings.Compare(a.Reason, b.Reason) })
	label := "LEFT OUT"
	for _, o := range byReason {
		v.line(label, "%s  %s", pad(o.Title, 48), faint.Render(o.Reason))
		label = ""
	}
}

// sources names the sources whose news may be missing, in one line.
func (v view) sources(all []sourceLine) {
	bad := failing(all)
	if len(bad) == 0 {
		return
	}
	names := make([]string, len(bad))
	for i, l := range bad {
		names[i] = l.ID
	}
	const why = ` · "weekward sources list" says why`
	words := fmt.Sprintf("%d of %d not read: %s", len(bad), len(all), strings.Join(names, ", "))
	v.line("SOURCES", "%s%s", cut(words, columns-labelWidth-len([]rune(why))), faint.Render(why))
}

// checks prints what the lint found; what is in order is one line.
func (v view) checks(checks []templates.Check) {
	ok := 0
	label := "CHECKS"
	for _, c := range checks {
		switch c.Level {
		case "error":
			v.line(label, "%s  %s", red.Render("error"), c.Message)
		case "warn":
			v.line(label, "%s  %s", clay.Render("warn"), c.Message)
		default:
			ok++
			continue
		}
		label = ""
	}
	if ok > 0 {
		v.line(label, "%s", green.Render(fmt.Sprintf("ok  %s", plural(ok, "check", "checks"))))
	}
}
