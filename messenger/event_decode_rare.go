package messenger

import (
	"math"
	"strconv"
	"strings"
)

// rareKinds is the kind that a key decides, where its value could be read, for the kinds that few events have.
var rareKinds = map[string]struct {
	kind Kind
	read func(*Rare) bool
}{
	"reaction":                       {KindReaction, func(r *Rare) bool { return r.Reaction != nil }},
	"message_edit":                   {KindEdit, func(r *Rare) bool { return r.Edit != nil }},
	"pass_thread_control":            {KindPass, func(r *Rare) bool { return r.Control != nil }},
	"take_thread_control":            {KindTake, func(r *Rare) bool { return r.Control != nil }},
	"request_thread_control":         {KindRequest, func(r *Rare) bool { return r.Control != nil }},
	"app_roles":                      {KindAppRoles, func(r *Rare) bool { return r.Roles != nil }},
	"policy_enforcement":             {KindPolicy, func(r *Rare) bool { return r.Policy != nil }},
	"policy-enforcement":             {KindPolicy, func(r *Rare) bool { return r.Policy != nil }},
	"account_linking":                {KindLinking, func(r *Rare) bool { return r.Linking != nil }},
	"messaging_feedback":             {KindSurvey, func(r *Rare) bool { return r.Survey != nil }},
	"response_feedback":              {KindFeedback, func(r *Rare) bool { return r.Feedback != nil }},
	"order":                          {KindOrder, func(r *Rare) bool { return r.Order != nil }},
	"template":                       {KindCoupon, func(r *Rare) bool { return r.Coupon != nil }},
	"messaging_customer_information": {KindCustomer, func(r *Rare) bool { return r.Customer != nil }},
	"form":                           {KindForm, func(r *Rare) bool { return r.Form != nil }},
}

// settle is the kind of an event that so far has kind, and whose key decides, and what is kept of r: what kinds that did
// not decide left behind is forgotten, side keys stay.
func (r *Rare) settle(kind Kind, key string) (Kind, *Rare) {
	kept := Rare{Lead: r.Lead, Hops: r.Hops}
	k, ok := rareKinds[key]
	if !ok || !k.read(r) {
		if len(kept.Lead)+len(kept.Hops) == 0 {
			return kind, nil
		}
		return kind, &kept
	}
	switch k.kind {
	case KindReaction:
		kept.Reaction = r.Reaction
	case KindEdit:
		kept.Edit = r.Edit
	case KindPass, KindTake, KindRequest:
		kept.Control = r.Control
	case KindAppRoles:
		kept.Roles = r.Roles
	case KindPolicy:
		kept.Policy = r.Policy
	case KindLinking:
		kept.Linking = r.Linking
	case KindSurvey:
		kept.Survey = r.Survey
	case KindFeedback:
		kept.Feedback = r.Feedback
	case KindOrder:
		kept.Order = r.Order
	case KindCoupon:
		kept.Coupon = r.Coupon
	case KindCustomer:
		kept.Customer = r.Customer
	case KindForm:
		kept.Form = r.Form
	}
	return k.kind, &kept
}

