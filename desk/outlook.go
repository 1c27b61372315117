package desk

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"frontdesk/messenger"
	"frontdesk/store"
)

const (
	// guestSession is how long a guest of Meta's chat plugin can be written to from its beginning (ref. 2.3, 7.6).
	guestSession = 24 * time.Hour
	// nearEnd is how long before the window's end an agent is warned (ref. 5).
	nearEnd = time.Hour
)

// Outlook is what can be sent to a contact now, before a word of it is written: whether anything, what, until when, and
// what is worth knowing first. A private note can be written whatever it says.
type Outlook struct {
	Blocked  *Refusal      // why nothing can be sent; nil when something can
	Human    bool          // only text that a person wrote, as a human agent (ref. 3.4): neither files nor buttons nor quick replies
	Until    time.Time     // until when that stays so: the window's end, or that of the human agent's week; zero: Blocked, or no end is known
	Short    string        // when Blocked: why, in a few words without a period
	Remains  string        // when Blocked: what can be done all the same, a sentence
	Warnings []string      // sentences: what may keep a reply from arriving though it is taken
	Hidden   []Kind        // what the contact would not see, because the chat plugin does not show it; see Warn
	Controls []ControlVerb // what an agent may do about who controls the conversation

	closed string // why only a human agent may write, a sentence; empty unless Human
}

// OutlookOf says what can be sent to the contact of c now. in is its inbox as State tells it; known says whether there
// are settings for it. It asks nobody, and is the very rule by which Reply decides.
func OutlookOf(c store.Conversation, in Inbox, known bool, now time.Time) Outlook {
	o := Outlook{Controls: controlsOf(c, in, known), Hidden: hiddenFrom(c)}
	switch refusal := unreachable(c.Inbox, c.Contact, in, known); {
	case refusal != nil:
		o.Blocked, o.Short, o.Controls = refusal, unreachableShort(in, known), nil
	case in.Stopped:
		o.Blocked, o.Short = stoppedRefusal(in.Alert, in.Advice), "Sending is stopped for this inbox"
	case c.Unreachable():
		o.Blocked, o.Short, o.Remains = refusedRefusal(), "The customer blocked or muted the page", remainsWhenRefused
	default:
		o.within(c, c.Contact, in, now)
	}
	if o.Blocked != nil {
		o.Until, o.Remains = time.Time{}, cmp.Or(o.Remains, "A private note can be written all the same.")
		return o
	}
	if said := controlWarning(c, in); said != "" {
		o.Warnings = append(o.Warnings, said)
	}
	if in.Alert != "" {
		o.Warnings = append(o.Warnings, in.Alert)
	}
	return o
}

// within fills in what the messaging window, or a guest's session, leaves possible for a contact of conversation c. A
// contact that was never seen to write may be tried: the platform knows better.
func (o *Outlook) within(c store.Conversation, to store.Contact, in Inbox, now time.Time) {
	if in.Plugin || isVisitor(to) {
		return // our own plugin has no limit in time
	}
	w := store.Window(c, store.MillisOf(now))
	o.Until = w.ClosesAt.Time()
	guest := isGuest(c, to)
	if guest { // a visit later than its beginning may be all we know: then it has ended even earlier
		ends := c.Touch.At.Time().Add(guestSession)
		if !now.Before(ends) {
			o.Short = "The website visitor has left"
			o.Blocked = &Refusal{
				Reason: fmt.Sprintf("The website visitor has left: a guest can be written to for 24 hours, and these ended on %s.", moment(ends)),
				Advice: "Nothing more can be sent to this visitor, who comes back as another contact.",
			}
			return
		}
		if o.Until.IsZero() || ends.Before(o.Until) {
			o.Until = ends
		}
	}
	switch {
	case w.Unknown:
		if !guest {
			o.Warnings = append(o.Warnings, "The customer was never seen to write here, so the platform may refuse a message.")
		}
	case w.Open:
		if left := o.Until.Sub(now); left < nearEnd {
			o.Warnings = append(o.Warnings, fmt.Sprintf("The time in which the page may write ends in %s, at %s.", span(left), o.Until.Format("15:04 MST")))
		}
	default:
		o.afterWindow(w, guest || to.Kind == store.ContactUserRef, in, now)
	}
}

