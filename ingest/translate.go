package ingest

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"frontdesk/messenger"
	"frontdesk/store"
)

const (
	// testPage is the page id in what the App Dashboard's Test button posts.
	testPage = "0"

	// futureAllowed is how far a platform's clock may be ahead before its time counts as wrong.
	futureAllowed = 5 * 60 * 1000

	// nameLimit bounds the name of an unknown event, which is counted by name.
	nameLimit = 64
)

// Names of unknown events that no key of the event gives.
const (
	nameNone    = "(none)"
	nameDeleted = "message.is_deleted"
)

// Translate turns the body of a webhook record into facts, one for each event that names a page, in order. It is a
// pure function: the same record gives the same facts for ever. Records of other kinds, bodies that are no envelope of
// a page, and dashboard tests give none.
func Translate(rec store.Record) []store.Fact {
	if rec.Kind != store.RecordWebhook {
		return nil
	}
	env, err := messenger.ParseEnvelope(rec.Body)
	if err != nil || env.Object != "page" {
		return nil
	}
	var facts []store.Fact
	for _, entry := range env.Entries {
		for _, ev := range entry.Events {
			if f, ok := translateEvent(rec.At, entry, ev); ok {
				facts = append(facts, f)
			}
		}
	}
	return facts
}

// translateEvent reports false for an event that concerns no page, or only the dashboard's.
func translateEvent(arrival store.Millis, entry messenger.Entry, ev messenger.Event) (store.Fact, bool) {
	who := partiesOf(entry.ID, ev)
	if who.inbox == "" || who.inbox == testPage || entry.ID == testPage {
		return store.Fact{}, false
	}
	f := store.Fact{
		Inbox:   store.InboxID(who.inbox),
		Contact: who.contact,
		At:      timeOf(arrival, entry, ev),
	}
	switch ev.Kind {
	case messenger.KindMessage, messenger.KindEcho:
		translateMessage(&f, who, ev)
	case messenger.KindPostback:
		translatePostback(&f, ev)
	case messenger.KindReferral:
		translateReferral(&f, ev)
	case messenger.KindDelivery:
		f.Kind = store.FactDelivery
		for _, mid := range ev.Delivery.MIDs {
			if mid != "" {
				f.MIDs = append(f.MIDs, mid)
			}
		}
		f.Watermark = notAhead(arrival, store.Millis(ev.Delivery.Watermark))
		identify(&f, ev, "", strconv.FormatInt(ev.Delivery.Watermark, 10), strings.Join(f.MIDs, "\x00"))
	case messenger.KindRead:
		f.Kind = store.FactRead
		f.Watermark = notAhead(arrival, store.Millis(ev.Read.Watermark))
		identify(&f, ev, "", strconv.FormatInt(ev.Read.Watermark, 10))
	default:
		unknown(&f, ev, ev.Key)
	}
	return f, true
}

// timeOf is the event's time by the platform's clock, else its entry's, else its arrival; and its arrival when that
// clock is far ahead of ours.
func timeOf(arrival store.Millis, entry messenger.Entry, ev messenger.Event) store.Millis {
	switch {
	case ev.Timestamp > 0:
		return notAhead(arrival, store.Millis(ev.Timestamp))
	case entry.Time > 0:
		return notAhead(arrival, store.Millis(entry.Time))
	default:
		return arrival
	}
}

// notAhead is at, or arrival where at is far after it. Without an arrival there is nothing to compare with.
func notAhead(arrival, at store.Millis) store.Millis {
	if arrival > 0 && at-futureAllowed > arrival {
		return arrival
	}
	return max(at, 0)
}

// identify gives a fact the ids that duplicates share: the mid, else a hash over what ref. 1.7 names for its kind. The
// time in the hash is the event's own, because the entry's changes when the platform repeats itself.
func identify(f *store.Fact, ev messenger.Event, mid string, parts ...string) {
	if strings.TrimPrefix(mid, "m_") != "" {
		f.MID, f.ID, f.Key = mid, store.MessageID(mid), store.KeyOf(f.Kind, mid)
		return
	}
	f.ID = store.HashID(append([]string{
		string(f.Kind), string(f.Inbox), string(f.Contact.Kind), f.Contact.ID, strconv.FormatInt(ev.Timestamp, 10),
	}, parts...)...)
	f.Key = string(f.ID)
}

