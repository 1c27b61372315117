package plugin_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/messenger"
	"frontdesk/plugin"
)

func TestOrderIsKeptAcrossFailures(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	refused := 0
	r.answerWith(func(messenger.Event) int {
		if refused < 3 {
			refused++
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	})
	p := start(t, plugin.Options{Subscribers: r.subscriptions()})
	c, _ := p.visitor(plugin.Profile{})
	for i := range 20 {
		_, err := p.Write(t.Context(), c, fmt.Sprint(i))
		must(t, err)
	}
	for i := range 20 {
		if text := r.next(messenger.KindMessage).Message.Text; text != fmt.Sprint(i) {
			t.Fatalf("message %d came as number %s", i, text)
		}
	}
	p.quiet()
	for _, st := range p.Subscribers() {
		if st.Page == siteID && (st.LastStatus != 200 || st.LastError != "" || st.LastAt.IsZero()) {
			t.Errorf("after all was taken the state is %+v", st)
		}
	}
}

func TestOneConversationDoesNotHoldAnother(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := start(t, plugin.Options{Subscribers: r.subscriptions()})
	stuck, _ := p.visitor(plugin.Profile{})
	other, _ := p.visitor(plugin.Profile{})
	r.answerWith(func(ev messenger.Event) int {
		if ev.Sender.ID == stuck.ID {
			return http.StatusInternalServerError
		}
		return http.StatusOK
	})
	for i := range 5 {
		_, err := p.Write(t.Context(), stuck, "never taken")
		must(t, err)
		_, err = p.Write(t.Context(), other, fmt.Sprint(i))
		must(t, err)
	}
	for i := range 5 {
		if ev := r.next(messenger.KindMessage); ev.Sender.ID != other.ID || ev.Message.Text != fmt.Sprint(i) {
			t.Fatalf("number %d is %s from %s", i, ev.Message.Text, ev.Sender.ID)
		}
	}
	p.eventually("the refused to stay queued", func() bool { return p.Subscribers()[0].Queued == 5 })
}

func TestTheQueueOutlivesTheServer(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plugin.db")
	down := refusingAddress(t)
	p := start(t, plugin.Options{Path: path, Subscribers: []plugin.Subscriber{{Page: siteID, Name: "desk", URL: down}}})
	c, token := p.visitor(plugin.Profile{})
	for i := range 10 {
		_, err := p.Write(t.Context(), c, fmt.Sprint(i))
		must(t, err)
	}
	p.eventually("a refused connection", func() bool { return p.Subscribers()[0].LastError != "" })
	p.stop()

	r := newReceiver(t)
	p = start(t, plugin.Options{Path: path, Subscribers: r.subscriptions()})
	for i := range 10 {
		if text := r.next(messenger.KindMessage).Message.Text; text != fmt.Sprint(i) {
			t.Fatalf("message %d came as number %s after the restart", i, text)
		}
	}
	if known, err := p.Visitor(t.Context(), token); err != nil || known.ID != c.ID {
		t.Errorf("after the restart the visitor's token is %v (%v)", known, err)
	}
	lines, err := p.Messages(t.Context(), c, 0)
	if err != nil || len(lines) != 10 {
		t.Errorf("after the restart the visitor sees %d lines (%v)", len(lines), err)
	}
	p.quiet()
}

// refusingAddress is the address of a port on which nobody listens.
func refusingAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // gone at once
	must(t, err)
	must(t, l.Close())
	return "http://" + l.Addr().String()
}

func TestRetriesGrowAndEndAfter36Hours(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plugin.db")
	synctest.Test(t, func(t *testing.T) {
		far := &transport{fail: true}
		srv, stop := runInBubble(t, path, far)
		defer stop()
		c, _, err := srv.NewVisitor(t.Context(), siteID, plugin.Profile{})
		must(t, err)
		begun := time.Now()
		_, err = srv.Write(t.Context(), c, "old")
		must(t, err)

		synctest.Wait()
		if n := far.count(); n < 2 {
			t.Errorf("%d tries at once, want a few", n)
		}
		time.Sleep(time.Minute)
		inAMinute := far.count()
		if inAMinute < 5 || inAMinute > 12 {
			t.Errorf("%d tries in a minute, want a handful", inAMinute)
		}
		time.Sleep(time.Until(begun.Add(36*time.Hour - time.Minute)))
		if st := srv.Subscribers()[0]; st.Queued != 1 {
			t.Fatalf("a minute before the 36 hours the queue holds %d", st.Queued)
		}
		if longest := far.longestGap(); longest > 10*time.Minute {
			t.Errorf("the longest wait was %v", longest)
		}
		time.Sleep(15 * time.Minute)
		if st := srv.Subscribers()[0]; st.Queued != 0 {
			t.Errorf("after 36 hours the queue still holds %d", st.Queued)
		}
		far.set(false)
		_, err = srv.Write(t.Context(), c, "new")
		must(t, err)
		synctest.Wait()
		if got := far.taken(); len(got) != 1 || !strings.Contains(got[0], `"new"`) {
			t.Errorf("afterwards it took %q, want the new message alone", got)
		}
	})
}

