package desk_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// TestUndo does each act and takes it back: the conversation must stand as it did before.
func TestUndo(t *testing.T) {
	t.Parallel()
	later := store.MillisOf(time.Now().Add(time.Hour))
	for name, c := range map[string]struct {
		before []store.Act
		act    store.Act
		status store.Status
		unread int
		who    string
	}{
		"resolve": {act: store.Act{Verb: store.VerbResolve}, status: store.StatusResolved, unread: 2},
		"resolve a snoozed one": {
			before: []store.Act{{Verb: store.VerbSnooze, Until: later}}, act: store.Act{Verb: store.VerbResolve}, status: store.StatusResolved, unread: 2,
		},
		"reopen":        {before: []store.Act{{Verb: store.VerbResolve}}, act: store.Act{Verb: store.VerbReopen}, status: store.StatusOpen, unread: 2},
		"snooze":        {act: store.Act{Verb: store.VerbSnooze, Until: later}, status: store.StatusSnoozed, unread: 2},
		"snooze longer": {before: []store.Act{{Verb: store.VerbSnooze, Until: later}}, act: store.Act{Verb: store.VerbSnooze, Until: later + 1000}, status: store.StatusSnoozed, unread: 2},
		"read":          {act: store.Act{Verb: store.VerbRead, Seen: 2}, status: store.StatusOpen},
		"read in part":  {act: store.Act{Verb: store.VerbRead, Seen: 1}, status: store.StatusOpen, unread: 1},
		"read all":      {act: store.Act{Verb: store.VerbRead}, status: store.StatusOpen},
		"unread":        {before: []store.Act{{Verb: store.VerbRead}}, act: store.Act{Verb: store.VerbUnread}, status: store.StatusOpen, unread: 1},
		"assign":        {act: store.Act{Verb: store.VerbAssign, Assignee: "bo"}, status: store.StatusOpen, unread: 2, who: "bo"},
		"unassign":      {before: []store.Act{{Verb: store.VerbAssign, Assignee: "bo"}}, act: store.Act{Verb: store.VerbAssign}, status: store.StatusOpen, unread: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, t.TempDir(), config{idle: true})
			id := w.writes(pageID, psid(maya), "one", 0)
			w.writes(pageID, psid(maya), "two", 0)
			for _, a := range c.before {
				a.Conversation = id
				w.do(a)
			}
			before := w.conversation(id)
			c.act.Conversation = id
			undo := w.do(c.act)
			got := w.conversation(id) // Do returns when the views show it
			if got.Status != c.status || got.Unread != c.unread || got.Assignee != c.who {
				t.Errorf("afterwards: %s, %d unread, of %q", got.Status, got.Unread, got.Assignee)
			}
			redo := w.do(undo)
			back := w.conversation(id)
			if diff := cmp.Diff(aspects(before), aspects(back)); diff != "" {
				t.Errorf("undone:\n%s", diff)
			}
			w.do(redo)
			if diff := cmp.Diff(aspects(got), aspects(w.conversation(id))); diff != "" {
				t.Errorf("done again:\n%s", diff)
			}
		})
	}
}

// aspects is what an act can change.
func aspects(c store.Conversation) map[string]any {
	return map[string]any{"status": c.Status, "until": c.SnoozedUntil, "assignee": c.Assignee, "unread": c.Unread, "seen": c.Seen}
}

func TestActsThatChangeNothingAreNotKept(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{idle: true})
	id := w.writes(pageID, psid(maya), "one", 0)
	w.do(store.Act{Conversation: id, Verb: store.VerbRead})
	head := w.log.Head()
	for _, a := range []store.Act{
		{Verb: store.VerbRead},
		{Verb: store.VerbRead, Seen: 1},
		{Verb: store.VerbReopen},
		{Verb: store.VerbAssign},
		{Verb: store.VerbRestore, Status: store.StatusPending, Seen: w.conversation(id).Seen},
	} {
		a.Conversation = id
		if undo := w.do(a); undo != (store.Act{}) {
			t.Errorf("%s: undo %+v, want none", a.Verb, undo)
		}
	}
	if got := w.log.Head(); got != head {
		t.Errorf("%d records were kept", got-head)
	}
}