func unknown(f *store.Fact, ev messenger.Event, name string) {
	f.Kind = store.FactUnknown
	if name == "" {
		name = nameNone
	}
	f.Name = cut(name, nameLimit)
	identify(f, ev, "", string(ev.Raw))
}

// cut is s or its first n bytes, cut between characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func translateMessage(f *store.Fact, who parties, ev messenger.Event) {
	m := ev.Message
	if m.IsDeleted {
		unknown(f, ev, nameDeleted)
		return
	}
	f.Kind = store.FactMessage
	if who.echo {
		f.Kind = store.FactEcho
	}
	identify(f, ev, m.MID, string(m.Raw))
	f.Text, f.ReplyTo = m.Text, m.ReplyTo
	f.Attachments = oneSticker(m.Attachments)
	liftTemplate(f)
	switch {
	case m.QuickReply != nil && !who.echo:
		f.LineKind, f.Payload = store.KindQuickReply, *m.QuickReply
	case len(f.Buttons) > 0 || len(f.Elements) > 0:
		f.LineKind = store.KindTemplate
	case f.Text == "" && len(f.Attachments) > 0:
		f.LineKind = store.KindMedia
	default:
		f.LineKind = store.KindText
	}
	if who.echo {
		f.AppID, f.Metadata = m.AppID, m.Metadata
		return
	}
	f.OpensWindow = true
	f.Tagged = taggedPlugin(m.Tags)
	f.Touch = touchOf(f, ev)
}

// oneSticker drops the picture that came beside the same sticker for some months of 2026 (ref. 2.5).
func oneSticker(attachments []messenger.Attachment) []messenger.Attachment {
	same := func(picture messenger.Attachment) bool {
		for _, a := range attachments {
			if a.Type == "sticker" && (a.URL != "" && a.URL == picture.URL || a.StickerID != "" && a.StickerID == picture.StickerID) {
				return true
			}
		}
		return false
	}
	var kept []messenger.Attachment
	for _, a := range attachments {
		if a.Type != "image" || !same(a) {
			kept = append(kept, a)
		}
	}
	return kept
}

// liftTemplate makes the first template that can be drawn the message's own text, buttons and cards: so a template
// looks the same whether it is a reply of ours or came as an echo. Others stay attachments.
func liftTemplate(f *store.Fact) {
	i := slices.IndexFunc(f.Attachments, drawable)
	if i < 0 {
		return
	}
	a := f.Attachments[i]
	if f.Text == "" {
		f.Text = a.Text
	}
	f.Buttons, f.Elements = a.Buttons, a.Elements
	f.Attachments = slices.Delete(f.Attachments, i, i+1)
}

// drawable reports whether an attachment is a template with something to draw. A media template, for one, names only
// files of the platform's.
func drawable(a messenger.Attachment) bool {
	hasWords := func(e messenger.Element) bool { return e.Title != "" || e.Subtitle != "" || len(e.Buttons) > 0 }
	return a.Type == "template" && (len(a.Buttons) > 0 || slices.ContainsFunc(a.Elements, hasWords))
}

func translatePostback(f *store.Fact, ev messenger.Event) {
	p := ev.Postback
	f.Kind, f.LineKind = store.FactPostback, store.KindPostback
	identify(f, ev, p.MID, p.Payload, p.Title)
	f.Text, f.Payload = p.Title, p.Payload
	f.OpensWindow = true
	f.Touch = touchOf(f, ev)
}

func translateReferral(f *store.Fact, ev messenger.Event) {
	f.Kind, f.LineKind = store.FactReferral, store.KindReferral
	identify(f, ev, "", ev.Referral.Source, ev.Referral.Ref)
	f.Touch = touchOf(f, ev)
	// Of arrivals only an m.me link opens the window by itself (ref. 2.8).
	f.OpensWindow = f.Touch != nil && f.Touch.Origin == store.OriginLink
}
