//go:build linux

package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/internal/loopback"
	"frontdesk/messenger"
)

// environ is what the program is told: one Page, whose platform is a server of the test.
func environ(dir, address, graphURL string) []string {
	return append(withoutSettings(),
		"HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_RUNTIME_DIR=", "FRONTDESK_DATA="+filepath.Join(dir, "data"),
		"FRONTDESK_LISTEN="+address, "FRONTDESK_APP_SECRET="+appSecret, "FRONTDESK_PAGE_ID="+pageID,
		"FRONTDESK_PAGE_TOKEN=token", "FRONTDESK_GRAPH_URL="+graphURL,
	)
}

// withoutSettings is the environment without settings of frontdesk that whoever runs the tests has for himself.
func withoutSettings() []string {
	return slices.DeleteFunc(os.Environ(), func(e string) bool {
		return strings.HasPrefix(e, "FRONTDESK_") && !strings.HasPrefix(e, "FRONTDESK_TEST_ALL=")
	})
}

// TestForeignSettings wants the settings of whoever runs the tests to reach no program of theirs.
func TestForeignSettings(t *testing.T) { //nolint:paralleltest // it changes the environment
	t.Setenv("FRONTDESK_MEDIA", "off")
	t.Setenv("FRONTDESK_TEST_ALL", "1")
	got := environ(t.TempDir(), "127.0.0.1:1", "http://127.0.0.1:1")
	if slices.Contains(got, "FRONTDESK_MEDIA=off") || !slices.Contains(got, "FRONTDESK_TEST_ALL=1") {
		t.Errorf("the program is told %q", got)
	}
}

// freeAddress is a loopback address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	port, err := loopback.Port()
	must(t, err)
	return "127.0.0.1:" + port
}

// freshEvent is a message of now, so that it can be answered.
func freshEvent(n int) []byte {
	now := time.Now().UnixMilli()
	return fmt.Appendf(nil, `{"object":"page","entry":[{"id":%q,"time":%d,"messaging":[{"sender":{"id":"74120000000001%02d"},`+
		`"recipient":{"id":%q},"timestamp":%d,"message":{"mid":"m_%d","text":"hello"}}]}]}`, pageID, now, n%32, pageID, now, n)
}

// numberOf is the number of an event.
func numberOf(body []byte) int {
	_, mid, _ := bytes.Cut(body, []byte(`"mid":"m_`))
	digits, _, _ := bytes.Cut(mid, []byte(`"`))
	n, err := strconv.Atoi(string(digits))
	if err != nil {
		return -1
	}
	return n
}

// post sends a signed webhook and returns the answer's status.
func post(ctx context.Context, client *http.Client, address string, body []byte) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/webhook", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set(messenger.SignatureHeader, messenger.Sign([]byte(appSecret), body))
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

// graph is the platform that replies go to. It answers some of them late.
type graph struct {
	server *httptest.Server

	mu                       sync.Mutex
	seen                     map[string]int // token → times
	events, replies, unknown int
}

func newGraph(t *testing.T) *graph {
	t.Helper()
	g := &graph{seen: map[string]int{}}
	g.server = httptest.NewServer(g)
	t.Cleanup(g.server.Close)
	return g
}

func (g *graph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var sent struct {
		Recipient struct {
			ID string `json:"id"`
		} `json:"recipient"`
		Message struct {
			Metadata string `json:"metadata"`
		} `json:"message"`
	}
	if r.Method != http.MethodPost {
		http.Error(w, `{"error":{"message":"not here","code":100}}`, http.StatusBadRequest)
		return
	}
	if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
		http.Error(w, `{"error":{"message":"no message","code":100}}`, http.StatusBadRequest)
		return
	}
	g.mu.Lock()
	n := len(g.seen)
	if sent.Message.Metadata != "" {
		g.seen[sent.Message.Metadata]++
	}
	g.mu.Unlock()
	if n%3 == 0 { // long enough for a kill to come between
		select {
		case <-time.After(20 * time.Millisecond):
		case <-r.Context().Done():
		}
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"recipient_id":%q,"message_id":"m_of_%s"}`, sent.Recipient.ID, sent.Message.Metadata)
}

func (g *graph) add(events, replies, unknown int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.events, g.replies, g.unknown = g.events+events, g.replies+replies, g.unknown+unknown
}

func (g *graph) times(token string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.seen[token]
}

// checkOnce wants no reply to have come twice.
func (g *graph) checkOnce(t *testing.T, round int) {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	for token, times := range g.seen {
		if times > 1 {
			t.Errorf("round %d: the platform saw reply %s %d times", round, token, times)
		}
	}
}

// eventually waits until something that another process does has happened.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(60 * time.Second); !happened(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}
