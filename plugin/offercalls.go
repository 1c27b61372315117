package plugin

import "net/http"

// visitorOffers is GET /plugin/profile?page_id=&locale=: what a page shows before and beside a conversation. A visitor who
// is known already is greeted by name.
func (s *Server) visitorOffers(r *http.Request) (any, error) {
	q := r.URL.Query()
	page, profile := q.Get("page_id"), Profile{}
	if bearer(r) != "" {
		c, err := s.caller(r, actPoll)
		if err != nil {
			return nil, err
		}
		page, profile = c.Page, c.Profile
	} else if err := s.checkOrigin(r, page); err != nil {
		return nil, err
	}
	return s.Offers(r.Context(), page, q.Get("locale"), profile)
}

// pickIn is the body of POST /plugin/menu and POST /plugin/ice_breakers.
type pickIn struct {
	Pick
	Key string `json:"key"` // as in sayIn
}

// visitorPicks is POST /plugin/menu and POST /plugin/ice_breakers.
func (s *Server) visitorPicks(what func(Pick) saying) func(*http.Request) (any, error) {
	return func(r *http.Request) (any, error) {
		c, err := s.caller(r, actWrite)
		if err != nil {
			return nil, err
		}
		var in pickIn
		if err := readBody(r, &in); err != nil {
			return nil, err
		}
		return s.visitorSaid(r.Context(), c, in.Key, what(in.Pick))
	}
}
