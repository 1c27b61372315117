package bolt

import (
	"encoding/binary"

	"frontdesk/messenger"
	"frontdesk/store"
)

// The numbers of fields are for ever: a number that is no longer used is not given to another field.

// contactTag is the number of the contact in a header.
const contactTag = 2

// headerFields are a conversation's, but for the time of its last activity, which stands before them. What a query's
// words are compared with comes first.
func headerFields(f *fields, c *store.Conversation) {
	text(f, 1, &c.ID)
	part(f, contactTag, &c.Contact, contactFields)
	text(f, 3, &c.Inbox)
	text(f, 4, &c.Status)
	count(f, 5, &c.SnoozedUntil)
	text(f, 6, &c.Assignee)
	texts(f, 7, &c.Labels)
	count(f, 8, &c.Unread)
	f.number(9, (*uint64)(&c.Seen))
	f.flag(10, &c.Unreplied)
	count(f, 11, &c.WaitingSince)
	part(f, 12, &c.Touch, touchFields)
	texts(f, 13, &c.Origins)
	texts(f, 14, &c.Refs)
	part(f, 15, &c.LastMessage, lastMessageFields)
	count(f, 16, &c.LastIncoming)
	count(f, 17, &c.WindowFrom)
	count(f, 18, &c.DeliveredTo)
	count(f, 19, &c.ReadTo)
	count(f, 20, &c.ProfileAt)
	f.flag(21, &c.ProfileGot)
	count(f, 22, &c.LastTag)
	part(f, 23, &c.LastAnswer, placeFields)
	f.number(24, (*uint64)(&c.LastIncomingSeq))
	texts(f, 25, &c.Outbox)
	part(f, 26, &c.Owner, ownerFields)
	count(f, 27, &c.OwnerAt)
	texts(f, 28, &c.Aliases)
	f.flag(29, &c.Hidden)
	text(f, 30, &c.Into)
	count(f, 31, &c.LastReaction)
	f.number(32, (*uint64)(&c.DeliveredSeq))
	f.number(33, (*uint64)(&c.ReadSeq))
	count(f, 34, &c.RefusedFrom)
}

func ownerFields(f *fields, o *store.Owner) {
	text(f, 1, &o.Kind)
	text(f, 2, &o.AppID)
}

func contactFields(f *fields, c *store.Contact) {
	text(f, 1, &c.Kind)
	text(f, 2, &c.ID)
	text(f, 3, &c.Name)
}

func placeFields(f *fields, p *store.Place) {
	count(f, 1, &p.At)
	text(f, 2, &p.ID)
}

func touchFields(f *fields, t *store.Touch) {
	count(f, 1, &t.At)
	text(f, 2, &t.ID)
	text(f, 3, &t.Origin)
	text(f, 4, &t.Source)
	text(f, 5, &t.Ref)
	text(f, 6, &t.Page)
	text(f, 7, &t.AdID)
	f.flag(8, &t.Guest)
}

func lastMessageFields(f *fields, m *store.LastMessage) {
	part(f, 1, &m.Place, placeFields)
	text(f, 2, &m.Direction)
	text(f, 3, &m.Kind)
	text(f, 4, &m.Text)
	text(f, 5, &m.State)
	text(f, 6, &m.Media)
	text(f, 7, &m.Agent)
	text(f, 8, &m.AppID)
	f.flag(9, &m.Withdrawn)
}

