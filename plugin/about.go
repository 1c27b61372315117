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

// Visit is one page on which a visitor was.
type Visit struct {
	At       time.Time
	PageURL  string // of the website
	Title    string
	Ref      string
	Referrer string // the page that led there
}

// visitRow is a Visit as it is stored.
type visitRow struct {
	At       int64  `json:"at"`
	URL      string `json:"url,omitempty"`
	Title    string `json:"title,omitempty"`
	Ref      string `json:"ref,omitempty"`
	Referrer string `json:"referrer,omitempty"`
}

func (v visitRow) size() int { return len(v.URL) + len(v.Title) + len(v.Ref) + len(v.Referrer) }

// About is what the platform knows of a contact beside what was said.
type About struct {
	Contact
	Began      time.Time
	Online     bool      // has a line open, or asked for news within half a minute
	Typing     bool      // writes at this moment
	LastSeen   time.Time // when the contact was there last; the latest page, if nothing later is remembered
	CustomerID string    // what the website calls a visitor it has vouched for; empty for a guest
	Language   string    // of the contact's device; empty if not known
	Blocked    bool
	Trail      []Visit // the latest pages, oldest first
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
	a, _ := s.about(row)
	return a, nil
}

// about is About of a row, and when that changes by time alone; zero if it does not.
func (s *Server) about(row *contactRow) (a About, until time.Time) {
	a = About{
		Contact: row.contact(), Began: time.UnixMilli(row.Created), LastSeen: time.UnixMilli(row.Created),
		CustomerID: row.Customer, Language: row.Language, Blocked: row.Blocked > 0,
	}
	for _, v := range row.Trail {
		a.LastSeen = time.UnixMilli(v.At)
		a.Trail = append(a.Trail, Visit{At: a.LastSeen, PageURL: v.URL, Title: v.Title, Ref: v.Ref, Referrer: v.Referrer})
	}
	now, conv := s.now(), a.key()
	last := s.paces.last(conv)
	if last.After(a.LastSeen) {
		a.LastSeen = last
	}
	switch {
	case s.board.lines(conv) > 0:
		a.Online = true
	case !last.IsZero() && now.Sub(last) < onlineFor:
		a.Online, until = true, last.Add(onlineFor)
	}
	if typing := s.crowd.typingUntil(conv); a.Online && now.Before(typing) && !a.Blocked {
		a.Typing = true
		if until.IsZero() || typing.Before(until) {
			until = typing
		}
	}
	if a.Online {
		a.LastSeen = now
	}
	return a, until
}

// walk notes the page a visitor is on.
func (r *contactRow) walk(a Arrival, at int64) {
	if !messenger.IsVisitor(r.ID) {
		return
	}
	r.Trail = append(r.Trail, visitRow{At: at, URL: a.PageURL, Title: a.Title, Ref: a.Ref, Referrer: a.Referrer})
	if a.Language != "" {
		r.Language = a.Language
	}
	size := 0
	for i := len(r.Trail) - 1; i >= 0; i-- {
		size += r.Trail[i].size()
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
