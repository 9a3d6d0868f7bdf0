package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"weekward/feeds"
	"weekward/feeds/chat"
	"weekward/feeds/fetch"
)

// BlueskyConfig is who reads the chats on Bluesky. The account itself is a
// secret: it stands in the login file or in the environment.
type BlueskyConfig struct {
	Server    string   `toml:"server"`     // of the account; the only one that it signs in to
	LoginFile string   `toml:"login_file"` // the handle on the first line, an app password on the second
	Authors   []string `toml:"authors"`    // handles whose posts are looked through where the search is refused
}

// sessionFile keeps the account's session, beside the configuration.
const sessionFile = "bluesky.session"

// check refuses a server that the password would travel to in the open.
func (c BlueskyConfig) check() error {
	u, err := url.Parse(c.Server)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Path, "/") != "":
		return fmt.Errorf("bluesky.server: %q is not an address such as \"https://bsky.social\"", c.Server)
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return fmt.Errorf("bluesky.server: %q must begin with https:// (http is for 127.0.0.1 only)", c.Server)
	}
	return nil
}

// account is the account that signs in, nil when there is none: the
// environment's, else the one of the file.
func (c BlueskyConfig) account(dir string) (*chat.Account, error) {
	a := &chat.Account{Server: c.Server, File: filepath.Join(dir, sessionFile),
		Identifier: os.Getenv("WEEKWARD_BLUESKY_IDENTIFIER"), Password: os.Getenv("WEEKWARD_BLUESKY_PASSWORD")}
	switch {
	case a.Identifier != "" && a.Password != "":
		return a, nil
	case c.LoginFile == "":
		return nil, nil
	}
	text, err := os.ReadFile(c.LoginFile)
	if err != nil {
		return nil, usage("put the handle and an app password into that file, readable by you only", "read bluesky.login_file: %w", err)
	}
	words := strings.Fields(string(text)) // neither has a space in it
	if len(words) != 2 {
		return nil, usage("write the handle on the first line and an app password on the second", "read bluesky.login_file: %s does not hold two lines", c.LoginFile)
	}
	a.Identifier, a.Password = strings.TrimPrefix(words[0], "@"), words[1]
	return a, nil
}

// bluesky reads the chats on Bluesky. A login file that cannot be read fails
// these sources, and no others.
func (a *app) bluesky(f *fetch.Fetcher) feeds.Reader {
	account, err := a.config.Bluesky.account(a.dir)
	if err != nil {
		return unreadable{err}
	}
	return chat.Bluesky{Fetch: f, Now: a.clock.now, Account: account, Authors: a.config.Bluesky.Authors}
}

// unreadable stands for a reader that could not be set up.
type unreadable struct{ why error }

func (u unreadable) Read(context.Context, feeds.Source, feeds.Visit) (feeds.Reading, error) {
	return feeds.Reading{}, u.why
}
