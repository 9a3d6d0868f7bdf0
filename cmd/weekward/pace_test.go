package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"weekward/digest"
	"weekward/mailer"
)

func TestRatesNobodyCanMeanAreRefused(t *testing.T) {
	for _, c := range []struct {
		name, want string
		change     func(*SMTPConfig)
	}{
		{"the defaults", "", func(*SMTPConfig) {}},
		{"a connection that carries nothing", "smtp.per_connection", func(c *SMTPConfig) { c.PerConnection = 0 }},
		{"a rate below nothing", "smtp.per_minute", func(c *SMTPConfig) { c.PerMinute = -1 }},
		{"a day without mails", "smtp.warmup", func(c *SMTPConfig) { c.Warmup = []int{50, 0} }},
		{"an address for a domain", "is not a domain", func(c *SMTPConfig) { c.Domains = map[string]int{"a@example.org": 60} }},
		{"a domain that never gets any", "smtp.domains.example.org", func(c *SMTPConfig) { c.Domains = map[string]int{"example.org": 0} }},
	} {
		smtp := defaultConfig().SMTP
		c.change(&smtp)
		err := smtp.checkPace()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: checkPace() = %v, want %q", c.name, err, c.want)
		}
	}
}

func TestRatesCanBeSetFromTheEnvironment(t *testing.T) {
	c := defaultConfig()
	err := c.override([]string{"WEEKWARD_SMTP_WARMUP=50, 100", `WEEKWARD_SMTP_DOMAINS={"mail.example.org" = 60}`, "WEEKWARD_SMTP_PER_CONNECTION=20"})
	if err != nil || !slices.Equal(c.SMTP.Warmup, []int{50, 100}) || !maps.Equal(c.SMTP.Domains, map[string]int{"mail.example.org": 60}) || c.SMTP.PerConnection != 20 {
		t.Errorf("override: got %v, %v, %d, %v", c.SMTP.Warmup, c.SMTP.Domains, c.SMTP.PerConnection, err)
	}
	if err := c.override([]string{"WEEKWARD_SMTP_WARMUP=50,many"}); err == nil {
		t.Error(`override("50,many") = nil, want an error`)
	}
}

func TestDaysOfAWarmupAreListedForTheEditor(t *testing.T) {
	a := &app{schedule: digest.Schedule{Location: time.UTC}}
	wednesday := time.Date(2026, 3, 4, 7, 0, 0, 0, time.UTC)
	days := []mailer.Ration{{Count: 50}, {Count: 100, DueAt: wednesday}, {Count: 4062, DueAt: wednesday.AddDate(0, 0, 1)}}
	if got, want := a.days(days), "50 today, 100 Wed 4 Mar, 4,062 Thu 5 Mar"; got != want {
		t.Errorf("days = %q, want %q", got, want)
	}
	for i := range 10 {
		days = append(days, mailer.Ration{Count: 5, DueAt: wednesday.AddDate(0, 0, 2+i)})
	}
	if got, want := a.days(days), "50 today, 100 Wed 4 Mar, 4,062 Thu 5 Mar, 5 Fri 6 Mar, …, 5 Sun 15 Mar"; got != want {
		t.Errorf("days of many = %q, want %q", got, want)
	}
}
