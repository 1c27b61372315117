package tui

import (
	"time"

	"frontdesk/desk"
	"frontdesk/store"
)

// answerMsg is what a refresh brought: everything on the screen, read anew.
type answerMsg struct {
	err     error
	counts  store.Counts
	state   desk.State
	drafted []store.ConversationID
	queue   []desk.Waiting

	listGen  int
	atTop    bool // the page begins with the newest conversation
	list     store.ListPage
	threadOf int                  // generation of the thread asked for
	threadID store.ConversationID // as it was asked for; it may have become another one
	moved    int                  // of the thread when it was asked for
	asked    bool
	thread   threadAnswer
}

// threadAnswer is one conversation with a part of its thread.
type threadAnswer struct {
	conv    store.Conversation
	page    store.ThreadPage
	touches []store.Touch
}

// draftsMsg brings the words of drafts.
type draftsMsg struct {
	drafts map[store.ConversationID]desk.Draft
	err    error
}

// draftGoneMsg says whether the desk has a draft no more that the composer shows.
type draftGoneMsg struct {
	conv store.ConversationID
	was  desk.Draft
	gone bool
}

// listMoreMsg brings a further page of the list.
type listMoreMsg struct {
	gen   int
	from  store.Cursor
	newer bool
	jump  bool // the page replaces the window: the list's end or start was asked for
	less  bool // nothing matched, so the page is that without the word being typed
	page  store.ListPage
	err   error
}

// threadMsg brings a conversation that was opened or is previewed.
type threadMsg struct {
	gen   int
	id    store.ConversationID
	draft desk.Draft
	threadAnswer
	err error
}

// threadMoreMsg brings a further part of the thread.
type threadMoreMsg struct {
	gen   int
	from  store.Place
	newer bool
	jump  bool
	page  store.ThreadPage
	err   error
}

// actedMsg says that the desk took an act, or did not.
type actedMsg struct {
	act   store.Act
	back  store.Act
	label string // what the notice says; empty: no notice
	undo  bool   // this act took another one back
	err   error
}

type (
	subscribedMsg struct {
		changes <-chan store.Seq
		err     error
	}
	changedMsg   struct{}
	goneMsg      struct{}
	redialMsg    struct{} // time to look for the frontdesk that has gone
	tickMsg      time.Time
	noticeOldMsg struct{ gen int }
	saveDraftMsg struct {
		conv store.ConversationID
		rev  int
	}
	draftSavedMsg struct {
		conv  store.ConversationID
		draft desk.Draft
		err   error
	}
	listLateMsg struct{ rev int }
	seenMsg     struct{ gen int } // news under the list's cursor have been there long enough to be seen
	slowMsg     struct{ gen int } // a thread asked for a moment ago; it is said when it is not here
	quitMsg     struct{ late bool }
	wheelMsg    struct{ x, y, lines int }
	// flushWheelMsg asks the floodgate for what it gathered; it never comes to the model.
	flushWheelMsg struct{}
)
