package rehearsal_test

import (
	"context"
	"fmt"
	"image/png"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/messenger"
	"frontdesk/plugin"
	"frontdesk/plugin/rehearsal"
)

const (
	siteID = "100200300400500"
	pageID = "100200300400600"
	token  = "token of "
)

// stage is a platform with a rehearsal on it, inside a bubble, and what its subscriber was told.
type stage struct {
	*plugin.Server
	t     *testing.T
	begun time.Time
	clock *rehearsal.Clock

	mu     sync.Mutex
	events []heard
}

// heard is an event and when it came.
type heard struct {
	messenger.Event
	after time.Duration // since the rehearsal began
}

// RoundTrip takes a webhook.
func (s *stage) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	env, err := messenger.ParseEnvelope(body)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, heard{env.Entries[0].Events[0], time.Since(s.begun)})
	return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Body: http.NoBody, Request: req}, nil
}

func (s *stage) told() []heard {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.events)
}

// since is what was told after the first n events.
func (s *stage) since(n int, contact string) []heard {
	var list []heard
	for _, ev := range s.told()[n:] {
		if ev.Sender.ID == contact {
			list = append(list, ev)
		}
	}
	return list
}

// perform runs a rehearsal for the time that watch takes.
func perform(t *testing.T, seed uint64, path string, watch func(*testing.T, *stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		clock := new(rehearsal.Clock)
		var random [32]byte
		random[0] = byte(seed)
		s := &stage{t: t, begun: time.Now(), clock: clock}
		var pages []plugin.Page
		var subs []plugin.Subscriber
		for _, id := range []string{siteID, pageID} {
			pages = append(pages, plugin.Page{ID: id, Name: "Lumen Bikes", Token: token + id, AppSecret: "secret", Messenger: id == pageID})
			subs = append(subs, plugin.Subscriber{Page: id, URL: "http://desk.example/webhook"})
		}
		srv, err := plugin.Open(plugin.Options{
			Path: path, Pages: pages, Subscribers: subs, Now: clock.Now, URL: "http://plugin.example",
			HTTP: &http.Client{Transport: s}, Random: rand.NewChaCha8(random),
		})
		if err != nil {
			t.Fatal(err)
		}
		s.Server = srv
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 2)
		go func() { ended <- srv.Run(ctx) }()
		play := rehearsal.New(srv, rehearsal.Options{Seed: seed, PluginPage: siteID, MessengerPage: pageID, Clock: clock})
		go func() { ended <- play.Run(ctx) }()
		watch(t, s)
		cancel()
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		if err := srv.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func file(t *testing.T) string { return filepath.Join(t.TempDir(), "plugin.db") }

func TestTheScreenIsSoonFull(t *testing.T) {
	t.Parallel()
	perform(t, 1, file(t), func(t *testing.T, s *stage) {
		time.Sleep(50 * time.Millisecond)
		if n := len(s.told()); n < 24 || n > 45 {
			t.Errorf("%d events are there at once", n)
		}
		if behind := time.Since(s.clock.Now()); behind != 0 {
			t.Errorf("the clock is %v behind when an agent can answer", behind)
		}
		time.Sleep(3 * time.Second)
		origins, refs, written, named := map[string]int{}, map[string]int{}, map[string][]string{}, 0
		oldest, foreign := time.Now(), 0
		for _, ev := range s.told() {
			switch ev.Kind {
			case messenger.KindPostback:
				ref := ev.Postback.Referral
				origins[ref.Source]++
				refs[ref.Ref]++
				if s.name(ev.Event) != "" {
					named++
				}
				if at := time.UnixMilli(ev.Timestamp); at.Before(oldest) {
					oldest = at
				}
			case messenger.KindMessage:
				written[ev.Sender.ID] = append(written[ev.Sender.ID], ev.Message.Text)
				if strings.ContainsFunc(ev.Message.Text, func(r rune) bool { return r > 0x0600 && r < 0x2000 || r > 0x3000 && r < 0xFFFF }) {
					foreign++
				}
			default:
				t.Errorf("the opening holds an event of kind %s", ev.Kind)
			}
		}
		conversations := 0
		for _, n := range origins {
			conversations += n
		}
		if conversations < 14 || conversations > 18 || len(written) != conversations {
			t.Errorf("%d people came in and %d of them wrote", conversations, len(written))
		}
		if origins["CUSTOMER_CHAT_PLUGIN"] < 8 || origins["SHORTLINK"] < 2 || origins["ADS"] < 2 {
			t.Errorf("they came by %v", origins)
		}
		if refs["pricing"] == 0 || len(refs) < 4 {
			t.Errorf("their refs are %v", refs)
		}
		if anonymous := conversations - named; anonymous < 1 || anonymous > conversations/2 {
			t.Errorf("%d of %d have no name", anonymous, conversations)
		}
		if age := time.Since(oldest); age < 20*time.Hour || age > 23*time.Hour {
			t.Errorf("the oldest conversation is %v old; its window should be open and close soon", age)
		}
	})
}

// name asks the platform for a contact's name, as a desk does.
func (s *stage) name(ev messenger.Event) string {
	req := httptest.NewRequest(http.MethodGet, "/v25.0/"+ev.Sender.ID+"?fields=name", nil)
	req.Header.Set("Authorization", "Bearer "+token+ev.Recipient.ID)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	_, rest, _ := strings.Cut(w.Body.String(), `"name":"`)
	name, _, _ := strings.Cut(rest, `"`)
	return name
}

// reply sends a message as the desk does.
func (s *stage) reply(to messenger.Event, message string) {
	s.t.Helper()
	body := fmt.Sprintf(`{"recipient":{"id":%q},"messaging_type":"RESPONSE","message":%s}`, to.Sender.ID, message)
	req := httptest.NewRequest(http.MethodPost, "/v25.0/me/messages", strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token+to.Recipient.ID)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	if w.Code != http.StatusOK {
		s.t.Fatalf("the reply was answered %d %s", w.Code, w.Body)
	}
}

func TestAReplyIsDeliveredReadAndAnswered(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		message string
		answer  func(messenger.Event) bool
	}{
		"text":     {`{"text":"Yes, we do. Where should it go?"}`, func(ev messenger.Event) bool { return ev.Kind == messenger.KindMessage && ev.Message.Text != "" }},
		"no query": {`{"text":"We do."}`, func(ev messenger.Event) bool { return ev.Kind == messenger.KindMessage && ev.Message.Text != "" }},
		"quick replies": {
			`{"text":"Which?","quick_replies":[{"content_type":"text","title":"Red","payload":"R"},{"content_type":"text","title":"Blue","payload":"B"}]}`,
			func(ev messenger.Event) bool {
				return ev.Kind == messenger.KindMessage && ev.Message.QuickReply != nil && strings.Contains("R B", *ev.Message.QuickReply)
			},
		},
		"buttons": {
			`{"attachment":{"type":"template","payload":{"template_type":"button","text":"More?","buttons":[{"type":"web_url","title":"Site","url":"https://lumen.example"},{"type":"postback","title":"Yes","payload":"YES"}]}}}`,
			func(ev messenger.Event) bool {
				return ev.Kind == messenger.KindPostback && ev.Postback.Payload == "YES"
			},
		},
		"phone number": {
			`{"text":"Where can we call?","quick_replies":[{"content_type":"user_phone_number"}]}`,
			func(ev messenger.Event) bool {
				return ev.Kind == messenger.KindMessage && ev.Message.QuickReply != nil && strings.HasPrefix(*ev.Message.QuickReply, "+1 555 01")
			},
		},
		"e-mail": {
			`{"text":"Where can we write?","quick_replies":[{"content_type":"user_email"}]}`,
			func(ev messenger.Event) bool {
				return ev.Kind == messenger.KindMessage && ev.Message.QuickReply != nil && strings.HasSuffix(ev.Message.Text, "@mail.example")
			},
		},
		"cards": {
			`{"attachment":{"type":"template","payload":{"template_type":"generic","elements":[{"title":"Fjord","subtitle":"two left"},` +
				`{"title":"Trail","buttons":[{"type":"web_url","title":"See","url":"https://lumen.example"},{"type":"postback","title":"Reserve","payload":"TRAIL"}]}]}}}`,
			func(ev messenger.Event) bool {
				return ev.Kind == messenger.KindPostback && ev.Postback.Payload == "TRAIL"
			},
		},
		"a picture": {
			`{"attachment":{"type":"image","payload":{"url":"https://lumen.example/fjord.png"}}}`,
			func(ev messenger.Event) bool { return ev.Kind == messenger.KindMessage && ev.Message.Text != "" },
		},
		"a link only": {
			`{"attachment":{"type":"template","payload":{"template_type":"button","text":"All there","buttons":[{"type":"web_url","title":"Site","url":"https://lumen.example"}]}}}`,
			func(ev messenger.Event) bool { return ev.Kind == messenger.KindMessage && ev.Message.Text != "" },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			perform(t, 7, file(t), func(t *testing.T, s *stage) {
				time.Sleep(3 * time.Second)
				before := s.told()
				to := before[0].Event
				replied := time.Since(s.begun)
				s.reply(to, tc.message)
				time.Sleep(6 * time.Second)
				got := s.since(len(before), to.Sender.ID)
				if len(got) != 3 || got[0].Kind != messenger.KindDelivery || got[1].Kind != messenger.KindRead || !tc.answer(got[2].Event) {
					t.Fatalf("the reply led to %v", got)
				}
				for i, allowed := range [][2]time.Duration{
					{300 * time.Millisecond, 1500 * time.Millisecond},
					{300 * time.Millisecond, 1500 * time.Millisecond},
					{2 * time.Second, 5 * time.Second},
				} {
					if took := got[i].after - replied; took < allowed[0] || took > allowed[1] {
						t.Errorf("event %s came after %v, want %v to %v", got[i].Kind, took, allowed[0], allowed[1])
					}
				}
			})
		})
	}
}

