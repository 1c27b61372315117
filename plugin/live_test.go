package plugin_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"frontdesk/messenger"
	"frontdesk/plugin"
)

// lineOf is an open line of a visitor, as a browser sees it.
type lineOf struct {
	t    *testing.T
	res  *http.Response
	in   *bufio.Reader
	hang context.CancelFunc
}

// event is one event of a line; a sign of life has no name.
type event struct {
	id, name string
	data     map[string]any
}

// listenTo opens a line that goes on after a place.
func (p *platform) listenTo(token, after string) *lineOf {
	p.t.Helper()
	ctx, hang := context.WithCancel(p.t.Context())
	p.t.Cleanup(hang)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.http.URL+"/plugin/events", nil)
	must(p.t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	if after != "" {
		req.Header.Set("Last-Event-ID", after)
	}
	res, err := p.http.Client().Do(req)
	must(p.t, err)
	p.t.Cleanup(func() { _ = res.Body.Close() })
	if kind := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || !strings.HasPrefix(kind, "text/event-stream") {
		p.t.Fatalf("a line was answered %d of type %q", res.StatusCode, kind)
	}
	return &lineOf{p.t, res, bufio.NewReader(res.Body), hang}
}

// read is the next event, or why none comes.
func (l *lineOf) read() (ev event, err error) {
	for {
		text, err := l.in.ReadString('\n')
		if err != nil {
			return event{}, err
		}
		text = strings.TrimSuffix(text, "\n")
		field, value, _ := strings.Cut(text, ": ")
		switch {
		case text == "" && (ev.name != "" || ev.id == ":"):
			return ev, nil
		case text == ":":
			ev.id = ":"
		case field == "id":
			ev.id = value
		case field == "event":
			ev.name = value
		case field == "data":
			if err := json.Unmarshal([]byte(value), &ev.data); err != nil {
				return event{}, fmt.Errorf("%q is no JSON: %w", value, err)
			}
		}
	}
}

// next is the next event of a name.
func (l *lineOf) next(name string) event {
	l.t.Helper()
	guard := time.AfterFunc(patience, l.hang)
	defer guard.Stop()
	for {
		ev, err := l.read()
		if err != nil {
			l.t.Fatalf("while waiting for an event %q the line ended: %v", name, err)
		}
		if ev.name == name {
			return ev
		}
	}
}

// ended waits until the platform ends the line.
func (l *lineOf) ended() {
	l.t.Helper()
	guard := time.AfterFunc(patience, func() {
		l.t.Error("the line does not end")
		l.hang()
	})
	defer guard.Stop()
	for {
		if _, err := l.read(); err != nil {
			return
		}
	}
}

func TestNewsComeOnALine(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	c, token := p.visitor(plugin.Profile{})
	_, err := p.Write(t.Context(), c, "before")
	must(t, err)
	line := p.listenTo(token, "")
	if ev := line.next("message"); ev.data["text"] != "before" || ev.data["from"] != "visitor" || ev.id != fmt.Sprint(ev.data["seq"]) {
		t.Errorf("what was said before came as %+v", ev)
	}
	if ev := line.next("state"); ev.data["typing"] != false || ev.id != "" {
		t.Errorf("the state is %+v", ev)
	}
	p.call("POST", "/me/messages", siteToken, `{"recipient":{"id":"`+c.ID+`"},"sender_action":"typing_on"}`)
	if ev := line.next("state"); ev.data["typing"] != true {
		t.Errorf("while the page types the state is %+v", ev)
	}
	p.send(c, `{"text":"Yes!","quick_replies":[{"content_type":"text","title":"Prices","payload":"P"}]}`)
	if ev := line.next("message"); ev.data["text"] != "Yes!" || ev.data["from"] != "page" || ev.data["quick_replies"] == nil {
		t.Errorf("the page's words came as %+v", ev)
	}
	if ev := line.next("state"); ev.data["typing"] != false {
		t.Errorf("after the message the state is %+v", ev)
	}
	p.call("POST", "/me/messages", siteToken, `{"recipient":{"id":"`+c.ID+`"},"sender_action":"mark_seen"}`)
	if ev := line.next("state"); ev.data["seen_at"] == nil {
		t.Errorf("after the page has read the state is %+v", ev)
	}
}

