package main

import (
	"context"

	"frontdesk/desk"
	"frontdesk/desk/canned"
	"frontdesk/store"
)

// lateDesk is a desk that is still being opened. Each call waits for it, for as long as the call's context lasts.
type lateDesk struct {
	here chan struct{} // closed when desk is there
	desk desk.Contract
}

func newLateDesk() *lateDesk { return &lateDesk{here: make(chan struct{})} }

// arrive hands the desk over, once.
func (l *lateDesk) arrive(d desk.Contract) {
	l.desk = d
	close(l.here)
}

// whenHere asks the desk as soon as it is there.
func whenHere[T any](ctx context.Context, l *lateDesk, ask func(desk.Contract) (T, error)) (T, error) {
	select {
	case <-l.here:
		return ask(l.desk)
	case <-ctx.Done():
		var nothing T
		return nothing, ctx.Err()
	}
}

func (l *lateDesk) List(ctx context.Context, r store.ListRequest) (store.ListPage, error) {
	return whenHere(ctx, l, func(d desk.Contract) (store.ListPage, error) { return d.List(ctx, r) })
}

func (l *lateDesk) Conversation(ctx context.Context, id store.ConversationID) (store.Conversation, error) {
	return whenHere(ctx, l, func(d desk.Contract) (store.Conversation, error) { return d.Conversation(ctx, id) })
}

func (l *lateDesk) Thread(ctx context.Context, r store.ThreadRequest) (store.ThreadPage, error) {
	return whenHere(ctx, l, func(d desk.Contract) (store.ThreadPage, error) { return d.Thread(ctx, r) })
}

func (l *lateDesk) Touches(ctx context.Context, id store.ConversationID, n int) ([]store.Touch, error) {
	return whenHere(ctx, l, func(d desk.Contract) ([]store.Touch, error) { return d.Touches(ctx, id, n) })
}

func (l *lateDesk) Counts(ctx context.Context) (store.Counts, error) {
	return whenHere(ctx, l, func(d desk.Contract) (store.Counts, error) { return d.Counts(ctx) })
}

func (l *lateDesk) State(ctx context.Context) (desk.State, error) {
	return whenHere(ctx, l, func(d desk.Contract) (desk.State, error) { return d.State(ctx) })
}

func (l *lateDesk) Reply(ctx context.Context, r desk.Reply) (store.Message, error) {
	return whenHere(ctx, l, func(d desk.Contract) (store.Message, error) { return d.Reply(ctx, r) })
}

func (l *lateDesk) ReplyAll(ctx context.Context, replies []desk.Reply) ([]store.Message, error) {
	return whenHere(ctx, l, func(d desk.Contract) ([]store.Message, error) { return d.ReplyAll(ctx, replies) })
}

func (l *lateDesk) Do(ctx context.Context, act store.Act) (store.Act, error) {
	return whenHere(ctx, l, func(d desk.Contract) (store.Act, error) { return d.Do(ctx, act) })
}

func (l *lateDesk) Message(ctx context.Context, conv store.ConversationID, id store.MessageID) (store.Message, error) {
	return whenHere(ctx, l, func(d desk.Contract) (store.Message, error) { return d.Message(ctx, conv, id) })
}

func (l *lateDesk) Draft(ctx context.Context, conv store.ConversationID, agent string) (desk.Draft, error) {
	return whenHere(ctx, l, func(d desk.Contract) (desk.Draft, error) { return d.Draft(ctx, conv, agent) })
}

func (l *lateDesk) SaveDraft(ctx context.Context, conv store.ConversationID, agent string, draft desk.Draft) error {
	_, err := whenHere(ctx, l, func(d desk.Contract) (struct{}, error) { return struct{}{}, d.SaveDraft(ctx, conv, agent, draft) })
	return err
}

func (l *lateDesk) Drafted(ctx context.Context, agent string) ([]store.ConversationID, error) {
	return whenHere(ctx, l, func(d desk.Contract) ([]store.ConversationID, error) { return d.Drafted(ctx, agent) })
}

func (l *lateDesk) Changes(ctx context.Context) (<-chan store.Seq, error) {
	return whenHere(ctx, l, func(d desk.Contract) (<-chan store.Seq, error) { return d.Changes(ctx) })
}

func (l *lateDesk) CaughtUp(ctx context.Context) error {
	_, err := whenHere(ctx, l, func(d desk.Contract) (struct{}, error) { return struct{}{}, d.CaughtUp(ctx) })
	return err
}

