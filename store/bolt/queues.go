package bolt

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"frontdesk/store"
)

// What the classes of the outbox mean: there is something to do now, or somebody must decide first.
const (
	outboxReady = 0
	outboxWaits = 1
)

// unsettled reports whether a message belongs to the outbox.
func unsettled(m store.Message) bool {
	if m.Direction != store.Out {
		return false
	}
	switch m.State {
	case store.StateQueued, store.StateSending, store.StateFailed, store.StateUnknown, store.StateHeld:
		return true
	}
	return false
}

func outboxClass(s store.DeliveryState) byte {
	if s == store.StateQueued || s == store.StateSending {
		return outboxReady
	}
	return outboxWaits
}

// outboxConv is one conversation's part of the outbox.
type outboxConv struct {
	conv   hash
	class  byte // the least of its messages'
	oldest position
	places [][]byte // time and hash of each message, oldest first
}

// Outbox returns the replies that are not settled. Conversations in which something can be sent come first, so that
// those which wait for a person never keep them from being seen; then those whose oldest reply has waited longest.
func (v *Views) Outbox(ctx context.Context, n int) (list []store.Message, err error) {
	err = v.read(ctx, "read the outbox", func(r *reader) error {
		convs, err := r.outboxConvs()
		if err != nil {
			return err
		}
		slices.SortFunc(convs, func(a, b outboxConv) int {
			return cmp.Or(cmp.Compare(a.class, b.class), bytes.Compare(a.oldest[:], b.oldest[:]))
		})
		for _, oc := range convs[:max(0, min(n, len(convs)))] {
			c, err := decodeHeader(r.header(oc.conv))
			if err != nil {
				return err
			}
			first := len(list)
			for _, place := range oc.places {
				row := r.rows.Get(append(rowPrefix(oc.conv, messageRow), place...))
				m, err := decodeMessage(c.ID, row)
				if err != nil {
					return fmt.Errorf("read a reply: %w", err)
				}
				list = append(list, m)
			}
			// Replies of one millisecond stand in the order of their hashes in the set; they are sent in that of writing.
			slices.SortStableFunc(list[first:], func(a, b store.Message) int { return cmp.Compare(a.Seq, b.Seq) })
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

func (r *reader) outboxConvs() (convs []outboxConv, err error) {
	err = walk(r.sets, []byte{kindOutbox}, nil, true, func(k, v []byte) (bool, error) {
		if err := r.step(); err != nil {
			return false, err
		}
		if len(k) != outboxLen || len(v) != 1 {
			return false, errDamaged
		}
		conv, place := hash(k[1:17]), slices.Clone(k[17:])
		if len(convs) == 0 || convs[len(convs)-1].conv != conv {
			convs = append(convs, outboxConv{conv: conv, class: outboxWaits, oldest: positionOf(parseTime(place), conv)})
		}
		last := &convs[len(convs)-1]
		last.class = min(last.class, v[0])
		last.places = append(last.places, place)
		return true, nil
	})
	return convs, err
}

// Due returns up to n conversations whose snooze ends at or before now, the longest overdue first, and the time of the
// first one that it did not return.
func (v *Views) Due(ctx context.Context, now store.Millis, n int) (list []store.Conversation, next store.Millis, err error) {
	err = v.read(ctx, "read what is snoozed", func(r *reader) error {
		return walk(r.sets, []byte{kindSnooze}, nil, true, func(k, _ []byte) (bool, error) {
			if len(k) != snoozeLen {
				return false, errDamaged
			}
			if until := parseTime(k[1:]); until > now || len(list) >= n {
				next = until
				return false, nil
			}
			c, err := decodeHeader(r.header(hash(k[9:])))
			if err != nil {
				return false, err
			}
			if err := r.receipt(&c); err != nil {
				return false, err
			}
			list = append(list, c)
			return true, nil
		})
	})
	if err != nil {
		return nil, 0, err
	}
	return list, next, nil
}
