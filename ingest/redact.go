package ingest

import (
	"strings"

	"frontdesk/messenger"
	"frontdesk/store"
)

// Redact takes the words of the message with mid, of one inbox, out of the body of a webhook record: its text, what was
// attached, the payload of its tap, and its edits. What is left is an envelope that gives the same facts but for those
// words, is never longer than body, and is body itself when the message is not in it.
func Redact(body []byte, inbox store.InboxID, mid string) []byte {
	bare := strings.TrimPrefix(mid, "m_")
	if bare == "" {
		return body
	}
	return messenger.Redact(body, func(page string, ev messenger.Event, mid string) bool {
		return strings.TrimPrefix(mid, "m_") == bare && partiesOf(page, ev).inbox == string(inbox)
	})
}
