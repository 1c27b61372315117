package tui_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/desk/canned"
	"frontdesk/store"
	"frontdesk/tui"
)

// manyDesk answers as a desk of a hundred thousand conversations would; only what is on the screen is made.
type manyDesk struct {
	desk.Contract
	n int
}

func manyID(i int) store.ConversationID { return store.ConversationID(fmt.Sprintf("1:72%08d", i)) }

func (d manyDesk) row(i int) store.Conversation {
	return store.Conversation{
		ID: manyID(i), Inbox: pageID, Contact: store.Contact{Kind: store.ContactPSID, ID: "1", Name: fmt.Sprintf("Ines Okafor %d", i)},
		Status: store.StatusOpen, Unread: i % 3, Touch: store.Touch{Origin: store.OriginLink, Ref: "spring-sale"},
		LastActivity: store.MillisOf(base) - store.Millis(i)*60000, WindowFrom: store.MillisOf(base) - store.Millis(i)*60000,
		LastMessage: store.LastMessage{Direction: store.In, Kind: store.KindText, Text: "When do you open on Saturday?"},
	}
}

func (d manyDesk) List(_ context.Context, r store.ListRequest) (store.ListPage, error) {
	from := 0
	if r.From.ID != "" {
		if _, err := fmt.Sscanf(string(r.From.ID), "1:72%08d", &from); err != nil {
			return store.ListPage{}, err
		}
		from++
	}
	var page store.ListPage
	for i := from; i < min(from+r.Limit, d.n); i++ {
		page.Rows = append(page.Rows, d.row(i))
	}
	page.More = from+r.Limit < d.n
	return page, nil
}

func (d manyDesk) Conversation(_ context.Context, id store.ConversationID) (store.Conversation, error) {
	i := 0
	_, err := fmt.Sscanf(string(id), "1:72%08d", &i)
	return d.row(i), err
}

func (d manyDesk) Thread(_ context.Context, r store.ThreadRequest) (store.ThreadPage, error) {
	var page store.ThreadPage
	for i := range min(r.Limit, 60) {
		m := store.Message{
			ID: store.MessageID(fmt.Sprintf("%s-%d", r.Conversation, i)), Conversation: r.Conversation,
			At: store.MillisOf(base) - store.Millis(60-i)*600000, Direction: store.In, Kind: store.KindText,
			Text: "My order has not arrived yet, could you have a look please? It is number 4711 and it should have been here on Tuesday.",
		}
		if i%2 == 1 {
			m.Direction, m.State, m.Agent, m.Text = store.Out, store.StateRead, "ana", "I'll have a look."
		}
		page.Messages = append(page.Messages, m)
	}
	return page, nil
}

func (manyDesk) Touches(context.Context, store.ConversationID, int) ([]store.Touch, error) {
	return []store.Touch{{At: 1, Origin: store.OriginLink, Ref: "spring-sale"}}, nil
}

func (d manyDesk) Counts(context.Context) (store.Counts, error) {
	return store.Counts{
		Total: d.n, Statuses: map[store.Status]int{store.StatusOpen: d.n}, Unread: d.n / 3,
		Refs: []store.RefCount{{Ref: "spring-sale", N: d.n}},
	}, nil
}

func (manyDesk) State(context.Context) (desk.State, error) {
	return desk.State{Listening: "http://127.0.0.1:8080", Inboxes: []desk.Inbox{{ID: pageID, Name: "Lumen Bikes"}}}, nil
}

func (manyDesk) Queue(context.Context) ([]desk.Waiting, error) { return nil, nil }

func (manyDesk) Canned(context.Context) (canned.Library, error) { return canned.Library{}, nil }

func (manyDesk) Typing(context.Context, store.ConversationID, bool) error { return nil }

func (manyDesk) Drafted(context.Context, string) ([]store.ConversationID, error) { return nil, nil }

func (manyDesk) Draft(context.Context, store.ConversationID, string) (desk.Draft, error) {
	return desk.Draft{}, nil
}

func (manyDesk) SaveDraft(context.Context, store.ConversationID, string, desk.Draft) error {
	return nil
}

func (manyDesk) Do(context.Context, store.Act) (store.Act, error) { return store.Act{}, nil }

func (manyDesk) Changes(context.Context) (<-chan store.Seq, error) { return make(chan store.Seq), nil }

// websiteDesk is a manyDesk whose contacts are visitors of the website, half of them there.
type websiteDesk struct{ manyDesk }

func (d websiteDesk) List(ctx context.Context, r store.ListRequest) (store.ListPage, error) {
	page, err := d.manyDesk.List(ctx, r)
	for i := range page.Rows {
		page.Rows[i].Contact.Kind = store.ContactVisitor
	}
	return page, err
}

