package bolt

import (
	"crypto/sha256"
	"encoding/binary"

	"frontdesk/store"
)

// Keys are built and parsed here and nowhere else. They are fixed-width, big-endian, and sort the way rows are read.
// No text from outside is part of a key: it is replaced by the first bytes of its SHA-256, and the text itself stands
// in the row and is compared.

// hash is the first 16 bytes of a text's SHA-256.
type hash [16]byte

func hashOf[T ~string](s T) hash {
	sum := sha256.Sum256([]byte(s))
	return hash(sum[:16])
}

// The rows under a conversation, in one bucket so that they mostly share pages.
const (
	messageRow = 't' // by time
	keyRow     = 'k' // by key
	idRow      = 'i' // message id to time
	touchRow   = 'a' // by time
)

const (
	rowPrefixLen = 17          // conversation, kind of row
	placeLen     = 24          // time, hash
	actLen       = 24          // time, conversation
	memberPrefix = 17          // kind, hash of the value
	memberLen    = 33          // and the conversation
	snoozeLen    = 25          // kind, time, conversation
	outboxLen    = 1 + 16 + 24 // kind, conversation, place
	rankLen      = 1 + 8 + 16  // kind, number, hash of the value
)

// appendTime keeps the order of times, negative ones too.
func appendTime(b []byte, t store.Millis) []byte {
	return binary.BigEndian.AppendUint64(b, uint64(t)^1<<63)
}

func parseTime(b []byte) store.Millis {
	return store.Millis(binary.BigEndian.Uint64(b) ^ 1<<63)
}

func rowPrefix(conv hash, kind byte) []byte {
	return append(append(make([]byte, 0, rowPrefixLen+placeLen), conv[:]...), kind)
}

// placeKey is the key of a message or a touch.
func placeKey(conv hash, kind byte, at store.Millis, id hash) []byte {
	return append(appendTime(rowPrefix(conv, kind), at), id[:]...)
}

func messageKey(conv hash, p store.Place) []byte {
	return placeKey(conv, messageRow, p.At, hashOf(p.ID))
}

func touchKey(conv hash, t store.Touch) []byte {
	return placeKey(conv, touchRow, t.At, hashOf(t.ID))
}

// textKey is the key of a KeyRow or of the row that finds a message by its id.
func textKey(conv hash, kind byte, text hash) []byte {
	return append(rowPrefix(conv, kind), text[:]...)
}

// position is a place in the index of activity: a time and a conversation.
type position [actLen]byte

func positionOf(at store.Millis, conv hash) (p position) {
	appendTime(p[:0], at)
	copy(p[8:], conv[:])
	return p
}

func (p position) conv() hash { return hash(p[8:]) }

// The kinds of set and counter. A facet is a value of one of the first eight.
const (
	kindStatus   = 's'
	kindOrigin   = 'o'
	kindIs       = 'u'
	kindRef      = 'r'
	kindAssignee = 'a'
	kindLabel    = 'l'
	kindInbox    = 'i'
	kindNameless = 'n'

	kindSnooze = 'z' // conversations by the end of their snooze
	kindOutbox = 'q' // replies that are not settled
	kindRank   = 'R' // refs by the number of open conversations
	kindRanked = 'L' // labels by the number of open conversations
)

// rankKinds are the kinds of facet that are ranked, and of their ranks.
var rankKinds = map[byte]byte{kindRef: kindRank, kindLabel: kindRanked}

// facetKey names a facet: a kind and the hash of a value.
type facetKey [memberPrefix]byte

func facetKeyOf(kind byte, value string) (k facetKey) {
	k[0] = kind
	h := hashOf(value)
	copy(k[1:], h[:])
	return k
}

func memberKey(f facetKey, conv hash) []byte {
	return append(append(make([]byte, 0, memberLen), f[:]...), conv[:]...)
}

func snoozeKey(until store.Millis, conv hash) []byte {
	return append(appendTime(append(make([]byte, 0, snoozeLen), kindSnooze), until), conv[:]...)
}

func outboxKey(conv hash, at store.Millis, id hash) []byte {
	return append(appendTime(outboxPrefix(conv), at), id[:]...)
}

func outboxPrefix(conv hash) []byte {
	return append(append(make([]byte, 0, outboxLen), kindOutbox), conv[:]...)
}

func rankKey(open int, f facetKey) []byte {
	b := append(make([]byte, 0, rankLen), rankKinds[f[0]])
	return append(binary.BigEndian.AppendUint64(b, uint64(open)), f[1:]...)
}

// after is the first key that is greater than every key with the prefix.
func after(prefix []byte) []byte {
	b := append([]byte(nil), prefix...)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i]++; b[i] != 0 {
			return b[:i+1]
		}
	}
	return nil
}
