package plugin_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/plugin"
)

// clock is a time that stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Unix(1795000000, 0)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// behindProxy are options of a platform whose visitors come through the proxy that the tests play.
func behindProxy(c *clock) plugin.Options {
	return plugin.Options{Now: c.now, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
}

// tried is a call with headers, and its answer's Retry-After.
func (p *platform) tried(method, path, token, body string, headers map[string]string) (a answer, retryAfter int) {
	p.t.Helper()
	req := request(p.t, p.http.URL+path, "application/json", body)
	req.Method = method
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for name, value := range headers {
		if name == "Host" {
			req.Host = value
		}
		req.Header.Set(name, value)
	}
	a, header := p.answered(req)
	retryAfter, _ = strconv.Atoi(header.Get("Retry-After"))
	return a, retryAfter
}

const newcomer = `{"page_id":"` + siteID + `"}`

// many calls until it is refused; it must be within some.
func (p *platform) many(most int, call func() (answer, int)) (done int, refused answer, retryAfter int) {
	p.t.Helper()
	for done = range most {
		if refused, retryAfter = call(); refused.status != http.StatusOK {
			return done, refused, retryAfter
		}
	}
	p.t.Fatalf("%d calls in one moment were all taken", most)
	panic("unreachable")
}

func TestFloodsAreRefused(t *testing.T) {
	t.Parallel()
	c := newClock()
	p := start(t, behindProxy(c))
	from := func(addr string) map[string]string { return map[string]string{"X-Forwarded-For": addr} }
	visit := func(addr string) func() (answer, int) {
		return func() (answer, int) { return p.tried("POST", "/plugin/visitors", "", newcomer, from(addr)) }
	}
	done, refused, wait := p.many(200, visit("203.0.113.7"))
	fault, _ := refused.body["error"].(map[string]any)
	if done < 20 || refused.status != http.StatusTooManyRequests || wait < 1 || !strings.Contains(fmt.Sprint(fault["message"]), "try again in") {
		t.Fatalf("after %d visitors an address got %d %v, Retry-After %d", done, refused.status, refused.body, wait)
	}
	for name, addr := range map[string]string{
		"another address":                      "203.0.113.8",
		"another address behind what it wrote": "203.0.113.7, 203.0.113.9",
		"another network":                      "2001:db8:0:2::1",
	} {
		if a, _ := visit(addr)(); a.status != http.StatusOK {
			t.Errorf("%s is refused for what its neighbour did: %d %v", name, a.status, a.body)
		}
	}
	for name, addr := range map[string]string{
		"a made-up address before its own": "198.51.100.1, 203.0.113.7",
		"a trusted address behind its own": "203.0.113.7, 127.0.0.9",
		"loopback before its own":          "127.0.0.1, 203.0.113.7",
		"its address in IPv6":              "::ffff:203.0.113.7",
	} {
		if a, _ := visit(addr)(); a.status != http.StatusTooManyRequests {
			t.Errorf("with %s the flood goes on: %d %v", name, a.status, a.body)
		}
	}
	c.move(time.Duration(wait) * time.Second)
	if a, _ := visit("203.0.113.7")(); a.status != http.StatusOK {
		t.Errorf("after the time that was named it got %d %v", a.status, a.body)
	}

	p.many(200, visit("2001:db8::1"))
	if a, _ := visit("2001:db8::2")(); a.status != http.StatusTooManyRequests {
		t.Errorf("an address of the same network goes on with %d", a.status)
	}
}

func TestAVisitorsPaceIsBounded(t *testing.T) {
	t.Parallel()
	c := newClock()
	p := start(t, plugin.Options{Now: c.now})
	_, token := p.visit(newcomer)
	_, other := p.visit(newcomer)
	for name, call := range map[string]func(token string) (answer, int){
		"writing": func(token string) (answer, int) {
			return p.tried("POST", "/plugin/messages", token, `{"text":"again"}`, nil)
		},
		"polling": func(token string) (answer, int) { return p.tried("GET", "/plugin/messages", token, "", nil) },
		"coming back": func(token string) (answer, int) {
			return p.tried("POST", "/plugin/visitors", token, newcomer, nil)
		},
		"uploading": func(token string) (answer, int) {
			a, header := p.answered(p.form("/plugin/messages", token, part{name: "filedata", file: "a.txt", kind: "text/plain", body: "x"}))
			wait, _ := strconv.Atoi(header.Get("Retry-After"))
			return a, wait
		},
	} {
		done, refused, wait := p.many(500, func() (answer, int) { return call(token) })
		if done < 15 || refused.status != http.StatusTooManyRequests || wait < 1 {
			t.Errorf("%s: after %d the answer was %d %v, Retry-After %d", name, done, refused.status, refused.body, wait)
		}
		if a, _ := call(other); a.status != http.StatusOK {
			t.Errorf("%s: another visitor of the same address got %d %v", name, a.status, a.body)
		}
		c.move(time.Duration(wait) * time.Second)
		if a, _ := call(token); a.status != http.StatusOK {
			t.Errorf("%s: after %d s the answer was %d %v", name, wait, a.status, a.body)
		}
	}
}

// A header that anybody can write is worth nothing where no proxy is named.
func TestNobodysWordForAnAddress(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{Now: newClock().now})
	for range 200 {
		a, _ := p.tried("POST", "/plugin/visitors", "", newcomer, map[string]string{"X-Forwarded-For": "203.0.113.7"})
		if a.status != http.StatusOK {
			t.Fatalf("a program of this machine is refused for an address it made up: %d %v", a.status, a.body)
		}
	}
}
