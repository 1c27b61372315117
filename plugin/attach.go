package plugin

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	bolt "go.etcd.io/bbolt"

	"frontdesk/messenger"
)

// attachmentLife is how long an attachment_id is good for (ref. 3.6).
const attachmentLife = 90 * 24 * time.Hour

// attached is a file of a message, as it is stored: one of ours, or an address that is handed on as it is.
type attached struct {
	Kind   string `json:"kind"` // image, audio, video, file
	URL    string `json:"url,omitempty"`
	File   string `json:"file,omitempty"` // its name on the shelf
	Called string `json:"called,omitempty"`
	Type   string `json:"type,omitempty"`
	Size   int64  `json:"size,omitempty"`
}

func attachedFile(kind string, row fileRow) attached {
	return attached{Kind: kind, File: row.Name, Called: row.Called, Type: row.Type, Size: row.Size}
}

// outFile is the file of a message on its way out.
type outFile struct {
	attached
	id   string   // what the answer calls it; empty unless it is to be used again
	file *arrived // it came with the message, and this is to be written with it:
	row  fileRow
}

// graphAttach is POST /{page}/message_attachments (ref. 3.9): a file is kept under an id that messages of the page can
// name.
func (s *Server) graphAttach(ctx context.Context, c *call) (any, error) {
	a, err := attachmentOf(c)
	if err != nil {
		return nil, err
	}
	a.Payload.IsReusable = true
	out, err := s.newFile(ctx, c, a)
	if err != nil {
		return nil, err
	}
	err = s.w.do(ctx, func(tx *bolt.Tx) error { return out.store(tx, c.page.ID) })
	if err != nil {
		s.forget(out.file, out.row)
		return nil, err
	}
	return messenger.SendResponse{AttachmentID: out.id}, nil
}

// attachmentOf reads what an upload is to keep.
func attachmentOf(c *call) (messenger.OutAttachment, error) {
	m, err := readMessageParam(c.params)
	if err != nil {
		return messenger.OutAttachment{}, err
	}
	switch a := m.Attachment; {
	case a == nil:
		return messenger.OutAttachment{}, badParam("message[attachment] is required")
	case !isFile(a.Type):
		return *a, badParam("message[attachment][type] must be image, audio, video or file")
	case c.file == nil && a.Payload.URL == "":
		return *a, badParam("message[attachment][payload][url] or the part filedata is required")
	case c.file != nil && a.Payload.URL != "":
		return *a, badParam("message[attachment][payload][url] cannot go together with the part filedata")
	default:
		return *a, nil
	}
}

func isFile(kind string) bool {
	return slices.Contains([]string{messenger.TypeImage, messenger.TypeAudio, messenger.TypeVideo, messenger.TypeFile}, kind)
}

// outgoingFile finds or takes in the file of a message; nil if the message has none. An address of which the platform
// is to keep nothing is handed on without being fetched: the visitor's own browser asks for it.
func (s *Server) outgoingFile(ctx context.Context, c *call, m messenger.OutMessage) (*outFile, error) {
	a := m.Attachment
	switch {
	case a == nil || !isFile(a.Type):
		return nil, nil
	case c.file == nil && a.Payload.AttachmentID != "":
		return s.keptFile(ctx, c.page.ID, *a)
	case c.file == nil && !a.Payload.IsReusable:
		return &outFile{attached: attached{Kind: a.Type, URL: a.Payload.URL}}, nil
	}
	return s.newFile(ctx, c, *a)
}

// keptFile is what an attachment_id of a page stands for.
func (s *Server) keptFile(ctx context.Context, page string, a messenger.OutAttachment) (*outFile, error) {
	var out *outFile
	err := s.view(ctx, func(tx *bolt.Tx) error {
		kept, err := getAttachment(tx, page, a.Payload.AttachmentID)
		if err != nil {
			return err
		}
		if s.now().Sub(time.UnixMilli(kept.At)) >= attachmentLife {
			return errNoFile
		}
		if kept.Kind != a.Type {
			return errMediaType
		}
		row, err := getFile(tx, kept.File)
		if err == nil {
			out = &outFile{attached: attachedFile(kept.Kind, row)}
		}
		return err
	})
	if errors.Is(err, errNoFile) {
		return nil, errNotYours
	}
	return out, err
}

// newFile takes in a file that came with the call or stands at an address, and checks that it is what it is sent as.
func (s *Server) newFile(ctx context.Context, c *call, a messenger.OutAttachment) (*outFile, error) {
	file := c.file
	if file == nil {
		var err error
		if file, err = s.fetch(ctx, a.Payload.URL, a.Type); err != nil {
			return nil, err
		}
	}
	out, err := s.checkedFile(ctx, c.page.ID, a, file)
	if err != nil {
		file.discard()
		return nil, err
	}
	return out, nil
}

func (s *Server) checkedFile(ctx context.Context, page string, a messenger.OutAttachment, file *arrived) (*outFile, error) {
	switch {
	case file.size == 0:
		return nil, badParam("the file is empty")
	case file.size > messenger.MaxBytes(a.Type):
		return nil, errFileSize
	case !fitsKind(file.mime, a.Type):
		return nil, errMediaType
	}
	out := &outFile{}
	if a.Payload.IsReusable {
		var err error
		if out.id, err = s.drawAttachmentID(); err != nil {
			return nil, err
		}
	}
	row, err := s.keep(ctx, file, page, "")
	if err != nil {
		return nil, err
	}
	out.row, out.attached = row, attachedFile(a.Type, row)
	// The call discards what it brought along; from here on the file is the message's.
	out.file = &arrived{path: file.path, size: file.size}
	file.path = ""
	return out, nil
}

// store writes the rows of a file that came with its message.
func (o *outFile) store(tx *bolt.Tx, page string) error {
	if o == nil || o.file == nil {
		return nil
	}
	if err := putFile(tx, o.row); err != nil || o.id == "" {
		return err
	}
	return putAttachment(tx, attachmentRow{Page: page, ID: o.id, Kind: o.Kind, File: o.row.Name, At: o.row.At})
}

// drawAttachmentID draws an id of sixteen digits, as Meta's have.
func (s *Server) drawAttachmentID() (string, error) {
	const first, ids = 1_000_000_000_000_000, 9_000_000_000_000_000
	n, err := s.drawBelow(ids)
	return strconv.FormatUint(first+n, 10), err
}
