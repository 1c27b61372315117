package messenger

import "slices"

// kindOrder is the order in which the keys of an event decide its kind (ref. 2.1).
var kindOrder = []string{
	"message", "postback", "referral", "delivery", "read", "reaction", "message_edit", "optin", "pass_thread_control",
	"take_thread_control", "request_thread_control", "app_roles", "policy_enforcement", "policy-enforcement",
	"account_linking", "messaging_feedback", "response_feedback", "order", "template", "messaging_customer_information",
	"form", "payment", "pre_checkout", "checkout_update", "game_play",
}

// envelopeFields and side keys never decide the kind of an event (ref. 2.1).
var envelopeFields = map[string]bool{
	"sender": true, "recipient": true, "timestamp": true,
	"prior_message": true, "hop_context": true, "lead": true, "source": true,
}

// event reads one messaging event.
func (r *reader) event(ch Channel) Event {
	ev := Event{Channel: ch}
	var keys keyFinder
	ev.Raw = r.raw(func() {
		r.object(func(name string) {
			keys.saw(name, r.kind() == '{')
			r.eventField(&ev, name)
		})
	})
	ev.Kind, ev.Key = KindUnknown, keys.key()
	if k, ok := kindOfKey[ev.Key]; ok && k.read(&ev) {
		ev.Kind = k.kind
	}
	if ev.Kind == KindMessage && ev.Message.IsEcho {
		ev.Kind = KindEcho
	}
	ev.keepOne()
	return ev
}

// keepOne forgets what kinds that did not decide left behind. Of those that are read beside others (a referral, an
// optin) all stay.
func (ev *Event) keepOne() {
	leave(&ev.Reaction, ev.Kind == KindReaction)
	leave(&ev.Edit, ev.Kind == KindEdit)
	leave(&ev.Control, ev.Kind == KindPass || ev.Kind == KindTake || ev.Kind == KindRequest)
	leave(&ev.Policy, ev.Kind == KindPolicy)
	leave(&ev.Linking, ev.Kind == KindLinking)
	leave(&ev.Feedback, ev.Kind == KindFeedback)
	leave(&ev.Order, ev.Kind == KindOrder)
	leave(&ev.Coupon, ev.Kind == KindCoupon)
	leave(&ev.Form, ev.Kind == KindForm)
	if ev.Kind != KindAppRoles {
		ev.Roles = nil
	}
	if ev.Kind != KindSurvey {
		ev.Survey = nil
	}
	if ev.Kind != KindCustomer {
		ev.Customer = nil
	}
}

func leave[T any](v **T, keep bool) {
	if !keep {
		*v = nil
	}
}

// kindOfKey is the kind that a key decides, where its value could be read.
var kindOfKey = map[string]struct {
	kind Kind
	read func(*Event) bool
}{
	"message":                        {KindMessage, func(ev *Event) bool { return ev.Message != nil }},
	"postback":                       {KindPostback, func(ev *Event) bool { return ev.Postback != nil }},
	"referral":                       {KindReferral, func(ev *Event) bool { return ev.Referral != nil }},
	"delivery":                       {KindDelivery, func(ev *Event) bool { return ev.Delivery != nil }},
	"read":                           {KindRead, func(ev *Event) bool { return ev.Read != nil }},
	"reaction":                       {KindReaction, func(ev *Event) bool { return ev.Reaction != nil }},
	"message_edit":                   {KindEdit, func(ev *Event) bool { return ev.Edit != nil }},
	"optin":                          {KindOptin, func(ev *Event) bool { return ev.Optin != nil }},
	"pass_thread_control":            {KindPass, func(ev *Event) bool { return ev.Control != nil }},
	"take_thread_control":            {KindTake, func(ev *Event) bool { return ev.Control != nil }},
	"request_thread_control":         {KindRequest, func(ev *Event) bool { return ev.Control != nil }},
	"app_roles":                      {KindAppRoles, func(ev *Event) bool { return ev.Roles != nil }},
	"policy_enforcement":             {KindPolicy, func(ev *Event) bool { return ev.Policy != nil }},
	"policy-enforcement":             {KindPolicy, func(ev *Event) bool { return ev.Policy != nil }},
	"account_linking":                {KindLinking, func(ev *Event) bool { return ev.Linking != nil }},
	"messaging_feedback":             {KindSurvey, func(ev *Event) bool { return ev.Survey != nil }},
	"response_feedback":              {KindFeedback, func(ev *Event) bool { return ev.Feedback != nil }},
	"order":                          {KindOrder, func(ev *Event) bool { return ev.Order != nil }},
	"template":                       {KindCoupon, func(ev *Event) bool { return ev.Coupon != nil }},
	"messaging_customer_information": {KindCustomer, func(ev *Event) bool { return ev.Customer != nil }},
	"form":                           {KindForm, func(ev *Event) bool { return ev.Form != nil }},
}