// afterWindow fills in what is possible once the 24 hours are over; brief says that the contact can't be reached later.
func (o *Outlook) afterWindow(w store.WindowState, brief bool, in Inbox, now time.Time) {
	ended, until := w.ClosesAt.Time(), w.HumanAgentUntil.Time()
	o.closed = fmt.Sprintf("The 24 hours in which the page may write ended on %s, %s ago.", moment(ended), span(now.Sub(ended)))
	short := "The 24 hours to write ended " + span(now.Sub(ended)) + " ago"
	switch {
	case brief, !w.HumanAgent:
		o.Short = short
		o.Blocked = &Refusal{Reason: o.closed, Advice: "Nothing can be sent until the customer writes again."}
	case !in.HumanAgent:
		o.Short = short
		o.Blocked = &Refusal{Reason: o.closed, Advice: "Wait until the customer writes again, or ask the platform for the Human Agent " +
			"feature and set FRONTDESK_HUMAN_AGENT: it allows text for seven days."}
	default:
		o.Human, o.Until = true, until
		o.Warnings = append(o.Warnings, o.closed+" Until "+moment(until)+" text that you wrote yourself can be sent as a human agent.")
	}
}

// permit says how m may be sent now to a contact of conversation c, who may be another one than its contact of today, or
// why it may not.
func permit(c store.Conversation, to store.Contact, in Inbox, m messenger.OutMessage, humanAgent bool, now time.Time) (permission, *Refusal) {
	var o Outlook
	o.within(c, to, in, now)
	return o.admit(m, humanAgent)
}

// admit says how m goes out under the outlook, or why it can't. humanAgent is an agent's word that a person wrote this
// text and means it to go out with the HUMAN_AGENT tag; within 24 hours it changes nothing.
func (o *Outlook) admit(m messenger.OutMessage, humanAgent bool) (permission, *Refusal) {
	switch {
	case o.Blocked != nil:
		return permission{}, o.Blocked
	case !o.Human:
		return permission{kind: messenger.Response}, nil
	case m.Attachment != nil || len(m.QuickReplies) > 0:
		return permission{}, &Refusal{Reason: o.closed, Advice: fmt.Sprintf(
			"Until %s only text without buttons and quick replies can be sent, as a human agent.", moment(o.Until))}
	case !humanAgent:
		return permission{}, &Refusal{Reason: o.closed, Advice: fmt.Sprintf(
			"Until %s text that you wrote yourself can be sent as a human agent.", moment(o.Until))}
	}
	return permission{kind: messenger.MessageTag, tag: messenger.TagHumanAgent}, nil
}

// unreachable says why nothing can be sent to a contact of an inbox whatever the time; nil when something can.
func unreachable(id store.InboxID, to store.Contact, in Inbox, known bool) *Refusal {
	switch {
	case !known:
		return &Refusal{
			Reason: fmt.Sprintf("There are no settings for the inbox %s.", id),
			Advice: "Set FRONTDESK_PAGE_ID, FRONTDESK_PAGE_TOKEN and FRONTDESK_APP_SECRET for it and start frontdesk again.",
		}
	case in.Missing != "":
		return missing(id, in.Missing)
	case in.Plugin && !isVisitor(to):
		return &Refusal{Reason: "This contact is no visitor of the plugin, but the inbox is a site of the plugin."}
	}
	return nil
}

// unreachableShort is unreachable in a few words.
func unreachableShort(in Inbox, known bool) string {
	switch {
	case !known:
		return "There are no settings for this inbox"
	case in.Missing != "":
		return "Nothing can be sent: " + in.Missing + " is missing"
	}
	return "This contact is no visitor of the plugin"
}

// refusedRefusal is why nothing is sent to a contact of whom the platform has said that nothing arrives (ref. 4.2).
func refusedRefusal() *Refusal {
	return &Refusal{
		Reason: "The customer has blocked or muted the page, says the platform.",
		Advice: "Wait until the customer writes or reacts.",
	}
}