// rareField reads the value of a member that few events have.
func (r *reader) rareField(ev *Event, name string) {
	rare := ev.Rare
	if rare == nil {
		rare = new(Rare)
	}
	switch name {
	case "lead":
		rare.Lead = nil
		r.object(func(name string) { r.answersIn(&rare.Lead, name, "data", "question", "answer") })
	case "hop_context":
		rare.Hops = r.hops()
	case "reaction":
		rare.Reaction = r.reaction()
	case "message_edit":
		rare.Edit = r.edit()
	case "pass_thread_control", "take_thread_control", "request_thread_control":
		rare.Control = r.control()
	case "app_roles":
		rare.Roles = r.roles()
	case "policy_enforcement", "policy-enforcement":
		rare.Policy = r.policy()
	case "account_linking":
		var v Linking
		rare.Linking = ifObject(&v, r.fields(map[string]*string{"status": &v.Status}))
	case "messaging_feedback":
		rare.Survey = r.survey()
	case "response_feedback":
		var v Feedback
		rare.Feedback = ifObject(&v, r.fields(map[string]*string{"mid": &v.MID, "feedback": &v.Text}))
	case "order":
		rare.Order = r.order()
	case "template":
		var v Coupon
		rare.Coupon = ifObject(&v, r.fields(map[string]*string{"type": &v.Type, "payload": &v.Payload, "coupon_code": &v.Code}))
	case "messaging_customer_information":
		rare.Customer = r.customer()
	case "form":
		var v Form
		rare.Form = ifObject(&v, r.fields(map[string]*string{"id": &v.ID}))
	default:
		r.skip()
		return
	}
	ev.Rare = rare
}

// fields reads the named members of an object, each a text or a number, and skips the others. It reports whether the
// value was an object.
func (r *reader) fields(want map[string]*string) bool {
	return r.object(func(name string) {
		if to := want[name]; to != nil {
			*to = r.id()
			return
		}
		r.skip()
	})
}

// answersIn reads, from the member called list, the elements of an array as named values; other members are skipped.
// An element that says neither is left out.
func (r *reader) answersIn(to *[]Answer, member, list, name, value string) {
	if member != list {
		r.skip()
		return
	}
	r.array(func() {
		var a Answer
		r.fields(map[string]*string{name: &a.Name, value: &a.Value})
		if a != (Answer{}) {
			*to = append(*to, a)
		}
	})
}

// hops reads `hop_context`, an object or an array of such (ref. 2.4).
func (r *reader) hops() []Hop {
	var out []Hop
	one := func() {
		var h Hop
		r.fields(map[string]*string{"app_id": &h.AppID, "metadata": &h.Metadata})
		if h != (Hop{}) {
			out = append(out, h)
		}
	}
	if r.kind() == '[' {
		r.array(one)
	} else {
		one()
	}
	return out
}

func (r *reader) reaction() *Reaction {
	var v Reaction
	return ifObject(&v, r.fields(map[string]*string{
		"mid": &v.MID, "action": &v.Action, "reaction": &v.Word, "emoji": &v.Emoji,
	}))
}

func (r *reader) edit() *Edit {
	var v Edit
	return ifObject(&v, r.object(func(name string) {
		switch name {
		case "mid":
			v.MID = r.id()
		case "text":
			v.Text = r.text()
		case "num_edit":
			v.N = r.count()
		default:
			r.skip()
		}
	}))
}

// maxCount is more than anything is ever counted to here; a number beyond it is a mistake.
const maxCount = 1_000_000

// count reads a small positive number, also as text or with a fraction of zero; 0 when it is none.
func (r *reader) count() int {
	f, err := strconv.ParseFloat(strings.TrimSpace(r.id()), 64)
	if err != nil || !(f >= 1 && f <= maxCount) {
		return 0
	}
	return int(math.Trunc(f))
}

func (r *reader) control() *Control {
	var v Control
	return ifObject(&v, r.object(func(name string) {
		switch name {
		case "previous_owner_app_id":
			v.Previous = r.id()
		case "new_owner_app_id":
			v.ToNobody = r.kind() == 'n'
			v.New = r.id()
		case "requested_owner_app_id":
			v.Requested = r.id()
		case "metadata":
			v.Metadata = r.text()
		default:
			r.skip()
		}
	}))
}

// roles reads `app_roles`, whose member names are app ids. It is nil only when the value is no object.
func (r *reader) roles() []Role {
	out := []Role{}
	if !r.object(func(name string) {
		role := Role{AppID: name}
		r.array(func() {
			if s := r.text(); s != "" {
				role.Roles = append(role.Roles, s)
			}
		})
		out = append(out, role)
	}) {
		return nil
	}
	return out
}

