package plugin

import (
	"context"
	"encoding/json"
	"errors"

	bolt "go.etcd.io/bbolt"

	"frontdesk/messenger"
)

// ownerIdle stands in a contactRow for a conversation that no app controls.
const ownerIdle = "idle"

// owner is the app that controls a conversation; empty when it is idle.
func (r *contactRow) owner(page *Page) string {
	switch r.Owner {
	case "":
		return page.AppID
	case ownerIdle:
		return ""
	}
	return r.Owner
}

// away reports whether an app other than the page's own controls the conversation.
func (r *contactRow) away(page *Page) bool {
	owner := r.owner(page)
	return owner != "" && owner != page.AppID
}

// granted answers the calls that change who controls a conversation (ref. 6.4).
type granted struct {
	Success bool `json:"success"`
}

// graphControl is POST /{page}/take_thread_control, pass_thread_control and release_thread_control (ref. 6.4). This
// platform has one app for each page, which may always take control; what it has not it can neither pass nor release.
func (s *Server) graphControl(ctx context.Context, c *call) (any, error) {
	to, err := recipient(c.params["recipient"])
	if err != nil {
		return nil, err
	}
	metadata, target := c.params.text("metadata"), c.params.text("target_app_id")
	if messenger.TextLen(metadata) > messenger.MaxMetadata {
		return nil, badParam("metadata is longer than %d characters", messenger.MaxMetadata)
	}
	if c.edge == edgePass && !isDigits(target) {
		return nil, badParam("The parameter target_app_id is required")
	}
	contact := Contact{Page: c.page.ID, ID: to}
	err = s.act(ctx, contact, func(_ *bolt.Tx, page *Page, row *contactRow) ([]messenger.Event, error) {
		if c.edge != edgeTake && row.away(page) {
			return nil, errOtherApp
		}
		kind, before := messenger.KindPass, row.owner(page)
		switch c.edge {
		case edgeTake:
			kind, row.Owner = messenger.KindTake, page.AppID
		case edgePass:
			row.Owner = target
		default:
			row.Owner = ownerIdle
		}
		ev, err := handover(row, kind, before, row.owner(page), metadata, row.stamp(s.now()))
		return []messenger.Event{ev}, err
	})
	if errors.Is(err, ErrUnknownContact) {
		return nil, errNoPerson
	}
	if err != nil {
		return nil, err
	}
	return granted{Success: true}, nil
}

// handover is the event of a change of control (ref. 2.13).
func handover(row *contactRow, kind messenger.Kind, from, to, metadata string, at int64) (messenger.Event, error) {
	type party struct {
		ID string `json:"id"`
	}
	type change struct {
		Previous *string `json:"previous_owner_app_id"`
		New      *string `json:"new_owner_app_id"`
		Metadata string  `json:"metadata"`
	}
	app := func(id string) *string {
		if id == "" {
			return nil
		}
		return &id
	}
	ev := fromContact(row, at)
	ev.Kind = kind
	var err error
	ev.Raw, err = json.Marshal(map[string]any{
		"sender": party{ev.Sender.ID}, "recipient": party{ev.Recipient.ID}, "timestamp": at,
		string(kind): change{Previous: app(from), New: app(to), Metadata: metadata},
	})
	return ev, err
}

// aside is an event as an app gets it that does not control the conversation: in standby, and a tap without what its
// button carries (ref. 2.13).
func aside(ev messenger.Event) messenger.Event {
	switch ev.Kind {
	case messenger.KindPass, messenger.KindTake:
		return ev
	case messenger.KindPostback:
		tap := *ev.Postback
		tap.Payload = ""
		ev.Postback = &tap
	}
	ev.Channel = messenger.ChannelStandby
	return ev
}
