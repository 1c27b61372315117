package storetest

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"frontdesk/store"
)

// Desk is what RunDrafts tests: drafts and keys in one store that can be closed.
type Desk interface {
	store.Drafts
	store.Keys
	io.Closer
}

// RunDrafts holds a store to the contracts of store.Drafts and store.Keys. open opens the store of a folder, or
// creates it; it is called again for the same folder after a Close.
func RunDrafts(t *testing.T, open func(t *testing.T, dir string) Desk) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, func(*testing.T, string) Desk){
		"drafts survive reopening":         draftsSurvive,
		"drafts by conversation and agent": draftsApart,
		"drafted":                          draftsListed,
		"long and strange texts":           draftsStrange,
		"a key is made once":               keysOnce,
		"a failing key":                    keysFail,
		"ended context and closed":         deskEnded,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open)
		})
	}
}

func openDesk(t *testing.T, open func(*testing.T, string) Desk) Desk {
	t.Helper()
	d := open(t, t.TempDir())
	t.Cleanup(func() { closeLog(t, d) })
	return d
}

func saveDraft(t *testing.T, d store.Drafts, conv store.ConversationID, agent, text string) {
	t.Helper()
	if err := d.SaveDraft(t.Context(), conv, agent, text); err != nil {
		t.Fatalf("SaveDraft: %v", err)
	}
}

func wantDraft(t *testing.T, d store.Drafts, conv store.ConversationID, agent, want string) {
	t.Helper()
	got, err := d.Draft(t.Context(), conv, agent)
	if err != nil || got != want {
		t.Errorf("Draft(%.40q, %.40q) = %.40q, %v, want %.40q", conv, agent, got, err, want)
	}
}

func draftsSurvive(t *testing.T, open func(*testing.T, string) Desk) {
	dir := t.TempDir()
	d := open(t, dir)
	wantDraft(t, d, "1:2", "ana", "")
	saveDraft(t, d, "1:2", "ana", "Yes, to all of")
	saveDraft(t, d, "1:2", "ana", "Yes, to all of Norway.\nAnd")
	closeLog(t, d)
	d = open(t, dir)
	defer closeLog(t, d)
	wantDraft(t, d, "1:2", "ana", "Yes, to all of Norway.\nAnd")
	saveDraft(t, d, "1:2", "ana", "")
	wantDraft(t, d, "1:2", "ana", "")
}

func draftsApart(t *testing.T, open func(*testing.T, string) Desk) {
	d := openDesk(t, open)
	saveDraft(t, d, "1:2", "ana", "ana's")
	saveDraft(t, d, "1:2", "ben", "ben's")
	saveDraft(t, d, "1:3", "ana", "another")
	saveDraft(t, d, "1:2", "ben", "")
	wantDraft(t, d, "1:2", "ana", "ana's")
	wantDraft(t, d, "1:2", "ben", "")
	wantDraft(t, d, "1:3", "ana", "another")
	wantDraft(t, d, "1:3", "ben", "")
	wantDraft(t, d, "1:", "2ana", "")
}

func draftsListed(t *testing.T, open func(*testing.T, string) Desk) {
	d := openDesk(t, open)
	list := func(agent string) []store.ConversationID {
		t.Helper()
		ids, err := d.Drafted(t.Context(), agent)
		if err != nil {
			t.Fatalf("Drafted: %v", err)
		}
		slices.Sort(ids)
		return ids
	}
	if ids := list("ana"); len(ids) != 0 {
		t.Errorf("Drafted of nothing = %v", ids)
	}
	for _, conv := range []store.ConversationID{"1:3", "1:1", "1:2"} {
		saveDraft(t, d, conv, "ana", "text")
	}
	saveDraft(t, d, "1:9", "an", "text")
	saveDraft(t, d, "1:2", "ana", "")
	if got, want := list("ana"), []store.ConversationID{"1:1", "1:3"}; !slices.Equal(got, want) {
		t.Errorf("Drafted(ana) = %v, want %v", got, want)
	}
	if got, want := list("an"), []store.ConversationID{"1:9"}; !slices.Equal(got, want) {
		t.Errorf("Drafted(an) = %v, want %v", got, want)
	}
}

func draftsStrange(t *testing.T, open func(*testing.T, string) Desk) {
	d := openDesk(t, open)
	conv := store.ConversationID("1:ref:" + strings.Repeat("%C3%A4", 20_000))
	for _, text := range []string{
		strings.Repeat("long ", 50_000),
		"\x1b[31mred\x1b[0m \u202e \x00 \r\n 👩‍👩‍👧 <script>&",
		" ",
	} {
		saveDraft(t, d, conv, "名 前", text)
		wantDraft(t, d, conv, "名 前", text)
	}
	if ids, err := d.Drafted(t.Context(), "名 前"); err != nil || len(ids) != 1 || ids[0] != conv {
		t.Errorf("Drafted: %d ids, error %v, want the long one", len(ids), err)
	}
}

func keysOnce(t *testing.T, open func(*testing.T, string) Desk) {
	dir := t.TempDir()
	d := open(t, dir)
	var made atomic.Int32
	create := func() (string, error) {
		made.Add(1)
		return "value", nil
	}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if v, err := d.Key(t.Context(), "plugin secret", create); err != nil || v != "value" {
				t.Errorf("Key = %q, %v", v, err)
			}
		})
	}
	wg.Wait()
	closeLog(t, d)
	d = open(t, dir)
	defer closeLog(t, d)
	if v, err := d.Key(t.Context(), "plugin secret", create); err != nil || v != "value" {
		t.Errorf("Key after reopening = %q, %v", v, err)
	}
	if n := made.Load(); n != 1 {
		t.Errorf("create was called %d times, want once", n)
	}
	empty := func() (string, error) { return "", nil }
	for range 2 {
		if v, err := d.Key(t.Context(), "empty", empty); err != nil || v != "" {
			t.Errorf("an empty value came back as %q, %v", v, err)
		}
	}
}

func keysFail(t *testing.T, open func(*testing.T, string) Desk) {
	d := openDesk(t, open)
	broken := errors.New("no dice")
	if _, err := d.Key(t.Context(), "k", func() (string, error) { return "half", broken }); !errors.Is(err, broken) {
		t.Errorf("Key with a failing create: %v, want its error", err)
	}
	if v, err := d.Key(t.Context(), "k", func() (string, error) { return "whole", nil }); err != nil || v != "whole" {
		t.Errorf("Key after a failing create = %q, %v, want a new one", v, err)
	}
}

func deskEnded(t *testing.T, open func(*testing.T, string) Desk) {
	d := openDesk(t, open)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.SaveDraft(ctx, "1:2", "ana", "text"); !errors.Is(err, context.Canceled) {
		t.Errorf("SaveDraft with an ended context: %v", err)
	}
	if _, err := d.Draft(ctx, "1:2", "ana"); !errors.Is(err, context.Canceled) {
		t.Errorf("Draft with an ended context: %v", err)
	}
	closeLog(t, d)
	if _, err := d.Draft(t.Context(), "1:2", "ana"); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Draft after Close: %v, want ErrClosed", err)
	}
	if err := d.SaveDraft(t.Context(), "1:2", "ana", "text"); !errors.Is(err, store.ErrClosed) {
		t.Errorf("SaveDraft after Close: %v, want ErrClosed", err)
	}
}
