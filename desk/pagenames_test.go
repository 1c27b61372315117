package desk_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/desk"
	"frontdesk/messenger"
)

// pageNamer answers about the page's name: with each error in turn, then with the name.
type pageNamer struct {
	errs  []error
	name  string
	asked chan string
}

func (n *pageNamer) PageName(_ context.Context, page string) (string, error) {
	n.asked <- page
	if i := len(n.asked) - 1; i < len(n.errs) {
		return "", n.errs[i]
	}
	return n.name, nil
}

func TestPageNames(t *testing.T) {
	t.Parallel()
	refused := &messenger.APIError{HTTPStatus: 400, Code: 100, Subcode: 33}
	for name, c := range map[string]struct {
		errs  []error
		name  string
		asked int
		want  string
		maya  string // what the contact is called in the end
	}{
		"told":               {name: "Lumen Bikes", asked: 1, want: "Lumen Bikes", maya: "Mara Voss"},
		"told nothing":       {asked: 1, want: "Page 1", maya: "Mara Voss"},
		"refused":            {errs: []error{refused}, asked: 1, want: "Page 1", maya: "Mara Voss"},
		"not reached, later": {errs: []error{&messenger.TransportError{Err: errors.New("refused")}}, name: "Lumen Bikes", asked: 2, want: "Lumen Bikes", maya: "Mara Voss"},
		"dead token":         {errs: []error{&messenger.APIError{HTTPStatus: 401, Code: 190}}, name: "Lumen Bikes", asked: 1, want: "Page 1"},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				n := &pageNamer{errs: c.errs, name: c.name, asked: make(chan string, 100)}
				people := &names{asked: make(chan string, 100), answer: func(string) (messenger.Profile, error) {
					return messenger.Profile{Name: "Mara Voss"}, nil
				}}
				w := open(t, t.TempDir(), config{profiler: people, pauses: realPauses, limits: realLimits, adjust: func(o *desk.Options) {
					o.Inboxes[0].Inbox.Name, o.Inboxes[0].Namer = "Page 1", n
				}})
				defer w.close()
				id := w.writes(pageID, psid(maya), "hello", 0)
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				if got := len(n.asked); got != c.asked {
					t.Errorf("asked %d times, want %d", got, c.asked)
				}
				s, err := w.desk.State(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if s.Inboxes[0].Name != c.want || s.Inboxes[1].Name != "Site" {
					t.Errorf("the inboxes are called %q and %q, want %q and Site", s.Inboxes[0].Name, s.Inboxes[1].Name, c.want)
				}
				if got := w.conversation(id).Contact.Name; got != c.maya {
					t.Errorf("the contact is called %q, want %q", got, c.maya)
				}
			})
		})
	}
}