// Now and then somebody sends a picture, which can be fetched.
func TestSomebodySendsAPicture(t *testing.T) {
	t.Parallel()
	perform(t, 2, file(t), func(t *testing.T, s *stage) {
		time.Sleep(time.Hour)
		pictures := 0
		for _, ev := range s.told() {
			if ev.Kind != messenger.KindMessage || len(ev.Message.Attachments) == 0 {
				continue
			}
			pictures++
			a := ev.Message.Attachments[0]
			w := httptest.NewRecorder()
			s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, strings.TrimPrefix(a.URL, "http://plugin.example"), nil))
			if m, err := png.Decode(w.Body); a.Type != "image" || !strings.HasPrefix(a.URL, "http://") || err != nil || m.Bounds().Empty() {
				t.Errorf("%s is answered with %d, and is no picture: %v", a.URL, w.Code, err)
			}
		}
		if pictures < 2 || pictures > 8 {
			t.Errorf("%d pictures in an hour", pictures)
		}
	})
}

func TestTwoRepliesInARowAreAnsweredOnce(t *testing.T) {
	t.Parallel()
	perform(t, 3, file(t), func(t *testing.T, s *stage) {
		time.Sleep(3 * time.Second)
		before := s.told()
		to := before[0].Event
		s.reply(to, `{"text":"One moment."}`)
		time.Sleep(1800 * time.Millisecond)
		s.reply(to, `{"text":"Here I am. What size?"}`)
		time.Sleep(8 * time.Second)
		answers, reads := 0, 0
		for _, ev := range s.since(len(before), to.Sender.ID) {
			switch ev.Kind {
			case messenger.KindMessage:
				answers++
			case messenger.KindRead:
				reads++
			}
		}
		if answers != 1 || reads != 2 {
			t.Errorf("two replies were read %d times and answered %d times", reads, answers)
		}
	})
}

