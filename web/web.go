// Package web is the public site: sign-up, confirmation, preferences, leaving
// and the archive of issues.
//
// It speaks HTTP and nothing else. Who may be on the list is decided in
// subscribers, how a page looks in templates. GET and HEAD change nothing,
// there is no cookie and no script, and neither an address nor a token is ever
// logged. The editor's desk is another listener, in web/desk.
package web

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"weekward/digest"
	"weekward/feeds"
	"weekward/mailer"
	"weekward/subscribers"
	"weekward/templates"
)

// The real things fit.
var (
	_ Subscribers = (*subscribers.Service)(nil)
	_ Pages       = (*templates.Set)(nil)
	_ Signer      = subscribers.Keys{}
)

// Subscribers is the list behind the forms; *subscribers.Service fulfils it.
type Subscribers interface {
	SignUp(ctx context.Context, r subscribers.Request) error
	Peek(ctx context.Context, p subscribers.Purpose, token string) (subscribers.Subscriber, error)
	Move(ctx context.Context, token string, r subscribers.Request) error
	Confirm(ctx context.Context, token string, from netip.Addr) (subscribers.Subscriber, error)
	Unsubscribe(ctx context.Context, token string) (subscribers.Subscriber, error)
	SavePreferences(ctx context.Context, token string, p subscribers.Preferences) (subscribers.Subscriber, error)
}

// Issues keeps what is known of issues. The archive shows those that are
// frozen: approved drafts are nobody's business.
type Issues interface {
	// Issues returns all records, newest first.
	Issues(ctx context.Context) ([]mailer.Record, error)
	// Issue returns one record, or mailer.ErrNoIssue.
	Issue(ctx context.Context, number int) (mailer.Record, error)
}

// Pages renders pages in the reader's language; *templates.Set fulfils it.
type Pages interface {
	Page(w io.Writer, name string, p templates.Page) error
	Match(preferences ...string) string
	Consent(site templates.Site, lang string) (wording, version string, err error)
	Assets() fs.FS
}

// Signer makes and reads tokens; subscribers.Keys fulfils it.
type Signer interface {
	Token(p subscribers.Purpose, s subscribers.Subscriber, expires time.Time) string
	Verify(p subscribers.Purpose, token string, now time.Time) (id string, epoch int, err error)
}

// Options are what the public site is made of.
type Options struct {
	Site        templates.Site
	Pages       Pages
	Subscribers Subscribers
	Issues      Issues
	Keys        Signer
	Topics      []string                                        // that readers may choose from
	Chats       func(ctx context.Context) ([]feeds.Chat, error) // the register; the front page tells which chat meets next
	// Corrections tells what sources mended of an issue after readers got it,
	// *store.Store.CorrectionsOf; nil knows of none.
	Corrections func(ctx context.Context, issue int) ([]digest.Correction, error)
	Trusted     []netip.Prefix                  // proxies whose X-Forwarded-For is believed, see ParseTrusted
	Bare        int                             // sign-ups in an hour from one network that do not come from our own form; 0 means 10, a negative one no limit
	Ping        func(ctx context.Context) error // asks the storage for a sign of life
	Now         func() time.Time
	Log         *slog.Logger
}

// bareSignUps is how many sign-ups an hour one network may make without our
// form: embedded forms and scripts do so, and so do those who misuse them.
const bareSignUps = 10

// A site answers the public's requests.
type site struct {
	Options
	root     string // path of the site: "" or, below another one, "/news"
	bare     *limit
	searches *limit
	shelf    *shelf
}

// New returns the public site.
func New(o Options) http.Handler {
	if o.Bare == 0 {
		o.Bare = bareSignUps
	}
	s := &site{
		Options:  o,
		root:     rootOf(o.Site.BaseURL),
		bare:     newLimit(max(o.Bare, 0), time.Hour),
		searches: newLimit(searchesAMinute, time.Minute),
		shelf:    newShelf(o),
	}
	return withLog(o.Log, o.Now, withHeaders(o.Site.BaseURL, s.routes()))
}

// rootOf is the path of a base URL, without its last slash.
func rootOf(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(u.EscapedPath(), "/")
}
