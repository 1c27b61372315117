package desk

import (
	"context"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"frontdesk/messenger"
	"frontdesk/store"
)

// tokenPrefix begins every token, so that an echo of ours is known among those of other programs.
const tokenPrefix = "fd1:"

var tokenEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// Reply checks r, keeps it and hands it to the courier. What it returns is the message as the thread will show it:
// queued. It does not wait for the views. A fault is a *Refusal, and nothing is kept; an unknown conversation is
// store.ErrNotFound.
func (d *Desk) Reply(ctx context.Context, r Reply) (store.Message, error) {
	messages, err := d.ReplyAll(ctx, []Reply{r})
	if err != nil {
		return store.Message{}, err
	}
	return messages[0], nil
}

// ReplyAll is Reply for the messages of one answer, in their order: all of them are kept, or none is. So what becomes of
// one is never known before those behind it are queued, and they wait when it fails.
func (d *Desk) ReplyAll(ctx context.Context, replies []Reply) ([]store.Message, error) {
	kept := make([]store.Reply, len(replies))
	for i, r := range replies {
		var err error
		if kept[i], err = d.checkReply(ctx, r); err != nil {
			return nil, placed(err, i, len(replies))
		}
		if kept[i].Conversation != kept[0].Conversation {
			return nil, &Refusal{Field: "conversation", Reason: "The messages of one answer are for one conversation."}
		}
	}
	if len(kept) == 0 {
		return nil, nil
	}
	bodies := make([]any, len(kept))
	for i := range kept {
		bodies[i] = kept[i]
	}
	first, at, err := d.appendAll(ctx, bodies...)
	if err != nil {
		return nil, fmt.Errorf("keep the reply to %s: %w", kept[0].Conversation, err)
	}
	messages := make([]store.Message, len(kept))
	for i, r := range kept {
		messages[i] = queuedMessage(r, first+store.Seq(i), at+store.Millis(i))
	}
	d.courier.enqueue(kept[0].Conversation, kept[0].Inbox, messages[len(messages)-1].Seq)
	d.signs.ended(kept[0].Conversation, d.now()) // the message takes the sign of typing away
	return messages, nil
}

// placed says which of several messages was refused.
func placed(err error, i, n int) error {
	var refused *Refusal
	if n == 1 || !errors.As(err, &refused) {
		return err
	}
	said := *refused
	said.Reason = fmt.Sprintf("Message %d of %d: %s", i+1, n, refused.Reason)
	return &said
}

// checkReply says what is wrong with a reply, or what is to be kept of it.
func (d *Desk) checkReply(ctx context.Context, r Reply) (store.Reply, error) {
	var none store.Reply
	if r.Agent == "" {
		return none, &Refusal{Field: "agent", Reason: "Nobody is named as the one who writes.", Advice: "Set FRONTDESK_AGENT."}
	}
	c, err := d.views.Conversation(ctx, r.Conversation)
	if err != nil {
		return none, fmt.Errorf("reply to %s: %w", r.Conversation, err)
	}
	message, refusal := outgoing(r)
	if refusal != nil {
		return none, refusal
	}
	in, known, err := d.inboxOf(ctx, c.Inbox)
	if err != nil {
		return none, err
	}
	outlook := OutlookOf(c, in, known, d.now())
	allowed, refusal := outlook.admit(message, r.HumanAgent)
	if in.Stopped {
		d.courier.retestSoon() // the next try may find it good
	}
	if refusal == nil {
		_, refusal = d.routeTo(c.Inbox, c.Contact)
	}
	if refusal != nil {
		return none, refusal
	}
	quoted, err := d.quoted(ctx, c, r.ReplyTo)
	if err != nil {
		return none, err
	}
	token, err := newToken(d.o.Rand)
	if err != nil {
		return none, err
	}
	kept := store.Reply{
		Token: token, Conversation: c.ID, Inbox: c.Inbox, Recipient: c.Contact, Agent: r.Agent,
		MessagingType: allowed.kind, Tag: allowed.tag, Message: message, Seen: min(r.Seen, d.log.Head()),
		ReplyTo: quoted, File: r.File,
	}
	if d.o.Hold > 0 {
		kept.NotBefore = store.MillisOf(d.now().Add(d.o.Hold))
	}
	kept.Message.Metadata = string(token)
	return kept, nil
}

func newToken(random io.Reader) (store.Token, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("make a token: %w", err)
	}
	return store.Token(tokenPrefix + strings.ToLower(tokenEncoding.EncodeToString(b[:]))), nil
}

