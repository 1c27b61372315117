package plugin

import (
	"fmt"
	"slices"

	"frontdesk/messenger"
)

// What Messenger has and the chat plugin never showed (ref. 7.5), or of which it is not known that it did. A program that
// sends it is told so, and not only that a field is wrong; nothing is taken that the visitor would not see.
var (
	unshownTemplates = []string{
		"list", "media", "open_graph", "receipt", "coupon", "product", "customer_feedback", "one_time_notif_req", "notification_messages",
		"customer_information", "compact_list", "structured_information", "airline_boardingpass", "airline_checkin", "airline_itinerary",
		"airline_update",
	}
	unshownButtons      = []string{"element_share", "payment", "account_link", "account_unlink", "game_play"}
	unshownQuickReplies = []string{"location"}
)

// unshown says what of a message the chat plugin does not show; empty if nothing.
func unshown(m messenger.OutMessage) string {
	for i, q := range m.QuickReplies {
		if slices.Contains(unshownQuickReplies, q.ContentType) {
			return fmt.Sprintf("message[quick_replies[%d]] asks for the %s, which the chat plugin does not show;"+
				" it shows quick replies of text, user_phone_number and user_email", i, q.ContentType)
		}
	}
	a := m.Attachment
	if a == nil {
		return ""
	}
	if a.Type == messenger.TypeTemplate && slices.Contains(unshownTemplates, a.Payload.TemplateType) {
		return fmt.Sprintf("message[attachment] is a template of type %s, which the chat plugin does not show;"+
			" it shows button and generic templates", a.Payload.TemplateType)
	}
	buttons := slices.Clone(a.Payload.Buttons)
	for _, card := range a.Payload.Elements {
		buttons = append(buttons, card.Buttons...)
	}
	for _, b := range buttons {
		if slices.Contains(unshownButtons, b.Type) {
			return fmt.Sprintf("message[attachment] has a button of type %s, which the chat plugin does not show;"+
				" it shows buttons of type web_url, postback and phone_number", b.Type)
		}
	}
	return ""
}
