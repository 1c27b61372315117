package ingest_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"frontdesk/ingest"
	"frontdesk/messenger"
	"frontdesk/store"
	"frontdesk/store/bolt"
)

// crashEnv tells the test binary to be the process that is killed: it names the data folder.
const crashEnv = "FRONTDESK_TEST_CRASH_DATA"

// TestAnsweredEventsSurviveKill kills a listening process while 64 clients post to it, three times over. The clients
// post again what was not answered, as the platform does. Every event that was answered with 200 is in the views
// afterwards, once.
func TestAnsweredEventsSurviveKill(t *testing.T) {
	if dir := os.Getenv(crashEnv); dir != "" {
		listenUntilKilled(t, dir)
		return
	}
	t.Parallel()
	dir := t.TempDir()
	c := &customers{answered: map[string]bool{}}
	for _, n := range []int{300, 1, 500} {
		c.postUntilKilled(t, dir, n)
	}
	found := projected(t, dir)
	for mid := range c.answered {
		if found[mid] != 1 {
			t.Errorf("%s was answered with 200 and is there %d times", mid, found[mid])
		}
	}
	for mid, n := range found {
		if n != 1 {
			t.Errorf("%s is there %d times", mid, n)
		}
	}
}

// listenUntilKilled serves the webhook on loopback and says on standard output where.
func listenUntilKilled(t *testing.T, dir string) {
	data, err := bolt.Open(dir, bolt.Options{Wait: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: newHandler(t, options(data.Log))}
	ingest.Timeouts(srv)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // ends when the parent does
		_ = srv.Close()
	}()
	fmt.Fprintf(os.Stdout, "listening %s\n", l.Addr())
	if err := srv.Serve(l); err != nil {
		t.Log(err)
	}
}

// customers are 64 clients who each have an event to post until it is answered.
type customers struct {
	next    atomic.Int64
	pending [64]string // mids not yet answered

	mu       sync.Mutex
	answered map[string]bool
}

// postUntilKilled runs a listener, lets the clients post, and kills it when n more events were answered.
func (c *customers) postUntilKilled(t *testing.T, dir string, n int) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAnsweredEventsSurviveKill$")
	child.Env = append(os.Environ(), crashEnv+"="+dir)
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	addr, ok := strings.CutPrefix(strings.TrimSpace(line), "listening ")
	if err != nil || !ok {
		t.Fatalf("the listener said %q, %v", line, err)
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: len(c.pending)}, Timeout: 20 * time.Second}
	var enough atomic.Int64
	var wg sync.WaitGroup
	for i := range c.pending {
		wg.Go(func() {
			for {
				if c.pending[i] == "" {
					c.pending[i] = fmt.Sprintf("m_%d", c.next.Add(1))
				}
				if !c.post(t, client, "http://"+addr, c.pending[i]) {
					return
				}
				c.pending[i] = ""
				if enough.Add(1) == int64(n) {
					if err := child.Process.Kill(); err != nil {
						t.Errorf("kill the listener: %v", err)
					}
				}
			}
		})
	}
	wg.Wait()
	client.CloseIdleConnections()
	stdin.Close()
	if err := child.Wait(); err == nil {
		t.Error("the listener ended by itself")
	}
	if enough.Load() < int64(n) {
		t.Fatalf("%d events were answered, want at least %d", enough.Load(), n)
	}
}

// post reports whether an event was answered with 200; it is not when the listener is gone.
func (c *customers) post(t *testing.T, client *http.Client, url, mid string) bool {
	body := fmt.Appendf(nil, `{"object":"page","entry":[{"id":"109872000000101","messaging":[{"sender":{"id":"7412%d"},`+
		`"recipient":{"id":"109872000000101"},"timestamp":1794819600000,"message":{"mid":%q,"text":"hello"}}]}]}`, len(mid), mid)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Error(err)
		return false
	}
	req.Header.Set(messenger.SignatureHeader, messenger.Sign([]byte(appSecret), body))
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("post %s: %s", mid, resp.Status)
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answered[mid] = true
	return true
}

// projected brings the views up to the log and counts their messages by mid.
func projected(t *testing.T, dir string) map[string]int {
	t.Helper()
	data, err := bolt.Open(dir, bolt.Options{Wait: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := data.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}()
	ctx := context.Background()
	if err := store.NewProjector(data.Log, data.Views, ingest.Translate, store.NewFeed(0), nil).CatchUp(ctx); err != nil {
		t.Fatalf("bring the views up to the log: %v", err)
	}
	list, err := data.Views.List(ctx, store.ListRequest{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, conv := range list.Rows {
		req := store.ThreadRequest{Conversation: conv.ID, Newer: true, Limit: 1000}
		for more := true; more; {
			page, err := data.Views.Thread(ctx, req)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range page.Messages {
				if m.MID != "" {
					found[m.MID]++
				}
				req.From = m.Place()
			}
			more = page.More
		}
	}
	return found
}
