package main

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"frontdesk/desk"
	"frontdesk/plugin"
	"frontdesk/store"
)

func pngOf(t *testing.T, width int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, 3))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// fileOf waits until a message's first file is settled: kept, or not.
func (h *house) fileOf(t *testing.T, conv store.ConversationID, id store.MessageID) store.Fetched {
	t.Helper()
	var got store.Message
	settled := poll(func() bool {
		var err error
		got, err = h.desk.Message(context.WithoutCancel(t.Context()), conv, id)
		return err == nil && len(got.Files) == 1
	})
	if !settled {
		t.Fatalf("nothing became of the file of %s: %+v", id, got)
	}
	return got.Files[0]
}

// TestFilesBothWays has a visitor of our own platform send a picture, and an agent answer with others, by path and by
// address.
func TestFilesBothWays(t *testing.T) {
	t.Parallel()
	h, s := stageHouse(t)
	ctx := t.Context()
	visitor, _, err := h.plugin.NewVisitor(ctx, h.site.id, plugin.Profile{Name: "Mara Voss"})
	if err != nil {
		t.Fatal(err)
	}
	sent := pngOf(t, 12)
	said, err := h.plugin.SendFile(ctx, visitor, "my bike.png", bytes.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	conv := store.NewConversationID(store.InboxID(h.site.id), store.Contact{Kind: store.ContactVisitor, ID: visitor.ID})
	if err := arrived(ctx, h.desk, conv, said.MID); err != nil {
		t.Fatal(err)
	}
	came := h.fileOf(t, conv, store.MessageID(said.MID))
	kept, err := h.desk.Media(ctx, came.Hash)
	if err != nil || came.Type != "image/png" || came.Width != 12 || came.Name != "my bike.png" || filepath.Dir(kept.Path) != filepath.Join(s.DataDir, "media") {
		t.Fatalf("it came as %+v, kept as %+v, %v", came, kept, err)
	}
	if got, err := os.ReadFile(kept.Path); err != nil || !bytes.Equal(got, sent) {
		t.Errorf("the bytes are others: %v", err)
	}

	ours := pngOf(t, 13)
	path := filepath.Join(t.TempDir(), "map.png")
	if err := os.WriteFile(path, ours, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := h.desk.Attach(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		m, err := h.desk.Reply(ctx, desk.Reply{Conversation: conv, Agent: markedAgent, File: &file})
		if err != nil {
			t.Fatal(err)
		}
		h.untilSent(t, m)
	}
	lines, err := h.plugin.Messages(ctx, visitor, 0)
	if err != nil {
		t.Fatal(err)
	}
	var seen int
	for _, line := range lines {
		for _, f := range line.Files {
			status, body := get(t, h.base+f.URL)
			if line.FromPage && (status != http.StatusOK || body != string(ours) || f.Name != "map.png" || f.Kind != "image") {
				t.Errorf("the visitor gets %d, %d bytes of %+v", status, len(body), f)
			}
			if line.FromPage {
				seen++
			}
		}
	}
	if seen != 2 {
		t.Errorf("the visitor has %d pictures of ours: %+v", seen, lines)
	}
}

// untilSent waits until a reply is sent.
func (h *house) untilSent(t *testing.T, m store.Message) {
	t.Helper()
	var got store.Message
	sent := poll(func() bool {
		var err error
		got, err = h.desk.Message(context.WithoutCancel(t.Context()), m.Conversation, m.ID)
		return err == nil && got.State.Sent()
	})
	if !sent {
		t.Fatalf("the reply is %s: %+v", got.State, got.Error)
	}
}

// TestFilesOfAPage has a Page's webhook name addresses: of its platform on this machine, of somebody else on it, and of a
// neighbour. Switched off, nobody is asked.
func TestFilesOfAPage(t *testing.T) {
	t.Parallel()
	for name, environ := range map[string][]string{"on": nil, "off": {"FRONTDESK_MEDIA=off"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked, other atomic.Int64
			stranger := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { other.Add(1) }))
			t.Cleanup(stranger.Close)
			content := pngOf(t, 14)
			graph := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/cdn/a.png" {
					asked.Add(1)
					_, _ = w.Write(content)
					return
				}
				_, _ = io.WriteString(w, `{}`)
			}))
			t.Cleanup(graph.Close)
			h, _ := stageHouse(t, append([]string{"FRONTDESK_GRAPH_URL=" + graph.URL}, environ...)...)
			for mid, address := range map[string]string{
				"m_1": graph.URL + "/cdn/a.png?oh=1", "m_2": stranger.URL + "/a.png", "m_3": "https://192.168.1.1/a.png",
			} {
				h.post(t, markedSecret, pageEvent(`"message":{"mid":"`+mid+`","attachments":[{"type":"image","payload":{"url":"`+address+`"}}]}`), http.StatusOK)
			}
			h.caughtUp(t)
			conv := store.NewConversationID(stagePage, store.Contact{Kind: store.ContactPSID, ID: stagePSID})
			if name == "off" {
				if err := h.desk.Fetch(t.Context(), conv, "m_1", 0); err != nil {
					t.Error(err)
				}
				if m, err := h.desk.Message(t.Context(), conv, "m_2"); err != nil || len(m.Files) != 0 {
					t.Errorf("without being asked: %+v, %v", m.Files, err)
				}
			}
			if f := h.fileOf(t, conv, "m_1"); f.Width != 14 || f.Hash == "" {
				t.Errorf("of the platform: %+v", f)
			}
			if name == "on" {
				if f := h.fileOf(t, conv, "m_2"); !strings.Contains(f.Problem, "https://") || f.Gone {
					t.Errorf("of somebody else here: %+v", f)
				}
				if f := h.fileOf(t, conv, "m_3"); !strings.Contains(f.Problem, "private network") || f.Gone {
					t.Errorf("of a neighbour: %+v", f)
				}
			}
			if asked.Load() != 1 || other.Load() != 0 {
				t.Errorf("the platform was asked %d times, somebody else %d times", asked.Load(), other.Load())
			}
		})
	}
}