// eventField reads the value of one member of an event.
func (r *reader) eventField(ev *Event, name string) {
	switch name {
	case "sender":
		ev.Sender = r.party()
	case "recipient":
		ev.Recipient = r.party()
	case "timestamp":
		ev.Timestamp = r.millis()
	case "message":
		ev.Message = r.message()
	case "postback":
		ev.Postback = r.postback()
	case "referral":
		ev.Referral = r.referral()
	case "delivery":
		ev.Delivery = r.delivery()
	case "read":
		var v Read
		ev.Read = ifObject(&v, r.object(func(name string) {
			if name == "watermark" {
				v.Watermark = r.millis()
				return
			}
			r.skip()
		}))
	case "prior_message":
		ev.Prior = r.prior()
	case "optin":
		ev.Optin = r.optin()
	case "source":
		ev.Source = r.text()
	default:
		r.rareField(ev, name)
	}
}

// keyFinder picks the key that decides an event's kind: the first of kindOrder that holds an object, else the first of
// kindOrder that is there at all, else the first that is no envelope field.
type keyFinder struct {
	objects, others []string
	first           string
}

func (k *keyFinder) saw(name string, isObject bool) {
	switch {
	case envelopeFields[name]:
	case !slices.Contains(kindOrder, name):
		if k.first == "" {
			k.first = name
		}
	case isObject:
		k.objects = append(k.objects, name)
	default:
		k.others = append(k.others, name)
	}
}

func (k *keyFinder) key() string {
	for _, seen := range [][]string{k.objects, k.others} {
		for _, name := range kindOrder {
			if slices.Contains(seen, name) {
				return name
			}
		}
	}
	return k.first
}

// ifObject is v if what was read was an object, else nil.
func ifObject[T any](v *T, ok bool) *T {
	if !ok {
		return nil
	}
	return v
}

func (r *reader) party() Party {
	var p Party
	r.object(func(name string) {
		switch name {
		case "id":
			p.ID = r.id()
		case "user_ref":
			p.UserRef = r.id()
		default:
			r.skip()
		}
	})
	return p
}

func (r *reader) postback() *Postback {
	var v Postback
	return ifObject(&v, r.object(func(name string) {
		switch name {
		case "mid":
			v.MID = r.id()
		case "title":
			v.Title = r.text()
		case "payload":
			v.Payload = r.id()
		case "source":
			v.Source = r.text()
		case "referral":
			v.Referral = r.referral()
		default:
			r.skip()
		}
	}))
}

func (r *reader) referral() *Referral {
	var v Referral
	var referer, origin string
	ok := r.object(func(name string) {
		switch name {
		case "ref":
			v.Ref = r.text()
		case "source":
			v.Source = r.text()
		case "type":
			v.Type = r.text()
		case "referer_uri":
			referer = r.text()
		case "origin_domain":
			origin = r.text()
		case "is_guest_user":
			v.IsGuestUser = r.flag()
		case "ad_id":
			v.AdID = r.id()
		case "product":
			r.object(func(name string) {
				if name == "id" {
					v.ProductID = r.id()
					return
				}
				r.skip()
			})
		default:
			r.skip()
		}
	})
	v.RefererURI = referer
	if referer == "" {
		v.RefererURI = origin
	}
	return ifObject(&v, ok)
}

func (r *reader) delivery() *Delivery {
	var v Delivery
	return ifObject(&v, r.object(func(name string) {
		switch name {
		case "watermark":
			v.Watermark = r.millis()
		case "mids":
			r.array(func() {
				if mid := r.id(); mid != "" {
					v.MIDs = append(v.MIDs, mid)
				}
			})
		default:
			r.skip()
		}
	}))
}

func (r *reader) prior() *Prior {
	var v Prior
	return ifObject(&v, r.object(func(name string) {
		switch name {
		case "source":
			v.Source = r.text()
		case "identifier":
			v.Identifier = r.id()
		default:
			r.skip()
		}
	}))
}
