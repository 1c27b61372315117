package storetest

import (
	"maps"
	"slices"
	"strings"

	"frontdesk/store"
)

// modelMark is what a record of ours said of a message: a reaction, or what became of an attachment.
type modelMark struct {
	keys     map[string]bool // any of them is the message's
	seq      store.Seq
	reaction *store.Reaction
	file     *store.Fetched
}

// of reports whether the mark is on the message with some keys.
func (k modelMark) of(keys map[string]bool) bool {
	for key := range k.keys {
		if keys[key] {
			return true
		}
	}
	return false
}

// meant are the keys of the message that an id names, or nil.
func (c *modelConv) meant(id store.MessageID) map[string]bool {
	keyed := c.keyed()
	token := store.Token("")
	for _, key := range []string{string(id), store.KeyOf(store.FactMessage, string(id)), store.KeyOf(store.FactPostback, string(id))} {
		line, ok := keyed[key]
		if ok && line.Token == "" {
			return map[string]bool{key: true}
		}
		if ok {
			token = line.Token
			break
		}
	}
	if after, ok := strings.CutPrefix(string(id), "out:"); ok {
		token = store.Token(after)
	}
	if x := c.reply(token); x != nil {
		keys := maps.Clone(c.keys(x))
		keys[string(x.ID)] = true
		return keys
	}
	return nil
}

// ourReaction is what we last put on the message with some keys.
func (c *modelConv) ourReaction(keys map[string]bool) (last store.Reaction) {
	for _, k := range c.marks {
		if k.reaction != nil && k.of(keys) && k.reaction.At > last.At {
			last = *k.reaction
		}
	}
	return last
}

// files are what became of the attachments of the message with some keys, of which it has so many.
func (c *modelConv) files(keys map[string]bool, attachments int) []store.Fetched {
	byIndex := map[int]store.Fetched{}
	for _, k := range c.marks {
		if k.file != nil && k.of(keys) && k.file.Index < attachments {
			byIndex[k.file.Index] = *k.file
		}
	}
	var files []store.Fetched
	for _, i := range slices.Sorted(maps.Keys(byIndex)) {
		files = append(files, byIndex[i])
	}
	return files
}

// beside takes in an act beside the talk: on notes, labels, reactions and who may answer.
func (m *plainModel) beside(c *modelConv, a store.Act) {
	isNote := func(n store.Message) bool { return n.ID == a.Message && n.Direction == store.Note }
	at := slices.IndexFunc(c.notes, isNote)
	switch a.Verb {
	case store.VerbNote:
		if a.Text == "" || at >= 0 {
			return
		}
		note := store.Message{Direction: store.Note, Kind: store.KindNote, Text: a.Text, Agent: a.Agent}
		m.note(c, note)
		if was, ok := c.taken[a.Message]; ok {
			delete(c.taken, a.Message)
			back := &c.notes[len(c.notes)-1]
			back.ID, back.At, back.Seq = was.ID, was.At, was.Seq
		}
	case store.VerbUnnote:
		if at >= 0 {
			c.taken[a.Message] = c.notes[at]
			c.notes = slices.Delete(c.notes, at, at+1)
		}
	case store.VerbLabel, store.VerbUnlabel:
		m.label(c, a)
	case store.VerbControl:
		m.control(c, a)
	case store.VerbReact:
		keys := c.meant(a.Message)
		was := c.ourReaction(keys)
		if keys != nil && was.Emoji != a.Emoji {
			is := store.Reaction{Side: store.Out, Emoji: a.Emoji, At: max(m.at, was.At+1)}
			c.marks = append(c.marks, modelMark{keys: keys, seq: m.seq, reaction: &is})
		}
	}
}

// control takes in that an agent asked who may answer: as if the platform had said so, last.
func (m *plainModel) control(c *modelConv, a store.Act) {
	var is store.Conversation
	c.besides(&is)
	if is.Owner == *a.Owner {
		return
	}
	f := store.Fact{Kind: store.FactControl, Owner: *a.Owner, At: max(m.at, is.OwnerAt+1)}
	c.beside = append(c.beside, f)
	line := store.Message{Kind: store.KindControl, Agent: a.Agent, Text: a.Agent + " passed the conversation on"}
	switch a.Owner.Kind {
	case store.OwnerUs:
		line.Text = a.Agent + " took the conversation over"
	case store.OwnerIdle:
		line.Text = a.Agent + " gave the conversation up"
	default:
		line.Details = []store.Detail{{Name: "to", Value: "app " + a.Owner.AppID}}
	}
	m.note(c, line)
}

// label takes in that an agent put a label on a conversation or took it off: as if the platform had said so, last.
func (m *plainModel) label(c *modelConv, a store.Act) {
	off := a.Verb == store.VerbUnlabel
	var is store.Conversation
	c.besides(&is)
	if a.Label == "" || slices.Contains(is.Labels, a.Label) != off {
		return
	}
	f := store.Fact{Kind: store.FactLabel, Label: a.Label, Removed: off, At: m.at}
	for _, was := range c.beside {
		if was.Kind == store.FactLabel && was.Label == a.Label {
			f.At = max(f.At, was.At+1)
		}
	}
	c.beside = append(c.beside, f)
	kind := store.KindLabeled
	if off {
		kind = store.KindUnlabeled
	}
	m.note(c, store.Message{Kind: kind, Agent: a.Agent, Text: a.Label})
}

// is notes that a record is about the reply, if there is one.
func (x *modelReply) is(seq store.Seq) {
	if x != nil {
		x.about = append(x.about, seq)
	}
}
