package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// settingsOut is the answer to a change of a page's chat plugin.
type settingsOut struct {
	Success bool `json:"success"`
	// Contrast is that of white text on the theme colour; left out where no colour was given.
	Contrast float64 `json:"theme_color_contrast,omitempty"`
	// Warnings are sentences about what was taken and may not do what is meant.
	Warnings []string `json:"warnings,omitempty"`
}

// enoughContrast is that of text which is easily read (WCAG 2.2, 1.4.3).
const enoughContrast = 4.5

// graphLook is GET /{page}/chat_plugin: what was set, of what was asked for.
func (s *Server) graphLook(ctx context.Context, c *call) (any, error) {
	wanted, err := settingsOf(c)
	if err != nil {
		return nil, err
	}
	var set pageProfile
	if err := s.view(ctx, func(tx *bolt.Tx) (err error) {
		set, err = lookFields(tx, c.page.ID)
		return err
	}); err != nil {
		return nil, err
	}
	maps.DeleteFunc(set, func(name string, _ json.RawMessage) bool { return len(wanted) > 0 && !slices.Contains(wanted, name) })
	answer := listed[pageProfile]{Data: []pageProfile{}}
	if len(set) > 0 {
		answer.Data = append(answer.Data, set)
	}
	return answer, nil
}

// settingsOf are the settings that a call names in its field `fields`.
func settingsOf(c *call) ([]string, error) {
	wanted := c.params.list("fields")
	for i, name := range wanted {
		if !slices.Contains(settingNames(), name) {
			return nil, badParam("Param fields[%d] must be one of {%s}", i, strings.Join(settingNames(), ", "))
		}
	}
	return wanted, nil
}

// graphSetLook is POST /{page}/chat_plugin: each setting that is given replaces what it was; null and "" drop it.
func (s *Server) graphSetLook(ctx context.Context, c *call) (any, error) {
	given, out := pageProfile{}, settingsOut{Success: true}
	for _, p := range pluginSettings {
		raw, is := c.params[p.name]
		if !is {
			continue
		}
		if given[p.name] = nil; len(raw) == 0 || string(raw) == "null" || string(raw) == `""` {
			continue
		}
		value, err := p.read(p.name, raw)
		if err != nil {
			return nil, err
		}
		if err := s.checkSetting(p.name, value, &out); err != nil {
			return nil, err
		}
		if given[p.name], err = checked(value); err != nil {
			return nil, err
		}
	}
	if len(given) == 0 {
		return nil, badParam("Requires one of the params: %s", strings.Join(settingNames(), ", "))
	}
	return out, s.changeLook(ctx, c.page.ID, given)
}

// checkSetting says of a value that is well formed what it is worth here.
func (s *Server) checkSetting(name string, value any, out *settingsOut) error {
	switch value := value.(type) {
	case string:
		if name != setTheme {
			return nil
		}
		ratio, _ := Contrast(value)
		if out.Contrast = math.Round(ratio*100) / 100; ratio < enoughContrast {
			out.Warnings = append(out.Warnings, fmt.Sprintf("white text on %s has a contrast of %.1f to 1,"+
				" and is easily read from %.1f on; a darker colour is better", value, ratio, enoughContrast))
		}
	case countries:
		if s.countryHeader == "" {
			return badParam("Param %s needs the setting plugin_country_header: nothing else says where a visitor is", name)
		}
	}
	return nil
}

// graphDropLook is DELETE /{page}/chat_plugin: what is named is as if it had never been set.
func (s *Server) graphDropLook(ctx context.Context, c *call) (any, error) {
	gone, err := settingsOf(c)
	if err != nil {
		return nil, err
	}
	if len(gone) == 0 {
		return nil, badParam("The parameter fields is required")
	}
	named := pageProfile{}
	for _, name := range gone {
		named[name] = nil
	}
	return settingsOut{Success: true}, s.changeLook(ctx, c.page.ID, named)
}

// changeLook stores settings; one that is nil is dropped.
func (s *Server) changeLook(ctx context.Context, page string, given pageProfile) error {
	return s.w.do(ctx, func(tx *bolt.Tx) error {
		set, err := lookFields(tx, page)
		if err != nil {
			return err
		}
		maps.Copy(set, given)
		maps.DeleteFunc(set, func(_ string, raw json.RawMessage) bool { return raw == nil })
		raw, err := json.Marshal(set)
		if err != nil {
			return err
		}
		return tx.Bucket(bucketLooks).Put(profileKey(page), raw)
	})
}

// lookFields are the settings of a page's chat plugin, one by one.
func lookFields(tx *bolt.Tx, page string) (pageProfile, error) {
	set := pageProfile{}
	raw := tx.Bucket(bucketLooks).Get(profileKey(page))
	if raw == nil {
		return set, nil
	}
	return set, json.Unmarshal(raw, &set)
}

// ofSite guards an edge that only a page with a chat plugin has.
func ofSite(answer graphHandler) graphHandler {
	return ofPage(func(ctx context.Context, c *call) (any, error) {
		if c.page.Messenger {
			return nil, errUnsupported(c.method, c.node)
		}
		return answer(ctx, c)
	})
}
