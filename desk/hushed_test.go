package desk_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"frontdesk/desk"
	"frontdesk/messenger"
	"frontdesk/store"
)

func replyOf(id store.ConversationID, m messenger.OutMessage) desk.Reply {
	return desk.Reply{Conversation: id, Agent: agent, Message: m}
}

// hushed is a platform behind a gateway that passes everything on, answers sends with an outage's page, and lets no echo
// through: what was said is only to be had by asking.
type hushed struct {
	*httptest.Server
	mu   sync.Mutex
	held []keptMessage // newest first
}

type keptMessage struct {
	ID   string `json:"id"`
	At   string `json:"created_time"`
	From struct {
		ID string `json:"id"`
	} `json:"from"`
	Message string `json:"message"`
}

func newHushed(t *testing.T, status int) *hushed {
	t.Helper()
	k := &hushed{}
	k.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			k.tell(w)
			return
		}
		var req messenger.SendRequest
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(body, &req)
		}
		if err != nil {
			t.Error(err)
		}
		k.take(req)
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<html><h1>Something went wrong</h1></html>") // the desk's side is tested
	}))
	t.Cleanup(k.Close)
	return k
}

func (k *hushed) take(req messenger.SendRequest) {
	k.mu.Lock()
	defer k.mu.Unlock()
	m := keptMessage{ID: fmt.Sprintf("m_kept_%d", len(k.held)+1), At: time.Now().UTC().Format("2006-01-02T15:04:05-0700"), Message: req.Message.Text}
	m.From.ID = string(pageID)
	k.held = append([]keptMessage{m}, k.held...)
}

func (k *hushed) tell(w http.ResponseWriter) {
	k.mu.Lock()
	defer k.mu.Unlock()
	type data[T any] struct {
		Data []T `json:"data"`
	}
	type person struct {
		ID string `json:"id"`
	}
	type thread struct {
		Participants data[person]      `json:"participants"`
		Messages     data[keptMessage] `json:"messages"`
	}
	_ = json.NewEncoder(w).Encode(data[thread]{[]thread{{ // the desk's side is tested
		Participants: data[person]{[]person{{maya}, {string(pageID)}}}, Messages: data[keptMessage]{k.held},
	}}})
}

// holding are the mids under which the platform has a text.
func (k *hushed) holding(text string) []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var mids []string
	for _, m := range k.held {
		if m.Message == text {
			mids = append(mids, m.ID)
		}
	}
	return mids
}
