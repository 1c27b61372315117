package plugin

import (
	"slices"
	"strings"

	"frontdesk/messenger"
)

// webhookFields are what an app can ask to be told of (ref. 1.2). Not all of it happens here.
var webhookFields = []string{
	"messages", "message_echoes", "messaging_postbacks", "messaging_referrals", "message_deliveries", "message_reads",
	"message_reactions", "message_edits", "messaging_optins", "messaging_handovers", "standby",
	"messaging_policy_enforcement", "messaging_account_linking", "messaging_feedback", "response_feedback", "send_cart",
	"messaging_customer_information", "messaging_in_thread_lead_form_submit", "inbox_labels", "messaging_optouts",
	"messaging_seen", "messaging_payments", "messaging_pre_checkouts", "messaging_checkout_updates", "messaging_game_plays",
	"messaging_appointments", "messaging_integrity", "messaging_direct_sends", "messaging_fblogin_account_linking",
	"message_context", "message_mention", "messenger_template_status_update", "message_template_status_update", "calls",
	"call_permission_reply", "call_settings_update", "business_integrity", "user_action", "feed", "leadgen", "conversations",
}

const fieldStandby = "standby"

// fieldOf is the field under which an event is asked for.
func fieldOf(ev messenger.Event) string {
	if ev.Channel == messenger.ChannelStandby {
		return fieldStandby
	}
	switch ev.Kind {
	case messenger.KindMessage:
		return "messages"
	case messenger.KindEcho:
		return "message_echoes"
	case messenger.KindPostback:
		return "messaging_postbacks"
	case messenger.KindReferral:
		return "messaging_referrals"
	case messenger.KindDelivery:
		return "message_deliveries"
	case messenger.KindRead:
		return "message_reads"
	case messenger.KindReaction:
		return "message_reactions"
	case messenger.KindEdit:
		return "message_edits"
	case messenger.KindPass, messenger.KindTake, messenger.KindRequest:
		return "messaging_handovers"
	}
	return ""
}

// readWebhookFields reads a call's list of fields.
func readWebhookFields(p params, name string) ([]string, error) {
	given := p.list(name)
	for i, field := range given {
		if !slices.Contains(webhookFields, field) {
			return nil, badParam("Param %s[%d] must be one of {%s}", name, i, strings.ToUpper(strings.Join(webhookFields, ", ")))
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(given))), nil
}
