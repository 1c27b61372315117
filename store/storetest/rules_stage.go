package storetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"frontdesk/store"
)

// The contact that most rules are about.
const (
	page   store.InboxID        = "100"
	psid                        = "5550001"
	marasC store.ConversationID = "100:5550001"
)

var mara = store.Contact{Kind: store.ContactPSID, ID: psid}

// translateJSON is a Translate for bodies that are facts already.
func translateJSON(r store.Record) []store.Fact {
	var facts []store.Fact
	if json.Unmarshal(r.Body, &facts) != nil {
		return nil
	}
	return facts
}

// webhook is the record of a body with these facts.
func webhook(t testing.TB, at store.Millis, facts ...store.Fact) store.Record {
	t.Helper()
	body, err := json.Marshal(facts)
	if err != nil {
		t.Fatalf("write facts as JSON: %v", err)
	}
	return store.Record{Kind: store.RecordWebhook, At: at, Body: body}
}

// slowLog hands out at most n records at once, so that batches are as small as a test wants them.
type slowLog struct {
	store.Log
	n int
}

func (l slowLog) Read(ctx context.Context, after store.Seq, n int) ([]store.Record, error) {
	return l.Log.Read(ctx, after, min(n, l.n))
}

// stage is a log, views and a projector, on which a rule is played.
type stage struct {
	*testing.T
	log       Log
	views     DumpedViews
	feed      *store.Feed
	projector *store.Projector
	clock     store.Millis // moves a second with each record
	open      func(*testing.T, string) (Log, DumpedViews)
}

func newStage(t *testing.T, open func(*testing.T, string) (Log, DumpedViews)) *stage {
	t.Helper()
	s := &stage{T: t, feed: store.NewFeed(0), clock: 1_000_000, open: open}
	s.log, s.views = open(t, t.TempDir())
	t.Cleanup(func() {
		closeLog(t, s.views)
		closeLog(t, s.log)
	})
	s.projector = store.NewProjector(s.log, s.views, translateJSON, s.feed, nil)
	return s
}

func (s *stage) append(r store.Record) store.Seq {
	s.Helper()
	seq, err := s.log.Append(s.Context(), r)
	if err != nil {
		s.Fatalf("Append: %v", err)
	}
	return seq
}

// tell appends a webhook record with facts about Mara on the page.
func (s *stage) tell(facts ...store.Fact) store.Seq {
	s.Helper()
	for i := range facts {
		if facts[i].Inbox == "" {
			facts[i].Inbox, facts[i].Contact = page, mara
		}
	}
	s.clock += 1000
	return s.append(webhook(s, s.clock, facts...))
}

// do appends a record of our own.
func (s *stage) do(body any) store.Seq {
	s.Helper()
	s.clock += 1000
	r, err := store.NewRecord(s.clock, body)
	if err != nil {
		s.Fatalf("NewRecord: %v", err)
	}
	return s.append(r)
}

func (s *stage) act(a store.Act) store.Seq {
	s.Helper()
	a.Conversation, a.Agent = marasC, "ana"
	return s.do(a)
}

func (s *stage) write(token store.Token) store.Seq {
	s.Helper()
	r := store.Reply{Token: token, Conversation: marasC, Inbox: page, Recipient: mara, Agent: "ana"}
	r.Message.Text = "reply " + string(token)
	return s.do(r)
}

func (s *stage) try(token store.Token, n int) {
	s.Helper()
	s.do(store.Attempt{Token: token, Conversation: marasC, N: n})
}

func (s *stage) end(token store.Token, n int, outcome store.Outcome, mid string) {
	s.Helper()
	s.do(store.Result{Token: token, Conversation: marasC, N: n, Outcome: outcome, MID: mid})
}

func (s *stage) catchUp() {
	s.Helper()
	if err := s.projector.CatchUp(s.Context()); err != nil {
		s.Fatalf("CatchUp: %v", err)
	}
}