func TestActRefusals(t *testing.T) {
	t.Parallel()
	past := store.MillisOf(time.Now().Add(-time.Second))
	for name, c := range map[string]struct {
		act   store.Act
		field string
	}{
		"nobody":             {store.Act{Verb: store.VerbResolve}, "agent"},
		"no such verb":       {store.Act{Agent: agent, Verb: "explode"}, "verb"},
		"snooze, no time":    {store.Act{Agent: agent, Verb: store.VerbSnooze}, "until"},
		"snooze in the past": {store.Act{Agent: agent, Verb: store.VerbSnooze, Until: past}, "until"},
		"restore, no status": {store.Act{Agent: agent, Verb: store.VerbRestore}, "status"},
		"restore, past":      {store.Act{Agent: agent, Verb: store.VerbRestore, Status: store.StatusSnoozed, Until: past}, "until"},
		"unread, but silent": {store.Act{Agent: agent, Verb: store.VerbUnread}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, t.TempDir(), config{idle: true})
			w.append([]store.Fact{{
				Kind: store.FactReferral, Inbox: pageID, Contact: psid(maya), At: past, ID: "r1", Key: "r1", Touch: &store.Touch{Origin: store.OriginLink},
			}})
			c.act.Conversation = conv(pageID, psid(maya))
			_, err := w.desk.Do(t.Context(), c.act)
			var refusal *desk.Refusal
			if !errors.As(err, &refusal) || refusal.Field != c.field {
				t.Errorf("error %v, want a refusal of %q", err, c.field)
			}
			if n := w.log.Head(); n != 1 {
				t.Errorf("%d records", n)
			}
		})
	}
}

func TestActOnWhatIsNotThere(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{idle: true})
	id := w.writes(pageID, psid(maya), "one", 0)
	for _, a := range []store.Act{
		{Agent: agent, Verb: store.VerbResolve, Conversation: "1:2"},
		{Agent: agent, Verb: store.VerbCancel, Conversation: id, Message: "out:fd1:none"},
	} {
		if _, err := w.desk.Do(t.Context(), a); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", a.Verb, err)
		}
	}
}

func TestSettlingAReply(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{idle: true, sender: &platform{}})
	id := w.writes(pageID, psid(maya), "one", 0)
	settle := func(verb store.Verb, m store.Message) (store.Act, error) {
		return w.desk.Do(t.Context(), store.Act{Agent: agent, Conversation: id, Verb: verb, Message: m.ID})
	}
	m := w.reply(id, "two")
	for _, verb := range []store.Verb{store.VerbSendAgain, store.VerbArrived} {
		var refusal *desk.Refusal
		if _, err := settle(verb, m); !errors.As(err, &refusal) || !strings.Contains(refusal.Reason, "queued") {
			t.Errorf("%s of a queued reply: %v", verb, err)
		}
	}
	undo, err := settle(store.VerbCancel, m)
	if err != nil || w.message(m).State != store.StateCancelled || undo.Verb != store.VerbSendAgain {
		t.Fatalf("cancelled: %s, undo %+v, %v", w.message(m).State, undo, err)
	}
	if w.do(undo); w.message(m).State != store.StateQueued {
		t.Errorf("undone it is %s", w.message(m).State)
	}
	w.append(store.Attempt{Token: m.Token, Conversation: id, N: 1})
	for _, verb := range []store.Verb{store.VerbSendAgain, store.VerbArrived, store.VerbCancel} {
		var refusal *desk.Refusal
		if _, err := settle(verb, m); !errors.As(err, &refusal) || !strings.Contains(refusal.Reason, "being sent") {
			t.Errorf("%s while it is being sent: %v", verb, err)
		}
	}
	w.append(store.Result{Token: m.Token, Conversation: id, N: 1, Outcome: store.OutcomeUnknown})
	if undo, err := settle(store.VerbArrived, m); err != nil || undo != (store.Act{}) || w.message(m).State != store.StateSent {
		t.Errorf("arrived: %s, undo %+v, %v", w.message(m).State, undo, err)
	}
	if _, err := settle(store.VerbCancel, m); err == nil {
		t.Error("a reply that was sent was cancelled")
	}
	incoming := store.Message{ID: "m_in_" + store.MessageID(maya) + "one"}
	if _, err := settle(store.VerbCancel, incoming); err == nil {
		t.Error("the contact's words were cancelled")
	}
}

