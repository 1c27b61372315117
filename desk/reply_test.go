package desk_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

const day = 24 * time.Hour

func TestReplyIsTheLineTheThreadWillShow(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]messenger.OutMessage{
		"text":          {Text: "Yes, to all of Norway."},
		"quick replies": {Text: "Which?", QuickReplies: []messenger.QuickReply{{ContentType: "text", Title: "A", Payload: "A"}}},
		"buttons":       messenger.ButtonTemplate("Look", messenger.Button{Type: messenger.ButtonURL, Title: "Shop", URL: "https://lumen.example"}),
		"picture":       {Attachment: &messenger.OutAttachment{Type: "image", Payload: messenger.OutPayload{URL: "https://lumen.example/a.png"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, t.TempDir(), config{sender: &platform{}, idle: true})
			id := w.writes(pageID, psid(maya), "hello", 0)
			got, err := w.desk.Reply(t.Context(), desk.Reply{Conversation: id, Agent: agent, Message: m, Seen: 1})
			if err != nil {
				t.Fatal(err)
			}
			w.caughtUp()
			if diff := cmp.Diff(w.message(got), got); diff != "" {
				t.Errorf("the views say otherwise (-views +returned):\n%s", diff)
			}
			if !strings.HasPrefix(string(got.Token), "fd1:") || len(got.Token) != len("fd1:")+26 {
				t.Errorf("token %q", got.Token)
			}
			kept := records[store.Reply](w, store.RecordReply)
			if len(kept) != 1 || kept[0].Message.Metadata != string(got.Token) || kept[0].Seen != 1 || kept[0].Recipient.ID != maya {
				t.Errorf("kept %+v", kept)
			}
			if w.conversation(id).Unread != 0 {
				t.Error("what the agent had seen is still unread")
			}
		})
	}
}

func TestReplyRefusals(t *testing.T) {
	t.Parallel()
	text := messenger.OutMessage{Text: "hello"}
	full := desk.Inbox{ID: pageID}
	for name, c := range map[string]struct {
		inbox   desk.Inbox
		to      store.Contact
		in      store.InboxID
		mute    bool // no senders
		message messenger.OutMessage
		field   string
		says    string
	}{
		"too long":         {inbox: full, to: psid(maya), in: pageID, message: messenger.OutMessage{Text: strings.Repeat("a", 2001)}, field: "text", says: "2000"},
		"empty":            {inbox: full, to: psid(maya), in: pageID, message: messenger.OutMessage{}, field: "text", says: "empty"},
		"long title":       {inbox: full, to: psid(maya), in: pageID, message: messenger.OutMessage{Text: "a", QuickReplies: []messenger.QuickReply{{ContentType: "text", Title: strings.Repeat("a", 21), Payload: "a"}}}, field: "quick_replies[0].title", says: "20"},
		"own metadata":     {inbox: full, to: psid(maya), in: pageID, message: messenger.OutMessage{Text: "a", Metadata: "x"}, field: "metadata", says: "taken"},
		"no settings":      {inbox: full, to: psid(maya), in: "555", message: text, says: "FRONTDESK_PAGE_TOKEN"},
		"named setting":    {inbox: desk.Inbox{ID: pageID, Missing: "FRONTDESK_APP_SECRET"}, to: psid(maya), in: pageID, message: text, says: "FRONTDESK_APP_SECRET"},
		"no token":         {inbox: full, to: psid(maya), in: pageID, mute: true, message: text, says: "FRONTDESK_PAGE_TOKEN"},
		"no plugin":        {inbox: full, to: store.Contact{Kind: store.ContactVisitor, ID: visitor}, in: siteID, mute: true, message: text, says: "FRONTDESK_PLUGIN_TOKEN"},
		"Meta's in plugin": {inbox: full, to: psid(maya), in: siteID, message: text, says: "no visitor"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, v := &platform{}, &platform{}
			cfg := config{sender: p, visitors: v, inbox: c.inbox}
			if c.mute {
				cfg.sender, cfg.visitors = nil, nil
			}
			w := open(t, t.TempDir(), cfg)
			id := w.writes(c.in, c.to, "hello", 0)
			_, err := w.desk.Reply(t.Context(), desk.Reply{Conversation: id, Agent: agent, Message: c.message})
			var refusal *desk.Refusal
			if !errors.As(err, &refusal) {
				t.Fatalf("error is %v, want a *Refusal", err)
			}
			if refusal.Field != c.field || !strings.Contains(refusal.Error(), c.says) {
				t.Errorf("refusal %+v: want field %q and %q", refusal, c.field, c.says)
			}
			if kept := records[store.Reply](w, store.RecordReply); len(kept) != 0 || len(p.requests())+len(v.requests()) != 0 {
				t.Errorf("kept %v, sent %v %v", kept, p.requests(), v.requests())
			}
		})
	}
}

