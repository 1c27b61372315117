package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/messenger"
)

const (
	controlFor = 24 * time.Hour     // after the contact's last message (ref. 2.13)
	maxExtend  = 7 * 24 * time.Hour // ref. 6.4
	ownerIdle  = "idle"             // in rows of older files: no app controls the conversation
)

// owner is the app that controls a conversation; empty when it is idle.
func (r *contactRow) owner(now time.Time) string {
	if r.Owner == ownerIdle || now.UnixMilli() >= r.controlEnds() {
		return ""
	}
	return r.Owner
}

// controlEnds is when control lapses: 24 hours after the contact's last message, or after the app came to control the
// conversation where that was later still; or when it was extended to.
func (r *contactRow) controlEnds() int64 {
	heard := r.Heard
	if heard == 0 {
		heard = r.Clock // an older file did not say
	}
	ends := heard + controlFor.Milliseconds()
	if r.Held >= ends {
		ends = r.Held + controlFor.Milliseconds()
	}
	return max(ends, r.Until)
}

// hold gives an app control, or nobody.
func (r *contactRow) hold(app string, at int64) { r.Owner, r.Held, r.Until = app, at, 0 }

// away reports whether an app other than this one controls the conversation.
func (r *contactRow) away(a *app, now time.Time) bool {
	owner := r.owner(now)
	return owner != "" && owner != a.id
}

// granted answers the calls that change who controls a conversation (ref. 6.4).
type granted struct {
	Success bool `json:"success"`
}

// controlCall is a call that is about who controls a conversation.
type controlCall struct {
	contact  Contact
	metadata string
	target   string // of a pass
	extend   time.Duration
}

func readControl(c *call) (controlCall, error) {
	to, err := recipient(c.params.value("recipient"))
	if err != nil {
		return controlCall{}, err
	}
	in := controlCall{
		contact: Contact{Page: c.page.ID, ID: to}, metadata: c.params.text("metadata"), target: c.params.text("target_app_id"),
	}
	if messenger.TextLen(in.metadata) > messenger.MaxMetadata {
		return in, badParam("metadata is longer than %d characters", messenger.MaxMetadata)
	}
	if c.edge == edgePass && !isDigits(in.target) {
		return in, badParam("The parameter target_app_id is required")
	}
	if c.edge == edgeExtend {
		seconds, err := strconv.Atoi(c.params.text("duration"))
		if err != nil || seconds <= 0 || seconds > int(maxExtend/time.Second) {
			return in, badParam("Param duration must be 1 to %d seconds", int(maxExtend/time.Second))
		}
		in.extend = time.Duration(seconds) * time.Second
	}
	return in, nil
}

