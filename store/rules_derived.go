package store

import (
	"unicode/utf8"

	"frontdesk/messenger"
)

// What a conversation's row says of its lines. Each of these is a function of the lines alone, whatever their order of
// arrival. A new line moves them by a comparison; where a line was taken away they are read from the rows again, once,
// at the end of the change.

// derived names what must be read from the rows again.
type derived uint16

const (
	againActivity derived = 1 << iota
	againLast
	againWord
	againWindow
	againTag
	againAnswer
	againWaiting
	againTouch
	againOrigins
	againState
	againIncoming

	againTail = againActivity | againLast | againWord | againWindow | againTag | againAnswer
)

// scanRows is how many rows are read at once where a scan's end is not known.
const scanRows = 32

// lastTextBytes bounds LastMessage.Text.
const lastTextBytes = 256

// isMessage: something that one of the two said.
func (m Message) isMessage() bool { return m.Direction == In || m.Direction == Out }

// isActivity: counts as the conversation's last activity.
func (m Message) isActivity() bool { return m.isMessage() || m.Kind == KindReferral || m.Touch != nil }

// isWord: a message of the contact, from which the seven days of HUMAN_AGENT count.
func (m Message) isWord() bool {
	return m.Direction == In && m.Kind != KindPostback && m.Kind != KindOrder && m.Kind != KindForm
}

// isAnswer: a person wrote it, and nobody knows that it stayed unsent.
func (m Message) isAnswer() bool {
	if m.Direction != Out || m.State == StateFailed || m.State == StateCancelled {
		return false
	}
	return m.Token != "" || m.AppID == "" || m.AppID == messenger.PageInboxApp
}

// added takes a line in.
func (t *thread) added(m Message) {
	place := m.Place()
	if m.isActivity() {
		t.LastActivity = max(t.LastActivity, m.At)
	}
	if m.isMessage() && (t.LastMessage.Place.ID == "" || place.Compare(t.LastMessage.Place) > 0) {
		t.LastMessage = t.lastOf(m)
	}
	if m.isWord() {
		t.LastIncoming = max(t.LastIncoming, m.At)
	}
	if m.OpensWindow {
		t.WindowFrom = max(t.WindowFrom, m.At)
	}
	if m.Direction == In {
		t.cameIn(m)
	}
	if m.isAnswer() {
		t.answered(place)
	}
	t.addedTouch(m)
}

// removed takes a line out again.
func (t *thread) removed(m Message) {
	place := m.Place()
	if m.isActivity() && m.At == t.LastActivity {
		t.again |= againActivity
	}
	if place == t.LastMessage.Place {
		t.again |= againLast
	}
	if m.isWord() && m.At == t.LastIncoming {
		t.again |= againWord
	}
	if m.OpensWindow && m.At == t.WindowFrom {
		t.again |= againWindow
	}
	if m.Direction == In {
		t.again |= againWaiting
		if m.Seq > t.Seen {
			t.Unread--
		}
	}
	if place == t.LastAnswer {
		t.again |= againAnswer | againWaiting
	}
	t.removedTouch(m)
}

// changed takes in that a line became another in the same place, with which nothing else moves but what it says and
// whether it is an answer.
func (t *thread) changed(old, m Message) {
	place := m.Place()
	if place == t.LastMessage.Place {
		t.LastMessage = t.lastOf(m)
	}
	switch {
	case old.isAnswer() && !m.isAnswer() && place == t.LastAnswer:
		t.again |= againAnswer | againWaiting
	case !old.isAnswer() && m.isAnswer():
		t.answered(place)
	}
}

// lastOf is what the conversation's row shows of a message.
func (t *thread) lastOf(m Message) LastMessage {
	last := LastMessage{
		Place: m.Place(), Direction: m.Direction, Kind: m.Kind, Text: cut(m.Text, lastTextBytes), State: t.StateOf(m),
		Withdrawn: m.Withdrawn,
	}
	if m.Direction == Out {
		last.Agent, last.AppID = m.Agent, m.AppID
	}
	if m.Text == "" && len(m.Attachments) > 0 {
		last.Media = cut(m.Attachments[0].Type, lastTextBytes)
		if m.Attachments[0].StickerID != "" {
			last.Media = "sticker"
		}
	}
	return last
}

// cut shortens s to n bytes at most, between characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// derive reads from the rows what must be read again.
func (t *thread) derive() error {
	if err := t.deriveTail(); err != nil {
		return err
	}
	if t.again&againIncoming != 0 {
		if err := t.deriveIncoming(); err != nil {
			return err
		}
	}
	if t.again&againWaiting != 0 {
		if err := t.deriveWaiting(); err != nil {
			return err
		}
	}
	if err := t.deriveTouches(); err != nil {
		return err
	}
	if t.again&againState != 0 && t.LastMessage.Place.ID != "" {
		m, ok, err := t.rows.Message(t.ID, t.LastMessage.Place)
		if err != nil {
			return err
		}
		if ok {
			t.LastMessage = t.lastOf(m)
		}
	}
	t.again = 0
	return nil
}

// deriveTail finds the newest line of each sort that is asked for.
func (t *thread) deriveTail() error {
	open := t.again & againTail
	if open&againActivity != 0 {
		t.LastActivity = 0
	}
	if open&againLast != 0 {
		t.LastMessage = LastMessage{}
	}
	if open&againWord != 0 {
		t.LastIncoming = 0
	}
	if open&againWindow != 0 {
		t.WindowFrom = t.LastReaction
	}
	if open&againTag != 0 {
		t.LastTag = 0
	}
	if open&againAnswer != 0 {
		t.LastAnswer = Place{}
	}
	found := func(what derived, holds bool) bool {
		if open&what == 0 || !holds {
			return false
		}
		open &^= what
		return true
	}
	return t.scan(Place{}, false, func(m Message) bool {
		if found(againActivity, m.isActivity()) {
			t.LastActivity = m.At
		}
		if found(againLast, m.isMessage()) {
			t.LastMessage = t.lastOf(m)
		}
		if found(againWord, m.isWord()) {
			t.LastIncoming = m.At
		}
		if found(againWindow, m.OpensWindow) {
			t.WindowFrom = max(t.WindowFrom, m.At)
		}
		if found(againTag, m.Tagged) {
			t.LastTag = m.At
		}
		if found(againAnswer, m.isAnswer()) {
			t.LastAnswer = m.Place()
		}
		return open != 0
	}, open != 0)
}

// scan gives the lines from a place on to visit until that returns false.
func (t *thread) scan(from Place, newer bool, visit func(Message) bool, wanted bool) error {
	for wanted {
		lines, err := t.rows.Messages(t.ID, from, newer, scanRows)
		if err != nil {
			return err
		}
		for _, m := range lines {
			if !visit(m) {
				return nil
			}
			from = m.Place()
		}
		wanted = len(lines) == scanRows
	}
	return nil
}
