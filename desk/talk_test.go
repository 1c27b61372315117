package desk_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

// signing is a platform that notes the sender actions it is sent.
type signing struct {
	platform
	mu  sync.Mutex
	all []messenger.SendRequest
}

func newSigning(err error) *signing {
	s := &signing{}
	s.signed = func(r messenger.SendRequest) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.all = append(s.all, r)
		return err
	}
	return s
}

// actions are the sender actions that came since the last call.
func (s *signing) actions() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for _, r := range s.all {
		names = append(names, r.SenderAction)
	}
	s.all = nil
	return strings.Join(names, " ")
}

func (w *world) types(id store.ConversationID, on bool) {
	w.t.Helper()
	if err := w.desk.Typing(w.t.Context(), id, on); err != nil {
		w.t.Fatal(err)
	}
	synctest.Wait()
}

func TestTypingIsThrottled(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := newSigning(nil)
		w := open(t, t.TempDir(), config{sender: p})
		id := w.writes(pageID, psid(maya), "hello", time.Minute)
		for range 20 { // a key a second
			w.types(id, true)
			time.Sleep(time.Second)
		}
		if got := p.actions(); got != "typing_on typing_on" {
			t.Errorf("twenty seconds of typing told %q", got)
		}
		w.types(id, false)
		w.types(id, false)
		if got := p.actions(); got != "typing_off" {
			t.Errorf("the end of typing told %q", got)
		}
		w.types(id, true)
		if got := p.actions(); got != "" {
			t.Errorf("typing again within fifteen seconds told %q", got)
		}

		time.Sleep(15 * time.Second)
		w.types(id, true)
		if got := p.actions(); got != "typing_on" {
			t.Errorf("typing later told %q", got)
		}
		w.untilState(w.reply(id, "Yes."), store.StateSent)
		w.types(id, false)
		if got := p.actions(); got != "" {
			t.Errorf("the message took the sign away, and yet %q was told", got)
		}
		time.Sleep(15 * time.Second)
		w.types(id, true)
		time.Sleep(21 * time.Second) // it has gone by itself
		p.actions()
		w.types(id, false)
		if got := p.actions(); got != "" {
			t.Errorf("what shows no more was ended with %q", got)
		}
		w.close()
	})
}

// TestSignsOnlyWhereTheyAreWelcome types and reads where the contact can't be told, or must not be.
func TestSignsOnlyWhereTheyAreWelcome(t *testing.T) {
	t.Parallel()
	userRef := store.Contact{Kind: store.ContactUserRef, ID: "6150"}
	for name, c := range map[string]struct {
		to     store.Contact
		inbox  desk.Inbox
		ago    time.Duration
		usage  float64
		adjust func(*desk.Options)
		facts  []store.Fact
		want   string
	}{
		"open":              {want: "typing_on mark_seen"},
		"closed":            {ago: 25 * time.Hour},
		"human agent":       {ago: 25 * time.Hour, inbox: desk.Inbox{ID: pageID, HumanAgent: true}},
		"a user_ref":        {to: userRef},
		"switched off":      {adjust: func(o *desk.Options) { o.NoSenderActions = true }},
		"at 95 percent":     {usage: 95, want: "typing_on mark_seen"},
		"over 95 percent":   {usage: 96},
		"no token":          {inbox: desk.Inbox{ID: pageID, Missing: "FRONTDESK_APP_SECRET"}},
		"in another's hand": {facts: []store.Fact{{Kind: store.FactControl, LineKind: store.KindControl, Key: "c", ID: "c", Owner: store.Owner{Kind: store.OwnerApp, AppID: messenger.PageInboxApp}}}},
		"a guest who has left": {ago: time.Hour, facts: []store.Fact{{
			Kind: store.FactReferral, Key: "r", ID: "r", Touch: &store.Touch{Origin: store.OriginPlugin, Guest: true},
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				p := newSigning(nil)
				cfg := config{sender: p, inbox: c.inbox, adjust: c.adjust}
				if c.usage > 0 {
					cfg.profiler = &names{
						asked: make(chan string, 1), usage: messenger.Usage{App: messenger.Use{Calls: c.usage}, At: time.Now()},
						answer: func(string) (messenger.Profile, error) { return messenger.Profile{}, nil },
					}
				}
				w := open(t, t.TempDir(), cfg)
				if c.to.ID == "" {
					c.to = psid(maya)
				}
				id := conv(pageID, c.to)
				for _, f := range c.facts { // the session began before the window did
					f.Inbox, f.Contact, f.At = pageID, c.to, store.MillisOf(time.Now().Add(-24*time.Hour))
					if f.Kind == store.FactControl {
						f.At = store.MillisOf(time.Now().Add(time.Second))
						w.writes(pageID, c.to, "first", c.ago)
					}
					w.append([]store.Fact{f})
				}
				w.writes(pageID, c.to, "hello", c.ago)
				w.types(id, true)
				w.do(store.Act{Conversation: id, Verb: store.VerbRead})
				synctest.Wait()
				if got := p.actions(); got != c.want {
					t.Errorf("told %q, want %q", got, c.want)
				}
				w.close()
			})
		})
	}
}

