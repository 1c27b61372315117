package ingest

import (
	"strings"
	"time"

	"frontdesk/messenger"
	"frontdesk/store"
)

// What lines tell beside their text, in words that can be shown. Names are ours where the platform's are of its
// protocol; values are the contact's, or the platform's where it writes for people.

// details are pairs of name and value; those without a value are left out.
func details(pairs ...string) []store.Detail {
	var out []store.Detail
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, store.Detail{Name: pairs[i], Value: pairs[i+1]})
		}
	}
	return out
}

// answers are named values with their names made readable.
func answers(given []messenger.Answer, name func(string) string) []store.Detail {
	var out []store.Detail
	for _, a := range given {
		out = append(out, store.Detail{Name: name(a.Name), Value: a.Value})
	}
	return out
}

// asWritten is for names that people wrote.
func asWritten(name string) string { return name }

// fieldName is the key of a form's field as words: address_line_1 is "address line 1".
func fieldName(key string) string { return strings.ReplaceAll(key, "_", " ") }

// questionName is what a survey's question of a type asks about (ref. 2.15).
func questionName(kind string) string {
	switch strings.ToLower(kind) {
	case "csat":
		return "satisfaction"
	case "nps":
		return "would recommend"
	case "ces":
		return "ease"
	case "free_form":
		return "comment"
	default:
		return fieldName(kind)
	}
}

// App ids of the platform's own programs (ref. 2.6).
const (
	instagramInboxApp = "1217981644879628"
	leadAdsApp        = "413038776280800"
)

// appName is what an app is called; empty for none.
func appName(id string) string {
	switch id {
	case "":
		return ""
	case messenger.PageInboxApp:
		return "the Page inbox"
	case instagramInboxApp:
		return "the Instagram inbox"
	case leadAdsApp:
		return "the lead ads"
	default:
		return "app " + id
	}
}

// detailsOfMessage are a message's appointments, taken out of their attachments, and which program of the
// platform passed it on.
func detailsOfMessage(ev messenger.Event, attachments []store.Attachment) []store.Detail {
	var out []store.Detail
	for i := range attachments {
		if b := attachments[i].Booking; b != nil {
			out = append(out, details(
				"appointment", b.Status, "from", moment(b.Start), "to", moment(b.End), "time zone", b.Timezone, "booking", b.ID,
			)...)
			attachments[i].Booking = nil
		}
	}
	if ev.Rare == nil {
		return out
	}
	for _, hop := range ev.Rare.Hops {
		if hop.AppID == leadAdsApp {
			out = append(out, details("passed on by", appName(hop.AppID))...)
		}
	}
	return out
}

// lastMoment is the end of the last year that four digits write.
const lastMoment = 253402300799999

// moment is a time as people read it. It is in UTC, because a pure function knows no time zones; empty for none.
func moment(ms int64) string {
	if ms <= 0 || ms > lastMoment {
		return ""
	}
	return time.UnixMilli(ms).UTC().Format("2006-01-02 15:04 UTC")
}

// products are the lines of an order, each by its name with quantity and price.
func products(all []messenger.Product) []store.Detail {
	var out []store.Detail
	for _, p := range all {
		name := firstWord(p.Name, p.RetailerID, p.ID, "product")
		price := strings.TrimSpace(amount(p.UnitPrice, p.Currency) + " " + p.Currency)
		if p.UnitPrice == "" {
			price = ""
		}
		value := price
		switch {
		case p.Quantity != "" && price != "":
			value = p.Quantity + " × " + price
		case p.Quantity != "":
			value = p.Quantity
		}
		out = append(out, store.Detail{Name: name, Value: value})
	}
	return out
}

// Types of opt-ins that are not the plugins' (ref. 2.12).
const (
	optinOneTime   = "one_time_notif_req"
	optinMarketing = "notification_messages"
)

// optinText is what an opt-in says, and whether it came through one of the plugins.
func optinText(ev messenger.Event) (text string, plugin bool) {
	o := ev.Optin
	switch {
	case o.MessageRequest != "":
		return "accepted the message request", false
	case strings.EqualFold(o.Type, optinOneTime):
		return "asked for one notification", false
	case strings.EqualFold(o.Type, optinMarketing):
		switch status := strings.ToUpper(o.Status); {
		case strings.HasPrefix(status, "STOP"):
			return "stopped the messages they had asked for", false
		case strings.HasPrefix(status, "RESUME"):
			return "wants the messages they had stopped again", false
		}
		return "asked for messages", false
	case o.Type != "":
		return "", false
	case o.UserRef != "":
		return "opted in with the checkbox", true
	case o.Ref != "":
		return "opted in with the Send to Messenger button", true
	default:
		return "", false // a login, or something nobody knows
	}
}

func optinDetails(o *messenger.Optin) []store.Detail {
	return details(
		"about", o.Title, "topic", o.Topic, "how often", strings.ToLower(fieldName(o.Frequency)), "time zone", o.Timezone,
		"until", moment(o.Expires), "ref", o.Ref,
	)
}
