package main

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	"weekward/digest"
	"weekward/feeds/fetch"
	"weekward/mailer"
)

// check refuses values that no verb could work with. What only sending needs
// (a postal address, a base URL) is asked for by the send.
func (c *Config) check() error {
	var errs []error
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if _, err := parseWeekday(c.Schedule.Weekday); err != nil {
		refuse("schedule.weekday: %w", err)
	}
	if _, err := time.Parse("15:04", c.Schedule.Time); err != nil {
		refuse("schedule.time: %q is not a time such as \"07:00\"", c.Schedule.Time)
	}
	if _, err := time.LoadLocation(c.Schedule.Zone); err != nil {
		refuse("schedule.zone: %q is not an IANA zone such as \"Europe/London\"", c.Schedule.Zone)
	}
	if !slices.Contains([]string{"hold", "send"}, c.Schedule.Review) {
		refuse("schedule.review: %q is neither \"hold\" nor \"send\"", c.Schedule.Review)
	}
	if !slices.Contains([]string{"resend", "hold"}, c.SMTP.OnUncertain) {
		refuse("smtp.on_uncertain: %q is neither \"resend\" nor \"hold\"", c.SMTP.OnUncertain)
	}
	if err := mailer.CheckAuth(c.SMTP.Auth); err != nil {
		refuse("smtp.auth: %w", err)
	}
	if wait := time.Duration(c.SMTP.Answer); wait < 10*time.Second {
		refuse("smtp.answer: %s is less than 10s, and would call answers lost that are on their way", wait)
	}
	if err := checkBaseURL(c.Site.BaseURL); err != nil {
		refuse("site.base_url: %w", err)
	}
	for key, address := range map[string]string{"from": c.Site.From, "letters_from": c.Site.Letters, "reply_to": c.Site.ReplyTo, "editor": c.Site.Editor} {
		if _, err := mail.ParseAddress(address); address != "" && err != nil {
			refuse("site.%s: %q is not an address such as \"news@example.org\"", key, address)
		}
	}
	if err := c.SMTP.checkEnvelope(); err != nil {
		refuse("%w", err)
	}
	if c.Site.Letters != "" && domainOf(addressOf(c.Site.Letters)) != domainOf(addressOf(c.Site.From)) {
		refuse("site.letters_from: %q is not at the domain of from, whose name mails are signed in", c.Site.Letters)
	}
	checkRange := func(key string, v, low, high int) {
		if v < low || v > high {
			refuse("%s: %d is not between %d and %d", key, v, low, high)
		}
	}
	checkRange("smtp.connections", c.SMTP.Connections, 1, 64)
	checkRange("schedule.min_items", c.Schedule.MinItems, 0, 40)
	checkRange("fetch.parallel", c.Fetch.Parallel, 1, 64)
	checkRange("fetch.pages", c.Fetch.Pages, 0, 1000)
	checkRange("web.signups_per_hour", c.Web.SignupsPerHour, 0, 1_000_000)
	checkRange("web.signups_per_network", c.Web.SignupsPerNet, 0, 1_000_000)
	for _, entry := range c.Fetch.Allow {
		if err := fetch.CheckAllow(entry); err != nil {
			refuse("fetch.allow: %w", err)
		}
	}
	errs = append(errs, c.Ranking.check(), c.SMTP.checkPace(), c.Bluesky.check(), c.Bounces.check(), c.DKIM.check(c.Site.From), c.checkSources(), c.checkChats())
	return errors.Join(errs...)
}

func (c *Config) checkSources() error {
	var errs []error
	seen := map[string]bool{}
	for i := range c.Sources {
		s, err := c.Sources[i].source()
		_, unknown := digest.ParseEvidence(string(c.Sources[i].Evidence))
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("source %d: %w", i+1, err))
		case unknown != nil:
			errs = append(errs, fmt.Errorf("source %q: %w", s.ID, unknown))
		case seen[s.ID]:
			errs = append(errs, fmt.Errorf("source %q stands there twice", s.ID))
		}
		seen[s.ID] = true
	}
	return errors.Join(errs...)
}

func (c *Config) checkChats() error {
	var errs []error
	for i := range c.Chats {
		if _, err := c.Chats[i].chat(); err != nil {
			errs = append(errs, fmt.Errorf("chat %d: %w", i+1, err))
		}
	}
	return errors.Join(errs...)
}

// checkBaseURL wants an absolute address without a path's trailing slash.
func checkBaseURL(base string) error {
	if base == "" {
		return nil
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || (u.Scheme != "https" && u.Scheme != "http") {
		return fmt.Errorf("%q is not an address such as \"https://news.example.org\"", base)
	}
	if u.Scheme == "http" && !isLoopback(u.Hostname()) {
		return fmt.Errorf("%q must begin with https:// (http is for 127.0.0.1 only)", base)
	}
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

var weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

func parseWeekday(s string) (time.Weekday, error) {
	if i := slices.Index(weekdays, strings.ToLower(s)); i >= 0 {
		return time.Weekday(i), nil
	}
	return 0, fmt.Errorf("%q is not a weekday such as \"tuesday\"", s)
}
