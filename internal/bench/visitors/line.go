package visitors

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// listen opens a line for every visitor, each a connection of its own, and returns when all have been told something.
func (c *crowd) listen(ctx context.Context) error {
	lines, shut := context.WithCancel(ctx)
	c.shut = shut
	if err := c.each(ctx, func(v *visitor) error { return c.dial(lines, v) }); err != nil {
		return fmt.Errorf("open the lines: %w", err)
	}
	return nil
}

// dial opens one line, waits for its first event, and leaves the rest to a goroutine.
func (c *crowd) dial(ctx context.Context, v *visitor) error {
	host := strings.TrimPrefix(c.base, "http://")
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", host)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	var ask bytes.Buffer
	fmt.Fprintf(&ask, "GET /plugin/events HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\n", host)
	for _, h := range c.headers(v) {
		fmt.Fprintf(&ask, "%s: %s\r\n", h[0], h[1])
	}
	ask.WriteString("\r\n")
	_ = conn.SetDeadline(time.Now().Add(callWithin)) // until it is open
	in := bufio.NewReaderSize(conn, 1024)
	events, err := openLine(conn, in, ask.Bytes())
	if err == nil {
		var first event
		for first.name != "state" && err == nil {
			first, err = events.next()
		}
	}
	if err != nil {
		stop()
		conn.Close()
		return fmt.Errorf("the line of visitor %d: %w", v.n, err)
	}
	_ = conn.SetDeadline(time.Time{})
	c.lines.Go(func() {
		defer stop()
		defer conn.Close()
		if err := c.read(v, events); ctx.Err() == nil {
			c.fail(fmt.Errorf("the line of visitor %d ended: %w", v.n, err))
		}
	})
	return nil
}

func openLine(conn io.Writer, in *bufio.Reader, ask []byte) (*events, error) {
	if _, err := conn.Write(ask); err != nil {
		return nil, err
	}
	res, err := http.ReadResponse(in, nil) //nolint:bodyclose // it ends with the connection
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		why, _ := io.ReadAll(io.LimitReader(res.Body, 300)) // as much as there is
		return nil, fmt.Errorf("it was answered with %d: %s", res.StatusCode, why)
	}
	return &events{bufio.NewReaderSize(res.Body, 1024)}, nil
}

// event is one that came on a line.
type event struct {
	name string
	data []byte
}

// events reads a line.
type events struct{ in *bufio.Reader }

func (e *events) next() (ev event, err error) {
	for {
		line, err := e.in.ReadString('\n')
		if err != nil {
			return ev, err
		}
		line = strings.TrimSuffix(line, "\n")
		field, value, _ := strings.Cut(line, ": ")
		switch {
		case line == "" && ev.name != "":
			return ev, nil
		case field == "event":
			ev.name = value
		case field == "data":
			ev.data = []byte(value)
		}
	}
}

// read takes in what comes on a visitor's line until it ends.
func (c *crowd) read(v *visitor, events *events) error {
	for {
		ev, err := events.next()
		if err != nil {
			return err
		}
		if ev.name != "message" {
			continue
		}
		at := time.Now()
		var s said
		if err := json.Unmarshal(ev.data, &s); err != nil {
			return fmt.Errorf("an event is no message: %w", err)
		}
		if err := c.heard(v, s, at); err != nil {
			return err
		}
	}
}

var errStranger = errors.New("what came on the line belongs to nobody, or to another visitor")

// heard notes what came on a visitor's line.
func (c *crowd) heard(v *visitor, s said, at time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	text, answer := s.Text, false
	if s.From == "page" {
		text, answer = strings.CutPrefix(s.Text, answers)
	}
	w := c.words[text]
	if w == nil || w.who != v || answer != (s.From == "page") {
		return errStranger
	}
	if !answer {
		if w.owns++; w.owns == 1 {
			w.own = at
		}
		return nil
	}
	if w.backs++; w.backs > 1 {
		return nil // count says so
	}
	w.back = at
	v.waits = nil
	c.open--
	select {
	case c.arrives <- arrival{v, s.Seq}:
	default: // so many are on their way that this one is told with the next
	}
	select {
	case c.news <- struct{}{}:
	default: // it holds one already
	}
	return nil
}