func TestASubscriberThatIsBackGetsEverythingSoon(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plugin.db")
	synctest.Test(t, func(t *testing.T) {
		far := &transport{fail: true}
		srv, stop := runInBubble(t, path, far)
		defer stop()
		for range 30 {
			c, _, err := srv.NewVisitor(t.Context(), siteID, plugin.Profile{})
			must(t, err)
			_, err = srv.Write(t.Context(), c, "hello")
			must(t, err)
		}
		time.Sleep(2 * time.Hour)
		far.set(false)
		back := time.Now()
		c, _, err := srv.NewVisitor(t.Context(), siteID, plugin.Profile{})
		must(t, err)
		_, err = srv.Write(t.Context(), c, "the first to get through")
		must(t, err)
		synctest.Wait()
		if n := len(far.taken()); n != 31 || time.Since(back) > time.Second {
			t.Errorf("%d of 31 were taken after %v", n, time.Since(back))
		}
	})
}

func TestASlowAnswerIsAFailure(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plugin.db")
	synctest.Test(t, func(t *testing.T) {
		far := &transport{hang: true}
		srv, stop := runInBubble(t, path, far)
		defer stop()
		c, _, err := srv.NewVisitor(t.Context(), siteID, plugin.Profile{})
		must(t, err)
		_, err = srv.Write(t.Context(), c, "hello")
		must(t, err)
		time.Sleep(4900 * time.Millisecond)
		if st := srv.Subscribers()[0]; st.Failures != 0 {
			t.Errorf("given up after less than 5 s: %+v", st)
		}
		time.Sleep(200 * time.Millisecond)
		if st := srv.Subscribers()[0]; st.Failures != 1 || st.Queued != 1 {
			t.Errorf("after 5 s without an answer: %+v", st)
		}
	})
}

func TestCloseAnswersOnceAndForAll(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	c, _ := p.visitor(plugin.Profile{})
	p.stop()
	must(t, p.Close(context.Background()))
	if _, err := p.Write(t.Context(), c, "late"); !errors.Is(err, plugin.ErrClosed) {
		t.Errorf("a late word was answered %v", err)
	}
	if _, err := p.Messages(t.Context(), c, 0); !errors.Is(err, plugin.ErrClosed) {
		t.Errorf("a late look was answered %v", err)
	}
	if err := p.Run(t.Context()); !errors.Is(err, plugin.ErrClosed) {
		t.Errorf("a late Run was answered %v", err)
	}
}

func TestOneRunAtATime(t *testing.T) {
	t.Parallel()
	srv, err := plugin.Open(plugin.Options{Path: filepath.Join(t.TempDir(), "plugin.db"), Pages: []plugin.Page{site()}})
	must(t, err)
	ran := make(chan error, 2)
	for range 2 {
		go func() { ran <- srv.Run(context.Background()) }()
	}
	if err := <-ran; err == nil { // the other goes on, whichever it is
		t.Error("a second Run beside the first is not refused")
	}
	must(t, srv.Close(context.Background()))
	must(t, <-ran)
}

func TestOpenSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plugin.db")
	without := func(change func(*plugin.Page)) []plugin.Page {
		p := site()
		change(&p)
		return []plugin.Page{p}
	}
	for name, tc := range map[string]struct {
		o    plugin.Options
		want string
	}{
		"no path":          {plugin.Options{Pages: []plugin.Page{site()}}, "Path"},
		"no token":         {plugin.Options{Path: path, Pages: without(func(p *plugin.Page) { p.Token = "" })}, "token"},
		"no secret":        {plugin.Options{Path: path, Pages: without(func(p *plugin.Page) { p.AppSecret = "" })}, "secret"},
		"letters in an id": {plugin.Options{Path: path, Pages: without(func(p *plugin.Page) { p.ID = "lumen" })}, "digits"},
		"twice":            {plugin.Options{Path: path, Pages: []plugin.Page{site(), site()}}, "twice"},
		"strange page": {plugin.Options{
			Path: path, Pages: []plugin.Page{site()}, Subscribers: []plugin.Subscriber{{Page: pageID, URL: "http://desk.example"}},
		}, "not among the pages"},
		"no address": {plugin.Options{
			Path: path, Pages: []plugin.Page{site()}, Subscribers: []plugin.Subscriber{{Page: siteID, URL: "desk"}},
		}, "address"},
	} {
		_, err := plugin.Open(tc.o)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error holds the secret", name)
		}
	}
}

// runInBubble starts a server whose webhooks go to far, with the bubble's clock.
func runInBubble(t *testing.T, path string, far *transport) (*plugin.Server, func()) {
	t.Helper()
	srv, err := plugin.Open(plugin.Options{
		Path: path, Pages: []plugin.Page{site()}, HTTP: &http.Client{Transport: far},
		Subscribers: []plugin.Subscriber{{Page: siteID, URL: "http://desk.example/webhook"}},
	})
	must(t, err)
	ran := make(chan error, 1)
	go func() { ran <- srv.Run(context.Background()) }()
	return srv, func() {
		must(t, srv.Close(context.Background()))
		must(t, <-ran)
	}
}

// transport stands in for the network inside a bubble, where sockets cannot be.
type transport struct {
	mu     sync.Mutex
	fail   bool
	hang   bool
	calls  []time.Time
	bodies []string
}

func (f *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	f.calls = append(f.calls, time.Now())
	fail, hang := f.fail, f.hang
	if !fail && !hang {
		f.bodies = append(f.bodies, string(body))
	}
	f.mu.Unlock()
	if hang {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	if fail {
		return nil, errors.New("no way there")
	}
	return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Body: http.NoBody, Request: req}, nil
}

func (f *transport) set(fail bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail = fail
}

func (f *transport) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.calls)
}

func (f *transport) taken() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.bodies...)
}

func (f *transport) longestGap() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	var longest time.Duration
	for i := 1; i < len(f.calls); i++ {
		longest = max(longest, f.calls[i].Sub(f.calls[i-1]))
	}
	return longest
}