// header is Mara's conversation after everything told so far.
func (s *stage) header() store.Conversation {
	s.Helper()
	s.catchUp()
	c, err := s.views.Conversation(s.Context(), marasC)
	if err != nil {
		s.Fatalf("Conversation: %v", err)
	}
	return c
}

// thread is Mara's thread after everything told so far.
func (s *stage) thread() []store.Message {
	s.Helper()
	s.catchUp()
	p, err := s.views.Thread(s.Context(), store.ThreadRequest{Conversation: marasC, Limit: 1000})
	if err != nil {
		s.Fatalf("Thread: %v", err)
	}
	return p.Messages
}

// message is one message of Mara's thread.
func (s *stage) message(id store.MessageID) store.Message {
	s.Helper()
	s.catchUp()
	m, err := s.views.Message(s.Context(), marasC, id)
	if err != nil {
		s.Fatalf("Message %s: %v", id, err)
	}
	return m
}

// ids are those of Mara's thread, activity lines by their kind.
func (s *stage) ids() []string {
	s.Helper()
	var ids []string
	for _, m := range s.thread() {
		if m.Direction == store.Activity && m.Kind != store.KindReferral {
			ids = append(ids, string(m.Kind))
		} else {
			ids = append(ids, string(m.ID))
		}
	}
	return ids
}

func (s *stage) state(token store.Token) store.DeliveryState {
	s.Helper()
	return s.message(store.ReplyID(token)).State
}

func (s *stage) dump() string {
	s.Helper()
	var b bytes.Buffer
	if err := s.views.Dump(s.Context(), &b); err != nil {
		s.Fatalf("Dump: %v", err)
	}
	return b.String()
}

// wordsIn are the redactions of one message in one record, under some ids.
func wordsIn(mid string, seq store.Seq, convs ...store.ConversationID) (list []store.Redaction) {
	for _, conv := range convs {
		list = append(list, store.Redaction{Seq: seq, Inbox: page, MID: mid, Conversation: conv})
	}
	return list
}

// redactions are what is to be redacted, by record and conversation.
func (s *stage) redactions() []store.Redaction {
	s.Helper()
	s.catchUp()
	list, err := s.views.Redactions(s.Context(), 100)
	if err != nil {
		s.Fatalf("Redactions: %v", err)
	}
	slices.SortFunc(list, func(a, b store.Redaction) int {
		if a.Seq != b.Seq {
			return int(a.Seq) - int(b.Seq)
		}
		return strings.Compare(string(a.Conversation), string(b.Conversation))
	})
	return list
}

// sweep takes withdrawn words out of the log.
func (s *stage) sweep() {
	s.Helper()
	if err := sweep(s.Context(), s.log, s.views, s.feed, s.projector); err != nil {
		s.Errorf("Sweep: %v", err)
	}
}

// sweep runs the projector while a sweeper takes withdrawn words out of the log.
func sweep(ctx context.Context, log Log, views store.Views, feed *store.Feed, projector *store.Projector) error {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { ended <- projector.Run(ctx) }()
	err := store.NewSweeper(store.PokedLog{Log: log, Projector: projector}, views, feed, redactJSON, nil).Sweep(ctx)
	cancel()
	return errors.Join(err, <-ended)
}

// redactJSON is a Redact for bodies that are facts already.
func redactJSON(body []byte, what store.Redaction) []byte {
	facts := translateJSON(store.Record{Body: body})
	for i, f := range facts {
		told := f.Kind == store.FactMessage || f.Kind == store.FactEcho || f.Kind == store.FactEdit
		here := f.Inbox == what.Inbox && store.NewConversationID(f.Inbox, f.Contact) == what.Conversation
		if told && here && strings.TrimPrefix(f.MID, "m_") == what.MID {
			facts[i].Text, facts[i].Payload, facts[i].Attachments = "", "", nil
		}
	}
	out, err := json.Marshal(facts)
	if err != nil {
		return body
	}
	return out
}

