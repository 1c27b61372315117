package ingest_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/ingest"
	"frontdesk/messenger"
	"frontdesk/store/bolt"
)

// pipes is a listener whose connections are pipes in memory, so that a test can own the time.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	p.conns <- server
	return client
}

// withPipes runs test with a real server and a real log in virtual time.
func withPipes(t *testing.T, test func(t *testing.T, h *ingest.Handler, p *pipes)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		log, err := bolt.OpenLog(filepath.Join(t.TempDir(), "log.db"), bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		h := newHandler(t, options(log))
		p := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		srv := &http.Server{Handler: h}
		ingest.Timeouts(srv)
		var serving sync.WaitGroup
		serving.Go(func() {
			if err := srv.Serve(p); !errors.Is(err, http.ErrServerClosed) {
				t.Errorf("Serve: %v", err)
			}
		})
		test(t, h, p)
		if err := srv.Close(); err != nil {
			t.Errorf("close the server: %v", err)
		}
		serving.Wait()
		time.Sleep(time.Second) // the server lingers for a moment before it closes a connection in the middle of a body
		synctest.Wait()
		if bodies, bytes := h.Incoming(); bodies != 0 || bytes != 0 {
			t.Errorf("%d bodies and %d bytes are still counted", bodies, bytes)
		}
		if err := log.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
}

// sender is a client that gives its body in pieces.
type sender struct {
	t    *testing.T
	conn net.Conn
	body []byte
}

// newSender sends the head of a post of body.
func newSender(t *testing.T, p *pipes, body []byte) *sender {
	t.Helper()
	s := &sender{t: t, conn: p.dial(), body: body}
	_, err := fmt.Fprintf(s.conn, "POST /webhook HTTP/1.1\r\nHost: pipe\r\n%s: %s\r\nContent-Length: %d\r\n\r\n",
		messenger.SignatureHeader, messenger.Sign([]byte(appSecret), body), len(body))
	if err != nil {
		t.Errorf("send the head: %v", err)
	}
	return s
}

// send sends the next n bytes; it reports false when the server does not want them.
func (s *sender) send(n int) bool {
	n = min(n, len(s.body))
	_, err := s.conn.Write(s.body[:n])
	s.body = s.body[n:]
	return err == nil
}

// status reads the answer's status; 0 when the connection ended without one.
func (s *sender) status() int {
	resp, err := http.ReadResponse(bufio.NewReader(s.conn), nil)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		s.t.Errorf("read the answer: %v", err)
	}
	return resp.StatusCode
}

func TestBodyInPieces(t *testing.T) {
	t.Parallel()
	withPipes(t, func(t *testing.T, h *ingest.Handler, p *pipes) {
		body := fixture(t, "message-text-long-multiline.json")
		s := newSender(t, p, body)
		for range 5 {
			s.send(len(body)/5 + 1)
			time.Sleep(625 * time.Millisecond)
		}
		if got := s.status(); got != http.StatusOK {
			t.Errorf("a body that took 2.5 s: %d, want 200", got)
		}
		s.conn.Close()
		wantCount(t, h, ingest.Accepted, 1)
	})
}

func TestSlowSendersBlockNobody(t *testing.T) {
	t.Parallel()
	withPipes(t, func(t *testing.T, h *ingest.Handler, p *pipes) {
		const slow = 40
		var wg sync.WaitGroup
		began := time.Now()
		for range slow {
			s := newSender(t, p, bytes.Repeat([]byte(" "), 1<<20))
			wg.Go(func() {
				defer s.conn.Close()
				answered := make(chan int)
				go func() { answered <- s.status() }()
				for s.send(1) {
					select {
					case status := <-answered:
						if status != http.StatusRequestTimeout {
							t.Errorf("a slow sender got %d, want 408", status)
						}
						if took := time.Since(began); took > 11*time.Second {
							t.Errorf("a slow sender was borne for %v", took)
						}
						return
					case <-time.After(500 * time.Millisecond):
					}
				}
				<-answered
			})
		}
		time.Sleep(2200 * time.Millisecond)
		if bodies, _ := h.Incoming(); bodies != slow {
			t.Errorf("%d bodies on their way in, want %d", bodies, slow)
		}
		before := time.Now()
		body := fixture(t, "message-text.json")
		honest := newSender(t, p, body)
		honest.send(len(body))
		if got := honest.status(); got != http.StatusOK {
			t.Errorf("an honest post: %d, want 200", got)
		}
		if took := time.Since(before); took > 100*time.Millisecond {
			t.Errorf("an honest post took %v beside %d slow ones", took, slow)
		}
		honest.conn.Close()
		wg.Wait()
		wantCount(t, h, ingest.TooSlow, slow)
	})
}

func TestOldestBodyIsGivenUp(t *testing.T) {
	t.Parallel()
	withPipes(t, func(t *testing.T, h *ingest.Handler, p *pipes) {
		const each = 20_000
		h.SetBudget(10 * 64 << 10)
		var slow []*sender
		for range 10 {
			s := newSender(t, p, bytes.Repeat([]byte(" "), 1<<20))
			s.send(each)
			time.Sleep(10 * time.Millisecond)
			slow = append(slow, s)
		}
		if _, bytes := h.Incoming(); bytes < 10*each || bytes > 10*64<<10 {
			t.Errorf("%d bytes are counted for 10 bodies of %d", bytes, each)
		}
		wantCount(t, h, ingest.Overloaded, 0)

		// An honest body comes, too large for what is left.
		body := append(fixture(t, "message-text.json"), bytes.Repeat([]byte(" "), 200_000)...)
		honest := newSender(t, p, body)
		go honest.send(len(body))
		if got := honest.status(); got != http.StatusOK {
			t.Errorf("an honest post: %d, want 200", got)
		}
		honest.conn.Close()
		if got := slow[0].status(); got != http.StatusServiceUnavailable {
			t.Errorf("the oldest body got %d, want 503", got)
		}
		synctest.Wait()
		given := h.Counters()[ingest.Overloaded]
		if bodies, _ := h.Incoming(); given == 0 || given > 8 || bodies != len(slow)-int(given) {
			t.Errorf("%d bodies were given up, %d are left of %d", given, bodies, len(slow))
		}
		for _, s := range slow {
			s.conn.Close()
		}
	})
}

func TestSenderGoesAway(t *testing.T) {
	t.Parallel()
	withPipes(t, func(t *testing.T, h *ingest.Handler, p *pipes) {
		s := newSender(t, p, fixture(t, "message-text.json"))
		s.send(50)
		s.conn.Close()
		synctest.Wait()
		wantCount(t, h, ingest.Aborted, 1)
		wantCount(t, h, ingest.Accepted, 0)
	})
}