func TestTheDeskStaysPleasantForHours(t *testing.T) {
	t.Parallel()
	perform(t, 5, file(t), func(t *testing.T, s *stage) {
		time.Sleep(30 * time.Second)
		early := len(s.told())
		time.Sleep(30 * time.Second)
		if n := len(s.told()) - early; n < 3 {
			t.Errorf("%d events in half a minute, want something every few seconds", n)
		}
		time.Sleep(3 * time.Hour)
		people, lines := map[string]int{}, 0
		for _, ev := range s.told() {
			people[ev.Sender.ID]++
			lines++
		}
		if len(people) > 34 {
			t.Errorf("%d conversations after three hours", len(people))
		}
		for id, n := range people {
			if n > 12 {
				t.Errorf("%s said %d things though nobody answered", id, n)
			}
		}
		at := len(s.told())
		time.Sleep(10 * time.Minute)
		if n := len(s.told()) - at; n > 20 {
			t.Errorf("%d events in ten minutes after three hours", n)
		}
	})
}

func TestTheSameSeedBringsTheSamePeopleAndWords(t *testing.T) {
	t.Parallel()
	words := func(seed uint64) (said []string) {
		perform(t, seed, file(t), func(_ *testing.T, s *stage) {
			time.Sleep(40 * time.Second)
			lines := map[string][]string{}
			for _, ev := range s.told() {
				who := ev.Sender.ID
				if ev.Kind == messenger.KindMessage {
					lines[who] = append(lines[who], ev.Message.Text)
				}
			}
			for who, what := range lines {
				said = append(said, who+": "+strings.Join(what, " | "))
			}
			slices.Sort(said)
		})
		return said
	}
	first, again, other := words(11), words(11), words(12)
	if !slices.Equal(first, again) {
		t.Errorf("the same seed brought\n%s\nand\n%s", strings.Join(first, "\n"), strings.Join(again, "\n"))
	}
	if slices.Equal(first, other) {
		t.Error("another seed brought the same")
	}
}
