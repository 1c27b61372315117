package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"frontdesk/desk/media"
	"frontdesk/messenger"
	"frontdesk/store"
)

// Filer keeps the files that agents send and those that customers sent.
type Filer interface {
	// Attach keeps a copy of a file of this machine, by its whole path, to be sent as Reply.File. A *Refusal says why it
	// cannot be sent, and then nothing is kept.
	Attach(ctx context.Context, path string) (store.File, error)
	// Media returns a file that is kept, by its hash; store.ErrNotFound when it is not, or not any more.
	Media(ctx context.Context, hash string) (MediaFile, error)
	// Fetch fetches an attachment of a message that is not kept: because nobody did, because it failed, or because there
	// was no room for it any more. It returns once the views show what became of it; a *Refusal says why it is not kept.
	Fetch(ctx context.Context, conv store.ConversationID, id store.MessageID, index int) error
}

// MediaFile is a file of the data folder.
type MediaFile struct {
	Path string // absolute; its extension says what it is, and is never that of a program
	Type string // MIME, by its content
	Name string // what it was called; may be empty
	Size int64
}

// Uploader has a page's platform keep a file. A Sender that is none sends no files of ours; *messenger.Client is one.
type Uploader interface {
	Upload(ctx context.Context, page string, f messenger.Upload) (attachmentID string, err error)
}

// fileLife is how long an id of the platform's for a file is relied on: it forgets them after 90 days (ref. 3.6).
const fileLife = 80 * 24 * time.Hour

// Attach keeps a copy of a file of this machine, to be sent.
func (d *Desk) Attach(ctx context.Context, path string) (store.File, error) {
	if d.o.Media == nil {
		return store.File{}, noFolder()
	}
	f, err := d.o.Media.Attach(ctx, path)
	var unfit *media.Unfit
	if errors.As(err, &unfit) {
		return store.File{}, &Refusal{Field: "file", Reason: unfit.Reason, Advice: unfit.Advice}
	}
	return f, err
}

// Media returns a file that is kept.
func (d *Desk) Media(_ context.Context, hash string) (MediaFile, error) {
	if d.o.Media == nil {
		return MediaFile{}, fmt.Errorf("a kept file: %w", store.ErrNotFound)
	}
	k, err := d.o.Media.Kept(hash)
	if err != nil {
		return MediaFile{}, err
	}
	return MediaFile{Path: k.Path, Type: k.Type, Name: k.Name, Size: k.Size}, nil
}

// Fetch fetches an attachment of a message.
func (d *Desk) Fetch(ctx context.Context, conv store.ConversationID, id store.MessageID, index int) error {
	if d.o.Gather == nil {
		return noFolder()
	}
	err := d.o.Gather.Fetch(ctx, conv, id, index)
	var fault *media.Fault
	if errors.As(err, &fault) {
		return &Refusal{Field: "file", Reason: fault.Reason, Advice: fault.Advice}
	}
	return err
}

func noFolder() *Refusal {
	return &Refusal{Field: "file", Reason: "Files are not kept here.", Advice: "Start frontdesk with a data folder."}
}

// carrier is the Carrier of a desk that has a folder of files.
type carrier struct {
	d *Desk

	mu      sync.Mutex
	uploads map[store.Token]*Upload
	order   []store.Token // oldest first
}

// Carry returns the id under which the platform keeps what a reply carries: the bytes of its file, or those behind its
// address where the platform could not fetch them itself.
func (k *carrier) Carry(ctx context.Context, r store.Reply, fresh bool) (string, error) {
	w, refusal := k.d.routeTo(r.Inbox, r.Recipient)
	if refusal != nil {
		return "", refusal
	}
	to, ok := w.sender.(Uploader)
	if !ok || r.Message.Attachment == nil {
		return "", &Refusal{Reason: "Nothing here can hand a file over to the platform.", Advice: "Send an address of the file instead."}
	}
	file, err := k.file(ctx, r)
	if err != nil {
		return "", err
	}
	id, err := k.d.views.AttachmentID(ctx, r.Inbox, file.Hash, store.MillisOf(k.d.now().Add(-fileLife)))
	switch {
	case err != nil:
		return "", err
	case id != "" && !fresh:
		return id, nil
	case id != "": // the next try, or the next reply, must not come upon it again
		k.note(ctx, r, file, "")
	}
	kept, err := k.d.o.Media.Kept(file.Hash)
	if err != nil {
		return "", err
	}
	defer k.began(r, file)()
	id, err = to.Upload(ctx, string(r.Inbox), messenger.Upload{
		Kind: r.Message.Attachment.Type, Name: file.Name, MIME: file.Type, Size: kept.Size,
		Open:     func() (io.ReadCloser, error) { return k.d.o.Media.Open(file.Hash) },
		Progress: func(sent int64) { k.sent(r.Token, sent) },
	})
	if err != nil {
		return "", err
	}
	k.note(ctx, r, file, id)
	return id, nil
}

// note keeps under which id the platform has a file; no id says that it has it no longer. Without the record the file is
// handed over once more than it had to be, which does nobody harm.
func (k *carrier) note(ctx context.Context, r store.Reply, f store.File, id string) {
	_, _, err := k.d.append(ctx, store.Uploaded{
		Inbox: r.Inbox, Conversation: r.Conversation, Token: r.Token, Hash: f.Hash, AttachmentID: id,
	})
	if err != nil {
		k.d.logger.Error("keep the platform's id of a file", logConversation, string(r.Conversation), logError, err)
	}
}

// file is what a reply carries.
func (k *carrier) file(ctx context.Context, r store.Reply) (store.File, error) {
	if r.File != nil {
		return *r.File, nil
	}
	if k.d.o.Gather == nil {
		return store.File{}, noFolder()
	}
	return k.d.o.Gather.Bring(ctx, r.Message.Attachment.Payload.URL, r.Message.Attachment.Type)
}

// began notes that a file is on its way; what it returns notes the end.
func (k *carrier) began(r store.Reply, f store.File) (ended func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.uploads[r.Token] = &Upload{Conversation: r.Conversation, Message: store.ReplyID(r.Token), Name: f.Name, Total: f.Size}
	k.order = append(k.order, r.Token)
	return func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		delete(k.uploads, r.Token)
		k.order = slices.DeleteFunc(k.order, func(t store.Token) bool { return t == r.Token })
	}
}

func (k *carrier) sent(token store.Token, n int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if u := k.uploads[token]; u != nil {
		u.Sent = n
	}
}

// underWay are the files on their way to the platform, oldest first.
func (k *carrier) underWay() []Upload {
	if k == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	var all []Upload
	for _, token := range k.order {
		all = append(all, *k.uploads[token])
	}
	return all
}
