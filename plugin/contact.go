package plugin

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/messenger"
)

// What callers tell apart.
var (
	ErrUnknownPage    = errors.New("the chat plugin has no such page")
	ErrUnknownContact = errors.New("the page has no such contact")
	ErrNotOffered     = errors.New("nothing like that was offered to this contact")
)

// Contact is one person on one page. The two ids are what counts; the profile is as it was when the contact was made.
type Contact struct {
	Page    string
	ID      string // a visitor's id (messenger.IsVisitor) or a PSID
	Profile Profile
}

func (c Contact) key() convKey { return conversationKey(c.Page, c.ID) }

// Profile is what is known of a person. A visitor who gave no name has an empty one.
type Profile struct {
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
	Name      string `json:"name,omitempty"` // the whole name; put together from the other two if empty
	Picture   string `json:"profile_pic,omitempty"`
}

func (p Profile) whole() Profile {
	if p.Name == "" {
		p.Name = strings.TrimSpace(p.FirstName + " " + p.LastName)
	}
	return p
}

const idTries = 8 // a new id is taken already about never; more often means that the source is not random

// NewVisitor makes a visitor of a plugin site. The token is the visitor's only key to the conversation; it is handed
// out this once and kept as a hash.
func (s *Server) NewVisitor(ctx context.Context, pageID string, profile Profile) (Contact, string, error) {
	page := s.page(pageID)
	if page == nil || page.Messenger {
		return Contact{}, "", fmt.Errorf("make a visitor: %w", ErrUnknownPage)
	}
	made, err := s.prepareVisitor(page, profile)
	if err != nil {
		return Contact{}, "", err
	}
	if err := s.w.do(ctx, made.store); err != nil {
		return Contact{}, "", fmt.Errorf("make a visitor: %w", err)
	}
	return made.contact(), made.token, nil
}

// NewContact makes a person with a page-scoped id on a Page of the Messenger kind.
func (s *Server) NewContact(ctx context.Context, pageID string, profile Profile) (Contact, error) {
	page := s.page(pageID)
	if page == nil || !page.Messenger {
		return Contact{}, fmt.Errorf("make a contact: %w", ErrUnknownPage)
	}
	made, err := s.prepare(page, profile, s.drawPSID)
	if err != nil {
		return Contact{}, err
	}
	if err := s.w.do(ctx, made.store); err != nil {
		return Contact{}, fmt.Errorf("make a contact: %w", err)
	}
	return made.contact(), nil
}

// newcomer is a contact about to be stored. The ids are drawn before the transaction, which may run twice.
type newcomer struct {
	ids   []string
	token string
	row   contactRow
}

func (s *Server) prepareVisitor(page *Page, profile Profile) (*newcomer, error) {
	n, err := s.prepare(page, profile, s.drawVisitorID)
	if err != nil {
		return nil, err
	}
	n.token, err = s.newToken()
	return n, err
}

func (s *Server) prepare(page *Page, profile Profile, draw func() (string, error)) (*newcomer, error) {
	n := &newcomer{row: contactRow{Page: page.ID, Profile: profile.whole(), Created: s.now().UnixMilli()}}
	for range idTries {
		id, err := draw()
		if err != nil {
			return nil, err
		}
		n.ids = append(n.ids, id)
	}
	return n, nil
}

// store writes the contact under the first of its ids that nobody has.
func (n *newcomer) store(tx *bolt.Tx) error {
	for _, id := range n.ids {
		key := conversationKey(n.row.Page, id)
		if tx.Bucket(bucketContacts).Get(key[:]) != nil {
			continue
		}
		n.row.ID = id
		if err := putContact(tx, &n.row); err != nil {
			return err
		}
		if n.token == "" {
			return nil
		}
		return putToken(tx, key, tokenKey(n.token), 0)
	}
	return errors.New("every id drawn is taken; the source of random bytes is not random")
}

func (n *newcomer) contact() Contact { return n.row.contact() }

func (r *contactRow) contact() Contact { return Contact{Page: r.Page, ID: r.ID, Profile: r.Profile} }

// The sources an Arrival names (ref. 2.8).
const (
	SourcePlugin = "CUSTOMER_CHAT_PLUGIN"
	SourceLink   = "SHORTLINK"
	SourceAd     = "ADS"
)

// Arrival is how a contact came in.
type Arrival struct {
	Source  string // empty means SourcePlugin for a visitor, SourceLink for a person with a PSID
	Ref     string
	PageURL string // plugin: the page of the site the visitor is on
	AdID    string // ads

	Title    string // of that page
	Referrer string // the page that led to it; one that is no http or https address is left out
	Language string // of the visitor's device, as in de or pt-BR

	asked *Pick // the ice breaker that a new visitor begins with; nil: Get Started
}

// Arrive says that a contact opened the conversation: the first time with the Get Started postback, later with a
// referral.
func (s *Server) Arrive(ctx context.Context, c Contact, a Arrival) error {
	if err := a.check(); err != nil {
		return err
	}
	a = a.tidy()
	mid, err := s.drawMID()
	if err != nil {
		return err
	}
	defer s.crowd.stir(c)
	return s.act(ctx, c, func(_ *bolt.Tx, page *Page, row *contactRow) ([]messenger.Event, error) {
		return arrivals(page, row, a, mid, s.now()), nil
	})
}

