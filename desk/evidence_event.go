package desk

import (
	"regexp"
	"slices"
	"strings"

	"frontdesk/messenger"
	"frontdesk/store"
)

// told are the events of a webhook body that are about the line; its neighbours in the same body are others' words.
func (w *witness) told(r store.Record) []Step {
	body := r.Body
	if w.m.Withdrawn { // the log may hold the words a moment longer than the views
		body = messenger.Redact(slices.Clone(body), func(_ string, _ messenger.Event, mid string) bool { return w.named(mid) })
	}
	envelope, err := messenger.ParseEnvelope(body)
	if err != nil {
		return nil
	}
	var sure, maybe []Step
	for _, entry := range envelope.Entries {
		for _, ev := range entry.Events {
			if !w.withContact(entry.ID, ev) {
				continue
			}
			if w.about(ev, slices.Contains(w.receipts, r.Seq)) {
				sure = append(sure, w.event(r, ev))
			} else if w.m.MID == "" && len(midsOf(ev)) == 0 && w.sameKind(ev) {
				if step := w.event(r, ev); ev.Timestamp == int64(w.m.At) {
					sure = append(sure, step)
				} else {
					maybe = append(maybe, step) // its time was none that could be believed
				}
			}
		}
	}
	if len(sure) == 0 && len(maybe) == 1 {
		return maybe
	}
	return sure
}

// event is one event as a step.
func (w *witness) event(r store.Record, ev messenger.Event) Step {
	s := Step{Seq: r.Seq, At: r.At.Time(), What: StepWebhook, Body: compact(withoutSecrets(ev.Raw))}
	if ev.Delivery != nil || ev.Read != nil {
		s.What = StepReceipt
	}
	s.Sentence, s.Who = w.eventSentence(ev)
	s.Sentence += " Received in a webhook, which was answered with HTTP 200."
	if ev.Channel == messenger.ChannelStandby {
		s.Sentence += " It came in standby: another app had the conversation."
	}
	return s
}

// sameKind reports whether an event without a mid may be what made the line.
func (w *witness) sameKind(ev messenger.Event) bool {
	switch w.m.Kind {
	case store.KindText, store.KindMedia, store.KindTemplate, store.KindQuickReply:
		return ev.Message != nil
	case store.KindPostback:
		return ev.Postback != nil
	case store.KindReferral:
		return ev.Referral != nil
	case store.KindOptin:
		return ev.Optin != nil
	case store.KindControl:
		return ev.Rare != nil && ev.Rare.Control != nil
	default:
		return ev.Delivery == nil && ev.Read == nil && ev.Message == nil && ev.Postback == nil
	}
}

// about reports whether an event of the contact names the line, or is a receipt by which it counts.
func (w *witness) about(ev messenger.Event, receipt bool) bool {
	if slices.ContainsFunc(midsOf(ev), w.named) {
		return true
	}
	if w.m.Token != "" && ev.Message != nil && ev.Message.Metadata == string(w.m.Token) {
		return true
	}
	return receipt && (ev.Delivery != nil || ev.Read != nil)
}

// named reports whether mid is the line's.
func (w *witness) named(mid string) bool {
	return mid != "" && bareMID(mid) == bareMID(w.m.MID)
}

func bareMID(mid string) string { return strings.TrimPrefix(mid, "m_") }

// midsOf are the messages that an event names as what it is about.
func midsOf(ev messenger.Event) []string {
	var mids []string
	add := func(mid string) {
		if mid != "" {
			mids = append(mids, mid)
		}
	}
	if ev.Message != nil {
		add(ev.Message.MID)
	}
	if ev.Postback != nil {
		add(ev.Postback.MID)
	}
	if ev.Delivery != nil {
		mids = append(mids, ev.Delivery.MIDs...)
	}
	if r := ev.Rare; r != nil {
		if r.Reaction != nil {
			add(r.Reaction.MID)
		}
		if r.Edit != nil {
			add(r.Edit.MID)
		}
		if r.Feedback != nil {
			add(r.Feedback.MID)
		}
	}
	return mids
}

// withContact reports whether an event is between the inbox and the conversation's contact, under any of the ids that
// the contact has.
func (w *witness) withContact(entry string, ev messenger.Event) bool {
	page := entry
	ids := []string{ev.Sender.ID, ev.Sender.UserRef, ev.Recipient.ID, ev.Recipient.UserRef}
	if ev.Optin != nil {
		ids = append(ids, ev.Optin.UserRef)
	}
	if page == "" {
		page = ev.Recipient.ID
		if ev.Kind == messenger.KindEcho {
			page = ev.Sender.ID
		}
	}
	if page != string(w.c.Inbox) && !slices.Contains(ids, string(w.c.Inbox)) {
		return false
	}
	for _, id := range append([]store.ConversationID{w.c.ID}, w.c.Aliases...) {
		if _, contact, err := store.ParseConversationID(id); err == nil && contact.ID != "" && slices.Contains(ids, contact.ID) {
			return true
		}
	}
	return false
}

// secretNames are the members of events that let whoever has them write to the contact, or be the contact (ref. 2.12,
// 2.15).
var secretNames = regexp.MustCompile(`("(?:authorization_code|notification_messages_token|one_time_notif_token|access_token|token)"\s*:\s*)"(?:[^"\\]|\\.)*"`)

// withoutSecrets is an event with its secrets cut out.
func withoutSecrets(raw []byte) []byte {
	return secretNames.ReplaceAll(raw, []byte(`${1}"[secret]"`))
}
