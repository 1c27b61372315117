package faulty_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"frontdesk/internal/faulty"
)

const (
	question = `{"message":{"metadata":"fd1:one"}}`
	taken    = `{"message_id":"m_1"}`
)

// platform remembers what it got, and takes everything.
type platform struct {
	*httptest.Server
	mu  sync.Mutex
	got []string
}

func newPlatform(t *testing.T) *platform {
	t.Helper()
	p := &platform{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		p.mu.Lock()
		p.got = append(p.got, fmt.Sprintf("%s %s %s %s", r.Method, r.URL.RequestURI(), r.Header.Get("Authorization"), body))
		p.mu.Unlock()
		w.Header().Set("X-App-Usage", "{}")
		fmt.Fprint(w, taken)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *platform) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.got)
}

func newProxy(t *testing.T, o faulty.Options) *faulty.Proxy {
	t.Helper()
	p, err := faulty.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// asked is what came of one request.
type asked struct {
	status int
	body   string
	header http.Header
	err    error
}

// ask makes one request, for which it waits so long.
func ask(t *testing.T, url string, wait time.Duration) asked {
	t.Helper()
	client := &http.Client{Timeout: wait, Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/v25.0/1/messages?proof=secret", strings.NewReader(question))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer TOKEN")
	res, err := client.Do(req)
	if err != nil {
		return asked{err: err}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return asked{res.StatusCode, string(body), res.Header, err}
}

const patience = 20 * time.Second

func TestFaults(t *testing.T) {
	t.Parallel()
	html := faulty.Fault{Break: faulty.Answer, Status: 502, Body: "<html>Bad Gateway</html>", Header: map[string]string{"Retry-After": "7"}}
	passed := html
	passed.Passed = true
	for name, c := range map[string]struct {
		fault  faulty.Fault
		wait   time.Duration // the caller's
		status int           // 0: no answer
		body   string
		half   bool // of an answer only a part comes
		last   faulty.Moment
	}{
		"no fault":                    {status: 200, body: taken, last: faulty.Answered},
		"reset unread":                {fault: faulty.Fault{Break: faulty.ResetUnread}, last: faulty.Came},
		"reset halfway":               {fault: faulty.Fault{Break: faulty.ResetHalfway}, last: faulty.Came},
		"cut, not passed on":          {fault: faulty.Fault{Break: faulty.CutUnpassed}, last: faulty.Read},
		"cut, passed on":              {fault: faulty.Fault{Break: faulty.CutPassed}, last: faulty.Passed},
		"cut within the answer":       {fault: faulty.Fault{Break: faulty.CutAnswer}, status: 200, half: true, last: faulty.Answered},
		"answered too late":           {fault: faulty.Fault{Break: faulty.Late}, wait: 50 * time.Millisecond, last: faulty.Answered},
		"passed on too late":          {fault: faulty.Fault{Break: faulty.LatePassed}, wait: 50 * time.Millisecond, last: faulty.Passed},
		"another answer":              {fault: html, status: 502, body: html.Body, last: faulty.Answered},
		"another answer, taken first": {fault: passed, status: 502, body: html.Body, last: faulty.Answered},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := newPlatform(t)
			p := newProxy(t, faulty.Options{To: to.URL})
			var mu sync.Mutex
			var moments []faulty.Moment
			p.At(func(m faulty.Moment, _ faulty.Seen) {
				mu.Lock()
				defer mu.Unlock()
				moments = append(moments, m)
			})
			p.Plan(c.fault)
			if c.wait == 0 {
				c.wait = patience
			}
			got := ask(t, p.URL(), c.wait)
			switch {
			case c.half:
				if got.status != c.status || got.err == nil || len(got.body) >= len(taken) {
					t.Errorf("asked and got %+v, want a part of an answer", got)
				}
			case c.status == 0:
				if got.err == nil {
					t.Errorf("asked and got %+v, want no answer", got)
				}
			case got.err != nil || got.status != c.status || got.body != c.body || got.header.Get("Retry-After") != c.fault.Header["Retry-After"]:
				t.Errorf("asked and got %+v, want %d %s", got, c.status, c.body)
			}
			p.Close() // what goes on after the caller has left ends
			var want []string
			if c.fault.Passes() {
				want = []string{"POST /v25.0/1/messages?proof=secret Bearer TOKEN " + question}
			}
			if got := to.requests(); !slices.Equal(got, want) && c.fault.Break != faulty.Late && c.fault.Break != faulty.LatePassed {
				t.Errorf("the platform got %q, want %q", got, want)
			}
			seen := p.Seen()
			if len(seen) != 1 || seen[0].Path != "/v25.0/1/messages" || seen[0].Method != http.MethodPost {
				t.Fatalf("seen %+v", seen)
			}
			if c.wait == patience && (seen[0].Moment != c.last || moments[len(moments)-1] != c.last) {
				t.Errorf("it came to %q, told of %v, want the last to be %q", seen[0].Moment, moments, c.last)
			}
		})
	}
}

