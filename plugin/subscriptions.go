package plugin

import (
	"context"
	"crypto/subtle"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// graphSubscribe is POST /{app-id}/subscriptions (ref. 1.2): where an app is told what happens on the pages it is
// installed on. The callback must prove that it knows the verify token (ref. 1.1), which is not kept.
func (s *Server) graphSubscribe(ctx context.Context, c *call) (any, error) {
	if object := c.params.text("object"); object != "page" {
		return nil, badParam("Param object must be one of {PAGE}")
	}
	fields, err := readWebhookFields(c.params, "fields")
	if err != nil {
		return nil, err
	}
	if len(fields) == 0 {
		return nil, badParam("The parameter fields is required")
	}
	address, token := c.params.text("callback_url"), c.params.text("verify_token")
	if err := s.checkCallback(address); err != nil {
		return nil, err
	}
	if token == "" {
		return nil, badParam("The parameter verify_token is required")
	}
	if err := s.handshake(ctx, address, token); err != nil {
		return nil, err
	}
	return s.subscribed(ctx, func(tx *bolt.Tx) error {
		return putJSON(tx, bucketCallbacks, callbackKey(c.app.id), callbackRow{App: c.app.id, URL: address, Fields: fields})
	})
}

// subscribed stores a change of who is told what, and begins to heed it.
func (s *Server) subscribed(ctx context.Context, change func(*bolt.Tx) error) (any, error) {
	s.installMu.Lock()
	defer s.installMu.Unlock()
	if err := s.w.do(ctx, change); err != nil {
		return nil, err
	}
	// What is on the disk holds, whether or not the caller waits for the rest.
	if err := s.resubscribe(context.WithoutCancel(ctx)); err != nil {
		return nil, err
	}
	return granted{Success: true}, nil
}

// checkCallback refuses addresses that nothing may be told to: a callback is https, or on this machine where the platform
// itself is on loopback.
func (s *Server) checkCallback(address string) error {
	u, err := url.Parse(address)
	if err != nil || fetchable(u) != nil {
		return badParam("Param callback_url should represent a valid URL")
	}
	if u.Scheme == "https" {
		return nil
	}
	ip, err := netip.ParseAddr(u.Hostname())
	if s.loopback && (u.Hostname() == "localhost" || err == nil && ip.IsLoopback()) {
		return nil
	}
	return badParam("Param callback_url must be an https URL")
}

// maxChallenge is how much of an answer to a challenge is read.
const maxChallenge = 256

// handshake asks a callback to repeat a number (ref. 1.1).
func (s *Server) handshake(ctx context.Context, address, token string) error {
	number, err := s.drawBelow(1 << 31)
	if err != nil {
		return err
	}
	challenge := strconv.FormatUint(number, 10)
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	q := u.Query()
	q.Set("hub.mode", "subscribe")
	q.Set("hub.verify_token", token)
	q.Set("hub.challenge", challenge)
	u.RawQuery = q.Encode()
	ctx, cancel := context.WithTimeout(ctx, postTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return err
	}
	req.Header.Set("User-Agent", "frontdesk-plugin")
	res, err := s.hooks.Do(req)
	if err != nil {
		return notVerified("the callback cannot be reached")
	}
	defer func() { _ = res.Body.Close() }() // all that is wanted has been read
	said, err := io.ReadAll(io.LimitReader(res.Body, maxChallenge))
	switch {
	case err != nil:
		return notVerified("its answer broke off")
	case res.StatusCode != http.StatusOK:
		return notVerified(fmt.Sprintf("HTTP Status Code = %d", res.StatusCode))
	case subtle.ConstantTimeCompare([]byte(strings.TrimSpace(string(said))), []byte(challenge)) != 1:
		return notVerified("its answer is not the challenge")
	}
	return nil
}

func notVerified(why string) error {
	return &graphError{code: 2200, message: "(#2200) Callback verification failed with the following errors: " + why, status: http.StatusBadRequest}
}

// graphCallbacks is GET /{app-id}/subscriptions.
func (s *Server) graphCallbacks(ctx context.Context, c *call) (any, error) {
	type field struct {
		Name string `json:"name"`
	}
	type subscription struct {
		Object   string  `json:"object"`
		Callback string  `json:"callback_url"`
		Active   bool    `json:"active"`
		Fields   []field `json:"fields"`
	}
	answer := listed[subscription]{Data: []subscription{}}
	err := s.view(ctx, func(tx *bolt.Tx) error {
		var row callbackRow
		has, err := getJSON(tx, bucketCallbacks, callbackKey(c.app.id), &row)
		if err != nil || !has {
			return err
		}
		one := subscription{Object: "page", Callback: row.URL, Active: true}
		for _, name := range row.Fields {
			one.Fields = append(one.Fields, field{Name: name})
		}
		answer.Data = append(answer.Data, one)
		return nil
	})
	return answer, err
}

// graphUnsubscribe is DELETE /{app-id}/subscriptions: of the fields it names, or of all.
func (s *Server) graphUnsubscribe(ctx context.Context, c *call) (any, error) {
	if object := c.params.text("object"); object != "" && object != "page" {
		return nil, badParam("Param object must be one of {PAGE}")
	}
	gone, err := readWebhookFields(c.params, "fields")
	if err != nil {
		return nil, err
	}
	return s.subscribed(ctx, func(tx *bolt.Tx) error {
		var row callbackRow
		has, err := getJSON(tx, bucketCallbacks, callbackKey(c.app.id), &row)
		if err != nil || !has {
			return err
		}
		row.Fields = slices.DeleteFunc(row.Fields, func(f string) bool { return len(gone) == 0 || slices.Contains(gone, f) })
		if len(row.Fields) == 0 {
			return tx.Bucket(bucketCallbacks).Delete(callbackKey(c.app.id))
		}
		return putJSON(tx, bucketCallbacks, callbackKey(c.app.id), row)
	})
}

// graphInstall is POST /{page}/subscribed_apps (ref. 1.2): the app of the token is told of this page. The list replaces the
// one before.
func (s *Server) graphInstall(ctx context.Context, c *call) (any, error) {
	fields, err := readWebhookFields(c.params, "subscribed_fields")
	if err != nil {
		return nil, err
	}
	if len(fields) == 0 {
		return nil, badParam("The parameter subscribed_fields is required")
	}
	if c.app.id == "" {
		return nil, badParam("The app of this token has no id")
	}
	return s.subscribed(ctx, func(tx *bolt.Tx) error {
		return putJSON(tx, bucketInstalls, installKey(c.page.ID, c.app.id), installRow{Page: c.page.ID, App: c.app.id, Fields: fields})
	})
}

// graphUninstall is DELETE /{page}/subscribed_apps: the app of the token is no longer told of this page. What the options
// say stays.
func (s *Server) graphUninstall(ctx context.Context, c *call) (any, error) {
	return s.subscribed(ctx, func(tx *bolt.Tx) error {
		return tx.Bucket(bucketInstalls).Delete(installKey(c.page.ID, c.app.id))
	})
}

// graphInstalls is GET /{page}/subscribed_apps: which apps are told of this page, and of what.
func (s *Server) graphInstalls(ctx context.Context, c *call) (any, error) {
	type installed struct {
		Name   string   `json:"name,omitempty"`
		ID     string   `json:"id"`
		Fields []string `json:"subscribed_fields"`
	}
	answer := listed[installed]{Data: []installed{}}
	err := s.view(ctx, func(tx *bolt.Tx) error {
		for _, a := range s.appsOn(c.page.ID) {
			var row installRow
			on, err := getJSON(tx, bucketInstalls, installKey(c.page.ID, a.id), &row)
			if err != nil {
				return err
			}
			fields := row.Fields
			for _, sub := range s.subscribersOf(c.page.ID) {
				if sub.app == a && !sub.installed {
					on = true
					fields = append(fields, sub.fields()...)
				}
			}
			if on {
				answer.Data = append(answer.Data, installed{Name: a.name, ID: a.id, Fields: slices.Compact(slices.Sorted(slices.Values(fields)))})
			}
		}
		return nil
	})
	return answer, err
}

// fields are what a subscriber is told of, by name.
func (s *subscriber) fields() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Fields == nil {
		return webhookFields
	}
	return s.Fields
}
