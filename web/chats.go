package web

import (
	"time"

	"weekward/digest"
	"weekward/feeds"
	"weekward/templates"
)

// nextChat returns the chat that meets next after now; nil when there is none.
// A chat whose hour is not set, or not readable, is not announced.
func nextChat(chats []feeds.Chat, now time.Time) *templates.NextChat {
	var next *templates.NextChat
	for _, c := range chats {
		zone, err := time.LoadLocation(c.Zone)
		if err != nil {
			continue
		}
		start, err := time.Parse("15:04", c.Start)
		if err != nil {
			continue
		}
		at := digest.Schedule{Weekday: c.Weekday, Hour: start.Hour(), Minute: start.Minute(), Location: zone}.Next(now)
		if next == nil || at.Before(next.At) {
			next = &templates.NextChat{Tag: c.Tag, Title: c.Title, At: at, Zone: c.Zone}
		}
	}
	return next
}
