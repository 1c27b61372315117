package ingest

import (
	"strconv"
	"strings"

	"frontdesk/messenger"
	"frontdesk/store"
)

// nameDeleted is the name of a withdrawal that does not say of what.
const nameDeleted = "message.is_deleted"

// translateRare reads everything that is no message, tap, arrival or receipt.
func translateRare(f *store.Fact, ev messenger.Event) {
	switch ev.Kind {
	case messenger.KindReaction:
		translateReaction(f, ev)
	case messenger.KindEdit:
		translateEdit(f, ev)
	case messenger.KindFeedback:
		translateFeedback(f, ev)
	case messenger.KindOptin:
		translateOptin(f, ev)
	case messenger.KindPass, messenger.KindTake, messenger.KindRequest:
		translateControl(f, ev)
	case messenger.KindPolicy:
		translatePolicy(f, ev)
	case messenger.KindLinking:
		translateLinking(f, ev)
	case messenger.KindSurvey:
		line(f, ev, store.KindSurvey, "", answers(ev.Rare.Survey, questionName))
	case messenger.KindCoupon:
		f.Payload = ev.Rare.Coupon.Payload
		line(f, ev, store.KindCoupon, "", details("code", ev.Rare.Coupon.Code))
	case messenger.KindOrder:
		words(f, ev, store.KindOrder, ev.Rare.Order.Note, products(ev.Rare.Order.Products))
	case messenger.KindCustomer:
		words(f, ev, store.KindForm, "", answers(ev.Rare.Customer, fieldName))
	case messenger.KindForm:
		words(f, ev, store.KindForm, "", details("form", ev.Rare.Form.ID))
	case messenger.KindLabel:
		translateLabel(f, ev)
	default:
		if ev.Kind == messenger.KindAppRoles {
			f.Contact, f.Alias = store.Contact{}, store.Contact{} // of the page, whoever is named
		}
		unknown(f, ev, ev.Key)
	}
}

// line makes f a grey line of the contact's.
func line(f *store.Fact, ev messenger.Event, kind store.MessageKind, text string, of []store.Detail) {
	f.Kind, f.LineKind, f.Text, f.Details = store.FactActivity, kind, text, of
	identify(f, ev, "", canonical(ev.Raw))
	f.Touch = touchOf(f, ev)
}

// words makes f something the contact sent, which counts as unread. Orders and forms open no window: the platform's list
// of what does (ref. 5) has neither.
func words(f *store.Fact, ev messenger.Event, kind store.MessageKind, text string, of []store.Detail) {
	f.Kind, f.LineKind, f.Text, f.Details = store.FactMessage, kind, text, of
	identify(f, ev, "", canonical(ev.Raw))
	f.Touch = touchOf(f, ev)
}

// address makes f speak of the message with mid. Parts tell it from others of its kind about the same message. It
// reports false, and makes f unknown, where no message is named: there is nothing to keep it by.
func address(f *store.Fact, ev messenger.Event, kind store.FactKind, mid, name string, parts ...string) bool {
	bare := strings.TrimPrefix(mid, "m_")
	if bare == "" {
		unknown(f, ev, name)
		return false
	}
	f.Kind, f.MID = kind, mid
	f.ID = hashOf(f, append([]string{bare}, parts...)...)
	f.Key = string(f.ID)
	return true
}

func translateUnsend(f *store.Fact, ev messenger.Event) {
	address(f, ev, store.FactUnsend, ev.Message.MID, nameDeleted)
}

// translateReaction reads a reaction or its end. One that came before another must not be taken for it: the time is
// part of what it is (ref. 1.7).
func translateReaction(f *store.Fact, ev messenger.Event) {
	r := ev.Rare.Reaction
	taken := strings.EqualFold(r.Action, "unreact")
	what := r.Emoji
	if what == "" {
		what = r.Word
	}
	if what == "" && !taken {
		unknown(f, ev, ev.Key)
		return
	}
	if !address(f, ev, store.FactReaction, r.MID, ev.Key, strconv.FormatInt(ev.Timestamp, 10), strconv.FormatBool(taken)) || taken {
		return
	}
	f.Reaction, f.OpensWindow = what, true
}

