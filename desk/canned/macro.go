package canned

import "frontdesk/store"

// Macro is several steps in one: the file NAME.txt in the folder of macros. They are taken in this order: the reply, the
// labels, the assignee, then the snooze or the status.
type Macro struct {
	Name   string // as a shortcode is written
	Title  string // what it is called in a list; empty: Name
	Key    string // as the screen names keys, for example alt+s; empty: none
	Reply  string // shortcode of the canned response to send; empty: Text
	Text   string // what to send where no response is named; empty: nothing. With placeholders
	Labels []LabelChange

	Assignee string       // AssignMe, AssignNobody, or an agent's name; empty: as it is
	Status   store.Status // StatusOpen or StatusResolved; empty: as it is
	Snooze   string       // the words of SnoozeUntil; empty: no snooze

	KeyLine int // where the key stands in the file
}

// Who a macro assigns to, when it is not an agent's name.
const (
	AssignMe     = "me"
	AssignNobody = "nobody"
)

// LabelChange puts a label on, or takes it off.
type LabelChange struct {
	Label string
	Off   bool
}

// Called is what the macro is called in a list.
func (m Macro) Called() string {
	if m.Title != "" {
		return m.Title
	}
	return m.Name
}

// file is the macro's file, as faults name it.
func (m Macro) file() string { return macroFolder + "/" + m.Name + suffix }

const macroFolder = "macros"
