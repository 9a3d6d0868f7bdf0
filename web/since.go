package web

import (
	"context"
	"errors"

	"weekward/digest"
)

// since tells what came after an issue: news of later issues that belongs to
// its stories (RN-7), and what its sources corrected. The issue itself stays as
// it was sent. Without the one the other is still told.
func (s *site) since(ctx context.Context, issue digest.Issue, newer bool) (after []digest.Followed, mended []digest.Correction, err error) {
	if newer {
		after, err = s.shelf.after(ctx, issue)
	}
	if s.Corrections != nil {
		var failed error
		mended, failed = s.Corrections(ctx, issue.Number)
		err = errors.Join(err, failed)
	}
	return after, mended, err
}

// after returns what later issues have about the stories of one. The archive is
// read once for each of its states, and each old issue is answered once:
// readers of old pages wait after a new issue, at most a second or two when
// there are twenty years of them.
func (s *shelf) after(ctx context.Context, issue digest.Issue) ([]digest.Followed, error) {
	all, state, err := s.whole(ctx)
	if err != nil {
		return nil, err
	}
	s.following.Lock()
	defer s.following.Unlock()
	if s.followUps == nil || s.followedOf != state {
		s.followUps, s.followed, s.followedOf = digest.NewFollowUps(all), map[int][]digest.Followed{}, state
	}
	list, known := s.followed[issue.Number]
	if !known {
		list = s.followUps.Of(issue)
		s.followed[issue.Number] = list
	}
	return list, nil
}
