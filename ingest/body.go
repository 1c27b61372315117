package ingest

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
	readBudget = 128 << 20

	// readerCost is what an open request costs beside its body (goroutine, buffers of the connection): it makes the
	// budget a bound on the number of open requests too.
	readerCost = 16 << 10

	firstBuffer = 4 << 10
)

var (
	errTooLarge   = errors.New("the body is too large")
	errOverloaded = errors.New("too much is coming in at once")
	errTooSlow    = errors.New("the body did not come in time")
)

// intake hands out the budget for bodies.
type intake struct {
	budget int

	mu      sync.Mutex
	total   int
	reading list.List // of *reading, oldest first
}

// reading is one body on its way in. Its fields are guarded by intake.mu.
type reading struct {
	place   *list.Element // nil once read or given up
	bytes   int           // its part of intake.total
	givenUp bool
	stop    func() // makes a pending read return
}

// enter admits a request. stop must make a pending read of its body return, and must not block.
func (in *intake) enter(stop func()) *reading {
	in.mu.Lock()
	defer in.mu.Unlock()
	r := &reading{stop: stop}
	r.place = in.reading.PushBack(r)
	in.grow(r, readerCost)
	return r
}

// take counts n more bytes for r; it reports false when r has been given up.
func (in *intake) take(r *reading, n int) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if !r.givenUp {
		in.grow(r, n)
	}
	return !r.givenUp
}

// grow counts n bytes for r and makes room by giving up the oldest, which may be r itself. Callers hold mu.
func (in *intake) grow(r *reading, n int) {
	in.total += n
	r.bytes += n
	for in.total > in.budget && in.reading.Len() > 0 {
		oldest := in.reading.Remove(in.reading.Front()).(*reading)
		oldest.place = nil
		oldest.givenUp = true
		in.total -= oldest.bytes
		oldest.bytes = 0
		oldest.stop()
	}
}

// arrived says that the body of r is complete: it is not given up any more.
func (in *intake) arrived(r *reading) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if r.place != nil {
		in.reading.Remove(r.place)
		r.place = nil
	}
	return !r.givenUp
}

// leave gives the bytes of r back.
func (in *intake) leave(r *reading) {
	in.arrived(r)
	in.mu.Lock()
	defer in.mu.Unlock()
	in.total -= r.bytes
	r.bytes = 0
}

// read returns the whole body of req. What it returns may be used until leave is called, and leave must be called.
func (in *intake) read(w http.ResponseWriter, req *http.Request, limit int) (body []byte, leave func(), err error) {
	// Not every ResponseWriter has deadlines: a recorder in a test has nothing that could be slow either.
	conn := http.NewResponseController(w)
	r := in.enter(func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	leave = func() { in.leave(r) }
	if req.ContentLength > int64(limit) {
		return nil, leave, errTooLarge
	}
	_ = conn.SetReadDeadline(time.Now().Add(readWithin)) // the system's clock: the kernel keeps this deadline
	body, err = in.readAll(r, http.MaxBytesReader(w, req.Body, int64(limit)), limit, req.ContentLength)
	if !in.arrived(r) {
		return nil, leave, errOverloaded
	}
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		// The server goes on reading to see whether the sender leaves; that must not end by our deadline.
		_ = conn.SetReadDeadline(time.Time{})
		return body, leave, nil
	case errors.As(err, &tooLarge):
		return nil, leave, errTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, leave, errTooSlow
	default:
		return nil, leave, err
	}
}

// readAll reads to the end of src, which fails beyond limit, and asks for memory as content arrives. length is the
// announced one, or less than 0.
func (in *intake) readAll(r *reading, src io.Reader, limit int, length int64) ([]byte, error) {
	most := limit + 1 // one more than can come, so that the end is seen without growing
	if length >= 0 {
		most = int(length) + 1
	}
	buf := []byte{}
	for {
		if len(buf) == cap(buf) {
			size := min(max(2*cap(buf), firstBuffer), most)
			if !in.take(r, size-cap(buf)) {
				return nil, errOverloaded
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