// wantNowhere looks for words in everything that the views know.
func (s *stage) wantNowhere(words ...string) {
	s.Helper()
	s.wantNoWords(s.dump(), words...)
}

func (s *stage) wantNoWords(text string, words ...string) {
	s.Helper()
	for _, w := range words {
		if strings.Contains(text, w) {
			s.Errorf("%q is still there", w)
		}
	}
}

// want compares and says what was compared.
func want[T any](s *stage, what string, got, want T) {
	s.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		s.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// Facts.

func said(mid string, at store.Millis) store.Fact {
	return store.Fact{
		Kind: store.FactMessage, At: at, ID: store.MessageID(mid), MID: mid, Key: store.KeyOf(store.FactMessage, mid),
		LineKind: store.KindText, Text: "text of " + mid, OpensWindow: true,
	}
}

func tapped(mid string, at store.Millis) store.Fact {
	f := said(mid, at)
	f.Kind, f.Key, f.LineKind, f.Payload = store.FactPostback, store.KeyOf(store.FactPostback, mid), store.KindPostback, "P"
	return f
}

func echoed(mid string, at store.Millis, appID, metadata string) store.Fact {
	f := said(mid, at)
	f.Kind, f.OpensWindow, f.AppID, f.Metadata = store.FactEcho, false, appID, metadata
	return f
}

func came(at store.Millis, origin store.Origin, ref string) store.Fact {
	id := store.HashID(string(origin), ref, at.Time().String())
	return store.Fact{
		Kind: store.FactReferral, At: at, ID: id, Key: string(id), OpensWindow: origin == store.OriginLink,
		Touch: &store.Touch{Origin: origin, Ref: ref},
	}
}

func delivered(watermark store.Millis, mids ...string) store.Fact {
	return store.Fact{Kind: store.FactDelivery, Watermark: watermark, MIDs: mids}
}

func readTo(watermark store.Millis) store.Fact {
	return store.Fact{Kind: store.FactRead, Watermark: watermark}
}

// about is a fact about the message with a mid.
func about(kind store.FactKind, mid string, at store.Millis, what string) store.Fact {
	id := store.HashID(string(kind), mid, at.Time().String(), what)
	return store.Fact{Kind: kind, At: at, ID: id, Key: string(id), MID: mid}
}

func edited(mid string, n int, at store.Millis, text string) store.Fact {
	f := about(store.FactEdit, mid, at, text)
	f.Edit, f.Text = n, text
	return f
}

func unsent(mid string, at store.Millis) store.Fact { return about(store.FactUnsend, mid, at, "") }

func reacted(mid string, at store.Millis, emoji string) store.Fact {
	f := about(store.FactReaction, mid, at, emoji)
	f.Reaction, f.OpensWindow = emoji, emoji != ""
	return f
}

func judged(mid string, at store.Millis, feedback string) store.Fact {
	f := about(store.FactFeedback, mid, at, feedback)
	f.Feedback = feedback
	return f
}

func labelled(label string, at store.Millis, removed bool) store.Fact {
	f := about(store.FactLabel, "", at, label)
	f.Label, f.Removed = label, removed
	return f
}

func controlled(at store.Millis, owner store.Owner) store.Fact {
	f := about(store.FactControl, "", at, string(owner.Kind)+owner.AppID)
	f.LineKind, f.Owner = store.KindControl, owner
	return f
}

// tied says that a user_ref is who the fact is of.
func tied(f store.Fact, ref string) store.Fact {
	f.Alias = store.Contact{Kind: store.ContactUserRef, ID: ref}
	return f
}

func tagged(f store.Fact) store.Fact {
	f.Tagged = true
	return f
}

func arriving(f store.Fact, origin store.Origin, ref string) store.Fact {
	f.Touch = &store.Touch{Origin: origin, Ref: ref}
	return f
}

// factOf is a fact about Mara.
func factOf(f store.Fact) store.Fact {
	f.Inbox, f.Contact = page, mara
	return f
}
