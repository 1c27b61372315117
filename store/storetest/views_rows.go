package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/go-cmp/cmp/cmpopts"

	"frontdesk/messenger"
	"frontdesk/store"
)

func viewsEmpty(d *desk) {
	page := d.list(store.ListRequest{})
	if len(page.Rows) != 0 || page.More || page.Applied != 0 {
		d.Errorf("an empty desk lists %+v", page)
	}
	if c := d.counts(); c.Total != 0 || c.Applied != 0 {
		d.Errorf("an empty desk counts %+v", c)
	}
	for what, err := range map[string]error{
		"Conversation": func() error { _, err := d.Conversation(d.ctx(), "1:2"); return err }(),
		"Message":      func() error { _, err := d.Message(d.ctx(), "1:2", "m"); return err }(),
		"Touches":      func() error { _, err := d.Touches(d.ctx(), "1:2", 1); return err }(),
		"Thread": func() error {
			_, err := d.Thread(d.ctx(), store.ThreadRequest{Conversation: "1:2", Limit: 1})
			return err
		}(),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			d.Errorf("%s of an unknown conversation: %v, want ErrNotFound", what, err)
		}
	}
}

func (d *desk) wantApplied(want store.Seq) {
	d.Helper()
	if got, err := d.Applied(d.ctx()); err != nil || got != want {
		d.Errorf("Applied = %d, %v, want %d", got, err, want)
	}
}

func viewsApplied(d *desk) {
	nothing := func(store.Rows) error { return nil }
	d.wantApplied(0)
	d.apply(nothing)
	d.wantApplied(1)
	if err := d.Apply(d.ctx(), 400, nothing); err != nil {
		d.Fatal(err)
	}
	d.wantApplied(400)
	if page := d.list(store.ListRequest{}); page.Applied != 400 {
		d.Errorf("a list was read at %d, want 400", page.Applied)
	}
}

func viewsRollback(d *desk) {
	d.put(conv("1:1", 10))
	d.say(message("1:1", "m1", 10))
	before := d.dump()
	broken := errors.New("broken")
	err := d.Apply(d.ctx(), 9, func(r store.Rows) error {
		c := conv("1:1", 99)
		c.Refs = []string{"new"}
		return errors.Join(r.PutConversation(c), r.PutConversation(conv("1:2", 5)),
			r.PutMessage(message("1:1", "m2", 7)), r.DeleteMessage("1:1", store.Place{At: 10, ID: "m1"}),
			r.PutKey("1:1", "k", store.KeyRow{Delivered: true}), r.PutTouch("1:1", store.Touch{At: 3, ID: "m2"}),
			r.CountUnknown("1", "surprise", 1), broken)
	})
	if !errors.Is(err, broken) {
		d.Errorf("Apply returned %v, want the change's error", err)
	}
	if after := d.dump(); after != before {
		d.Errorf("a failed change left something behind:\n%s\nwas:\n%s", after, before)
	}
	d.wantApplied(d.seq)
}

func viewsReset(d *desk) {
	d.put(conv("1:1", 10))
	d.say(message("1:1", "m1", 10))
	if err := d.Reset(d.ctx()); err != nil {
		d.Fatalf("Reset: %v", err)
	}
	d.wantApplied(0)
	d.wantIDs(store.Query{})
	d.check()
	d.put(conv("1:1", 10))
	if page, err := d.Thread(d.ctx(), store.ThreadRequest{Conversation: "1:1", Limit: 10}); err != nil || len(page.Messages) != 0 {
		d.Errorf("after a reset the thread has %d messages, error %v", len(page.Messages), err)
	}
}

func viewsReopen(d *desk) {
	d.put(conv("1:1", 10), conv("1:2", 20))
	d.say(message("1:2", "m1", 20))
	before := d.dump()
	d.reopen()
	d.wantApplied(2)
	if after := d.dump(); after != before {
		d.Errorf("after reopening:\n%s\nbefore:\n%s", after, before)
	}
}

