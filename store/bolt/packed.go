package bolt

import (
	"cmp"
	"encoding/binary"
	"slices"

	"frontdesk/store"
)

// A row of the index of activity carries, packed, what common filters ask, so that a walk decodes the headers of those
// conversations only that it returns, and of the few that the packed value cannot rule out.
//
//	0      origins, one bit each
//	1      status in the low three bits, flags above
//	2..5   inbox, by hash
//	6..9   assignee, by hash; 0 is nobody
//	10     number of refs that follow
//	11..   refs, then labels, four bytes of hash each
const packedHead = 11

// As many refs and labels as have room; a flag says that there are more. It is room for all but a few: who may have a
// ref more than the row says is looked at in vain by every search for a rare one.
const packedTexts = 60

const (
	statusBits    = 7
	flagUnread    = 1 << 3
	flagUnreplied = 1 << 4
	flagNameless  = 1 << 5
	flagMoreRefs  = 1 << 6
	flagMoreLabel = 1 << 7
)

// originBit is the bit of an origin; all origins that have none of their own share the last.
func originBit(o store.Origin) byte {
	switch o {
	case store.OriginPlugin:
		return 1
	case store.OriginLink:
		return 2
	case store.OriginAd:
		return 4
	case store.OriginOther:
		return 8
	case store.OriginUnknown:
		return 16
	}
	return 128
}

// statusBit is the number of a status; all statuses that have none of their own share 0.
func statusBit(s store.Status) byte {
	switch s {
	case store.StatusOpen:
		return 1
	case store.StatusPending:
		return 2
	case store.StatusSnoozed:
		return 3
	case store.StatusResolved:
		return 4
	}
	return 0
}

// shortHash is four bytes of a text's hash, never 0.
func shortHash(s string) uint32 { return hashOf(s).short() }

func (h hash) short() uint32 { return max(1, binary.BigEndian.Uint32(h[:])) }

// pack is the value of the conversation's row in the index of activity.
func pack(c *store.Conversation) []byte {
	b := make([]byte, 2, packedHead+4*(len(c.Refs)+len(c.Labels)))
	for _, o := range c.KnownOrigins() {
		b[0] |= originBit(o)
	}
	b[1] = statusBit(c.Status)
	for _, f := range []struct {
		on  bool
		bit byte
	}{
		{c.Unread > 0, flagUnread},
		{c.Unreplied, flagUnreplied},
		{c.ProfileAt == 0, flagNameless},
		{len(c.Refs) > packedTexts, flagMoreRefs},
		{len(c.Labels) > packedTexts, flagMoreLabel},
	} {
		if f.on {
			b[1] |= f.bit
		}
	}
	b = binary.BigEndian.AppendUint32(b, shortHash(string(c.Inbox)))
	var assignee uint32
	if c.Assignee != "" {
		assignee = shortHash(c.Assignee)
	}
	b = binary.BigEndian.AppendUint32(b, assignee)
	refs := c.Refs[:min(len(c.Refs), packedTexts)]
	b = append(b, byte(len(refs)))
	for _, ref := range refs {
		b = binary.BigEndian.AppendUint32(b, shortHash(ref))
	}
	for _, label := range c.Labels[:min(len(c.Labels), packedTexts)] {
		b = binary.BigEndian.AppendUint32(b, shortHash(label))
	}
	return b
}

// packed is the value of a row of the index of activity.
type packed []byte

func (p packed) valid() bool {
	return len(p) >= packedHead && (len(p)-packedHead)%4 == 0 && packedHead+4*int(p[10]) <= len(p)
}

func (p packed) inbox() uint32    { return binary.BigEndian.Uint32(p[2:]) }
func (p packed) assignee() uint32 { return binary.BigEndian.Uint32(p[6:]) }

// refs and labels are hashes one after the other; more says that not all had room.
func (p packed) refs() (list []byte, more bool) {
	return p[packedHead : packedHead+4*int(p[10])], p[1]&flagMoreRefs != 0
}

func (p packed) labels() (list []byte, more bool) {
	return p[packedHead+4*int(p[10]):], p[1]&flagMoreLabel != 0
}

// answer is what a packed value says of a condition.
type answer int

const (
	no answer = iota
	perhaps
	yes
)

func sure(b bool) answer {
	if b {
		return yes
	}
	return no
}

// likely is the answer of a hash: a different one is surely another text, an equal one perhaps the same.
func likely(b bool) answer {
	if b {
		return perhaps
	}
	return no
}

// hashSet are the texts that a condition wants, by four bytes of their hashes.
type hashSet struct {
	list []wantedHash
}

// wantedHash is one of them. Where it is alone, no other text of its kind begins with these bytes, nor with 31 bits of
// them: then an equal hash is surely the text.
type wantedHash struct {
	short uint32
	alone bool
}

func (s *hashSet) add(short uint32, alone bool) {
	s.list = append(s.list, wantedHash{short: short, alone: alone})
}

func (s *hashSet) sort() {
	slices.SortFunc(s.list, func(a, b wantedHash) int { return cmp.Compare(a.short, b.short) })
}

// find is what a packed hash says about whether its text is wanted.
func (s *hashSet) find(short uint32) answer {
	var (
		i  int
		ok bool
	)
	if len(s.list) <= 8 {
		i = slices.IndexFunc(s.list, func(w wantedHash) bool { return w.short == short })
		ok = i >= 0
	} else {
		i, ok = slices.BinarySearchFunc(s.list, short, func(w wantedHash, short uint32) int { return cmp.Compare(w.short, short) })
	}
	switch {
	case !ok:
		return no
	case s.list[i].alone:
		return yes
	default:
		return perhaps
	}
}

// findAny is find for a packed list; more says that there are more than it has.
func (s *hashSet) findAny(list []byte, more bool) answer {
	said := likely(more)
	for ; len(list) >= 4; list = list[4:] {
		said = max(said, s.find(binary.BigEndian.Uint32(list)))
	}
	return said
}
