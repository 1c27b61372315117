package storetest

import (
	"fmt"

	"frontdesk/store"
)

// ours draws a record of what is kept beside the talk: notes, labels, reactions of ours, files.
func (h *history) ours(conv store.ConversationID, token store.Token) {
	a := store.Act{Agent: "ana", Conversation: conv}
	switch h.pick("ours", 7) {
	case 0:
		a.Verb, a.Text = store.VerbNote, []string{"", "they asked twice", "call back"}[h.pick("text", 3)]
		if h.pick("given back", 2) == 0 {
			a.Message = h.record()
		}
	case 1:
		a.Verb, a.Message = store.VerbUnnote, h.record()
	case 2:
		a.Verb, a.Label = []store.Verb{store.VerbLabel, store.VerbUnlabel}[h.pick("off", 2)], castRefs[h.pick("label", 3)]
	case 3:
		a.Verb, a.Message = store.VerbReact, h.message(token)
		a.Emoji = []string{"", "❤", "👍"}[h.pick("emoji", 3)]
	case 4:
		h.add(store.Media{
			Conversation: conv, Message: h.message(token), Index: h.pick("index", 4) - 1, File: store.File{Hash: fmt.Sprint(len(h.records))},
			Gone: h.pick("gone", 2) == 0,
		})
		return
	case 5:
		a.Verb = store.VerbControl
		a.Owner = &[]store.Owner{{Kind: store.OwnerUs}, {Kind: store.OwnerIdle}, {Kind: store.OwnerApp, AppID: "77"}}[h.pick("owner", 3)]
	default:
		h.add(store.Uploaded{
			Inbox: page, Conversation: conv, Token: token, Hash: castRefs[h.pick("hash", 3)],
			AttachmentID: []string{"", "1", "2"}[h.pick("id", 3)],
		})
		return
	}
	h.add(a)
}

// record is the id of a line that a record itself may have made.
func (h *history) record() store.MessageID {
	return store.MessageID(fmt.Sprintf("log:%d", 1+h.pick("line", len(h.records)+1)))
}

// message is the id of a message that may be there.
func (h *history) message(token store.Token) store.MessageID {
	ids := []string{"m_m%d", "m%d", "e%d", "p%d"}
	if i := h.pick("sort", len(ids)+2); i < len(ids) {
		return store.MessageID(fmt.Sprintf(ids[i], h.pick("event", 8)))
	} else if i == len(ids) {
		return store.MessageID("mid-" + string(token))
	}
	return store.ReplyID(token)
}