func TestReplyNamesEveryFault(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{sender: &platform{}, idle: true})
	id := w.writes(pageID, psid(maya), "hello", 0)
	bad := messenger.QuickReply{ContentType: "text", Title: strings.Repeat("a", 21), Payload: "a"}
	_, err := w.desk.Reply(t.Context(), desk.Reply{
		Conversation: id, Agent: agent, Message: messenger.OutMessage{Text: "a", QuickReplies: []messenger.QuickReply{bad, bad}},
	})
	if err == nil || !strings.Contains(err.Error(), "quick_replies[0].title") || !strings.Contains(err.Error(), "quick_replies[1].title") {
		t.Errorf("error %v does not name both", err)
	}
}

func TestReplyToNobody(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{sender: &platform{}, idle: true})
	_, err := w.desk.Reply(t.Context(), desk.Reply{Conversation: "1:2", Agent: agent, Message: messenger.OutMessage{Text: "a"}})
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("error %v, want ErrNotFound", err)
	}
}

func TestWindow(t *testing.T) {
	t.Parallel()
	text := messenger.OutMessage{Text: "hello"}
	choices := messenger.OutMessage{Text: "a", QuickReplies: []messenger.QuickReply{{ContentType: "text", Title: "A", Payload: "A"}}}
	template := messenger.ButtonTemplate("Look", messenger.Button{Type: messenger.ButtonPostback, Title: "A", Payload: "A"})
	granted := desk.Inbox{ID: pageID, HumanAgent: true}
	for name, c := range map[string]struct {
		ago     time.Duration
		inbox   desk.Inbox
		to      store.Contact
		in      store.InboxID
		message messenger.OutMessage
		human   bool
		tag     string
		refused string // a part of the refusal
	}{
		"just written":                   {ago: 0, message: text},
		"a moment before the end":        {ago: day - time.Minute, message: template},
		"within, marked as human":        {ago: time.Hour, inbox: granted, message: text, human: true},
		"closed, no feature":             {ago: day + time.Minute, message: text, human: true, refused: "FRONTDESK_HUMAN_AGENT"},
		"closed, feature, not marked":    {ago: 2 * day, inbox: granted, message: text, refused: "as a human agent"},
		"closed, feature, marked":        {ago: 2 * day, inbox: granted, message: text, human: true, tag: "HUMAN_AGENT"},
		"closed, feature, quick replies": {ago: 2 * day, inbox: granted, message: choices, human: true, refused: "only text"},
		"closed, feature, buttons":       {ago: 2 * day, inbox: granted, message: template, human: true, refused: "only text"},
		"after seven days":               {ago: 8 * day, inbox: granted, message: text, human: true, refused: "until the customer writes"},
		"user_ref after 24 hours":        {ago: 2 * day, inbox: granted, to: store.Contact{Kind: store.ContactUserRef, ID: "6150"}, message: text, human: true, refused: "until the customer writes"},
		"a visitor, long ago":            {ago: 30 * day, in: siteID, to: store.Contact{Kind: store.ContactVisitor, ID: visitor}, message: template},
		"says how long ago":              {ago: 3 * day, message: text, refused: "2 days ago"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.in == "" {
				c.in = pageID
			}
			if c.to.ID == "" {
				c.to = psid(maya)
			}
			w := open(t, t.TempDir(), config{sender: &platform{}, visitors: &platform{}, inbox: c.inbox, idle: true})
			id := w.writes(c.in, c.to, "hello", c.ago)
			_, err := w.desk.Reply(t.Context(), desk.Reply{Conversation: id, Agent: agent, Message: c.message, HumanAgent: c.human})
			if c.refused != "" {
				var refusal *desk.Refusal
				if !errors.As(err, &refusal) || !strings.Contains(refusal.Error(), c.refused) {
					t.Fatalf("error %v, want a refusal with %q", err, c.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			kept := records[store.Reply](w, store.RecordReply)[0]
			wantType := messenger.Response
			if c.tag != "" {
				wantType = messenger.MessageTag
			}
			if kept.Tag != c.tag || kept.MessagingType != wantType {
				t.Errorf("kept as %s %q, want %s %q", kept.MessagingType, kept.Tag, wantType, c.tag)
			}
		})
	}
}

func TestContactNobodyHeardMayBeTried(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{sender: &platform{}, idle: true})
	w.append([]store.Fact{{
		Kind: store.FactReferral, Inbox: pageID, Contact: psid(maya), At: store.MillisOf(time.Now().Add(-9 * day)),
		ID: "r1", Key: "r1", Touch: &store.Touch{Origin: store.OriginPlugin},
	}})
	w.reply(conv(pageID, psid(maya)), "hello")
}

func TestRouteGoesByTheRecipient(t *testing.T) {
	t.Parallel()
	meta, ours := &platform{}, &platform{}
	w := open(t, t.TempDir(), config{sender: meta, visitors: ours})
	// The settings are wrong: a visitor stands in the inbox of a Page.
	id := w.writes(pageID, store.Contact{Kind: store.ContactVisitor, ID: visitor}, "hello", 0)
	stray := w.writes(pageID, psid("9000000000000000077"), "hello", 0)
	person := w.writes(pageID, psid(maya), "hello", 0)
	for _, c := range []store.ConversationID{id, stray, person} {
		w.untilState(w.reply(c, "to "+string(c)), store.StateSent)
	}
	for _, r := range meta.requests() {
		if messenger.IsVisitor(r.Recipient.ID) {
			t.Errorf("Meta was given the visitor %s", r.Recipient.ID)
		}
	}
	if len(meta.requests()) != 1 || len(ours.requests()) != 2 {
		t.Errorf("Meta got %d, the plugin %d", len(meta.requests()), len(ours.requests()))
	}
}

func TestUserRefIsNamedAsSuch(t *testing.T) {
	t.Parallel()
	p := &platform{}
	w := open(t, t.TempDir(), config{sender: p})
	id := w.writes(pageID, store.Contact{Kind: store.ContactUserRef, ID: "6150"}, "hello", 0)
	w.untilState(w.reply(id, "hi"), store.StateSent)
	if got := p.requests()[0].Recipient; got != (messenger.Recipient{UserRef: "6150"}) {
		t.Errorf("recipient %+v", got)
	}
}

func TestDrafts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := open(t, dir, config{idle: true})
	id := w.writes(pageID, psid(maya), "hello", 0)
	if err := w.desk.SaveDraft(t.Context(), id, agent, desk.TextDraft("Dear")); err != nil {
		t.Fatal(err)
	}
	w.close()
	w = open(t, dir, config{idle: true})
	draft, err := w.desk.Draft(t.Context(), id, agent)
	if err != nil || draft.Text != "Dear" {
		t.Errorf("draft %+v, %v", draft, err)
	}
	if ids, err := w.desk.Drafted(t.Context(), agent); err != nil || len(ids) != 1 || ids[0] != id {
		t.Errorf("drafted %v, %v", ids, err)
	}
	if err := w.desk.SaveDraft(t.Context(), id, agent, desk.Draft{}); err != nil {
		t.Fatal(err)
	}
	if ids, err := w.desk.Drafted(t.Context(), agent); err != nil || len(ids) != 0 {
		t.Errorf("drafted after forgetting: %v, %v", ids, err)
	}
}

