package store

import (
	"fmt"
	"slices"
	"strings"
)

// The values of FieldIs.
const (
	IsUnread    = "unread"
	IsUnreplied = "unreplied"
)

// Check says what in the query no engine can answer: a field nobody knows, or a word of FieldIs that is none.
func (q Query) Check() error {
	for _, t := range q.Terms {
		switch t.Field {
		case FieldStatus, FieldOrigin, FieldRef, FieldInbox, FieldAssignee, FieldLabel:
		case FieldIs:
			for _, v := range t.Values {
				if v != IsUnread && v != IsUnreplied {
					return fmt.Errorf("is:%.40q is not known; it can be %s or %s", v, IsUnread, IsUnreplied)
				}
			}
		default:
			return fmt.Errorf("there is no field %.40q to look for", string(t.Field))
		}
	}
	return nil
}

// Match reports whether the query asks for the conversation. It is the meaning of a Query; engines may answer by
// shorter ways, never differently.
func (q Query) Match(c Conversation) bool {
	for _, t := range q.Terms {
		if slices.ContainsFunc(t.Values, func(v string) bool { return t.Field.holds(c, v) }) == t.Not {
			return false
		}
	}
	return q.MatchWords(c.Contact)
}

// MatchWords reports whether the contact's title holds every word of the query, in any case.
func (q Query) MatchWords(c Contact) bool {
	if len(q.Words) == 0 {
		return true
	}
	title := strings.ToLower(c.Title())
	for _, w := range q.Words {
		if !strings.Contains(title, strings.ToLower(w)) {
			return false
		}
	}
	return true
}

// holds reports whether the conversation's field has the value.
func (f Field) holds(c Conversation, v string) bool {
	switch f {
	case FieldStatus:
		return string(c.Status) == v
	case FieldOrigin:
		return slices.Contains(c.KnownOrigins(), Origin(v))
	case FieldRef:
		if prefix, ok := strings.CutSuffix(v, "*"); ok {
			return slices.ContainsFunc(c.Refs, func(ref string) bool { return strings.HasPrefix(ref, prefix) })
		}
		return slices.Contains(c.Refs, v)
	case FieldIs:
		return v == IsUnread && c.Unread > 0 || v == IsUnreplied && c.Unreplied
	case FieldInbox:
		return string(c.Inbox) == v
	case FieldAssignee:
		return c.Assignee == v
	case FieldLabel:
		return slices.Contains(c.Labels, v)
	}
	return false
}

// KnownOrigins are the origins under which the conversation is found and counted: those of its touches that are
// known, or OriginUnknown alone when there is none.
func (c Conversation) KnownOrigins() []Origin {
	var known []Origin
	for _, o := range c.Origins {
		if o != OriginUnknown && o != "" && !slices.Contains(known, o) {
			known = append(known, o)
		}
	}
	if known == nil {
		return []Origin{OriginUnknown}
	}
	return known
}