func (r *reader) policy() *Policy {
	var v Policy
	return ifObject(&v, r.fields(map[string]*string{"action": &v.Action, "reason": &v.Reason}))
}

// survey reads `messaging_feedback` (ref. 2.15): the answers of all its screens, each with the one that follows it up. It
// is nil only when the value is no object.
func (r *reader) survey() []Answer {
	out := []Answer{}
	question := func(string) {
		var asked, further Answer
		r.object(func(name string) {
			switch name {
			case "type":
				asked.Name = r.id()
			case "payload":
				asked.Value = r.id()
			case "follow_up":
				further = Answer{}
				r.fields(map[string]*string{"type": &further.Name, "payload": &further.Value})
			default:
				r.skip()
			}
		})
		for _, a := range []Answer{asked, further} {
			if a.Value != "" {
				out = append(out, a)
			}
		}
	}
	if !r.screens("feedback_screens", func(name string) {
		if name == "questions" {
			r.object(question)
			return
		}
		r.skip()
	}) {
		return nil
	}
	return out
}

// customer reads `messaging_customer_information` (ref. 2.15); nil only when the value is no object.
func (r *reader) customer() []Answer {
	out := []Answer{}
	if !r.screens("screens", func(name string) { r.answersIn(&out, name, "responses", "key", "value") }) {
		return nil
	}
	return out
}

// screens calls field for each member of each object in the list called name.
func (r *reader) screens(list string, field func(name string)) bool {
	return r.object(func(name string) {
		if name != list {
			r.skip()
			return
		}
		r.array(func() { r.object(field) })
	})
}

func (r *reader) order() *Order {
	var v Order
	return ifObject(&v, r.object(func(name string) {
		switch name {
		case "note":
			v.Note = r.text()
		case "products":
			v.Products = nil
			r.array(func() {
				var p Product
				if r.fields(map[string]*string{
					"id": &p.ID, "retailer_id": &p.RetailerID, "name": &p.Name,
					"unit_price": &p.UnitPrice, "currency": &p.Currency, "quantity": &p.Quantity,
				}) {
					v.Products = append(v.Products, p)
				}
			})
		default:
			r.skip()
		}
	}))
}

// optin reads `optin` (ref. 2.12). A message request is said in it or one object deeper.
func (r *reader) optin() *Optin {
	var v Optin
	text := map[string]*string{
		"ref": &v.Ref, "source": &v.Source, "type": &v.Type, "title": &v.Title,
		"notification_messages_frequency": &v.Frequency, "notification_messages_timezone": &v.Timezone,
		"notification_messages_topic": &v.Topic, "notification_messages_status": &v.Status,
	}
	return ifObject(&v, r.object(func(name string) {
		switch name {
		case "user_ref":
			v.UserRef = r.id()
		case "payload":
			v.Payload = r.id()
		case "message_request":
			v.MessageRequest = r.messageRequest()
		case "token_expiry_timestamp":
			v.Expires = r.millis()
		default:
			if to := text[name]; to != nil {
				*to = r.text()
				return
			}
			r.skip()
		}
	}))
}

func (r *reader) messageRequest() string {
	if r.kind() != '{' {
		return r.text()
	}
	var status string
	r.fields(map[string]*string{"status": &status})
	return status
}

// label reads the value of an `inbox_labels` change into an event of its own.
func (r *reader) label(ev *Event) bool {
	var v Label
	var user Party
	ok := r.object(func(name string) {
		switch name {
		case "user":
			user = r.party()
		case "action":
			v.Action = r.text()
		case "timestamp":
			ev.Timestamp = r.millis()
		case "label":
			r.fields(map[string]*string{"id": &v.ID, "page_label_name": &v.Name})
		default:
			r.skip()
		}
	})
	if ok {
		ev.Kind, ev.Rare, ev.Sender = KindLabel, &Rare{Label: &v}, user
	}
	return ok
}
