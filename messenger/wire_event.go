package messenger

import "strings"

// The shapes in which Meta writes events (ref. 2.1 to 2.9). Reading needs no such types: there every field may be of
// any type.

type wireEvent struct {
	Sender    *wireParty    `json:"sender,omitzero"`
	Recipient *wireParty    `json:"recipient,omitzero"`
	Timestamp int64         `json:"timestamp,omitzero"`
	Message   *wireMessage  `json:"message,omitzero"`
	Postback  *wirePostback `json:"postback,omitzero"`
	Referral  *wireReferral `json:"referral,omitzero"`
	Delivery  *wireDelivery `json:"delivery,omitzero"`
	Read      *wireRead     `json:"read,omitzero"`
	Prior     *wirePrior    `json:"prior_message,omitzero"`
	Optin     *wireOptin    `json:"optin,omitzero"`
	Lead      *wireLead     `json:"lead,omitzero"`
	Hops      []wireHop     `json:"hop_context,omitempty"`
	Source    string        `json:"source,omitzero"`
}

type wireLead struct {
	Data []wireAnswer `json:"data"`
}

type wireAnswer struct {
	Question string `json:"question,omitzero"`
	Answer   string `json:"answer,omitzero"`
}

type wireHop struct {
	AppID    wireNumber `json:"app_id,omitzero"`
	Metadata string     `json:"metadata,omitzero"`
}

type wireParty struct {
	ID      string `json:"id,omitzero"`
	UserRef string `json:"user_ref,omitzero"`
}

type wireMessage struct {
	MID           string           `json:"mid,omitzero"`
	IsEcho        bool             `json:"is_echo,omitzero"`
	AppID         wireNumber       `json:"app_id,omitzero"`
	Metadata      string           `json:"metadata,omitzero"`
	Text          string           `json:"text,omitzero"`
	QuickReply    *wireQuickReply  `json:"quick_reply,omitzero"`
	ReplyTo       *wireReplyTo     `json:"reply_to,omitzero"`
	Attachments   []wireAttachment `json:"attachments,omitempty"`
	Referral      *wireReferral    `json:"referral,omitzero"`
	Tags          []wireTag        `json:"tags,omitempty"`
	IsDeleted     bool             `json:"is_deleted,omitzero"`
	IsUnsupported bool             `json:"is_unsupported,omitzero"`
	StickerID     wireNumber       `json:"sticker_id,omitzero"`
}

type wireQuickReply struct {
	Payload string `json:"payload"`
}

type wireReplyTo struct {
	MID string `json:"mid"`
}

type wireTag struct {
	Source string `json:"source"`
}

// wireAttachment has title and url beside the payload for templates and locations, inside it for all others (ref. 2.5).
type wireAttachment struct {
	Type    string      `json:"type"`
	Title   string      `json:"title,omitzero"`
	URL     string      `json:"url,omitzero"`
	Payload wirePayload `json:"payload"`
}

type wirePayload struct {
	URL          string           `json:"url,omitzero"`
	Title        string           `json:"title,omitzero"`
	StickerID    wireNumber       `json:"sticker_id,omitzero"`
	Coordinates  *wireCoordinates `json:"coordinates,omitzero"`
	TemplateType string           `json:"template_type,omitzero"`
	Text         string           `json:"text,omitzero"`
	Buttons      []Button         `json:"buttons,omitempty"`
	Elements     []Element        `json:"elements,omitempty"`

	// Of appointments. Their times are seconds; ParseEnvelope takes ms as well.
	BookingID string `json:"booking_id,omitzero"`
	Status    string `json:"status,omitzero"`
	Start     int64  `json:"start_time,omitzero"`
	End       int64  `json:"end_time,omitzero"`
	Timezone  string `json:"timezone,omitzero"`
}

type wireCoordinates struct {
	Lat  float64 `json:"lat"`
	Long float64 `json:"long"`
}

type wirePostback struct {
	MID      string        `json:"mid,omitzero"`
	Title    string        `json:"title"`
	Payload  string        `json:"payload,omitzero"`
	Source   string        `json:"source,omitzero"`
	Referral *wireReferral `json:"referral,omitzero"`
}

// wireReferral is every referral object (ref. 2.8). The chat plugin always says whether the visitor is a guest; nothing
// else does.
type wireReferral struct {
	Ref         string       `json:"ref,omitzero"`
	Source      string       `json:"source,omitzero"`
	Type        string       `json:"type,omitzero"`
	RefererURI  string       `json:"referer_uri,omitzero"`
	IsGuestUser *bool        `json:"is_guest_user,omitzero"`
	AdID        string       `json:"ad_id,omitzero"`
	Product     *wireProduct `json:"product,omitzero"`
}

type wireProduct struct {
	ID string `json:"id"`
}

type wireDelivery struct {
	MIDs      []string `json:"mids,omitempty"`
	Watermark int64    `json:"watermark"`
}

type wireRead struct {
	Watermark int64 `json:"watermark"`
}

type wirePrior struct {
	Source     string `json:"source,omitzero"`
	Identifier string `json:"identifier"`
}

