package store

import (
	"cmp"
	"slices"
)

// Rules of what is said of a message after it: edits, reactions, feedback, and that it was taken back. All of it is kept
// in the row of the message's key, whether the message is there or not, and the line is made of its own words and of
// that row: so nothing depends on what came first. A reply of ours may have several mids; what is said of any of them
// is kept in the row of its own name.

// addressed finds the row in which what is said of a mid is kept, under its name, and the message.
func (t *thread) addressed(mid string) (name string, row KeyRow, m Message, known bool, err error) {
	name = KeyOf(FactMessage, mid)
	row, m, known, err = t.lookup(name)
	if err == nil && known && m.Token != "" {
		name = string(m.ID)
		row, _, err = t.rows.Key(t.ID, name)
	}
	return name, row, m, known, err
}

// say keeps a row that the record at hand has changed and lets the message, if it is there, show it.
func (t *thread) say(name string, row KeyRow, m Message, known bool) error {
	if !known {
		row.follow(t.seq)
		return t.rows.PutKey(t.ID, name, row)
	}
	is := m
	is.follow(t.seq)
	return t.show(name, row, m, is)
}

// show keeps a row and lets what is its message, and was another before, show it.
func (t *thread) show(name string, row KeyRow, was, is Message) error {
	if err := t.rows.PutKey(t.ID, name, row); err != nil {
		return err
	}
	return t.replace(was, row.mark(is))
}

// edit takes in new words for a message. One that is not there is made of them, without counting as unread: it stands
// where the edit does, until it comes.
func (ch *change) edit(f Fact) error {
	t, err := ch.findOrMake(f.Inbox, f.Contact)
	if err != nil || t == nil || f.MID == "" {
		return err
	}
	name, row, m, known, err := t.addressed(f.MID)
	if err != nil {
		return err
	}
	if known && len(row.Versions) == 0 {
		row.first(m)
	}
	if _, err := t.tell(name, &row, m); err != nil {
		return err
	}
	news := row.version(Edit{N: max(f.Edit, 1), Text: f.Text, At: f.At})
	made := Message{
		ID: MessageID(f.MID), MID: f.MID, Conversation: t.ID, At: f.At, Direction: In, Kind: KindText, Trail: []Seq{t.seq},
	}
	switch {
	case !known:
		if err := t.stand(name, row, made); err != nil {
			return err
		}
		return t.heard()
	case row.provisional() && made.Place().Compare(m.Place()) < 0:
		row.Place = made.Place()
		if err := t.rows.PutKey(t.ID, name, row); err != nil {
			return err
		}
		return t.replace(m, row.mark(made))
	case !news: // told again: that is no change
		return t.show(name, row, m, m)
	default:
		return t.say(name, row, m, known)
	}
}

// unsend takes in that the contact took a message back. Its words leave the views at once, and those of all records
// that told of it are to be taken out of the log. The line stays, and so does all that counts it: somebody wrote here,
// and an agent who has not seen it yet shall see that. A reply of ours is nothing that a contact could take back.
func (ch *change) unsend(f Fact) error {
	t, err := ch.open(f.Inbox, f.Contact)
	if err != nil || t == nil || f.MID == "" {
		return err
	}
	name, row, m, known, err := t.addressed(f.MID)
	if err != nil || row.Withdrawn || m.Token != "" {
		return err
	}
	row.Withdrawn = true
	row.silence()
	if err := t.redact(name, row, m.Seq); err != nil {
		return err
	}
	return t.say(name, row, m, known)
}

// reaction takes in what the contact put on a message, or took off it.
func (ch *change) reaction(f Fact) error {
	t, err := ch.findOrMake(f.Inbox, f.Contact)
	if err != nil || t == nil {
		return err
	}
	if f.OpensWindow {
		t.reacted(f.At)
	}
	if f.MID == "" {
		return nil
	}
	name, row, m, known, err := t.addressed(f.MID)
	if err != nil || !row.react(Reaction{Side: In, Emoji: f.Reaction, At: f.At}) {
		return err
	}
	return t.say(name, row, m, known)
}

// reacted opens the window. No line says so, hence the time is kept.
func (t *thread) reacted(at Millis) {
	t.LastReaction = max(t.LastReaction, at)
	t.WindowFrom = max(t.WindowFrom, t.LastReaction)
}

