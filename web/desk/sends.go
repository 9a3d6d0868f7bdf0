package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"weekward/mailer"
)

// sendsShown is how many issues the list of sends goes back: a year and a bit.
const sendsShown = 60

// failedShown bounds the list of copies that did not go out.
const failedShown = 500

// refreshEvery is how often the page of an issue that is being sent asks for
// itself again, unless making it took more than a twentieth of that: the sender
// needs the database more.
const refreshEvery = 5 * time.Second

// A sendView is one issue's figures, ready to print.
type sendView struct {
	Number   int
	When     string
	State    string
	Reason   string
	Subject  string
	Figures  []figureView
	Live     *liveView // while it is being sent or paused
	Doubtful string    // copies that may have come twice; "" when there are none
	Refusals []refusalView
	Failed   []failedView
	More     bool // there are copies that are not shown
}

// A figureView is one count of an issue's deliveries.
type figureView struct{ Name, Count string }

// A liveView is how an issue goes out now.
type liveView struct {
	Ended, Planned int // of the bar
	Share          string
	Pace           string // how fast, and how long the rest takes
	Waiting        string // those that wait for another try; "" when there are none
	AsOf           string
	Every          int // seconds until the page asks for itself again; 0: it does not
}

// A refusalView is what the relay said about several copies.
type refusalView struct {
	Count, State, Words, Next string
}

// A failedView is one copy that did not get through, or may have come twice.
type failedView struct {
	mailer.Delivery
	Words string // of the relay
	Doubt string // what attempts that were never answered mean
	When  string
}

// sends lists what became of the last issues.
func (d *desk) sends(w http.ResponseWriter, r *http.Request) {
	records, err := d.Ledger.Issues(r.Context())
	if err != nil {
		d.fail(w, "read the issues", err)
		return
	}
	var rows []sendView
	for _, record := range records[:min(len(records), sendsShown)] {
		row, err := d.sendView(record)
		var f mailer.Figures
		if err == nil && record.State.Frozen() {
			f, err = d.Ledger.Figures(r.Context(), record.Number)
		}
		if err != nil {
			d.fail(w, fmt.Sprintf("read issue %d", record.Number), err)
			return
		}
		row.Figures = figures(f)
		rows = append(rows, row)
	}
	d.show(w, http.StatusOK, "sends", view{Title: "Sends", Here: "/sends", Page: rows})
}

// sendView is what stands in an issue's record.
func (d *desk) sendView(record mailer.Record) (sendView, error) {
	v := sendView{Number: record.Number, When: d.moment(record.Slot), State: string(record.State), Reason: record.Reason}
	if len(record.Content) > 0 { // a held or skipped issue may have none
		issue, err := record.Issue()
		if err != nil {
			return v, err
		}
		v.Subject = issue.Subject
	}
	return v, nil
}

// figures are the counts in the order of the tables.
func figures(f mailer.Figures) []figureView {
	return []figureView{
		{"Planned", grouped(f.Planned)}, {"Sent", grouped(f.Sent)}, {"Deferred", grouped(f.Deferred)}, {"Bounced", grouped(f.Bounced)},
		{"Skipped", grouped(f.Skipped)}, {"Uncertain", grouped(f.Uncertain)}, {"To do", grouped(f.Queued)},
	}
}

// issue shows how one issue goes out or what became of it, with each refusal.
// While it is being sent the page asks for itself again; "?still" keeps it as
// it is.
func (d *desk) issue(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		d.unknown(w, r)
		return
	}
	began := time.Now()
	record, err := d.Ledger.Issue(r.Context(), number)
	if errors.Is(err, mailer.ErrNoIssue) {
		d.unknown(w, r)
		return
	}
	var v sendView
	if err == nil {
		v, err = d.issueView(r.Context(), record)
	}
	if err != nil {
		d.fail(w, fmt.Sprintf("read issue %d", number), err)
		return
	}
	page := view{Title: fmt.Sprintf("Issue %d, %s", number, v.State), Here: "/sends", Page: &v}
	if record.State == mailer.IssueSending && !r.URL.Query().Has("still") {
		v.Live.Every = int(max(refreshEvery, 20*time.Since(began)).Seconds())
		page.Refresh = v.Live.Every
	}
	d.show(w, http.StatusOK, "issue", page)
}

func (d *desk) issueView(ctx context.Context, record mailer.Record) (sendView, error) {
	v, err := d.sendView(record)
	if err != nil {
		return v, err
	}
	p, err := mailer.ProgressOf(ctx, d.Ledger, record, d.Now())
	if err != nil {
		return v, err
	}
	v.Figures = figures(p.Figures())
	if record.State == mailer.IssueSending || record.State == mailer.IssuePaused {
		v.Live = d.liveView(p)
	}
	if p.Doubtful > 0 {
		v.Doubtful = count(p.Doubtful, "copy", "copies")
	}
	for _, r := range p.Refusals {
		v.Refusals = append(v.Refusals, refusalView{grouped(r.Count), string(r.State), r.Words(), d.moment(r.Next)})
	}
	return v, d.failed(ctx, record.Number, &v)
}

func (d *desk) liveView(p mailer.Progress) *liveView {
	v := &liveView{Ended: p.Ended(), Planned: p.Planned, AsOf: p.AsOf.In(d.zone).Format("15:04:05"), Pace: p.Pace()}
	v.Share = fmt.Sprintf("%d %%: %s of %s have ended", p.Share(), grouped(p.Ended()), count(p.Planned, "copy", "copies"))
	if p.Deferred > 0 && !p.NextTry.IsZero() {
		v.Waiting = fmt.Sprintf("%s for another try, the first %s", count(p.Deferred, "copy waits", "copies wait"), relative(p.NextTry, p.AsOf))
	}
	return v
}

// failed adds the copies that did not get through, as far as the page shows
// them.
func (d *desk) failed(ctx context.Context, number int, v *sendView) error {
	err := d.Ledger.EachFailed(ctx, number, func(l mailer.Delivery) error {
		if v.More = len(v.Failed) == failedShown; v.More {
			return errEnough
		}
		words := mailer.Refusal{Code: l.Code, Reply: l.Reply}.Words()
		when := l.DoneAt
		if when.IsZero() {
			when = l.DueAt
		}
		v.Failed = append(v.Failed, failedView{l, words, l.Doubt(), d.moment(when)})
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// errEnough ends a list that is long enough.
var errEnough = errors.New("enough is shown")
