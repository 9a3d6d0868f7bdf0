package bounces

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"weekward/subscribers"
)

// longestLeave is how much a mail that asks to leave may say beside it, in
// octets: a program of Apple adds a sentence. A person who says more is
// answered by a person.
const longestLeave = 200

// shortestToken is in characters of base64url: a mark, and two octets at least.
const shortestToken = (markSize + 2) * 4 / 3

// readUnsubscribe knows the mail that a mail program sends to the address in
// List-Unsubscribe (RFC 2369): "unsubscribe" and a token for a subject. Gateways
// put a mark before it, and a person who writes of their own accord knows no
// token.
func readUnsubscribe(m *mail, r *Report) bool {
	token, ok := leaveToken(r.Subject)
	if !ok && strings.TrimSpace(plainWords(r.Subject)) != "unsubscribe" {
		return false
	}
	text := strings.TrimSpace(plainWords(m.text))
	wordy := len(text) > longestLeave || text != "" && !strings.Contains(text, "unsubscribe")
	if wordy && !ok {
		return false
	}
	r.Kind, r.Leave, r.Wordy = Unsubscribe, token, wordy
	return true
}

// leaveToken is the last word of a subject, where the one before it is
// "unsubscribe".
func leaveToken(subject string) (token string, ok bool) {
	words := strings.Fields(subject)
	n := len(words)
	if n < 2 || !strings.EqualFold(words[n-2], "unsubscribe") {
		return "", false
	}
	if token = words[n-1]; len(token) < shortestToken {
		return "", false // a word
	}
	return token, true
}

// proveLeave finds out who asks to leave: whom the token was made for, whoever
// wrote the mail and from wherever. ok is false where the token is none of
// ours, or void.
func (c *Clerk) proveLeave(ctx context.Context, r Report) (p Proof, ok bool, err error) {
	if r.Leave == "" {
		return Proof{}, false, nil
	}
	sub, err := c.Peek(ctx, subscribers.PurposeUnsubscribe, r.Leave)
	if errors.Is(err, subscribers.ErrUnknownToken) {
		return Proof{}, false, nil
	}
	if err != nil {
		return Proof{}, false, fmt.Errorf("look who asks to leave: %w", err)
	}
	return Proof{Sent{Subscriber: sub.ID}, ByToken}, true, nil
}
