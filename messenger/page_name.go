package messenger

import "context"

// PageName asks what a page is called; empty when the platform does not say.
func (c *Client) PageName(ctx context.Context, page string) (string, error) {
	if !pathID.MatchString(page) {
		return "", &LimitError{Field: "page", Problem: "must be the id of a page"}
	}
	var p Profile // a page has id and name as a person has
	if err := c.profileFields(ctx, page, "id,name", &p); err != nil {
		return "", err
	}
	return p.Name, nil
}
