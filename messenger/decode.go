package messenger

import (
	"errors"
	"fmt"
)

// ErrNotObject says that a webhook body is no JSON object, so that there is nothing in it to keep.
var ErrNotObject = errors.New("not a JSON object")

// ParseEnvelope reads the body of a webhook POST (ref. 1.3). It fails only with ErrNotObject; inside an object nothing
// is an error: a field of a wrong type is left at zero, a kind nobody knows becomes an event of KindUnknown with its
// JSON kept, and neither touches its neighbours. The envelope holds no part of body.
func ParseEnvelope(body []byte) (Envelope, error) {
	var env Envelope
	r := newReader(body)
	ok := r.object(func(name string) {
		switch name {
		case "object":
			env.Object = r.text()
		case "entry":
			env.Entries = nil // of duplicate names the last counts
			r.array(func() { env.Entries = append(env.Entries, r.entry()) })
		default:
			r.skip()
		}
	})
	if !ok || !r.end() {
		return Envelope{}, fmt.Errorf("parse webhook body: at byte %d: %w", r.dec.InputOffset(), ErrNotObject)
	}
	return env, nil
}

// entry reads one element of `entry[]`. What is no object is kept as one unknown event.
func (r *reader) entry() Entry {
	var e Entry
	read := false
	raw := r.raw(func() {
		read = r.object(func(name string) {
			switch name {
			case "id":
				e.ID = r.id()
			case "time":
				e.Time = r.millis()
			case "messaging":
				r.array(func() { e.Events = append(e.Events, r.event(ChannelMessaging)) })
			case "standby":
				r.array(func() { e.Events = append(e.Events, r.event(ChannelStandby)) })
			case "changes":
				r.array(func() { e.Events = append(e.Events, r.change()) })
			default:
				r.skip()
			}
		})
	})
	if !read {
		e.Events = []Event{{Kind: KindUnknown, Channel: ChannelMessaging, Raw: raw}}
	}
	return e
}

// messagingFields are the webhook fields whose `changes[].value` is a messaging event (ref. 1.2, 1.3). One page of the
// documentation writes two of them in the singular.
var messagingFields = map[string]bool{
	"messages":                             true,
	"message_echoes":                       true,
	"message_deliveries":                   true,
	"message_reads":                        true,
	"message_reactions":                    true,
	"message_edits":                        true,
	"messaging_postbacks":                  true,
	"messaging_referrals":                  true,
	"messaging_referral":                   true,
	"messaging_optins":                     true,
	"messaging_optouts":                    true,
	"messaging_seen":                       true,
	"messaging_handovers":                  true,
	"messaging_handover":                   true,
	"messaging_policy_enforcement":         true,
	"messaging_account_linking":            true,
	"messaging_feedback":                   true,
	"messaging_customer_information":       true,
	"messaging_in_thread_lead_form_submit": true,
	"messaging_payments":                   true,
	"messaging_pre_checkouts":              true,
	"messaging_checkout_updates":           true,
	"messaging_game_plays":                 true,
	"response_feedback":                    true,
	"send_cart":                            true,
}

// change reads one element of `changes[]`. The value of a messaging field is an event like any other. Every other field
// is an event whose Key is the field's name: a label, or unknown. Raw of what is unknown, and of a label, is the whole
// element.
func (r *reader) change() Event {
	var field string
	var value []byte
	raw := r.raw(func() {
		r.object(func(name string) {
			switch name {
			case "field":
				field = r.text()
			case "value":
				value = r.raw(r.skip)
			default:
				r.skip()
			}
		})
	})
	isObject := len(value) > 0 && value[0] == '{'
	switch {
	case field == string(KindLabel) && isObject:
		ev := Event{Kind: KindUnknown, Key: field, Channel: ChannelChanges, Raw: raw}
		newReader(value).label(&ev)
		return ev
	case field == string(ChannelStandby) && isObject:
		return newReader(value).event(ChannelStandby)
	case messagingFields[field] && isObject:
		ev := newReader(value).event(ChannelChanges)
		if ev.Kind == KindUnknown {
			ev.Raw = raw // without the field nobody could tell what it was
		}
		return ev
	default:
		return Event{Kind: KindUnknown, Key: field, Channel: ChannelChanges, Raw: raw}
	}
}
