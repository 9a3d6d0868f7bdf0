package web

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"weekward/digest"
	"weekward/feeds"
	"weekward/mailer"
	"weekward/templates"
)

// shelfAge is how old the list of issues may be. An issue's own page is always
// read anew, since the mail that leads to it may be seconds old.
const shelfAge = 5 * time.Second

// feedLength is how many issues the feeds carry.
const feedLength = 20

// A shelf keeps the list of published issues and the register of chats at
// hand. The front page shows the last and the next of them to every visitor;
// reading all issues for each would be slow.
type shelf struct {
	issues Issues
	chats  func(ctx context.Context) ([]feeds.Chat, error)
	now    func() time.Time

	mu     sync.Mutex
	read   time.Time
	list   []templates.IssueLine // newest first
	recent []digest.Issue        // the first feedLength of them
	all    []digest.Issue        // all of them
	state  string                // changes when one of them does
	meets  []feeds.Chat
	parsed map[int]parsedIssue // by number

	// Reading all issues for the search takes up to some seconds after twenty
	// years of them, once a week. Nobody but those who search wait for it.
	reading  sync.Mutex
	searched *digest.Archive
	of       string // the state it was made of

	following  sync.Mutex
	followUps  *digest.FollowUps
	followed   map[int][]digest.Followed // by the number of the old issue
	followedOf string                    // the state both were made of
}

// A parsedIssue is what was made of a record, good while its fingerprint is
// the same.
type parsedIssue struct {
	fingerprint string
	issue       digest.Issue
}

func newShelf(o Options) *shelf {
	return &shelf{issues: o.Issues, chats: o.Chats, now: o.Now, parsed: map[int]parsedIssue{}}
}

// lines returns the published issues, newest first.
func (s *shelf) lines(ctx context.Context) ([]templates.IssueLine, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.refresh(ctx)
	return s.list, err
}

// latest returns the last issues whole, newest first.
func (s *shelf) latest(ctx context.Context) ([]digest.Issue, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.refresh(ctx)
	return s.recent, err
}

// archive returns what finds the news of the published issues.
func (s *shelf) archive(ctx context.Context) (*digest.Archive, error) {
	all, state, err := s.whole(ctx)
	if err != nil {
		return nil, err
	}
	s.reading.Lock()
	defer s.reading.Unlock()
	if s.searched == nil || s.of != state {
		s.searched, s.of = digest.NewArchive(all), state
	}
	return s.searched, nil
}

// whole returns all published issues, and a text that changes when they do.
func (s *shelf) whole(ctx context.Context) ([]digest.Issue, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.refresh(ctx)
	return s.all, s.state, err
}

// next returns the chat that meets next; nil when none is registered.
func (s *shelf) next(ctx context.Context) (*templates.NextChat, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.refresh(ctx)
	return nextChat(s.meets, s.now()), err
}

func (s *shelf) refresh(ctx context.Context) error {
	now := s.now()
	if !s.read.IsZero() && now.Sub(s.read) < shelfAge {
		return nil
	}
	records, err := s.issues.Issues(ctx)
	if err != nil {
		return fmt.Errorf("list issues: %w", err)
	}
	var list []templates.IssueLine
	var recent, all []digest.Issue
	var state strings.Builder
	for _, r := range records {
		if !r.State.Frozen() {
			continue
		}
		issue, err := s.parse(r)
		if err != nil {
			return err
		}
		list, all = append(list, lineOf(issue)), append(all, issue)
		fmt.Fprintf(&state, "%d %s\n", r.Number, r.Fingerprint)
		if len(recent) < feedLength {
			recent = append(recent, issue)
		}
	}
	meets, err := s.chats(ctx)
	if err != nil {
		return fmt.Errorf("list chats: %w", err)
	}
	s.list, s.recent, s.all, s.state, s.meets, s.read = list, recent, all, state.String(), meets, now
	return nil
}

// parse reads a record's content, once for each fingerprint.
func (s *shelf) parse(r mailer.Record) (digest.Issue, error) {
	if p, ok := s.parsed[r.Number]; ok && p.fingerprint == r.Fingerprint {
		return p.issue, nil
	}
	issue, err := r.Issue()
	if err != nil {
		return digest.Issue{}, err
	}
	s.parsed[r.Number] = parsedIssue{r.Fingerprint, issue}
	return issue, nil
}

func lineOf(i digest.Issue) templates.IssueLine {
	l := templates.IssueLine{Number: i.Number, Slot: i.Slot, Subject: i.Subject, Stories: len(i.Stories), Minutes: i.Minutes}
	for _, c := range i.Chats {
		l.Chats = append(l.Chats, c.Tag)
	}
	return l
}

// published returns one issue, or mailer.ErrNoIssue when no reader has got it.
func (s *shelf) published(ctx context.Context, number int) (digest.Issue, error) {
	r, err := s.issues.Issue(ctx, number)
	if err != nil {
		return digest.Issue{}, err
	}
	if !r.State.Frozen() {
		return digest.Issue{}, mailer.ErrNoIssue
	}
	return r.Issue()
}
