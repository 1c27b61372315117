package plugin

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
)

// bucketCustomers: hash of the page's id and of what the website calls a customer → convKey.
var bucketCustomers = []byte("customers")

// longestWord is for how long a website may vouch for a customer at once.
const longestWord = 31 * 24 * time.Hour

// Customer is a visitor whom the website knows, by its word.
type Customer struct {
	ID      string    // what the website calls the customer
	Name    string    // may be empty
	Age     int       // in whole years; 0: the website does not say
	Expires time.Time // until when the website vouches; whole seconds
}

// Sign is the signature under c for a page: HMAC-SHA256 over page id, customer's id, name, the second of expiry and, if it
// is told, the age, each on a line of its own without a break at the end, as small hexadecimal digits.
func (c Customer) Sign(secret []byte, pageID string) string {
	return hex.EncodeToString(c.mac(secret, pageID))
}

func (c Customer) mac(secret []byte, pageID string) []byte {
	lines := []string{pageID, c.ID, c.Name, strconv.FormatInt(c.Expires.Unix(), 10)}
	if c.Age > 0 {
		lines = append(lines, strconv.Itoa(c.Age))
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(strings.Join(lines, "\n")))
	return mac.Sum(nil)
}

// customerIn is a customer as the website's page hands it on.
type customerIn struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Age       int    `json:"age"`
	Expires   int64  `json:"expires"` // seconds since 1970
	Signature string `json:"signature"`
}

// check is the customer, if the website has vouched for it. Nothing is told of a word that was not signed.
func (in customerIn) check(page *Page, now time.Time) (Customer, error) {
	c := Customer{ID: in.ID, Name: in.Name, Age: in.Age, Expires: time.Unix(in.Expires, 0)}
	switch {
	case page.IdentitySecret == "":
		return c, &InputError{"customer", "is not taken: this site has no secret to check it with"}
	case in.ID == "":
		return c, &InputError{"customer.id", "is needed"}
	case in.Age < 0 || in.Age > maxAge:
		return c, &InputError{"customer.age", "is no age of a person, in whole years"}
	}
	if err := errors.Join(checkLine("customer.id", in.ID, maxName), checkLine("customer.name", in.Name, maxName)); err != nil {
		return c, err
	}
	given, err := hex.DecodeString(in.Signature)
	if err != nil || !hmac.Equal(given, c.mac([]byte(page.IdentitySecret), page.ID)) {
		return c, &visitorError{status: http.StatusForbidden, Field: "customer.signature", Message: "customer.signature is not the site's"}
	}
	switch left := c.Expires.Sub(now); {
	case left <= 0:
		return c, &visitorError{status: http.StatusForbidden, Field: "customer.expires", Message: "customer.expires is in the past; sign it again"}
	case left > longestWord:
		return c, &InputError{"customer.expires", "is more than 31 days ahead"}
	}
	return c, nil
}

// visitAs is POST /plugin/visitors of a customer the website knows: the same visitor in whatever browser.
func (s *Server) visitAs(r *http.Request, in visitIn, arrived Arrival) (any, error) {
	page := s.page(in.PageID)
	if page == nil || page.Messenger {
		return nil, ErrUnknownPage
	}
	customer, err := in.Customer.check(page, s.now())
	if err != nil {
		return nil, err
	}
	if err := s.admitted(r, page.ID, customer.Age); err != nil {
		return nil, err
	}
	made, err := s.prepareVisitor(page, Profile{Name: customer.Name})
	if err != nil {
		return nil, err
	}
	made.row.Customer = customer.ID
	if in.Key != "" {
		made.token = s.tokens.derived(page.ID, in.Key)
	}
	w := &welcomed{s: s, page: page, customer: customer, made: made, token: bearer(r)}
	return s.arriveAs(r.Context(), w, arrived)
}

