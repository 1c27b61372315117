package tui

import "frontdesk/store"

// MediaWord is what the screen calls an attachment, as in picture or link; cleaned.
func MediaWord(a *store.Attachment) string { return mediaWord(a) }

// HeadWord is what a message is where its words do not tell, as in [order]; empty where they do.
func HeadWord(msg *store.Message) string { return kindHead(msg) }

// EchoAuthor is who wrote what a page sent and no agent of ours wrote, by the app it went through.
func EchoAuthor(app string) string { return echoAuthor(app) }

// IsTap reports whether the contact tapped on something instead of typing.
func IsTap(msg *store.Message) bool {
	return msg.Kind == store.KindQuickReply || msg.Kind == store.KindPostback
}
