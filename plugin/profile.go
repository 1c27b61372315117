package plugin

import (
	"context"
	"errors"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// graphNode is GET /{id}: a contact's profile (ref. 6.1), or the page itself.
func (s *Server) graphNode(ctx context.Context, c *call) (any, error) {
	wanted := strings.FieldsFunc(c.params.text("fields"), func(r rune) bool { return r == ',' || r == ' ' })
	if c.node == "me" || c.node == c.page.ID {
		return pick(map[string]string{"id": c.page.ID, "name": c.page.Name}, wanted), nil
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