func viewsEnded(d *desk) {
	ctx, cancel := context.WithCancel(d.ctx())
	cancel()
	if _, err := d.List(ctx, store.ListRequest{Limit: 1}); !errors.Is(err, context.Canceled) {
		d.Errorf("List with an ended context: %v", err)
	}
	if err := d.Apply(ctx, 1, func(store.Rows) error { return nil }); !errors.Is(err, context.Canceled) {
		d.Errorf("Apply with an ended context: %v", err)
	}
	if err := d.Close(); err != nil {
		d.Errorf("Close: %v", err)
	}
	if _, err := d.List(d.ctx(), store.ListRequest{Limit: 1}); !errors.Is(err, store.ErrClosed) {
		d.Errorf("List after Close: %v, want ErrClosed", err)
	}
	if err := d.Apply(d.ctx(), 1, func(store.Rows) error { return nil }); !errors.Is(err, store.ErrClosed) {
		d.Errorf("Apply after Close: %v, want ErrClosed", err)
	}
	d.reopen()
}

func rowsConversations(d *desk) {
	c := conv("1:1", 10)
	c.Labels = []string{"b", "a"}
	d.put(c)
	got, err := d.Conversation(d.ctx(), "1:1")
	if err != nil {
		d.Fatal(err)
	}
	d.wantDiff("the conversation", got, c)
	c.Labels, c.LastActivity, c.Status = nil, 5, store.StatusResolved
	d.put(c, conv("1:2", 6))
	got, err = d.Conversation(d.ctx(), "1:1")
	if err != nil {
		d.Fatal(err)
	}
	d.wantDiff("the conversation after replacing it", got, c)
	d.wantIDs(store.Query{}, "1:2", "1:1")
	if _, err := d.Conversation(d.ctx(), "1:3"); !errors.Is(err, store.ErrNotFound) {
		d.Errorf("an unknown conversation: %v, want ErrNotFound", err)
	}
}

func rowsOwnWrites(d *desk) {
	d.apply(func(r store.Rows) error {
		if _, ok, err := r.Conversation("1:1"); ok || err != nil {
			return fmt.Errorf("a conversation before it was put: %v, %w", ok, err)
		}
		for i := range 3 {
			if err := r.PutConversation(conv("1:1", store.Millis(i))); err != nil {
				return err
			}
			if c, ok, err := r.Conversation("1:1"); !ok || err != nil || c.LastActivity != store.Millis(i) {
				d.Errorf("put %d, got %d, %v, %v", i, c.LastActivity, ok, err)
			}
		}
		m := message("1:1", "m", 4)
		if err := r.PutMessage(m); err != nil {
			return err
		}
		got, ok, err := r.Message("1:1", m.Place())
		if !ok || err != nil {
			d.Errorf("the message just put: %v, %v", ok, err)
		}
		d.wantDiff("the message just put", got, m)
		if list, err := r.Messages("1:1", store.Place{}, true, 9); err != nil || len(list) != 1 {
			d.Errorf("Messages has %d, %v, want the one just put", len(list), err)
		}
		return nil
	})
	d.wantIDs(store.Query{}, "1:1")
}

