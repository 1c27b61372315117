package plugin

import (
	"encoding/binary"
	"errors"
	"net/url"
	"path"
	"strconv"

	"frontdesk/messenger"
)

// errTooOld is what reading a message answers that is not among the newest of its conversation (ref. 6.2).
var errTooOld = &graphError{code: 100, subcode: 9000001, message: "(#100) Message deleted"}

// orUnsupported says of what is not there, or is another page's, the same.
func orUnsupported(err error, c *call) error {
	if errors.Is(err, ErrUnknownContact) {
		return errUnsupported(c.method, c.node)
	}
	return err
}

// party is a person or a page in a conversation.
type party struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email"` // no address (ref. 6.2)
	ID    string `json:"id"`
}

func (t *thread) contact() party {
	return party{Name: t.row.Profile.Name, Email: t.row.ID + "@facebook.com", ID: t.row.ID}
}

func (t *thread) itself() party {
	return party{Name: t.page.name(), Email: t.page.ID + "@facebook.com", ID: t.page.ID}
}

// message is what was asked of a message.
func (t *thread) message(line *messageRow, fields []graphField) map[string]any {
	out := map[string]any{"id": line.MID}
	from, to := t.contact(), t.itself()
	if line.FromPage {
		from, to = to, from
	}
	for _, f := range fields {
		switch f.name {
		case "created_time":
			out[f.name] = graphStamp(line.At)
		case "from":
			out[f.name] = from
		case "to":
			out[f.name] = listed[party]{Data: []party{to}}
		case "message":
			out[f.name] = line.spoken()
		case "attachments":
			if list := t.attachments(line); len(list) > 0 {
				out[f.name] = listed[map[string]any]{Data: list}
			}
		case "tags":
			out[f.name] = listed[tag]{Data: t.tags(line)}
		case "reply_to":
			if line.ReplyTo != "" {
				out[f.name] = map[string]any{"mid": line.ReplyTo, "is_self_reply": t.selfReply(line)}
			}
		case "reactions":
			if line.Reaction != "" {
				out[f.name] = listed[map[string]any]{Data: []map[string]any{{"reaction": line.Reaction, "users": []party{t.itself()}}}}
			}
		}
	}
	return out
}

// spoken is the text of a message; that of a template is in its attachment.
func (r *messageRow) spoken() string {
	if len(r.Buttons) > 0 {
		return ""
	}
	return r.Text
}

// tag is a word that the platform puts on a message.
type tag struct {
	Name string `json:"name"`
}

func (t *thread) tags(line *messageRow) []tag {
	tags := []tag{{"inbox"}}
	if line.FromPage || line.At <= t.row.PageSeen {
		tags = append(tags, tag{"read"})
	}
	if line.FromPage {
		return append(tags, tag{"sent"})
	}
	return append(tags, tag{"source:web"})
}

// selfReply reports whether a message answers one of its own side.
func (t *thread) selfReply(line *messageRow) bool {
	quoted, err := findMessage(t.tx, t.conv, line.ReplyTo)
	return err == nil && quoted != nil && quoted.FromPage == line.FromPage
}

// attachments are files and cards in the form of the Conversations API.
func (t *thread) attachments(line *messageRow) []map[string]any {
	var list []map[string]any
	for _, a := range line.Files {
		list = append(list, t.file(a))
	}
	if len(line.Buttons) > 0 {
		list = append(list, card(messenger.Element{Title: line.Text, Buttons: line.Buttons}))
	}
	for _, e := range line.Cards {
		list = append(list, card(e))
	}
	for i := range list {
		list[i]["id"] = attachmentNumber(line.MID, i)
	}
	return list
}

// attachmentNumber is the id of an attachment of a message: digits, the same whenever it is asked.
func attachmentNumber(mid string, i int) string {
	h := hash16(mid, strconv.Itoa(i))
	const first, ids = 1_000_000_000_000_000, 9_000_000_000_000_000
	return strconv.FormatUint(first+binary.BigEndian.Uint64(h[:])%ids, 10)
}

func (t *thread) file(a attached) map[string]any {
	address, name := t.s.address(a), a.Called
	if u, err := url.Parse(a.URL); err == nil && name == "" {
		name = path.Base(u.Path)
	}
	out := map[string]any{"name": name}
	if a.Type != "" {
		out["mime_type"], out["size"] = a.Type, a.Size
	}
	switch a.Kind {
	case messenger.TypeImage:
		out["image_data"] = map[string]any{"url": address, "preview_url": address, "render_as_sticker": false}
	case messenger.TypeVideo:
		out["video_data"] = map[string]any{"url": address, "preview_url": address}
	default:
		out["file_url"] = address
	}
	return out
}

// card is a card, or a text above buttons, with its first button.
func card(e messenger.Element) map[string]any {
	shown := map[string]any{"title": e.Title, "subtitle": e.Subtitle, "media_url": e.ImageURL}
	if len(e.Buttons) > 0 {
		b := e.Buttons[0]
		cta := map[string]any{"title": b.Title, "type": b.Type}
		if b.URL != "" {
			cta["url"] = b.URL
		}
		shown["cta"] = cta
	}
	return map[string]any{"generic_template": shown}
}
