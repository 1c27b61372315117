package plugin

import (
	"context"
)

// scopes are what a page's token may do here: all there is.
var scopes = []string{"pages_messaging", "pages_manage_metadata", "pages_read_engagement", "pages_show_list"}

type (
	granularScope struct {
		Scope   string   `json:"scope"`
		Targets []string `json:"target_ids"`
	}
	tokenFault struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Subcode int    `json:"subcode,omitempty"`
	}
	tokenAbout struct {
		AppID       string          `json:"app_id,omitempty"`
		Type        string          `json:"type,omitempty"` // PAGE, APP
		Application string          `json:"application,omitempty"`
		ExpiresAt   int64           `json:"expires_at"` // 0: never
		Valid       bool            `json:"is_valid"`
		Scopes      []string        `json:"scopes"`
		Granular    []granularScope `json:"granular_scopes,omitempty"`
		ProfileID   string          `json:"profile_id,omitempty"`
		Error       *tokenFault     `json:"error,omitempty"`
	}
)

// graphDebugToken is GET /debug_token?input_token= (ref. 6.5). A token that nobody knows, or another app's, is answered
// with 200 as well; an app learns nothing of the tokens of others.
func (s *Server) graphDebugToken(_ context.Context, c *call) (any, error) {
	input := c.params.text("input_token")
	if input == "" {
		return nil, badParam("The parameter input_token is required")
	}
	page, holder := s.holder(input)
	about := tokenAbout{Scopes: []string{}}
	switch {
	case holder == nil || holder != c.app:
		about.AppID = c.app.id
		about.Error = &tokenFault{Code: errBadToken.code, Message: errBadToken.message}
	case page == nil:
		about.AppID, about.Type, about.Application, about.Valid = holder.id, "APP", holder.name, true
	default:
		about.AppID, about.Type, about.Application, about.Valid = holder.id, "PAGE", holder.name, true
		about.ProfileID, about.Scopes = page.ID, scopes
		for _, scope := range scopes[:2] {
			about.Granular = append(about.Granular, granularScope{Scope: scope, Targets: []string{page.ID}})
		}
	}
	return map[string]tokenAbout{"data": about}, nil
}