// However often a line breaks, everything comes once and in order.
func TestALineThatBreaksLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	c, token := p.visitor(plugin.Profile{})
	const said = 60
	go func() {
		for i := range said {
			if _, err := p.Write(context.WithoutCancel(t.Context()), c, fmt.Sprint("word ", i)); err != nil {
				t.Errorf("word %d: %v", i, err)
				return
			}
		}
	}()
	last := ""
	for got := 0; got < said; {
		line := p.listenTo(token, last)
		for range 1 + got%7 {
			if got == said {
				break
			}
			ev := line.next("message")
			if want := fmt.Sprint("word ", got); ev.data["text"] != want {
				t.Fatalf("got %v, want %q", ev.data["text"], want)
			}
			last = ev.id
			got++
		}
		line.hang() // in the middle of whatever it is at
	}
	if got := lines(t, p.call("GET", "/plugin/messages?after="+last, token, "")); len(got) != 0 {
		t.Errorf("asking after the last one brings %v", got)
	}
}

func TestWhatCameByALineIsDelivered(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, plugin.Options{Subscribers: r.subscriptions()})
	c, token := p.visitor(plugin.Profile{})
	mid := p.send(c, `{"text":"hello"}`)
	r.next(messenger.KindEcho)
	ev := p.listenTo(token, "").next("message")
	p.quiet()
	if a := p.call("POST", "/plugin/arrived", token, `{"after":`+ev.id+`}`); a.status != 200 {
		t.Fatalf("saying that it arrived was answered %d %v", a.status, a.body)
	}
	if got := r.next(messenger.KindDelivery).Delivery.MIDs; len(got) != 1 || got[0] != mid {
		t.Errorf("delivered is %v, want %s", got, mid)
	}
	mid = p.send(c, `{"text":"again"}`)
	r.next(messenger.KindEcho)
	again := p.listenTo(token, ev.id).next("message")
	p.listenTo(token, again.id).next("state") // to come back after it says so too
	if got := r.next(messenger.KindDelivery).Delivery.MIDs; len(got) != 1 || got[0] != mid {
		t.Errorf("delivered is %v, want %s", got, mid)
	}
}

func TestLinesAreRefused(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	_, token := p.visitor(plugin.Profile{})
	for name, tc := range map[string]struct {
		token   string
		headers map[string]string
		status  int
	}{
		"no token":        {"", nil, 401},
		"an unknown one":  {"nobody", nil, 401},
		"a page's":        {siteToken, nil, 401},
		"no place":        {token, map[string]string{"Last-Event-ID": "m_x"}, 400},
		"another website": {token, map[string]string{"Origin": "https://evil.example"}, 403},
	} {
		if a, _ := p.tried("GET", "/plugin/events", tc.token, "", tc.headers); a.status != tc.status {
			t.Errorf("%s was answered %d %v, want %d", name, a.status, a.body, tc.status)
		}
	}
	if a := p.call("GET", "/plugin/events?token="+token, "", ""); a.status != 401 {
		t.Errorf("a token in the address is taken: %d", a.status)
	}
}

// A line tells one visitor's news and nobody else's.
func TestLinesAreKeptApart(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	first, _ := p.visitor(plugin.Profile{})
	second, token := p.visitor(plugin.Profile{})
	line := p.listenTo(token, "")
	p.send(first, `{"text":"for the first alone"}`)
	p.call("POST", "/me/messages", siteToken, `{"recipient":{"id":"`+first.ID+`"},"sender_action":"typing_on"}`)
	p.send(second, `{"text":"for the second"}`)
	if ev, err := line.read(); err != nil || ev.name != "state" || ev.data["typing"] != false {
		t.Errorf("first came %+v, %v", ev, err)
	}
	if ev := line.next("message"); ev.data["text"] != "for the second" {
		t.Errorf("got %+v", ev)
	}
}

