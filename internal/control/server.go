package control

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"frontdesk/desk"
)

const (
	greetTime = 5 * time.Second  // for the other side's first line
	writeTime = 10 * time.Second // for an answer: who does not read that long is let go
)

// The keys of what is logged.
const (
	logError = "error"
	logCall  = "call"
	logPanic = "panic"
	logStack = "stack"
)

// Server answers calls of other processes from a desk.
type Server struct {
	desk desk.Contract
	log  *slog.Logger

	mu     sync.Mutex
	closed bool
	lns    map[net.Listener]struct{}
	conns  map[net.Conn]bool // whether a call is under way
	all    sync.WaitGroup
}

// NewServer makes a server that answers from d.
func NewServer(d desk.Contract, log *slog.Logger) *Server {
	return &Server{desk: d, log: log, lns: map[net.Listener]struct{}{}, conns: map[net.Conn]bool{}}
}

// Serve takes connections from ln until Close is called, and then returns nil. It closes ln.
func (s *Server) Serve(ln net.Listener) error {
	defer ln.Close()
	if !s.begin(func() { s.lns[ln] = struct{}{} }) {
		return nil
	}
	for pause := time.Duration(0); ; {
		conn, err := ln.Accept()
		if err != nil {
			if s.isClosed() {
				return nil
			}
			if errors.Is(err, net.ErrClosed) {
				return fmt.Errorf("the control socket was closed: %w", err)
			}
			// Too many open files, mostly: it passes.
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			s.log.Warn("control socket", logError, err)
			time.Sleep(pause)
			continue
		}
		pause = 0
		accepted := s.begin(func() {
			s.conns[conn] = false
			s.all.Add(1)
		})
		if !accepted {
			conn.Close()
			continue
		}
		go s.serve(conn)
	}
}

// begin runs do unless the server is closed.
func (s *Server) begin(do func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		do()
	}
	return !s.closed
}

func (s *Server) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// Close takes no more calls, lets those under way end until ctx does, and then breaks what is left.
func (s *Server) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	for ln := range s.lns {
		ln.Close()
	}
	for conn, busy := range s.conns {
		if !busy {
			conn.Close()
		}
	}
	s.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		s.all.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	for conn := range s.conns {
		conn.Close()
	}
	s.mu.Unlock()
	<-ended
	return nil
}

// Clients is how many connections other processes have to the desk at this moment.
func (s *Server) Clients() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// busy notes whether a call is under way on conn; it reports false when there shall be no more.
func (s *Server) busy(conn net.Conn, call bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[conn] = call
	return !s.closed
}

// serve speaks with one client until it leaves.
func (s *Server) serve(conn net.Conn) {
	defer s.all.Done()
	defer func() {
		conn.Close()
		s.mu.Lock()
		delete(s.conns, conn)
		s.mu.Unlock()
	}()
	if err := conn.SetDeadline(time.Now().Add(greetTime)); err != nil {
		return
	}
	if _, err := conn.Write([]byte(greet(os.Getpid()))); err != nil {
		return
	}
	in := bufio.NewReader(conn)
	if version, err := readGreeting(in); err != nil || version != Version {
		return
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	requests := make(chan request)
	go func() { // reads ahead, so that a client's leaving is seen while its call is under way
		defer cancel()
		defer close(requests)
		for {
			var r request
			if err := readFrame(in, &r, maxRequest); err != nil {
				return
			}
			select {
			case requests <- r:
			case <-ctx.Done():
				return
			}
		}
	}()
	for r := range requests {
		if !s.busy(conn, !r.Call.streams()) {
			return
		}
		if err := s.answer(ctx, conn, r); err != nil {
			return
		}
		if !s.busy(conn, false) {
			return
		}
	}
}

// answer carries a call out. Its error means that the connection is of no more use.
func (s *Server) answer(ctx context.Context, conn net.Conn, r request) error {
	switch r.Call {
	case callChanges:
		return stream(ctx, s, conn, s.desk.Changes)
	case callComings:
		return stream(ctx, s, conn, s.desk.Comings)
	}
	value, err := s.call(ctx, r)
	a := answer{Error: wrap(err)}
	if err == nil && value != nil {
		if a.Value, err = encode(value); err != nil {
			a.Error = wrap(fmt.Errorf("encode the answer to %s: %w", r.Call, err))
		}
	}
	err = s.write(conn, a)
	if errors.Is(err, errTooLarge) {
		return s.write(conn, answer{Error: wrap(fmt.Errorf("%w; ask for fewer at a time", err))})
	}
	return err
}

func (s *Server) write(conn net.Conn, a answer) error {
	if err := conn.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return err
	}
	return writeFrame(conn, a, maxAnswer)
}

// stream sends each step of what follow gives until the client leaves or the desk ends.
func stream[T any](ctx context.Context, s *Server, conn net.Conn, follow func(context.Context) (<-chan T, error)) error {
	steps, err := follow(ctx)
	if err != nil {
		return s.write(conn, answer{Error: wrap(err)})
	}
	if err := s.write(conn, answer{}); err != nil { // from here on nothing is missed
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case step, open := <-steps:
			if !open {
				return errEnded
			}
			value, err := json.Marshal(step)
			if err != nil {
				return err
			}
			if err := s.write(conn, answer{Value: value}); err != nil {
				return err
			}
		}
	}
}

var errEnded = errors.New("the desk has no more changes")

// call finds the method and runs it; a panic in it costs this call alone.
func (s *Server) call(ctx context.Context, r request) (value any, err error) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("control call failed", logCall, string(r.Call), logPanic, fmt.Sprint(p), logStack, string(debug.Stack()))
			value, err = nil, fmt.Errorf("frontdesk made a mistake in %q; its log file says more", r.Call)
		}
	}()
	handle, ok := handlers[r.Call]
	if !ok {
		return nil, fmt.Errorf("the running frontdesk knows no call %q", r.Call)
	}
	return handle(ctx, s.desk, r.Args)
}