// welcomed is a customer coming in.
type welcomed struct {
	s        *Server
	page     *Page
	customer Customer
	made     *newcomer // whom to make if nobody is there yet, and the token to hand out
	token    string    // of the browser; empty if it has none

	again bool // the browser asks once more, and the token of made was handed out before
}

// arriveAs finds or makes the customer's visitor, and then tells of the arrival: one that a crash cuts off is told by the next.
func (s *Server) arriveAs(ctx context.Context, w *welcomed, arrived Arrival) (any, error) {
	var c Contact
	var fresh bool
	if err := s.w.do(ctx, func(tx *bolt.Tx) error {
		row, made, err := w.find(tx)
		if err != nil {
			return err
		}
		if w.customer.Name != "" {
			row.Profile = Profile{Name: w.customer.Name}
		}
		row.Age = w.customer.Age
		c, fresh = row.contact(), made
		return putContact(tx, row)
	}); err != nil {
		return nil, err
	}
	back := s.backAgain
	if w.again {
		back = func(ctx context.Context, c Contact, _ Arrival) (visitOut, error) { return s.visitorNow(ctx, c) }
	}
	answer, err := back(ctx, c, arrived)
	if err != nil {
		return nil, err
	}
	if fresh {
		answer.Token = w.made.token
	}
	return answer, nil
}

// backAgain tells of a visitor's arrival, and answers with what the visitor's browser is to know.
func (s *Server) backAgain(ctx context.Context, c Contact, arrived Arrival) (out visitOut, err error) {
	if err := s.Arrive(ctx, c, arrived); err != nil {
		return out, err
	}
	return s.visitorNow(ctx, c)
}

// visitorNow is what the browser of a known visitor is to know.
func (s *Server) visitorNow(ctx context.Context, c Contact) (out visitOut, err error) {
	err = s.view(ctx, func(tx *bolt.Tx) error {
		row, err := getContact(tx, c.Page, c.ID)
		if err == nil {
			out = visitOut{ID: row.ID, LoggedIn: row.Customer != "", Name: row.Profile.Name, Blocked: row.Blocked > 0}
		}
		return err
	})
	return out, err
}

// find is the customer's visitor; fresh says that it has the token of w.made from now on. A browser's own guest becomes
// the customer if nobody is that yet; the visitor of somebody else in that browser never does.
func (w *welcomed) find(tx *bolt.Tx) (row *contactRow, fresh bool, err error) {
	key := customerKey(w.page.ID, w.customer.ID)
	known := tx.Bucket(bucketCustomers).Get(key)
	until := w.customer.Expires.UnixMilli()
	w.again = false
	mine, err := w.s.visitorOf(tx, w.token)
	switch {
	case err != nil && !errors.Is(err, ErrUnknownContact) && !errors.Is(err, ErrSessionOver):
		return nil, false, err
	case err == nil && mine.Page == w.page.ID && (mine.Customer == w.customer.ID || mine.Customer == "" && known == nil):
		mine.Customer = w.customer.ID
		conv := conversationKey(mine.Page, mine.ID)
		return mine, false, errors.Join(tx.Bucket(bucketCustomers).Put(key, conv[:]), addToken(tx, mine, w.token, until))
	case len(known) == len(convKey{}):
		row, err = getContactByKey(tx, convKey(known))
		if err != nil || row.Page != w.page.ID || row.Customer != w.customer.ID {
			return nil, false, errors.Join(err, ErrUnknownContact)
		}
		_, _, unknown := tokenRow(tx, w.made.token)
		w.again = unknown == nil && row.Started
	default:
		if err := w.made.store(tx); err != nil {
			return nil, false, err
		}
		made := w.made.row
		row = &made
		conv := conversationKey(row.Page, row.ID)
		if err := tx.Bucket(bucketCustomers).Put(key, conv[:]); err != nil {
			return nil, false, err
		}
	}
	return row, true, addToken(tx, row, w.made.token, until)
}

func customerKey(page, id string) []byte {
	h := hash16(page, "customer", id)
	return h[:]
}
