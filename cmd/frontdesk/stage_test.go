package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"frontdesk/desk"
	"frontdesk/internal/config"
	"frontdesk/messenger"
	"frontdesk/store"
)

// What must be seen nowhere but on the screen and in the data. Each holds "marked", so that one search finds them all.
const (
	markedToken    = "EAAmarked-page-token"
	markedSecret   = "marked-app-secret"
	markedVerify   = "marked-verify-token"
	markedPlugin   = "marked-plugin-secret"
	markedSite     = "marked-plugin-token"
	markedAgent    = "ana-marked"
	markedCustomer = "Mara Marked-Voss"
	markedPage     = "Lumen marked Bikes"
	mark           = "marked"
)

// watchedToo is the setting of a stage house that shows its metrics.
const watchedToo = "FRONTDESK_METRICS=127.0.0.1:0"

const (
	stagePage = "109872000000101"
	stagePSID = "7100000000000001"
)

// stagePlatform is a Graph API. What a reply says decides its answer: "refuse" is refused with its own words in the
// error, "break" is taken and the connection broken; everything else is sent.
func stagePlatform(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		var req messenger.SendRequest
		switch {
		case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/"+stagePage):
			fmt.Fprintf(w, `{"id":%q,"name":%q}`, stagePage, markedPage)
		case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/"+stagePSID):
			fmt.Fprintf(w, `{"id":%q,"name":%q}`, stagePSID, markedCustomer)
		case json.Unmarshal(body, &req) != nil || req.Message == nil || strings.Contains(req.Message.Text, "refuse"):
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write(messenger.ErrorBody(100, 0, fmt.Sprintf("(#100) %s by %s: %s", markedToken, markedCustomer, body)))
		case strings.Contains(req.Message.Text, "break"):
			if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
				conn.Close()
			}
		default:
			fmt.Fprintf(w, `{"recipient_id":%q,"message_id":"m_%s"}`, req.Recipient.ID, req.Message.Metadata)
		}
	}))
	t.Cleanup(server.Close)
	return server
}

// stageHouse is a whole house in this process with a Page on a stage platform, as environ changes it.
func stageHouse(t *testing.T, environ ...string) (*house, config.Settings) {
	t.Helper()
	s, err := config.Load(t.Context(), config.Source{DataDir: t.TempDir(), Login: markedAgent, Environ: append([]string{
		"FRONTDESK_LISTEN=127.0.0.1:0", "FRONTDESK_GRAPH_URL=" + stagePlatform(t).URL,
		"FRONTDESK_PAGE_ID=" + stagePage, "FRONTDESK_PAGE_TOKEN=" + markedToken, "FRONTDESK_APP_SECRET=" + markedSecret,
		"FRONTDESK_VERIFY_TOKEN=" + markedVerify, "FRONTDESK_PLUGIN_TOKEN=" + markedSite, "FRONTDESK_PLUGIN_APP_SECRET=" + markedPlugin,
	}, environ...)})
	if err != nil {
		t.Fatal(err)
	}
	logger, file, err := openLogger(s)
	if err != nil {
		t.Fatal(err)
	}
	st, err := openStores(t.Context(), s.DataDir, 0, logger)
	if err != nil {
		t.Fatal(err)
	}
	h, err := buildHouse(t.Context(), st, plan{settings: s, logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Errorf("close the house: %v", err)
		}
		if err := file.Close(); err != nil {
			t.Errorf("close the log file: %v", err)
		}
	})
	return h, s
}

// post posts a webhook and wants an answer of this status.
func (h *house) post(t *testing.T, secret, body string, status int) {
	t.Helper()
	got, err := postSigned(t.Context(), h.base+"/webhook", secret, body)
	if err != nil || got != status {
		t.Errorf("the webhook answered %d, %v, want %d: %s", got, err, status, body)
	}
}

// pageEvent is a body with one event of the stage's customer, of now; the event's own fields are given.
func pageEvent(fields string) string {
	now := time.Now().UnixMilli()
	return fmt.Sprintf(`{"object":"page","entry":[{"id":%q,"time":%d,"messaging":[`+
		`{"sender":{"id":%q},"recipient":{"id":%q},"timestamp":%d,%s}]}]}`, stagePage, now, stagePSID, stagePage, now, fields)
}

// caughtUp waits until the views show what is in the log.
func (h *house) caughtUp(t *testing.T) {
	t.Helper()
	if err := h.desk.CaughtUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// says writes a reply to a conversation and waits until it is in one of some states.
func (h *house) says(t *testing.T, d desk.Contract, id store.ConversationID, text string, ends ...store.DeliveryState) {
	t.Helper()
	m, err := d.Reply(t.Context(), desk.Reply{Conversation: id, Agent: markedAgent, Message: messenger.OutMessage{Text: text}})
	if err != nil {
		t.Fatalf("reply: %v", err)
	}
	var state store.DeliveryState
	ended := poll(func() bool {
		got, err := h.desk.Message(context.WithoutCancel(t.Context()), m.Conversation, m.ID)
		state = got.State
		for _, end := range ends {
			if err == nil && state == end {
				return true
			}
		}
		return false
	})
	if !ended {
		t.Errorf("a reply never became %v: it is %s", ends, state)
	}
}

// get asks for a page over HTTP.
func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}
