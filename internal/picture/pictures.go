package main

import "time"

// picture is one picture: a terminal, and what is done on it before it is drawn.
type picture struct {
	name, title string
	cols, rows  int
	theme       theme
	steps       []step
}

type step func(*terminal) error

// wait lets the program come to show a text.
func wait(text string) step {
	return func(t *terminal) error { return t.wait(text, 20*time.Second) }
}

// press presses keys, each as the bytes a terminal sends, and lets the screen settle after each.
func press(keys ...string) step {
	return func(t *terminal) error {
		for _, k := range keys {
			if err := t.press(k); err != nil {
				return err
			}
			t.settle(150*time.Millisecond, time.Second)
		}
		return nil
	}
}

// pause lets the demo's contacts act for a while.
func pause(d time.Duration) step {
	return func(*terminal) error { time.Sleep(d); return nil }
}

// Keys as a terminal sends them.
const (
	enter  = "\r"
	escape = "\x1b"
)

var pictures = []picture{
	{
		name: "inbox", title: "The inbox: views, conversations of the chat plugin, and a thread", cols: 124, rows: 34, theme: dark,
		steps: []step{wait("Inbox"), pause(4 * time.Second), press("j", "j", enter), pause(time.Second)},
	},
}
