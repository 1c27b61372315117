package store

import (
	"cmp"
	"slices"
	"strings"
)

// Rules of what our own records say of a message by its id: reactions of ours, files that were fetched, and that the
// platform has a file of ours. The first two are kept where all that is said of a message is (see KeyRow), so that they
// follow it wherever it moves.

const hashPrefix = "hash:"

// meant finds the message that a record of ours names by its id, and the row in which what is said of it is kept.
func (t *thread) meant(id MessageID) (name string, row KeyRow, m Message, known bool, err error) {
	if isReplyID(id) || strings.HasPrefix(string(id), hashPrefix) {
		row, m, known, err = t.lookup(string(id))
		return string(id), row, m, known, err
	}
	mid, isPostback := strings.CutPrefix(string(id), postbackKey)
	if !isPostback {
		if name, row, m, known, err = t.addressed(mid); known || err != nil {
			return name, row, m, known, err
		}
	}
	name = KeyOf(FactPostback, mid)
	row, m, known, err = t.lookup(name)
	return name, row, m, known, err
}

// react takes in that the platform took a reaction of ours, or took it back.
func (t *thread) react(a Act) error {
	name, row, m, known, err := t.meant(a.Message)
	if err != nil || !known || !m.isMessage() {
		return err
	}
	is := Reaction{Side: Out, Emoji: a.Emoji, At: t.at}
	was := Reaction{}
	if i := slices.IndexFunc(row.Reactions, func(r Reaction) bool { return r.Side == Out }); i >= 0 {
		was = row.Reactions[i]
		is.At = max(is.At, was.At+1) // the later record is the newer word, whatever the clock did
	}
	if is.Emoji == was.Emoji || !row.react(is) {
		return nil
	}
	return t.say(name, row, m, true)
}

// media takes in what became of fetching an attachment. Nothing of a message that was taken back is kept.
func (ch *change) media(f Media) error {
	t, err := ch.find(f.Conversation)
	if err != nil || t == nil || f.Index < 0 {
		return err
	}
	name, row, m, known, err := t.meant(f.Message)
	if err != nil || !known || row.Withdrawn {
		return err
	}
	f.Conversation, f.Message = "", ""
	row.fetched(Fetched{Media: f, At: ch.at}, true)
	return t.say(name, row, m, true)
}

// uploaded takes in under which id the platform keeps a file.
func (ch *change) uploaded(u Uploaded) error {
	if u.Inbox == "" || u.Hash == "" {
		return nil
	}
	if err := ch.rows.PutUpload(u.Inbox, u.Hash, u.AttachmentID, ch.at); err != nil {
		return err
	}
	t, m, ok, err := ch.ours(u.Conversation, u.Token)
	if err != nil || !ok {
		return err
	}
	was := m
	m.follow(ch.seq)
	return t.replace(was, m)
}

// fetched puts what became of an attachment, in the place of what is older. The record at hand is newer than all before.
func (r *KeyRow) fetched(f Fetched, newest bool) {
	at, found := slices.BinarySearchFunc(r.Files, f, func(a, b Fetched) int { return cmp.Compare(a.Index, b.Index) })
	if found && !newest && f.At <= r.Files[at].At {
		return
	}
	r.Files = slices.Clone(r.Files)
	if !found {
		r.Files = slices.Insert(r.Files, at, Fetched{})
	}
	r.Files[at] = f
}

// filesOf are those of a message that has so many attachments.
func (r KeyRow) filesOf(attachments int) (files []Fetched) {
	for _, f := range r.Files {
		if f.Index < attachments {
			files = append(files, f)
		}
	}
	return files
}
