package control

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"frontdesk/desk"
	"frontdesk/store"
)

// ErrNobody says that no process answers at the socket.
var ErrNobody = errors.New("no running frontdesk answers on the control socket")

// maxIdle is how many connections a client keeps for the next calls.
const maxIdle = 4

// Client is the desk of another process. It may be used by many goroutines at once. When that process ends, calls
// return desk.ErrGone until another one serves at the same path; from then on they are that one's.
type Client struct {
	path string

	mu     sync.Mutex
	idle   []*link
	closed bool
	open   map[*link]struct{}
}

// link is one connection, used by one call at a time.
type link struct {
	net.Conn
	in *bufio.Reader
}

// Dial connects to the process that serves at path. ErrNobody when there is none; another protocol version is an error
// that says what to do.
func Dial(ctx context.Context, path string) (*Client, error) {
	c := &Client{path: path, open: map[*link]struct{}{}}
	l, err := c.connect(ctx)
	if err != nil {
		return nil, err
	}
	c.putBack(l)
	return c, nil
}

// Close ends every call under way with desk.ErrGone, and every stream of changes.
func (c *Client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for l := range c.open {
		l.Close()
	}
	c.idle = nil
	return nil
}

// connect opens a connection and exchanges first lines.
func (c *Client) connect(ctx context.Context) (*link, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", c.path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ENOTDIR):
		return nil, fmt.Errorf("%w at %s", ErrNobody, c.path)
	case err != nil:
		return nil, fmt.Errorf("reach the running frontdesk: %w", err)
	}
	l := &link{Conn: conn, in: bufio.NewReader(conn)}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	err = l.greet()
	switch {
	case err != nil && ctx.Err() != nil:
		err = ctx.Err()
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = fmt.Errorf("the process at %s does not answer; end it, or wait until it does", c.path)
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		// A process that is just ending takes the connection and breaks it.
		err = fmt.Errorf("%w at %s", ErrNobody, c.path)
	}
	if err == nil && !c.keep(l) {
		err = desk.ErrGone
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return l, nil
}

func (l *link) greet() error {
	if err := l.SetDeadline(time.Now().Add(greetTime)); err != nil {
		return err
	}
	if _, err := l.Write([]byte(greet(0))); err != nil {
		return err
	}
	version, err := readGreeting(l.in)
	switch {
	case errors.Is(err, errNoFrontdesk):
		return fmt.Errorf("%s: %w", l.RemoteAddr(), err)
	case err != nil:
		return err
	case version != Version:
		return fmt.Errorf("the running frontdesk speaks version %d of the control protocol and this one version %d; "+
			"end it and start both from the same program", version, Version)
	}
	return l.SetDeadline(time.Time{})
}

// keep remembers a connection, so that Close can end it.
func (c *Client) keep(l *link) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.open[l] = struct{}{}
	}
	return !c.closed
}

// drop ends a connection.
func (c *Client) drop(l *link) {
	l.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, l)
}

// lost ends a broken connection, and those that wait: they led to the same process. The next call finds whoever serves
// at the path then, so that a client outlives the process it was dialled for.
func (c *Client) lost(l *link) {
	c.drop(l)
	c.mu.Lock()
	idle := c.idle
	c.idle = nil
	c.mu.Unlock()
	for _, l := range idle {
		c.drop(l)
	}
}

// putBack keeps a connection for the next call.
func (c *Client) putBack(l *link) {
	c.mu.Lock()
	if !c.closed && len(c.idle) < maxIdle {
		c.idle = append(c.idle, l)
		c.mu.Unlock()
		return
	}
	c.mu.Unlock()
	c.drop(l)
}

// take finds or opens a connection.
func (c *Client) take(ctx context.Context) (*link, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c.mu.Lock()
	if n := len(c.idle); n > 0 {
		l := c.idle[n-1]
		c.idle = c.idle[:n-1]
		c.mu.Unlock()
		return l, nil
	}
	closed := c.closed
	c.mu.Unlock()
	if closed {
		return nil, desk.ErrGone
	}
	l, err := c.connect(ctx)
	if errors.Is(err, ErrNobody) {
		return nil, desk.ErrGone
	}
	return l, err
}

// do carries a call over and decodes its answer into value, which may be nil.
func (c *Client) do(ctx context.Context, call method, args, value any) error {
	raw, err := encode(args)
	if err != nil {
		return fmt.Errorf("encode the call %s: %w", call, err)
	}
	var a answer
	if a, err = c.ask(ctx, request{Call: call, Args: raw}); errors.Is(err, errUnsent) {
		a, err = c.ask(ctx, request{Call: call, Args: raw}) // a connection from before; this one is new
	}
	if errors.Is(err, errUnsent) {
		err = desk.ErrGone
	}
	if err != nil {
		return err
	}
	if err := a.Error.unwrap(); err != nil {
		return err
	}
	if value == nil || len(a.Value) == 0 {
		return nil
	}
	if err := json.Unmarshal(a.Value, value); err != nil {
		return fmt.Errorf("decode the answer to %s: %w", call, err)
	}
	return nil
}

// errUnsent says that a connection had ended before the whole request was on it, so that nobody can have acted on it.
var errUnsent = errors.New("the request did not go out")

// ask sends one request on one connection and waits for the answer.
func (c *Client) ask(ctx context.Context, r request) (a answer, err error) {
	l, err := c.take(ctx)
	if err != nil {
		return a, err
	}
	// Closing is what ends a call: the server sees it and ends the call's context there.
	stop := context.AfterFunc(ctx, func() { l.Close() })
	err = writeFrame(l, r, maxRequest)
	if errors.Is(err, errTooLarge) {
		stop()
		c.putBack(l)
		return a, err
	}
	gone := errUnsent
	if err == nil {
		gone = desk.ErrUnanswered
		err = readFrame(l.in, &a, maxAnswer)
	}
	if !stop() || err != nil {
		c.lost(l)
		if ctx.Err() != nil {
			return a, ctx.Err()
		}
		return a, gone
	}
	c.putBack(l)
	return a, nil
}

// Changes keeps desk.Watcher.
func (c *Client) Changes(ctx context.Context) (<-chan store.Seq, error) {
	return follow[store.Seq](ctx, c, callChanges)
}

// Comings keeps desk.Attendance.
func (c *Client) Comings(ctx context.Context) (<-chan struct{}, error) {
	return follow[struct{}](ctx, c, callComings)
}

// follow makes a call that goes on being answered, on a connection of its own, and sends the newest answer.
func follow[T any](ctx context.Context, c *Client, call method) (<-chan T, error) {
	l, err := c.take(ctx)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { l.Close() })
	var first answer
	err = writeFrame(l, request{Call: call}, maxRequest)
	if err == nil {
		err = readFrame(l.in, &first, maxAnswer)
	}
	if err != nil {
		stop()
		c.lost(l)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, desk.ErrGone
	}
	if err := first.Error.unwrap(); err != nil {
		stop()
		c.putBack(l)
		return nil, err
	}
	out := make(chan T, 1)
	go func() {
		defer close(out)
		defer c.drop(l)
		defer stop()
		for {
			var a answer
			var step T
			if err := readFrame(l.in, &a, maxAnswer); err != nil || json.Unmarshal(a.Value, &step) != nil {
				return
			}
			select {
			case <-out: // a step nobody has read
			default:
			}
			out <- step
		}
	}()
	return out, nil
}
