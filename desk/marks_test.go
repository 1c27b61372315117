package desk_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"frontdesk/desk"
	"frontdesk/store"
)

// notes are the private notes of a conversation, as the thread shows them.
func (w *world) notes(id store.ConversationID) []store.Message {
	w.t.Helper()
	page, err := w.desk.Thread(w.t.Context(), store.ThreadRequest{Conversation: id, Limit: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	return slices.DeleteFunc(page.Messages, func(m store.Message) bool { return m.Kind != store.KindNote })
}

func TestNoteAndItsUndo(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{idle: true})
	id := w.writes(pageID, psid(maya), "hello", 0)
	before := w.conversation(id)

	undo := w.do(store.Act{Conversation: id, Verb: store.VerbNote, Text: "Asks for Norway\nagain."})
	notes := w.notes(id)
	if len(notes) != 1 || notes[0].Text != "Asks for Norway\nagain." || notes[0].Agent != agent || notes[0].ID != undo.Message {
		t.Fatalf("notes %+v, undo %+v", notes, undo)
	}
	after := w.conversation(id)
	if after.Unread != before.Unread || after.LastActivity != before.LastActivity || after.WindowFrom != before.WindowFrom || after.Unreplied != before.Unreplied {
		t.Errorf("the note changed the conversation: %+v, was %+v", after, before)
	}

	undo.Agent = "bo"
	redo := w.do(undo)
	if left := w.notes(id); len(left) != 0 {
		t.Fatalf("after the undo there is %+v", left)
	}
	w.do(redo)
	again := w.notes(id)
	if len(again) != 1 || again[0].ID != notes[0].ID || again[0].At != notes[0].At || again[0].Agent != agent || again[0].Text != notes[0].Text {
		t.Errorf("given back as %+v, was %+v", again, notes[0])
	}
	if twice := w.do(redo); twice != (store.Act{}) || len(w.notes(id)) != 1 {
		t.Errorf("given back twice: undo %+v, notes %+v", twice, w.notes(id))
	}
}

// TestNoteIsNeverBlocked writes notes where nothing can be sent.
func TestNoteIsNeverBlocked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cfg   config
		inbox store.InboxID
	}{
		"no settings":   {cfg: config{idle: true}, inbox: "555"},
		"no token":      {cfg: config{idle: true}, inbox: pageID},
		"window closed": {cfg: config{idle: true, sender: &platform{}}, inbox: pageID},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, t.TempDir(), c.cfg)
			id := w.writes(c.inbox, psid(maya), "hello", 30*day)
			w.do(store.Act{Conversation: id, Verb: store.VerbNote, Text: "Call her."})
			if got := w.notes(id); len(got) != 1 {
				t.Errorf("notes %+v", got)
			}
		})
	}
}

func TestLabelsAndTheirUndo(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{idle: true})
	id := w.writes(pageID, psid(maya), "hello", 0)
	labels := func() string { return strings.Join(w.conversation(id).Labels, ",") }

	undo := w.do(store.Act{Conversation: id, Verb: store.VerbLabel, Label: " wholesale "})
	if got := labels(); got != "wholesale" {
		t.Fatalf("labels %q", got)
	}
	if again := w.do(store.Act{Conversation: id, Verb: store.VerbLabel, Label: "wholesale"}); again != (store.Act{}) {
		t.Errorf("the same label twice has the undo %+v", again)
	}
	redo := w.do(undo)
	if got := labels(); got != "" {
		t.Errorf("after the undo: labels %q", got)
	}
	if none := w.do(store.Act{Conversation: id, Verb: store.VerbUnlabel, Label: "wholesale"}); none != (store.Act{}) {
		t.Errorf("taking off what is not there has the undo %+v", none)
	}
	w.do(redo)
	if got := labels(); got != "wholesale" {
		t.Errorf("after the redo: labels %q", got)
	}
	if kept := records[store.Act](w, store.RecordAct); len(kept) != 3 {
		t.Errorf("%d acts were kept, want 3", len(kept))
	}
}

func TestMarksRefused(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{idle: true, sender: &platform{}})
	id := w.writes(pageID, psid(maya), "hello", 0)
	page, err := w.desk.Thread(t.Context(), store.ThreadRequest{Conversation: id, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		act   store.Act
		field string
	}{
		"empty note":              {store.Act{Verb: store.VerbNote, Text: " \n"}, "text"},
		"note over the limit":     {store.Act{Verb: store.VerbNote, Text: strings.Repeat("🙂", desk.MaxNote/2) + "a"}, "text"},
		"no note":                 {store.Act{Verb: store.VerbUnnote, Message: page.Messages[0].ID}, "message"},
		"empty label":             {store.Act{Verb: store.VerbLabel, Label: " "}, "label"},
		"label over the limit":    {store.Act{Verb: store.VerbLabel, Label: strings.Repeat("ä", desk.MaxLabel+1)}, "label"},
		"reaction without asking": {store.Act{Verb: store.VerbReact, Message: page.Messages[0].ID, Emoji: "❤"}, "verb"},
		"control without asking":  {store.Act{Verb: store.VerbControl, Owner: &store.Owner{Kind: store.OwnerUs}}, "verb"},
	} {
		c.act.Conversation, c.act.Agent = id, agent
		var refusal *desk.Refusal
		if _, err := w.desk.Do(t.Context(), c.act); !errors.As(err, &refusal) || refusal.Field != c.field {
			t.Errorf("%s: %v, want a refusal of %s", name, err, c.field)
		}
	}
	if _, err := w.desk.Do(t.Context(), store.Act{Agent: agent, Conversation: id, Verb: store.VerbUnnote, Message: "log:999"}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("taking back no note: %v", err)
	}
	w.do(store.Act{Conversation: id, Verb: store.VerbNote, Text: strings.Repeat("🙂", desk.MaxNote/2)})
	w.do(store.Act{Conversation: id, Verb: store.VerbLabel, Label: strings.Repeat("ä", desk.MaxLabel)})
	if kept := records[store.Act](w, store.RecordAct); len(kept) != 2 {
		t.Errorf("%d acts were kept, want the two at the limit", len(kept))
	}
}
