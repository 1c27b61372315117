package ingest

import (
	"strings"

	"frontdesk/messenger"
	"frontdesk/store"
)

// Redact takes the words that a redaction names out of the body of a webhook record: those of the message with its mid,
// of one inbox and told under one id, its text, what was attached, the payload of its tap, and its edits. What is left
// is an envelope that gives the same facts but for those words, is never longer than body, and is body itself when the
// message is not in it.
func Redact(body []byte, what store.Redaction) []byte {
	bare := strings.TrimPrefix(what.MID, "m_")
	if bare == "" {
		return body
	}
	return messenger.Redact(body, func(page string, ev messenger.Event, mid string) bool {
		if strings.TrimPrefix(mid, "m_") != bare {
			return false
		}
		who := partiesOf(page, ev)
		if who.inbox != string(what.Inbox) {
			return false
		}
		return what.Conversation == "" || what.Conversation == store.NewConversationID(what.Inbox, who.contact)
	})
}
