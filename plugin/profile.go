package plugin

import (
	"context"
	"errors"
	"slices"

	bolt "go.etcd.io/bbolt"
)

// graphNode is GET /{id}: a contact's profile (ref. 6.1), the page itself, or with an app's own token that app.
func (s *Server) graphNode(ctx context.Context, c *call) (any, error) {
	wanted := c.params.list("fields")
	if c.page == nil {
		if c.node != "me" && c.node != c.app.id {
			return nil, errNeedsPage
		}
		return pick(map[string]string{"id": c.app.id, "name": c.app.name}, wanted), nil
	}
	if c.node == "me" || c.node == c.page.ID {
		return s.itself(c.page, wanted), nil
	}
	var row *contactRow
	err := s.view(ctx, func(tx *bolt.Tx) (err error) {
		row, err = getContact(tx, c.page.ID, c.node)
		return err
	})
	switch {
	case errors.Is(err, ErrUnknownContact):
		return nil, errUnsupported("GET", c.node)
	case err != nil:
		return nil, err
	case row.Profile.Name == "":
		return nil, errNoProfile
	}
	p := row.Profile
	return pick(map[string]string{
		"id": row.ID, "first_name": p.FirstName, "last_name": p.LastName, "name": p.Name, "profile_pic": p.Picture,
	}, wanted), nil
}

// itself is the page that a token is for.
func (s *Server) itself(page *Page, wanted []string) any {
	about := map[string]any{}
	for name, value := range pick(map[string]string{"id": page.ID, "name": page.name()}, wanted) {
		about[name] = value
	}
	if slices.Contains(wanted, "messaging_feature_status") { // ref. 6.4: conversations are routed between apps
		about["messaging_feature_status"] = map[string]bool{"hop_v2": true, "msgr_multi_app": true, "ig_multi_app": false}
	}
	return about
}

// pick leaves the fields that were asked for and have a value; id always stays. Nothing asked for means all.
func pick(fields map[string]string, wanted []string) map[string]string {
	for name, value := range fields {
		asked := len(wanted) == 0 || name == "id" || slices.Contains(wanted, name)
		if !asked || value == "" {
			delete(fields, name)
		}
	}
	return fields
}
