package mailer

import (
	"context"
	"fmt"
	"time"
)

// An Expectation is what can be said about a send before it begins.
type Expectation struct {
	Mails     int           `json:"mails"`
	PerMinute int           `json:"per_minute,omitempty"` // the configured rate; 0 is as fast as the relay takes them
	Took      time.Duration `json:"-"`                    // at that rate, of all mails or of today's; 0 is not known
	Days      []Ration      `json:"days,omitempty"`       // while the sending address warms up, with who gets it on each
}

// Expect says how long it takes to send so many mails of an issue from now on,
// and over which days they are spread.
func (s *Sender) Expect(ctx context.Context, mails int, now time.Time) (Expectation, error) {
	e := Expectation{Mails: mails, PerMinute: s.PerMinute}
	days, err := s.rations(ctx, now)
	if err != nil {
		return e, err
	}
	today := mails
	for _, d := range days {
		d.Count = min(d.Count, mails)
		if mails -= d.Count; d.Count > 0 {
			e.Days = append(e.Days, d)
		}
	}
	if len(days) > 0 {
		today = min(days[0].Count, today)
	}
	if len(e.Days) == 1 && e.Days[0].DueAt.IsZero() {
		e.Days = nil // all of them today
	}
	if s.PerMinute > 0 {
		e.Took = time.Duration(today) * time.Minute / time.Duration(s.PerMinute)
	}
	return e, nil
}

// Duration says how long it takes at the configured rate: "about 70 minutes at
// 60 a minute". It is empty when there is no rate, because then only the relay
// knows.
func (e Expectation) Duration() string {
	if e.Took == 0 {
		return ""
	}
	return fmt.Sprintf("about %s at %d a minute", roughly(e.Took), e.PerMinute)
}

// roughly writes a duration as people say it.
func roughly(d time.Duration) string {
	switch {
	case d < 90*time.Second:
		return "a minute"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes", int(d.Round(time.Minute).Minutes()))
	}
	return fmt.Sprintf("%d hours", int(d.Round(time.Hour).Hours()))
}