type wireOptin struct {
	Ref     string `json:"ref,omitzero"`
	UserRef string `json:"user_ref,omitzero"`

	Source         string `json:"source,omitzero"`
	Type           string `json:"type,omitzero"`
	Payload        string `json:"payload,omitzero"`
	Title          string `json:"title,omitzero"`
	MessageRequest string `json:"message_request,omitzero"`
	Frequency      string `json:"notification_messages_frequency,omitzero"`
	Timezone       string `json:"notification_messages_timezone,omitzero"`
	Topic          string `json:"notification_messages_topic,omitzero"`
	Status         string `json:"notification_messages_status,omitzero"`
	Expires        int64  `json:"token_expiry_timestamp,omitzero"`
}

func newWireEvent(ev Event) wireEvent {
	out := wireEvent{
		Sender: newWireParty(ev.Sender), Recipient: newWireParty(ev.Recipient), Timestamp: ev.Timestamp,
		Message: newWireMessage(ev.Message), Postback: newWirePostback(ev.Postback), Referral: newWireReferral(ev.Referral),
		Prior: (*wirePrior)(ev.Prior), Optin: (*wireOptin)(ev.Optin), Source: ev.Source,
	}
	if ev.Rare != nil {
		out.Lead, out.Hops = newWireLead(ev.Rare.Lead), newWireHops(ev.Rare.Hops)
	}
	if d := ev.Delivery; d != nil {
		out.Delivery = &wireDelivery{MIDs: d.MIDs, Watermark: d.Watermark}
	}
	if ev.Read != nil {
		out.Read = &wireRead{Watermark: ev.Read.Watermark}
	}
	return out
}

func newWireLead(answers []Answer) *wireLead {
	if len(answers) == 0 {
		return nil
	}
	out := new(wireLead)
	for _, a := range answers {
		out.Data = append(out.Data, wireAnswer{Question: a.Name, Answer: a.Value})
	}
	return out
}

func newWireHops(hops []Hop) []wireHop {
	var out []wireHop
	for _, h := range hops {
		out = append(out, wireHop{AppID: wireNumber(h.AppID), Metadata: h.Metadata})
	}
	return out
}

func newWireParty(p Party) *wireParty {
	if p.Empty() {
		return nil
	}
	return &wireParty{ID: p.ID, UserRef: p.UserRef}
}

func newWireMessage(m *Message) *wireMessage {
	if m == nil {
		return nil
	}
	out := &wireMessage{
		MID: m.MID, IsEcho: m.IsEcho, AppID: wireNumber(m.AppID), Metadata: m.Metadata, Text: m.Text,
		Referral: newWireReferral(m.Referral), IsDeleted: m.IsDeleted, IsUnsupported: m.IsUnsupported,
		StickerID: wireNumber(m.StickerID),
	}
	if m.QuickReply != nil {
		out.QuickReply = &wireQuickReply{Payload: *m.QuickReply}
	}
	if m.ReplyTo != "" {
		out.ReplyTo = &wireReplyTo{MID: m.ReplyTo}
	}
	for _, a := range m.Attachments {
		out.Attachments = append(out.Attachments, newWireAttachment(a))
	}
	for _, source := range m.Tags {
		out.Tags = append(out.Tags, wireTag{Source: source})
	}
	return out
}

func newWireAttachment(a Attachment) wireAttachment {
	out := wireAttachment{Type: a.Type, Payload: wirePayload{
		StickerID: wireNumber(a.StickerID), TemplateType: a.TemplateType, Text: a.Text,
		Buttons: a.Buttons, Elements: a.Elements,
	}}
	if b := a.Booking; b != nil {
		out.Payload.BookingID, out.Payload.Status, out.Payload.Timezone = b.ID, b.Status, b.Timezone
		out.Payload.Start, out.Payload.End = b.Start, b.End
	}
	if a.Lat != 0 || a.Long != 0 {
		out.Payload.Coordinates = &wireCoordinates{Lat: a.Lat, Long: a.Long}
	}
	if a.Type == "template" || a.Type == "location" {
		out.Title, out.URL = a.Title, a.URL
	} else {
		out.Payload.Title, out.Payload.URL = a.Title, a.URL
	}
	return out
}

func newWirePostback(p *Postback) *wirePostback {
	if p == nil {
		return nil
	}
	return &wirePostback{
		MID: p.MID, Title: p.Title, Payload: p.Payload, Source: p.Source, Referral: newWireReferral(p.Referral),
	}
}

func newWireReferral(r *Referral) *wireReferral {
	if r == nil {
		return nil
	}
	out := &wireReferral{
		Ref: r.Ref, Source: r.Source, Type: r.Type, RefererURI: r.RefererURI, AdID: r.AdID,
	}
	if r.IsGuestUser || strings.EqualFold(r.Source, "CUSTOMER_CHAT_PLUGIN") {
		out.IsGuestUser = &r.IsGuestUser
	}
	if r.ProductID != "" {
		out.Product = &wireProduct{ID: r.ProductID}
	}
	return out
}
