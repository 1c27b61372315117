package messenger

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"
)

// The limits of what may be sent (ref. 3.2, 3.5, 3.7). Lengths are in UTF-16 units, see TextLen.
const (
	MaxText            = 2000
	MaxMetadata        = 1000
	MaxQuickReplies    = 13
	MaxQuickReplyTitle = 20
	MaxPayload         = 1000 // of a quick reply or a postback button
	MaxButtonText      = 640  // text above the buttons of a button template
	MaxButtons         = 3
	MaxButtonTitle     = 20
	MaxElements        = 10
	MaxElementTitle    = 80
	MaxElementSubtitle = 80
)

// How large a file may be (ref. 3.6).
const (
	MaxImageBytes = 8 << 20
	MaxFileBytes  = 25 << 20 // audio, video and all others
)

// TextLen is the length of s as the limits count it: in UTF-16 units, so most emoji are two.
func TextLen(s string) int {
	n := 0
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// LimitError is one fault of a message that the platform would refuse.
type LimitError struct {
	Field   string // where, as a JSON path: "quick_replies[2].title"
	Limit   int    // 0 where the fault is not one of length or number
	Got     int
	Problem string // what is wrong, fit to be shown beside the field
}

// Error names the field and the fault, never the text that was written.
func (e *LimitError) Error() string { return e.Field + ": " + e.Problem }

// LimitErrors takes what Validate returned apart, in the order of the fields.
func LimitErrors(err error) []*LimitError {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*LimitError
		for _, e := range joined.Unwrap() {
			all = append(all, LimitErrors(e)...)
		}
		return all
	}
	var one *LimitError
	if errors.As(err, &one) {
		return []*LimitError{one}
	}
	return nil
}

// Validate checks m against every limit the platform has. Several faults are joined (see LimitErrors); nil means that
// the platform has no reason to refuse its form.
func (m OutMessage) Validate() error {
	var c checker
	c.message("", m)
	return errors.Join(c.faults...)
}

// Validate checks r as OutMessage.Validate does, and the rest of the request with it. Fields of the message are named
// with the prefix "message.".
func (r SendRequest) Validate() error {
	var c checker
	c.recipient(r.Recipient)
	if r.SenderAction != "" {
		c.senderAction(r)
		return errors.Join(c.faults...)
	}
	switch {
	case r.MessagingType == "":
		c.fault("messaging_type", "is missing")
	case !slices.Contains(messagingTypes, r.MessagingType):
		c.fault("messaging_type", "must be RESPONSE, UPDATE, MESSAGE_TAG or UTILITY")
	case r.MessagingType == MessageTag && r.Tag == "":
		c.fault("tag", "is missing: MESSAGE_TAG needs one")
	case r.MessagingType != MessageTag && r.Tag != "":
		c.fault("tag", "goes with MESSAGE_TAG only")
	}
	if r.Message == nil {
		c.fault("message", "is missing")
	} else {
		c.message("message.", *r.Message)
	}
	if r.ReplyTo != nil && strings.TrimSpace(r.ReplyTo.MID) == "" {
		c.fault("reply_to.mid", "is empty: it names the message that is quoted")
	}
	if r.Payload != nil {
		c.fault("payload", "goes with react and unreact only")
	}
	return errors.Join(c.faults...)
}

// messagingTypes are all there are (ref. 3.4).
var messagingTypes = []MessagingType{Response, "UPDATE", MessageTag, "UTILITY"}

// checker collects faults in the order of the fields.
type checker struct{ faults []error }

func (c *checker) fault(field, problem string) {
	c.faults = append(c.faults, &LimitError{Field: field, Problem: problem})
}

func (c *checker) recipient(to Recipient) {
	switch {
	case to.ID == "" && to.UserRef == "":
		c.fault("recipient", "names nobody: id or user_ref is needed")
	case to.ID != "" && to.UserRef != "":
		c.fault("recipient", "has both id and user_ref: exactly one is allowed")
	}
}

// length checks that s has at most limit UTF-16 units.
func (c *checker) length(field, s string, limit int) {
	if n := TextLen(s); n > limit {
		c.faults = append(c.faults, &LimitError{
			Field: field, Limit: limit, Got: n,
			Problem: fmt.Sprintf("%d characters, at most %d allowed", n, limit),
		})
	}
}

// text checks that s is there and has at most limit UTF-16 units.
func (c *checker) text(field, s string, limit int) {
	if strings.TrimSpace(s) == "" {
		c.fault(field, "is empty")
		return
	}
	c.length(field, s, limit)
}

// count checks that there are least to limit of what.
func (c *checker) count(field, what string, n, least, limit int) {
	problem := fmt.Sprintf("%d %s, at most %d allowed", n, what, limit)
	switch {
	case n < least:
		problem, limit = fmt.Sprintf("%d %s, at least %d needed", n, what, least), least
	case n <= limit:
		return
	}
	c.faults = append(c.faults, &LimitError{Field: field, Limit: limit, Got: n, Problem: problem})
}

// address checks that s is a whole http or https address.
func (c *checker) address(field, s string) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		c.fault(field, "must be an address that begins with https:// or http://")
	}
}

// senderAction checks a request that says nothing: beside the recipient it holds the action, and what a reaction is put
// on (ref. 3.8).
func (c *checker) senderAction(r SendRequest) {
	switch r.SenderAction {
	case ActionTypingOn, ActionTypingOff, ActionMarkSeen:
		if r.Payload != nil {
			c.fault("payload", "goes with react and unreact only")
		}
	case ActionReact, ActionUnreact:
		c.reaction(r)
	default:
		c.fault("sender_action", "must be typing_on, typing_off, mark_seen, react or unreact")
	}
	const together = "cannot go together with sender_action"
	if r.Message != nil {
		c.fault("message", together)
	}
	if r.MessagingType != "" {
		c.fault("messaging_type", together)
	}
	if r.Tag != "" {
		c.fault("tag", together)
	}
	if r.ReplyTo != nil {
		c.fault("reply_to", together)
	}
}