func TestSlow(t *testing.T) {
	t.Parallel()
	const slow = 100 * time.Millisecond
	p := newProxy(t, faulty.Options{To: newPlatform(t).URL})
	p.Plan(faulty.Fault{Slow: slow})
	began := time.Now()
	if got := ask(t, p.URL(), patience); got.body != taken || time.Since(began) < slow {
		t.Errorf("asked and got %+v after %v, want an answer after %v", got, time.Since(began), slow)
	}
}

// TestLate waits for what happens after the caller has given up.
func TestLate(t *testing.T) {
	t.Parallel()
	for b, want := range map[faulty.Break]faulty.Moment{faulty.Late: faulty.Answered, faulty.LatePassed: faulty.Passed} {
		t.Run(string(b), func(t *testing.T) {
			t.Parallel()
			to := newPlatform(t)
			p := newProxy(t, faulty.Options{To: to.URL})
			done := make(chan struct{})
			p.At(func(m faulty.Moment, s faulty.Seen) {
				switch {
				case m == faulty.Read && len(to.requests()) != 0:
					t.Error("the platform had it before the proxy")
				case m == want:
					close(done)
				}
			})
			p.Plan(faulty.Fault{Break: b})
			if got := ask(t, p.URL(), 50*time.Millisecond); got.err == nil {
				t.Errorf("asked and got %+v, want no answer in time", got)
			}
			select {
			case <-done:
			case <-time.After(patience):
				t.Fatal("nothing happened after the caller had given up")
			}
			if n := len(to.requests()); n != 1 {
				t.Errorf("the platform got %d requests, want 1", n)
			}
		})
	}
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	to := newPlatform(t)
	p := newProxy(t, faulty.Options{To: to.URL})
	address := p.URL()
	p.Plan(faulty.Fault{Break: faulty.CutUnpassed}, faulty.Fault{Break: faulty.Refuse}, faulty.Fault{Break: faulty.CutPassed})
	if got := ask(t, address, patience); got.err == nil {
		t.Errorf("the first was answered: %+v", got)
	}
	for range 3 {
		if got := ask(t, address, patience); !errors.Is(got.err, syscall.ECONNREFUSED) {
			t.Errorf("asked and got %+v, want a connection that is refused", got)
		}
	}
	if !p.Refusing() || p.Left() != 2 {
		t.Errorf("refusing %v with %d faults left", p.Refusing(), p.Left())
	}
	if err := p.Listen(); err != nil {
		t.Fatal(err)
	}
	if p.URL() != address {
		t.Errorf("it listens at %s again, not at %s", p.URL(), address)
	}
	if got := ask(t, address, patience); got.err == nil {
		t.Errorf("the one after that was answered: %+v", got)
	}
	if got := ask(t, address, patience); got.status != 200 {
		t.Errorf("with the plan over: %+v", got)
	}
	if n := len(to.requests()); n != 2 {
		t.Errorf("the platform got %d requests, want 2", n)
	}
}

// TestOnlySomeBreak carries what the plan is not about.
func TestOnlySomeBreak(t *testing.T) {
	t.Parallel()
	to := newPlatform(t)
	p := newProxy(t, faulty.Options{To: to.URL, Breaks: func(method, path string) bool {
		return method == http.MethodPost && strings.HasSuffix(path, "/others")
	}})
	p.At(func(m faulty.Moment, s faulty.Seen) { t.Errorf("told %s of %s", m, s.Path) })
	p.Plan(faulty.Fault{Break: faulty.CutUnpassed})
	if got := ask(t, p.URL(), patience); got.status != 200 || p.Left() != 1 || len(p.Seen()) != 0 {
		t.Errorf("asked and got %+v, %d faults left, seen %v", got, p.Left(), p.Seen())
	}
}

// TestMomentsAreWaitedFor has nothing go on while a test is told of it.
func TestMomentsAreWaitedFor(t *testing.T) {
	t.Parallel()
	to := newPlatform(t)
	p := newProxy(t, faulty.Options{To: to.URL})
	told, goOn, answered := make(chan faulty.Seen), make(chan struct{}), make(chan asked, 1)
	p.At(func(m faulty.Moment, s faulty.Seen) {
		if m == faulty.Read {
			told <- s
			<-goOn
		}
	})
	go func() { answered <- ask(t, p.URL(), patience) }()
	s := <-told
	if p.Idle() || s.Last.Before(s.Begun) {
		t.Errorf("idle %v while a request is under way since %v", p.Idle(), s.Begun)
	}
	if string(s.Body) != question || s.N != 1 || len(to.requests()) != 0 || len(answered) != 0 {
		t.Errorf("told of %+v with %d requests at the platform", s, len(to.requests()))
	}
	close(goOn)
	if got := <-answered; got.body != taken {
		t.Errorf("asked and got %+v", got)
	}
}
