package messenger

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Profile is what the platform tells about a person (ref. 6.1). Every field can be missing, all of them without access.
type Profile struct {
	ID         string
	Name       string
	FirstName  string
	LastName   string
	PictureURL string // expires; fetch it or ask again
	Locale     string
	Timezone   *float64 // offset from GMT in hours, perhaps fractional; nil when unknown
	Gender     string
}

// DisplayName is the name, else first and last name, else empty.
func (p Profile) DisplayName() string {
	if p.Name != "" {
		return p.Name
	}
	return strings.TrimSpace(p.FirstName + " " + p.LastName)
}

// Profile asks for the basic fields first and for locale, timezone and gender in a second call: those need permissions
// of their own, and a refusal there is no error. A profile with nothing in it is no error either.
func (c *Client) Profile(ctx context.Context, contactID string) (Profile, error) {
	if !pathID.MatchString(contactID) {
		return Profile{}, &LimitError{Field: "contact", Problem: "must be the id of a person"}
	}
	var p Profile
	if err := c.profileFields(ctx, contactID, "id,name,first_name,last_name,profile_pic", &p); err != nil {
		return Profile{}, err
	}
	if p == (Profile{}) {
		return p, nil // no access to profiles: the other fields need more still
	}
	more := p
	if err := c.profileFields(ctx, contactID, "locale,timezone,gender", &more); err != nil {
		return p, nil //nolint:nilerr // refused to most apps, and nothing depends on it
	}
	p.Locale, p.Timezone, p.Gender = more.Locale, more.Timezone, more.Gender
	return p, nil
}

func (c *Client) profileFields(ctx context.Context, contactID, fields string, p *Profile) error {
	status, answer, err := c.call(ctx, request{method: http.MethodGet, path: "/" + contactID, query: url.Values{"fields": {fields}}})
	if err != nil {
		return err
	}
	r := newReader(answer)
	if !r.object(func(name string) { r.profileField(p, name) }) || !r.end() {
		return &APIError{HTTPStatus: status}
	}
	return nil
}

func (r *reader) profileField(p *Profile, name string) {
	switch name {
	case "id":
		p.ID = r.id()
	case "name":
		p.Name = r.text()
	case "first_name":
		p.FirstName = r.text()
	case "last_name":
		p.LastName = r.text()
	case "profile_pic":
		p.PictureURL = r.text()
	case "locale":
		p.Locale = r.text()
	case "timezone":
		if hours, err := strconv.ParseFloat(r.id(), 64); err == nil && -24 < hours && hours < 24 {
			p.Timezone = &hours
		}
	case "gender":
		p.Gender = r.text()
	default:
		r.skip()
	}
}