// remainsWhenRefused is what can be done then. A customer who lets the page write again does not tell us so.
const remainsWhenRefused = "A private note can be written, and the refused message sent again to try."

func stoppedRefusal(alert, advice string) *Refusal {
	return &Refusal{Reason: "Sending is stopped for this inbox: " + alert, Advice: advice}
}

// isGuest reports whether to is a guest of Meta's chat plugin: somebody without an account, under a temporary id.
func isGuest(c store.Conversation, to store.Contact) bool {
	return c.Touch.Guest && c.Touch.At != 0 && to.Kind == store.ContactPSID && !isVisitor(to)
}

// moment is a time as sentences name it.
func moment(t time.Time) string { return t.Format("2 January 15:04 MST") }

// Kind is a kind of content that the chat plugin does not show (ref. 7.5).
type Kind string

// The kinds.
const (
	KindFile          Kind = "file"           // an attachment that is no picture, film or sound
	KindTemplate      Kind = "template"       // any but button and generic templates
	KindButton        Kind = "button"         // any but postback, URL and call buttons
	KindQuickReply    Kind = "quick reply"    // any but those of text, phone number and e-mail
	KindUnlistedMedia Kind = "unlisted media" // an attachment of a type that the platform came to know later
)

// hiddenKinds are what the chat plugin is not known to show, with what an agent reads about each.
var hiddenKinds = []struct {
	kind Kind
	says string
}{
	{KindFile, "The chat plugin is not known to show files; pictures, film and sound are shown. Send a link, or follow the file with a line of text."},
	{KindTemplate, "The chat plugin shows button templates and cards, no other templates."},
	{KindButton, "The chat plugin shows buttons that answer, open a page or call, no others."},
	{KindQuickReply, "The chat plugin shows quick replies of text, phone number and e-mail, no others."},
	{KindUnlistedMedia, "The chat plugin is not known to show attachments of this type."},
}

// hiddenFrom is what the contact of c would not see. It concerns who came in last by the plugin: such a person may have
// gone on in the app, where everything shows, but nothing tells.
func hiddenFrom(c store.Conversation) []Kind {
	if c.Touch.Origin != store.OriginPlugin && !isVisitor(c.Contact) {
		return nil
	}
	var kinds []Kind
	for _, h := range hiddenKinds {
		if h.kind != KindFile || !isVisitor(c.Contact) { // our own plugin shows files
			kinds = append(kinds, h.kind)
		}
	}
	return kinds
}

// Warn says what the contact would not see of m, a sentence for each kind of content; nothing when all of it shows.
func (o Outlook) Warn(m messenger.OutMessage) []string {
	if len(o.Hidden) == 0 {
		return nil
	}
	has := kindsOf(m)
	var said []string
	for _, h := range hiddenKinds {
		if slices.Contains(o.Hidden, h.kind) && slices.Contains(has, h.kind) {
			said = append(said, h.says)
		}
	}
	return said
}

// kindsOf is what m holds beyond what the chat plugin shows, by kind.
func kindsOf(m messenger.OutMessage) []Kind {
	var kinds []Kind
	for _, q := range m.QuickReplies {
		if !slices.Contains([]string{"text", "user_phone_number", "user_email"}, q.ContentType) {
			kinds = append(kinds, KindQuickReply)
		}
	}
	if m.Attachment == nil {
		return kinds
	}
	buttons := m.Attachment.Payload.Buttons
	for _, e := range m.Attachment.Payload.Elements {
		buttons = append(slices.Clip(buttons), e.Buttons...)
	}
	for _, b := range buttons {
		if !slices.Contains([]string{messenger.ButtonURL, messenger.ButtonPostback, messenger.ButtonCall}, b.Type) {
			kinds = append(kinds, KindButton)
		}
	}
	switch m.Attachment.Type {
	case "image", "video", "audio":
	case "file":
		kinds = append(kinds, KindFile)
	case "template":
		if t := m.Attachment.Payload.TemplateType; t != "button" && t != "generic" {
			kinds = append(kinds, KindTemplate)
		}
	default:
		kinds = append(kinds, KindUnlistedMedia)
	}
	return kinds
}
