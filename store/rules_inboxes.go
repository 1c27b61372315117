package store

import (
	"cmp"
	"slices"

	"frontdesk/messenger"
)

// Rules of what the platform says beside the talk: who may answer, labels of its own inbox, alerts. Of two words the
// one with the later time counts, whichever came first. None of it makes a conversation; it waits for one.

// labelsKey is the key under which a conversation's labels are kept.
const labelsKey = "labels:"

// control is a grey line that thread control moved, or was asked for.
func (ch *change) control(f Fact) error {
	t, err := ch.open(f.Inbox, f.Contact)
	if err != nil || t == nil {
		return err
	}
	t.owned(f.Owner, f.At)
	_, err = t.keep(f.Key, ch.lineOf(t.ID, f))
	return err
}

// setOwner takes in that the platform did as an agent asked about who may answer, which is the newest word on it. Nothing
// happens where it is so already.
func (t *thread) setOwner(a Act) error {
	if a.Owner == nil || a.Owner.Kind == OwnerUnknown || t.Owner == *a.Owner {
		return nil
	}
	t.owned(*a.Owner, max(t.at, t.OwnerAt+1))
	line := Message{Kind: KindControl, Agent: a.Agent}
	switch a.Owner.Kind {
	case OwnerUs:
		line.Text = a.Agent + " took the conversation over"
	case OwnerIdle:
		line.Text = a.Agent + " gave the conversation up"
	default:
		line.Text = a.Agent + " passed the conversation on"
		line.Details = []Detail{{Name: "to", Value: "app " + a.Owner.AppID}}
		if a.Owner.AppID == messenger.PageInboxApp {
			line.Details[0].Value = "the Page inbox"
		}
	}
	return t.note(line)
}

// ownership takes in what the way of an event says of who may answer: in standby that is another app; a word of the
// contact that came to us may be answered by us.
func (ch *change) ownership(f Fact) error {
	owner := Owner{Kind: OwnerApp}
	switch f.Kind {
	case FactMessage, FactPostback:
		if !f.Standby {
			owner.Kind = OwnerUs
		}
	case FactEcho, FactReferral, FactReaction, FactEdit, FactActivity:
		if !f.Standby {
			return nil
		}
	default:
		return nil
	}
	t, err := ch.held(NewConversationID(f.Inbox, f.Contact))
	if err == nil && t != nil {
		t.owned(owner, f.At)
	}
	return err
}

// owned takes in who had the conversation at a time.
func (t *thread) owned(o Owner, at Millis) {
	if o.Kind == OwnerUnknown {
		return
	}
	if cmp.Or(cmp.Compare(at, t.OwnerAt), cmp.Compare(o.rank(), t.Owner.rank()), cmp.Compare(o.AppID, t.Owner.AppID)) > 0 {
		t.Owner, t.OwnerAt = o, at
	}
}

// rank says which of two words of one time counts: what names the owner over what was only concluded.
func (o Owner) rank() int {
	switch {
	case o.Kind == OwnerApp && o.AppID != "":
		return 4
	case o.Kind == OwnerIdle:
		return 3
	case o.Kind == OwnerUs:
		return 2
	case o.Kind == OwnerApp:
		return 1
	default:
		return 0
	}
}

// label is a label set or taken off in the platform's own inbox.
func (ch *change) label(f Fact) error {
	t, err := ch.open(f.Inbox, f.Contact)
	if err != nil || t == nil || f.Label == "" {
		return err
	}
	return t.addLabels(KeyRow{Labels: []LabelMark{{Label: f.Label, At: f.At, Off: f.Removed}}})
}

// addLabels takes in what was said of labels.
func (t *thread) addLabels(said KeyRow) error {
	row, _, err := t.rows.Key(t.ID, labelsKey)
	if err != nil {
		return err
	}
	row = row.join(said)
	if err := t.rows.PutKey(t.ID, labelsKey, row); err != nil {
		return err
	}
	t.Labels = nil
	for _, mark := range row.Labels {
		if !mark.Off {
			t.Labels = append(t.Labels, mark.Label)
		}
	}
	return nil
}

// alert is what the platform says of a whole inbox.
func (ch *change) alert(f Fact) error {
	if f.Inbox == "" || f.Alert.Action == "" {
		return nil
	}
	a := f.Alert
	if a.At == 0 {
		a.At = f.At
	}
	was, known, err := ch.rows.Alert(f.Inbox)
	if err != nil {
		return err
	}
	if known && cmp.Or(cmp.Compare(a.At, was.At), cmp.Compare(a.Action, was.Action), cmp.Compare(a.Reason, was.Reason)) <= 0 {
		return nil
	}
	return ch.rows.PutAlert(f.Inbox, a)
}

// insertSorted is a sorted list with v in it.
func insertSorted[T cmp.Ordered](list []T, v T) []T {
	at, found := slices.BinarySearch(list, v)
	if found {
		return list
	}
	return slices.Insert(slices.Clone(list), at, v)
}
