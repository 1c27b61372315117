package desk_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/messenger"
	"frontdesk/store"
)

// gatewayThat has a gateway answer the first requests, which it may have passed on, and tells the platform's side of the
// conversation.
func gatewayThat(outages int, talk func(n int) (messenger.Talk, error)) *platform {
	return &platform{
		talk: talk,
		answer: func(_ context.Context, n int, r messenger.SendRequest) (messenger.SendResponse, error) {
			if n <= outages && r.Message.Text != "other" {
				return messenger.SendResponse{}, &messenger.APIError{HTTPStatus: 502}
			}
			return took(r), nil
		},
	}
}

// spoke is a message of the page at the platform, some time before now.
func spoke(mid, text string, ago time.Duration) messenger.Spoken {
	return messenger.Spoken{MID: mid, At: time.Now().Add(-ago).Truncate(time.Second), From: string(pageID), Text: text}
}

func shows(list ...messenger.Spoken) (messenger.Talk, error) {
	return messenger.Talk{Known: true, Messages: list, Now: time.Now().Truncate(time.Second)}, nil
}

// TestTheWordOfThePlatform is what becomes of a reply that a gateway answered once, by what the platform says when it is
// asked. There is no echo.
func TestTheWordOfThePlatform(t *testing.T) {
	t.Parallel()
	refusal := func(status, code int) func() (messenger.Talk, error) {
		return func() (messenger.Talk, error) {
			return messenger.Talk{}, &messenger.APIError{HTTPStatus: status, Code: code}
		}
	}
	fails := func(err error) func() (messenger.Talk, error) {
		return func() (messenger.Talk, error) { return messenger.Talk{}, err }
	}
	for name, c := range map[string]struct {
		talk     func() (messenger.Talk, error)
		state    store.DeliveryState
		mid      string
		requests int
	}{
		"it is there": {func() (messenger.Talk, error) { return shows(spoke("m_x", "one", 9*time.Second)) }, store.StateSent, "m_x", 1},
		"it is there, with blanks": {
			func() (messenger.Talk, error) { return shows(spoke("m_x", " one\r\n", 9*time.Second)) }, store.StateSent, "m_x", 1,
		},
		"it is there, with a clock that is late": {
			func() (messenger.Talk, error) { return shows(spoke("m_x", "one", 90*time.Second)) }, store.StateSent, "m_x", 1,
		},
		"it is there beside another's": {
			func() (messenger.Talk, error) {
				return shows(spoke("m_y", "by another app", 5*time.Second), spoke("m_x", "one", 9*time.Second))
			}, store.StateSent, "m_x", 1,
		},
		"the platform's clock is hours behind": {
			func() (messenger.Talk, error) {
				talk, err := shows(spoke("m_x", "one", 3*time.Hour+9*time.Second))
				talk.Now = talk.Now.Add(-3 * time.Hour)
				return talk, err
			}, store.StateSent, "m_x", 1,
		},
		"it is not there": {func() (messenger.Talk, error) { return shows() }, store.StateSent, "", 2},
		"one without words": {
			func() (messenger.Talk, error) {
				hello := spoke("m_in_"+maya+"hello", "hello", 12*time.Second)
				hello.From = maya
				return shows(spoke("m_later", "", 8*time.Second), hello)
			}, store.StateUnknown, "", 1,
		},
		"only the customer": {
			func() (messenger.Talk, error) {
				fresh := spoke("m_new", "one", time.Second)
				fresh.From = maya
				return shows(fresh)
			}, store.StateSent, "", 2,
		},
		"the same words, long ago": {func() (messenger.Talk, error) { return shows(spoke("m_old", "one", time.Hour)) }, store.StateSent, "", 2},
		"other words":              {func() (messenger.Talk, error) { return shows(spoke("m_y", "two", 5*time.Second)) }, store.StateUnknown, "", 1},
		"twice": {func() (messenger.Talk, error) {
			return shows(spoke("m_x", "one", 5*time.Second), spoke("m_y", "one", 6*time.Second))
		}, store.StateUnknown, "", 1},
		"one of which nothing is told": {func() (messenger.Talk, error) { return shows(messenger.Spoken{MID: "m_q"}) }, store.StateUnknown, "", 1},
		"not all is shown": {
			func() (messenger.Talk, error) {
				talk, err := shows()
				talk.More = true
				return talk, err
			}, store.StateUnknown, "", 1,
		},
		"the conversation is not shown": {func() (messenger.Talk, error) { return messenger.Talk{}, nil }, store.StateUnknown, "", 1},
		"a missing permission":          {refusal(403, 200), store.StateUnknown, "", 1},
		"not supported":                 {refusal(400, 100), store.StateUnknown, "", 1},
		"not found on the way":          {refusal(404, 0), store.StateUnknown, "", 1},
		"still an outage":               {refusal(502, 0), store.StateQueued, "", 1},
		"temporary":                     {refusal(500, 2), store.StateQueued, "", 1},
		"at a limit":                    {refusal(400, 613), store.StateQueued, "", 1},
		"nobody's answer":               {refusal(200, 0), store.StateQueued, "", 1},
		"not reached":                   {fails(&messenger.TransportError{Err: errors.New("refused")}), store.StateQueued, "", 1},
		"broke off":                     {fails(&messenger.TransportError{Reached: true, Err: errors.New("reset")}), store.StateQueued, "", 1},
		"a dead token":                  {refusal(401, 190), store.StateHeld, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				p := gatewayThat(1, func(int) (messenger.Talk, error) { return c.talk() })
				w := open(t, t.TempDir(), config{sender: p, pauses: realPauses, limits: realLimits})
				defer w.close()
				m := w.reply(w.writes(pageID, psid(maya), "hello", time.Minute), "one")
				time.Sleep(9 * time.Second)
				synctest.Wait()
				if p.questions() != 0 || len(p.requests()) != 1 {
					t.Fatalf("%d questions, %d requests before the echo is overdue", p.questions(), len(p.requests()))
				}
				time.Sleep(3 * time.Second)
				synctest.Wait()
				got := w.message(m)
				if got.State != c.state || len(p.requests()) != c.requests || p.questions() == 0 {
					t.Fatalf("it is %s, %+v, after %d requests and %d questions; want %s after %d", got.State, got.Error, len(p.requests()), p.questions(), c.state, c.requests)
				}
				if c.mid != "" && got.MID != c.mid {
					t.Errorf("it is sent as %s, want %s", got.MID, c.mid)
				}
				if got.State != store.StateSent && (got.Error == nil || got.Error.Text == "" || got.Error.Advice == "") {
					t.Errorf("nothing says why: %+v", got.Error)
				}
				if (got.State == store.StateQueued || got.State == store.StateUnknown) && !got.MayHaveArrived() {
					t.Error("nothing says that it may have arrived")
				}
				time.Sleep(24 * time.Hour)
				synctest.Wait()
				if n := len(p.requests()); n != c.requests {
					t.Errorf("after a day there were %d requests", n)
				}
			})
		})
	}
}

