package digest

import "testing"

func TestLaterTopicsWinOverEarlierOnes(t *testing.T) {
	desk := map[string]float64{"telehealth": 5, "nl:zorg": 3, "bed bureau": 2, "nhs app": 1, "de:pflege": 0}
	file := map[string]float64{"zorg": 1, "NHS App": 4, "de:pflege": 2}
	topics := TopicsWith(desk, file)
	for _, test := range []struct {
		why, name string
		want      float64
	}{
		{"the desk over the table", "telehealth", 5},
		{"the desk alone", "bed bureau", 2},
		{"the file for all languages over the desk for one", "zorg", 1},
		{"and that one is gone", "nl:zorg", 0},
		{"the file in capitals", "NHS App", 4},
		{"over the desk in lower case", "nhs app", 0},
		{"the file puts back what the desk took out", "de:pflege", 2},
		{"the table alone", "ehealth", DefaultTopics()["ehealth"]},
	} {
		if got := topics[test.name]; got != test.want {
			t.Errorf("%s: %q weighs %v, want %v", test.why, test.name, got, test.want)
		}
	}
	if DefaultTopics()["ehealth"] == 0 {
		t.Error("ehealth is no word of the table: the last line of the test says nothing")
	}
}

func TestDeskTopicMovesAStory(t *testing.T) {
	before, _ := find(Compose(quietWeek(), DefaultOptions()), "bridge")
	o := DefaultOptions()
	o.Topics = TopicsWith(map[string]float64{"bridge": 5})
	after, n := find(Compose(quietWeek(), o), "bridge")
	if n < 0 || after.Why.Topic <= before.Why.Topic {
		t.Errorf("the story of the bridge is at %d with topic %v after %v, want it in the issue and fitting better", n, after.Why.Topic, before.Why.Topic)
	}
}
