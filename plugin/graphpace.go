package plugin

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"frontdesk/messenger"
)

// What programs do, as far as its pace is bounded. The figures are Meta's (ref. 3.11) or wider, so that a program that keeps
// to Meta's never meets them; where Meta publishes none they are ours.
const (
	callPage    act = iota + 64 // any call of an app for a page
	callApp                     // any call with an app's own token
	callSend                    // a message or an action for anybody of a page
	callMedia                   // a message with sound or film
	callThread                  // a message in one conversation
	callThreads                 // a look into the page's conversations
	callProfile                 // a look at the Messenger Profile, or a change
)

// quota is a pace and the refusal of what goes beyond it.
type quota struct {
	pace
	code    int
	message string
}

const tooFast = "(#613) Calls to this api have exceeded the rate limit"

var quotas = map[act]quota{
	callPage:    {pace{1_000_000, 24 * time.Hour / 1_000_000}, 80006, "(#80006) There have been too many calls to this messenger account"},
	callApp:     {pace{10_000, time.Hour / 10_000}, 4, "(#4) Application request limit reached"},
	callSend:    {pace{3000, time.Second / 1000}, 613, tooFast + ": messages of one page"},
	callMedia:   {pace{60, time.Second / 10}, 613, tooFast + ": sound and film of one page"},
	callThread:  {pace{1000, time.Second / 10}, 613, tooFast + ": messages to one person"},
	callThreads: {pace{200, time.Second / 20}, 613, tooFast + ": conversations of one page"},
	callProfile: {pace{100, 10 * time.Minute / 100}, 613, tooFast + ": Messenger Profile of one page"},
}

// count counts one act of somebody, or refuses it. What is refused costs nothing.
func (s *Server) count(a act, who ...string) error {
	q := quotas[a]
	wait := s.callPaces.take(paceKey{a, hash16(who...)}, q.pace, s.now())
	if wait <= 0 {
		return nil
	}
	return &graphError{code: q.code, message: q.message, retryAfter: max(int(math.Ceil(wait.Seconds())), 1)}
}

// countCall counts a call that has shown a token. A batch counts by its parts.
func (s *Server) countCall(c *call) error {
	switch {
	case c.node == "":
		return nil
	case c.page == nil:
		return s.count(callApp, c.app.id)
	}
	if err := s.count(callPage, c.page.ID, c.app.id); err != nil {
		return err
	}
	switch {
	case c.edge == edgeProfile:
		return s.count(callProfile, c.page.ID)
	case c.edge == edgeThreads, strings.HasPrefix(c.node, threadPrefix), strings.HasPrefix(c.node, "m_"):
		return s.count(callThreads, c.page.ID)
	case c.edge == edgeMessages:
		return s.count(callSend, c.page.ID)
	}
	return nil
}

// countMessage counts a message for a contact.
func (s *Server) countMessage(c Contact, out messenger.OutMessage) error {
	if a := out.Attachment; a != nil && (a.Type == messenger.TypeAudio || a.Type == messenger.TypeVideo) {
		if err := s.count(callMedia, c.Page); err != nil {
			return err
		}
	}
	return s.count(callThread, c.Page, c.ID)
}

// used is how much of an act's quota somebody has used up, in percent, and how long the next has to wait.
func (k *paceKeeper) used(key paceKey, p pace, now time.Time) (percent int, wait time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	place := k.known[key]
	if place == nil {
		return 0, 0
	}
	left := place.Value.(*paced).limiter.TokensAt(now)
	if left < 1 {
		wait = time.Duration((1 - left) * float64(p.every))
	}
	return int(math.Round(100 * (1 - left/float64(p.burst)))), wait
}

// The headers that say how much of a quota is used up (ref. 3.11).
const (
	headerAppUsage  = "X-App-Usage"
	headerPageUsage = "X-Business-Use-Case-Usage"
)

// usage is what such a header says. Only calls are counted here; the others stay 0.
type usage struct {
	Type    string `json:"type,omitempty"`
	Calls   int    `json:"call_count"`
	CPU     int    `json:"total_cputime"`
	Time    int    `json:"total_time"`
	Minutes *int   `json:"estimated_time_to_regain_access,omitempty"`
}

// tellUsage says in an answer how much of its quota a caller has used up, as soon as it is a hundredth.
func (s *Server) tellUsage(h http.Header, c *call) {
	if c.app == nil {
		return
	}
	a, who, name := callApp, []string{c.app.id}, headerAppUsage
	if c.page != nil {
		a, who, name = callPage, []string{c.page.ID, c.app.id}, headerPageUsage
	}
	percent, wait := s.callPaces.used(paceKey{a, hash16(who...)}, quotas[a].pace, s.now())
	if percent < 1 {
		return
	}
	var value any = usage{Calls: percent}
	if c.page != nil {
		minutes := int(math.Ceil(wait.Minutes()))
		value = map[string][]usage{c.page.ID: {{Type: "messenger", Calls: percent, Minutes: &minutes}}}
	}
	if raw, err := json.Marshal(value); err == nil {
		h.Set(name, string(raw))
	}
}

// tellRetry says in an answer when to try again, which Meta leaves to its usage headers.
func (e *graphError) tellRetry(h http.Header) {
	if e.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(e.retryAfter))
	}
}
