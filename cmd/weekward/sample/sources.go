package sample

import (
	"time"

	"weekward/feeds"
)

// The chat of the week.
const (
	tag  = "wardchat"
	zone = "Europe/London"
)

// Sources are the places the demo reads, on a server of Handler at base, such
// as "http://127.0.0.1:8099". The chat's transcript is not among them, being a
// file: see Transcript.
func Sources(base string) []feeds.Source {
	feed := func(id, file, title, topic string, weight float64) feeds.Source {
		return feeds.Source{ID: id, Kind: feeds.KindFeed, URL: base + "/" + file, Title: title, Topic: topic, Weight: weight}
	}
	return []feeds.Source{
		feed("ward-notes", "ward-notes.rss", "Ward Notes", "", 1.2),
		feed("bedside-wire", "bedside-wire.rss", "Bedside Wire", "", 1),
		feed("open-drawer", "open-drawer.atom", "Open Drawer", "privacy", 1.1),
		feed("second-reading", "second-reading.atom", "Second Reading", "evidence", 1.2),
		feed("kitchen-table", "kitchen-table.json", "Kitchen Table Clinic", "patients", 1),
		feed("signal-and-pulse", "signal-and-pulse.rss", "Signal & Pulse", "wearables", 0.9),
		feed("visitenbote", "visitenbote.rss", "Visitenbote", "", 0.9),
		feed("wachtkamerpost", "wachtkamerpost.atom", "Wachtkamerpost", "", 0.9),
		feed("night-desk", "night-desk.rss", "Night Desk", "", 0.8),
		feed("field-letter", "field-letter.rss", "Field Letter", "", 0.8),
		{
			ID: "county-board", Kind: feeds.KindPage, URL: base + "/county-board.html", Title: "County Digital Health Board",
			Weight: 1, Lang: "en",
			Selectors: feeds.Selectors{
				Item: "li.notice", Title: "h2", Link: "h2 a@href",
				Date: ".when", DateLayout: "2 January 2006", Summary: ".gist",
			},
		},
		{ID: "wardchat-live", Kind: feeds.KindMastodon, URL: base, Title: "#" + tag, Tag: tag, Weight: 1},
	}
}

// Chat is the register's entry for the sample's chat hour.
func Chat() feeds.Chat {
	return feeds.Chat{
		Tag: tag, Title: "Ward chat", Zone: zone, Weekday: time.Friday, Start: "12:00", Minutes: 60,
		Style: "Q", Moderators: []string{moderator, moderator + "@" + network},
		Policy: feeds.NamedWithLink, Networks: []string{"mastodon", "file"},
	}
}

// SubscribersCSV is the list of the demo's twelve readers, in the form that
// "weekward subscribers import" takes. Each has confirmed.
func SubscribersCSV(slot time.Time) []byte { return file("subscribers.csv", slot) }
