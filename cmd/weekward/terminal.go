package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// columns is the widest line weekward prints.
const columns = 100

// The colours of the terminal: green for what works or can be done, clay for
// people and warnings, red for errors. Every meaning also stands there as a
// word.
var (
	bold  = lipgloss.NewStyle().Bold(true)
	faint = lipgloss.NewStyle().Faint(true)
	green = lipgloss.NewStyle().Foreground(lipgloss.Color("30"))
	clay  = lipgloss.NewStyle().Foreground(lipgloss.Color("130"))
	red   = lipgloss.NewStyle().Foreground(lipgloss.Color("160"))
)

// A terminal is where a person reads us.
type terminal struct {
	in       io.Reader
	out, err io.Writer
}

// results is standard output; colours leave it when it is no terminal or
// NO_COLOR is set.
func (t *terminal) results() io.Writer { return colorprofile.NewWriter(t.out, os.Environ()) }

// isTerminal tells whether a stream is a person's screen.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// printJSON prints v for a script.
func (t *terminal) printJSON(v any) error {
	e := json.NewEncoder(t.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// printJSONWith prints v, an object, with one more member: a list whose
// elements are written as they come, so that a long one is not held.
func (t *terminal) printJSONWith(v any, list string, each func(add func(any) error) error) error {
	var head bytes.Buffer
	if err := (&terminal{out: &head}).printJSON(v); err != nil {
		return err
	}
	w := bufio.NewWriter(t.out)
	fmt.Fprintf(w, "%s,\n  %q: [", bytes.TrimSuffix(head.Bytes(), []byte("\n}\n")), list)
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false)
	before := "\n    "
	err := each(func(element any) error {
		line.Reset()
		if err := e.Encode(element); err != nil {
			return err
		}
		w.WriteString(before)
		before = ",\n    "
		_, err := w.Write(bytes.TrimSuffix(line.Bytes(), []byte("\n")))
		return err
	})
	w.WriteString("\n  ]\n}\n")
	return errors.Join(err, w.Flush())
}

// width is how many columns a line of results may have: those of the screen,
// and never more than the limit.
func (t *terminal) width() int { return screenWidth(t.out) }

func screenWidth(stream any) int {
	if f, ok := stream.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return min(w, columns)
		}
	}
	return columns
}

// say prints one line to standard error, for what is not a result.
func (t *terminal) say(format string, args ...any) { fmt.Fprintf(t.err, format+"\n", args...) }

// progress is a bar on standard error; it is silent where nobody watches.
func (t *terminal) progress(total int, doing string) *progressbar.ProgressBar {
	if !isTerminal(t.err) {
		return progressbar.DefaultSilent(int64(total))
	}
	return progressbar.NewOptions(total, progressbar.OptionSetWriter(t.err), progressbar.OptionSetDescription(doing),
		progressbar.OptionSetWidth(40), progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetPredictTime(true))
}

// A table prints rows in columns as wide as their widest cell. Cells may be
// coloured; the last column is cut where the line would pass the limit.
type table struct {
	rows  [][]string
	width int // the widest line; columns when 0
}

func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) print(w io.Writer) {
	var width []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], lipgloss.Width(cell))
		}
	}
	for _, row := range t.rows {
		var b strings.Builder
		for i, cell := range row {
			b.WriteString(cell)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", width[i]-lipgloss.Width(cell)+2))
			}
		}
		fmt.Fprintln(w, cut(strings.TrimRight(b.String(), " "), cmp.Or(t.width, columns)))
	}
}

// cut shortens s to at most width columns; what was cut shows as "…".
func cut(s string, width int) string { return ansi.Truncate(s, width, "…") }

// pad makes s exactly width columns wide.
func pad(s string, width int) string {
	s = cut(s, width)
	return s + strings.Repeat(" ", max(0, width-lipgloss.Width(s)))
}

// wrap breaks s into lines of at most width columns, at blanks only: hyphens
// stand in what is copied from the screen, such as "--dry-run".
func wrap(s string, width int) []string {
	const hyphen = "\u2011" // one that Wordwrap does not break at
	s = ansi.Wordwrap(strings.ReplaceAll(s, "-", hyphen), width, "")
	return strings.Split(strings.ReplaceAll(s, hyphen, "-"), "\n")
}

// sparkline draws counts as one line of bars.
func sparkline(counts []int) string {
	most := 0
	for _, n := range counts {
		most = max(most, n)
	}
	if most == 0 {
		return ""
	}
	bars := []rune("▁▂▃▄▅▆▇█")
	line := make([]rune, len(counts))
	for i, n := range counts {
		line[i] = bars[n*(len(bars)-1)/most]
	}
	return string(line)
}

// plural is "1 item", "3 items".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%s %s", thousands(n), many)
}

// thousands is 12,345.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
