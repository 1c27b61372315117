package desk

import (
	"context"
	"sync"
	"time"

	"frontdesk/messenger"
	"frontdesk/store"
)

// Talker does what a conversation needs beside words.
type Talker interface {
	// Typing tells the contact that an agent types, or has stopped. It may be called with every key: the platform is told
	// at most once in fifteen seconds, and only who can see it. It never waits for the platform, and what fails is not
	// told to anybody (ref. 3.8).
	Typing(ctx context.Context, conv store.ConversationID, on bool) error
	// React puts a reaction on a message, in the place of an earlier one of ours; no emoji takes it back. It returns once
	// the platform has taken it and the views show it. A *Refusal says why it was not taken.
	React(ctx context.Context, conv store.ConversationID, agent string, id store.MessageID, emoji string) error
	// Control takes, passes on or gives up a conversation that several apps share (ref. 2.13, 6.4). It returns once the
	// platform has done it and the views show it. A *Refusal says why it was not done.
	Control(ctx context.Context, r ControlRequest) error
}

const (
	// typingPace is how often the platform is told at most that an agent types in a conversation.
	typingPace = 15 * time.Second
	// typingLife is how long that shows by itself (ref. 3.8).
	typingLife = 20 * time.Second
	// signTime is how long the platform may take for a sender action; later it is worth nothing.
	signTime = 5 * time.Second
	// signQueue is how many sender actions may wait; what comes on top is dropped.
	signQueue = 64
	// signWorkers is how many sender actions are under way at once.
	signWorkers = 4
	// typingKept is of how many conversations it is remembered when the platform was told last.
	typingKept = 256
)

// sign is a sender action on its way.
type sign struct {
	conv   store.Conversation
	action string
}

// signs tells contacts what agents do beside writing. Nothing of it is kept, tried again or worth waiting for.
type signs struct {
	d     *Desk
	queue chan sign

	mu    sync.Mutex
	typed map[store.ConversationID]typing
}

// typing is what the platform was told last of an agent's typing in a conversation.
type typing struct {
	at time.Time // when it was last told that somebody types
	on bool      // it shows still, as far as we know
}

func newSigns(d *Desk) *signs {
	return &signs{d: d, queue: make(chan sign, signQueue), typed: map[store.ConversationID]typing{}}
}

// run tells the platform until ctx ends.
func (s *signs) run(ctx context.Context) error {
	var workers sync.WaitGroup
	for range signWorkers {
		workers.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case next := <-s.queue:
					err := s.d.guard("sender actions", func() error { return s.tell(ctx, next) })
					if err != nil && ctx.Err() == nil {
						s.d.logger.Debug("sender action", logConversation, string(next.conv.ID), logError, err)
					}
				}
			}
		})
	}
	workers.Wait()
	return nil
}

// tell makes one request, unless its time is over.
func (s *signs) tell(ctx context.Context, next sign) error {
	if next.action == messenger.ActionTypingOn && !s.typing(next.conv.ID) {
		return nil // the message went out, or the agent stopped, before this did
	}
	w, refusal := s.d.routeTo(next.conv.Inbox, next.conv.Contact)
	if refusal != nil {
		return refusal
	}
	if s.d.courier.tokenDead(next.conv.Inbox) {
		return nil // every call would be refused
	}
	ctx, cancel := context.WithTimeout(ctx, signTime)
	defer cancel()
	_, err := w.sender.Send(ctx, string(next.conv.Inbox), messenger.SendRequest{
		Recipient: messenger.Recipient{ID: next.conv.Contact.ID}, SenderAction: next.action,
	})
	return err
}

// put hands a sign over if there is room.
func (s *signs) put(next sign) {
	select {
	case s.queue <- next:
	default:
	}
}

func (s *signs) typing(id store.ConversationID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.typed[id].on
}

// told reports whether the platform was told of typing so lately that it need not be told again.
func (s *signs) told(id store.ConversationID, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was, told := s.typed[id]
	return told && now.Sub(was.at) < typingPace
}

// begun reports whether the platform is to be told that an agent types, and notes that it is.
func (s *signs) begun(id store.ConversationID, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if was, told := s.typed[id]; told && now.Sub(was.at) < typingPace {
		return false
	}
	if len(s.typed) >= typingKept {
		for id, t := range s.typed {
			if now.Sub(t.at) >= typingLife {
				delete(s.typed, id)
			}
		}
		if len(s.typed) >= typingKept {
			return false // more agents than anybody has: nobody is told rather than the platform too often
		}
	}
	s.typed[id] = typing{at: now, on: true}
	return true
}

// ended reports whether the contact still sees that somebody types, and notes that it is over.
func (s *signs) ended(id store.ConversationID, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, told := s.typed[id]
	if !told || !t.on {
		return false
	}
	s.typed[id] = typing{at: t.at}
	return now.Sub(t.at) < typingLife
}

// Typing tells the contact that an agent types, or has stopped.
func (d *Desk) Typing(ctx context.Context, conv store.ConversationID, on bool) error {
	c, err := d.views.Conversation(ctx, conv)
	if err != nil {
		return err
	}
	now := d.now()
	if !on {
		if d.signs.ended(c.ID, now) {
			d.signs.put(sign{c, messenger.ActionTypingOff})
		}
		return nil
	}
	if d.signs.told(c.ID, now) {
		return nil // as with most keys
	}
	if welcome, err := d.signsWelcome(ctx, c); err != nil || !welcome {
		return err
	}
	if d.signs.begun(c.ID, now) {
		d.signs.put(sign{c, messenger.ActionTypingOn})
	}
	return nil
}

// seen tells the contact that an agent has read what they wrote.
func (d *Desk) seen(ctx context.Context, c store.Conversation) {
	welcome, err := d.signsWelcome(ctx, c)
	if err != nil {
		d.logger.Debug("sender action", logConversation, string(c.ID), logError, err)
	}
	if welcome {
		d.signs.put(sign{c, messenger.ActionMarkSeen})
	}
}

// signsWelcome reports whether the contact may be told what agents do beside writing: where a message could be sent at
// once, to somebody the platform knows by an id (ref. 3.8), while its limits are not nearly used up (ref. 3.11).
func (d *Desk) signsWelcome(ctx context.Context, c store.Conversation) (bool, error) {
	if d.o.NoSenderActions || c.Contact.Kind == store.ContactUserRef {
		return false, nil
	}
	in, known, err := d.inboxOf(ctx, c.Inbox)
	if err != nil {
		return false, err
	}
	now := d.now()
	o := OutlookOf(c, in, known, now)
	if able := o.Blocked == nil && !o.Human && in.Alert == ""; !able || elsewhere(c, in) {
		return false, nil
	}
	if u, known := d.usageOf(c.Inbox); known && u.Highest() > onlyReplies {
		return false, nil
	}
	return isVisitor(c.Contact) || store.Window(c, store.MillisOf(now)).Open, nil
}