// messageFields are a message's. Its conversation is in the row's key and the reader's hands; a mid that is also the
// id is not written twice.
func messageFields(f *fields, m *store.Message) {
	same := m.MID != "" && m.MID == string(m.ID)
	mid := m.MID
	if same {
		mid = ""
	}
	text(f, 1, &m.ID)
	text(f, 2, &mid)
	f.flag(3, &same)
	if f.reading {
		if m.MID = mid; same {
			m.MID = string(m.ID)
		}
	}
	count(f, 4, &m.At)
	f.number(5, (*uint64)(&m.Seq))
	text(f, 6, &m.Direction)
	text(f, 7, &m.Kind)
	text(f, 8, &m.Text)
	text(f, 9, &m.Payload)
	each(f, 10, &m.Attachments, attachmentFields)
	each(f, 11, &m.QuickReplies, quickReplyFields)
	each(f, 12, &m.Buttons, buttonFields)
	each(f, 13, &m.Elements, elementFields)
	text(f, 14, &m.ReplyTo)
	maybe(f, 15, &m.Touch, touchFields)
	count(f, 16, &m.Until)
	text(f, 17, &m.Agent)
	text(f, 18, &m.AppID)
	text(f, 19, &m.Token)
	part(f, 20, &m.Recipient, contactFields)
	text(f, 21, &m.State)
	maybe(f, 22, &m.Error, sendErrorFields)
	count(f, 23, &m.Attempts)
	count(f, 24, &m.RetryAt)
	f.flag(25, &m.Tagged)
	f.flag(26, &m.Delivered)
	count(f, 27, &m.TriedAt)
	count(f, 28, &m.SentAt)
	text(f, 29, &m.HeldBy)
	f.number(30, (*uint64)(&m.Queued))
	f.number(31, (*uint64)(&m.Blocks))
	f.flag(32, &m.OpensWindow)
	each(f, 33, &m.Details, detailFields)
	each(f, 34, &m.Edits, editFields)
	count(f, 35, &m.EditN)
	each(f, 36, &m.Reactions, reactionFields)
	text(f, 37, &m.Feedback)
	f.flag(38, &m.Withdrawn)
	maybe(f, 39, &m.File, fileFields)
	each(f, 40, &m.Files, fetchedFields)
	numbers(f, 41, &m.Trail)
}

func fileFields(f *fields, file *store.File) {
	text(f, 1, &file.Hash)
	text(f, 2, &file.Name)
	text(f, 3, &file.Type)
	count(f, 4, &file.Size)
}

func fetchedFields(f *fields, m *store.Fetched) {
	text(f, 1, &m.Conversation)
	text(f, 2, &m.Message)
	count(f, 3, &m.Index)
	part(f, 4, &m.File, fileFields)
	count(f, 5, &m.Width)
	count(f, 6, &m.Height)
	text(f, 7, &m.Problem)
	f.flag(8, &m.Gone)
	count(f, 9, &m.At)
}

func detailFields(f *fields, d *store.Detail) {
	text(f, 1, &d.Name)
	text(f, 2, &d.Value)
}

func editFields(f *fields, e *store.Edit) {
	count(f, 1, &e.N)
	text(f, 2, &e.Text)
	count(f, 3, &e.At)
}

func reactionFields(f *fields, r *store.Reaction) {
	text(f, 1, &r.Side)
	text(f, 2, &r.Emoji)
	count(f, 3, &r.At)
}

func sendErrorFields(f *fields, e *store.SendError) {
	count(f, 1, &e.Code)
	count(f, 2, &e.Subcode)
	text(f, 3, &e.Text)
	text(f, 4, &e.Advice)
	f.flag(5, &e.Retry)
}

func attachmentFields(f *fields, a *store.Attachment) {
	text(f, 1, &a.Type)
	text(f, 2, &a.URL)
	text(f, 3, &a.Title)
	text(f, 4, &a.StickerID)
	f.float(5, &a.Lat)
	f.float(6, &a.Long)
	text(f, 7, &a.TemplateType)
	text(f, 8, &a.Text)
	each(f, 9, &a.Buttons, buttonFields)
	each(f, 10, &a.Elements, elementFields)
	maybe(f, 11, &a.Booking, bookingFields)
}

func bookingFields(f *fields, b *messenger.Booking) {
	text(f, 1, &b.ID)
	text(f, 2, &b.Status)
	count(f, 3, &b.Start)
	count(f, 4, &b.End)
	text(f, 5, &b.Timezone)
}

func quickReplyFields(f *fields, q *messenger.QuickReply) {
	text(f, 1, &q.ContentType)
	text(f, 2, &q.Title)
	text(f, 3, &q.Payload)
	text(f, 4, &q.ImageURL)
}

func buttonFields(f *fields, b *messenger.Button) {
	text(f, 1, &b.Type)
	text(f, 2, &b.Title)
	text(f, 3, &b.URL)
	text(f, 4, &b.Payload)
}

func elementFields(f *fields, e *messenger.Element) {
	text(f, 1, &e.Title)
	text(f, 2, &e.Subtitle)
	text(f, 3, &e.ImageURL)
	each(f, 4, &e.Buttons, buttonFields)
	maybe(f, 5, &e.DefaultAction, buttonFields)
}

// keyRecord is a KeyRow with the key it belongs to.
type keyRecord struct {
	key string
	row store.KeyRow
}

