package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"weekward/digest"
	"weekward/feeds"
)

// A Config is weekward.toml. Every key of its sections can also be set as
// WEEKWARD_SECTION_KEY. Secrets are never in it.
type Config struct {
	Site     SiteConfig     `toml:"site"`
	Schedule ScheduleConfig `toml:"schedule"`
	Database DatabaseConfig `toml:"database"`
	SMTP     SMTPConfig     `toml:"smtp"`
	DKIM     DKIMConfig     `toml:"dkim"`
	Fetch    FetchConfig    `toml:"fetch"`
	Ranking  RankingConfig  `toml:"ranking"`
	Web      WebConfig      `toml:"web"`
	Bluesky  BlueskyConfig  `toml:"bluesky"`
	Bounces  BouncesConfig  `toml:"bounces"`
	Sources  []SourceConfig `toml:"source"`
	Chats    []ChatConfig   `toml:"chat"`
}

// SiteConfig is who sends the newsletter.
type SiteConfig struct {
	Name       string `toml:"name"`
	Tagline    string `toml:"tagline"`
	BaseURL    string `toml:"base_url"`
	From       string `toml:"from"`
	Letters    string `toml:"letters_from"` // what confirmations and notices come from; from when empty
	ReplyTo    string `toml:"reply_to"`
	Editor     string `toml:"editor"` // where notices go; reply_to or from when empty
	Address    string `toml:"address"`
	Language   string `toml:"language"`
	PrivacyURL string `toml:"privacy_url"`
	Templates  string `toml:"templates"` // a designer's override folder
}

// ScheduleConfig is when an issue is due and what happens then.
type ScheduleConfig struct {
	Weekday     string   `toml:"weekday"`
	Time        string   `toml:"time"`
	Zone        string   `toml:"zone"`
	Freeze      Duration `toml:"freeze"` // how long before the slot nothing new is taken
	Review      string   `toml:"review"` // "hold" or "send": what a week nobody approved does
	MaxLateness Duration `toml:"max_lateness"`
	MinItems    int      `toml:"min_items"`
}

// DatabaseConfig is where the data lives.
type DatabaseConfig struct {
	URL     string `toml:"url"`     // a path, or postgres://…
	Journal string `toml:"journal"` // beside the database when empty; none then with PostgreSQL
}

// SMTPConfig is how mail leaves.
type SMTPConfig struct {
	URL           string         `toml:"url"`
	PasswordFile  string         `toml:"password_file"`
	Auth          string         `toml:"auth"`   // the way to log in; the best on offer when empty
	Answer        Duration       `toml:"answer"` // how long to wait for the answer to a message
	Connections   int            `toml:"connections"`
	PerMinute     int            `toml:"per_minute"`     // 0: no limit of our own
	PerConnection int            `toml:"per_connection"` // messages before a connection is renewed
	Domains       map[string]int `toml:"domains"`        // most mails a minute to a domain of readers
	Warmup        []int          `toml:"warmup"`         // most mails of issues on the first days of a new sending address
	Envelope      string         `toml:"envelope"`       // sender address of the envelope; the From address when empty
	// EnvelopeTokens puts a token for each mail behind the name in Envelope.
	EnvelopeTokens bool   `toml:"envelope_tokens"`
	OnUncertain    string `toml:"on_uncertain"`
}

// FetchConfig is how sources are read.
type FetchConfig struct {
	UserAgent   string   `toml:"user_agent"`
	Allow       []string `toml:"allow"` // exact host:port that may be reached although they are not public
	Parallel    int      `toml:"parallel"`
	MinInterval Duration `toml:"min_interval"`
	MaxBytes    int64    `toml:"max_bytes"`
	Pages       int      `toml:"pages"` // most pages asked in one run for what feeds leave out; 0: none
	// FollowShortLinks replaces bit.ly and its like by where they lead.
	FollowShortLinks bool `toml:"follow_short_links"`
}

// WebConfig is where the public site and the desk listen.
type WebConfig struct {
	Addr           string   `toml:"addr"`
	DeskAddr       string   `toml:"desk_addr"`
	MetricsAddr    string   `toml:"metrics_addr"`        // for Prometheus; empty: nowhere
	TrustedProxies []string `toml:"trusted_proxies"`     // addresses whose X-Forwarded-For counts
	SignupsPerHour int      `toml:"signups_per_hour"`    // for everybody together; 0: no limit
	SignupsPerNet  int      `toml:"signups_per_network"` // from one network (/24 or /48) in an hour; 0: no limit
}

// SourceConfig is one [[source]].
type SourceConfig struct {
	ID        string          `toml:"id"`
	URL       string          `toml:"url"`
	Kind      string          `toml:"kind"`
	Title     string          `toml:"title"`
	Section   string          `toml:"section"`
	Topic     string          `toml:"topic"`
	Weight    *float64        `toml:"weight"`
	Evidence  digest.Evidence `toml:"evidence"` // what kind of text it gives; told by its addresses when empty
	Lang      string          `toml:"lang"`
	Tag       string          `toml:"tag"`
	Proxy     string          `toml:"proxy"` // read through http://…, https://… or socks5://…; feeds only
	Selectors feeds.Selectors `toml:"selectors"`
}

