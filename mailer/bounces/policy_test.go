package bounces

import (
	"testing"
	"time"

	"weekward/subscribers"
)

// weeks are issues a week apart, the newest first; x failed, o arrived.
func weeks(how string) []Issue {
	var past []Issue
	newest := time.Date(2026, 6, 2, 7, 0, 0, 0, time.UTC)
	for i, c := range how {
		past = append(past, Issue{Number: 100 - i, At: newest.AddDate(0, 0, -7*i), Failed: c == 'x'})
	}
	return past
}

func TestPolicy(t *testing.T) {
	soft := Finding{Kind: Soft, Action: "failed", Reason: Full}
	for _, c := range []struct {
		why     string
		policy  Policy
		finding Finding
		state   subscribers.State
		past    []Issue
		want    Verdict
	}{
		{"a bad address ends it", Policy{}, Finding{Kind: Hard, Action: "failed", Reason: NoSuchUser}, subscribers.Active, weeks("xoo"), Verdict{Suppress, subscribers.ReasonBounced}},
		{"a complaint ends it", Policy{}, Finding{Kind: Complaint}, subscribers.Active, nil, Verdict{Suppress, subscribers.ReasonComplained}},
		{"a complaint of who left is kept in mind", Policy{}, Finding{Kind: Complaint}, subscribers.Unsubscribed, nil, Verdict{Suppress, subscribers.ReasonComplained}},
		{"two in a row are borne", Policy{}, soft, subscribers.Active, weeks("xxo"), Verdict{Act: Count}},
		{"three in a row over two weeks are not", Policy{}, soft, subscribers.Active, weeks("xxxo"), Verdict{Suppress, subscribers.ReasonBounced}},
		{"one that arrived in between starts anew", Policy{}, soft, subscribers.Active, weeks("xxoxx"), Verdict{Act: Count}},
		{"a more patient editor", Policy{SoftIssues: 4}, soft, subscribers.Active, weeks("xxxo"), Verdict{Act: Count}},
		{"three in a row in too short a time", Policy{SoftWithin: 15 * 24 * time.Hour}, soft, subscribers.Active, weeks("xxx"), Verdict{Act: Count}},
		{"a late mail counts for nothing", Policy{}, Finding{Kind: Soft, Action: "delayed"}, subscribers.Active, weeks("xxx"), Verdict{Act: Ignore}},
		{"what is refused for our sake counts against nobody", Policy{}, Finding{Kind: Soft, Action: "failed", Reason: Blocked}, subscribers.Active, weeks("xxx"), Verdict{Act: Count}},
		{"a slip of the pen at sign-up", Policy{}, Finding{Kind: Hard, Action: "failed", Reason: NoSuchUser}, subscribers.Pending, nil, Verdict{Act: Count}},
		{"who is suppressed stays so", Policy{}, Finding{Kind: Hard, Action: "failed"}, subscribers.Suppressed, nil, Verdict{Act: Ignore}},
		{"who left is left alone", Policy{}, Finding{Kind: Hard, Action: "failed"}, subscribers.Unsubscribed, nil, Verdict{Act: Ignore}},
		{"asking by mail", Policy{}, Finding{Kind: Unsubscribe}, subscribers.Active, nil, Verdict{Act: Leave}},
		{"a holiday", Policy{}, Finding{Kind: AutoReply}, subscribers.Active, weeks("xxx"), Verdict{Act: Ignore}},
		{"nothing is known of the past", Policy{}, soft, subscribers.Active, nil, Verdict{Act: Count}},
	} {
		if got := c.policy.Decide(c.finding, c.state, c.past); got != c.want {
			t.Errorf("%s: Decide(%+v, %s) = %+v, want %+v", c.why, c.finding, c.state, got, c.want)
		}
	}
}