// arrival is the event of an Arrival, and marks the conversation as begun.
func arrival(page *Page, row *contactRow, a Arrival, mid string, now time.Time) messenger.Event {
	if a.Source == "" {
		a.Source = SourceLink
		if messenger.IsVisitor(row.ID) {
			a.Source = SourcePlugin
		}
	}
	ev := fromContact(row, row.stamp(now))
	ref := &messenger.Referral{Ref: a.Ref, Source: a.Source, Type: "OPEN_THREAD", RefererURI: a.PageURL, AdID: a.AdID}
	ref.IsGuestUser = messenger.IsVisitor(row.ID) && a.Source == SourcePlugin && row.Customer == ""
	row.walk(a, ev.Timestamp)
	if row.Started {
		ev.Kind, ev.Referral = messenger.KindReferral, ref
		return ev
	}
	row.Started = true
	ev.Kind = messenger.KindPostback
	ev.Postback = &messenger.Postback{MID: mid, Title: getStartedTitle, Payload: page.GetStarted, Referral: ref}
	return ev
}

// fromContact is an event that a contact causes at a time; what it is comes on top.
func fromContact(row *contactRow, at int64) messenger.Event {
	return messenger.Event{
		Channel: messenger.ChannelMessaging, Timestamp: at,
		Sender: messenger.Party{ID: row.ID}, Recipient: messenger.Party{ID: row.Page},
	}
}

// fromPage is an event of the page's own doing towards a contact.
func fromPage(row *contactRow, at int64) messenger.Event {
	ev := fromContact(row, at)
	ev.Sender, ev.Recipient = ev.Recipient, ev.Sender
	return ev
}

const (
	defaultGetStarted = "GET_STARTED"
	getStartedTitle   = "Get Started"
)

// act changes one contact and stores the events that come of it, in one transaction.
func (s *Server) act(ctx context.Context, c Contact, do func(*bolt.Tx, *Page, *contactRow) ([]messenger.Event, error)) error {
	page := s.page(c.Page)
	if page == nil {
		return ErrUnknownPage
	}
	var told told
	err := s.w.do(ctx, func(tx *bolt.Tx) error {
		row, err := getContact(tx, c.Page, c.ID)
		if err != nil {
			return err
		}
		told, err = s.change(tx, page, row, do)
		return err
	})
	if err != nil {
		return err
	}
	s.tell(told, c.key())
	return nil
}

// told says how many events were queued for each subscriber.
type told map[*subscriber]int

// change applies do to a contact's row, stores the row and queues the events for all who are to be told.
func (s *Server) change(tx *bolt.Tx, page *Page, row *contactRow,
	do func(*bolt.Tx, *Page, *contactRow) ([]messenger.Event, error),
) (told, error) {
	asSet := *page
	var err error
	if asSet.GetStarted, err = getStarted(tx, page); err != nil {
		return nil, err
	}
	last := row.Last
	events, err := do(tx, &asSet, row)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(putContact(tx, row), moveRecent(tx, row, last)); err != nil {
		return nil, err
	}
	all := told{}
	owner := row.owner(s.now())
	for _, sub := range s.subscribersOf(page.ID) {
		for _, ev := range events {
			sent, err := s.queue(tx, sub, row, owner, ev)
			if err != nil {
				return nil, err
			}
			if sent {
				all[sub]++
			}
		}
	}
	return all, nil
}

// queue stores an event for a subscriber, if that is one it asked for, in the form its app gets it.
func (s *Server) queue(tx *bolt.Tx, sub *subscriber, row *contactRow, owner string, ev messenger.Event) (bool, error) {
	if ev.Kind == messenger.KindRequest && sub.app.id != owner {
		return false, nil // it is the owner who is asked
	}
	if owner != "" && owner != sub.app.id {
		ev = aside(ev)
	}
	if !sub.wants(ev) {
		return false, nil
	}
	now := s.now()
	// One event in an entry and one entry in a body, as Meta documents (ref. 1.3).
	body, err := messenger.EncodeEnvelope(messenger.Envelope{Object: "page", Entries: []messenger.Entry{
		{ID: row.Page, Time: now.UnixMilli(), Events: []messenger.Event{ev}},
	}})
	if err != nil {
		return false, err
	}
	return true, enqueue(tx, sub, conversationKey(row.Page, row.ID), now, body)
}

func (s *Server) tell(all told, conv convKey) {
	for sub, n := range all {
		sub.tell(conv, n)
	}
}

// drawVisitorID draws an id uniformly from the range of visitors.
func (s *Server) drawVisitorID() (string, error) {
	for {
		n, err := s.drawBelow(visitorIDs)
		if err != nil {
			return "", err
		}
		if id := strconv.FormatUint(firstVisitor+n, 10); messenger.IsVisitor(id) {
			return id, nil
		}
	}
}

// The visitors' ids as numbers: see messenger.IsVisitor.
const (
	firstVisitor = 9_000_000_000_000_000_000
	visitorIDs   = 1<<63 - firstVisitor
)

// drawPSID draws an id of sixteen digits, as page-scoped ids have.
func (s *Server) drawPSID() (string, error) {
	const first, ids = 7_000_000_000_000_000, 1_000_000_000_000_000
	n, err := s.drawBelow(ids)
	return strconv.FormatUint(first+n, 10), err
}

// drawBelow draws a number below n; values that would favour small numbers are drawn again.
func (s *Server) drawBelow(n uint64) (uint64, error) {
	limit := ^uint64(0) - ^uint64(0)%n
	for {
		var b [8]byte
		if err := s.randomBytes(b[:]); err != nil {
			return 0, err
		}
		var v uint64
		for _, x := range b {
			v = v<<8 | uint64(x)
		}
		if v < limit {
			return v % n, nil
		}
	}
}

// drawMID draws a message id.
func (s *Server) drawMID() (string, error) {
	var b [48]byte
	if err := s.randomBytes(b[:]); err != nil {
		return "", err
	}
	return "m_" + base64.RawURLEncoding.EncodeToString(b[:]), nil
}
