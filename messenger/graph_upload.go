package messenger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// wireUpload is the body of POST /{page}/message_attachments, and of its part `message` (ref. 3.9).
type wireUpload struct {
	Message  wireUploadMessage `json:"message"`
	Platform string            `json:"platform"`
}

type wireUploadMessage struct {
	Attachment OutAttachment `json:"attachment"`
}

// Upload has the platform keep a file and returns the id that messages of the same page can name (ref. 3.9): for 90
// days, any number of times (ref. 3.6). Errors are those of Send, and faults of f as *LimitError. Nobody sees the file
// until a message names it, so an upload whose outcome is unknown may be made again.
func (c *Client) Upload(ctx context.Context, page string, f Upload) (attachmentID string, err error) {
	if !pathID.MatchString(page) {
		return "", &LimitError{Field: "page", Problem: "must be the id of a page"}
	}
	if err := f.Validate(); err != nil {
		return "", fmt.Errorf("upload: %w", err)
	}
	req, err := f.request()
	if err != nil {
		return "", fmt.Errorf("upload to page %s: %w", page, err)
	}
	req.path = "/" + page + "/message_attachments"
	status, answer, err := c.call(ctx, req)
	if err != nil {
		return "", err
	}
	res, ok := parseSendResponse(answer)
	if !ok || res.AttachmentID == "" {
		return "", fmt.Errorf("upload to page %s: %w", page, c.unclearAnswer(status, answer))
	}
	return res.AttachmentID, nil
}

// request is the call that carries f: JSON with an address, multipart with bytes.
func (f Upload) request() (request, error) {
	whole := wireUpload{Platform: "messenger", Message: wireUploadMessage{Attachment: OutAttachment{
		Type: f.Kind, Payload: OutPayload{URL: f.URL, IsReusable: true},
	}}}
	if f.Open == nil {
		body, err := json.Marshal(whole, jsontext.AllowInvalidUTF8(true))
		return post("", body), err
	}
	message, err := json.Marshal(whole.Message)
	if err != nil {
		return request{}, err
	}
	var head bytes.Buffer
	form := multipart.NewWriter(&head)
	if err := errors.Join(form.WriteField("message", string(message)), form.WriteField("platform", whole.Platform)); err != nil {
		return request{}, err
	}
	if _, err := form.CreatePart(f.header()); err != nil {
		return request{}, err
	}
	start := head.Len()
	if err := form.Close(); err != nil {
		return request{}, err
	}
	file, err := f.Open()
	if err != nil {
		return request{}, fmt.Errorf("open the file: %w", err)
	}
	raw := head.Bytes()
	return request{
		method: http.MethodPost, kind: form.FormDataContentType(), size: int64(len(raw)) + f.Size, long: true,
		body: &uploadBody{
			Reader: io.MultiReader(bytes.NewReader(raw[:start]), &counted{of: file, left: f.Size, told: f.Progress}, bytes.NewReader(raw[start:])),
			Closer: file,
		},
	}, nil
}

// header is that of the part with the bytes.
func (f Upload) header() textproto.MIMEHeader {
	kind := f.MIME
	if kind == "" {
		kind = "application/octet-stream"
	}
	return textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="filedata"; filename="` + partName(f.Name) + `"`},
		"Content-Type":        {oneLine(kind)},
	}
}

// partName is a file's name as it can stand in quotes in a header.
func partName(name string) string {
	name = strings.NewReplacer(`\`, "_", "/", "_", `"`, "%22").Replace(oneLine(name))
	if name == "" {
		return "file"
	}
	return name
}

func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "_"))
}

// uploadBody reads a whole form. Closing it closes the file.
type uploadBody struct {
	io.Reader
	io.Closer
}

// ErrFileChanged is a file with more or fewer bytes than were promised.
var ErrFileChanged = errors.New("the file is not as long as it was when it was chosen")

// counted reads exactly left bytes of a file and tells how far it is.
type counted struct {
	of         io.Reader
	left, sent int64
	told       func(sent int64)
}

func (r *counted) Read(p []byte) (int, error) {
	if r.left == 0 {
		var more [1]byte
		if n, _ := io.ReadFull(r.of, more[:]); n > 0 {
			return 0, ErrFileChanged
		}
		return 0, io.EOF
	}
	n, err := r.of.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	if r.sent += int64(n); n > 0 && r.told != nil {
		r.told(r.sent)
	}
	if errors.Is(err, io.EOF) {
		err = nil
		if r.left > 0 {
			err = ErrFileChanged
		}
	}
	return n, err
}
