package messenger

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// MessagingType says why a message may be sent now (ref. 3.4).
type MessagingType string

// The messaging types frontdesk uses.
const (
	Response   MessagingType = "RESPONSE"
	MessageTag MessagingType = "MESSAGE_TAG"
)

// TagHumanAgent allows text a person wrote for seven days after the contact's last message (ref. 3.4, 5).
const TagHumanAgent = "HUMAN_AGENT"

// Recipient is whom a message is for: exactly one of the two (ref. 3.3).
type Recipient struct {
	ID      string `json:"id,omitempty"`
	UserRef string `json:"user_ref,omitempty"`
}

// SendRequest is the body of POST /{page}/messages (ref. 3.2).
type SendRequest struct {
	Recipient     Recipient     `json:"recipient"`
	MessagingType MessagingType `json:"messaging_type,omitempty"`
	Tag           string        `json:"tag,omitempty"`
	Message       *OutMessage   `json:"message,omitempty"`
	SenderAction  string        `json:"sender_action,omitempty"`
	ReplyTo       *ReplyTo      `json:"reply_to,omitempty"` // quotes a message
	Payload       *ReactPayload `json:"payload,omitempty"`  // with ActionReact and ActionUnreact only
}

// Body is r as Client.Send puts it on the wire.
func (r SendRequest) Body() ([]byte, error) {
	return json.Marshal(r, jsontext.AllowInvalidUTF8(true))
}

// The sender actions (ref. 3.8).
const (
	ActionTypingOn  = "typing_on"
	ActionTypingOff = "typing_off"
	ActionMarkSeen  = "mark_seen"
	ActionReact     = "react"
	ActionUnreact   = "unreact"
)

// ReplyTo names the message that a message quotes (ref. 3.2).
type ReplyTo struct {
	MID string `json:"mid"`
}

// ReactPayload is what a reaction of the page is put on (ref. 3.8).
type ReactPayload struct {
	MessageID string `json:"message_id"`
	Reaction  string `json:"reaction,omitempty"`
}

// SendResponse is the platform's answer to a send that it accepted (ref. 3.10). Accepted is not delivered.
type SendResponse struct {
	RecipientID  string `json:"recipient_id,omitempty"` // missing for user_ref recipients
	MessageID    string `json:"message_id,omitempty"`   // missing for sender actions
	AttachmentID string `json:"attachment_id,omitempty"`

	// What the answer was, for whoever wants to see it: its HTTP status and its body, cut as APIError.Body is.
	Status int    `json:"-"`
	Answer string `json:"-"`
}

// OutMessage is the `message` of a SendRequest (ref. 3.2). Its limits are checked by Validate.
type OutMessage struct {
	Text         string         `json:"text,omitempty"`
	Attachment   *OutAttachment `json:"attachment,omitempty"`
	QuickReplies []QuickReply   `json:"quick_replies,omitempty"`
	Metadata     string         `json:"metadata,omitempty"` // comes back only in the echo
}

// QuickReply is one quick reply (ref. 3.5).
type QuickReply struct {
	ContentType string `json:"content_type"` // text, user_phone_number, user_email
	Title       string `json:"title,omitempty"`
	Payload     string `json:"payload,omitempty"`
	ImageURL    string `json:"image_url,omitempty"`
}

// MarshalJSONTo writes q so that a text has its payload also where that is empty, as it may be beside a picture (ref. 3.5).
func (q QuickReply) MarshalJSONTo(enc *jsontext.Encoder) error {
	type plain QuickReply
	if q.ContentType != QuickReplyText || q.Payload != "" {
		return json.MarshalEncode(enc, plain(q))
	}
	return json.MarshalEncode(enc, struct {
		plain
		Payload string `json:"payload"`
	}{plain: plain(q)})
}

// OutAttachment is an attachment to send (ref. 3.6, 3.7).
type OutAttachment struct {
	Type    string     `json:"type"` // image, audio, video, file, template
	Payload OutPayload `json:"payload"`
}

// OutPayload is the payload of an OutAttachment: a file by address or stored id, or a template.
type OutPayload struct {
	URL          string    `json:"url,omitempty"`
	AttachmentID string    `json:"attachment_id,omitempty"`
	IsReusable   bool      `json:"is_reusable,omitzero"`
	TemplateType string    `json:"template_type,omitempty"` // button, generic
	Text         string    `json:"text,omitempty"`          // button template
	Buttons      []Button  `json:"buttons,omitempty"`
	Elements     []Element `json:"elements,omitempty"` // generic template

	// Of the generic template: how the pictures of its cards are shown, and whether the person may pass them on.
	ImageAspectRatio string `json:"image_aspect_ratio,omitempty"` // horizontal (as without a word) or square
	Sharable         bool   `json:"sharable,omitzero"`
}

// The types of an OutAttachment: the four kinds of file (ref. 3.6), and templates.
const (
	TypeImage    = "image"
	TypeAudio    = "audio"
	TypeVideo    = "video"
	TypeFile     = "file"
	TypeTemplate = "template"
)

// The templates frontdesk sends (ref. 3.7).
const (
	TemplateButton  = "button"
	TemplateGeneric = "generic"
)

// The kinds of quick reply (ref. 3.5).
const (
	QuickReplyText  = "text"
	QuickReplyPhone = "user_phone_number"
	QuickReplyEmail = "user_email"
)

// How the pictures of a generic template are shown (ref. 3.7).
const (
	AspectHorizontal = "horizontal"
	AspectSquare     = "square"
)

// The button types frontdesk sends (ref. 3.7).
const (
	ButtonURL      = "web_url"
	ButtonPostback = "postback"
	ButtonCall     = "phone_number"
)

// Button is a button of a template (ref. 3.7).
type Button struct {
	Type    string `json:"type"`
	Title   string `json:"title,omitempty"`
	URL     string `json:"url,omitempty"`
	Payload string `json:"payload,omitempty"`
}

// Element is one card of a generic template (ref. 3.7).
type Element struct {
	Title    string   `json:"title"`
	Subtitle string   `json:"subtitle,omitempty"`
	ImageURL string   `json:"image_url,omitempty"`
	Buttons  []Button `json:"buttons,omitempty"`

	// DefaultAction is where a tap on the card itself leads: a button of type web_url without a title.
	DefaultAction *Button `json:"default_action,omitempty"`
}

// ButtonTemplate is a message that shows text above one to three buttons.
func ButtonTemplate(text string, buttons ...Button) OutMessage {
	return OutMessage{Attachment: &OutAttachment{
		Type:    TypeTemplate,
		Payload: OutPayload{TemplateType: TemplateButton, Text: text, Buttons: buttons},
	}}
}

// GenericTemplate is a message that shows cards side by side.
func GenericTemplate(cards ...Element) OutMessage {
	return OutMessage{Attachment: &OutAttachment{
		Type:    TypeTemplate,
		Payload: OutPayload{TemplateType: TemplateGeneric, Elements: cards},
	}}
}
