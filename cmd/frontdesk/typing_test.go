package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"frontdesk/messenger"
	"frontdesk/store"
)

// TestTypingIsToldUnlessASettingSaysOtherwise has an agent type and read, with and without FRONTDESK_TYPING=off.
func TestTypingIsToldUnlessASettingSaysOtherwise(t *testing.T) {
	t.Parallel()
	for name, setting := range map[string]string{"on": "", "off": "FRONTDESK_TYPING=off"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var (
				mu      sync.Mutex
				actions []string
			)
			graph := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				var req messenger.SendRequest
				if err := json.NewDecoder(r.Body).Decode(&req); err == nil && req.SenderAction != "" {
					mu.Lock()
					actions = append(actions, req.SenderAction)
					mu.Unlock()
				}
				fmt.Fprintf(w, `{"recipient_id":%q,"message_id":"m_1"}`, req.Recipient.ID)
			}))
			t.Cleanup(graph.Close)
			h, _ := stageHouse(t, "FRONTDESK_GRAPH_URL="+graph.URL, setting)
			h.post(t, markedSecret, pageEvent(`"message":{"mid":"m_in","text":"Hello?"}`), http.StatusOK)
			h.caughtUp(t)
			id := store.ConversationID(stagePage + ":" + stagePSID)
			if err := h.desk.Typing(t.Context(), id, true); err != nil {
				t.Fatal(err)
			}
			if _, err := h.desk.Do(t.Context(), store.Act{Agent: markedAgent, Conversation: id, Verb: store.VerbRead}); err != nil {
				t.Fatal(err)
			}
			told := func() []string {
				mu.Lock()
				defer mu.Unlock()
				return slices.Sorted(slices.Values(actions))
			}
			if name == "on" {
				if !poll(func() bool { return slices.Equal(told(), []string{messenger.ActionMarkSeen, messenger.ActionTypingOn}) }) {
					t.Errorf("the customer was told %q", told())
				}
				return
			}
			h.says(t, h.desk, id, "Hello!", store.StateSent) // what was to be told would have been told by now
			if got := told(); len(got) > 0 {
				t.Errorf("the customer was told %q", got)
			}
		})
	}
}
