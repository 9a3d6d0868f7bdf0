package mailer

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// A Progress is how an issue goes out, at one moment. Another process may be
// sending it: its outcomes are counted once they are in the deliveries, which
// on SQLite is a moment after they happened.
type Progress struct {
	Report
	AsOf        time.Time `json:"as_of"`
	PerMinute   float64   `json:"per_minute"`             // deliveries that ended, at the rate of the last minute
	RemainingMS int64     `json:"remaining_ms,omitempty"` // until the queued ones have ended, at that rate; 0 is not known
	NextTry     time.Time `json:"next_try,omitzero"`      // of the first that is deferred
	Doubtful    int       `json:"doubtful,omitempty"`     // sent, after a try that was never answered: they may have come twice
	Refusals    []Refusal `json:"refusals"`               // the most frequent first
}

// A Refusal is what a relay said about several deliveries, or why they were
// skipped. What is different in each reply, such as an address, is left out.
type Refusal struct {
	State State     `json:"state"`
	Code  int       `json:"code,omitempty"` // SMTP reply code
	Reply string    `json:"reply"`
	Count int       `json:"count"`
	Next  time.Time `json:"next,omitzero"` // when the first of them is tried again
}

// Ended is how many deliveries have ended, well or not.
func (p Progress) Ended() int { return p.Planned - p.Queued - p.Deferred }

// Share is how much of an issue has ended, in percent; a whole one is not
// reached by rounding.
func (p Progress) Share() int { return 100 * p.Ended() / max(p.Planned, 1) }

// Pace is how fast an issue goes out and how long the rest takes, in words:
// "840 a minute, 57 min left".
func (p Progress) Pace() string {
	switch {
	case p.State == IssuePaused:
		return "the presses are stopped"
	case p.State != IssueSending:
		return ""
	case p.Queued == 0:
		return "all had a try"
	case p.PerMinute == 0:
		return "hardly any ended in the last minute"
	}
	return fmt.Sprintf("%s, %s left", rateWords(p.PerMinute), lengthWords(time.Duration(p.RemainingMS)*time.Millisecond))
}

// rateWords is so many a minute, a second when it is fast, an hour when it is
// slow.
func rateWords(perMinute float64) string {
	switch {
	case perMinute >= 6000:
		return fmt.Sprintf("%.0f a second", perMinute/60)
	case perMinute >= 1:
		return fmt.Sprintf("%.0f a minute", perMinute)
	}
	return fmt.Sprintf("%.0f an hour", max(perMinute*60, 1))
}

// lengthWords is a time in its two largest units: "1 h 5 min", "40 s".
func lengthWords(d time.Duration) string {
	hours, minutes, seconds := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case hours >= 48:
		return fmt.Sprintf("%d days %d h", hours/24, hours%24)
	case hours > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	case minutes >= 10:
		return fmt.Sprintf("%d min", minutes)
	case minutes > 0:
		return fmt.Sprintf("%d min %d s", minutes, seconds)
	}
	return fmt.Sprintf("%d s", seconds)
}

// Doubt says what attempts that were never answered mean for the reader; it is
// "" where there were none.
func (d Delivery) Doubt() string {
	switch {
	case d.Doubts == 0:
		return ""
	case d.State == Sent || d.Doubts > 1:
		return "may have come twice"
	}
	return "may have come"
}

// Figures are the counts of a report.
func (r Report) Figures() Figures {
	return Figures{
		Planned: r.Planned, Queued: r.Queued, Sent: r.Sent, Deferred: r.Deferred, Bounced: r.Bounced, Skipped: r.Skipped, Uncertain: r.Uncertain,
	}
}

// Words is the code and the reply: "450 4.2.1 mailbox busy".
func (r Refusal) Words() string {
	if r.Code == 0 {
		return r.Reply
	}
	return strings.TrimRight(fmt.Sprintf("%d %s", r.Code, r.Reply), " ")
}

// Ended is how many deliveries of an issue ended since a moment, and when the
// first of them did.
type Ended struct {
	Count int
	First time.Time
}

// A Watched is the part of the ledger that tells how an issue goes out.
type Watched interface {
	// Figures counts an issue's deliveries.
	Figures(ctx context.Context, number int) (Figures, error)
	// Ended counts the deliveries of an issue that ended after a moment.
	Ended(ctx context.Context, number int, after time.Time) (Ended, error)
	// EachRefusal calls f for the deliveries of an issue that did not get
	// through, those with the same state and reply together, and for those
	// that were sent and may have come more than once.
	EachRefusal(ctx context.Context, number int, f func(Refusal)) error
}

// rateOver is how far back the rate of a Progress looks: a minute says how fast
// it goes now, the average since the beginning would keep an hour's silence in
// it.
const rateOver = time.Minute