// feedback takes in what the contact thought of a message.
func (ch *change) feedback(f Fact) error {
	t, err := ch.open(f.Inbox, f.Contact)
	if err != nil || t == nil || f.MID == "" {
		return err
	}
	name, row, m, known, err := t.addressed(f.MID)
	if err != nil || !row.think(f.Feedback, f.At) {
		return err
	}
	return t.say(name, row, m, known)
}

// tell notes that the record at hand holds words of the message that a key stands for, beside the record that told of
// it first, and reports whether that is news. Words of a message that was taken back are to be taken out of it, news or
// not: the record may have told of it under one id before, and now under another that has become the contact's.
func (t *thread) tell(key string, row *KeyRow, m Message) (news bool, err error) {
	if row.Withdrawn && m.Token == "" {
		err = t.redactIn(key, t.seq)
	}
	return t.seq != m.Seq && row.record(t.seq), err
}

// redact asks for the words of a message to be taken out of every record that told of it.
func (t *thread) redact(key string, row KeyRow, first Seq) error {
	for _, seq := range append([]Seq{first}, row.Records...) {
		if seq == 0 {
			continue
		}
		if err := t.redactIn(key, seq); err != nil {
			return err
		}
	}
	return nil
}

// redactIn asks for the words of a message to be taken out of one record, whichever of the contact's ids it told them
// under. What it told under an id that is nobody's of this conversation stays: the views keep it as well.
func (t *thread) redactIn(key string, seq Seq) error {
	what := Redaction{Seq: seq, Inbox: t.Inbox, MID: key[len(messageKey):]}
	for _, what.Conversation = range append([]ConversationID{t.ID}, t.Aliases...) {
		if err := t.rows.PutRedaction(what); err != nil {
			return err
		}
	}
	return nil
}

// leaveIn takes back that words are to be taken out of records: they were ours.
func (t *thread) leaveIn(key string, records []Seq) error {
	what := Redaction{Inbox: t.Inbox, MID: key[len(messageKey):]}
	for _, what.Seq = range records {
		for _, what.Conversation = range append([]ConversationID{t.ID}, t.Aliases...) {
			if err := t.rows.DeleteRedaction(what); err != nil {
				return err
			}
		}
	}
	return nil
}

// redacted takes in that words are out of the log.
func (ch *change) redacted(r Redacted) error {
	for _, done := range r.Done {
		if err := ch.rows.DeleteRedaction(done); err != nil {
			return err
		}
	}
	return nil
}

// mark is a line with what its key's row says of it. Where there were edits, the row has all words of the line.
func (r KeyRow) mark(m Message) Message {
	m.Delivered = m.Delivered || r.Delivered && m.Direction == Out
	m.Edits, m.Reactions, m.Feedback, m.Files = nil, nil, r.Feedback, r.filesOf(len(m.Attachments))
	m.follow(r.Trail...)
	if n := len(r.Versions); n > 0 {
		m.Text, m.EditN = r.Versions[n-1].Text, r.Versions[n-1].N
		for i, v := range r.Versions[:n-1] {
			m.Edits = append(m.Edits, Edit{N: v.N, Text: v.Text, At: r.Versions[i+1].At})
		}
	}
	for _, reaction := range r.Reactions {
		if reaction.Emoji != "" {
			m.Reactions = append(m.Reactions, reaction)
		}
	}
	if r.Withdrawn && m.Token == "" {
		m.withdraw()
	}
	return m
}

// withdraw takes the words out of a line, and what would tell of what sort they were.
func (m *Message) withdraw() {
	m.Withdrawn = true
	m.Text, m.Payload, m.Attachments, m.QuickReplies, m.Buttons, m.Elements = "", "", nil, nil, nil, nil
	m.Details, m.Edits, m.Files = nil, nil, nil
	if m.isWord() || m.Direction == Out {
		m.Kind = KindText
	}
}

// provisional reports whether only edits have told of the message.
func (r KeyRow) provisional() bool { return len(r.Versions) > 0 && r.Versions[0].N != 0 }

// said reports whether there is anything that mark would show.
func (r KeyRow) said() bool {
	return len(r.Versions)+len(r.Reactions)+len(r.Files) > 0 || r.Feedback != "" || r.Withdrawn
}

// first puts the words of m as those before all edits.
func (r *KeyRow) first(m Message) {
	r.Versions = slices.Clone(r.Versions)
	if len(r.Versions) == 0 || r.Versions[0].N != 0 {
		r.Versions = slices.Insert(r.Versions, 0, Edit{})
	}
	r.Versions[0] = Edit{Text: m.Text, At: m.At}
	if r.Withdrawn {
		r.Versions[0].Text = ""
	}
}