// TestAskedUntilThereIsAnAnswer has the platform stay silent for half an hour: nothing is sent meanwhile, in the end the
// reply goes out once, and questions do not pile up. The desk is started again in between.
func TestAskedUntilThereIsAnAnswer(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		dir, silent := t.TempDir(), time.Now().Add(30*time.Minute)
		talk := func(int) (messenger.Talk, error) {
			if time.Now().Before(silent) {
				return messenger.Talk{}, &messenger.APIError{HTTPStatus: 503}
			}
			return shows()
		}
		p := gatewayThat(1, talk)
		w := open(t, dir, config{sender: p, pauses: realPauses, limits: realLimits})
		id := w.writes(pageID, psid(maya), "hello", 0)
		m := w.reply(id, "one")
		behind := w.reply(id, "other")
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		got := w.message(m)
		if got.State != store.StateQueued || !got.MayHaveArrived() || !got.RetryAt.Time().After(time.Now()) || len(p.requests()) != 1 {
			t.Fatalf("in the silence it is %s until %v, %+v, after %d requests", got.State, got.RetryAt.Time(), got.Error, len(p.requests()))
		}
		if n := p.questions(); n < 4 || n > 10 {
			t.Errorf("%d questions in ten minutes", n)
		}
		w.close()
		after := gatewayThat(0, talk)
		w = open(t, dir, config{sender: after, pauses: realPauses, limits: realLimits})
		defer w.close()
		time.Sleep(15 * time.Minute)
		synctest.Wait()
		if n := len(after.requests()); n != 0 {
			t.Fatalf("%d requests in the silence after the start", n)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if a, b := w.message(m), w.message(behind); a.State != store.StateSent || b.State != store.StateSent || a.Attempts != 2 {
			t.Errorf("in the end they are %s and %s, after %d attempts", a.State, b.State, a.Attempts)
		}
	})
}

