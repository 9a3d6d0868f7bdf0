package desk

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"weekward/feeds"
	"weekward/mailer"
)

// A sourceView is how one source is, ready to print.
type sourceView struct {
	ID, Kind, Section, Title, URL string
	State                         feeds.State
	Word                          string // the state in words
	Mood                          string // how it is printed: "good", "warn", "bad", "muted"
	Pace                          string // how it is tried from now on; "" when as always
	Since, For                    string // since when it fails, and how long that is; "" when it does not
	Failures                      string // "3 failures in a row"
	Reason, Advice, Detail        string // of the trouble; all "" when there is none
	Last, Next                    string
	Recent                        int    // items of the last eight weeks
	Bars                          string // the same, week by week
	Used                          string // its stories in the issues of these weeks; "" when that is not known
	worrying                      bool   // it has failed for days
}

// listSources lists every source, the ailing ones first.
func (d *desk) listSources(w http.ResponseWriter, r *http.Request) {
	rows, err := d.sourceViews(r.Context())
	if err == nil {
		err = d.addYields(r.Context(), rows)
	}
	if err != nil {
		d.fail(w, "read how the sources are", err)
		return
	}
	d.show(w, http.StatusOK, "sources", view{Title: "Sources", Here: "/sources", Page: rows})
}

// ailing is the order of the states on the page: what asks for the editor
// stands on top.
var ailing = []feeds.State{feeds.StateGone, feeds.StateMuted, feeds.StateFailing, feeds.StateUnread, feeds.StateOK}

// sourceViews are all sources in the page's order.
func (d *desk) sourceViews(ctx context.Context) ([]sourceView, error) {
	list, err := d.Sources(ctx)
	if err != nil {
		return nil, err
	}
	visits, err := d.Visits.Visits(ctx)
	if err != nil {
		return nil, err
	}
	var rows []sourceView
	for _, src := range list {
		rows = append(rows, d.sourceView(src, visits[src.ID]))
	}
	slices.SortStableFunc(rows, func(a, b sourceView) int {
		return cmp.Or(cmp.Compare(slices.Index(ailing, a.State), slices.Index(ailing, b.State)), cmp.Compare(a.ID, b.ID))
	})
	return rows, nil
}

func (d *desk) sourceView(src feeds.Source, v feeds.Visit) sourceView {
	now := d.Now()
	row := sourceView{ID: src.ID, Kind: string(src.Kind), Section: src.Section, Title: cmp.Or(src.Title, v.Title, src.ID), URL: webAddress(src.Address()),
		State: v.State(), Last: relative(v.Last, now), Next: relative(v.Next, now), worrying: v.Worrying(now)}
	row.Word, row.Mood, row.Pace = stateWords(row.State)
	switch {
	case row.State == feeds.StateGone:
		row.Next = "not again"
	case !v.Next.After(now):
		row.Next = "now"
	}
	if v.Failures > 0 {
		trouble := v.Trouble(src)
		row.Reason, row.Advice, row.Detail = sentence(trouble.Reason), trouble.Advice, v.Error
		row.Failures = count(v.Failures, "failure", "failures") + " in a row"
		row.Since = d.date(v.FailingSince)
		if !v.FailingSince.IsZero() {
			row.For = days(now.Sub(v.FailingSince))
		}
	}
	return row
}

// stateWords are a state's word, its colour, and what it means for the next
// tries.
func stateWords(s feeds.State) (word, mood, pace string) {
	switch s {
	case feeds.StateOK:
		return "well", "good", ""
	case feeds.StateFailing:
		return "failing", "bad", ""
	case feeds.StateMuted:
		return "muted", "warn", "It is tried once a week now."
	case feeds.StateGone:
		return "gone", "bad", "It is not tried any more."
	}
	return "not read yet", "muted", ""
}

// addYields adds what the sources were good for in the last weeks.
func (d *desk) addYields(ctx context.Context, rows []sourceView) error {
	yields, err := feeds.Yields(ctx, d.Visits.ItemsSince, d.Now())
	if err != nil {
		return err
	}
	used, err := d.usedStories(ctx)
	if err != nil {
		return err
	}
	named := map[string]int{}
	for _, row := range rows {
		named[row.Title]++
	}
	for i, row := range rows {
		y := yields[row.ID]
		rows[i].Recent, rows[i].Bars = y.Total(), bars(y[:])
		if used != nil && named[row.Title] == 1 { // an issue knows a source by the name it printed
			rows[i].Used = grouped(used[row.Title])
		}
	}
	return nil
}

// usedStories counts the stories of the issues that went out within the weeks
// of a yield, by the name printed beside them; nil when no issue did.
func (d *desk) usedStories(ctx context.Context) (map[string]int, error) {
	records, err := d.Ledger.Issues(ctx)
	if err != nil {
		return nil, err
	}
	var used map[string]int
	for _, record := range records {
		if record.State != mailer.IssueSent || record.Slot.Before(d.Now().Add(-feeds.YieldTime)) || len(record.Content) == 0 {
			continue
		}
		issue, err := record.Issue()
		if err != nil {
			return nil, err
		}
		if used == nil {
			used = map[string]int{}
		}
		for _, story := range issue.Stories {
			used[story.Source]++
		}
	}
	return used, nil
}

// noticesShown keeps the issue within reach when many fail at once, as they do
// when the machine has lost the network.
const noticesShown = 3

// A noticeView is the front page's word on sources that fail for days.
type noticeView struct {
	Heading string // "" when there is nothing to say
	Sources []sourceView
	More    int // that are not shown
}

// notice tells of the sources that have failed for days.
func (d *desk) notice(ctx context.Context) (noticeView, error) {
	rows, err := d.sourceViews(ctx)
	if err != nil {
		return noticeView{}, err
	}
	var n noticeView
	for _, row := range rows {
		if row.worrying {
			n.Sources = append(n.Sources, row)
		}
	}
	if len(n.Sources) == 0 {
		return n, nil
	}
	n.Heading = count(len(n.Sources), "source has not been read for days", "sources have not been read for days")
	n.More = max(0, len(n.Sources)-noticesShown)
	n.Sources = n.Sources[:len(n.Sources)-n.More]
	return n, nil
}

// sentence begins a clause with a capital.
func sentence(clause string) string {
	first, size := utf8.DecodeRuneInString(clause)
	return string(unicode.ToUpper(first)) + clause[size:]
}

// days writes a length of time in whole days: "6 days", "less than a day".
func days(d time.Duration) string {
	if d < 24*time.Hour {
		return "less than a day"
	}
	return count(int(d/(24*time.Hour)), "day", "days")
}
