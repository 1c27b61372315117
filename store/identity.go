package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
)

// The words that stand between the inbox and the contact's id in a ConversationID, by kind.
const (
	conversationRef     = "ref"
	conversationVisitor = "visitor"
)

// NewConversationID is the public id of the conversation of c in inbox. It is empty when either has no id.
func NewConversationID(inbox InboxID, c Contact) ConversationID {
	if inbox == "" || c.ID == "" {
		return ""
	}
	page, id := escapePart(string(inbox)), escapePart(c.ID)
	switch c.Kind {
	case ContactUserRef:
		return ConversationID(page + ":" + conversationRef + ":" + id)
	case ContactVisitor:
		return ConversationID(page + ":" + conversationVisitor + ":" + id)
	default:
		return ConversationID(page + ":" + id)
	}
}

// ParseConversationID takes id apart again. It accepts exactly what NewConversationID makes, so that one conversation
// has one spelling.
func ParseConversationID(id ConversationID) (InboxID, Contact, error) {
	parts := strings.Split(string(id), ":")
	contact := Contact{Kind: ContactPSID}
	switch {
	case len(parts) == 2:
	case len(parts) == 3 && parts[1] == conversationRef:
		contact.Kind = ContactUserRef
	case len(parts) == 3 && parts[1] == conversationVisitor:
		contact.Kind = ContactVisitor
	default:
		return "", Contact{}, fmt.Errorf("conversation id %q: want PAGE:ID, PAGE:ref:ID or PAGE:visitor:ID", id)
	}
	inbox, okInbox := unescapePart(parts[0])
	bare, okBare := unescapePart(parts[len(parts)-1])
	contact.ID = bare
	if !okInbox || !okBare || NewConversationID(InboxID(inbox), contact) != id {
		return "", Contact{}, fmt.Errorf("conversation id %q: a part is empty or not escaped as %%XX", id)
	}
	return InboxID(inbox), contact, nil
}

// KeyOf is what duplicates of an event with a mid share: its kind and the mid without one leading m_. Messages and
// echoes share a name space, because receipts, quotes and results name a mid without saying which of the two it is.
func KeyOf(kind FactKind, mid string) string {
	mid = strings.TrimPrefix(mid, "m_")
	switch kind {
	case FactMessage, FactEcho:
		return "msg:" + mid
	default:
		return string(kind) + ":" + mid
	}
}

// HashID is the id, and the key, of an event without a mid: a hash over the parts that ref. 1.7 names. Each part
// counts with its length, so that moving a border between parts gives another id.
func HashID[T ~string | ~[]byte](parts ...T) MessageID {
	h := sha256.New()
	var size [8]byte
	for _, part := range parts {
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		h.Write(size[:])
		h.Write([]byte(part))
	}
	return MessageID("hash:" + hex.EncodeToString(h.Sum(nil)[:16]))
}

// ReplyID is the id of the message that a reply of ours makes.
func ReplyID(token Token) MessageID { return MessageID("out:" + string(token)) }

const upperHex = "0123456789ABCDEF"

// escapePart writes every byte but ASCII letters, digits and ._~- as %XX.
func escapePart(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; isPlain(c) {
			b.WriteByte(c)
		} else {
			b.WriteByte('%')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
		}
	}
	return b.String()
}

func isPlain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("._~-", c) >= 0
}

// unescapePart undoes escapePart; it reports false for what escapePart never writes.
func unescapePart(s string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		hi, lo := strings.IndexByte(upperHex, s[i+1]), strings.IndexByte(upperHex, s[i+2])
		if hi < 0 || lo < 0 {
			return "", false
		}
		b.WriteByte(byte(hi<<4 | lo))
		i += 2
	}
	return b.String(), true
}
