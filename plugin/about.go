package plugin

import (
	"context"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/messenger"
)

// onlineFor is for how long a visitor who asked for news, or did something, counts as there.
const onlineFor = 30 * time.Second

// The trail is bounded: it is a part of the contact's row, which every event writes again.
const (
	maxTrail      = 20
	maxTrailBytes = 8 << 10
)

// Visit is one arrival of a visitor.
type Visit struct {
	At      time.Time
	PageURL string // the page of the website the visitor was on
	Ref     string
}

// visitRow is a Visit as it is stored.
type visitRow struct {
	At  int64  `json:"at"`
	URL string `json:"url,omitempty"`
	Ref string `json:"ref,omitempty"`
}

// About is what the platform knows of a contact beside what was said.
type About struct {
	Contact
	Began      time.Time
	Online     bool      // has a line open, or asked for news within half a minute
	LastSeen   time.Time // when the contact was there last; the arrival, if nothing later is remembered
	CustomerID string    // what the website calls a visitor it has vouched for; empty for a guest
	Blocked    bool
	Trail      []Visit // the latest arrivals, oldest first
}

// About tells of a contact of a page; ErrUnknownContact if there is none.
func (s *Server) About(ctx context.Context, pageID, id string) (About, error) {
	var row *contactRow
	if err := s.view(ctx, func(tx *bolt.Tx) (err error) {
		row, err = getContact(tx, pageID, id)
		return err
	}); err != nil {
		return About{}, err
	}
	a := About{
		Contact: row.contact(), Began: time.UnixMilli(row.Created), LastSeen: time.UnixMilli(row.Created),
		CustomerID: row.Customer, Blocked: row.Blocked > 0,
	}
	for _, v := range row.Trail {
		a.LastSeen = time.UnixMilli(v.At)
		a.Trail = append(a.Trail, Visit{At: a.LastSeen, PageURL: v.URL, Ref: v.Ref})
	}
	now, conv := s.now(), a.key()
	last := s.paces.last(conv)
	if last.After(a.LastSeen) {
		a.LastSeen = last
	}
	a.Online = s.board.lines(conv) > 0 || !last.IsZero() && now.Sub(last) < onlineFor
	if a.Online {
		a.LastSeen = now
	}
	return a, nil
}

// walk notes a visitor's arrival.
func (r *contactRow) walk(a Arrival, at int64) {
	if !messenger.IsVisitor(r.ID) {
		return
	}
	r.Trail = append(r.Trail, visitRow{At: at, URL: a.PageURL, Ref: a.Ref})
	size := 0
	for i := len(r.Trail) - 1; i >= 0; i-- {
		size += len(r.Trail[i].URL) + len(r.Trail[i].Ref)
		if i < len(r.Trail)-1 && size > maxTrailBytes || len(r.Trail)-i > maxTrail {
			r.Trail = r.Trail[i+1:]
			return
		}
	}
}

// arrivals are the events of an Arrival: none of a visitor who is blocked.
func arrivals(page *Page, row *contactRow, a Arrival, mid string, now time.Time) []messenger.Event {
	if row.Blocked > 0 {
		return nil
	}
	return []messenger.Event{arrival(page, row, a, mid, now)}
}
