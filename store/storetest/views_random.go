package storetest

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"frontdesk/store"
)

// viewsRandom makes random changes to views and to plain maps, some of which fail, closes and opens the views in
// between, and wants the same answers from both.
func viewsRandom(t *testing.T, open OpenViews) {
	rapid.Check(t, func(rt *rapid.T) {
		dir := t.TempDir()
		v := open(t, dir)
		defer func() {
			if err := v.Close(); err != nil {
				rt.Errorf("Close: %v", err)
			}
		}()
		m := newRowsModel()
		for range rapid.IntRange(1, 8).Draw(rt, "applies") {
			m = m.apply(rt, v)
			if rapid.IntRange(0, 4).Draw(rt, "reopen") == 0 {
				if err := v.Close(); err != nil {
					rt.Fatalf("Close: %v", err)
				}
				v = open(t, dir)
			}
		}
		m.compare(rt, v)
	})
}

// apply makes some changes in one Apply and returns the model that it leads to.
func (m *rowsModel) apply(rt *rapid.T, v Views) *rowsModel {
	next := m.clone()
	next.seq += store.Seq(rapid.IntRange(1, 3).Draw(rt, "records"))
	broken := errors.New("broken")
	fails := rapid.IntRange(0, 5).Draw(rt, "fails") == 0
	err := v.Apply(rt.Context(), next.seq, func(r store.Rows) error {
		for range rapid.IntRange(0, 8).Draw(rt, "changes") {
			if err := next.change(rt, r); err != nil {
				return err
			}
		}
		if fails {
			return broken
		}
		return nil
	})
	switch {
	case fails && !errors.Is(err, broken):
		rt.Fatalf("a failing Apply returned %v", err)
	case !fails && err != nil:
		rt.Fatalf("Apply: %v", err)
	case fails:
		return m
	}
	return next
}

var (
	drawConv   = rapid.SampledFrom([]store.ConversationID{"1:1", "1:2", "1:ref:3", "2:visitor:4", "2:5", "2:6"})
	drawAt     = rapid.Map(rapid.IntRange(-2, 12), func(n int) store.Millis { return store.Millis(n) })
	drawID     = rapid.SampledFrom([]store.MessageID{"m_a", "m_b", "m_c", "out:d", "log:5", "\x00\xff"})
	drawRef    = rapid.SampledFrom([]string{"pricing", "spring-sale", "spring-offer", "\x00", "*"})
	drawLabel  = rapid.SampledFrom([]string{"vip", "late", "ä"})
	drawAgent  = rapid.SampledFrom([]string{"", "ana", "ben"})
	drawOrigin = rapid.SampledFrom([]store.Origin{store.OriginPlugin, store.OriginLink, store.OriginUnknown, "later"})
	drawStatus = rapid.SampledFrom([]store.Status{
		store.StatusOpen, store.StatusOpen, store.StatusPending, store.StatusSnoozed, store.StatusResolved, "later",
	})
	drawState = rapid.SampledFrom([]store.DeliveryState{
		store.StateQueued, store.StateSending, store.StateSent, store.StateSent, store.StateFailed, store.StateHeld, store.StateRead,
	})
)

func drawConversation(rt *rapid.T, id store.ConversationID) store.Conversation {
	c := store.Conversation{
		ID: id, Inbox: store.InboxID(id[:1]),
		Contact:      store.Contact{ID: string(id), Name: rapid.SampledFrom([]string{"", "Mara", "Jonas M"}).Draw(rt, "name")},
		Status:       drawStatus.Draw(rt, "status"),
		Assignee:     drawAgent.Draw(rt, "assignee"),
		Labels:       rapid.SliceOfN(drawLabel, 0, 3).Draw(rt, "labels"),
		Origins:      rapid.SliceOfN(drawOrigin, 0, 2).Draw(rt, "origins"),
		Refs:         rapid.SliceOfN(drawRef, 0, 3).Draw(rt, "refs"),
		Unread:       rapid.IntRange(0, 2).Draw(rt, "unread"),
		Unreplied:    rapid.Bool().Draw(rt, "unreplied"),
		LastActivity: drawAt.Draw(rt, "activity"),
		ProfileAt:    store.Millis(rapid.IntRange(0, 1).Draw(rt, "profile")),
		DeliveredTo:  drawAt.Draw(rt, "delivered"),
		ReadTo:       drawAt.Draw(rt, "read"),
	}
	c.Hidden = rapid.IntRange(0, 4).Draw(rt, "hidden") == 0
	if c.Status == store.StatusSnoozed {
		c.SnoozedUntil = drawAt.Draw(rt, "until")
	}
	return c
}