func TestLinesShowSignsOfLife(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	p.Hurry(5*time.Millisecond, patience)
	_, token := p.visitor(plugin.Profile{})
	line := p.listenTo(token, "")
	line.next("state")
	for range 3 {
		if ev := line.next(""); ev.id != ":" {
			t.Errorf("a sign of life is %+v", ev)
		}
	}
}

// Who does not read is cut off, and stands in nobody's way meanwhile.
func TestSlowReadersAreCutOff(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	p.Hurry(time.Minute, 50*time.Millisecond)
	c, token := p.visitor(plugin.Profile{})
	conn := p.rawLine(token)
	must(t, conn.(*net.TCPConn).SetReadBuffer(4<<10))
	p.eventually("an open line", func() bool { return p.Lines() == 1 })
	text := strings.Repeat(`\u0001`, 1999)
	p.eventually("the end of a line that nobody reads", func() bool {
		p.send(c, `{"text":"`+text+`"}`)
		return p.Lines() == 0
	})
}

// rawLine opens a line and reads nothing of it.
func (p *platform) rawLine(token string) net.Conn {
	p.t.Helper()
	conn, err := (&net.Dialer{}).DialContext(p.t.Context(), "tcp", p.http.Listener.Addr().String())
	must(p.t, err)
	p.t.Cleanup(func() { conn.Close() })
	_, err = io.WriteString(conn, "GET /plugin/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+token+"\r\n\r\n")
	must(p.t, err)
	return conn
}

func TestOneVisitorsLinesAreFew(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	_, token := p.visitor(plugin.Profile{})
	first := p.listenTo(token, "")
	for range 12 {
		p.listenTo(token, "").next("state")
	}
	first.ended()
	p.eventually("the oldest lines to end", func() bool { return p.Lines() <= 8 })
}

// Lines end with the platform, and a server in front of it need not wait for them.
func TestLinesEndWithThePlatform(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	p.http.Config.RegisterOnShutdown(p.EndLines)
	_, token := p.visitor(plugin.Profile{})
	line := p.listenTo(token, "")
	line.next("state")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := p.http.Config.Shutdown(ctx); err != nil {
		t.Fatalf("the server waits for a line: %v", err)
	}
	line.ended()
	must(t, p.Close(ctx))
}

// An address that is not this machine's has a bounded number of lines.
func TestLinesFromOneAddress(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	p.FillLines(netip.MustParseAddr("203.0.113.7"))
	_, token := p.visitor(plugin.Profile{})
	a, wait := p.tried("GET", "/plugin/events", token, "", map[string]string{"X-Forwarded-For": "203.0.113.7"})
	if a.status != http.StatusServiceUnavailable || wait < 1 {
		t.Errorf("one more line from there was answered %d %v", a.status, a.body)
	}
	p.listenTo(token, "").next("state")
}

// maxLineBytes is what an idle line may take of our memory, its end in the test included.
const maxLineBytes = 40 << 10

// TestIdleLinesAreCheap measures some hundreds of visitors who are there and say nothing. It runs alone: what else is
// going on in the process would be measured with it.
func TestIdleLinesAreCheap(t *testing.T) { //nolint:paralleltest // as said
	p := start(t, plugin.Options{})
	const visitors = 400
	var tokens []string
	for range visitors {
		_, token := p.visitor(plugin.Profile{})
		tokens = append(tokens, token)
	}
	before := inUse()
	for _, token := range tokens {
		p.rawLine(token)
	}
	p.eventually("all lines", func() bool { return p.Lines() == visitors })
	after := inUse()
	each := (int64(after) - int64(before)) / visitors
	t.Logf("an idle line takes %d bytes", each)
	if each > maxLineBytes {
		t.Errorf("an idle line takes %d bytes of memory, more than %d", each, maxLineBytes)
	}
}

// inUse is the memory of heap and stacks that is in use.
func inUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}
