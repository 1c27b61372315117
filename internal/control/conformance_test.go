package control_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/desk"
	"frontdesk/desk/media"
	"frontdesk/ingest"
	"frontdesk/messenger"
	"frontdesk/store"
	"frontdesk/store/bolt"
)

const conversation = "109872000000101:7412000000000101"

// openDesk is a real desk on a data folder of its own, with a few conversations in it.
func openDesk(t *testing.T) *desk.Desk {
	t.Helper()
	now := func() time.Time { return time.UnixMilli(1794819900000) }
	data, err := bolt.Open(filepath.Join(t.TempDir(), "data"), bolt.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	feed := store.NewFeed(0)
	projector := store.NewProjector(data.Log, data.Views, ingest.Translate, feed, nil)
	for i, event := range []string{
		`"message":{"mid":"m_1","text":"Do you ship to Norway?\u0000 \ud83d\ude42","tags":[{"source":"customer_chat_plugin"}]}`,
		`"message":{"mid":"m_2","attachments":[{"type":"image","payload":{"url":"https://lumen.example/a.jpg"}}]}`,
		`"postback":{"mid":"m_3","title":"Prices","payload":"PRICES","referral":{"ref":"spring sale","source":"SHORTLINK","type":"OPEN_THREAD"}}`,
		`"message":{"mid":"m_4","is_echo":true,"text":"Hello","app_id":12}`,
		`"read":{"watermark":1794819847902}`,
	} {
		sender, recipient := "7412000000000101", "109872000000101"
		if i == 3 {
			sender, recipient = recipient, sender
		}
		body := fmt.Sprintf(`{"object":"page","entry":[{"id":"109872000000101","time":1794819848389,"messaging":[{"sender":{"id":%q},`+
			`"recipient":{"id":%q},"timestamp":%d,%s}]}]}`, sender, recipient, 1794819847000+i, event)
		if _, err := data.Log.Append(t.Context(), store.Record{Kind: store.RecordWebhook, At: 1794819848400, Body: []byte(body)}); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- projector.Run(ctx) }()
	// Nothing is sent: nobody runs this desk's courier.
	graph, err := messenger.NewClient(messenger.ClientOptions{BaseURL: "http://127.0.0.1:1", Token: "token"})
	if err != nil {
		t.Fatal(err)
	}
	folder := media.NewFolder(media.Options{Dir: filepath.Join(t.TempDir(), "media")})
	d, err := desk.New(desk.Options{
		Log: data.Log, Views: data.Views, Feed: feed, Drafts: data.Desk, Poke: projector.Poke, Now: now, Version: "test",
		Canned: stationery(t), Uses: data.Desk, Media: folder,
		Gather: media.NewGatherer(media.GathererOptions{
			Folder: folder, Log: store.PokedLog{Log: data.Log, Projector: projector}, Views: data.Views, Feed: feed, Translate: ingest.Translate,
		}),
		Inboxes: []desk.InboxConfig{{
			Inbox: desk.Inbox{ID: "109872000000101", Name: "Harbour Lane Books", HumanAgent: true}, Sender: graph,
		}},
		Listening: func() (string, error) { return "http://127.0.0.1:1", errors.New("somebody else does") },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(d.Close(), <-ended, data.Close()); err != nil {
			t.Error(err)
		}
	})
	return d
}

// outcome is what a call gave: its value, and of its error what callers can tell apart.
type outcome struct {
	Value any
	Text  string
	Is    map[string]bool
}

func outcomeOf(value any, err error) outcome {
	o := outcome{Value: value, Is: map[string]bool{}}
	if err == nil {
		return o
	}
	o.Text = err.Error()
	var refusal *desk.Refusal
	o.Is["refusal"] = errors.As(err, &refusal)
	for name, sentinel := range map[string]error{
		"not found": store.ErrNotFound, "behind": desk.ErrBehind, "gone": desk.ErrGone, "late": context.DeadlineExceeded,
	} {
		o.Is[name] = errors.Is(err, sentinel)
	}
	return o
}

// TestTheSocketChangesNothing asks a desk and a client of the same desk the same things.
func TestTheSocketChangesNothing(t *testing.T) {
	t.Parallel()
	here := openDesk(t)
	_, path := serve(t, here)
	there := dial(t, path)
	ctx := t.Context()
	if err := there.CaughtUp(ctx); err != nil {
		t.Fatal(err)
	}
	list := func(terms ...store.Term) func(desk.Contract) outcome {
		return func(d desk.Contract) outcome {
			return outcomeOf(d.List(ctx, store.ListRequest{Query: store.Query{Terms: terms}, Limit: 10}))
		}
	}
	calls := map[string]func(desk.Contract) outcome{
		"list everything": list(),
		"list by a ref":   list(store.Term{Field: store.FieldRef, Values: []string{"spring sale"}}),
		"list of nothing": list(store.Term{Field: store.FieldRef, Values: []string{"none"}}),
		"conversation":    func(d desk.Contract) outcome { return outcomeOf(d.Conversation(ctx, conversation)) },
		"no conversation": func(d desk.Contract) outcome { return outcomeOf(d.Conversation(ctx, "1:1")) },
		"thread": func(d desk.Contract) outcome {
			return outcomeOf(d.Thread(ctx, store.ThreadRequest{Conversation: conversation, Limit: 3}))
		},
		"thread without a limit": func(d desk.Contract) outcome {
			return outcomeOf(d.Thread(ctx, store.ThreadRequest{Conversation: conversation}))
		},
		"thread of nobody": func(d desk.Contract) outcome {
			return outcomeOf(d.Thread(ctx, store.ThreadRequest{Conversation: "1:1", Limit: 3}))
		},
		"touches":    func(d desk.Contract) outcome { return outcomeOf(d.Touches(ctx, conversation, 5)) },
		"counts":     func(d desk.Contract) outcome { return outcomeOf(d.Counts(ctx)) },
		"message":    func(d desk.Contract) outcome { return outcomeOf(d.Message(ctx, conversation, "m_2")) },
		"no message": func(d desk.Contract) outcome { return outcomeOf(d.Message(ctx, conversation, "m_9")) },
		"no draft":   func(d desk.Contract) outcome { return outcomeOf(d.Draft(ctx, conversation, "ana")) },
		"drafted":    func(d desk.Contract) outcome { return outcomeOf(d.Drafted(ctx, "ana")) },
		"caught up":  func(d desk.Contract) outcome { return outcomeOf(nil, d.CaughtUp(ctx)) },
		"retest":     func(d desk.Contract) outcome { return outcomeOf(struct{}{}, d.Retest(ctx)) },
		"queue":      func(d desk.Contract) outcome { return outcomeOf(d.Queue(ctx)) },
		"trail":      func(d desk.Contract) outcome { return outcomeOf(d.Trail(ctx, conversation, "m_1")) },
		"no trail":   func(d desk.Contract) outcome { return outcomeOf(d.Trail(ctx, conversation, "m_9")) },
		"typing":     func(d desk.Contract) outcome { return outcomeOf(nil, d.Typing(ctx, conversation, true)) },
		"typing to nobody": func(d desk.Contract) outcome {
			return outcomeOf(nil, d.Typing(ctx, "1:1", false))
		},
		"a reaction on nothing": func(d desk.Contract) outcome {
			return outcomeOf(nil, d.React(ctx, conversation, "ana", "m_9", "❤"))
		},
		"a refused reaction": func(d desk.Contract) outcome { // the platform is not there
			return outcomeOf(nil, d.React(ctx, conversation, "ana", "m_2", "❤"))
		},
		"a refused hand-over": func(d desk.Contract) outcome {
			return outcomeOf(nil, d.Control(ctx, desk.ControlRequest{
				Conversation: conversation, Agent: "ana", Verb: desk.ControlPass, To: messenger.PageInboxApp,
			}))
		},
		"a refused reply": func(d desk.Contract) outcome {
			return outcomeOf(d.Reply(ctx, desk.Reply{Conversation: conversation, Agent: "ana"}))
		},
		"a refused answer of two": func(d desk.Contract) outcome {
			good := desk.Reply{Conversation: conversation, Agent: "ana", Message: messenger.OutMessage{Text: "Yes."}}
			return outcomeOf(d.ReplyAll(ctx, []desk.Reply{good, {Conversation: conversation, Agent: "ana"}}))
		},
		"a reply to nobody": func(d desk.Contract) outcome {
			return outcomeOf(d.Reply(ctx, desk.Reply{Conversation: "1:1", Agent: "ana", Message: messenger.OutMessage{Text: "Hello?"}}))
		},
		"an act on nobody": func(d desk.Contract) outcome {
			return outcomeOf(d.Do(ctx, store.Act{Agent: "ana", Conversation: "1:1", Verb: store.VerbResolve}))
		},
		"state": func(d desk.Contract) outcome {
			s, err := d.State(ctx)
			s.Remote = false // what differs on purpose
			return outcomeOf(s, err)
		},
	}
	compare := func(when string) {
		t.Helper()
		for name, call := range calls {
			if diff := cmp.Diff(call(here), call(there)); diff != "" {
				t.Errorf("%s, %s (-desk +socket):\n%s", name, when, diff)
			}
		}
	}
	compare("at first")

	state, err := there.State(ctx)
	if err != nil || !state.Remote {
		t.Errorf("state over the socket: remote %v, %v", state.Remote, err)
	}
	message, err := there.Reply(ctx, desk.Reply{
		Conversation: conversation, Agent: "ana", Seen: state.Applied,
		Message: messenger.OutMessage{Text: "Yes <&>.", QuickReplies: []messenger.QuickReply{{ContentType: "text", Title: "Prices", Payload: "P"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	undo, err := there.Do(ctx, store.Act{Agent: "ana", Conversation: conversation, Verb: store.VerbAssign, Assignee: "ana"})
	if err != nil || undo.Conversation != conversation {
		t.Errorf("undo = %+v, %v", undo, err)
	}
	typed := desk.Draft{
		Mode: desk.ModeQuickReplies, Text: "half a\nsentence <&>", Note: "among us", ReplyTo: "m_2",
		QuickReplies: []messenger.QuickReply{{ContentType: "text", Title: "Yes"}, {ContentType: "user_email"}},
		Cards:        []messenger.Element{{Title: "One", DefaultAction: &messenger.Button{Type: messenger.ButtonURL, URL: "https://lumen.example"}}},
		Files:        []desk.DraftFile{{Path: "/tmp/a.png", Kind: "image", File: &store.File{Hash: "00", Name: "a.png", Size: 3}}},
	}
	if err := there.SaveDraft(ctx, conversation, "ana", typed); err != nil {
		t.Fatal(err)
	}
	if err := there.CaughtUp(ctx); err != nil {
		t.Fatal(err)
	}
	calls["the reply"] = func(d desk.Contract) outcome { return outcomeOf(d.Message(ctx, conversation, message.ID)) }
	calls["the draft"] = func(d desk.Contract) outcome { return outcomeOf(d.Draft(ctx, conversation, "ana")) }
	calls["the reply's trail"] = func(d desk.Contract) outcome { return outcomeOf(d.Trail(ctx, conversation, message.ID)) }
	compare("after acting over the socket")
	if got, err := here.Draft(ctx, conversation, "ana"); err != nil || !got.Equal(typed) {
		t.Errorf("draft = %+v, %v", got, err)
	}
}
