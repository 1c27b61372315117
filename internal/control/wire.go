package control

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"frontdesk/desk"
	"frontdesk/desk/canned"
	"frontdesk/store"
)

// Version is the protocol's number. It changes whenever one side could misunderstand the other.
const Version = 2

const (
	greeting    = "frontdesk control "
	maxGreeting = 128
	maxRequest  = 1 << 20  // a reply's text has 2000 characters; a draft may be long
	maxAnswer   = 64 << 20 // 1000 messages with attachments
)

// greet is the first line a side writes.
func greet(pid int) string {
	line := greeting + strconv.Itoa(Version)
	if pid > 0 {
		line += " process " + strconv.Itoa(pid)
	}
	return line + "\n"
}

// readGreeting reads the other side's first line and returns its version.
func readGreeting(r *bufio.Reader) (int, error) {
	var line []byte
	for {
		b, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		if b == '\n' {
			break
		}
		if line = append(line, b); len(line) > maxGreeting {
			return 0, errNoFrontdesk
		}
	}
	rest, ok := strings.CutPrefix(string(line), greeting)
	if !ok {
		return 0, errNoFrontdesk
	}
	number, _, _ := strings.Cut(rest, " ")
	version, err := strconv.Atoi(number)
	if err != nil {
		return 0, errNoFrontdesk
	}
	return version, nil
}

// errNoFrontdesk says that the other side does not speak this protocol at all.
var errNoFrontdesk = errors.New("the other side of the socket is no frontdesk")

// errTooLarge says that a frame is larger than its reader or writer allows.
var errTooLarge = errors.New("message too large for the control socket")

// method names a call of desk.Contract.
type method string

const (
	callList         method = "list"
	callConversation method = "conversation"
	callThread       method = "thread"
	callTouches      method = "touches"
	callCounts       method = "counts"
	callState        method = "state"
	callReply        method = "reply"
	callReplyAll     method = "reply_all"
	callDo           method = "do"
	callMessage      method = "message"
	callDraft        method = "draft"
	callSaveDraft    method = "save_draft"
	callDrafted      method = "drafted"
	callChanges      method = "changes"
	callCaughtUp     method = "caught_up"
	callQueue        method = "queue"
	callRetest       method = "retest"
	callTyping       method = "typing"
	callReact        method = "react"
	callControl      method = "control"
	callTrail        method = "trail"
	callCanned       method = "canned"
	callSaveCanned   method = "save_canned"
	callUsed         method = "used"
	callRunMacro     method = "run_macro"
	callAttach       method = "attach"
	callMedia        method = "media"
	callFetch        method = "fetch"
	callPresences    method = "presences"
	callComings      method = "comings"
	callWalk         method = "walk"
	callSite         method = "site"
	callSaveSite     method = "save_site"
)

// streams reports whether a call goes on being answered until the client leaves.
func (c method) streams() bool { return c == callChanges || c == callComings }

// request is one call.
type request struct {
	Call method          `json:"call"`
	Args json.RawMessage `json:"args,omitempty"`
}

// answer is what a call gave. Calls of changes and comings get one for each step.
type answer struct {
	Value json.RawMessage `json:"value,omitempty"`
	Error *wireError      `json:"error,omitempty"`
}

// Arguments of the calls that have more than one, or none that is a struct already.
type (
	conversationArgs struct {
		ID store.ConversationID `json:"id"`
		N  int                  `json:"n,omitempty"`
	}
	presencesArgs struct {
		IDs []store.ConversationID `json:"ids,omitempty"`
	}
	siteArgs struct {
		Inbox    store.InboxID     `json:"inbox,omitempty"`
		Settings desk.SiteSettings `json:"settings,omitzero"`
	}
	messageArgs struct {
		Conversation store.ConversationID `json:"conversation"`
		ID           store.MessageID      `json:"id"`
	}
	typingArgs struct {
		Conversation store.ConversationID `json:"conversation"`
		On           bool                 `json:"on"`
	}
	reactArgs struct {
		Conversation store.ConversationID `json:"conversation"`
		Agent        string               `json:"agent"`
		Message      store.MessageID      `json:"message"`
		Emoji        string               `json:"emoji,omitempty"`
	}
	fileArgs struct {
		Path         string               `json:"path,omitempty"`
		Hash         string               `json:"hash,omitempty"`
		Conversation store.ConversationID `json:"conversation,omitempty"`
		Message      store.MessageID      `json:"message,omitempty"`
		Index        int                  `json:"index,omitempty"`
	}
	cannedArgs struct {
		Response  canned.Response `json:"response,omitzero"`
		Replace   bool            `json:"replace,omitempty"`
		Shortcode string          `json:"shortcode,omitempty"`
	}
	draftArgs struct {
		Conversation store.ConversationID `json:"conversation"`
		Agent        string               `json:"agent"`
		Draft        desk.Draft           `json:"draft,omitzero"`
	}
)

// encode is v in JSON. What is JSON already, as evidence is, stays as it came: json.Marshal would write its < > & anew.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// frameBody is v as JSON. The value of an answer, which may be long, is JSON already: encoding/json would read all of it once
// more to find that out.
func frameBody(v any) ([]byte, error) {
	if a, ok := v.(answer); ok && a.Error == nil && len(a.Value) > 0 {
		return slices.Concat([]byte(`{"value":`), a.Value, []byte("}")), nil
	}
	return encode(v)
}

// writeFrame writes v as one frame, with one Write.
func writeFrame(w io.Writer, v any, limit int) error {
	body, err := frameBody(v)
	if err != nil {
		return fmt.Errorf("encode a message for the control socket: %w", err)
	}
	if len(body) > limit {
		return fmt.Errorf("%w: %d bytes, at most %d", errTooLarge, len(body), limit)
	}
	frame := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(body)), uint32(len(body))) //nolint:gosec // bounded by limit
	_, err = w.Write(append(frame, body...))
	return err
}

// readFrame reads one frame into v.
func readFrame(r io.Reader, v any, limit int) error {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	size := binary.BigEndian.Uint32(head[:])
	if int64(size) > int64(limit) {
		return fmt.Errorf("%w: %d bytes, at most %d", errTooLarge, size, limit)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(r, body); err != nil {
		return err
	}
	if err := json.Unmarshal(body, v); err != nil {
		return fmt.Errorf("decode a message of the control socket: %w", err)
	}
	return nil
}
