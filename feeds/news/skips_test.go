package news

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weekward/feeds"
)

// F9: what a feed says about when to come back.
func TestFeedSaysWhenItWantsToBeLeftAlone(t *testing.T) {
	const weekdays = `<day>Monday</day><day>Tuesday</day><day>Wednesday</day><day>Thursday</day><day>Friday</day>`
	everyHour := ""
	for hour := range 24 {
		everyHour += fmt.Sprintf(`<hour>%d</hour>`, hour)
	}
	tests := []struct {
		name, channel string
		hours         []int
		days          []time.Weekday
		age           time.Duration
	}{
		{"nothing said", ``, nil, nil, 0},
		{"the night, in any order and twice", `<skipHours><hour>23</hour><hour>1</hour><hour> 0 </hour><hour>1</hour></skipHours>`, []int{0, 1, 23}, nil, 0},
		{"24 is midnight", `<skipHours><hour>24</hour><hour>23</hour></skipHours>`, []int{0, 23}, nil, 0},
		{"what is no hour does not count", `<skipHours><hour>25</hour><hour>-1</hour><hour>noon</hour><hour></hour><hour>7</hour></skipHours>`, []int{7}, nil, 0},
		{"the weekend", `<skipDays><day>sunday</day><day>Saturday</day><day>Caturday</day></skipDays>`, nil, []time.Weekday{time.Sunday, time.Saturday}, 0},
		{"both", `<skipHours><hour>5</hour></skipHours><skipDays>` + weekdays + `</skipDays>`, []int{5},
			[]time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}, 0},
		{"every hour is none", `<skipHours>` + everyHour + `</skipHours>`, nil, nil, 0},
		{"every day is none", `<skipDays>` + weekdays + `<day>Saturday</day><day>Sunday</day></skipDays>`, nil, nil, 0},
		{"ttl in minutes", `<ttl> 90 </ttl>`, nil, nil, 90 * time.Minute},
		{"ttl of a year at most", `<ttl>99999999999</ttl>`, nil, nil, 365 * 24 * time.Hour},
		{"twice a day", `<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>`, nil, nil, 12 * time.Hour},
		{"a period alone", `<sy:updatePeriod> hourly </sy:updatePeriod>`, nil, nil, time.Hour},
		{"a frequency of none", `<sy:updatePeriod>weekly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>`, nil, nil, 7 * 24 * time.Hour},
		{"the longer of the two", `<ttl>30</ttl><sy:updatePeriod>hourly</sy:updatePeriod>`, nil, nil, time.Hour},
	}
	for _, tt := range tests {
		document := `<rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><title>Wards</title>` + tt.channel + `</channel></rss>`
		got, err := Parse([]byte(document), "", "", feeds.Source{ID: "s"}, now)
		if err != nil {
			t.Fatalf("%s: Parse(%s) = %v", tt.name, document, err)
		}
		if diff := cmp.Diff(tt.hours, got.SkipHours); diff != "" {
			t.Errorf("%s: Parse(%s).SkipHours (-want +got):\n%s", tt.name, document, diff)
		}
		if diff := cmp.Diff(tt.days, got.SkipDays); diff != "" {
			t.Errorf("%s: Parse(%s).SkipDays (-want +got):\n%s", tt.name, document, diff)
		}
		if got.MaxAge != tt.age {
			t.Errorf("%s: Parse(%s).MaxAge = %s, want %s", tt.name, document, got.MaxAge, tt.age)
		}
	}
}