// TestLastTryIsAskedForToo has a gateway answer all five tries, and pass the last one on.
func TestLastTryIsAskedForToo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		last func() (messenger.Talk, error)
		ends store.DeliveryState
	}{
		"there":     {func() (messenger.Talk, error) { return shows(spoke("m_x", "one", 5*time.Second)) }, store.StateSent},
		"not there": {func() (messenger.Talk, error) { return shows() }, store.StateFailed},
		"refused": {func() (messenger.Talk, error) {
			return messenger.Talk{}, &messenger.APIError{HTTPStatus: 403, Code: 10}
		}, store.StateUnknown},
		"silent": {func() (messenger.Talk, error) { return messenger.Talk{}, &messenger.APIError{HTTPStatus: 502} }, store.StateQueued},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				p := gatewayThat(5, func(n int) (messenger.Talk, error) {
					if n < 5 {
						return shows()
					}
					return c.last()
				})
				w := open(t, t.TempDir(), config{sender: p, pauses: realPauses, limits: realLimits})
				defer w.close()
				m := w.reply(w.writes(pageID, psid(maya), "hello", 0), "one")
				time.Sleep(24 * time.Hour)
				synctest.Wait()
				got := w.message(m)
				if got.State != c.ends || len(p.requests()) != 5 || got.Error != nil && got.Error.Retry != (c.ends == store.StateFailed) {
					t.Errorf("it is %s, %+v, after %d requests, want %s after 5", got.State, got.Error, len(p.requests()), c.ends)
				}
			})
		})
	}
}

// TestCancelledWhileThePlatformIsAsked takes a reply back while the answer is under way: it is not sent, whatever that is.
func TestCancelledWhileThePlatformIsAsked(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := gatewayThat(1, func(int) (messenger.Talk, error) {
			time.Sleep(5 * time.Second)
			return shows()
		})
		w := open(t, t.TempDir(), config{sender: p, pauses: realPauses, limits: realLimits})
		defer w.close()
		id := w.writes(pageID, psid(maya), "hello", 0)
		m := w.reply(id, "one")
		time.Sleep(12 * time.Second)
		synctest.Wait()
		w.do(store.Act{Conversation: id, Verb: store.VerbCancel, Message: m.ID})
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := w.message(m); got.State != store.StateCancelled || len(p.requests()) != 1 || p.questions() != 1 {
			t.Errorf("it is %s after %d requests and %d questions", got.State, len(p.requests()), p.questions())
		}
	})
}

// TestAPersonsDecisionIsNotAskedAbout sends an unknown reply again by hand: that is the agent's decision, and once a token is
// renewed a held one is asked for first.
func TestAPersonsDecisionIsNotAskedAbout(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := gatewayThat(1, func(int) (messenger.Talk, error) {
			return messenger.Talk{}, &messenger.APIError{HTTPStatus: 403, Code: 10}
		})
		w := open(t, t.TempDir(), config{sender: p, pauses: realPauses, limits: realLimits})
		defer w.close()
		id := w.writes(pageID, psid(maya), "hello", 0)
		m := w.reply(id, "one")
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := w.message(m); got.State != store.StateUnknown {
			t.Fatalf("it is %s", got.State)
		}
		w.do(store.Act{Conversation: id, Verb: store.VerbSendAgain, Message: m.ID})
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := w.message(m); got.State != store.StateSent || len(p.requests()) != 2 || p.questions() != 1 {
			t.Errorf("sent again it is %s after %d requests and %d questions", got.State, len(p.requests()), p.questions())
		}
	})
}

