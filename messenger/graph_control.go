package messenger

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// PageInboxApp is the app id of the Page's own inbox, where people write: what a conversation is passed to for them
// (ref. 2.6, 6.4).
const PageInboxApp = "263902037430900"

// ErrNotGranted says that the platform answered a call with success but did not do what was asked.
var ErrNotGranted = errors.New("the platform did not do it")

// ControlRequest is the body of the calls that change who controls a conversation (ref. 6.4).
type ControlRequest struct {
	Recipient   Recipient `json:"recipient"`
	TargetAppID string    `json:"target_app_id,omitempty"` // of a pass only
	Metadata    string    `json:"metadata,omitempty"`      // what the other app is told; not of a release
}

// Validate checks r; what a call needs beyond that its method checks.
func (r ControlRequest) Validate() error {
	var c checker
	c.recipient(r.Recipient)
	if r.TargetAppID != "" && !isDigits(r.TargetAppID) {
		c.fault("target_app_id", "must be the digits of an app's id")
	}
	c.length("metadata", r.Metadata, MaxMetadata)
	return errors.Join(c.faults...)
}

// TakeControl makes our app the one that may answer. The platform refuses unless our app is the page's default one or the
// page allows it (ref. 6.4). Errors are those of Send, and ErrNotGranted.
func (c *Client) TakeControl(ctx context.Context, page string, to Recipient, metadata string) error {
	return c.control(ctx, page, "take_thread_control", ControlRequest{Recipient: to, Metadata: metadata})
}

// PassControl makes another app the one that may answer: PageInboxApp for the people at the Page's own inbox.
func (c *Client) PassControl(ctx context.Context, page string, to Recipient, targetApp, metadata string) error {
	if targetApp == "" {
		return &LimitError{Field: "target_app_id", Problem: "is empty: control is passed to an app"}
	}
	return c.control(ctx, page, "pass_thread_control", ControlRequest{Recipient: to, TargetAppID: targetApp, Metadata: metadata})
}

// ReleaseControl gives the conversation up: it is idle until an app answers.
func (c *Client) ReleaseControl(ctx context.Context, page string, to Recipient) error {
	return c.control(ctx, page, "release_thread_control", ControlRequest{Recipient: to})
}

func (c *Client) control(ctx context.Context, page, call string, r ControlRequest) error {
	if !pathID.MatchString(page) {
		return &LimitError{Field: "page", Problem: "must be the id of a page"}
	}
	if err := r.Validate(); err != nil {
		return err
	}
	body, err := json.Marshal(r, jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return fmt.Errorf("encode %s for page %s: %w", call, page, err)
	}
	status, answer, err := c.call(ctx, post("/"+page+"/"+call, body))
	if err != nil {
		return err
	}
	if granted, said := parseSuccess(answer); !said {
		return fmt.Errorf("%s for page %s: %w", call, page, c.unclearAnswer(status, answer))
	} else if !granted {
		return fmt.Errorf("%s for page %s: %w", call, page, ErrNotGranted)
	}
	return nil
}

// parseSuccess reads {"success":true}, also with the word as text (ref. 6.3); said is false for anything else.
func parseSuccess(body []byte) (granted, said bool) {
	r := newReader(body)
	ok := r.object(func(name string) {
		if name != "success" {
			r.skip()
			return
		}
		granted, said = r.flag(), true
	})
	return granted, said && ok && r.end()
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
