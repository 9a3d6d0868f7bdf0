package templates

import "weekward/digest"

// sinceView is what came after a story of an old issue.
type sinceView struct {
	Story     string // "More about “Ward accounts”"
	FollowUps []followUpView
}

// followUpView is news of a later issue, with the way to that issue.
type followUpView struct {
	storyView
	Issue linkView
}

// since prints what later issues have about the stories of an old one (RN-7).
// Each is dated and says which issue had it.
func (p *printer) since(list []digest.Followed, site Site) []sinceView {
	var views []sinceView
	for _, f := range list {
		v := sinceView{Story: p.say("page.issue.since_story", "Title", short(line(f.Story), 120))}
		for _, n := range f.FollowUps {
			s := storyView{Title: line(n.Title), URL: address(n.URL)}
			s.Lang, s.Dir = p.foreign(n.Lang)
			s.Meta = joined(line(n.Source), p.day(n.Published.In(zone(site.Zone))))
			where := linkView{p.say("issue.number", "Number", n.Issue), issuePath(sitePath(site.BaseURL), n.Issue)}
			v.FollowUps = append(v.FollowUps, followUpView{s, where})
		}
		views = append(views, v)
	}
	return views
}