// TestFailedSignsAreNobodysBusiness has the platform refuse every sender action.
func TestFailedSignsAreNobodysBusiness(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := newSigning(errDeadToken)
		w := open(t, t.TempDir(), config{sender: p})
		id := w.writes(pageID, psid(maya), "hello", time.Minute)
		w.types(id, true)
		w.do(store.Act{Conversation: id, Verb: store.VerbRead})
		synctest.Wait()
		if got := p.actions(); got != "typing_on mark_seen" {
			t.Errorf("told %q: what failed is not tried again", got)
		}
		if s, err := w.desk.State(t.Context()); err != nil || s.Inboxes[0].Alert != "" {
			t.Errorf("the inbox says %q, %v", s.Inboxes[0].Alert, err)
		}
		w.untilState(w.reply(id, "Yes."), store.StateSent)
		w.close()
	})
}

// TestSignsNeverWait has a platform that answers nothing: what does not fit is dropped.
func TestSignsNeverWait(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := newSigning(nil)
		stuck := make(chan struct{})
		p.signed = func(messenger.SendRequest) error { <-stuck; return context.DeadlineExceeded }
		w := open(t, t.TempDir(), config{sender: p})
		id := w.writes(pageID, psid(maya), "hello", time.Minute)
		for range 200 {
			w.do(store.Act{Conversation: id, Verb: store.VerbRead})
			w.do(store.Act{Conversation: id, Verb: store.VerbUnread})
		}
		w.untilState(w.reply(id, "Yes."), store.StateSent)
		close(stuck)
		w.close()
	})
}

func TestReaction(t *testing.T) {
	t.Parallel()
	p := newSigning(nil)
	w := open(t, t.TempDir(), config{sender: p})
	id := w.writes(pageID, psid(maya), "hello", time.Minute)
	react := func(emoji string) store.Message {
		t.Helper()
		if err := w.desk.React(t.Context(), id, agent, "m_in_"+store.MessageID(maya)+"hello", emoji); err != nil {
			t.Fatal(err)
		}
		page, err := w.desk.Thread(t.Context(), store.ThreadRequest{Conversation: id, Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		return page.Messages[0]
	}
	m := react("❤")
	if len(m.Reactions) != 1 || m.Reactions[0].Emoji != "❤" || m.Reactions[0].Side != store.Out {
		t.Errorf("reactions %+v", m.Reactions)
	}
	react("❤")
	p.mu.Lock()
	all := p.all
	p.mu.Unlock()
	if len(all) != 1 || all[0].SenderAction != "react" || *all[0].Payload != (messenger.ReactPayload{MessageID: m.MID, Reaction: "❤"}) ||
		all[0].Message != nil || all[0].MessagingType != "" || all[0].Recipient.ID != maya {
		t.Errorf("asked %+v", all)
	}
	p.actions()
	if m = react("👍"); len(m.Reactions) != 1 || m.Reactions[0].Emoji != "👍" {
		t.Errorf("another one: %+v", m.Reactions)
	}
	if m = react(""); len(m.Reactions) != 0 {
		t.Errorf("taken back: %+v", m.Reactions)
	}
	if got := p.actions(); got != "react unreact" {
		t.Errorf("asked %q", got)
	}
}

func TestReactionRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		to    store.Contact
		ago   time.Duration
		inbox desk.Inbox
		id    store.MessageID
		emoji string
		err   error
		says  string
	}{
		"by the platform":   {emoji: "❤", err: &messenger.APIError{HTTPStatus: 400, Code: 10, Subcode: 2018278}, says: "was not taken"},
		"nobody knows":      {emoji: "❤", err: errUnclear, says: "does no harm"},
		"window closed":     {emoji: "❤", ago: 2 * day, says: "24 hours"},
		"as a human agent":  {emoji: "❤", ago: 2 * day, inbox: desk.Inbox{ID: pageID, HumanAgent: true}, says: "only text"},
		"to a user_ref":     {emoji: "❤", to: store.Contact{Kind: store.ContactUserRef, ID: "6150"}, says: "knows by an id"},
		"more than a smile": {emoji: strings.Repeat("❤", 30), says: "one emoji"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, t.TempDir(), config{sender: newSigning(c.err), inbox: c.inbox})
			if c.to.ID == "" {
				c.to = psid(maya)
			}
			id := w.writes(pageID, c.to, "hello", c.ago)
			err := w.desk.React(t.Context(), id, agent, "m_in_"+store.MessageID(c.to.ID)+"hello", c.emoji)
			var refusal *desk.Refusal
			if !errors.As(err, &refusal) || !strings.Contains(refusal.Error(), c.says) {
				t.Errorf("%v, want a refusal with %q", err, c.says)
			}
			if kept := records[store.Act](w, store.RecordAct); len(kept) != 0 {
				t.Errorf("kept %+v", kept)
			}
		})
	}
}

