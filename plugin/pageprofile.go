package plugin

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// The properties of a page's Messenger Profile (ref. 6.3).
const (
	propGetStarted  = "get_started"
	propGreeting    = "greeting"
	propMenu        = "persistent_menu"
	propDomains     = "whitelisted_domains"
	propIceBreakers = "ice_breakers"
	propLinking     = "account_linking_url"
)

// properties are those that can be set, each with what reads and checks it; in the order in which faults are told.
var properties = []struct {
	name string
	read func(json.RawMessage) (json.RawMessage, error)
}{
	{propGetStarted, readGetStarted},
	{propGreeting, readGreeting},
	{propDomains, readDomains},
	{propMenu, readMenu},
	{propIceBreakers, readIceBreakers},
	{propLinking, readLinking},
}

func propertyNames() []string {
	var names []string
	for _, p := range properties {
		names = append(names, p.name)
	}
	return names
}

// bucketProfiles: hash of the page's id → its Messenger Profile, a JSON object of what was set.
var bucketProfiles = []byte("profiles")

// pageProfile is a page's Messenger Profile: what was set, as it was checked.
type pageProfile map[string]json.RawMessage

func profileKey(page string) []byte {
	h := hash16(page)
	return h[:]
}

func getPageProfile(tx *bolt.Tx, page string) (pageProfile, error) {
	p := pageProfile{}
	raw := tx.Bucket(bucketProfiles).Get(profileKey(page))
	if raw == nil {
		return p, nil
	}
	return p, json.Unmarshal(raw, &p)
}

func putPageProfile(tx *bolt.Tx, page string, p pageProfile) error {
	raw, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return tx.Bucket(bucketProfiles).Put(profileKey(page), raw)
}

// getStarted is the payload of a page's Get Started postback.
func getStarted(tx *bolt.Tx, page *Page) (string, error) {
	p, err := getPageProfile(tx, page.ID)
	if err != nil {
		return "", err
	}
	var set struct{ Payload string }
	if json.Unmarshal(p[propGetStarted], &set) == nil {
		return set.Payload, nil
	}
	return page.GetStarted, nil
}

// graphProfile is GET /{page}/messenger_profile: what was set, of what was asked for.
func (s *Server) graphProfile(ctx context.Context, c *call) (any, error) {
	wanted, err := propertiesOf(c)
	if err != nil {
		return nil, err
	}
	var profile pageProfile
	if err := s.view(ctx, func(tx *bolt.Tx) (err error) {
		profile, err = getPageProfile(tx, c.page.ID)
		return err
	}); err != nil {
		return nil, err
	}
	maps.DeleteFunc(profile, func(name string, _ json.RawMessage) bool { return len(wanted) > 0 && !slices.Contains(wanted, name) })
	answer := listed[pageProfile]{Data: []pageProfile{}}
	if len(profile) > 0 {
		answer.Data = append(answer.Data, profile)
	}
	return answer, nil
}

// listed is an answer that lists things.
type listed[T any] struct {
	Data []T `json:"data"`
}

// propertiesOf are the properties that a call names in its field `fields`.
func propertiesOf(c *call) ([]string, error) {
	wanted := c.params.list("fields")
	for i, name := range wanted {
		if !slices.Contains(propertyNames(), name) {
			return nil, badParam("Param fields[%d] must be one of {%s}", i, strings.ToUpper(strings.Join(propertyNames(), ", ")))
		}
	}
	return wanted, nil
}

// graphSetProfile is POST /{page}/messenger_profile: each property that is given replaces what it was.
func (s *Server) graphSetProfile(ctx context.Context, c *call) (any, error) {
	given := pageProfile{}
	for _, p := range properties {
		if !c.params.present(p.name) {
			continue
		}
		checked, err := p.read(c.params.value(p.name))
		if err != nil {
			return nil, err
		}
		given[p.name] = checked
	}
	if len(given) == 0 {
		return nil, badParam("Requires one of the params: %s", strings.Join(propertyNames(), ", "))
	}
	return s.changeProfile(ctx, c, given, func(profile pageProfile) { maps.Copy(profile, given) })
}

// graphDropProfile is DELETE /{page}/messenger_profile: what is named is as if it had never been set.
func (s *Server) graphDropProfile(ctx context.Context, c *call) (any, error) {
	gone, err := propertiesOf(c)
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
	return s.changeProfile(ctx, c, named, func(profile pageProfile) {
		maps.DeleteFunc(profile, func(name string, _ json.RawMessage) bool { return slices.Contains(gone, name) })
	})
}

// changeProfile stores a change of the named properties, if what comes of it is a profile that can be.
func (s *Server) changeProfile(ctx context.Context, c *call, named pageProfile, change func(pageProfile)) (any, error) {
	err := s.w.do(ctx, func(tx *bolt.Tx) error {
		profile, err := getPageProfile(tx, c.page.ID)
		if err != nil {
			return err
		}
		change(profile)
		if err := profile.check(c.method); err != nil {
			return err
		}
		return putPageProfile(tx, c.page.ID, profile)
	})
	if err != nil {
		return nil, err
	}
	if _, ice := named[propIceBreakers]; ice && len(named) == 1 {
		return map[string]string{"success": "true"}, nil // as the documentation of ice breakers has it
	}
	return map[string]string{"result": "success"}, nil
}

// check holds the rules between properties.
func (p pageProfile) check(method string) error {
	if _, menu := p[propMenu]; !menu {
		return nil
	}
	if _, start := p[propGetStarted]; !start {
		if method == http.MethodDelete {
			return badParam("You must delete the persistent menu before or together with the Get Started button")
		}
		return badParam("You must set a Get Started button if you also wish to use persistent menu")
	}
	var menus []menu
	var domains []string
	if err := json.Unmarshal(p[propMenu], &menus); err != nil {
		return err
	}
	if len(p[propDomains]) > 0 {
		if err := json.Unmarshal(p[propDomains], &domains); err != nil {
			return err
		}
	}
	for i, m := range menus {
		for j, item := range m.Items {
			if item.Extensions && !slices.Contains(domains, originOf(item.URL)) {
				return badParam("persistent_menu[%d][call_to_actions][%d] uses messenger_extensions, which needs its domain in whitelisted_domains", i, j)
			}
		}
	}
	return nil
}

// WhitelistedDomains are the sites that a page has named with the Messenger Profile: https origins, in the order given.
// None means that nothing was set.
func (s *Server) WhitelistedDomains(ctx context.Context, page string) ([]string, error) {
	var domains []string
	err := s.view(ctx, func(tx *bolt.Tx) error {
		profile, err := getPageProfile(tx, page)
		if err != nil || profile[propDomains] == nil {
			return err
		}
		return json.Unmarshal(profile[propDomains], &domains)
	})
	return domains, err
}
