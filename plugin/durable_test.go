package plugin_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"frontdesk/messenger"
	"frontdesk/plugin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestWhatWasAnsweredIsOnTheDisk looks at the file as it lies there while the server still has it open, which is what
// a kill -9 would leave.
func TestWhatWasAnsweredIsOnTheDisk(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plugin.db")
	down := refusingAddress(t)
	p := start(t, plugin.Options{Path: path, Subscribers: []plugin.Subscriber{{Page: siteID, Name: "desk", URL: down}}})
	id, token := p.visit(`{"page_id":"` + siteID + `","ref":"pricing"}`)
	if a := p.call("POST", "/plugin/messages", token, `{"text":"hello"}`); a.status != 200 {
		t.Fatalf("writing answered %d %v", a.status, a.body)
	}
	mid := p.send(plugin.Contact{Page: siteID, ID: id}, `{"text":"hello yourself"}`)
	file, err := os.ReadFile(path)
	must(t, err)

	left := filepath.Join(t.TempDir(), "plugin.db")
	must(t, os.WriteFile(left, file, 0o600))
	r := newReceiver(t)
	p = start(t, plugin.Options{Path: left, Subscribers: r.subscriptions()})
	if ev := r.next(messenger.KindPostback); ev.Sender.ID != id || ev.Postback.Referral.Ref != "pricing" {
		t.Errorf("the arrival came as %s", ev.Raw)
	}
	r.next(messenger.KindMessage)
	if ev := r.next(messenger.KindEcho); ev.Message.MID != mid {
		t.Errorf("the echo came as %s", ev.Raw)
	}
	if got := lines(t, p.call("GET", "/plugin/messages", token, "")); len(got) != 2 {
		t.Errorf("the visitor reads %v", got)
	}
	info, err := os.Stat(path)
	must(t, err)
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("the file has mode %o", mode)
	}
}

// TestNothingIsLostOrOvertakenHoweverTheSubscriberBehaves lets many conversations talk at once to two subscribers, one
// of which fails at random, and restarts the server in the middle.
func TestNothingIsLostOrOvertakenHoweverTheSubscriberBehaves(t *testing.T) {
	t.Parallel()
	const conversations, each = 12, 10
	path := filepath.Join(t.TempDir(), "plugin.db")
	steady, moody := newReceiver(t), newReceiver(t)
	var mu sync.Mutex
	failed := map[string]int{}
	moody.answerWith(func(ev messenger.Event) int {
		mu.Lock()
		defer mu.Unlock()
		if failed[ev.Sender.ID] < 4 && rand.IntN(3) == 0 {
			failed[ev.Sender.ID]++
			return []int{http.StatusInternalServerError, http.StatusServiceUnavailable, http.StatusFound}[rand.IntN(3)]
		}
		return http.StatusOK
	})
	o := plugin.Options{Path: path, Subscribers: []plugin.Subscriber{
		{Page: siteID, Name: "steady", URL: steady.http.URL}, {Page: siteID, Name: "moody", URL: moody.http.URL},
	}}
	p := start(t, o)
	var contacts []plugin.Contact
	for range conversations {
		c, _ := p.visitor(plugin.Profile{})
		contacts = append(contacts, c)
	}
	talk := func(from, to int) {
		var all sync.WaitGroup
		for _, c := range contacts {
			all.Go(func() {
				for i := from; i < to; i++ {
					if _, err := p.Write(context.Background(), c, fmt.Sprint(i)); err != nil {
						t.Errorf("write: %v", err)
					}
				}
			})
		}
		all.Wait()
	}
	talk(0, each/2)
	p.stop()
	p = start(t, o)
	talk(each/2, each)
	p.quiet()

	for name, r := range map[string]*receiver{"steady": steady, "moody": moody} {
		next := map[string]int{}
		for range len(r.events) {
			ev := <-r.events
			want := next[ev.Sender.ID]
			switch ev.Message.Text {
			case fmt.Sprint(want):
				next[ev.Sender.ID]++
			case fmt.Sprint(want - 1): // once more: its answer was cut off by the restart
			default:
				t.Errorf("%s: %s came when %d was due", name, ev.Message.Text, want)
			}
		}
		for _, c := range contacts {
			if next[c.ID] != each {
				t.Errorf("%s got %d of %d in one conversation", name, next[c.ID], each)
			}
		}
	}
}

