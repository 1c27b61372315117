package tui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/store"
)

const (
	pageRows     = 60  // conversations asked for at once
	keepRows     = 300 // conversations kept in the list's window
	pageMessages = 40  // messages asked for at once
	keepMessages = 400 // messages kept in the thread's window
	touchesShown = 20
	tickEvery    = 15 * time.Second
	draftPause   = 600 * time.Millisecond
	filterPause  = 80 * time.Millisecond
	quitPause    = 2 * time.Second
	redialPause  = time.Second
	slowPause    = 150 * time.Millisecond
	seenPause    = 700 * time.Millisecond // nobody reads a new row and presses a key for it sooner
	idleTicks    = 2                      // ticks without a key after which nobody is taken to sit there
)

// question is what a refresh asks for: values, so that the command never looks at the model.
type question struct {
	agent     string
	list      store.ListRequest
	listGen   int
	atTop     bool
	thread    store.ThreadRequest
	threadGen int
	moved     int // of the thread
	hasThread bool
}

// ask reads everything on the screen anew.
func ask(ctx context.Context, d desk.Contract, q question) tea.Cmd {
	return func() tea.Msg {
		a := answerMsg{listGen: q.listGen, atTop: q.atTop, threadOf: q.threadGen, moved: q.moved, asked: q.hasThread, threadID: q.thread.Conversation}
		if a.list, a.err = d.List(ctx, q.list); a.err != nil {
			return a
		}
		if a.counts, a.err = d.Counts(ctx); a.err != nil {
			return a
		}
		if a.state, a.err = d.State(ctx); a.err != nil {
			return a
		}
		if a.drafted, a.err = d.Drafted(ctx, q.agent); a.err != nil {
			return a
		}
		if a.queue, a.err = d.Queue(ctx); a.err != nil {
			return a
		}
		if q.hasThread {
			a.thread, a.err = readThread(ctx, d, q.thread)
		}
		return a
	}
}

func readThread(ctx context.Context, d desk.Reader, r store.ThreadRequest) (threadAnswer, error) {
	var (
		a   threadAnswer
		err error
	)
	if a.conv, err = d.Conversation(ctx, r.Conversation); err != nil {
		return a, err
	}
	if a.page, err = d.Thread(ctx, r); err != nil {
		return a, err
	}
	a.touches, err = d.Touches(ctx, r.Conversation, touchesShown)
	return a, err
}

// loadThread reads a conversation with its newest n messages.
func loadThread(ctx context.Context, d desk.Contract, id store.ConversationID, agent string, n, gen int) tea.Cmd {
	return func() tea.Msg {
		msg := threadMsg{gen: gen, id: id}
		msg.threadAnswer, msg.err = readThread(ctx, d, store.ThreadRequest{Conversation: id, Limit: n})
		if msg.err == nil {
			msg.draft, msg.err = d.Draft(ctx, id, agent)
		}
		return msg
	}
}

// loadDrafts reads the words of some drafts.
func loadDrafts(ctx context.Context, d desk.Contract, agent string, ids []store.ConversationID) tea.Cmd {
	return func() tea.Msg {
		msg := draftsMsg{drafts: make(map[store.ConversationID]desk.Draft, len(ids))}
		for _, id := range ids {
			draft, err := d.Draft(ctx, id, agent)
			if err != nil {
				msg.err = err
				return msg
			}
			msg.drafts[id] = draft
		}
		return msg
	}
}

func loadListMore(ctx context.Context, d desk.Contract, r store.ListRequest, gen int, jump bool) tea.Cmd {
	return func() tea.Msg {
		page, err := d.List(ctx, r)
		return listMoreMsg{gen: gen, from: r.From, newer: r.Newer, jump: jump, page: page, err: err}
	}
}

// loadListAt reads the page of a list in which a conversation stands: the first, or one that begins with it.
func loadListAt(ctx context.Context, d desk.Contract, r store.ListRequest, gen int, keep store.Conversation) tea.Cmd {
	return func() tea.Msg {
		page, err := d.List(ctx, r)
		here := func(c store.Conversation) bool { return c.ID == keep.ID }
		if err == nil && page.More && !slices.ContainsFunc(page.Rows, here) {
			r.From = store.Cursor{LastActivity: keep.LastActivity + 1}
			page, err = d.List(ctx, r)
		}
		return listMoreMsg{gen: gen, from: r.From, jump: true, page: page, err: err}
	}
}

// loadListOr reads the first page of a list, or that of a wider one when nothing is in it.
func loadListOr(ctx context.Context, d desk.Contract, r, wider store.ListRequest, gen int) tea.Cmd {
	return func() tea.Msg {
		msg := listMoreMsg{gen: gen, jump: true}
		if msg.page, msg.err = d.List(ctx, r); msg.err == nil && len(msg.page.Rows) == 0 {
			msg.less = true
			msg.page, msg.err = d.List(ctx, wider)
		}
		return msg
	}
}

func loadThreadMore(ctx context.Context, d desk.Contract, r store.ThreadRequest, gen int, jump bool) tea.Cmd {
	return func() tea.Msg {
		page, err := d.Thread(ctx, r)
		return threadMoreMsg{gen: gen, from: r.From, newer: r.Newer, jump: jump, page: page, err: err}
	}
}

func doAct(ctx context.Context, d desk.Contract, act store.Act, label string, undo bool) tea.Cmd {
	return func() tea.Msg {
		back, err := d.Do(ctx, act)
		return actedMsg{act: act, back: back, label: label, undo: undo, err: err}
	}
}

func saveDraft(ctx context.Context, d desk.Contract, conv store.ConversationID, agent string, draft desk.Draft) tea.Cmd {
	return func() tea.Msg {
		return draftSavedMsg{conv: conv, draft: draft, err: d.SaveDraft(ctx, conv, agent, draft)}
	}
}

func subscribe(ctx context.Context, d desk.Contract) tea.Cmd {
	return func() tea.Msg {
		ch, err := d.Changes(ctx)
		return subscribedMsg{changes: ch, err: err}
	}
}

// waitForChange takes one change. Quitting does not stop a waiting command; the context does.
func waitForChange(ctx context.Context, ch <-chan store.Seq) tea.Cmd {
	return func() tea.Msg {
		select {
		case _, open := <-ch:
			if open {
				return changedMsg{}
			}
			if ctx.Err() != nil {
				return nil
			}
			return goneMsg{}
		case <-ctx.Done():
			return nil
		}
	}
}

func tick(ctx context.Context, now func() time.Time) tea.Cmd {
	return later(ctx, tickEvery, func() tea.Msg { return tickMsg(now()) })
}

// later gives a message after a pause; unlike tea.Tick it ends with the screen.
func later(ctx context.Context, pause time.Duration, msg func() tea.Msg) tea.Cmd {
	return func() tea.Msg {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		select {
		case <-timer.C:
			return msg()
		case <-ctx.Done():
			return nil
		}
	}
}
