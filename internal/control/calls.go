package control

import (
	"context"
	"encoding/json"
	"fmt"

	"frontdesk/desk"
	"frontdesk/store"
)

// handler carries one call out.
type handler func(ctx context.Context, d desk.Contract, args json.RawMessage) (any, error)

// handlers are the calls a server answers.
var handlers = map[method]handler{
	callList: with(func(ctx context.Context, d desk.Contract, r store.ListRequest) (any, error) {
		return d.List(ctx, r)
	}),
	callConversation: with(func(ctx context.Context, d desk.Contract, a conversationArgs) (any, error) {
		return d.Conversation(ctx, a.ID)
	}),
	callThread: with(func(ctx context.Context, d desk.Contract, r store.ThreadRequest) (any, error) {
		return d.Thread(ctx, r)
	}),
	callTouches: with(func(ctx context.Context, d desk.Contract, a conversationArgs) (any, error) {
		return d.Touches(ctx, a.ID, a.N)
	}),
	callCounts: func(ctx context.Context, d desk.Contract, _ json.RawMessage) (any, error) {
		return d.Counts(ctx)
	},
	callState: func(ctx context.Context, d desk.Contract, _ json.RawMessage) (any, error) {
		return d.State(ctx)
	},
	callReply: with(func(ctx context.Context, d desk.Contract, r desk.Reply) (any, error) {
		return d.Reply(ctx, r)
	}),
	callReplyAll: with(func(ctx context.Context, d desk.Contract, replies []desk.Reply) (any, error) {
		return d.ReplyAll(ctx, replies)
	}),
	callDo: with(func(ctx context.Context, d desk.Contract, act store.Act) (any, error) {
		return d.Do(ctx, act)
	}),
	callMessage: with(func(ctx context.Context, d desk.Contract, a messageArgs) (any, error) {
		return d.Message(ctx, a.Conversation, a.ID)
	}),
	callDraft: with(func(ctx context.Context, d desk.Contract, a draftArgs) (any, error) {
		return d.Draft(ctx, a.Conversation, a.Agent)
	}),
	callSaveDraft: with(func(ctx context.Context, d desk.Contract, a draftArgs) (any, error) {
		return nil, d.SaveDraft(ctx, a.Conversation, a.Agent, a.Draft)
	}),
	callDrafted: with(func(ctx context.Context, d desk.Contract, a draftArgs) (any, error) {
		return d.Drafted(ctx, a.Agent)
	}),
	callCaughtUp: func(ctx context.Context, d desk.Contract, _ json.RawMessage) (any, error) {
		return nil, d.CaughtUp(ctx)
	},
	callRetest: func(ctx context.Context, d desk.Contract, _ json.RawMessage) (any, error) {
		return nil, d.Retest(ctx)
	},
	callQueue: func(ctx context.Context, d desk.Contract, _ json.RawMessage) (any, error) {
		return d.Queue(ctx)
	},
	callTyping: with(func(ctx context.Context, d desk.Contract, a typingArgs) (any, error) {
		return nil, d.Typing(ctx, a.Conversation, a.On)
	}),
	callReact: with(func(ctx context.Context, d desk.Contract, a reactArgs) (any, error) {
		return nil, d.React(ctx, a.Conversation, a.Agent, a.Message, a.Emoji)
	}),
	callControl: with(func(ctx context.Context, d desk.Contract, r desk.ControlRequest) (any, error) {
		return nil, d.Control(ctx, r)
	}),
	callTrail: with(func(ctx context.Context, d desk.Contract, a messageArgs) (any, error) {
		return d.Trail(ctx, a.Conversation, a.ID)
	}),
	callCanned: func(ctx context.Context, d desk.Contract, _ json.RawMessage) (any, error) {
		return d.Canned(ctx)
	},
	callSaveCanned: with(func(ctx context.Context, d desk.Contract, a cannedArgs) (any, error) {
		return nil, d.SaveCanned(ctx, a.Response, a.Replace)
	}),
	callUsed: with(func(ctx context.Context, d desk.Contract, a cannedArgs) (any, error) {
		return nil, d.Used(ctx, a.Shortcode)
	}),
	callRunMacro: with(func(ctx context.Context, d desk.Contract, r desk.MacroRun) (any, error) {
		return d.RunMacro(ctx, r)
	}),
	callAttach: with(func(ctx context.Context, d desk.Contract, a fileArgs) (any, error) {
		return d.Attach(ctx, a.Path)
	}),
	callMedia: with(func(ctx context.Context, d desk.Contract, a fileArgs) (any, error) {
		return d.Media(ctx, a.Hash)
	}),
	callFetch: with(func(ctx context.Context, d desk.Contract, a fileArgs) (any, error) {
		return nil, d.Fetch(ctx, a.Conversation, a.Message, a.Index)
	}),
	callPresences: with(func(ctx context.Context, d desk.Contract, a presencesArgs) (any, error) {
		return d.Presences(ctx, a.IDs)
	}),
	callWalk: with(func(ctx context.Context, d desk.Contract, a conversationArgs) (any, error) {
		return d.Walk(ctx, a.ID)
	}),
	callSite: with(func(ctx context.Context, d desk.Contract, a siteArgs) (any, error) {
		return d.Site(ctx, a.Inbox)
	}),
	callSaveSite: with(func(ctx context.Context, d desk.Contract, a siteArgs) (any, error) {
		return nil, d.SaveSite(ctx, a.Inbox, a.Settings)
	}),
}

// with decodes a call's arguments.
func with[A any](do func(context.Context, desk.Contract, A) (any, error)) handler {
	return func(ctx context.Context, d desk.Contract, raw json.RawMessage) (any, error) {
		var args A
		if err := json.Unmarshal(raw, &args); err != nil {
			return nil, fmt.Errorf("read the arguments of a call: %w", err)
		}
		return do(ctx, d, args)
	}
}
