package main

import (
	"strings"
	"testing"
	"time"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

func TestTheQueueOfAShellIsCleaned(t *testing.T) {
	t.Parallel()
	const evil = "E\x1b]52;c;RVZJTA==\x07\x1b[2J\u009b31m\u202eX"
	said := waitingText(desk.Waiting{
		Title: evil, Reason: evil, Advice: evil,
		Message: store.Message{
			ID: "out:fd1:a", Conversation: "1:2", State: store.StateFailed, Text: evil, Agent: evil,
			Attachments:  []store.Attachment{{Type: evil, Title: evil, URL: evil}},
			QuickReplies: []messenger.QuickReply{{Title: evil}}, Buttons: []messenger.Button{{Title: evil, URL: evil}},
			Elements: []messenger.Element{{Title: evil, Subtitle: evil}}, Error: &store.SendError{Text: evil},
		},
	}, time.Now())
	if strings.ContainsAny(said, "\x1b\x07\u009b\u202e") || !strings.Contains(said, "[failed]") {
		t.Errorf("it prints %q", said)
	}
}
