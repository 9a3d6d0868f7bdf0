// Package desk is the editor's desk: the coming issue with the reasons for it,
// the editor's word on it, and what became of the earlier ones.
//
// It has a listener of its own, on the loopback interface only, for there is
// no log-in yet. It works without script. Ranking is left to digest, the mail's
// look to templates, sending to mailer; the desk shows what they say and passes
// on what the editor decides.
package desk

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"weekward/digest"
	"weekward/feeds"
	"weekward/mailer"
	"weekward/subscribers"
	"weekward/templates"
)

// A Draft is the coming issue as it would be sent now.
type Draft struct {
	Issue  digest.Issue
	Week   digest.Week   // what the issue was made of; its Edits are the editor's
	Record mailer.Record // what was decided about it; zero when nothing was
	Checks []templates.Check
}

// Drafts composes the coming issue. It changes nothing.
type Drafts interface {
	Draft(ctx context.Context) (Draft, error)
}

// A Press takes the editor's word on an issue; *mailer.Press fulfils it.
type Press interface {
	Approve(ctx context.Context, number int, fingerprint string, issue digest.Issue) error
	Hold(ctx context.Context, number int) error
	Skip(ctx context.Context, number int) error
	Pause(ctx context.Context, number int) error
	Resume(ctx context.Context, number int) error
}

// Edits keeps what the editor changed in an issue.
type Edits interface {
	Edits(ctx context.Context, issue int) ([]digest.Edit, error)
	SaveEdit(ctx context.Context, issue int, e digest.Edit) error
}

// Ledger tells what became of issues. Recipients are named by ID only.
type Ledger interface {
	// Issues returns what is stored about all issues, newest first.
	Issues(ctx context.Context) ([]mailer.Record, error)
	// Issue returns what is stored about one issue, or mailer.ErrNoIssue.
	Issue(ctx context.Context, number int) (mailer.Record, error)
	// How an issue goes out.
	mailer.Watched
	// EachFailed calls f for the deliveries of an issue that did not get
	// through, and those that may have come more than once.
	EachFailed(ctx context.Context, number int, f func(mailer.Delivery) error) error
}

// People counts the list by state. The desk never shows an address.
type People interface {
	Counts(ctx context.Context) (map[subscribers.State]int, error)
}

// Visits tells how the sources are, by their IDs.
type Visits interface {
	// Visits returns what is remembered of the last try of each.
	Visits(ctx context.Context) (map[string]feeds.Visit, error)
	// ItemsSince counts the items of each that appeared since a moment.
	ItemsSince(ctx context.Context, since time.Time) (map[string]int, error)
}

// Mail renders an issue as the mail a reader gets; *templates.Set fulfils it.
type Mail interface {
	Mail(issue digest.Issue, site templates.Site, links templates.Links, lang string) (templates.Content, error)
}

// Options are what the desk is made of. Every field is needed but FixedTopics.
type Options struct {
	Site    templates.Site
	Drafts  Drafts
	Press   Press
	Edits   Edits
	Topics  Topics
	Ledger  Ledger
	People  People
	Sources func(ctx context.Context) ([]feeds.Source, error)
	Visits  Visits
	// FixedTopics are the words of the configuration, which win over Topics.
	FixedTopics map[string]float64
	// Corrections lists what sources mended since the last issue, the newest first.
	Corrections func(ctx context.Context) ([]Correction, error)
	Mail        Mail
	Now         func() time.Time
	Log         *slog.Logger
}

// A desk answers the editor's requests.
type desk struct {
	Options
	pages pages
	zone  *time.Location
}

// New returns the desk. It serves only requests made to a loopback host name,
// so that a page elsewhere whose name was made to point here reads nothing.
func New(o Options) (http.Handler, error) {
	pages, err := loadPages()
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(o.Site.Zone)
	if err != nil {
		return nil, err
	}
	d := &desk{Options: o, pages: pages, zone: zone}
	own := http.NewCrossOriginProtection()
	own.SetDenyHandler(http.HandlerFunc(d.refuseOrigin))
	return withHeaders(d.onlyLoopback(own.Handler(d.routes()))), nil
}

func (d *desk) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", d.front)
	mux.HandleFunc("POST /approve", d.approve)
	mux.HandleFunc("POST /hold", d.word("hold", d.Press.Hold, "/"))
	mux.HandleFunc("POST /skip", d.word("skip", d.Press.Skip, "/"))
	mux.HandleFunc("POST /pause", d.word("pause", d.Press.Pause, "/sends"))
	mux.HandleFunc("POST /resume", d.word("resume", d.Press.Resume, "/sends"))
	mux.HandleFunc("POST /edit", d.edit)
	mux.HandleFunc("GET /preview", d.preview)
	mux.HandleFunc("GET /preview/mail", d.previewMail)
	mux.HandleFunc("GET /issues/{number}", d.issue)
	mux.HandleFunc("GET /sends", d.sends)
	mux.HandleFunc("GET /sources", d.listSources)
	mux.HandleFunc("GET /topics", d.listTopics)
	mux.HandleFunc("POST /topic", d.setTopic)
	mux.HandleFunc("GET /subscribers", d.countPeople)
	mux.HandleFunc("GET /desk.css", d.style)
	mux.HandleFunc("GET /", d.unknown)
	return mux
}
