package messenger

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Use is how much of a limit is used up, in percent; more than 100 means that calls are refused (ref. 3.11).
type Use struct {
	Calls, Time, CPU float64
}

// Highest is the largest of the three.
func (u Use) Highest() float64 { return max(u.Calls, u.Time, u.CPU) }

func (u Use) atLeast(v Use) Use {
	return Use{Calls: max(u.Calls, v.Calls), Time: max(u.Time, v.Time), CPU: max(u.CPU, v.CPU)}
}

// Usage is what the rate-limit headers said last (ref. 3.11).
type Usage struct {
	App  Use // all calls of the app
	Page Use // the calls for the page's business: the highest of the objects that concern Messenger
	// RegainAccess is how long the page is refused from At on; 0 when it is not.
	RegainAccess time.Duration
	At           time.Time // when a header came last; zero before the first
}

// Highest is the largest figure of all.
func (u Usage) Highest() float64 { return max(u.App.Highest(), u.Page.Highest()) }

const (
	headerAppUsage      = "X-App-Usage"
	headerBusinessUsage = "X-Business-Use-Case-Usage"
)

// noteUsage keeps what h says. A header that is missing or unreadable leaves what was known.
func (c *Client) noteUsage(h http.Header) {
	app, hasApp := parseAppUsage(h.Get(headerAppUsage))
	page, regain, hasPage := parseBusinessUsage(h.Get(headerBusinessUsage))
	if !hasApp && !hasPage {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.usage.At = c.now()
	if hasApp {
		c.usage.App = app
	}
	if hasPage {
		c.usage.Page, c.usage.RegainAccess = page, regain
	}
}

func parseAppUsage(header string) (Use, bool) {
	var u Use
	r := newReader([]byte(header))
	ok := r.object(func(name string) { r.useField(&u, name) })
	return u, ok && r.end()
}

func (r *reader) useField(u *Use, name string) {
	switch name {
	case "call_count":
		u.Calls = r.float()
	case "total_time":
		u.Time = r.float()
	case "total_cputime":
		u.CPU = r.float()
	default:
		r.skip()
	}
}

// parseBusinessUsage reads the objects of type messenger and pages; other types limit calls we don't make.
func parseBusinessUsage(header string) (Use, time.Duration, bool) {
	var use Use
	var minutes float64
	r := newReader([]byte(header))
	ok := r.object(func(string) {
		r.array(func() {
			var u Use
			var kind string
			var wait float64
			r.object(func(name string) {
				switch name {
				case "type":
					kind = r.text()
				case "estimated_time_to_regain_access":
					wait = r.float()
				default:
					r.useField(&u, name)
				}
			})
			if strings.EqualFold(kind, "messenger") || strings.EqualFold(kind, "pages") {
				use, minutes = use.atLeast(u), max(minutes, wait)
			}
		})
	})
	return use, capped(minutes, time.Minute), ok && r.end()
}

// maxWait bounds every wait the platform names: a figure beyond it is no figure.
const maxWait = 24 * time.Hour

func capped(n float64, unit time.Duration) time.Duration {
	if n <= 0 {
		return 0
	}
	return time.Duration(min(n*float64(unit), float64(maxWait)))
}

// retryAfter is how long the platform asks to wait: the longer of what Retry-After (seconds or a date) and the
// business-use-case header (minutes) say.
func retryAfter(h http.Header, now time.Time) time.Duration {
	_, wait, _ := parseBusinessUsage(h.Get(headerBusinessUsage))
	after := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseFloat(after, 64); err == nil {
		return max(wait, capped(n, time.Second))
	}
	if at, err := http.ParseTime(after); err == nil {
		return max(wait, min(at.Sub(now), maxWait))
	}
	return wait
}