// version puts the words of an edit, and reports whether it is another than those known by its number and time. Of two
// edits of one number the earlier one counts.
func (r *KeyRow) version(v Edit) (news bool) {
	if r.Withdrawn {
		v.Text = ""
	}
	at, found := slices.BinarySearchFunc(r.Versions, v, func(a, b Edit) int { return cmp.Compare(a.N, b.N) })
	r.Versions = slices.Clone(r.Versions)
	switch {
	case !found:
		r.Versions = slices.Insert(r.Versions, at, v)
		return true
	case cmp.Or(cmp.Compare(v.At, r.Versions[at].At), cmp.Compare(v.Text, r.Versions[at].Text)) < 0:
		news = v.At < r.Versions[at].At
		r.Versions[at] = v
	}
	return news
}

// silence takes all words out of the row, and the files.
func (r *KeyRow) silence() {
	r.Versions, r.Files = slices.Clone(r.Versions), nil
	for i := range r.Versions {
		r.Versions[i].Text = ""
	}
}

// react puts a reaction where it is newer than what its side said before, and reports whether it is.
func (r *KeyRow) react(reaction Reaction) bool {
	i := slices.IndexFunc(r.Reactions, func(o Reaction) bool { return o.Side == reaction.Side })
	if i < 0 {
		r.Reactions = append(slices.Clone(r.Reactions), reaction)
		slices.SortFunc(r.Reactions, func(a, b Reaction) int { return cmp.Compare(a.Side, b.Side) })
		return true
	}
	was := r.Reactions[i]
	if cmp.Or(cmp.Compare(reaction.At, was.At), cmp.Compare(reaction.Emoji, was.Emoji)) <= 0 {
		return false
	}
	r.Reactions = slices.Clone(r.Reactions)
	r.Reactions[i] = reaction
	return true
}

// think puts feedback where it is newer, and reports whether it is.
func (r *KeyRow) think(feedback string, at Millis) bool {
	if cmp.Or(cmp.Compare(at, r.FeedbackAt), cmp.Compare(feedback, r.Feedback)) <= 0 {
		return false
	}
	r.Feedback, r.FeedbackAt = feedback, at
	return true
}

// record adds a record that told of the message's words, and reports whether it is new.
func (r *KeyRow) record(seq Seq) bool {
	at, found := slices.BinarySearch(r.Records, seq)
	if found || seq == 0 {
		return false
	}
	r.Records = slices.Insert(slices.Clone(r.Records), at, seq)
	return true
}

// join is what two rows of one key say together, as if all of it had been said of one. The place is that of r.
func (r KeyRow) join(o KeyRow) KeyRow {
	if r.Place.ID == "" && o.Place.ID == "" && (r.Place.At == 0 || o.Place.At != 0 && o.Place.At < r.Place.At) {
		r.Place.At = o.Place.At
	}
	r.Delivered = r.Delivered || o.Delivered
	r.follow(o.Trail...)
	for _, f := range o.Files {
		r.fetched(f, false)
	}
	if r.Withdrawn = r.Withdrawn || o.Withdrawn; r.Withdrawn {
		r.silence()
	}
	for _, seq := range o.Records {
		r.record(seq)
	}
	for _, v := range o.Versions {
		r.version(v)
	}
	for _, reaction := range o.Reactions {
		r.react(reaction)
	}
	r.think(o.Feedback, o.FeedbackAt)
	for _, key := range o.Echoes {
		if at, found := slices.BinarySearch(r.Echoes, key); !found {
			r.Echoes = slices.Insert(slices.Clone(r.Echoes), at, key)
		}
	}
	for _, mark := range o.Labels {
		r.label(mark)
	}
	return r
}

// label puts what the platform said of a label, where that is newer: of two words of one time, that it is set.
func (r *KeyRow) label(mark LabelMark) bool {
	at, found := slices.BinarySearchFunc(r.Labels, mark, func(a, b LabelMark) int { return cmp.Compare(a.Label, b.Label) })
	if found && (mark.At < r.Labels[at].At || mark.At == r.Labels[at].At && (mark.Off || !r.Labels[at].Off)) {
		return false
	}
	r.Labels = slices.Clone(r.Labels)
	if !found {
		r.Labels = slices.Insert(r.Labels, at, LabelMark{})
	}
	r.Labels[at] = mark
	return true
}
