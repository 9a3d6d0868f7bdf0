package main

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"weekward/feeds"
	"weekward/feeds/fetch"
)

// source is the Source that a [[source]] declares.
func (c SourceConfig) source() (feeds.Source, error) {
	s := feeds.Source{ID: c.ID, Kind: feeds.Kind(c.Kind), URL: c.URL, Title: c.Title, Section: c.Section, Topic: c.Topic,
		Weight: 1, Lang: c.Lang, Tag: normalTag(c.Tag), Proxy: c.Proxy, Selectors: c.Selectors}
	if s.Kind == "" {
		s.Kind = feeds.KindFeed
	}
	if c.Weight != nil {
		s.Weight = *c.Weight
	}
	if s.ID == "" {
		s.ID = sourceID(s.URL)
	}
	return s, checkSource(s)
}

// checkSource refuses a source that could not be read.
func checkSource(s feeds.Source) error {
	kinds := []feeds.Kind{feeds.KindFeed, feeds.KindPage, feeds.KindMastodon, feeds.KindBluesky, feeds.KindFile}
	switch u, err := url.Parse(s.URL); {
	case !slices.Contains(kinds, s.Kind):
		return fmt.Errorf("kind %q is none of %q", s.Kind, kinds)
	case s.URL == "":
		return errors.New("url is missing")
	case s.ID == "" || strings.Trim(s.ID, "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
		return fmt.Errorf("id %q may hold a-z, 0-9 and - only", s.ID)
	case s.Weight < 0 || s.Weight > 2:
		return fmt.Errorf("weight %v is not between 0 and 2", s.Weight)
	case s.Kind != feeds.KindFile && (err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https")):
		return fmt.Errorf("url %q is not an http or https address", s.URL)
	case (s.Kind == feeds.KindMastodon || s.Kind == feeds.KindBluesky || s.Kind == feeds.KindFile) && s.Tag == "":
		return fmt.Errorf("%s %q needs the tag of its chat", s.Kind, s.ID)
	}
	return checkProxy(s)
}

// checkProxy refuses a proxy that could not be asked, without repeating the
// password it may hold.
func checkProxy(s feeds.Source) error {
	if s.Proxy == "" {
		return nil
	}
	if s.Kind != feeds.KindFeed {
		return fmt.Errorf("%s %q cannot have a proxy: only feeds are read through one", s.Kind, s.ID)
	}
	if err := fetch.CheckProxy(s.Proxy); err != nil {
		return fmt.Errorf("proxy of %q: %w", s.ID, err)
	}
	return nil
}

// sourceID makes an ID of an address: "https://www.ward-notes.example.org/rss"
// is "ward-notes-example-org-rss".
func sourceID(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	words := strings.FieldsFunc(strings.ToLower(strings.TrimPrefix(u.Hostname(), "www.")+" "+u.Path), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9')
	})
	id := strings.Join(words, "-")
	return strings.Trim(id[:min(len(id), 60)], "-")
}

// chat is the Chat that a [[chat]] declares.
func (c ChatConfig) chat() (feeds.Chat, error) {
	chat := feeds.Chat{Tag: normalTag(c.Tag), Title: c.Title, Zone: c.Zone, Start: c.Start, Minutes: c.Minutes,
		Style: strings.ToUpper(c.Style), Policy: feeds.Policy(c.Policy), Networks: c.Networks}
	for _, m := range c.Moderators {
		chat.Moderators = append(chat.Moderators, strings.ToLower(strings.TrimPrefix(m, "@")))
	}
	if chat.Tag == "" {
		return chat, errors.New("tag is missing")
	}
	if chat.Title == "" {
		chat.Title = "#" + chat.Tag
	}
	if chat.Policy == "" {
		chat.Policy = feeds.AggregateOnly
	}
	if c.Weekday != "" {
		day, err := parseWeekday(c.Weekday)
		if err != nil {
			return chat, fmt.Errorf("#%s: %w", chat.Tag, err)
		}
		chat.Weekday = day
	}
	if chat.Start != "" {
		if _, err := time.Parse("15:04", chat.Start); err != nil {
			return chat, fmt.Errorf("#%s: start %q is not a time such as \"12:00\"", chat.Tag, chat.Start)
		}
	}
	if _, err := time.LoadLocation(chat.Zone); err != nil {
		return chat, fmt.Errorf("#%s: %q is not an IANA zone such as \"Europe/London\"", chat.Tag, chat.Zone)
	}
	if !slices.Contains([]feeds.Policy{feeds.AggregateOnly, feeds.NamedWithLink, feeds.AskFirst}, chat.Policy) {
		return chat, fmt.Errorf("#%s: policy %q is none of aggregate-only, named-with-link, ask-first", chat.Tag, chat.Policy)
	}
	return chat, nil
}

func normalTag(tag string) string {
	return strings.ToLower(strings.TrimLeft(strings.TrimSpace(tag), "# "))
}
