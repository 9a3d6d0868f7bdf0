package recap

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"weekward/feeds"
)

func TestTheNextSessionFollowsTheWallClock(t *testing.T) {
	sunday := feeds.Chat{Tag: "hcsm", Zone: "America/New_York", Weekday: time.Sunday, Start: "21:00", Minutes: 60}
	for _, c := range []struct {
		why, after, want string
		chat             feeds.Chat
	}{
		{"London in winter", "2010-03-24T09:00:00Z", "2010-03-26T12:00:00Z", hcsmeu()},
		{"London after the clocks went forward", "2010-03-29T09:00:00Z", "2010-04-02T11:00:00Z", hcsmeu()},
		{"London after the clocks went back", "2010-10-31T09:00:00Z", "2010-11-05T12:00:00Z", hcsmeu()},
		{"on the minute means next week", "2010-04-02T11:00:00Z", "2010-04-09T11:00:00Z", hcsmeu()},
		{"a minute before means today", "2010-04-02T10:59:00Z", "2010-04-02T11:00:00Z", hcsmeu()},
		{"New York's Sunday is Monday in UTC", "2010-04-02T11:00:00Z", "2010-04-05T01:00:00Z", sunday},
		{"the weeks when only America has changed its clocks", "2010-03-15T09:00:00Z", "2010-03-22T01:00:00Z", sunday},
		{"over the end of the year", "2010-12-31T18:00:00Z", "2011-01-07T12:00:00Z", hcsmeu()},
	} {
		if got := NextSession(c.chat, at(t, c.after)).Format(time.RFC3339); got != c.want {
			t.Errorf("%s: NextSession(%s, %s) = %s, want %s", c.why, c.chat.Tag, c.after, got, c.want)
		}
	}
}

func TestAChatWithoutAnHourHasNoNextSession(t *testing.T) {
	if got := NextSession(feeds.Chat{Tag: "hcsmeu", Zone: "Europe/London"}, at(t, "2010-04-02T11:00:00Z")); !got.IsZero() {
		t.Errorf("NextSession without a start = %s, want none", got)
	}
}

// hour makes n posts a minute apart by three people.
func hour(t testing.TB, start string, n int) []feeds.Post {
	var posts []feeds.Post
	for i := range n {
		posts = append(posts, feeds.Post{
			ID: fmt.Sprint(start, i), URI: fmt.Sprint(start, i), Tag: "hcsmeu", Handle: fmt.Sprint("person", i%3),
			Text: fmt.Sprintf("remark number %d about letters and wards", i), At: at(t, start).Add(time.Duration(i) * time.Minute),
		})
	}
	return posts
}

func TestTheSessionIsTheRegisteredHourOrTheDenseOne(t *testing.T) {
	for _, c := range []struct {
		why   string
		posts []feeds.Post
		want  string // "" for no session
	}{
		{"nobody wrote", nil, ""},
		{"the registered hour", hour(t, "2010-04-02T11:03:00Z", 10), "2010-04-02T11:00:00Z"},
		{"one voice in the registered hour", hour(t, "2010-04-02T11:03:00Z", 1), "2010-04-02T11:00:00Z"},
		{"moved to Wednesday evening", hour(t, "2010-03-31T19:02:00Z", 20), "2010-03-31T19:00:00Z"},
		{"moved, and one person did not hear of it", append(hour(t, "2010-03-31T19:02:00Z", 20), hour(t, "2010-04-02T11:03:00Z", 1)...), "2010-03-31T19:00:00Z"},
		{"a busier hour does not displace the registered one", append(hour(t, "2010-03-31T19:02:00Z", 50), hour(t, "2010-04-02T11:03:00Z", 8)...), "2010-04-02T11:00:00Z"},
		{"too few anywhere", hour(t, "2010-03-31T19:02:00Z", 3), ""},
		{"last week's hour only", hour(t, "2010-03-26T12:03:00Z", 10), ""},
		{"the hour lies after the freeze", hour(t, "2010-04-09T11:03:00Z", 10), ""},
	} {
		from, to, o := week(t)
		r, ok := Make(hcsmeu(), c.posts, from, to, o)
		got := ""
		if ok {
			got = r.Session.Format(time.RFC3339)
		}
		if got != c.want {
			t.Errorf("%s: session = %q, want %q", c.why, got, c.want)
		}
	}
}

func TestLateAnswersBelongToTheSessionForADay(t *testing.T) {
	posts := hour(t, "2010-04-02T11:00:00Z", 10)
	for _, extra := range []string{"2010-04-02T10:44:00Z", "2010-04-02T10:46:00Z", "2010-04-03T11:59:00Z", "2010-04-03T12:01:00Z"} {
		posts = append(posts, hour(t, extra, 1)...)
	}
	r := made(t, hcsmeu(), posts, nil)
	if r.Posts != 12 {
		t.Errorf("posts = %d, want 12: ten, one just before and one a day after", r.Posts)
	}
	if want := []int{5, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}; !slices.Equal(r.Timeline, want) {
		t.Errorf("timeline = %v, want %v", r.Timeline, want)
	}
}

func TestOtherChatsStayOut(t *testing.T) {
	posts := hour(t, "2010-04-02T11:00:00Z", 10)
	for i := range posts[:5] {
		posts[i].Tag = "hcsm"
	}
	if r := made(t, hcsmeu(), posts, nil); r.Posts != 5 {
		t.Errorf("posts = %d, want the 5 of the chat's own tag", r.Posts)
	}
}

// crowd is an hour of n posts by 300 people.
func crowd(t testing.TB, n int) []feeds.Post {
	var posts []feeds.Post
	for i := range n {
		posts = append(posts, feeds.Post{
			ID: fmt.Sprint(i), URI: fmt.Sprint("u", i), Tag: "hcsmeu", Network: "twitter", Handle: fmt.Sprint("person", i%300),
			Text: fmt.Sprintf("T%d word%d word%d word%d and word%d #hcsmeu", i%4+1, i, i%700, i%91, i*7%1000), Likes: i % 9,
			At: at(t, "2010-04-02T11:00:00Z").Add(time.Duration(i) * time.Hour / time.Duration(n)),
		})
	}
	return posts
}

func TestALargeHourIsUnderstood(t *testing.T) {
	begin := time.Now()
	r := made(t, hcsmeu(), crowd(t, 2000), nil)
	if took := time.Since(begin); took > 20*time.Second { // a fifth of a second, without the race detector and neighbours
		t.Errorf("Make of 2,000 posts took %s, want a fraction of a second", took)
	}
	if r.Posts != 2000 || r.People != 300 {
		t.Errorf("Make of 2,000 posts by 300 people counts %d by %d", r.Posts, r.People)
	}
}

func BenchmarkMake(b *testing.B) {
	from, to, o := week(b)
	posts := crowd(b, 1500) // as many as the busiest hours seen
	for b.Loop() {
		Make(hcsmeu(), posts, from, to, o)
	}
}