func TestOtherID(t *testing.T) {
	t.Parallel()
	w := open(t, t.TempDir(), config{idle: true, sender: &platform{}})
	guest := store.Contact{Kind: store.ContactUserRef, ID: "guest-1"}
	old := w.writes(pageID, guest, "hello", 0)
	if err := w.desk.SaveDraft(t.Context(), old, agent, desk.TextDraft("Dear")); err != nil {
		t.Fatal(err)
	}
	w.append([]store.Fact{{Kind: store.FactRead, Inbox: pageID, Contact: psid(maya), Watermark: 1, Alias: guest}})
	now := conv(pageID, psid(maya))

	for _, id := range []store.ConversationID{old, now} {
		if c := w.conversation(id); c.ID != now {
			t.Errorf("Conversation(%s) is %s, want %s", id, c.ID, now)
		}
		if draft, err := w.desk.Draft(t.Context(), id, agent); err != nil || draft.Text != "Dear" {
			t.Errorf("Draft(%s) = %+v, %v", id, draft, err)
		}
	}
	if ids, err := w.desk.Drafted(t.Context(), agent); err != nil || len(ids) != 1 || ids[0] != now {
		t.Errorf("Drafted = %v, %v, want %s", ids, err, now)
	}
	if err := w.desk.SaveDraft(t.Context(), old, agent, desk.Draft{}); err != nil {
		t.Fatal(err)
	}
	if ids, err := w.desk.Drafted(t.Context(), agent); err != nil || len(ids) != 0 {
		t.Errorf("drafted after forgetting: %v, %v", ids, err)
	}

	if m := w.reply(old, "Yes."); m.Conversation != now || m.Recipient != psid(maya) {
		t.Errorf("a reply to the other id went to %s, %v", m.Conversation, m.Recipient)
	}
	undo := w.do(store.Act{Agent: agent, Conversation: old, Verb: store.VerbResolve})
	if undo.Conversation != now || w.conversation(now).Status != store.StatusResolved {
		t.Errorf("resolved by the other id: undo %+v, status %s", undo, w.conversation(now).Status)
	}
}
