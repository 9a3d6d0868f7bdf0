package feeds

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// A Trouble says to the editor why a source is not read. Both are sentences
// without an end mark, the first to stand behind the source's name.
type Trouble struct {
	Reason string // in plain words: "there is nothing at its address (404)"
	Advice string // the next step; verbs stand in “quotes”
}

// Trouble is what keeps a source from being read since the last try; zero when
// that worked.
func (v Visit) Trouble(s Source) Trouble {
	if v.Failures == 0 {
		return Trouble{}
	}
	if v.Status >= http.StatusBadRequest {
		return v.refusal(s)
	}
	check := fmt.Sprintf("“weekward sources check %s” shows what comes", s.ID)
	if v.Status != 0 { // an answer came, and was not what we read
		if s.Kind == KindPage {
			return Trouble{"its page is not as it was: " + v.cause(s), check + "; then mend its selectors"}
		}
		return Trouble{"what its address gives cannot be read: " + v.cause(s), check + "; “weekward sources add SITE” finds another feed"}
	}
	return v.silence(s, check)
}

// refusal puts the status of an answer into words.
func (v Visit) refusal(s Source) Trouble {
	remove := fmt.Sprintf("remove it (“weekward sources remove %s”, or its part of weekward.toml)", s.ID)
	switch v.Status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		if s.Kind == KindBluesky { // whose reader says whether it is the account or the question
			return Trouble{v.cause(s), "see that bluesky.login_file holds a handle and an app password, or name bluesky.authors"}
		}
	}
	switch v.Status {
	case http.StatusGone:
		return Trouble{"its server says that it is gone for good (410)", "look for its new address with “weekward sources add SITE”, or " + remove}
	case http.StatusNotFound:
		return Trouble{"there is nothing at its address (404)", "look for its new address with “weekward sources add SITE”, or " + remove}
	case http.StatusUnauthorized:
		return Trouble{"its server wants a password (401)", "ask the site for its public address, or " + remove}
	case http.StatusForbidden:
		return Trouble{"its server refuses us (403)", "ask the site to let weekward read it, or " + remove}
	case http.StatusTooManyRequests:
		return Trouble{"its server asks us to come less often (429)", "nothing to do: it is left alone as long as it asks"}
	case http.StatusUnprocessableEntity:
		if s.Kind == KindMastodon {
			return Trouble{"its server shows the hashtag only to members (422)", "name another server of the network, or " + remove}
		}
	}
	if v.Status >= http.StatusInternalServerError {
		return Trouble{fmt.Sprintf("its server is out of order (%d)", v.Status), "wait; if it lasts, open the site in a browser"}
	}
	return Trouble{fmt.Sprintf("its server refuses to answer (%d)", v.Status), "open the site in a browser, or " + remove}
}

// silences are what the causes of a missing answer say, and what they mean. A
// visit keeps its error as the sentence it was, so the cause is known again by
// its words; what is not found here is shown as it is.
var silences = []struct{ words, reason, advice string }{
	{"robots.txt", "its site asks programs to stay away (robots.txt)", "ask the site, or look whether it has a feed"},
	{"no host called", "the name of its server does not exist", "look for typing errors, or for its new address"},
	{"connection refused", "its server does not take calls", "wait; if it lasts, open the site in a browser"},
	{"certificate", "its server cannot prove who it is (certificate)", "open the site in a browser; its owner has to mend it"},
	{"no complete answer in time", "its server does not answer in time", "wait; if it lasts, open the site in a browser"},
	{"refused for safety", "its address leads where weekward does not read", "name its “host:port” in fetch.allow if it is right"},
	{"bad redirect", "its address leads in circles or nowhere", "look for its new address with “weekward sources add SITE”"},
	{"too large", "it is larger than weekward reads", "look whether the site has a shorter feed"},
}

// silence puts into words why there was no answer.
func (v Visit) silence(s Source, check string) Trouble {
	cause := v.cause(s)
	for _, known := range silences {
		if strings.Contains(cause, known.words) {
			return Trouble{known.reason, known.advice}
		}
	}
	return Trouble{cause, check}
}

// cause is the error of the last try, without the name of the source before
// it and the notice behind.
func (v Visit) cause(s Source) string {
	cause := strings.TrimPrefix(v.Error, fmt.Sprintf("read source %q: ", s.ID))
	if notice := v.notice(); notice != "" {
		cause = strings.TrimSuffix(cause, ": "+notice)
	}
	return cause
}

// worrying is how long a source fails before the editor is told: a server
// that is down overnight is no news.
const worrying = 48 * time.Hour

// Worrying tells whether a source has not been read for days, so that the
// editor ought to hear of it.
func (v Visit) Worrying(now time.Time) bool {
	switch v.State() {
	case StateMuted, StateGone:
		return true
	case StateFailing:
		return now.Sub(v.FailingSince) >= worrying
	}
	return false
}
