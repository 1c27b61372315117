package store

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// ActivityText is the sentence that an activity line says, with times in UTC; see ActivityTextIn. It is empty for
// lines of other directions.
func ActivityText(m Message) string { return ActivityTextIn(m, time.UTC) }

// ActivityTextIn is ActivityText with times where the reader lives. It holds text from outside (names, refs, sources)
// as it came: whoever draws it cleans it.
func ActivityTextIn(m Message, where *time.Location) string { return ActivityTextFor(m, where, "") }

// ActivityTextFor is ActivityTextIn for those whose own app on the platform is appID, which is "us" to them; empty where
// they have none.
func ActivityTextFor(m Message, where *time.Location, appID string) string {
	if m.Direction != Activity {
		return ""
	}
	agent := m.Agent
	if agent == "" {
		agent = "somebody"
	}
	switch m.Kind {
	case KindReferral:
		return toldText(ArrivalText(m.Touch), m)
	case KindResolved:
		return agent + " resolved this"
	case KindReopened:
		if m.Agent == "" {
			return "open again: the contact wrote"
		}
		return agent + " reopened this"
	case KindSnoozed:
		return agent + " snoozed this until " + m.Until.Time().In(where).Format("Mon 2 Jan 2006 15:04")
	case KindWoke:
		return "the snooze is over"
	case KindAssigned:
		if m.Text == m.Agent {
			return agent + " took this"
		}
		return agent + " gave this to " + m.Text
	case KindUnassigned:
		return agent + " let go of this: it is nobody's now"
	case KindLabeled:
		return agent + " put the label " + m.Text + " on this"
	case KindUnlabeled:
		return agent + " took the label " + m.Text + " off this"
	case KindOptin:
		return toldText("opted in", m)
	case KindControl:
		return controlText(m, appID)
	case KindLinked:
		return toldText("linked an account", m)
	case KindUnlinked:
		return toldText("unlinked the account", m)
	case KindSurvey:
		return toldText("answered a survey", m)
	case KindCoupon:
		return toldText("looked at a coupon", m)
	default:
		return toldText(string(m.Kind), m)
	}
}

// toldText is what an activity of the platform says: its own words where it has some, else the usual ones, with the
// details behind.
func toldText(usual string, m Message) string {
	var b strings.Builder
	if b.WriteString(usual); m.Text != "" {
		b.Reset()
		b.WriteString(m.Text)
	}
	between := ": "
	for _, d := range m.Details {
		b.WriteString(between)
		b.WriteString(saidDetail(d))
		between = ", "
	}
	return b.String()
}

// plainDetails are the details whose values are names, times and words of the platform's; all others are what somebody
// wrote, and stand in quotes.
var plainDetails = []string{"from", "to", "by", "until", "time zone", "how often", "code", "ref"}

// saidDetail is a detail as a sentence has it.
func saidDetail(d Detail) string {
	if d.Name == "" || d.Value == "" || slices.Contains(plainDetails, d.Name) || !strings.ContainsFunc(d.Value, unicode.IsLetter) {
		return d.String()
	}
	return d.Name + " " + quoted(d.Value)
}

func quoted(s string) string { return "“" + s + "”" }

// controlText is who handed a conversation to whom, or asks for it, with the note that came along.
func controlText(m Message, appID string) string {
	var b strings.Builder
	if b.WriteString("the conversation was handed over"); m.Text != "" {
		b.Reset()
		b.WriteString(m.Text)
	}
	note := ""
	for _, d := range m.Details {
		value := d.Value
		if appID != "" && value == "app "+appID {
			value = "us"
		}
		switch d.Name {
		case "by": // a request; who asks says more than that somebody did
			verb := " asks"
			if value == "us" {
				value, verb = "we", " ask"
			}
			b.Reset()
			b.WriteString(value + verb + " to answer this conversation")
		case "note":
			note = ": " + quoted(value)
		default:
			b.WriteString(" " + d.Name + " " + value)
		}
	}
	return b.String() + note
}

// ArrivalText says how a contact came in. It holds text from outside as it came.
func ArrivalText(t *Touch) string {
	if t == nil {
		return "came in"
	}
	text := "came in"
	switch t.Origin {
	case OriginPlugin:
		text += " by chat plugin"
	case OriginLink:
		text += " by m.me link"
	case OriginAd:
		text += " by an ad"
	case OriginOther:
		if text += " another way"; t.Source != "" {
			text += " (" + t.Source + ")"
		}
	}
	if t.Ref != "" {
		text += ", ref " + t.Ref
	}
	return text
}