// checkLimits is what the platform's limits say against m: the first fault, with a word about the others.
func checkLimits(m messenger.OutMessage) *Refusal {
	if m.Metadata != "" {
		return &Refusal{Field: "metadata", Reason: "It is taken: frontdesk knows its own messages by it."}
	}
	err := m.Validate()
	if err == nil {
		return nil
	}
	faults := messenger.LimitErrors(err)
	if len(faults) == 0 {
		return &Refusal{Reason: err.Error()}
	}
	r := &Refusal{Field: faults[0].Field, Reason: faults[0].Problem}
	for i, f := range faults[1:] {
		if i == 0 {
			r.Advice = "Also: "
		} else {
			r.Advice += "; "
		}
		r.Advice += f.Error()
	}
	return r
}

// queuedMessage is the line that a reply makes in its thread, as it stands before the first attempt.
func queuedMessage(r store.Reply, seq store.Seq, at store.Millis) store.Message {
	m := store.Message{
		ID: store.ReplyID(r.Token), Conversation: r.Conversation, At: at, Seq: seq, Direction: store.Out,
		Kind: store.KindText, Text: r.Message.Text, QuickReplies: r.Message.QuickReplies,
		Agent: r.Agent, Token: r.Token, Recipient: r.Recipient, State: store.StateQueued, Queued: seq,
		ReplyTo: r.ReplyTo, RetryAt: r.NotBefore,
	}
	a := r.Message.Attachment
	switch {
	case a == nil:
	case a.Type == "template":
		m.Kind, m.Text, m.Buttons, m.Elements = store.KindTemplate, a.Payload.Text, a.Payload.Buttons, a.Payload.Elements
	default:
		m.Kind = store.KindMedia
		m.Attachments = []store.Attachment{{Type: a.Type, URL: a.Payload.URL}}
	}
	if r.File != nil && len(m.Attachments) > 0 {
		file := *r.File
		m.File, m.Attachments[0].Title = &file, file.Name
	}
	return m
}

// errNoRecord says that the record of a reply is not what it must be, so that it can't be sent.
var errNoRecord = errors.New("its record is not there any more")

// replyOf reads back the record that made m. When that is not there, which time does not mend, it is errNoRecord.
func (d *Desk) replyOf(ctx context.Context, m store.Message) (store.Reply, error) {
	var r store.Reply
	if m.Seq == 0 {
		return r, fmt.Errorf("reply %s: %w", m.ID, errNoRecord)
	}
	records, err := d.log.Read(ctx, m.Seq-1, 1)
	if err != nil {
		return r, fmt.Errorf("read record %d of reply %s: %w", m.Seq, m.ID, err)
	}
	if len(records) == 0 || records[0].Seq != m.Seq || records[0].Kind != store.RecordReply {
		return r, fmt.Errorf("reply %s, record %d: %w", m.ID, m.Seq, errNoRecord)
	}
	if err := json.Unmarshal(records[0].Body, &r); err != nil || r.Token != m.Token {
		return r, fmt.Errorf("reply %s, record %d: %w", m.ID, m.Seq, errNoRecord)
	}
	return r, nil
}

// way is where messages to a contact go.
type way struct {
	inbox  Inbox
	sender Sender
}

// routeTo says who carries a message to a contact of an inbox. It goes by the contact, not by the settings: what is for
// a visitor of our plugin never goes to Meta, and the other way round.
func (d *Desk) routeTo(id store.InboxID, to store.Contact) (way, *Refusal) {
	i, ok := d.inboxes[id]
	if refusal := unreachable(id, to, i.Inbox, ok); refusal != nil {
		return way{}, refusal
	}
	w := way{inbox: i.Inbox, sender: i.Sender}
	setting := settingPageToken
	if isVisitor(to) {
		w.sender, setting = d.o.PluginSender, settingPluginToken
		w.inbox.Plugin = true
	}
	if w.sender == nil {
		return way{}, missing(id, setting)
	}
	return w, nil
}

// The settings without which an inbox can't send.
const (
	settingPageToken   = "FRONTDESK_PAGE_TOKEN"
	settingPluginToken = "FRONTDESK_PLUGIN_TOKEN"
)

func missing(id store.InboxID, setting string) *Refusal {
	return &Refusal{
		Reason: fmt.Sprintf("Nothing can be sent for the inbox %s: the setting %s is missing.", id, setting),
		Advice: "Set " + setting + " and start frontdesk again.",
	}
}
