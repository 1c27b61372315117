// Package intake reads the bodies of requests that anybody can make, with a bound on what all of them together hold of
// our memory.
package intake

import (
	"container/list"
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"time"
)

// How bodies are read, and why so.
//
// Anybody can reach the listener, and nothing about a body can be believed before all of it is there and its signature
// checked. So what strangers may hold of our memory is bounded; but a plain bound hands them the door: forty senders
// who give a byte a second would fill any number of places, and honest posts would wait outside.
//
// Therefore no request waits for another. Bytes count when they have arrived (a Content-Length reserves nothing), and
// when all bodies together exceed the budget, the one that has been coming in for the longest is given up. An honest
// body is there within milliseconds, or a few seconds on a bad line; whoever is oldest is slow, by intent or not, and
// the platform repeats. Each body has a deadline as well, longer than the platform itself waits for an answer, so that
// idle senders do not stay.
const (
	readWithin = 10 * time.Second

	// readerCost is what an open request costs beside its body (goroutine, buffers of the connection): it makes the
	// budget a bound on the number of open requests too.
	readerCost = 16 << 10

	firstBuffer = 4 << 10
)

// What callers tell apart. Any other error of Read means that the sender went away.
var (
	ErrTooLarge   = errors.New("the body is too large")
	ErrOverloaded = errors.New("too much is coming in at once")
	ErrTooSlow    = errors.New("the body did not come in time")
)

// Gate hands out one budget to all bodies that are read through it. Any number of goroutines may use it.
type Gate struct {
	budget int

	mu      sync.Mutex
	total   int
	reading list.List // of *reading, oldest first
}

// New returns a gate through which bodies of budget bytes may be on their way at once, the cost of an open request
// included.
func New(budget int) *Gate { return &Gate{budget: budget} }

// Incoming returns how many bodies are on their way in, and the bytes counted for all open requests.
func (g *Gate) Incoming() (bodies, bytes int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.reading.Len(), g.total
}

// reading is one body on its way in. Its fields are guarded by Gate.mu.
type reading struct {
	place   *list.Element // nil once read or given up
	bytes   int           // its part of Gate.total
	givenUp bool
	stop    func() // makes a pending read return
}

// enter admits a request. stop must make a pending read of its body return, and must not block.
func (g *Gate) enter(stop func()) *reading {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := &reading{stop: stop}
	r.place = g.reading.PushBack(r)
	g.grow(r, readerCost)
	return r
}

// take counts n more bytes for r; it reports false when r has been given up.
func (g *Gate) take(r *reading, n int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !r.givenUp {
		g.grow(r, n)
	}
	return !r.givenUp
}

// grow counts n bytes for r and makes room by giving up the oldest, which may be r itself. Callers hold mu.
func (g *Gate) grow(r *reading, n int) {
	g.total += n
	r.bytes += n
	for g.total > g.budget && g.reading.Len() > 0 {
		oldest := g.reading.Remove(g.reading.Front()).(*reading)
		oldest.place = nil
		oldest.givenUp = true
		g.total -= oldest.bytes
		oldest.bytes = 0
		oldest.stop()
	}
}

// arrived says that the body of r is complete: it is not given up any more.
func (g *Gate) arrived(r *reading) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r.place != nil {
		g.reading.Remove(r.place)
		r.place = nil
	}
	return !r.givenUp
}

// leave gives the bytes of r back.
func (g *Gate) leave(r *reading) {
	g.arrived(r)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.total -= r.bytes
	r.bytes = 0
}

// Read returns the whole body of req, of limit bytes at most. What it returns may be used until leave is called, and
// leave must be called, also after an error. It sets the connection's read deadline for as long as it reads.
func (g *Gate) Read(w http.ResponseWriter, req *http.Request, limit int) (body []byte, leave func(), err error) {
	// Not every ResponseWriter has deadlines: a recorder in a test has nothing that could be slow either.
	conn := http.NewResponseController(w)
	r := g.enter(func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	leave = func() { g.leave(r) }
	if req.ContentLength > int64(limit) {
		return nil, leave, ErrTooLarge
	}
	_ = conn.SetReadDeadline(time.Now().Add(readWithin)) // the system's clock: the kernel keeps this deadline
	body, err = g.readAll(r, http.MaxBytesReader(w, req.Body, int64(limit)), limit, req.ContentLength)
	if !g.arrived(r) {
		return nil, leave, ErrOverloaded
	}
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		// The server goes on reading to see whether the sender leaves; that must not end by our deadline.
		_ = conn.SetReadDeadline(time.Time{})
		return body, leave, nil
	case errors.As(err, &tooLarge):
		return nil, leave, ErrTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, leave, ErrTooSlow
	default:
		return nil, leave, err
	}
}

// readAll reads to the end of src, which fails beyond limit, and asks for memory as content arrives. length is the
// announced one, or less than 0.
func (g *Gate) readAll(r *reading, src io.Reader, limit int, length int64) ([]byte, error) {
	most := limit + 1 // one more than can come, so that the end is seen without growing
	if length >= 0 {
		most = int(length) + 1
	}
	buf := []byte{}
	for {
		if len(buf) == cap(buf) {
			size := min(max(2*cap(buf), firstBuffer), most)
			if !g.take(r, size-cap(buf)) {
				return nil, ErrOverloaded
			}
			bigger := make([]byte, len(buf), size)
			copy(bigger, buf)
			buf = bigger
		}
		n, err := src.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return nil, err
		}
	}
}