func (c *checker) reaction(r SendRequest) {
	switch {
	case r.Payload == nil || strings.TrimSpace(r.Payload.MessageID) == "":
		c.fault("payload.message_id", "is empty: a reaction is put on a message")
	case r.SenderAction == ActionReact && strings.TrimSpace(r.Payload.Reaction) == "":
		c.fault("payload.reaction", "is empty")
	}
}

func (c *checker) message(at string, m OutMessage) {
	switch {
	case m.Attachment == nil:
		c.text(at+"text", m.Text, MaxText)
	case m.Text != "":
		c.fault(at+"text", "cannot go together with an attachment: send two messages")
	default:
		c.attachment(at+"attachment", *m.Attachment)
	}
	c.count(at+"quick_replies", "quick replies", len(m.QuickReplies), 0, MaxQuickReplies)
	for i, q := range m.QuickReplies {
		c.quickReply(fmt.Sprintf("%squick_replies[%d]", at, i), q)
	}
	c.length(at+"metadata", m.Metadata, MaxMetadata)
}

func (c *checker) quickReply(at string, q QuickReply) {
	switch q.ContentType {
	case QuickReplyText:
		if q.ImageURL == "" || q.Title != "" {
			c.text(at+".title", q.Title, MaxQuickReplyTitle)
		}
		if q.ImageURL == "" && q.Payload == "" {
			c.fault(at+".payload", "is empty")
		}
		c.length(at+".payload", q.Payload, MaxPayload)
		if q.ImageURL != "" {
			c.address(at+".image_url", q.ImageURL)
		}
	case QuickReplyPhone, QuickReplyEmail:
	default:
		c.fault(at+".content_type", "must be text, user_phone_number or user_email")
	}
}

func (c *checker) attachment(at string, a OutAttachment) {
	p := a.Payload
	at += ".payload"
	switch a.Type {
	case TypeImage, TypeAudio, TypeVideo, TypeFile:
		switch {
		case p.URL == "" && p.AttachmentID == "":
			c.fault(at+".url", "is empty: an address or an attachment_id is needed")
		case p.URL != "" && p.AttachmentID != "":
			c.fault(at+".attachment_id", "cannot go together with an address")
		case p.URL != "":
			c.address(at+".url", p.URL)
		}
	case TypeTemplate:
		c.template(at, p)
	default:
		c.fault(strings.TrimSuffix(at, ".payload")+".type", "must be image, audio, video, file or template")
	}
}

func (c *checker) template(at string, p OutPayload) {
	switch p.TemplateType {
	case TemplateButton:
		c.text(at+".text", p.Text, MaxButtonText)
		c.count(at+".buttons", "buttons", len(p.Buttons), 1, MaxButtons)
		c.buttons(at, p.Buttons)
	case TemplateGeneric:
		c.count(at+".elements", "elements", len(p.Elements), 1, MaxElements)
		for i, e := range p.Elements {
			c.element(fmt.Sprintf("%s.elements[%d]", at, i), e)
		}
		switch p.ImageAspectRatio {
		case "", AspectHorizontal, AspectSquare:
		default:
			c.fault(at+".image_aspect_ratio", "must be horizontal or square")
		}
	default:
		c.fault(at+".template_type", "must be button or generic")
	}
}

func (c *checker) element(at string, e Element) {
	c.text(at+".title", e.Title, MaxElementTitle)
	c.length(at+".subtitle", e.Subtitle, MaxElementSubtitle)
	if e.ImageURL != "" {
		c.address(at+".image_url", e.ImageURL)
	}
	if e.Subtitle == "" && e.ImageURL == "" && e.DefaultAction == nil && len(e.Buttons) == 0 {
		c.fault(at, "a card needs more than its title: add a subtitle, an image, an address or a button")
	}
	if e.DefaultAction != nil {
		c.defaultAction(at+".default_action", *e.DefaultAction)
	}
	c.count(at+".buttons", "buttons", len(e.Buttons), 0, MaxButtons)
	c.buttons(at, e.Buttons)
}

// defaultAction checks where a tap on a card leads: a button to an address, without what a button shows.
func (c *checker) defaultAction(at string, b Button) {
	if b.Type != ButtonURL {
		c.fault(at+".type", "must be web_url")
	}
	if b.Title != "" {
		c.fault(at+".title", "is not shown: the card itself is tapped")
	}
	c.address(at+".url", b.URL)
}

func (c *checker) buttons(at string, buttons []Button) {
	for i, b := range buttons {
		at := fmt.Sprintf("%s.buttons[%d]", at, i)
		c.text(at+".title", b.Title, MaxButtonTitle)
		switch b.Type {
		case ButtonURL:
			c.address(at+".url", b.URL)
		case ButtonPostback:
			c.text(at+".payload", b.Payload, MaxPayload)
		case ButtonCall:
			if !isPhone(b.Payload) {
				c.fault(at+".payload", "must be + and the digits of the number with its country")
			}
		default:
			c.fault(at+".type", "must be web_url, postback or phone_number")
		}
	}
}

// isPhone reports whether s is a plus sign and digits.
func isPhone(s string) bool {
	digits, ok := strings.CutPrefix(s, "+")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}
