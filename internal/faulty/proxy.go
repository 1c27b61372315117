package faulty

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options say what a Proxy stands before.
type Options struct {
	To string // address of the platform, as in http://127.0.0.1:8080
	// Breaks says which requests take a fault of the plan; all others are carried. Nil: every request does.
	Breaks func(method, path string) bool
}

// Proxy carries requests to a platform and breaks them. New makes one.
type Proxy struct {
	o       Options
	address string
	carrier *http.Client
	ctx     context.Context //nolint:containedctx // the proxy's lifetime
	cancel  context.CancelFunc
	working sync.WaitGroup

	mu       sync.Mutex
	listener net.Listener // nil while nobody listens
	conns    map[net.Conn]struct{}
	plan     []Fault
	at       func(Moment, Seen)
	seen     []Seen
}

// New makes a proxy that listens on a loopback address of its own.
func New(o Options) (*Proxy, error) {
	p := &Proxy{o: o, address: "127.0.0.1:0", conns: map[net.Conn]struct{}{}, carrier: &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.o.To = strings.TrimRight(o.To, "/")
	return p, p.Listen()
}

// URL is the address to which the program speaks.
func (p *Proxy) URL() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return "http://" + p.address
}

// Listen ends Refuse. It does nothing while the proxy listens.
func (p *Proxy) Listen() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil || p.ctx.Err() != nil {
		return nil
	}
	if len(p.plan) > 0 && p.plan[0].Break == Refuse {
		p.plan = p.plan[1:]
	}
	ln, err := new(net.ListenConfig).Listen(p.ctx, "tcp", p.address)
	if err != nil {
		return fmt.Errorf("listen as a faulty proxy: %w", err)
	}
	p.listener, p.address = ln, ln.Addr().String()
	p.working.Go(func() { p.accept(ln) })
	p.refuse()
	return nil
}

// Refusing reports whether nobody listens.
func (p *Proxy) Refusing() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.listener == nil
}

// refuse has nobody listen where the plan says so; the caller holds the lock.
func (p *Proxy) refuse() {
	if len(p.plan) > 0 && p.plan[0].Break == Refuse && p.listener != nil {
		_ = p.listener.Close() // its accept loop ends
		p.listener = nil
	}
}

// Plan sets what befalls the next requests, one after the other; those that follow are carried.
func (p *Proxy) Plan(faults ...Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plan = slices.Clone(faults)
	p.refuse()
}

// Left is how many faults of the plan have befallen nobody yet.
func (p *Proxy) Left() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.plan)
}

// At sets what is told of the moments of each request that may break. The request goes on when it returns. Nil: nothing.
func (p *Proxy) At(tell func(Moment, Seen)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = tell
}

// Seen are the requests that might break, in the order in which they came.
func (p *Proxy) Seen() []Seen {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.seen)
}

// Idle reports whether no request is under way.
func (p *Proxy) Idle() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.conns) == 0
}

// Close breaks off what is under way and returns when that has ended.
func (p *Proxy) Close() {
	p.mu.Lock()
	p.cancel()
	if p.listener != nil {
		_ = p.listener.Close() // its accept loop ends
		p.listener = nil
	}
	for conn := range p.conns {
		_ = conn.Close() // whoever works at it finds out
	}
	p.mu.Unlock()
	p.working.Wait()
}

func (p *Proxy) accept(ln net.Listener) {
	for {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		closed := p.ctx.Err() != nil
		if !closed {
			p.conns[conn] = struct{}{}
		}
		p.mu.Unlock()
		if closed {
			_ = conn.Close() // nobody is served any more
			return
		}
		p.working.Go(func() {
			defer p.leave(conn)
			p.serve(conn)
		})
	}
}

// leave closes a connection, which may be closed already.
func (p *Proxy) leave(conn net.Conn) {
	_ = conn.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, conn)
}

// firstLine is the method and the path of a request that nothing is read of.
func firstLine(in *bufio.Reader) (method, path string, err error) {
	for n := 1; ; n = in.Buffered() + 1 {
		if _, err := in.Peek(n); err != nil {
			return "", "", err
		}
		head, err := in.Peek(in.Buffered())
		if err != nil {
			return "", "", err
		}
		if i := bytes.IndexByte(head, '\n'); i >= 0 {
			method, rest, _ := strings.Cut(string(head[:i]), " ")
			path, _, _ := strings.Cut(rest, " ")
			path, _, _ = strings.Cut(path, "?")
			return method, path, nil
		}
	}
}