// TestCancelWhileSending races an agent against the courier: what was cancelled must not have been sent.
func TestCancelRacesTheCourier(t *testing.T) {
	t.Parallel()
	p := &platform{}
	w := open(t, t.TempDir(), config{sender: p})
	id := w.writes(pageID, psid(maya), "one", 0)
	for range 50 {
		m := w.reply(id, "two")
		_, err := w.desk.Do(t.Context(), store.Act{Agent: agent, Conversation: id, Verb: store.VerbCancel, Message: m.ID})
		if err != nil {
			w.untilState(m, store.StateSent)
			continue
		}
		w.untilState(m, store.StateCancelled)
		for _, r := range p.requests() {
			if r.Message.Metadata == string(m.Token) {
				t.Fatal("a cancelled reply was sent")
			}
		}
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{idle: true})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	changes, err := w.desk.Changes(ctx)
	if err != nil {
		t.Fatal(err)
	}
	still, err := w.desk.Changes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		w.writes(pageID, psid(maya), strings.Repeat("a", i+1), 0)
	}
	for seq := store.Seq(0); seq < 5; {
		next := <-changes
		if next <= seq {
			t.Fatalf("%d after %d", next, seq)
		}
		seq = next
	}
	cancel()
	if _, ok := <-changes; ok {
		t.Error("open after its context ended")
	}
	w.close()
	for range still { // ends because the desk is closed
	}
	if _, err := w.desk.Changes(t.Context()); !errors.Is(err, desk.ErrGone) {
		t.Errorf("after the end: %v, want ErrGone", err)
	}
}

func TestState(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := open(t, dir, config{idle: true})
	w.writes(pageID, psid(maya), "before the start", 0)
	w.close()
	w = open(t, dir, config{idle: true, adjust: func(o *desk.Options) {
		o.Listening = func() (string, error) { return "", errors.New("the port is taken") }
		o.Demo = true
	}})
	s, err := w.desk.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := desk.State{
		Version: "test", DataDir: dir, Demo: true, ListenError: "the port is taken", Head: 1, Applied: 1,
		Inboxes: []desk.Inbox{
			{ID: pageID, Name: "Lumen Bikes", Missing: "FRONTDESK_PAGE_TOKEN"},
			{ID: siteID, Name: "Site", Plugin: true, Missing: "FRONTDESK_PLUGIN_TOKEN"},
		},
	}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Error(diff)
	}
	began := store.MillisOf(time.Now())
	id := w.writes(pageID, psid(maya), "after it", 0)
	for range 50 {
		w.do(store.Act{Conversation: id, Verb: store.VerbAssign, Assignee: "bo"})
		w.do(store.Act{Conversation: id, Verb: store.VerbAssign})
	}
	w.writes(pageID, psid(maya), "and again", 0)
	w.do(store.Act{Conversation: id, Verb: store.VerbAssign, Assignee: "bo"})
	if s, err = w.desk.State(t.Context()); err != nil || s.LastEvent < began || s.Behind != 0 {
		t.Errorf("last event %d, began %d, behind %v, %v", s.LastEvent, began, s.Behind, err)
	}
}

// names is a Profiler.
type names struct {
	asked  chan string
	answer func(id string) (messenger.Profile, error)
	usage  messenger.Usage
}

func (n *names) Profile(_ context.Context, id string) (messenger.Profile, error) {
	n.asked <- id
	return n.answer(id)
}

func (n *names) Usage() messenger.Usage { return n.usage }
