package messenger

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Escape writes a JSON text as Meta puts it on the wire (ref. 1.4): outside ASCII as lower-case \uXXXX with surrogate
// pairs, slashes in strings as \/. What it means stays the same; what is signed are these bytes.
func Escape(text []byte) []byte {
	out := make([]byte, 0, len(text)+len(text)/8)
	inString := false
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRune(text[i:])
			out = appendUnicode(out, r)
			i += size
			continue
		case !inString:
			inString = c == '"'
		case c == '"':
			inString = false
		case c == '/':
			out = append(out, '\\')
		case c == '\\' && i+5 < len(text) && text[i+1] == 'u':
			out = append(out, '\\', 'u')
			for _, h := range text[i+2 : i+6] {
				if 'A' <= h && h <= 'F' {
					h += 'a' - 'A'
				}
				out = append(out, h)
			}
			i += 6
			continue
		case c == '\\' && i+1 < len(text):
			out = append(out, c, text[i+1])
			i += 2
			continue
		}
		out = append(out, c)
		i++
	}
	return out
}

// appendUnicode appends r as one \uXXXX, or as two where it needs a surrogate pair.
func appendUnicode(out []byte, r rune) []byte {
	if r > 0xFFFF {
		r -= 0x10000
		return fmt.Appendf(out, `\u%04x\u%04x`, 0xD800+(r>>10), 0xDC00+(r&0x3FF))
	}
	return fmt.Appendf(out, `\u%04x`, r)
}

// EncodeEnvelope writes env as the body of a webhook POST, in the shape and the spelling of Meta, for a platform that
// plays Meta's part. ParseEnvelope reads it back equal, but for Raw and Key. Messages, echoes, postbacks, referrals and
// receipts are written from their fields. An event of any other kind is its Raw; one without Raw is an error.
func EncodeEnvelope(env Envelope) ([]byte, error) {
	out := wireEnvelope{Object: env.Object, Entries: []wireEntry{}}
	for _, e := range env.Entries {
		entry := wireEntry{ID: e.ID, Time: e.Time}
		for i, ev := range e.Events {
			if err := entry.add(ev); err != nil {
				return nil, fmt.Errorf("encode event %d of page %s: %w", i, e.ID, err)
			}
		}
		out.Entries = append(out.Entries, entry)
	}
	body, err := json.Marshal(out, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	if err != nil {
		return nil, fmt.Errorf("encode envelope: %w", err)
	}
	return Escape(body), nil
}

type wireEnvelope struct {
	Object  string      `json:"object"`
	Entries []wireEntry `json:"entry"`
}

type wireEntry struct {
	ID        string           `json:"id,omitzero"`
	Time      int64            `json:"time,omitzero"`
	Messaging []jsontext.Value `json:"messaging,omitempty"`
	Standby   []jsontext.Value `json:"standby,omitempty"`
	Changes   []jsontext.Value `json:"changes,omitempty"`
}

type wireChange struct {
	Field string         `json:"field"`
	Value jsontext.Value `json:"value"`
}

// changeField is the webhook field that carries a kind in `changes[]` (ref. 1.2).
var changeField = map[Kind]string{
	KindMessage:  "messages",
	KindEcho:     "message_echoes",
	KindPostback: "messaging_postbacks",
	KindReferral: "messaging_referrals",
	KindDelivery: "message_deliveries",
	KindRead:     "message_reads",
	KindReaction: "message_reactions",
	KindEdit:     "message_edits",
	KindOptin:    "messaging_optins",
	KindPass:     "messaging_handovers",
	KindTake:     "messaging_handovers",
	KindRequest:  "messaging_handovers",
	KindAppRoles: "messaging_handovers",
	KindPolicy:   "messaging_policy_enforcement",
	KindLinking:  "messaging_account_linking",
	KindSurvey:   "messaging_feedback",
	KindFeedback: "response_feedback",
	KindOrder:    "send_cart",
	KindCoupon:   "messages", // no field of its own is known
	KindCustomer: "messaging_customer_information",
	KindForm:     "messaging_in_thread_lead_form_submit",
}

// add puts ev into the array of its channel.
func (e *wireEntry) add(ev Event) error {
	value, err := encodeEvent(ev)
	if err != nil {
		return err
	}
	switch ev.Channel {
	case ChannelStandby:
		e.Standby = append(e.Standby, value)
	case ChannelChanges:
		change, err := encodeChange(ev, value)
		if err != nil {
			return err
		}
		e.Changes = append(e.Changes, change)
	default:
		e.Messaging = append(e.Messaging, value)
	}
	return nil
}

// encodeChange wraps value in the field of its kind. An unknown event of `changes[]` has the whole element as Raw.
func encodeChange(ev Event, value jsontext.Value) (jsontext.Value, error) {
	field, ok := changeField[ev.Kind]
	if !ok {
		return value, nil
	}
	return json.Marshal(wireChange{Field: field, Value: value}, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
}

func encodeEvent(ev Event) (jsontext.Value, error) {
	switch ev.Kind {
	case KindMessage, KindEcho, KindPostback, KindReferral, KindDelivery, KindRead:
		return json.Marshal(newWireEvent(ev), jsontext.AllowInvalidUTF8(true))
	default:
		if v := jsontext.Value(ev.Raw); v.Kind() == '{' && v.IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
			return v, nil
		}
		return nil, fmt.Errorf("kind %q without a JSON object in Raw", ev.Kind)
	}
}

// wireNumber is an id that Meta writes as a number. What is no number travels as text.
type wireNumber string

// MarshalJSONTo writes digits as they are and everything else as a string.
func (n wireNumber) MarshalJSONTo(enc *jsontext.Encoder) error {
	if v, err := strconv.ParseUint(string(n), 10, 64); err == nil && strconv.FormatUint(v, 10) == string(n) {
		return enc.WriteToken(jsontext.Uint(v))
	}
	return enc.WriteToken(jsontext.String(string(n)))
}
