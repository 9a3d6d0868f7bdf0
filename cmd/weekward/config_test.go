package main

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"weekward/feeds"
)

func TestExampleConfigurationLoads(t *testing.T) {
	c, err := loadConfig("../../weekward.example.toml", nil)
	if err != nil {
		t.Fatalf("loadConfig(weekward.example.toml) = %v", err)
	}
	if len(c.Sources) != 4 || len(c.Chats) != 1 {
		t.Errorf("the example has %d sources and %d chats, want 4 and 1", len(c.Sources), len(c.Chats))
	}
	ch, err := c.Chats[0].chat()
	if err != nil || ch.Weekday != time.Friday || ch.Policy != feeds.AggregateOnly {
		t.Errorf("chat() = %+v, %v", ch, err)
	}
	if got, want := c.Ranking.options().Topics["virtual ward"], 1.5; got != want {
		t.Errorf("topic %q weighs %v, want %v", "virtual ward", got, want)
	}
	if want, _ := filepath.Abs("../../subscribers.db"); abs(t, c.Database.URL) != want {
		t.Errorf("database.url = %s, want it beside the configuration: %s", c.Database.URL, want)
	}
}

func abs(t *testing.T, path string) string {
	t.Helper()
	p, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The example is where every setting is explained: a key that is not in it, as
// a comment at least, is one that nobody finds.
func TestExampleNamesEveryKey(t *testing.T) {
	text, err := os.ReadFile("../../weekward.example.toml")
	if err != nil {
		t.Fatal(err)
	}
	named, section := map[string]bool{}, ""
	line := regexp.MustCompile(`(?m)^(?:\[+([a-z.]+)\]+|(?:# )?([a-z0-9_]+) *= )`)
	for _, m := range line.FindAllStringSubmatch(string(text), -1) {
		if m[1] != "" {
			section = m[1]
			named[section] = true
		} else {
			named[section+"."+m[2]] = true
		}
	}
	for _, key := range knownKeys(reflect.TypeFor[Config](), "") {
		if !named[key] {
			t.Errorf("weekward.example.toml does not name %s", key)
		}
	}
}

func TestExampleSaysTheDefaults(t *testing.T) {
	example, err := loadConfig("../../weekward.example.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	d := defaultConfig()
	if example.Ranking.News != d.Ranking.News || example.Ranking.Related != d.Ranking.Related || example.Ranking.PerSource != d.Ranking.PerSource ||
		example.Ranking.HalfLife != d.Ranking.HalfLife || example.Ranking.Health != d.Ranking.Health || example.Ranking.PerTopic != d.Ranking.PerTopic || example.Ranking.Threshold != d.Ranking.Threshold || example.Ranking.Quotes != d.Ranking.Quotes {
		t.Errorf("[ranking] of the example is %+v, the defaults are %+v", example.Ranking, d.Ranking)
	}
	if got, want := example.Ranking.options().Weights, d.Ranking.options().Weights; got != want {
		t.Errorf("the weights of the example are %+v, the defaults are %+v", got, want)
	}
	if example.Fetch.Parallel != d.Fetch.Parallel || example.Fetch.MinInterval != d.Fetch.MinInterval || example.Fetch.MaxBytes != d.Fetch.MaxBytes ||
		example.Fetch.Pages != d.Fetch.Pages || example.Fetch.FollowShortLinks != d.Fetch.FollowShortLinks {
		t.Errorf("[fetch] of the example is %+v, the defaults are %+v", example.Fetch, d.Fetch)
	}
	if example.Schedule.Freeze != d.Schedule.Freeze || example.Schedule.MaxLateness != d.Schedule.MaxLateness || example.Schedule.Review != d.Schedule.Review {
		t.Errorf("[schedule] of the example is %+v, the defaults are %+v", example.Schedule, d.Schedule)
	}
}

func TestBadConfigurationNamesTheKey(t *testing.T) {
	for _, c := range []struct{ why, text, want string }{
		{"a slip of the finger gets the nearest key", "[site]\nbase_ulr = \"https://a.example.org\"", `unknown key "site.base_ulr": did you mean "site.base_url"?`},
		{"a section nobody knows", "[weather]\nsun = true", `unknown key "weather`},
		{"a source key", "[[source]]\nurl = \"https://a.example.org\"\nwieght = 1", `did you mean "source.weight"?`},
		{"not a weekday", "[schedule]\nweekday = \"someday\"", `schedule.weekday: "someday" is not a weekday`},
		{"not a zone", "[schedule]\nzone = \"Mars/Base\"", `schedule.zone: "Mars/Base" is not an IANA zone`},
		{"plain http for the public", "[site]\nbase_url = \"http://a.example.org\"", "must begin with https://"},
		{"a duration without a unit", "[schedule]\nfreeze = \"3\"", `"3" is not a duration`},
		{"two sources of one name", "[[source]]\nid = \"a\"\nurl = \"https://a.example.org\"\n[[source]]\nid = \"a\"\nurl = \"https://b.example.org\"", `source "a" stands there twice`},
		{"a policy nobody knows", "[[chat]]\ntag = \"x\"\npolicy = \"quote-all\"", `policy "quote-all" is none of`},
		{"an exception that is no host and port", "[fetch]\nallow = [\"10.0.0.0/8\"]", "fetch.allow: "},
		{"a proxy of a strange kind", "[[source]]\nid = \"a\"\nurl = \"https://a.example.org\"\nproxy = \"ftp://ada:secret@proxy.example.org\"", `proxy of "a": "ftp" is none of http, https and socks5`},
		{"a proxy for a page", "[[source]]\nid = \"a\"\nkind = \"page\"\nurl = \"https://a.example.org\"\nproxy = \"http://proxy.example.org\"", `page "a" cannot have a proxy`},
		{"a number out of range", "[smtp]\nconnections = 0", "smtp.connections: 0 is not between 1 and 64"},
		{"a name beside the envelope's sender", "[smtp]\nenvelope = \"News <b@example.org>\"", "smtp.envelope: "},
		{"an envelope's sender that no token fits behind", "[smtp]\nenvelope = \"newsletter-bounces@example.org\"", "smtp.envelope: \"newsletter-bounces\" has 18 letters, and a token fits behind 11 at most"},
		{"letters from elsewhere", "[site]\nfrom = \"a@example.org\"\nletters_from = \"a@example.com\"", "site.letters_from: "},
		{"an envelope's sender that is not ASCII", "[smtp]\nenvelope = \"größe@example.org\"", "smtp.envelope: "},
		{"too much of the model", "[ranking]\nhealth = 1.5", "ranking.health: 1.5 is not between 0 and 1"},
		{"a topic weighed too much", "[ranking.topics]\nvaccines = 50", "ranking.topics: the weight 50 of \"vaccines\" is not between 0 and 5"},
		{"a part that counts too much", "[ranking]\necho = 2.5", "ranking.echo: 2.5 is not between 0 and 2"},
		{"a part that counts against itself", "[ranking]\nfreshness = -1", "ranking.freshness: -1 is not between 0 and 2"},
		{"a part that counts nobody knows how much", "[ranking]\nsource = nan", "ranking.source: NaN is not between 0 and 2"},
		{"no story of any disease", "[ranking]\nper_topic = 0", "ranking.per_topic: 0 is not between 1 and 40"},
		{"evidence nobody knows", "[[source]]\nid = \"a\"\nurl = \"https://a.example.org\"\nevidence = \"rumour\"", "source \"a\": evidence \"rumour\" is none of"},
	} {
		t.Run(c.why, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "weekward.toml")
			if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := loadConfig(path, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("loadConfig(%q) = %v, want %q", c.text, err, c.want)
			}
		})
	}
}

func TestEnvironmentOverridesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weekward.toml")
	if err := os.WriteFile(path, []byte("[smtp]\nconnections = 2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := loadConfig(path, []string{
		"WEEKWARD_SMTP_CONNECTIONS=7", "WEEKWARD_FETCH_ALLOW=127.0.0.1:8099, 127.0.0.1:8100", "WEEKWARD_SCHEDULE_FREEZE=90m",
		"WEEKWARD_RANKING_THRESHOLD=0.3", `WEEKWARD_RANKING_TOPICS={"virtual ward" = 2}`, "WEEKWARD_NOW=2026-03-03T07:00:00Z",
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.SMTP.Connections != 7 || len(c.Fetch.Allow) != 2 || c.Fetch.Allow[1] != "127.0.0.1:8100" ||
		time.Duration(c.Schedule.Freeze) != 90*time.Minute || c.Ranking.Threshold != 0.3 || c.Ranking.Topics["virtual ward"] != 2 {
		t.Errorf("the environment did not win: %+v %+v %+v %+v", c.SMTP, c.Fetch, c.Schedule, c.Ranking)
	}
	if _, err := loadConfig(path, []string{"WEEKWARD_SMTP_CONNECTIONS=many"}); err == nil || !strings.Contains(err.Error(), "WEEKWARD_SMTP_CONNECTIONS") {
		t.Errorf("a bad variable gave %v, want its name", err)
	}
}

func TestInitWritesWhatItReads(t *testing.T) {
	c, err := answers{name: "Ward \"Weekly\"", from: "Ward <weekly@example.org>", zone: "Europe/London", sources: []string{"https://a.example.org/feed"}}.config()
	if err != nil {
		t.Fatal(err)
	}
	text, err := c.marshal()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "weekward.toml")
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	again, err := loadConfig(path, nil)
	if err != nil {
		t.Fatalf("loadConfig of\n%s\n= %v", text, err)
	}
	if again.Site.Name != c.Site.Name || again.Schedule != c.Schedule || len(again.Sources) != 1 || again.Ranking.HalfLife != c.Ranking.HalfLife {
		t.Errorf("read %+v, wrote %+v", again, c)
	}
}
