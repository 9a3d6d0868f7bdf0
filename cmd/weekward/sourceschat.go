package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"weekward/feeds"
	"weekward/feeds/chat"
)

// savedChat reads a saved page of a chat's network.
func (a *app) savedChat(path string, page []byte, kind feeds.Kind) (sourceFound, error) {
	in, err := chat.Import(bytes.NewReader(page), path, chat.ImportOptions{Now: a.clock.now()})
	if err != nil {
		return sourceFound{}, err
	}
	s := feeds.Source{ID: "check", Kind: kind, URL: path, Weight: 1}
	return sourceFound{source: s, reading: &feeds.Reading{Posts: in.Posts, Warnings: in.Warnings, Bytes: len(page)}}, nil
}

// findChat is the source of a hashtag at a server: of the network that answers
// there, if only to refuse.
func (a *app) findChat(ctx context.Context, wanted feeds.Source) (sourceFound, error) {
	var first error
	for _, kind := range []feeds.Kind{feeds.KindMastodon, feeds.KindBluesky} {
		wanted.Kind = kind
		found, err := a.found(ctx, wanted)
		var refused *chat.RefusedError
		if err == nil || ctx.Err() != nil || errors.Is(err, chat.ErrClosed) || errors.As(err, &refused) {
			return found, err
		}
		if first == nil {
			first = err
		}
	}
	return sourceFound{}, first
}

// chatStep is what to do about a chat that could not be read, "" when there is
// nothing particular to say about it.
func chatStep(s feeds.Source, err error) string {
	var other *chat.OtherKindError
	var refused *chat.RefusedError
	var mend *verdict // on the login file
	switch {
	case errors.As(err, &mend):
		return mend.hint
	case errors.As(err, &other):
		return fmt.Sprintf(`say which it is: --kind %s of "sources add", kind = %q in weekward.toml`, other.Kind, other.Kind)
	case errors.As(err, &refused) && refused.LogIn:
		return "make an app password in the account's settings and put it into bluesky.login_file, below the handle"
	case errors.Is(err, chat.ErrClosed) && s.Kind == feeds.KindBluesky:
		return "put a handle and an app password into bluesky.login_file, or name bluesky.authors, in weekward.toml"
	case errors.Is(err, chat.ErrClosed):
		return "name another server of the network: most show a hashtag to everybody"
	}
	return ""
}
