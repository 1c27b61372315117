package desk

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"frontdesk/messenger"
	"frontdesk/store"
)

// quoteTime is how long after the customer's last word the platform lets a page quote (ref. 3.2).
const quoteTime = 24 * time.Hour

// quoted is the mid that a reply quotes; empty when it quotes nothing.
func (d *Desk) quoted(ctx context.Context, c store.Conversation, id store.MessageID) (string, error) {
	const without = "Send it without the quote."
	if id == "" {
		return "", nil
	}
	m, err := d.views.Message(ctx, c.ID, id)
	if errors.Is(err, store.ErrNotFound) {
		return "", &Refusal{Field: "reply_to", Reason: "The message that it would quote is not there.", Advice: without}
	}
	if err != nil {
		return "", fmt.Errorf("read what the reply to %s quotes: %w", c.ID, err)
	}
	since := d.now().Sub(c.LastIncoming.Time())
	switch {
	case m.Direction != store.In && m.Direction != store.Out:
		return "", &Refusal{Field: "reply_to", Reason: "Only what the customer or the page said can be quoted.", Advice: without}
	case m.Withdrawn:
		return "", &Refusal{Field: "reply_to", Reason: "The customer has taken this message back.", Advice: without}
	case m.MID == "":
		return "", &Refusal{Field: "reply_to", Reason: "The platform has given this message no id, so it cannot be quoted.", Advice: without}
	case !isVisitor(c.Contact) && (c.LastIncoming == 0 || since >= quoteTime):
		return "", &Refusal{Field: "reply_to", Reason: "The platform lets a page quote only within 24 hours after the customer wrote.", Advice: without}
	}
	return m.MID, nil
}

// outgoing is the message of r as it is kept, checked against the platform's limits. A file's attachment gets its id once
// the platform keeps the file.
func outgoing(r Reply) (messenger.OutMessage, *Refusal) {
	m := r.Message
	if r.File == nil {
		return m, checkLimits(m)
	}
	if m.Text != "" || m.Attachment != nil {
		return m, &Refusal{Field: "file", Reason: "The platform takes a file and text in two messages, not in one.", Advice: "Send them one after the other."}
	}
	kind := messenger.FileKind(r.File.Type)
	if refusal := checkFile(*r.File, kind); refusal != nil {
		return m, refusal
	}
	m.Attachment = &messenger.OutAttachment{Type: kind, Payload: messenger.OutPayload{AttachmentID: "0"}}
	refusal := checkLimits(m)
	m.Attachment = &messenger.OutAttachment{Type: kind}
	return m, refusal
}

// checkFile says what is wrong with a file that is to be sent as a type of attachment (ref. 3.6).
func checkFile(f store.File, kind string) *Refusal {
	sum, err := hex.DecodeString(f.Hash)
	most := messenger.MaxBytes(kind)
	switch {
	case err != nil || len(sum) != 32:
		return &Refusal{Field: "file", Reason: "The file is not kept.", Advice: "Attach it again."}
	case f.Size <= 0:
		return &Refusal{Field: "file", Reason: "The file is empty."}
	case f.Size > most:
		return &Refusal{Field: "file", Reason: fmt.Sprintf("The file has %.1f MB; the platform takes at most %d MB of this kind.", float64(f.Size)/(1<<20), most>>20)}
	}
	return nil
}