// translateEdit reads new words. An edit that does not say which one it is counts as the first: words must not be lost
// for a number.
func translateEdit(f *store.Fact, ev messenger.Event) {
	e := ev.Rare.Edit
	n := max(e.N, 1)
	if address(f, ev, store.FactEdit, e.MID, ev.Key, strconv.Itoa(n)) {
		f.Text, f.Edit = e.Text, n
	}
}

func translateFeedback(f *store.Fact, ev messenger.Event) {
	fb := ev.Rare.Feedback
	if address(f, ev, store.FactFeedback, fb.MID, ev.Key, strconv.FormatInt(ev.Timestamp, 10), fb.Text) {
		f.Feedback = fb.Text
	}
}

// translateOptin reads a permission to write (ref. 2.12). Those of the plugins open the window; marketing and accepted
// requests are not on the platform's list.
func translateOptin(f *store.Fact, ev messenger.Event) {
	o := ev.Optin
	text, plugin := optinText(ev)
	line(f, ev, store.KindOptin, text, optinDetails(o))
	f.Payload = o.Payload
	f.OpensWindow = plugin
}

// translateControl reads who may answer now (ref. 2.13). The owner is always named by its app id: the array it came in
// does not say whether that is us, because both the app that gets control and the one that loses it are told on
// `messaging`. Whoever knows our own app id compares. Only null means that nobody has it; where none is named, or asked
// for and not given, it stays who it was.
func translateControl(f *store.Fact, ev messenger.Event) {
	c := ev.Rare.Control
	f.Kind, f.LineKind = store.FactControl, store.KindControl
	identify(f, ev, "", canonical(ev.Raw))
	switch ev.Kind {
	case messenger.KindRequest:
		f.Text = "the conversation was asked for"
		f.Details = details("by", appName(c.Requested), "note", c.Metadata)
		return
	case messenger.KindTake:
		f.Text = "the conversation was taken over"
	}
	to := appName(c.New)
	switch {
	case c.ToNobody:
		to, f.Owner = "nobody", store.Owner{Kind: store.OwnerIdle}
	case c.New != "":
		f.Owner = store.Owner{Kind: store.OwnerApp, AppID: c.New}
	}
	f.Details = details("from", appName(c.Previous), "to", to, "note", c.Metadata)
}

// translatePolicy reads what the platform thinks of the whole page. It concerns no contact, whoever is named.
func translatePolicy(f *store.Fact, ev messenger.Event) {
	f.Contact, f.Alias = store.Contact{}, store.Contact{}
	switch action := strings.ToLower(ev.Rare.Policy.Action); action {
	case "warning", "block", "unblock":
		f.Kind = store.FactAlert
		f.Alert = store.Alert{At: f.At, Action: action, Reason: ev.Rare.Policy.Reason}
		identify(f, ev, "", canonical(ev.Raw))
	default:
		unknown(f, ev, ev.Key)
	}
}

func translateLinking(f *store.Fact, ev messenger.Event) {
	switch strings.ToLower(ev.Rare.Linking.Status) {
	case "linked":
		line(f, ev, store.KindLinked, "", nil)
	case "unlinked":
		line(f, ev, store.KindUnlinked, "", nil)
	default:
		unknown(f, ev, ev.Key)
	}
}

// translateLabel reads a label of the platform's own inbox. Such a change has no time but its entry's, which is part of
// its key here: set, taken off and set again, the third is not the first once more, and a repeat changes nothing.
func translateLabel(f *store.Fact, ev messenger.Event) {
	l := ev.Rare.Label
	action := strings.ToLower(l.Action)
	if l.Name == "" || action != "add" && action != "remove" {
		unknown(f, ev, ev.Key)
		return
	}
	f.Kind, f.Label, f.Removed = store.FactLabel, l.Name, action == "remove"
	identify(f, ev, "", strconv.FormatInt(int64(f.At), 10), l.Name, action)
}