// rowsWhole puts every field there is.
func rowsWhole(d *desk) {
	touch := store.Touch{At: 1, ID: "t", Origin: store.OriginAd, Source: "ADS", Ref: "r", Page: "p", AdID: "9", Guest: true}
	c := store.Conversation{
		ID: "1:1", Inbox: "1", Contact: store.Contact{Kind: store.ContactVisitor, ID: "1", Name: "N"},
		Status: store.StatusSnoozed, SnoozedUntil: 99, Assignee: "ana", Labels: []string{"l"}, Unread: 3, Seen: 4,
		Unreplied: true, WaitingSince: 5, Touch: touch, Origins: []store.Origin{store.OriginAd}, Refs: []string{"r"},
		LastActivity: 6, LastIncoming: 7, WindowFrom: 8, DeliveredTo: 9, ReadTo: -10, ProfileAt: 11, ProfileGot: true,
		LastMessage: store.LastMessage{
			Place: store.Place{At: 1, ID: "m"}, Direction: store.Out, Kind: store.KindText, Text: "t", State: store.StateHeld,
			Media: "image", Agent: "ana", AppID: "7", Withdrawn: true,
		},
		DeliveredSeq: 17, ReadSeq: 18, LastTag: 12, LastAnswer: store.Place{At: 13, ID: "a"}, LastIncomingSeq: 14, Outbox: []store.Token{"t1", "t2"},
		Owner: store.Owner{Kind: store.OwnerApp, AppID: "77"}, OwnerAt: 15, Aliases: []store.ConversationID{"1:ref:a"}, LastReaction: 16,
		RefusedFrom: 19,
	}
	buttons := []messenger.Button{{Type: "web_url", Title: "t", URL: "u", Payload: "p"}, {}}
	elements := []messenger.Element{{Title: "t", Subtitle: "s", ImageURL: "i", Buttons: buttons, DefaultAction: &buttons[0]}}
	m := store.Message{
		ID: "m", MID: "mid", Conversation: "1:1", At: 1, Seq: 2, Direction: store.Out, Kind: store.KindMedia, Text: "t",
		Payload: "p", QuickReplies: []messenger.QuickReply{{ContentType: "text", Title: "t", Payload: "p", ImageURL: "i"}},
		Attachments: []store.Attachment{{
			Type: "location", URL: "u", Title: "t", StickerID: "s", Lat: 59.91, Long: -10.75, TemplateType: "generic",
			Text: "x", Buttons: buttons, Elements: elements,
		}, {}},
		Buttons: buttons, Elements: elements, ReplyTo: "r", Touch: &touch, Until: 3, Agent: "ana", AppID: "5", Token: "tok",
		Recipient: store.Contact{Kind: store.ContactUserRef, ID: "x", Name: "y"}, State: store.StateFailed,
		Error: &store.SendError{Code: 10, Subcode: -2, Text: "t", Advice: "a", Retry: true}, Attempts: 4, RetryAt: 5,
		TriedAt: 6, SentAt: 7, HeldBy: "h", Queued: 8, Blocks: 9, Tagged: true, OpensWindow: true, Delivered: true,
		Details: []store.Detail{{Name: "n", Value: "v"}, {}}, Edits: []store.Edit{{Text: "was", At: 1}, {N: 2, Text: "is", At: 3}}, EditN: 3,
		Reactions: []store.Reaction{{Side: store.In, Emoji: "❤", At: 4}}, Feedback: "f", Withdrawn: true,
		File: &store.File{Hash: "h", Name: "n", Type: "t", Size: 5}, Trail: []store.Seq{3, 1 << 63},
		Files: []store.Fetched{{Media: store.Media{
			Conversation: "c", Message: "m", Index: 1, File: store.File{Hash: "h", Size: -1}, Width: 2, Height: 3, Problem: "p", Gone: true,
		}, At: 4}, {}},
	}
	bare := message("1:1", "bare", 2)
	bare.MID, bare.Touch, bare.Error = "bare", &store.Touch{}, &store.SendError{}
	d.put(c)
	d.say(m, bare)
	d.reopen()
	got, err := d.Conversation(d.ctx(), "1:1")
	if err != nil {
		d.Fatal(err)
	}
	d.wantDiff("the conversation", got, c)
	page, err := d.Thread(d.ctx(), store.ThreadRequest{Conversation: "1:1", Limit: 9})
	if err != nil {
		d.Fatal(err)
	}
	d.wantDiff("the messages", page.Messages, []store.Message{m, bare})
}

