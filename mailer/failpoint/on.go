//go:build failpoint && unix

package failpoint

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Pass marks a moment that cannot fail.
func Pass(name string) { points().pass(name, false) } //nolint:errcheck // it returns none

// Err marks a moment that can fail. It returns an error when the environment
// says so.
func Err(name string) error { return points().pass(name, true) }

// After marks the moment after a call that returned err: one that succeeded may
// be told to have failed, as when an answer is lost.
func After(name string, err error) error {
	if err != nil {
		return err
	}
	return Err(name)
}

// A plan is what the environment says, and how often each point was passed.
type plan struct {
	name, action string
	turn         int // of the passing to act on, from 1

	mu     sync.Mutex
	passed map[string]int
	trace  *os.File // nil for none
}

// points is read from the environment when the first point is passed.
var points = sync.OnceValue(func() *plan {
	p, err := parse(os.Getenv("WEEKWARD_FAIL"))
	if err != nil {
		panic(err) // a test that would test nothing
	}
	if path := os.Getenv("WEEKWARD_FAIL_TRACE"); path != "" {
		if p.trace, err = os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
			panic(err)
		}
	}
	return p
})

// parse reads name:turn:action; nothing is the plan that does nothing.
func parse(text string) (*plan, error) {
	p := &plan{passed: make(map[string]int)}
	if text == "" {
		return p, nil
	}
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return nil, fmt.Errorf("WEEKWARD_FAIL=%q: want name:turn:action", text)
	}
	var err error
	p.name, p.action = parts[0], parts[2]
	if p.turn, err = strconv.Atoi(parts[1]); err != nil || p.turn < 1 {
		return nil, fmt.Errorf("WEEKWARD_FAIL=%q: the turn is a number from 1", text)
	}
	switch p.action {
	case "kill", "error", "pause":
		return p, nil
	}
	return nil, fmt.Errorf("WEEKWARD_FAIL=%q: the action is kill, error or pause", text)
}

// pass counts a passing and does what is planned for it. What it does is
// written down first, because a kill leaves no time for it.
func (p *plan) pass(name string, mayFail bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.passed[name]++
	if name != p.name || p.passed[name] != p.turn || p.action == "error" && !mayFail {
		p.note(name)
		return nil
	}
	p.note(name + ":" + p.action)
	switch p.action {
	case "kill":
		syscall.Kill(os.Getpid(), syscall.SIGKILL) //nolint:errcheck // it does not return
		select {}
	case "pause":
		err := syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		time.Sleep(settle)
		return err
	}
	return fmt.Errorf("failpoint %s, passed for the %d. time", name, p.turn)
}

// settle is longer than any thread goes on after a stop was sent to the process:
// the one that sent it may be the last to hear of it.
const settle = 100 * time.Millisecond

func (p *plan) note(line string) {
	if p.trace == nil {
		return
	}
	if _, err := p.trace.WriteString(line + "\n"); err != nil {
		panic(err)
	}
}
