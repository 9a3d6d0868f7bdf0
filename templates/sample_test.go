package templates_test

import (
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"weekward/digest"
	"weekward/digest/recap"
	"weekward/templates"
)

// at parses RFC 3339; a bad constant is a fault of the test.
func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func sampleSite() templates.Site {
	return templates.Site{
		Name:    "Ward & Week",
		Tagline: "Health 2.0 news, and what people made of it",
		BaseURL: "https://week.example.org",
		From:    "editor@week.example.org",
		ReplyTo: "editor@week.example.org",
		Postal:  "12 Canal Side, 3511 Utrecht, Netherlands",
		Lang:    "en",
		Zone:    "Europe/Amsterdam",
		Weekday: time.Tuesday, Time: "07:00",
	}
}

func sampleLinks() templates.Links {
	return templates.Links{
		Web:         "https://week.example.org/issues/31",
		Unsubscribe: "https://week.example.org/unsubscribe/SLOT-leave_0123456789",
		Preferences: "https://week.example.org/preferences/SLOT-prefs_0123456789",
	}
}

// sampleIssue is an invented week of 2010: every name and event is made up.
func sampleIssue() digest.Issue {
	return digest.Issue{
		Number:    31,
		Slot:      at("2010-04-06T05:00:00Z"),
		Subject:   "Berlin: sixty clinicians compare notes",
		Preheader: "A district hospital answers patients in public, and three debates from #wardround.",
		Minutes:   4,
		Stories:   sampleStories(),
		Chats:     []recap.Recap{sampleChat()},
	}
}

func sampleStories() []digest.Story {
	return []digest.Story{
		{
			ID: "aaaaaaaaaaaaaaaaaaaa", Title: "Sixty clinicians compare notes at a Berlin unconference", URL: "https://ehealthpost.example.org/2010/04/berlin-notes?lang=en&s=1",
			Source: "E-Health Post", Lang: "en", Published: at("2010-04-01T09:30:00Z"),
			Excerpt: "No slides and no keynote: sixty nurses, doctors and patients spent a Saturday in Berlin asking what a hospital may say in public, and to whom.",
			Note:    "Two of the organisers met in our Friday chat. Their open notes are worth the half hour.",
			Shared:  7, SharedIn: "wardround", Discussed: digest.Discussed{Tag: "wardround", Question: "Q1", Why: []string{"link"}},
			Also: []digest.Also{
				{Title: "Unconference in Berlin", URL: "https://pulsblatt.example.org/berlin", Source: "Pulsblatt", Reason: "same story 0.71"},
				{Title: "Berlin meets", URL: "https://clinic-herald.example.org/a/17", Source: "Clinic Herald", Reason: "same title"},
			},
			Related: []digest.Related{
				{ID: "bbbbbbbbbbbbbbbbbbbb", Title: "How a children’s ward wrote its own rules for the web", URL: "https://wardnotes.example.org/rules", Source: "Ward Notes", Lang: "en", Published: at("2010-04-03T10:00:00Z"), Excerpt: "Eleven sentences, written by the night shift, that the board adopted unchanged.", Score: .64},
				{ID: "cccccccccccccccccccc", Title: "Ärzte im Netz: was die Kammer rät", URL: "https://kammerblatt.example.org/netz", Source: "Kammerblatt", Lang: "de", Published: at("2010-03-24T10:00:00Z"), Excerpt: "Ein Merkblatt auf zwei Seiten nennt, was erlaubt ist und was nicht.", Score: .58},
				{ID: "dddddddddddddddddddd", Title: "Patients who read their record ask fewer questions twice", URL: "https://openrecord.example.org/2010/trial", Source: "Open Record", Lang: "en", Published: at("2010-02-12T10:00:00Z"), Excerpt: "A small trial in three practices found shorter visits and calmer ones.", Score: .41},
			},
		},
		{
			ID: "eeeeeeeeeeeeeeeeeeee", Title: "District hospital answers every patient review in public", URL: "https://clinic-herald.example.org/reviews",
			Source: "Clinic Herald", Lang: "en", Published: at("2010-04-05T08:00:00Z"),
			Excerpt:   "For a month the matron of a district hospital replied by name to each review on a rating site. Complaints to the trust fell by a third.",
			Discussed: digest.Discussed{Tag: "wardround", Question: "Q2", Why: []string{"hospital", "review"}},
		},
		{
			ID: "ffffffffffffffffffff", Title: "Open source record system passes its first hundred practices", URL: "https://openrecord.example.org/hundred",
			Source: "Open Record", Lang: "en", Published: at("2010-04-04T12:00:00Z"),
			Excerpt: "The record that four general practitioners began in a kitchen now serves a hundred practices in five countries.",
			Also:    []digest.Also{{Title: "Hundred practices", URL: "https://ehealthpost.example.org/hundred", Source: "E-Health Post", Reason: "same title"}},
		},
		{
			ID: "gggggggggggggggggggg", Title: "Une application rappelle les vaccins aux parents", URL: "https://sante-carnet.example.org/vaccins",
			Source: "Santé Carnet", Lang: "fr", Published: at("2010-03-31T12:00:00Z"),
			Excerpt: "Le carnet de vaccination passe sur le téléphone : les parents reçoivent un rappel une semaine avant la date.",
		},
		{
			ID: "hhhhhhhhhhhhhhhhhhhh", Title: "Ministry asks for comments on rules for telecare", URL: "https://policydesk.example.org/telecare-consultation",
			Source: "Policy Desk", Section: "Policy", Lang: "en", Published: at("2010-03-30T12:00:00Z"),
			Excerpt: "The consultation closes in June. Carers’ groups say the draft counts devices and forgets visits.",
		},
	}
}