func rowsRefused(d *desk) {
	for what, change := range map[string]func(store.Rows) error{
		"a conversation without an id":     func(r store.Rows) error { return r.PutConversation(store.Conversation{}) },
		"a message without an id":          func(r store.Rows) error { return r.PutMessage(message("1:1", "", 1)) },
		"a message without a conversation": func(r store.Rows) error { return r.PutMessage(message("", "m", 1)) },
		"a message whose conversation is never put": func(r store.Rows) error {
			return r.PutMessage(message("1:404", "m", 1))
		},
	} {
		if err := d.Apply(d.ctx(), 1, change); err == nil {
			d.Errorf("%s was taken", what)
		}
	}
	var kept store.Rows
	d.apply(func(r store.Rows) error { kept = r; return nil })
	if err := kept.PutConversation(conv("1:1", 1)); err == nil {
		d.Error("rows were usable after their Apply had ended")
	}
	d.wantIDs(store.Query{})
}

func rowsCopies(d *desk) {
	c := conv("1:1", 1)
	c.Refs, c.Labels = []string{"kept"}, []string{"kept"}
	d.apply(func(r store.Rows) error {
		if err := r.PutConversation(c); err != nil {
			return err
		}
		c.Refs[0] = "changed after putting"
		got, _, err := r.Conversation("1:1")
		got.Labels[0] = "changed after getting"
		return err
	})
	d.wantIDs(term(store.FieldRef, "kept"), "1:1")
	d.wantIDs(term(store.FieldLabel, "kept"), "1:1")
	page := d.list(store.ListRequest{})
	page.Rows[0].Refs[0] = "changed in the answer"
	d.put(conv("1:2", 1)) // pages of the file may move now
	again := d.list(store.ListRequest{Query: term(store.FieldRef, "kept")})
	d.wantDiff("refs", again.Rows[0].Refs, []string{"kept"}, cmpopts.EquateEmpty())
}

func rowsHostile(d *desk) {
	long := strings.Repeat("x", 40_000)
	for i, text := range []string{long + "1", long + "2", "\x00", "\x00\x00", "a\x00b", "\xff\xfe", "\xff", "*", "ä\u202e\x1b[31m", " ", "'\"--"} {
		id := store.ConversationID("1:" + text)
		c := conv(id, store.Millis(i))
		c.Contact.Name, c.Assignee = text, text
		c.Refs, c.Labels, c.Inbox = []string{text}, []string{text}, store.InboxID(text)
		c.LastMessage.Text = text
		m := message(id, store.MessageID(text), 1)
		m.Text, m.MID = text, text
		d.put(c)
		d.say(m)
		d.apply(func(r store.Rows) error {
			return errors.Join(r.PutKey(id, text, store.KeyRow{Place: m.Place()}),
				r.PutTouch(id, store.Touch{At: 1, ID: m.ID, Ref: text}), r.CountUnknown(c.Inbox, text, 1))
		})
		for _, f := range []store.Field{store.FieldInbox, store.FieldAssignee, store.FieldLabel} {
			d.wantIDs(term(f, text), id)
		}
		if text != "*" { // which means any ref
			d.wantIDs(both(term(store.FieldRef, text), not(store.FieldRef, "other")), id)
		}
		got, err := d.Conversation(d.ctx(), id)
		if err != nil {
			d.Fatal(err)
		}
		d.wantDiff("the conversation", got, c)
		gotMessage, err := d.Message(d.ctx(), id, m.ID)
		if err != nil {
			d.Fatal(err)
		}
		d.wantDiff("the message", gotMessage, m)
		d.apply(func(r store.Rows) error {
			k, ok, err := r.Key(id, text)
			if !ok || err != nil || k.Place != m.Place() {
				d.Errorf("Key(%.10q) = %v, %v", text, ok, err)
			}
			return nil
		})
	}
	d.wantIDs(term(store.FieldRef, long+"3"))
	if c := d.counts(); c.Unknown != 11 || c.Mine[long+"2"] != 1 || len(c.Refs) != 11 {
		d.Errorf("counted %d unknown, %d, %d refs", c.Unknown, c.Mine[long+"2"], len(c.Refs))
	}
}