func (l *lateDesk) Retest(ctx context.Context) error {
	_, err := whenHere(ctx, l, func(d desk.Contract) (struct{}, error) { return struct{}{}, d.Retest(ctx) })
	return err
}

func (l *lateDesk) Queue(ctx context.Context) ([]desk.Waiting, error) {
	return whenHere(ctx, l, func(d desk.Contract) ([]desk.Waiting, error) { return d.Queue(ctx) })
}

func (l *lateDesk) Typing(ctx context.Context, conv store.ConversationID, on bool) error {
	_, err := whenHere(ctx, l, func(d desk.Contract) (struct{}, error) { return struct{}{}, d.Typing(ctx, conv, on) })
	return err
}

func (l *lateDesk) React(ctx context.Context, conv store.ConversationID, agent string, id store.MessageID, emoji string) error {
	_, err := whenHere(ctx, l, func(d desk.Contract) (struct{}, error) { return struct{}{}, d.React(ctx, conv, agent, id, emoji) })
	return err
}

func (l *lateDesk) Control(ctx context.Context, r desk.ControlRequest) error {
	_, err := whenHere(ctx, l, func(d desk.Contract) (struct{}, error) { return struct{}{}, d.Control(ctx, r) })
	return err
}

func (l *lateDesk) Canned(ctx context.Context) (canned.Library, error) {
	return whenHere(ctx, l, func(d desk.Contract) (canned.Library, error) { return d.Canned(ctx) })
}

func (l *lateDesk) SaveCanned(ctx context.Context, r canned.Response, replace bool) error {
	_, err := whenHere(ctx, l, func(d desk.Contract) (struct{}, error) { return struct{}{}, d.SaveCanned(ctx, r, replace) })
	return err
}

func (l *lateDesk) Used(ctx context.Context, shortcode string) error {
	_, err := whenHere(ctx, l, func(d desk.Contract) (struct{}, error) { return struct{}{}, d.Used(ctx, shortcode) })
	return err
}

func (l *lateDesk) RunMacro(ctx context.Context, r desk.MacroRun) (desk.MacroDone, error) {
	return whenHere(ctx, l, func(d desk.Contract) (desk.MacroDone, error) { return d.RunMacro(ctx, r) })
}

func (l *lateDesk) Trail(ctx context.Context, conv store.ConversationID, id store.MessageID) (desk.Trail, error) {
	return whenHere(ctx, l, func(d desk.Contract) (desk.Trail, error) { return d.Trail(ctx, conv, id) })
}

func (l *lateDesk) Attach(ctx context.Context, path string) (store.File, error) {
	return whenHere(ctx, l, func(d desk.Contract) (store.File, error) { return d.Attach(ctx, path) })
}

func (l *lateDesk) Media(ctx context.Context, hash string) (desk.MediaFile, error) {
	return whenHere(ctx, l, func(d desk.Contract) (desk.MediaFile, error) { return d.Media(ctx, hash) })
}

func (l *lateDesk) Fetch(ctx context.Context, conv store.ConversationID, id store.MessageID, index int) error {
	_, err := whenHere(ctx, l, func(d desk.Contract) (struct{}, error) { return struct{}{}, d.Fetch(ctx, conv, id, index) })
	return err
}

func (l *lateDesk) Presences(ctx context.Context, ids []store.ConversationID) (map[store.ConversationID]desk.Presence, error) {
	return whenHere(ctx, l, func(d desk.Contract) (map[store.ConversationID]desk.Presence, error) { return d.Presences(ctx, ids) })
}

func (l *lateDesk) Comings(ctx context.Context) (<-chan struct{}, error) {
	return whenHere(ctx, l, func(d desk.Contract) (<-chan struct{}, error) { return d.Comings(ctx) })
}

func (l *lateDesk) Walk(ctx context.Context, id store.ConversationID) (desk.Walk, error) {
	return whenHere(ctx, l, func(d desk.Contract) (desk.Walk, error) { return d.Walk(ctx, id) })
}

func (l *lateDesk) Site(ctx context.Context, inbox store.InboxID) (desk.Site, error) {
	return whenHere(ctx, l, func(d desk.Contract) (desk.Site, error) { return d.Site(ctx, inbox) })
}

func (l *lateDesk) SaveSite(ctx context.Context, inbox store.InboxID, s desk.SiteSettings) error {
	_, err := whenHere(ctx, l, func(d desk.Contract) (struct{}, error) { return struct{}{}, d.SaveSite(ctx, inbox, s) })
	return err
}