// change makes one change to both.
func (m *rowsModel) change(rt *rapid.T, r store.Rows) error {
	id := drawConv.Draw(rt, "conversation")
	if _, known := m.convs[id]; !known || rapid.IntRange(0, 2).Draw(rt, "header") == 0 {
		c := drawConversation(rt, id)
		m.convs[id] = c
		return r.PutConversation(c)
	}
	switch rapid.IntRange(0, 7).Draw(rt, "kind") {
	case 0, 1, 2:
		line := store.Message{
			ID: drawID.Draw(rt, "id"), Conversation: id, At: drawAt.Draw(rt, "at"), Text: rapid.String().Draw(rt, "text"),
			Direction: rapid.SampledFrom([]store.Direction{store.In, store.Out}).Draw(rt, "direction"),
			State:     drawState.Draw(rt, "state"), Delivered: rapid.Bool().Draw(rt, "named"),
		}
		m.putLine(line)
		return r.PutMessage(line)
	case 3:
		place := store.Place{At: drawAt.Draw(rt, "at"), ID: drawID.Draw(rt, "id")}
		if line, ok := m.lines[id][place.ID]; ok && rapid.Bool().Draw(rt, "there") {
			place = line.Place()
		}
		m.deleteLine(id, place)
		return r.DeleteMessage(id, place)
	case 4:
		key := rowsModelKey{id, rapid.SampledFrom([]string{"a", "m_a", "message/a", ""}).Draw(rt, "key")}
		row := store.KeyRow{Place: store.Place{At: drawAt.Draw(rt, "at"), ID: drawID.Draw(rt, "id")}}
		m.keys[key] = row
		return r.PutKey(id, key.key, row)
	case 5:
		touch := store.Touch{At: drawAt.Draw(rt, "at"), ID: drawID.Draw(rt, "id"), Ref: drawRef.Draw(rt, "ref")}
		m.putTouch(id, touch)
		return r.PutTouch(id, touch)
	case 6:
		place := store.Place{At: drawAt.Draw(rt, "at"), ID: drawID.Draw(rt, "id")}
		delete(m.touches[id], place)
		return r.DeleteTouch(id, place.At, place.ID)
	default:
		m.unknown++
		return r.CountUnknown("1", "surprise", 1)
	}
}

func drawQuery(rt *rapid.T) store.Query {
	values := map[store.Field]*rapid.Generator[string]{
		store.FieldStatus:   rapid.Map(drawStatus, func(s store.Status) string { return string(s) }),
		store.FieldOrigin:   rapid.Map(drawOrigin, func(o store.Origin) string { return string(o) }),
		store.FieldRef:      rapid.OneOf(drawRef, rapid.SampledFrom([]string{"spring-*", "p*", "x*", "none"})),
		store.FieldIs:       rapid.SampledFrom([]string{store.IsUnread, store.IsUnreplied}),
		store.FieldInbox:    rapid.SampledFrom([]string{"1", "2", "3"}),
		store.FieldAssignee: drawAgent,
		store.FieldLabel:    drawLabel,
	}
	fields := rapid.SampledFrom([]store.Field{
		store.FieldStatus, store.FieldOrigin, store.FieldRef, store.FieldIs, store.FieldInbox, store.FieldAssignee, store.FieldLabel,
	})
	var q store.Query
	for range rapid.IntRange(0, 3).Draw(rt, "terms") {
		f := fields.Draw(rt, "field")
		q.Terms = append(q.Terms, store.Term{
			Field: f, Values: rapid.SliceOfN(values[f], 0, 2).Draw(rt, "values"), Not: rapid.Bool().Draw(rt, "not"),
		})
	}
	if rapid.IntRange(0, 3).Draw(rt, "words") == 0 {
		q.Words = []string{rapid.SampledFrom([]string{"m", "JONAS", "contact", "nobody"}).Draw(rt, "word")}
	}
	return q
}
