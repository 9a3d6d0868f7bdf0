package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weekward/store"
)

// setTopic sets a word as the desk does.
func (n *newsletter) setTopic(t *testing.T, word string, weight float64) {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(n.dir, "subscribers.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.SaveTopic(t.Context(), word, weight); err != nil {
		t.Fatal(err)
	}
}

// topicOf is how well the story with a word in its title fits the newsletter,
// and its place from 0; -1 when it is not in the issue.
func (n *newsletter) topicOf(t *testing.T, word string) (topic float64, place int) {
	t.Helper()
	var p previewJSON
	n.weekward(t, &p, "preview", "--date", testSlot.Format(time.DateOnly))
	for i, s := range p.Issue.Stories {
		if strings.Contains(s.Title, word) {
			return s.Why.Topic, i
		}
	}
	return 0, -1
}

func TestTopicOfTheDeskReachesTheIssueAndNeedsANewApproval(t *testing.T) {
	n, r := weekBefore(t, func(*Config) {})
	before, was := n.topicOf(t, "insulin")
	n.approve(t, testSlot)
	for _, word := range []string{"insulin pump", "schools"} {
		n.setTopic(t, word, 5)
	}
	after, place := n.topicOf(t, "insulin")
	if after <= before || place >= was {
		t.Errorf("with two of its words the story is at %d, topic %v; want it before place %d and over topic %v", place, after, was, before)
	}
	n.at(t, time.Minute)
	n.wants(t, exitRefused, "changed", "send")
	if r.count()["reader0000@example.org"] != 0 {
		t.Error("an issue whose topics changed after the approval was mailed")
	}
}

func TestTopicOfTheFileWinsOverTheDesk(t *testing.T) {
	n, _ := weekBefore(t, func(c *Config) { c.Ranking.Topics = map[string]float64{"Porters": 1} })
	before, _ := n.topicOf(t, "beds")
	n.setTopic(t, "porters", 5)
	if after, _ := n.topicOf(t, "beds"); after != before || before == 0 {
		t.Errorf("topic is %v after the desk set a word of the file, want %v as the file has it", after, before)
	}
}

func TestWhyTellsWeightsThatAreNotOne(t *testing.T) {
	n, _ := weekBefore(t, func(*Config) {})
	day := testSlot.Format(time.DateOnly)
	if _, out, _ := n.try(t, "preview", "--why", "--date", day); strings.Contains(out, "with the weights") {
		t.Errorf("preview --why speaks of weights that are all 1:\n%s", out)
	}
	t.Setenv("WEEKWARD_RANKING_FRESHNESS", "0.5")
	t.Setenv("WEEKWARD_RANKING_ECHO", "0")
	n.wants(t, exitDone, "with the weights of [ranking]: echo 0, freshness 0.5", "preview", "--why", "--date", day)
}