// graphControl is POST /{page}/take_thread_control, pass_, release_, request_ and extend_thread_control (ref. 6.4). The
// page's own app may always take control; another one may take what is idle. What an app has not it can neither pass nor
// release nor extend.
func (s *Server) graphControl(ctx context.Context, c *call) (any, error) {
	in, err := readControl(c)
	if err != nil {
		return nil, err
	}
	err = s.act(ctx, in.contact, func(_ *bolt.Tx, _ *Page, row *contactRow) ([]messenger.Event, error) {
		now := s.now()
		before, away := row.owner(now), row.away(c.app, now)
		switch c.edge {
		case edgeRequest:
			if !away {
				return nil, nil // there is nobody to ask
			}
			ev, err := request(row, c.app.id, in.metadata, row.stamp(now))
			return []messenger.Event{ev}, err
		case edgeTake:
			if away && c.app != s.owns[c.page.ID] {
				return nil, errNotDefault
			}
			row.hold(c.app.id, now.UnixMilli())
		case edgeExtend:
			if before == "" || away {
				return nil, errNotOwner
			}
			row.Until = max(row.Until, now.Add(in.extend).UnixMilli())
			return nil, nil
		default:
			if away {
				return nil, errOtherApp
			}
			row.hold(in.target, now.UnixMilli()) // a release has no target
		}
		kind := messenger.KindPass
		if c.edge == edgeTake {
			kind = messenger.KindTake
		}
		ev, err := handover(row, kind, before, row.Owner, in.metadata, row.stamp(now))
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

// readHandOver reads the field thread_control of a message (ref. 3.2): who is to have the conversation after it.
func readHandOver(raw json.RawMessage) (*string, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var keys map[string]json.RawMessage
	if json.Unmarshal(raw, &keys) != nil {
		return nil, badParam("Param thread_control must be an object with control_type")
	}
	to := params(keys).text("app_id")
	switch kind := params(keys).text("control_type"); {
	case kind == "release":
		to = ""
	case kind != "pass":
		return nil, badParam("Param thread_control[control_type] must be one of {PASS, RELEASE}")
	case !isDigits(to):
		return nil, badParam("The parameter thread_control[app_id] is required")
	}
	return &to, nil
}

// handOver gives a conversation to another app, or to nobody, and is the event of it.
func (s *Server) handOver(row *contactRow, to string) (messenger.Event, error) {
	now := s.now()
	before := row.owner(now)
	row.hold(to, now.UnixMilli())
	return handover(row, messenger.KindPass, before, to, "", row.stamp(now))
}

// graphOwner is GET /{page}/thread_owner?recipient= (ref. 6.4): the app that controls the conversation and until when,
// nothing when it is idle.
func (s *Server) graphOwner(ctx context.Context, c *call) (any, error) {
	to := c.params.text("recipient")
	if to == "" {
		var err error
		if to, err = recipient(c.params.value("recipient")); err != nil {
			return nil, err
		}
	}
	type owner struct {
		AppID      string `json:"app_id"`
		Expiration int64  `json:"expiration"` // seconds since 1970
	}
	answer := listed[map[string]owner]{Data: []map[string]owner{}}
	err := s.view(ctx, func(tx *bolt.Tx) error {
		row, err := getContact(tx, c.page.ID, to)
		if err != nil {
			return err
		}
		if id := row.owner(s.now()); id != "" {
			answer.Data = append(answer.Data, map[string]owner{"thread_owner": {AppID: id, Expiration: row.controlEnds() / 1000}})
		}
		return nil
	})
	if errors.Is(err, ErrUnknownContact) {
		return nil, errNoPerson
	}
	return answer, err
}

// graphReceivers is GET /{page}/secondary_receivers: the other apps that control can be passed to.
func (s *Server) graphReceivers(_ context.Context, c *call) (any, error) {
	answer := listed[map[string]string]{Data: []map[string]string{}}
	wanted := c.params.list("fields")
	for _, a := range s.appsOn(c.page.ID) {
		if a != c.app {
			answer.Data = append(answer.Data, pick(map[string]string{"id": a.id, "name": a.name}, wanted))
		}
	}
	return answer, nil
}

// request is the event that asks the owner of a conversation for it (ref. 2.13).
func request(row *contactRow, app, metadata string, at int64) (messenger.Event, error) {
	return controlEvent(row, messenger.KindRequest, at, map[string]string{"requested_owner_app_id": app, "metadata": metadata})
}

// handover is the event of a change of control (ref. 2.13).
func handover(row *contactRow, kind messenger.Kind, from, to, metadata string, at int64) (messenger.Event, error) {
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
	return controlEvent(row, kind, at, change{Previous: app(from), New: app(to), Metadata: metadata})
}

// controlEvent is an event about who controls a conversation.
func controlEvent(row *contactRow, kind messenger.Kind, at int64, what any) (messenger.Event, error) {
	ev := fromContact(row, at)
	ev.Kind = kind
	var err error
	ev.Raw, err = json.Marshal(map[string]any{
		"sender": map[string]string{"id": ev.Sender.ID}, "recipient": map[string]string{"id": ev.Recipient.ID},
		"timestamp": at, string(kind): what,
	})
	return ev, err
}

// aside is an event as an app gets it that does not control the conversation: in standby, and a tap without what its
// button carries (ref. 2.13).
func aside(ev messenger.Event) messenger.Event {
	switch ev.Kind {
	case messenger.KindPass, messenger.KindTake, messenger.KindRequest:
		return ev
	case messenger.KindPostback:
		tap := *ev.Postback
		tap.Payload = ""
		ev.Postback = &tap
	}
	ev.Channel = messenger.ChannelStandby
	return ev
}
