package canned

import (
	"strings"

	"frontdesk/store"
)

// The variables that a placeholder may name.
const (
	VarName      = "contact.name"
	VarFirstName = "contact.first_name"
	VarAgent     = "agent"
	VarInbox     = "inbox"
	VarRef       = "ref"
	VarPage      = "page"
)

// Variables are all there are.
var Variables = []string{VarName, VarFirstName, VarAgent, VarInbox, VarRef, VarPage}

// Values are what variables stand for, by name. One that is empty has no value.
type Values map[string]string

// ValuesOf are the values in a conversation: what is known of its contact and its arrival, who answers, and what the
// inbox is called.
func ValuesOf(c store.Conversation, agent, inbox string) Values {
	first, _, _ := strings.Cut(strings.TrimSpace(c.Contact.Name), " ")
	return Values{
		VarName: c.Contact.Name, VarFirstName: first, VarAgent: agent, VarInbox: inbox,
		VarRef: c.Touch.Ref, VarPage: c.Touch.Page,
	}
}

// Blank is what the agent is asked for before a response goes into a reply.
type Blank struct {
	Name    string // the question
	Default string // what stands there at first; may be empty
}