// keyFields are a key's. A key usually ends in the id of its message, or both in the same mid: what they share at the
// end is written once.
func keyFields(f *fields, k *keyRecord) {
	id := string(k.row.Place.ID)
	shared := uint64(sharedEnd(k.key, id))
	start := id[:len(id)-int(shared)]
	text(f, 1, &k.key)
	text(f, 2, &start)
	f.number(3, &shared)
	count(f, 4, &k.row.Place.At)
	f.flag(5, &k.row.Delivered)
	saidFields(f, &k.row)
	if !f.reading {
		return
	}
	if shared > uint64(len(k.key)) {
		f.err = errDamaged
		return
	}
	k.row.Place.ID = store.MessageID(start + k.key[uint64(len(k.key))-shared:])
}

// saidFields are what a key's row keeps beside the place of its message.
func saidFields(f *fields, k *store.KeyRow) {
	numbers(f, 6, &k.Records)
	each(f, 7, &k.Versions, editFields)
	each(f, 8, &k.Reactions, reactionFields)
	text(f, 9, &k.Feedback)
	count(f, 10, &k.FeedbackAt)
	f.flag(11, &k.Withdrawn)
	texts(f, 12, &k.Echoes)
	each(f, 13, &k.Labels, labelMarkFields)
	each(f, 14, &k.Files, fetchedFields)
	numbers(f, 15, &k.Trail)
}

func labelMarkFields(f *fields, l *store.LabelMark) {
	text(f, 1, &l.Label)
	count(f, 2, &l.At)
	f.flag(3, &l.Off)
}

// sharedEnd is how many bytes two texts have in common at their ends.
func sharedEnd(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

// headTime is where the fields of a header begin: behind the version and the time of the last activity, which a walk
// over a set needs of every member and finds there without decoding.
const headTime = 1 + 8

func encodeHeader(c store.Conversation) []byte {
	row := make([]byte, 0, 512)
	row = appendTime(append(row, rowVersion), c.LastActivity)
	return appendFields(row, func(f *fields) { headerFields(f, &c) })
}

func decodeHeader(row []byte) (c store.Conversation, err error) {
	if c.LastActivity, err = peekActivity(row); err != nil {
		return c, err
	}
	err = decodeFields(string(row[headTime:]), func(f *fields) { headerFields(f, &c) })
	return c, err
}

// peekActivity reads the time of a header's last activity.
func peekActivity(row []byte) (store.Millis, error) {
	if len(row) < headTime || row[0] != rowVersion {
		return 0, errDamaged
	}
	return parseTime(row[1:]), nil
}

// peekContact reads as much of a header as a query's words need, and copies no more than that.
func peekContact(row []byte) (c store.Contact, err error) {
	if _, err := peekActivity(row); err != nil {
		return c, err
	}
	for row = row[headTime:]; len(row) > 0; {
		head, n := binary.Uvarint(row)
		if n <= 0 || head>>1 > contactTag {
			break
		}
		length, m := binary.Uvarint(row[n:])
		if row = row[n+max(m, 0):]; m <= 0 || head&1 == textForm && length > uint64(len(row)) {
			return c, errDamaged
		}
		switch {
		case head>>1 == contactTag && head&1 == textForm:
			return c, decodeFields(string(row[:length]), func(f *fields) { contactFields(f, &c) })
		case head>>1 == contactTag:
			return c, nil
		case head&1 == textForm:
			row = row[length:]
		}
	}
	return c, nil
}

func encodeMessage(m store.Message) []byte {
	return encode(make([]byte, 0, 256), func(f *fields) { messageFields(f, &m) })
}

func decodeMessage(conv store.ConversationID, row []byte) (m store.Message, err error) {
	m.Conversation = conv
	err = decode(row, func(f *fields) { messageFields(f, &m) })
	return m, err
}

func encodeTouch(t store.Touch) []byte {
	return encode(nil, func(f *fields) { touchFields(f, &t) })
}

func decodeTouch(row []byte) (t store.Touch, err error) {
	err = decode(row, func(f *fields) { touchFields(f, &t) })
	return t, err
}

func encodeKey(k keyRecord) []byte {
	return encode(nil, func(f *fields) { keyFields(f, &k) })
}

func decodeKey(row []byte) (k keyRecord, err error) {
	err = decode(row, func(f *fields) { keyFields(f, &k) })
	return k, err
}

// clone is a copy of a conversation that shares no slice with it.
func clone(c store.Conversation) store.Conversation {
	c.Labels = append([]string(nil), c.Labels...)
	c.Origins = append([]store.Origin(nil), c.Origins...)
	c.Refs = append([]string(nil), c.Refs...)
	c.Outbox = append([]store.Token(nil), c.Outbox...)
	c.Aliases = append([]store.ConversationID(nil), c.Aliases...)
	return c
}
