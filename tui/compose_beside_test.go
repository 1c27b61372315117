package tui_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

func TestPreviewOnAKeyWhereThereIsNoRoomBeside(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{w: 80, h: 24}, func(_ *world, s *terminal) {
		s.press("reply")
		s.typed("Hello there")
		s.refuse("will see it")
		s.press("preview")
		s.expect("As Mara Voss will see it", "│ Hello there │", "Hello there")
		s.press("preview")
		s.refuse("will see it")
	})
}

func TestThePluginsLimitsAreSaidBeforeSending(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(_ *world, s *terminal) {
		s.press("reply", "attach")
		s.typed("https://lumen.example/files/manual.pdf")
		s.press("prompt-take")
		s.expect("! The chat plugin is not known to show files", "? │ ▣ file manual.pdf │", "? The chat plugin is not known")
	})
}

// telling keeps what the contact is told of an agent's typing, and what is asked about control.
type telling struct {
	desk.Contract
	mu    sync.Mutex
	told  []string
	asked []desk.ControlRequest
}

func (d *telling) Typing(_ context.Context, conv store.ConversationID, on bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.told = append(d.told, fmt.Sprintf("%s %v", conv, on))
	return nil
}

func (d *telling) Control(_ context.Context, r desk.ControlRequest) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, r)
	return nil
}

func TestTheContactSeesThatSomebodyTypesButNothingOfANote(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		d := &telling{Contract: w.desk}
		s := openScreen(t, d, w.now, screenOptions{})
		s.press("note")
		s.typed("Among us")
		if len(d.told) != 0 {
			t.Errorf("a note told the contact %q", d.told)
		}
		s.press("mode-text")
		d.told = nil
		s.typed("Hi")
		s.press("keep-draft")
		id := string(store.NewConversationID(pageID, mara))
		if want := []string{id + " true", id + " true", id + " false"}; !slices.Equal(d.told, want) {
			t.Errorf("the contact was told %q, want %q", d.told, want)
		}
	})
}

func TestControlIsTakenByKeys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{})
		w.add([]store.Fact{{
			Kind: store.FactControl, Inbox: pageID, Contact: mara, At: w.ago(0), ID: "m_c", Key: store.KeyOf(store.FactControl, "c"),
			LineKind: store.KindControl, Owner: store.Owner{Kind: store.OwnerApp, AppID: messenger.PageInboxApp},
		}})
		d := &telling{Contract: w.desk}
		s := openScreen(t, d, w.now, screenOptions{})
		s.press("reply")
		s.expect("! The Page's own inbox controls this conversation", "C)")
		s.press("keep-draft", "control")
		s.expect("who answers?", "take it: we answer from now on")
		s.press("menu-choose", "yes")
		s.expect("The conversation is ours")
		if len(d.asked) != 1 || d.asked[0].Verb != desk.ControlTake || d.asked[0].Agent != "ana" {
			t.Errorf("the desk was asked %+v", d.asked)
		}
		s.press("back", "down", "down", "control")
		s.expect("No other app can answer in this conversation.")
	})
}

// TestAFileFromThisMachine goes from the key to the platform's answer.
func TestAFileFromThisMachine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	manual, script := filepath.Join(dir, "the manual.pdf"), filepath.Join(dir, "empty.txt")
	pages := append([]byte("%PDF-1.7\n"), make([]byte, 2_000_000)...)
	for path, body := range map[string][]byte{manual: pages, script: nil} {
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		s.press("reply")
		s.typed("Here is the manual.")
		s.press("attach")
		s.send(tea.PasteMsg{Content: script})
		s.press("prompt-take")
		s.expect("✗ Not attached", "empty")
		s.send(keyMsg("ctrl+u"), tea.PasteMsg{Content: dir + "/the"})
		s.press("prompt-complete")
		s.expect("the manual.pdf")
		s.press("prompt-take")
		s.refuse("Attach a file")
		s.expect("▤ the manual.pdf · file · application/pdf · 2.0 MB")
		s.press("send")
		s.expect("⇡ the manual.pdf: 1.0 MB of 2.0 MB sent")
		time.Sleep(3 * time.Second)
		s.settle()
		s.refuse("⇡ ")
		if sent := w.sentBy(mara); len(sent) != 2 || sent[1] != "Here is the manual." {
			t.Errorf("the desk has %q", sent)
		}
		if d := w.draft(mara); !d.Empty() {
			t.Errorf("the draft is still %+v", d)
		}
	})
}

func TestADroppedFileIsUnderstood(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "two words.txt")
	if err := os.WriteFile(path, []byte("Opening hours"), 0o600); err != nil {
		t.Fatal(err)
	}
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		s.press("reply")
		s.typed("See this: ")
		s.send(tea.PasteMsg{Content: strings.ReplaceAll(path, " ", `\ `)})
		s.expect("two words.txt is a file: alt+a attaches it")
		s.press("attach")
		s.expect("▤ two words.txt", "See this:")
		if d := w.draft(mara); strings.Contains(d.Text, "two") {
			t.Errorf("the path is still in the text %q", d.Text)
		}
		s.send(tea.PasteMsg{Content: path})
		s.typed("!") // whoever types on meant the path
		s.press("attach")
		s.expect("Attach a file")
		s.press("prompt-close", "send")
		time.Sleep(5 * time.Second)
		s.settle()
		if sent := w.sentBy(mara); len(sent) != 2 || !strings.HasPrefix(sent[1], "See this:/") || !strings.HasSuffix(sent[1], "!") {
			t.Errorf("the desk has %q", sent)
		}
	})
}

func TestADeletedLineComesBack(t *testing.T) {
	t.Parallel()
	story(t, worldOptions{}, screenOptions{}, func(w *world, s *terminal) {
		s.press("reply")
		s.typed("Which?")
		s.press("mode")
		s.send(keyMsg("down")) // below the text is the form
		s.typed("One")
		s.press("field-enter")
		s.typed("Two")
		s.press("line-delete")
		s.refuse("( Two")
		s.press("line-undo")
		s.expect("( Two")
		s.press("line-undo")
		s.expect("There is nothing to take back here.")
		s.press("line-up", "send-now")
		got := w.newest(mara).QuickReplies
		if len(got) != 2 || got[0].Title != "Two" {
			t.Errorf("the desk has %+v", got)
		}
		s.press("line-undo")
		s.expect("There is nothing to take back here.")
	})
}