func TestOurOwnClientWorksAgainstIt(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	client := func(token string) *messenger.Client {
		c, err := messenger.NewClient(messenger.ClientOptions{
			BaseURL: p.http.URL, Token: token, AppSecret: secret, HTTP: p.http.Client(),
		})
		must(t, err)
		return c
	}
	visitor, _ := p.visitor(plugin.Profile{})
	person, err := p.NewContact(t.Context(), pageID, plugin.Profile{FirstName: "Jonas", LastName: "Lind"})
	must(t, err)
	ctx := t.Context()

	text := messenger.SendRequest{
		Recipient: messenger.Recipient{ID: visitor.ID}, MessagingType: messenger.Response,
		Message: &messenger.OutMessage{Text: "Yes 🚲", Metadata: "fd1:1"},
	}
	res, err := client(siteToken).Send(ctx, siteID, text)
	if err != nil || res.RecipientID != visitor.ID || res.MessageID == "" {
		t.Errorf("a send answered %+v (%v)", res, err)
	}
	lines, err := p.Messages(ctx, visitor, 0)
	if err != nil || len(lines) != 1 || lines[0].MID != res.MessageID || lines[0].Text != "Yes 🚲" {
		t.Errorf("the visitor sees %+v (%v)", lines, err)
	}
	typing := messenger.SendRequest{Recipient: messenger.Recipient{ID: visitor.ID}, SenderAction: "typing_on"}
	if res, err := client(siteToken).Send(ctx, siteID, typing); err != nil || res.MessageID != "" {
		t.Errorf("typing_on answered %+v (%v)", res, err)
	}
	if profile, err := client(pageToken).Profile(ctx, person.ID); err != nil || profile.DisplayName() != "Jonas Lind" {
		t.Errorf("the profile is %+v (%v)", profile, err)
	}

	codes := func(err error) [2]int {
		t.Helper()
		var api *messenger.APIError
		if !errors.As(err, &api) {
			t.Fatalf("%v is no answer of the platform", err)
		}
		return [2]int{api.Code, api.Subcode}
	}
	_, err = client(siteToken).Profile(ctx, visitor.ID)
	if got := codes(err); got != [2]int{100, 2018218} {
		t.Errorf("a guest's profile is refused with %v", got)
	}
	_, err = client("stale").Send(ctx, siteID, text)
	if got := codes(err); got[0] != 190 {
		t.Errorf("a stale token is refused with %v", got)
	}
	text.Recipient.ID = person.ID
	_, err = client(siteToken).Send(ctx, siteID, text)
	if got := codes(err); got != [2]int{100, 2018001} {
		t.Errorf("another page's contact is refused with %v", got)
	}
}

func TestARefusedChangeCostsNobodyElseTheirs(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	c, _ := p.visitor(plugin.Profile{})
	stranger := plugin.Contact{Page: siteID, ID: "9000000000000000001"}
	const each = 40 // enough that some share a commit
	var all sync.WaitGroup
	for i := range each {
		all.Go(func() {
			if _, err := p.Write(context.Background(), c, fmt.Sprint(i)); err != nil {
				t.Errorf("the visitor's word was refused: %v", err)
			}
		})
		all.Go(func() {
			if _, err := p.Write(context.Background(), stranger, "x"); !errors.Is(err, plugin.ErrUnknownContact) {
				t.Errorf("the stranger's word was answered %v", err)
			}
		})
	}
	all.Wait()
	lines, err := p.Messages(t.Context(), c, 0)
	must(t, err)
	said := map[string]int{}
	for i, line := range lines {
		said[line.Text]++
		if i > 0 && (line.Seq <= lines[i-1].Seq || !line.At.After(lines[i-1].At)) {
			t.Errorf("line %d does not come after the one before", i)
		}
	}
	if len(lines) != each || len(said) != each {
		t.Errorf("%d words left %d lines with %d texts", each, len(lines), len(said))
	}
}

func TestASecondRunBeginsWithATry(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	r.answerWith(func(messenger.Event) int { return http.StatusServiceUnavailable })
	srv, err := plugin.Open(plugin.Options{
		Path: filepath.Join(t.TempDir(), "plugin.db"), Pages: []plugin.Page{site()},
		Subscribers: []plugin.Subscriber{{Page: siteID, URL: r.http.URL}},
	})
	must(t, err)
	p := &platform{Server: srv, t: t}
	c, _ := p.visitor(plugin.Profile{})
	_, err = srv.Write(t.Context(), c, "hello")
	must(t, err)
	run := func(until func()) {
		ctx, cancel := context.WithCancel(context.Background())
		ran := make(chan error, 1)
		go func() { ran <- srv.Run(ctx) }()
		until()
		cancel()
		must(t, <-ran)
	}
	run(func() { p.eventually("a few failures", func() bool { return srv.Subscribers()[0].Failures >= 3 }) })
	r.answerWith(nil)
	run(func() { r.next(messenger.KindMessage) })
	must(t, srv.Close(context.Background()))
}

func TestADamagedFileIsNamed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plugin.db")
	must(t, os.WriteFile(path, []byte(strings.Repeat("rubbish ", 10_000)), 0o600))
	_, err := plugin.Open(plugin.Options{Path: path, Pages: []plugin.Page{site()}})
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "restore it from a backup") {
		t.Errorf("Open: %v, want a sentence that names the file and says what to do", err)
	}
}
