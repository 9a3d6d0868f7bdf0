package web

import (
	"context"
	"fmt"
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
	meets  []feeds.Chat
	parsed map[int]parsedIssue // by number
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
	var recent []digest.Issue
	for _, r := range records {
		if !r.State.Frozen() {
			continue
		}
		issue, err := s.parse(r)
		if err != nil {
			return err
		}
		list = append(list, lineOf(issue))
		if len(recent) < feedLength {
			recent = append(recent, issue)
		}
	}
	meets, err := s.chats(ctx)
	if err != nil {
		return fmt.Errorf("list chats: %w", err)
	}
	s.list, s.recent, s.meets, s.read = list, recent, meets, now
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
