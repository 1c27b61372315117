package store

import "time"

// The lengths of the messaging window (ref. 5).
const (
	responseWindow   = 24 * time.Hour
	humanAgentWindow = 7 * 24 * time.Hour
)

// WindowState says what the platform lets the page write to a contact, and for how long.
type WindowState struct {
	None    bool // the channel has no window: anything may be written at any time
	Unknown bool // nothing that opens a window has been seen; the platform decides
	Open    bool // RESPONSE may be used

	ClosesAt        Millis // when RESPONSE ends or ended; 0 where there is no window or none is known
	HumanAgent      bool   // text a person wrote may go with HUMAN_AGENT, where the inbox has it
	HumanAgentUntil Millis // when that ends or ended; 0 when the contact has written nothing
}

// Window is the state of c's messaging window at a moment. It is computed when asked for, never kept. Contacts of our
// own plugin have no window.
func Window(c Conversation, now Millis) WindowState {
	if c.Contact.Kind == ContactVisitor {
		return WindowState{None: true, Open: true}
	}
	w := WindowState{Unknown: c.WindowFrom == 0}
	if c.WindowFrom != 0 {
		w.ClosesAt = c.WindowFrom + Millis(responseWindow.Milliseconds())
		w.Open = now < w.ClosesAt
	}
	if c.LastIncoming != 0 {
		w.HumanAgentUntil = c.LastIncoming + Millis(humanAgentWindow.Milliseconds())
		w.HumanAgent = now < w.HumanAgentUntil
	}
	return w
}
