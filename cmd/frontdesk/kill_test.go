package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"frontdesk/internal/loopback"
)

const (
	killRounds  = 3
	killPosters = 64
	killAfter   = 300 // acknowledgements in a round
	killPage    = "109872000000101"
	killSecret  = "app-secret"
)

// TestKillUnderLoad kills the program while 64 clients post, and wants every event that was answered with 200 to be
// there afterwards, once.
func TestKillUnderLoad(t *testing.T) {
	t.Parallel()
	program := binary(t)
	port, err := loopback.Port()
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	environ := append(withoutSettings(),
		"HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_DATA_HOME="+home, "FRONTDESK_DATA="+shortDir(t),
		"FRONTDESK_LISTEN=127.0.0.1:"+port, "FRONTDESK_APP_SECRET="+killSecret,
		"FRONTDESK_PAGE_ID="+killPage, "FRONTDESK_PAGE_TOKEN=token", "FRONTDESK_GRAPH_URL=http://127.0.0.1:1",
	)
	acknowledged := map[string]bool{}
	for round := range killRounds {
		server := startServe(t, program, environ)
		posted := postUntilKilled(t, server, "http://127.0.0.1:"+port+"/webhook", round)
		for _, mid := range posted {
			acknowledged[mid] = true
		}
		t.Logf("round %d: %d acknowledged before the kill", round+1, len(posted))
	}
	server := startServe(t, program, environ)
	found := messagesByMID(t, program, environ)
	for mid := range acknowledged {
		if found[mid] != 1 {
			t.Errorf("%s was answered with 200 and is there %d times", mid, found[mid])
		}
	}
	for mid, n := range found {
		if n != 1 {
			t.Errorf("%s is there %d times", mid, n)
		}
	}
	if len(acknowledged) < killRounds*killAfter {
		t.Errorf("only %d events were acknowledged; the test shows little", len(acknowledged))
	}
	if err := server.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("serve ended with %v", err)
	}
	if out, err := command(program, environ, "replay", "--check").CombinedOutput(); err != nil {
		t.Errorf("replay --check: %v\n%s", err, out)
	}
}

// shortDir is a folder whose path leaves room for a socket's name.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "fd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func command(program string, environ []string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Env = environ
	return cmd
}

// startServe starts the program and returns when it says that it listens.
func startServe(t *testing.T, program string, environ []string) *exec.Cmd {
	t.Helper()
	cmd := command(program, environ, "serve")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // ended already, mostly
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.Contains(line, "listens on http://") {
		t.Fatalf("serve said %q, %v; want a line that it listens", line, err)
	}
	return cmd
}

// postUntilKilled lets many clients post events of many customers, kills the server after some hundred were
// acknowledged, and returns the mids of those.
func postUntilKilled(t *testing.T, server *exec.Cmd, url string, round int) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var (
		acknowledged atomic.Int64
		enough       = make(chan struct{})
		mu           sync.Mutex
		mids         []string
		posters      sync.WaitGroup
	)
	for poster := range killPosters {
		posters.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				mid := fmt.Sprintf("m_%d-%d-%d", round, poster, n)
				status, err := postSigned(ctx, url, killSecret, killEvent(mid, poster))
				if err != nil {
					return // the server is dead: what was on its way may be there or not
				}
				if status != http.StatusOK {
					t.Errorf("the webhook answered %d", status)
					return
				}
				mu.Lock()
				mids = append(mids, mid)
				mu.Unlock()
				if acknowledged.Add(1) == killAfter {
					close(enough)
				}
			}
		})
	}
	select {
	case <-enough:
	case <-ctx.Done():
		t.Error("too few events were acknowledged in a minute")
	}
	if err := server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = server.Wait() // "signal: killed" is what was wanted
	posters.Wait()
	return mids
}

// killEvent is a message of one of a few customers, so that threads are long and lists are not.
func killEvent(mid string, poster int) string {
	now := time.Now().UnixMilli()
	return fmt.Sprintf(`{"object":"page","entry":[{"id":%q,"time":%d,"messaging":[{"sender":{"id":"74120000000001%02d"},`+
		`"recipient":{"id":%q},"timestamp":%d,"message":{"mid":%q,"text":"hello"}}]}]}`, killPage, now, poster%16, killPage, now, mid)
}

// messagesByMID counts the messages of every conversation by their mid, as the commands print them.
func messagesByMID(t *testing.T, program string, environ []string) map[string]int {
	t.Helper()
	lines := func(args ...string) []map[string]any {
		out, err := command(program, environ, args...).Output()
		if err != nil {
			t.Fatalf("%s: %v", strings.Join(args, " "), err)
		}
		var objects []map[string]any
		for line := range strings.Lines(string(out)) {
			var object map[string]any
			if err := json.Unmarshal([]byte(line), &object); err != nil {
				t.Fatal(err)
			}
			objects = append(objects, object)
		}
		return objects
	}
	found := map[string]int{}
	unread := 0.0
	for _, conversation := range lines("list", "--json") {
		unread += conversation["unread"].(float64)
		for _, message := range lines("show", conversation["id"].(string), "--json") {
			found[message["mid"].(string)]++
		}
	}
	if int(unread) != len(found) {
		t.Errorf("%d messages are unread, and %d are there", int(unread), len(found))
	}
	return found
}
