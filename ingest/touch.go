package ingest

import (
	"strings"

	"frontdesk/messenger"
	"frontdesk/store"
)

// pluginTag is the word of the plugin in tags (lower case there) and referrals (upper case there).
const pluginTag = "customer_chat_plugin"

func taggedPlugin(tags []string) bool {
	for _, tag := range tags {
		if strings.EqualFold(tag, pluginTag) {
			return true
		}
	}
	return false
}

// touchOf is the arrival that an event tells of, beside or inside what it is about; nil when it tells of none. Tags
// are not arrivals: what they mean depends on the arrivals before them.
func touchOf(f *store.Fact, ev messenger.Event) *store.Touch {
	t := store.Touch{At: f.At, ID: f.ID}
	ref := referralOf(ev)
	switch {
	case ref != nil:
		t.Ref, t.Page, t.AdID, t.Guest = ref.Ref, ref.RefererURI, ref.AdID, ref.IsGuestUser
		t.Source = firstWord(ref.Source, postbackSource(ev), priorSource(ev))
		if t.Source == "" && ref.ProductID != "" {
			t.Origin = store.OriginOther // from a product in a shop: it comes without a word
			return &t
		}
	case ev.Optin != nil && ev.Optin.Ref != "":
		t.Ref = ev.Optin.Ref
		t.Source = firstWord(postbackSource(ev), priorSource(ev), optinSource(ev.Optin))
		if t.Source == "" {
			t.Origin = store.OriginOther // the button to Messenger: such opt-ins come without a word (ref. 2.3)
			return &t
		}
	default:
		t.Source = firstWord(postbackSource(ev), priorSource(ev))
		if t.Source == "" {
			return nil
		}
	}
	t.Origin = originOf(t.Source)
	return &t
}

// referralOf is the referral an event holds: the first that says where from, else the first that says anything. Of an
// event that is a referral and nothing else, an empty one counts too: somebody did arrive.
func referralOf(ev messenger.Event) *messenger.Referral {
	held := []*messenger.Referral{ev.Referral}
	if ev.Postback != nil {
		held = append(held, ev.Postback.Referral)
	}
	if ev.Message != nil {
		held = append(held, ev.Message.Referral)
	}
	var first *messenger.Referral
	for _, r := range held {
		switch {
		case r == nil:
		case r.Source != "":
			return r
		case first == nil && (*r != messenger.Referral{} || ev.Kind == messenger.KindReferral):
			first = r
		}
	}
	return first
}

// postbackSource is the 2018 form of a postback's origin, inside it or beside it (ref. 2.3).
func postbackSource(ev messenger.Event) string {
	if ev.Postback == nil {
		return ""
	}
	return firstWord(ev.Postback.Source, ev.Source)
}

func priorSource(ev messenger.Event) string {
	if ev.Prior == nil {
		return ""
	}
	return ev.Prior.Source
}

// checkboxSource is the platform's own word for the checkbox plugin, which stands in `prior_message` only.
const checkboxSource = "checkbox_plugin"

func optinSource(o *messenger.Optin) string {
	if o.Source == "" && o.UserRef != "" && o.Type == "" {
		return checkboxSource
	}
	return o.Source
}

func firstWord(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

// originOf is the origin that the platform's own word stands for (ref. 2.8), in any case.
func originOf(source string) store.Origin {
	switch strings.ToUpper(source) {
	case "":
		return store.OriginUnknown
	case "CUSTOMER_CHAT_PLUGIN":
		return store.OriginPlugin
	case "SHORTLINK", "SHORTLINKS", "SHORT-URL":
		return store.OriginLink
	case "ADS":
		return store.OriginAd
	default:
		return store.OriginOther
	}
}
