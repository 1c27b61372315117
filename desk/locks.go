package desk

import (
	"context"
	"hash/maphash"

	"frontdesk/store"
)

// locks keep what reads a conversation's replies and then decides about them apart: the courier, and acts on replies.
// Two conversations may share one.
type locks struct {
	seed  maphash.Seed
	slots [64]chan struct{}
}

func newLocks() locks {
	l := locks{seed: maphash.MakeSeed()}
	for i := range l.slots {
		l.slots[i] = make(chan struct{}, 1)
	}
	return l
}

// take waits for the conversation's lock and returns what gives it back.
func (l *locks) take(ctx context.Context, id store.ConversationID) (release func(), err error) {
	slot := l.slots[maphash.String(l.seed, string(id))%uint64(len(l.slots))]
	select {
	case slot <- struct{}{}:
		return func() { <-slot }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
