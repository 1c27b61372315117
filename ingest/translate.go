package ingest

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

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
		Alias:   who.alias,
		At:      timeOf(arrival, entry, ev),
		Standby: ev.Channel == messenger.ChannelStandby,
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
		translateRare(&f, ev)
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
	f.ID = hashOf(f, append([]string{strconv.FormatInt(ev.Timestamp, 10)}, parts...)...)
	f.Key = string(f.ID)
}

// hashOf is the id of a fact that no mid names.
func hashOf(f *store.Fact, parts ...string) store.MessageID {
	return store.HashID(append([]string{string(f.Kind), string(f.Inbox), string(f.Contact.Kind), f.Contact.ID}, parts...)...)
}

func unknown(f *store.Fact, ev messenger.Event, name string) {
	f.Kind = store.FactUnknown
	if name == "" {
		name = store.UnknownNameless
	}
	f.Name = cut(name, nameLimit)
	identify(f, ev, "", canonical(ev.Raw))
}

// canonical is a JSON text in one spelling, so that a repeated event is the same however it is written this time.
// Numbers keep their digits: ids have more of them than a float holds.
func canonical(raw []byte) string {
	v := jsontext.Value(bytes.Clone(raw))
	err := v.Canonicalize(
		jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true),
		jsontext.CanonicalizeRawInts(false), jsontext.CanonicalizeRawFloats(false),
	)
	if err != nil { // nests deeper than is read: as it came
		return string(raw)
	}
	return string(v)
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
