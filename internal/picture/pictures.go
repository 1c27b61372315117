package main

import (
	"fmt"
	"strings"
	"time"
)

// picture is one picture: a terminal, and what is done on it before it is drawn.
type picture struct {
	name, title string
	cols, rows  int
	theme       theme
	steps       []step
	shop        func(*shop) []step // instead of steps: not the demo, but a Page
}

type step func(*terminal) error

// patience is how long a step waits for what it wants to see. The demo's contacts answer within 6 seconds.
const patience = 20 * time.Second

// wait lets the program come to show a text.
func wait(text string) step {
	return func(t *terminal) error { return t.wait(text, patience) }
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

// move presses a key again and again until the screen shows a text.
func move(key, text string) step {
	return func(t *terminal) error {
		for range 40 {
			if strings.Contains(t.text(), text) {
				return nil
			}
			if err := press(key)(t); err != nil {
				return err
			}
		}
		return fmt.Errorf("pressing %q leads nowhere near %q:\n%s", key, text, t.text())
	}
}

// reply writes a text in the editor that is open and sends it.
func reply(text string) step {
	return func(t *terminal) error { return press(text, enter)(t) }
}

// waitState lets the line with a text come to end with a state.
func waitState(text, state string) step {
	return func(t *terminal) error {
		return t.until(fmt.Sprintf("%q with %q", text, state), patience, func(screen string) bool {
			for line := range strings.Lines(screen) {
				if strings.Contains(line, text) && strings.HasSuffix(strings.TrimRight(line, " │\n"), state) {
					return true
				}
			}
			return false
		})
	}
}

// Keys as a terminal sends them.
const (
	enter  = "\r"
	escape = "\x1b"
	tab    = "\t"
	ctrlK  = "\x0b"
	ctrlT  = "\x14"
	alt    = "\x1b" // before another key
)

// begun waits until those of the demo's opening have come in, the last of them with this line.
var begun = wait("Hallo, wie lange")

// What the pictures' agent says to Mara Voss, who asks about Norway. A question is answered as one.
const (
	asks = "Yes, to all of Norway! Where should it go?"
	told = "Stairs are fine. It is 39 € to your door."
	last = "Five working days."
)

// talk answers Mara Voss twice; her conversation is open and the editor has the keys.
func talk(t *terminal) error {
	for _, s := range []step{
		press("r"), reply(asks), waitState("Where should", "✓✓ read"), wait("To Bergen"),
		reply(told), waitState("Stairs are", "✓✓ read"), wait("Oh good."),
	} {
		if err := s(t); err != nil {
			return err
		}
	}
	return nil
}

const wide, tall = 124, 34

// compose opens Mara Voss's conversation and presses keys in it.
func compose(keys ...string) []step {
	return []step{begun, press("g"), move("j", "╭─ Mara Voss"), press(keys...)}
}

var pictures = []picture{
	{
		name: "inbox", title: "The inbox: views, conversations by where they came from, and a conversation being answered",
		cols: wide, rows: tall, theme: dark,
		steps: []step{begun, press("g"), move("j", "╭─ Mara Voss"), press(enter, "a"), talk, press(last)},
	},
	{
		name: "filter", title: "Filtered: the conversations of the chat plugin with one ref",
		cols: wide, rows: tall, theme: dark,
		steps: []step{begun, press("f", "origin:pl", tab, "ref:pri", tab, enter), wait("✓ pricing"), press("g", enter), talk, press(escape)},
	},
	{
		name: "light", title: "The inbox on a light terminal, with a conversation's details",
		cols: wide, rows: tall, theme: light,
		steps: []step{begun, press("g"), move("j", "╭─ Mara Voss"), press(enter), press("i")},
	},
	{
		name: "list-80x24", title: "The list on a terminal of 80 by 24", cols: 80, rows: 24, theme: dark,
		steps: []step{begun, press("g", "j")},
	},
	{
		name: "thread-80x24", title: "A conversation on a terminal of 80 by 24: replies read, and one delivered",
		cols: 80, rows: 24, theme: dark,
		steps: []step{begun, press("g", "f", "mara", enter, enter), talk, reply(last), waitState(last, "✓✓")},
	},
	{
		name: "compose-quick-replies", title: "Quick replies being written, with a preview and a title that is too long",
		cols: wide, rows: tall, theme: dark,
		steps: compose("r", "Which day suits you?", ctrlT, enter, "Thursday", enter, "Friday", tab, "FRIDAY_13", enter, alt+"k", enter, "Some other day next week"),
	},
	{
		name: "compose-buttons", title: "Buttons being written: a page, a call and an answer",
		cols: wide, rows: tall, theme: dark,
		steps: compose("r", "It stands in our window until Friday.", alt+"3", tab, "See it", enter, "https://lumen.example/bikes/one", enter,
			"Call the shop", enter, "+4722334455", enter, "Keep it for me"),
	},
	{
		name: "compose-cards", title: "Cards being written",
		cols: wide, rows: tall, theme: dark,
		steps: compose("r", alt+"4", "Lumen One", enter, "11 kg, made for town", enter, "https://lumen.example/one.jpg", enter, enter,
			"Reserve", enter, enter, enter, "Lumen Trail", enter, "13 kg, goes everywhere", enter, "https://lumen.example/trail.jpg"),
	},
	{
		name: "compose-note", title: "A private note being written", cols: 80, rows: 24, theme: dark,
		steps: []step{begun, press("g", "f", "mara", enter, enter, "N", "She asked twice already.", enter), wait("only agents see it"), press("Ben has the key to the window.")},
	},
	{
		name: "canned", title: "The picker of canned responses, with what one will say to this contact",
		cols: wide, rows: tall, theme: dark,
		steps: compose("r", "Hi! ", ctrlK, "ship"),
	},
	{
		name: "queue", title: "What waits to be sent: one that failed, one of unknown fate, one that is tried again",
		cols: wide, rows: tall, theme: dark,
		shop: func(s *shop) []step {
			return []step{
				wait("Nobody has written yet"),
				s.says(goodCustomer, "Thank you, that was quick!"), s.says(goneCustomer, "Where is my bell?"),
				s.says(lostCustomer, "Is the blue one still there?"), s.says(slowCustomer, "Could you keep it until Friday?"),
				wait("Noor Haddad"), wait("Jonas Lind"),
				s.replies(goneCustomer, "--text", "It left us this morning."), s.replies(lostCustomer, "--text", "Yes. Shall we keep it for you?", "--quick-reply", "Yes, please", "--quick-reply", "No, thanks"),
				s.replies(slowCustomer, "--text", "Of course. Ben has it in the back."),
				press("w"), wait("failed"), wait("unsure"), wait("tried again"),
			}
		},
	},
	{
		name: "evidence", title: "The evidence of a reply: who wrote it, the request, the answer, the receipts",
		cols: wide, rows: tall, theme: dark,
		shop: func(s *shop) []step {
			return []step{
				wait("Nobody has written yet"), s.says(goodCustomer, "Do you ship to Norway?"), wait("Mara Voss"),
				s.replies(goodCustomer, "--text", "Yes, to all of Norway! Where should it go?", "--quick-reply", "Oslo", "--quick-reply", "Elsewhere", "--wait"),
				s.tell(goodCustomer, `"delivery":{"mids":["m_answer"],"watermark":NOW}`), s.tell(goodCustomer, `"read":{"watermark":NOW}`),
				press(enter), waitState("Where should", "✓✓ read"), press("E"), wait("ana wrote this reply"), press("j", enter),
			}
		},
	},
	{
		name: "help", title: "The keys, and why some do nothing here", cols: wide, rows: tall, theme: dark,
		steps: []step{begun, press("?")},
	},
}
