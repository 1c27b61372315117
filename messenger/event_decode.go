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
	switch {
	case ev.Key == "message" && ev.Message != nil && ev.Message.IsEcho:
		ev.Kind = KindEcho
	case ev.Key == "message" && ev.Message != nil:
		ev.Kind = KindMessage
	case ev.Key == "postback" && ev.Postback != nil:
		ev.Kind = KindPostback
	case ev.Key == "referral" && ev.Referral != nil:
		ev.Kind = KindReferral
	case ev.Key == "delivery" && ev.Delivery != nil:
		ev.Kind = KindDelivery
	case ev.Key == "read" && ev.Read != nil:
		ev.Kind = KindRead
	case ev.Key == "optin" && ev.Optin != nil:
		ev.Kind = KindOptin
	}
	if ev.Rare != nil {
		ev.Kind, ev.Rare = ev.Rare.settle(ev.Kind, ev.Key)
	}
	return ev
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