// serve carries or breaks the one request of a connection.
func (p *Proxy) serve(conn net.Conn) {
	in := bufio.NewReaderSize(conn, 64<<10)
	method, path, err := firstLine(in)
	if err != nil {
		return // nobody asked for anything
	}
	e := &exchange{p: p, conn: conn, in: in, seen: Seen{Method: method, Path: path}}
	if p.o.Breaks == nil || p.o.Breaks(method, path) {
		p.mu.Lock()
		if p.listener == nil { // it was let in a moment before nobody listened any more
			p.mu.Unlock()
			e.reset()
			return
		}
		if len(p.plan) > 0 {
			e.seen.Fault, p.plan = p.plan[0], p.plan[1:]
		}
		p.refuse()
		e.seen.N, e.seen.Begun = len(p.seen)+1, time.Now()
		p.seen = append(p.seen, e.seen)
		p.mu.Unlock()
	}
	e.run()
}

// exchange is one request on its way.
type exchange struct {
	p      *Proxy
	conn   net.Conn
	in     *bufio.Reader
	seen   Seen
	req    *http.Request
	answer *http.Response // the platform's
	body   []byte         // its body
}

// reached notes how far the request has come, and tells.
func (e *exchange) reached(m Moment) {
	if e.seen.N == 0 {
		return // none that breaks
	}
	e.seen.Moment, e.seen.Last = m, time.Now()
	e.p.mu.Lock()
	e.p.seen[e.seen.N-1] = e.seen
	tell := e.p.at
	e.p.mu.Unlock()
	if tell != nil {
		tell(m, e.seen)
	}
}

func (e *exchange) run() {
	f := e.seen.Fault
	e.reached(Came)
	if f.Break == ResetUnread {
		e.reset()
		return
	}
	if err := e.read(); err != nil {
		return // it broke off by itself, or halfway as planned
	}
	e.reached(Read)
	if f.Break == LatePassed && !e.gone() || f.Break == CutUnpassed {
		return
	}
	if f.Passes() {
		if err := e.pass(); err != nil {
			return // the platform has gone: so does its answer
		}
		e.reached(Passed)
	}
	select {
	case <-time.After(f.Slow):
	case <-e.p.ctx.Done():
	}
	switch f.Break {
	case CutPassed, LatePassed:
		return
	case Late:
		if !e.gone() {
			return
		}
		e.write(e.answer.StatusCode, e.answer.Header, e.body, len(e.body))
	case CutAnswer:
		e.write(e.answer.StatusCode, e.answer.Header, e.body, len(e.body)/2)
		e.reset()
	case Answer:
		h := http.Header{}
		for name, value := range f.Header {
			h.Set(name, value)
		}
		e.write(f.Status, h, []byte(f.Body), len(f.Body))
	default:
		e.write(e.answer.StatusCode, e.answer.Header, e.body, len(e.body))
	}
	e.reached(Answered)
}

// errHalfway says that only half of a request was to be read.
var errHalfway = errors.New("read halfway")

// read takes the request in.
func (e *exchange) read() (err error) {
	if e.req, err = http.ReadRequest(e.in); err != nil {
		return err
	}
	if e.seen.Fault.Break == ResetHalfway {
		half := e.req.ContentLength / 2
		if e.req.ContentLength < 0 { // a body that does not say how long it is
			half = 512
		}
		_, _ = io.CopyN(io.Discard, e.req.Body, half) // less is as good
		e.reset()
		return errHalfway
	}
	e.seen.Body, err = io.ReadAll(e.req.Body)
	return err
}

// pass hands the request to the platform and takes its answer.
func (e *exchange) pass() error {
	req, err := http.NewRequestWithContext(e.p.ctx, e.req.Method, e.p.o.To+e.req.URL.RequestURI(), bytes.NewReader(e.seen.Body))
	if err != nil {
		return err
	}
	req.Header = e.req.Header.Clone()
	req.Header.Del("Connection")
	res, err := e.p.carrier.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if e.body, err = io.ReadAll(res.Body); err != nil {
		return err
	}
	e.answer, e.seen.Status = res, res.StatusCode
	return nil
}

// write answers with the first bytes of a body.
func (e *exchange) write(status int, h http.Header, body []byte, bytesOf int) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status))
	h = h.Clone()
	h.Del("Transfer-Encoding")
	h.Set("Content-Length", fmt.Sprint(len(body)))
	h.Set("Connection", "close")
	_ = h.Write(&b) // a buffer takes everything
	b.WriteString("\r\n")
	b.Write(body[:bytesOf])
	_, _ = e.conn.Write(b.Bytes()) // a caller that has gone can't be told
}

// gone waits until the caller has given up. It is false when the proxy ends first.
func (e *exchange) gone() bool {
	_ = e.conn.SetReadDeadline(time.Time{})
	_, _ = e.in.Peek(1) // no byte follows a request: what comes is the end
	return e.p.ctx.Err() == nil
}

// reset ends the connection without a goodbye.
func (e *exchange) reset() {
	if tcp, ok := e.conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = e.conn.Close() // which is what is wanted of it
}