func sampleFound() []digest.Printed {
	slot := at("2010-04-06T05:00:00Z")
	return []digest.Printed{
		{Issue: 31, Slot: slot, Title: "How a children’s ward wrote its own rules for the web", URL: "https://wardnotes.example.org/rules", Source: "Ward Notes", Lang: "en", Excerpt: "Eleven sentences, written by the night shift, that the board adopted unchanged."},
		{Issue: 30, Slot: slot.AddDate(0, 0, -7), Title: "Ärzte im Netz: was die Kammer rät", URL: "https://kammerblatt.example.org/netz", Source: "Kammerblatt", Lang: "de", Excerpt: "Ein Merkblatt auf zwei Seiten nennt, was erlaubt ist und was nicht."},
		{Issue: 29, Slot: slot.AddDate(0, 0, -14), Title: "A page whose address is no address", URL: "javascript:alert(1)", Source: "Nowhere", Lang: "en"},
	}
}

func sampleChat() recap.Recap {
	quote := func(author, handle, network, clock, lang, text, url string) recap.Highlight {
		return recap.Highlight{ID: handle + clock, Author: author, Handle: handle, Network: network, Lang: lang, Text: text, URL: url, At: at("2010-04-02T" + clock + ":00Z")}
	}
	return recap.Recap{
		Tag: "wardround", Title: "The Friday hour on health and the social web",
		Session: at("2010-04-02T11:00:00Z"), Zone: "Europe/London", Posts: 1412, People: 63, Replies: 187,
		Questions: []recap.Question{
			{Label: "Q1", Text: "What keeps clinicians from joining in?", Posts: 34, Highlights: []recap.Highlight{
				quote("Marta Oduya", "martaoduya@med.example.org", "mastodon", "11:09", "en", "Not time. Fear of being the first name a patient finds. Give people a ward account and they write.", "https://med.example.org/@martaoduya/1001"),
				quote("Jonas Feld", "jonasfeld", "twitter", "11:14", "de", "Bei uns fragt niemand, weil niemand weiß, wen er fragen dürfte.", "https://chirp.example.org/jonasfeld/2002"),
			}},
			{Label: "Q2", Text: "Should a hospital answer a review?", Posts: 51, Highlights: []recap.Highlight{
				quote("Ines Carvalho", "inescarvalho", "twitter", "11:24", "en", "Yes, by name, and never about the case.\nSay sorry, give a number, follow up.", "https://chirp.example.org/inescarvalho/2003"),
				quote("pat_in_bed_4", "pat_in_bed_4", "file", "11:27", "en", "As a patient: an answer that thanks me and changes nothing is worse than none.", ""),
			}},
			{Label: "", Text: "", Posts: 6, Highlights: []recap.Highlight{
				quote("Tomasz Wrona", "tomaszwrona", "twitter", "11:52", "en", "Next time, could we start with what went wrong for each of us?", "https://chirp.example.org/tomaszwrona/2004"),
			}},
		},
		Links: []recap.Link{
			{URL: "https://ehealthpost.example.org/2010/04/berlin-notes?lang=en&s=1", Title: "Sixty clinicians compare notes at a Berlin unconference", Shared: 7},
			{URL: "https://slides.example.org/ward-account-how-to", Shared: 4},
		},
		Timeline: []int{40, 96, 141, 122, 188, 160, 121, 104, 150, 131, 88, 71},
		Next:     at("2010-04-09T11:00:00Z"),
	}
}

// embeddedSet is parsed once for all tests; a Set does not change.
var embeddedSet = sync.OnceValues(func() (*templates.Set, error) { return templates.New(nil) })

func newSet(t *testing.T) *templates.Set {
	t.Helper()
	set, err := embeddedSet()
	if err != nil {
		t.Fatalf("New(nil): %v", err)
	}
	return set
}

func sampleMail(t *testing.T, lang string) templates.Content {
	t.Helper()
	c, err := newSet(t).Mail(sampleIssue(), sampleSite(), sampleLinks(), lang)
	if err != nil {
		t.Fatalf("Mail(sample, %q): %v", lang, err)
	}
	return c
}
