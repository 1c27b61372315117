package control

import (
	"context"

	"frontdesk/desk"
	"frontdesk/desk/canned"
	"frontdesk/store"
)

var _ desk.Contract = (*Client)(nil)

// List keeps desk.Reader.
func (c *Client) List(ctx context.Context, r store.ListRequest) (page store.ListPage, err error) {
	err = c.do(ctx, callList, r, &page)
	return page, err
}

// Conversation keeps desk.Reader.
func (c *Client) Conversation(ctx context.Context, id store.ConversationID) (conv store.Conversation, err error) {
	err = c.do(ctx, callConversation, conversationArgs{ID: id}, &conv)
	return conv, err
}

// Thread keeps desk.Reader.
func (c *Client) Thread(ctx context.Context, r store.ThreadRequest) (page store.ThreadPage, err error) {
	err = c.do(ctx, callThread, r, &page)
	return page, err
}

// Touches keeps desk.Reader.
func (c *Client) Touches(ctx context.Context, id store.ConversationID, n int) (touches []store.Touch, err error) {
	err = c.do(ctx, callTouches, conversationArgs{ID: id, N: n}, &touches)
	return touches, err
}

// Counts keeps desk.Reader.
func (c *Client) Counts(ctx context.Context) (counts store.Counts, err error) {
	err = c.do(ctx, callCounts, nil, &counts)
	return counts, err
}

// State keeps desk.Reader; its answer says that the desk works in another process.
func (c *Client) State(ctx context.Context) (state desk.State, err error) {
	if err = c.do(ctx, callState, nil, &state); err == nil {
		state.Remote = true
	}
	return state, err
}

// Reply keeps desk.Actor.
func (c *Client) Reply(ctx context.Context, r desk.Reply) (m store.Message, err error) {
	err = c.do(ctx, callReply, r, &m)
	return m, err
}

// ReplyAll keeps desk.Actor.
func (c *Client) ReplyAll(ctx context.Context, replies []desk.Reply) (messages []store.Message, err error) {
	err = c.do(ctx, callReplyAll, replies, &messages)
	return messages, err
}

// Do keeps desk.Actor.
func (c *Client) Do(ctx context.Context, act store.Act) (undo store.Act, err error) {
	err = c.do(ctx, callDo, act, &undo)
	return undo, err
}

// Message keeps desk.Actor.
func (c *Client) Message(ctx context.Context, conv store.ConversationID, id store.MessageID) (m store.Message, err error) {
	err = c.do(ctx, callMessage, messageArgs{Conversation: conv, ID: id}, &m)
	return m, err
}

// Draft keeps desk.Drafter.
func (c *Client) Draft(ctx context.Context, conv store.ConversationID, agent string) (draft desk.Draft, err error) {
	err = c.do(ctx, callDraft, draftArgs{Conversation: conv, Agent: agent}, &draft)
	return draft, err
}

// SaveDraft keeps desk.Drafter.
func (c *Client) SaveDraft(ctx context.Context, conv store.ConversationID, agent string, draft desk.Draft) error {
	return c.do(ctx, callSaveDraft, draftArgs{Conversation: conv, Agent: agent, Draft: draft}, nil)
}

// Drafted keeps desk.Drafter.
func (c *Client) Drafted(ctx context.Context, agent string) (ids []store.ConversationID, err error) {
	err = c.do(ctx, callDrafted, draftArgs{Agent: agent}, &ids)
	return ids, err
}

// CaughtUp keeps desk.Watcher.
func (c *Client) CaughtUp(ctx context.Context) error {
	return c.do(ctx, callCaughtUp, nil, nil)
}

// Retest keeps desk.Queue.
func (c *Client) Retest(ctx context.Context) error {
	return c.do(ctx, callRetest, nil, nil)
}

// Queue keeps desk.Queue.
func (c *Client) Queue(ctx context.Context) (waiting []desk.Waiting, err error) {
	err = c.do(ctx, callQueue, nil, &waiting)
	return waiting, err
}

// Typing keeps desk.Talker.
func (c *Client) Typing(ctx context.Context, conv store.ConversationID, on bool) error {
	return c.do(ctx, callTyping, typingArgs{Conversation: conv, On: on}, nil)
}

// React keeps desk.Talker.
func (c *Client) React(ctx context.Context, conv store.ConversationID, agent string, id store.MessageID, emoji string) error {
	return c.do(ctx, callReact, reactArgs{Conversation: conv, Agent: agent, Message: id, Emoji: emoji}, nil)
}

// Control keeps desk.Talker.
func (c *Client) Control(ctx context.Context, r desk.ControlRequest) error {
	return c.do(ctx, callControl, r, nil)
}

// Canned keeps desk.Stationery.
func (c *Client) Canned(ctx context.Context) (lib canned.Library, err error) {
	err = c.do(ctx, callCanned, nil, &lib)
	return lib, err
}

// SaveCanned keeps desk.Stationery.
func (c *Client) SaveCanned(ctx context.Context, r canned.Response, replace bool) error {
	return c.do(ctx, callSaveCanned, cannedArgs{Response: r, Replace: replace}, nil)
}

// Used keeps desk.Stationery.
func (c *Client) Used(ctx context.Context, shortcode string) error {
	return c.do(ctx, callUsed, cannedArgs{Shortcode: shortcode}, nil)
}

// RunMacro keeps desk.Stationery.
func (c *Client) RunMacro(ctx context.Context, r desk.MacroRun) (done desk.MacroDone, err error) {
	err = c.do(ctx, callRunMacro, r, &done)
	return done, err
}

// Trail keeps desk.Witness.
func (c *Client) Trail(ctx context.Context, conv store.ConversationID, id store.MessageID) (t desk.Trail, err error) {
	err = c.do(ctx, callTrail, messageArgs{Conversation: conv, ID: id}, &t)
	return t, err
}

// Attach keeps desk.Filer.
func (c *Client) Attach(ctx context.Context, path string) (file store.File, err error) {
	err = c.do(ctx, callAttach, fileArgs{Path: path}, &file)
	return file, err
}

// Media keeps desk.Filer.
func (c *Client) Media(ctx context.Context, hash string) (file desk.MediaFile, err error) {
	err = c.do(ctx, callMedia, fileArgs{Hash: hash}, &file)
	return file, err
}

// Fetch keeps desk.Filer.
func (c *Client) Fetch(ctx context.Context, conv store.ConversationID, id store.MessageID, index int) error {
	return c.do(ctx, callFetch, fileArgs{Conversation: conv, Message: id, Index: index}, nil)
}

// Presences keeps desk.Attendance.
func (c *Client) Presences(ctx context.Context, ids []store.ConversationID) (known map[store.ConversationID]desk.Presence, err error) {
	err = c.do(ctx, callPresences, presencesArgs{IDs: ids}, &known)
	return known, err
}

// Walk keeps desk.Attendance.
func (c *Client) Walk(ctx context.Context, id store.ConversationID) (walk desk.Walk, err error) {
	err = c.do(ctx, callWalk, conversationArgs{ID: id}, &walk)
	return walk, err
}

// Site keeps desk.Sites.
func (c *Client) Site(ctx context.Context, inbox store.InboxID) (site desk.Site, err error) {
	err = c.do(ctx, callSite, siteArgs{Inbox: inbox}, &site)
	return site, err
}

// SaveSite keeps desk.Sites.
func (c *Client) SaveSite(ctx context.Context, inbox store.InboxID, s desk.SiteSettings) error {
	return c.do(ctx, callSaveSite, siteArgs{Inbox: inbox, Settings: s}, nil)
}
