package sample

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// pageLimit is the most posts the timeline gives at once. Real servers give 40;
// a small one gives less, and whoever reads it has to follow its Link header.
const pageLimit = 20

// A timeline answers GET /api/v1/timelines/tag/{tag} as a Mastodon server does:
// newest first, in pages joined by a Link header.
type timeline struct{ posts []*post } // newest first

func newTimeline(slot time.Time) timeline {
	posts := slices.DeleteFunc(conversation(slot), func(p *post) bool { return p.via != "timeline" })
	slices.Reverse(posts)
	return timeline{posts}
}

func (t timeline) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	page := []status{}
	if strings.EqualFold(r.PathValue("tag"), tag) {
		posts, older := t.page(r)
		for _, p := range posts {
			page = append(page, newStatus(p))
		}
		if older {
			w.Header().Set("Link", fmt.Sprintf(`<http://%s%s?limit=%d&max_id=%s>; rel="next", <http://%[1]s%[2]s?limit=%[3]d&min_id=%[5]s>; rel="prev"`,
				r.Host, r.URL.Path, len(posts), page[len(page)-1].ID, page[0].ID))
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(page) // an error means that the reader has gone
}

// page picks what the request asks for, and reports whether there is more
// before it. min_id asks for the posts right after it, max_id for those right
// before.
func (t timeline) page(r *http.Request) (posts []*post, older bool) {
	asked := func(name string) int64 {
		n, _ := strconv.ParseInt(r.FormValue(name), 10, 64)
		return n
	}
	after, before := max(asked("min_id"), asked("since_id")), asked("max_id")
	posts = slices.DeleteFunc(slices.Clone(t.posts), func(p *post) bool {
		id, _ := strconv.ParseInt(p.id, 10, 64)
		return id <= after || before > 0 && id >= before
	})
	limit := pageLimit
	if n := asked("limit"); n > 0 && n < pageLimit {
		limit = int(n)
	}
	switch {
	case len(posts) <= limit:
		return posts, false
	case asked("min_id") > 0:
		return posts[len(posts)-limit:], false
	}
	return posts[:limit], true
}

// A status is a post as the server tells it.
type status struct {
	ID          string      `json:"id"`
	CreatedAt   string      `json:"created_at"`
	InReplyTo   *string     `json:"in_reply_to_id"`
	Sensitive   bool        `json:"sensitive"`
	SpoilerText string      `json:"spoiler_text"`
	Visibility  string      `json:"visibility"`
	Language    string      `json:"language"`
	URI         string      `json:"uri"`
	URL         string      `json:"url"`
	Replies     int         `json:"replies_count"`
	Reblogs     int         `json:"reblogs_count"`
	Favourites  int         `json:"favourites_count"`
	EditedAt    *string     `json:"edited_at"`
	Content     string      `json:"content"`
	Reblog      *status     `json:"reblog"`
	Account     account     `json:"account"`
	Tags        []statusTag `json:"tags"`
}

type account struct {
	ID           string `json:"id"`
	Username     string `json:"username"`
	Acct         string `json:"acct"`
	DisplayName  string `json:"display_name"`
	Bot          bool   `json:"bot"`
	Discoverable bool   `json:"discoverable"`
	URL          string `json:"url"`
}

type statusTag struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

func newStatus(p *post) status {
	s := status{
		ID: p.id, CreatedAt: p.at.UTC().Format("2006-01-02T15:04:05.000Z"), Visibility: "public", Language: p.lang,
		URI: p.url(), URL: p.url(), Replies: p.replies, Favourites: p.likes, Content: markup(p.text),
		Account: account{
			ID: p.handle, Username: p.handle, Acct: p.handle, DisplayName: p.author, Discoverable: true,
			URL: "https://" + network + "/@" + p.handle,
		},
		Tags: []statusTag{{Name: tag, URL: "https://" + network + "/tags/" + tag}},
	}
	if p.replyTo != nil {
		s.InReplyTo = &p.replyTo.id
	}
	return s
}

var special = regexp.MustCompile(`https://\S+|[@#]\w+`)

// markup writes a post as the server's HTML: addresses cut into spans of which
// a browser shows one, mentions and tags as links.
func markup(text string) string {
	var b strings.Builder
	b.WriteString("<p>")
	for {
		at := special.FindStringIndex(text)
		if at == nil {
			break
		}
		b.WriteString(html.EscapeString(text[:at[0]]) + anchor(text[at[0]:at[1]]))
		text = text[at[1]:]
	}
	b.WriteString(html.EscapeString(text) + "</p>")
	return b.String()
}

func anchor(word string) string {
	switch word[0] {
	case '@':
		return fmt.Sprintf(`<span class="h-card"><a href="https://%s/%s" class="u-url mention">@<span>%s</span></a></span>`, network, word, word[1:])
	case '#':
		return fmt.Sprintf(`<a href="https://%s/tags/%s" class="mention hashtag" rel="tag">#<span>%[2]s</span></a>`, network, word[1:])
	}
	return address(word)
}

func address(target string) string {
	shown := strings.TrimPrefix(target, "https://")
	cut := min(30, len(shown))
	return fmt.Sprintf(`<a href="%s" rel="nofollow noopener" target="_blank"><span class="invisible">https://</span><span class="ellipsis">%s</span><span class="invisible">%s</span></a>`,
		target, shown[:cut], shown[cut:])
}
