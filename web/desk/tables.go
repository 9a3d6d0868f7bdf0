package desk

import (
	"net/http"

	"weekward/subscribers"
)

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