// TestAReferenceWithoutAPersonIsNotAskedFor has a reply to somebody whom the platform lets nobody ask for.
func TestAReferenceWithoutAPersonIsNotAskedFor(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := gatewayThat(1, func(int) (messenger.Talk, error) { return shows() })
		w := open(t, t.TempDir(), config{sender: p, pauses: realPauses, limits: realLimits})
		defer w.close()
		m := w.reply(w.writes(pageID, store.Contact{Kind: store.ContactUserRef, ID: "6150000000000501"}, "hello", 0), "one")
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := w.message(m); got.State != store.StateUnknown || len(p.requests()) != 1 || p.questions() != 0 {
			t.Errorf("it is %s after %d requests and %d questions", got.State, len(p.requests()), p.questions())
		}
	})
}

// TestKindsAreRecognised settles replies that are no plain text by what the platform shows of them.
func TestKindsAreRecognised(t *testing.T) {
	t.Parallel()
	part := func(kind, title string) messenger.Spoken {
		s := spoke("m_x", "", 5*time.Second)
		s.Parts = []messenger.SpokenPart{{Type: kind, Title: title}}
		return s
	}
	chips := messenger.OutMessage{Text: "Which?", QuickReplies: []messenger.QuickReply{{ContentType: messenger.QuickReplyText, Title: "Yes", Payload: "Y"}}}
	buttons := messenger.ButtonTemplate("Need help?", messenger.Button{Type: messenger.ButtonPostback, Title: "Help", Payload: "HELP"})
	picture := messenger.OutMessage{Attachment: &messenger.OutAttachment{Type: messenger.TypeImage, Payload: messenger.OutPayload{URL: "https://cdn.example/a.png"}}}
	sound := messenger.OutMessage{Attachment: &messenger.OutAttachment{Type: messenger.TypeAudio, Payload: messenger.OutPayload{URL: "https://cdn.example/a.mp3"}}}
	for name, c := range map[string]struct {
		says messenger.OutMessage
		seen func() messenger.Spoken
		ends store.DeliveryState
	}{
		"quick replies":         {chips, func() messenger.Spoken { return spoke("m_x", "Which?", 5*time.Second) }, store.StateSent},
		"buttons":               {buttons, func() messenger.Spoken { return part("template", "Need help?") }, store.StateSent},
		"other buttons":         {buttons, func() messenger.Spoken { return part("template", "Need more?") }, store.StateUnknown},
		"a picture":             {picture, func() messenger.Spoken { return part(messenger.TypeImage, "") }, store.StateSent},
		"a film, not a picture": {picture, func() messenger.Spoken { return part(messenger.TypeVideo, "") }, store.StateUnknown},
		"words, not a picture":  {picture, func() messenger.Spoken { return spoke("m_x", "picture", 5*time.Second) }, store.StateUnknown},
		"a sound":               {sound, func() messenger.Spoken { return part(messenger.TypeFile, "") }, store.StateSent},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				p := gatewayThat(1, func(int) (messenger.Talk, error) { return shows(c.seen()) })
				w := open(t, t.TempDir(), config{sender: p, pauses: realPauses, limits: realLimits})
				defer w.close()
				id := w.writes(pageID, psid(maya), "hello", 0)
				m, err := w.desk.Reply(t.Context(), replyOf(id, c.says))
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				if got := w.message(m); got.State != c.ends || len(p.requests()) != 1 {
					t.Errorf("it is %s after %d requests, want %s", got.State, len(p.requests()), c.ends)
				}
			})
		})
	}
}

// TestNoSecondCopyThroughTheRealClient lets a gateway pass every request on, answer with an outage's page and hold all
// echoes back for good: over real HTTP, the platform holds each reply once, and each is shown as sent under its mid.
func TestNoSecondCopyThroughTheRealClient(t *testing.T) {
	t.Parallel()
	for _, status := range []int{500, 502, 503} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			g := newHushed(t, status)
			w := open(t, t.TempDir(), config{sender: graphClient(t, g.URL)})
			id := w.writes(pageID, psid(maya), "hello", 0)
			for _, text := range []string{"one", "two", "three"} {
				got := w.untilState(w.reply(id, text), store.StateSent)
				if list := g.holding(text); len(list) != 1 || got.MID != list[0] {
					t.Errorf("%q: the platform holds %v, and %s is shown", text, list, got.MID)
				}
			}
		})
	}
}
