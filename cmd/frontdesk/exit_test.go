package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/store"
)

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err  error
		want int
	}{
		"done":            {nil, 0},
		"anything else":   {errors.New("disk on fire"), 1},
		"refusal":         {fmt.Errorf("reply: %w", &desk.Refusal{Reason: "Too long."}), 2},
		"query":           {&desk.QueryError{Word: "x:"}, 2},
		"unknown command": {errors.New(`unknown command "lst" for "frontdesk"`), 2},
		"failed":          {verdict(store.Message{State: store.StateFailed}), 3},
		"unknown":         {verdict(store.Message{State: store.StateUnknown}), 4},
		"sending":         {verdict(store.Message{State: store.StateSending}), 4},
		"queued":          {verdict(store.Message{State: store.StateQueued}), 5},
		"held":            {verdict(store.Message{State: store.StateHeld}), 5},
		"delivered":       {verdict(store.Message{State: store.StateDelivered}), 0},
		"not found":       {fmt.Errorf("show: %w", store.ErrNotFound), 6},
		"behind":          {fmt.Errorf("%w: they stand at 1", desk.ErrBehind), 7},
		"locked":          {fmt.Errorf("open log.db: %w", store.ErrLocked), 8},
		"panic":           {fmt.Errorf("%w: oops", tea.ErrProgramPanic), 70},
		"interrupt":       {signalled{syscall.SIGINT}, 130},
		"ctrl+c":          {tea.ErrInterrupted, 130},
		"cancelled":       {context.Canceled, 130},
		"terminated":      {errors.Join(signalled{syscall.SIGTERM}, nil), 143},
	} {
		if got := exitCode(tt.err); got != tt.want {
			t.Errorf("%s: exit code %d, want %d", name, got, tt.want)
		}
	}
}

// text is views that are written out as themselves.
type text string

func (s text) Dump(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, string(s))
	return err
}

// broken is views that can't be read to their end.
type broken struct{ text }

func (b broken) Dump(ctx context.Context, w io.Writer) error {
	return errors.Join(b.text.Dump(ctx, w), errors.New("the file ends early"))
}

func TestCompareViews(t *testing.T) {
	t.Parallel()
	const views = "applied 7\nconversation ID=\"1:2\" Unread=1\nmessage Text=\"secret words\"\ncounts Total=1\n"
	if err := compareViews(t.Context(), text(views), text(views)); err != nil {
		t.Errorf("equal views: %v", err)
	}
	for name, have := range map[string]dumper{
		"another line":   text(strings.Replace(views, "secret", "other", 1)),
		"a line more":    text(views + "conversation ID=\"9:9\"\n"),
		"a line less":    text(strings.Replace(views, "counts Total=1\n", "", 1)),
		"nothing":        text(""),
		"another number": text(strings.Replace(views, "7", "8", 1)),
	} {
		err := compareViews(t.Context(), have, text(views))
		if exitCode(err) != exitFailed || !strings.Contains(err.Error(), "frontdesk replay") {
			t.Errorf("%s: %v, want a failure that says what to do", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "words") {
			t.Errorf("%s: the error shows what customers wrote: %v", name, err)
		}
	}
	if err := compareViews(t.Context(), broken{views}, text(views)); err == nil || exitCode(err) == exitFailed {
		t.Errorf("views that can't be read: %v, want that error", err)
	}
}