func (d websiteDesk) Conversation(ctx context.Context, id store.ConversationID) (store.Conversation, error) {
	c, err := d.manyDesk.Conversation(ctx, id)
	c.Contact.Kind = store.ContactVisitor
	return c, err
}

func (websiteDesk) State(context.Context) (desk.State, error) {
	return desk.State{Listening: "http://127.0.0.1:8080", Inboxes: []desk.Inbox{{ID: pageID, Name: "Lumen Bikes", Plugin: true}}}, nil
}

func (websiteDesk) Presences(_ context.Context, ids []store.ConversationID) (map[store.ConversationID]desk.Presence, error) {
	known := map[store.ConversationID]desk.Presence{}
	for i, id := range ids {
		known[id] = desk.Presence{Online: i%2 == 0, Typing: i%4 == 0, PageURL: "https://lumen.example/pricing"}
	}
	return known, nil
}

func (websiteDesk) Comings(context.Context) (<-chan struct{}, error) {
	return make(chan struct{}), nil
}

func (websiteDesk) Walk(context.Context, store.ConversationID) (desk.Walk, error) {
	return desk.Walk{Visits: []desk.Visit{{At: 1, PageURL: "https://lumen.example/pricing"}}}, nil
}

// benchModel is a screen of 200x60 over a hundred thousand conversations that has read its first page.
func benchModel(b *testing.B) (m tea.Model, run func(tea.Cmd) (spent time.Duration)) {
	b.Helper()
	return benchModelOver(b, manyDesk{n: 100_000})
}

// benchModelOver is benchModel over another desk.
//
// The function it returns runs a command and what follows from it; spent is how long Update took meanwhile.
func benchModelOver(b *testing.B, d desk.Contract) (m tea.Model, run func(tea.Cmd) (spent time.Duration)) {
	b.Helper()
	m = tui.New(tui.Options{Desk: d, Agent: "ana", Now: func() time.Time { return base }, Ctx: b.Context()})
	run = func(cmd tea.Cmd) (spent time.Duration) {
		if cmd == nil {
			return 0
		}
		got := make(chan tea.Msg, 1)
		go func() { got <- cmd() }()
		select {
		case msg := <-got:
			if batch, ok := msg.(tea.BatchMsg); ok {
				for _, c := range batch {
					spent += run(c)
				}
			} else if msg != nil {
				began := time.Now()
				_, next := m.Update(msg)
				spent += time.Since(began)
				spent += run(next)
			}
		case <-time.After(5 * time.Millisecond): // waits for time to pass
		}
		return spent
	}
	m, _ = m.Update(tea.WindowSizeMsg{Width: 200, Height: 60})
	run(m.Init())
	m.View()
	return m, run
}

func BenchmarkFrameCursorMove(b *testing.B) {
	m, _ := benchModel(b)
	keys := []tea.KeyPressMsg{keyMsg("j"), keyMsg("k")}
	i := 0
	for b.Loop() {
		m.Update(keys[i%2])
		m.View()
		i++
	}
}

// BenchmarkFrameCursorMoveAmongVisitors is BenchmarkFrameCursorMove where it is known of everybody whether they are there.
func BenchmarkFrameCursorMoveAmongVisitors(b *testing.B) {
	m, _ := benchModelOver(b, websiteDesk{manyDesk{n: 100_000}})
	keys := []tea.KeyPressMsg{keyMsg("j"), keyMsg("k")}
	i := 0
	for b.Loop() {
		m.Update(keys[i%2])
		m.View()
		i++
	}
}

func BenchmarkFrameNewThread(b *testing.B) {
	m, run := benchModel(b)
	keys := []tea.KeyPressMsg{keyMsg("j"), keyMsg("k")}
	i := 0
	var spent time.Duration
	for b.Loop() {
		began := time.Now()
		_, cmd := m.Update(keys[i%2])
		m.View()
		spent += time.Since(began) + run(cmd)
		began = time.Now()
		m.View()
		spent += time.Since(began)
		i++
	}
	b.ReportMetric(float64(spent.Nanoseconds())/float64(i), "update+view-ns/op")
}

func BenchmarkFrameTyping(b *testing.B) {
	m, run := benchModel(b)
	_, cmd := m.Update(keyMsg("r"))
	run(cmd)
	m.Update(tea.PasteMsg{Content: "A reply of some length, as agents write them. "})
	keys := []tea.KeyPressMsg{{Text: "a", Code: 'a'}, {Code: tea.KeyBackspace}}
	i := 0
	for b.Loop() {
		m.Update(keys[i%2])
		m.View()
		i++
	}
}

func BenchmarkFrameScroll(b *testing.B) {
	m, run := benchModel(b)
	_, cmd := m.Update(keyMsg("enter"))
	run(cmd)
	keys := []tea.KeyPressMsg{keyMsg("k"), keyMsg("j")}
	i := 0
	for b.Loop() {
		m.Update(keys[i%2])
		m.View()
		i++
	}
}
