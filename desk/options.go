package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"frontdesk/desk/canned"
	"frontdesk/desk/media"
	"frontdesk/messenger"
	"frontdesk/store"
)

// Sender makes one request that carries a message to a page's contact. *messenger.Client is one. It must not repeat a
// request by itself, and its errors are judged by messenger.Judge.
type Sender interface {
	Send(ctx context.Context, page string, req messenger.SendRequest) (messenger.SendResponse, error)
}

// Profiler asks the platform for a contact's profile, and says how much of the platform's limits is used up.
// *messenger.Client is one.
type Profiler interface {
	Profile(ctx context.Context, contactID string) (messenger.Profile, error)
	Usage() messenger.Usage
}

// Namer asks the platform what a page is called. *messenger.Client is one.
type Namer interface {
	PageName(ctx context.Context, page string) (string, error)
}

// Carrier has the platform keep the files that replies carry.
type Carrier interface {
	// Carry returns the id under which the platform keeps the reply's file for the reply's inbox. It hands the bytes over
	// where it knows of none, or where fresh says that the platform does not know the last one any more. A *Refusal, a
	// *media.Fault and store.ErrNotFound (the bytes are not kept) are told as they are; all other errors are judged by
	// messenger.Judge. Whatever they say, it may be tried again.
	Carry(ctx context.Context, r store.Reply, fresh bool) (attachmentID string, err error)
}

// Observer hears what the courier does, in words of which there are few. It must not block.
type Observer interface {
	// AttemptBegan says that a request is about to carry a reply.
	AttemptBegan()
	// AttemptEnded says how long one took until its answer, or until its end without one. class is empty when the
	// platform took the message; else it is the failure's scope and whether it is tried again, as in page_never.
	AttemptEnded(took time.Duration, class string)
	// ReplyNoted says that an outcome of a reply is in the log: a store.Outcome.
	ReplyNoted(outcome string)
}

// InboxConfig is an inbox with what speaks for it.
type InboxConfig struct {
	Inbox    Inbox
	Sender   Sender   // for a Page; not asked for a site of our plugin. nil: Inbox.Missing says why nothing can be sent
	Profiler Profiler // nil: names are not asked for
	// Namer is asked once for the page's own name, which then stands in the place of Inbox.Name, and while the page's token
	// is dead whether it is good again. May be nil.
	Namer Namer
}

// Options say what a Desk works with.
type Options struct {
	Log    store.Log
	Views  store.Views
	Feed   *store.Feed
	Drafts store.Drafts
	// Poke tells the projector that the log has grown. It must not wait. Nil: the projector notices by itself.
	Poke func()

	Inboxes []InboxConfig
	// PluginSender carries everything that is for a visitor of our own plugin, and nothing else: a send is routed by
	// the recipient, so that a wrong setting can't take it to Meta. Nil: visitors can't be answered.
	PluginSender Sender

	Canned *canned.Shelf // of canned responses and macros; nil: there are none
	Uses   store.Uses    // counts those that were sent; nil: nobody counts

	// Hold is how long a reply waits before it is sent, so that it can be taken back; 0: not at all.
	Hold time.Duration
	// NoSenderActions keeps to ourselves that an agent types or has read (ref. 3.8).
	NoSenderActions bool

	// Media keeps files; nil: none are kept, and none of our own are sent.
	Media *media.Folder
	// Gather fetches files on demand; whoever made it runs it. Nil: none are fetched.
	Gather *media.Gatherer
	// Files hands over what replies carry. Nil: from Media, by the Sender of each inbox that is an Uploader; without Media
	// replies with files are held.
	Files Carrier

	// Attend knows which visitors of our own plugin are there; whoever made it runs it. Nil: nothing is known of it.
	Attend Attendant
	// Sites knows how the chat of our own plugin is set. Nil: it cannot be seen or changed here.
	Sites SiteKeeper

	Now    func() time.Time // default time.Now
	Rand   io.Reader        // of tokens; default crypto/rand
	Logger *slog.Logger     // default: nothing is logged
	Watch  Observer         // of the courier; default: nobody

	Version   string
	Listening func() (address string, err error) // for State; nil: nothing is listening
	Counters  func() []Counter                   // for State; nil: nothing is counted
	Trouble   func() Trouble                     // for State; nil: there is none
	AppID     string                             // of our own app; empty: control of a conversation is never ours
	DataDir   string
	Demo      bool
}

func (o *Options) check() error {
	for name, missing := range map[string]bool{
		"Log": o.Log == nil, "Views": o.Views == nil, "Feed": o.Feed == nil, "Drafts": o.Drafts == nil,
	} {
		if missing {
			return errors.New("desk: " + name + " is missing")
		}
	}
	seen := map[store.InboxID]bool{}
	for _, i := range o.Inboxes {
		switch {
		case i.Inbox.ID == "":
			return errors.New("desk: an inbox has no id")
		case seen[i.Inbox.ID]:
			return fmt.Errorf("desk: inbox %s is there twice", i.Inbox.ID)
		}
		seen[i.Inbox.ID] = true
	}
	return nil
}
