package desk_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/messenger"
	"frontdesk/store"
)

func TestProfiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		contact store.Contact
		guest   bool
		answers []error // one for each question; nil gives a name
		usage   float64
		asked   int
		kept    []store.Profile // without the conversation
	}{
		"a name":             {contact: psid(maya), answers: []error{nil}, asked: 1, kept: []store.Profile{{Name: "Mara Voss", Locale: "en_IE"}}},
		"no profile":         {contact: psid(maya), answers: []error{&messenger.APIError{HTTPStatus: 400, Code: 100, Subcode: 2018218}}, asked: 1, kept: []store.Profile{{Reason: "The platform has no profile for this person."}}},
		"not reached, later": {contact: psid(maya), answers: []error{&messenger.TransportError{Err: errors.New("refused")}, nil}, asked: 2, kept: []store.Profile{{Name: "Mara Voss", Locale: "en_IE"}}},
		"dead token":         {contact: psid(maya), answers: []error{&messenger.APIError{HTTPStatus: 401, Code: 190}}, asked: 1},
		"at the limit":       {contact: psid(maya), answers: []error{&messenger.APIError{HTTPStatus: 400, Code: 613}, nil}, asked: 2, kept: []store.Profile{{Name: "Mara Voss", Locale: "en_IE"}}},
		"much used":          {contact: psid(maya), usage: 81},
		"a guest":            {contact: psid(maya), guest: true, kept: []store.Profile{{Reason: "the contact is a guest"}}},
		"a user_ref":         {contact: store.Contact{Kind: store.ContactUserRef, ID: "6150"}, kept: []store.Profile{{Reason: "the contact is known by a user_ref only"}}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				n := &names{asked: make(chan string, 100)}
				n.usage = messenger.Usage{App: messenger.Use{Calls: c.usage}, At: time.Now()}
				n.answer = func(string) (messenger.Profile, error) {
					if i := len(n.asked) - 1; i < len(c.answers) && c.answers[i] != nil {
						return messenger.Profile{}, c.answers[i]
					}
					return messenger.Profile{Name: "Mara Voss", Locale: "en_IE"}, nil
				}
				w := open(t, t.TempDir(), config{profiler: n, pauses: realPauses, limits: realLimits})
				defer w.close()
				w.append([]store.Fact{{
					Kind: store.FactReferral, Inbox: pageID, Contact: c.contact, At: store.MillisOf(time.Now()),
					ID: "r1", Key: "r1", Touch: &store.Touch{Origin: store.OriginPlugin, Guest: c.guest},
				}})
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				if got := len(n.asked); got != c.asked {
					t.Errorf("asked %d times, want %d", got, c.asked)
				}
				id := conv(pageID, c.contact)
				for i := range c.kept {
					c.kept[i].Conversation = id
				}
				if diff := cmp.Diff(c.kept, records[store.Profile](w, store.RecordProfile)); diff != "" {
					t.Errorf("kept:\n%s", diff)
				}
				if len(c.kept) == 1 && w.conversation(id).Contact.Name != c.kept[0].Name {
					t.Errorf("the contact is called %q", w.conversation(id).Contact.Name)
				}
			})
		})
	}
}

// TestRepliesDoNotWaitForNames holds back the answer about a name and sends meanwhile.
func TestRepliesDoNotWaitForNames(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	n := &names{asked: make(chan string, 100), answer: func(string) (messenger.Profile, error) {
		<-release
		return messenger.Profile{}, context.Canceled
	}}
	w := open(t, t.TempDir(), config{profiler: n, sender: &platform{}})
	id := w.writes(pageID, psid(maya), "hello", 0)
	<-n.asked
	w.untilState(w.reply(id, "hi"), store.StateSent)
	close(release)
}
