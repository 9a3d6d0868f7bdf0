package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"weekward/mailer"
	"weekward/subscribers"
)

// sendsShown is how many issues the list of sends goes back: a year and a bit.
const sendsShown = 60

// refusalsShown bounds the list of copies that did not go out.
const refusalsShown = 500

// A sendView is one issue's figures, ready to print.
type sendView struct {
	Number   int
	When     string
	State    string
	Reason   string
	Subject  string
	Figures  mailer.Figures
	Refusals []refusalView
	More     bool // there are refusals that are not shown
}

type refusalView struct {
	mailer.Delivery
	When string
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
		row, err := d.sendView(r.Context(), record)
		if err != nil {
			d.fail(w, fmt.Sprintf("read issue %d", record.Number), err)
			return
		}
		rows = append(rows, row)
	}
	d.show(w, http.StatusOK, "sends", view{Title: "Sends", Here: "/sends", Page: rows})
}

func (d *desk) sendView(ctx context.Context, record mailer.Record) (sendView, error) {
	v := sendView{Number: record.Number, When: d.moment(record.Slot), State: string(record.State), Reason: record.Reason}
	if len(record.Content) > 0 { // a held or skipped issue may have none
		issue, err := record.Issue()
		if err != nil {
			return v, err
		}
		v.Subject = issue.Subject
	}
	var err error
	if record.State.Frozen() {
		v.Figures, err = d.Ledger.Figures(ctx, record.Number)
	}
	return v, err
}

// issue shows what became of one issue, with each refusal.
func (d *desk) issue(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		d.unknown(w, r)
		return
	}
	record, err := d.Ledger.Issue(r.Context(), number)
	if errors.Is(err, mailer.ErrNoIssue) {
		d.unknown(w, r)
		return
	}
	var v sendView
	if err == nil {
		v, err = d.sendView(r.Context(), record)
	}
	if err == nil {
		err = d.refusals(r.Context(), number, &v)
	}
	if err != nil {
		d.fail(w, fmt.Sprintf("read issue %d", number), err)
		return
	}
	d.show(w, http.StatusOK, "issue", view{Title: fmt.Sprintf("Issue %d, %s", number, v.State), Here: "/sends", Page: v})
}

// refusals adds the copies that did not go out, as far as the page shows them.
func (d *desk) refusals(ctx context.Context, number int, v *sendView) error {
	states := []mailer.State{mailer.Bounced, mailer.Deferred, mailer.Skipped, mailer.Uncertain}
	return d.Ledger.EachDelivery(ctx, number, states, func(l mailer.Delivery) error {
		if v.More = len(v.Refusals) == refusalsShown; v.More {
			return nil
		}
		when := l.DoneAt
		if when.IsZero() {
			when = l.DueAt
		}
		v.Refusals = append(v.Refusals, refusalView{l, d.moment(when)})
		return nil
	})
}

// A stateView is one line of the subscribers' count.
type stateView struct {
	State, Meaning, Count string
}

// countPeople counts the list by state. Nobody is shown.
func (d *desk) countPeople(w http.ResponseWriter, r *http.Request) {
	counts, err := d.People.Counts(r.Context())
	if err != nil {
		d.fail(w, "count the subscribers", err)
		return
	}
	var rows []stateView
	for _, s := range []struct {
		state   subscribers.State
		meaning string
	}{
		{subscribers.Active, "confirmed; gets the next issue"},
		{subscribers.Pending, "asked, has not confirmed yet"},
		{subscribers.Unsubscribed, "left"},
		{subscribers.Suppressed, "must not be mailed: bounced for good, complained, or asked never again"},
	} {
		rows = append(rows, stateView{State: string(s.state), Meaning: s.meaning, Count: grouped(counts[s.state])})
	}
	d.show(w, http.StatusOK, "subscribers", view{Title: "Subscribers", Here: "/subscribers", Page: rows})
}