// ChatConfig is one [[chat]].
type ChatConfig struct {
	Tag        string   `toml:"tag"`
	Title      string   `toml:"title"`
	Zone       string   `toml:"zone"`
	Weekday    string   `toml:"weekday"`
	Start      string   `toml:"start"`
	Minutes    int      `toml:"minutes"`
	Style      string   `toml:"style"`
	Moderators []string `toml:"moderators"`
	Policy     string   `toml:"policy"`
	Networks   []string `toml:"networks"`
}

// A Duration is written like "36h" or "90m".
type Duration time.Duration

// UnmarshalText reads Go's duration syntax.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil || v < 0 {
		return fmt.Errorf("%q is not a duration such as \"36h\" or \"90m\"", text)
	}
	*d = Duration(v)
	return nil
}

// MarshalText writes what UnmarshalText reads.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// defaultConfig is what a key means when the file does not say.
func defaultConfig() Config {
	return Config{
		Site:     SiteConfig{Language: "en"},
		Schedule: ScheduleConfig{Weekday: "tuesday", Time: "07:00", Zone: "UTC", Freeze: Duration(time.Hour), Review: "hold", MaxLateness: Duration(24 * time.Hour), MinItems: 3},
		Database: DatabaseConfig{URL: "subscribers.db"},
		SMTP:     SMTPConfig{URL: "outbox:./outbox", EnvelopeTokens: true, Answer: Duration(10 * time.Minute), Connections: 4, PerConnection: 1000, OnUncertain: "resend"},
		Fetch:    FetchConfig{Parallel: 8, MinInterval: Duration(time.Hour), MaxBytes: 15 << 20, Pages: 20, FollowShortLinks: true},
		Ranking:  defaultRanking(),
		Web:      WebConfig{Addr: "127.0.0.1:8080", DeskAddr: "127.0.0.1:8081", SignupsPerHour: 1000, SignupsPerNet: 10},
		Bluesky:  BlueskyConfig{Server: "https://bsky.social"},
		Bounces:  defaultBounces(),
	}
}

// loadConfig reads the file, lets the environment override it, and checks it.
func loadConfig(path string, environ []string) (Config, error) {
	c := defaultConfig()
	md, err := toml.DecodeFile(path, &c)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return c, usage(`"weekward init" makes one, "weekward demo" shows the whole week without`, "there is no configuration at %s", path)
	case err != nil:
		return c, usage("mend the line and run again", "read %s: %w", path, err)
	}
	if err := refuseUnknown(md); err != nil {
		return c, usage("mend the key and run again", "read %s: %w", path, err)
	}
	if err := c.override(environ); err != nil {
		return c, usage("mend the variable and run again", "%w", err)
	}
	if err := c.check(); err != nil {
		return c, usage("mend the key and run again", "%s: %w", path, err)
	}
	c.anchor(filepath.Dir(path))
	return c, nil
}

// anchor makes relative paths relative to the folder of the configuration, so
// that a verb does the same wherever it is called from.
func (c *Config) anchor(dir string) {
	at := func(p *string) {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
	if !strings.Contains(c.Database.URL, "://") {
		at(&c.Database.URL)
	}
	at(&c.Database.Journal)
	if path, ok := strings.CutPrefix(c.SMTP.URL, "outbox:"); ok {
		at(&path)
		c.SMTP.URL = "outbox:" + path
	}
	at(&c.SMTP.PasswordFile)
	at(&c.DKIM.KeyFile)
	at(&c.DKIM.Ed25519KeyFile)
	at(&c.Bluesky.LoginFile)
	at(&c.Bounces.Maildir)
	at(&c.Bounces.PasswordFile)
	at(&c.Site.Templates)
	for i := range c.Sources {
		if c.Sources[i].Kind == string(feeds.KindFile) {
			at(&c.Sources[i].URL)
		}
	}
}

// ownAddresses are the addresses of the newsletter itself, in lower case.
func (c Config) ownAddresses() []string {
	var own []string
	for _, box := range []string{c.Site.From, c.Site.Letters, c.Site.ReplyTo, c.Site.Editor} {
		if address := addressOf(box); address != "" {
			own = append(own, strings.ToLower(address))
		}
	}
	return own
}

// weekday is the day of the slot; it was checked when the file was read.
func (c ScheduleConfig) weekday() time.Weekday {
	day, _ := parseWeekday(c.Weekday)
	return day
}

// schedule is the weekly slot.
func (c ScheduleConfig) schedule() (digest.Schedule, error) {
	day, err := parseWeekday(c.Weekday)
	if err != nil {
		return digest.Schedule{}, err
	}
	at, err := time.Parse("15:04", c.Time)
	if err != nil {
		return digest.Schedule{}, err
	}
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return digest.Schedule{}, err
	}
	return digest.Schedule{Weekday: day, Hour: at.Hour(), Minute: at.Minute(), Location: zone}, nil
}

// dirOf is the folder of the configuration file.
func dirOf(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "."
	}
	return filepath.Dir(abs)
}

// readPassword reads the password of the relay's account.
func (c SMTPConfig) readPassword() (string, error) { return readPassword("smtp", c.PasswordFile) }

// readPassword reads the password of a section: the environment first, then
// the file. Without either it is "".
func readPassword(section, file string) (string, error) {
	if p := os.Getenv("WEEKWARD_" + strings.ToUpper(section) + "_PASSWORD"); p != "" || file == "" {
		return p, nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", usage("put the password into that file, readable by you only", "read %s.password_file: %w", section, err)
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}