// handing is a platform whose conversations several apps share.
type handing struct {
	platform
	asked []string
	err   error
}

func (h *handing) TakeControl(_ context.Context, page string, to messenger.Recipient, _ string) error {
	h.asked = append(h.asked, "take "+page+" "+to.ID)
	return h.err
}

func (h *handing) PassControl(_ context.Context, page string, to messenger.Recipient, app, _ string) error {
	h.asked = append(h.asked, "pass "+page+" "+to.ID+" to "+app)
	return h.err
}

func (h *handing) ReleaseControl(_ context.Context, page string, to messenger.Recipient) error {
	h.asked = append(h.asked, "release "+page+" "+to.ID)
	return h.err
}

func TestControlIsHandedOn(t *testing.T) {
	t.Parallel()
	h := &handing{}
	w := open(t, t.TempDir(), config{sender: h, adjust: func(o *desk.Options) { o.AppID = "12" }})
	id := w.writes(pageID, psid(maya), "hello", time.Minute)
	w.append([]store.Fact{{
		Kind: store.FactControl, Inbox: pageID, Contact: psid(maya), At: store.MillisOf(time.Now().Add(-time.Second)), Key: "c", ID: "c",
		LineKind: store.KindControl, Owner: store.Owner{Kind: store.OwnerApp, AppID: messenger.PageInboxApp},
	}})
	for _, c := range []struct {
		request desk.ControlRequest
		owner   store.Owner
		says    string // the line in the thread
	}{
		{desk.ControlRequest{Verb: desk.ControlTake}, store.Owner{Kind: store.OwnerUs}, "ana took the conversation over"},
		{desk.ControlRequest{Verb: desk.ControlPass, To: messenger.PageInboxApp}, store.Owner{Kind: store.OwnerApp, AppID: messenger.PageInboxApp}, "ana passed the conversation on to the Page inbox"},
		{desk.ControlRequest{Verb: desk.ControlTake}, store.Owner{Kind: store.OwnerUs}, "ana took the conversation over"},
		{desk.ControlRequest{Verb: desk.ControlRelease}, store.Owner{Kind: store.OwnerIdle}, "ana gave the conversation up"},
		{desk.ControlRequest{Verb: desk.ControlPass, To: "77"}, store.Owner{Kind: store.OwnerApp, AppID: "77"}, "ana passed the conversation on to app 77"},
	} {
		c.request.Conversation, c.request.Agent = id, agent
		if err := w.desk.Control(t.Context(), c.request); err != nil {
			t.Fatalf("%s: %v", c.request.Verb, err)
		}
		if got := w.conversation(id).Owner; got != c.owner {
			t.Errorf("after %s it is %+v's, want %+v", c.request.Verb, got, c.owner)
		}
		page, err := w.desk.Thread(t.Context(), store.ThreadRequest{Conversation: id, Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		if got := store.ActivityText(page.Messages[0]); got != c.says {
			t.Errorf("the thread says %q, want %q", got, c.says)
		}
	}
	if got, want := strings.Join(h.asked, ", "), "take P M, pass P M to 263902037430900, take P M, release P M, pass P M to 77"; got !=
		strings.NewReplacer("P", string(pageID), "M", maya).Replace(want) {
		t.Errorf("asked %q", got)
	}
}

func TestControlRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		request desk.ControlRequest
		owner   store.Owner
		to      store.Contact
		inbox   store.InboxID
		err     error
		says    string
		asked   int
	}{
		"no such verb":       {request: desk.ControlRequest{Verb: "steal"}, says: "no way"},
		"passed to nobody":   {request: desk.ControlRequest{Verb: desk.ControlPass}, says: messenger.PageInboxApp},
		"taken to somebody":  {request: desk.ControlRequest{Verb: desk.ControlTake, To: "77"}, says: "only passed"},
		"to no app":          {request: desk.ControlRequest{Verb: desk.ControlPass, To: "Lumen"}, says: "digits"},
		"ours already":       {request: desk.ControlRequest{Verb: desk.ControlTake}, owner: store.Owner{Kind: store.OwnerApp, AppID: "12"}, says: "ours already"},
		"not ours to pass":   {request: desk.ControlRequest{Verb: desk.ControlRelease}, owner: store.Owner{Kind: store.OwnerApp, AppID: "77"}, says: "Take control first"},
		"of our own plugin":  {request: desk.ControlRequest{Verb: desk.ControlRelease}, to: store.Contact{Kind: store.ContactVisitor, ID: visitor}, inbox: siteID, says: "own plugin"},
		"of a user_ref":      {request: desk.ControlRequest{Verb: desk.ControlTake}, to: store.Contact{Kind: store.ContactUserRef, ID: "6150"}, says: "knows by an id"},
		"without settings":   {request: desk.ControlRequest{Verb: desk.ControlTake}, inbox: "555", says: "no settings"},
		"not the default":    {request: desk.ControlRequest{Verb: desk.ControlTake}, owner: store.Owner{Kind: store.OwnerIdle}, err: messenger.ErrNotGranted, says: "default app", asked: 1},
		"by the platform":    {request: desk.ControlRequest{Verb: desk.ControlTake}, owner: store.Owner{Kind: store.OwnerIdle}, err: &messenger.APIError{HTTPStatus: 400, Code: 2018171}, says: "was not taken", asked: 1},
		"nobody knows of it": {request: desk.ControlRequest{Verb: desk.ControlTake}, owner: store.Owner{Kind: store.OwnerIdle}, err: errUnclear, says: "does no harm", asked: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := &handing{err: c.err}
			w := open(t, t.TempDir(), config{sender: h, visitors: h, adjust: func(o *desk.Options) { o.AppID = "12" }})
			if c.to.ID == "" {
				c.to = psid(maya)
			}
			if c.inbox == "" {
				c.inbox = pageID
			}
			id := w.writes(c.inbox, c.to, "hello", time.Minute)
			if c.owner.Kind != store.OwnerUnknown {
				w.append([]store.Fact{{
					Kind: store.FactControl, Inbox: c.inbox, Contact: c.to, At: store.MillisOf(time.Now()), Key: "c", ID: "c",
					LineKind: store.KindControl, Owner: c.owner,
				}})
			}
			was := w.conversation(id).Owner
			c.request.Conversation, c.request.Agent = id, agent
			err := w.desk.Control(t.Context(), c.request)
			var refusal *desk.Refusal
			if !errors.As(err, &refusal) || !strings.Contains(refusal.Error(), c.says) {
				t.Errorf("%v, want a refusal with %q", err, c.says)
			}
			if len(h.asked) != c.asked || w.conversation(id).Owner != was {
				t.Errorf("asked %v, the owner is %+v, was %+v", h.asked, w.conversation(id).Owner, was)
			}
		})
	}
}