// mostRefusalKinds bounds the different refusals of a Progress. What is beyond
// is counted together.
const mostRefusalKinds = 40

// ProgressOf says how an issue that is stored as r goes out. It reads each
// delivery of the issue once: about a second for a million.
func ProgressOf(ctx context.Context, l Watched, r Record, now time.Time) (Progress, error) {
	p := Progress{Report: report(r, Figures{}), AsOf: now, Refusals: []Refusal{}}
	if !r.State.Frozen() {
		return p, nil
	}
	f, err := l.Figures(ctx, r.Number)
	if err != nil {
		return p, err
	}
	p.Report = report(r, f)
	if !r.EndedAt.IsZero() {
		p.TookMS = r.EndedAt.Sub(r.FrozenAt).Milliseconds()
	}
	if r.State == IssueSending {
		ended, err := l.Ended(ctx, r.Number, now.Add(-rateOver))
		if err != nil {
			return p, err
		}
		p.PerMinute = ended.perMinute(now)
		p.RemainingMS = remaining(f.Queued, p.PerMinute).Milliseconds()
	}
	return p, p.readRefusals(ctx, l)
}

// perMinute is the rate of what ended. One delivery alone has none: the time
// before it is not known.
func (e Ended) perMinute(now time.Time) float64 {
	span := now.Sub(e.First)
	if e.Count < 2 || span <= 0 {
		return 0
	}
	return float64(e.Count-1) / span.Minutes()
}

// remaining is how long a number of deliveries takes, rounded up to a second;
// 0 when there are none, or the rate is not known.
func remaining(count int, perMinute float64) time.Duration {
	if perMinute <= 0 {
		return 0
	}
	d := time.Duration(float64(count) / perMinute * float64(time.Minute))
	return (d + time.Second - 1).Truncate(time.Second)
}

// readRefusals groups what did not get through by what was said.
func (p *Progress) readRefusals(ctx context.Context, l Watched) error {
	kinds := make(map[Refusal]*Refusal)
	err := l.EachRefusal(ctx, p.Issue, func(r Refusal) {
		if r.State == Sent {
			p.Doubtful += r.Count
			return
		}
		kind := Refusal{State: r.State, Code: r.Code, Reply: inCommon(r.Reply)}
		if kinds[kind] == nil && len(kinds) >= mostRefusalKinds {
			kind = Refusal{State: r.State, Reply: "other words"}
		}
		known := kinds[kind]
		if known == nil {
			known = &Refusal{State: kind.State, Code: kind.Code, Reply: kind.Reply}
			kinds[kind] = known
		}
		known.Count += r.Count
		known.Next = earlier(known.Next, r.Next)
		p.NextTry = earlier(p.NextTry, r.Next)
	})
	for _, r := range kinds {
		p.Refusals = append(p.Refusals, *r)
	}
	slices.SortFunc(p.Refusals, func(a, b Refusal) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.State, b.State), cmp.Compare(a.Words(), b.Words()))
	})
	return err
}

// earlier is the first of two times, of which the zero time is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// inCommon leaves out of a relay's words what is about one mail only: addresses,
// and the names that relays give to mails and sessions.
func inCommon(reply string) string {
	words := strings.Fields(reply)
	for i, w := range words {
		if strings.Contains(w, "@") || isName(w) {
			words[i] = "…"
		}
	}
	return strings.Join(words, " ")
}

// isName tells a word such as 4XyZ1a2b3c or 6a1803df08f44-qk1.gsmtp, which a
// relay made up: it is long and has both letters and several digits. Status
// codes, addresses of machines and "RFC5321" are none.
func isName(word string) bool {
	letters, digits := 0, 0
	for _, r := range word {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.IsDigit(r):
			digits++
		}
	}
	return letters > 0 && digits >= 2 && letters+digits >= 8
}

// Progress is how an issue goes out now; 0 means the newest that is stored.
func (p *Press) Progress(ctx context.Context, number int) (Progress, error) {
	r, err := p.newestOr(ctx, number)
	if err != nil {
		return Progress{}, err
	}
	return ProgressOf(ctx, p.Issues, r, p.Now())
}

// newestOr is what is stored about an issue; 0 means the newest.
func (p *Press) newestOr(ctx context.Context, number int) (Record, error) {
	if number == 0 {
		next, err := p.Issues.NextIssue(ctx)
		if err != nil {
			return Record{}, err
		}
		number = next - 1
	}
	r, err := p.Issues.Issue(ctx, number)
	if err != nil {
		return Record{}, fmt.Errorf("issue %d: %w", number, err)
	}
	return r, nil
}

// A Queue is what is open of all issues and letters.
type Queue struct {
	Due      int // by now
	Waiting  int // for their time
	UnderWay int // in a sender's window
}
