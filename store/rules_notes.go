package store

import (
	"slices"
	"strconv"
	"strings"
)

// Rules of what agents leave for each other: private notes and labels. The contact sees none of it, and nothing that
// counts or sorts conversations by what was said follows from it.

const recordPrefix = "log:"

// recordID is the id of the line that a record itself makes.
func recordID(seq Seq) MessageID {
	return MessageID(recordPrefix + strconv.FormatUint(uint64(seq), 10))
}

// recordOf is the record that a line of its own is of; 0 for other lines.
func recordOf(id MessageID) Seq {
	digits, ok := strings.CutPrefix(string(id), recordPrefix)
	if !ok {
		return 0
	}
	seq, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || recordID(Seq(seq)) != id {
		return 0
	}
	return Seq(seq)
}

// writeNote adds a private note, or gives one back that was taken away: that stands again where it stood. Its key is
// its id; the row of a note that was taken away keeps its time.
func (t *thread) writeNote(a Act) error {
	if a.Text == "" {
		return nil
	}
	m := Message{
		ID: recordID(t.seq), Conversation: t.ID, At: t.at, Seq: t.seq, Direction: Note, Kind: KindNote,
		Text: a.Text, Agent: a.Agent,
	}
	if seq := recordOf(a.Message); seq != 0 {
		row, there, err := t.rows.Key(t.ID, string(a.Message))
		if err != nil || there && row.Place.ID != "" {
			return err
		}
		if there {
			m.ID, m.At, m.Seq = a.Message, row.Place.At, seq
			m.follow(t.seq)
		}
	}
	return t.stand(string(m.ID), KeyRow{}, m)
}

// dropNote takes a private note away. Other lines stay.
func (t *thread) dropNote(a Act) error {
	if recordOf(a.Message) == 0 {
		return nil
	}
	key := string(a.Message)
	_, m, known, err := t.lookup(key)
	if err != nil || !known || m.Direction != Note {
		return err
	}
	if err := t.drop(m); err != nil {
		return err
	}
	return t.rows.PutKey(t.ID, key, KeyRow{Place: Place{At: m.At}})
}

// setLabel puts a label on the conversation, or takes it off, by an agent's hand. Nothing happens where it is so
// already. What the platform says of its own inbox counts by time; an agent's act is always the newest word.
func (t *thread) setLabel(label, agent string, off bool) error {
	if label == "" || slices.Contains(t.Labels, label) != off {
		return nil
	}
	row, _, err := t.rows.Key(t.ID, labelsKey)
	if err != nil {
		return err
	}
	mark := LabelMark{Label: label, At: t.at, Off: off}
	for _, was := range row.Labels {
		if was.Label == label {
			mark.At = max(mark.At, was.At+1)
		}
	}
	if err := t.addLabels(KeyRow{Labels: []LabelMark{mark}}); err != nil {
		return err
	}
	kind := KindLabeled
	if off {
		kind = KindUnlabeled
	}
	return t.note(Message{Kind: kind, Agent: agent, Text: label})
}
