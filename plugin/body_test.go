package plugin_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"frontdesk/plugin"
)

// TestStrangersHoldBoundedMemory has many callers without any token keep almost whole bodies open: the oldest are sent
// away, so that all together hold no more than a fixed part of the memory, and an honest visitor is still served.
func TestStrangersHoldBoundedMemory(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	const (
		senders = 90 // of almost a megabyte each: more than the budget
		sent    = 900_000
	)
	half := strings.Repeat("x", sent)
	answered := make(chan int, senders)
	for range senders {
		conn, err := net.Dial("tcp", p.http.Listener.Addr().String())
		must(t, err)
		defer conn.Close()
		must(t, conn.SetDeadline(time.Now().Add(patience)))
		go func() {
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				return // ended with the test
			}
			answered <- answer.StatusCode
			_ = answer.Body.Close()
		}()
		_, err = fmt.Fprintf(conn, "POST /me/messages HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", 1<<20)
		must(t, err)
		_, _ = io.WriteString(conn, half) // who is sent away can't write on
	}
	for range senders - 64<<20/sent {
		select {
		case status := <-answered:
			if status != http.StatusServiceUnavailable {
				t.Fatalf("a sender was sent away with %d, want 503", status)
			}
		case <-time.After(patience):
			t.Fatal("strangers hold more than the budget")
		}
	}
	p.visit(`{"page_id":"` + siteID + `"}`)
}

func TestBodiesThatAreNoObject(t *testing.T) {
	t.Parallel()
	p := start(t, plugin.Options{})
	_, token := p.visit(`{"page_id":"` + siteID + `"}`)
	for _, body := range []string{`[]`, `1`, `"text"`, `{`, `{} {}`} {
		a := p.call("POST", "/plugin/messages", token, body)
		refusal, _ := a.body["error"].(map[string]any)
		if a.status != http.StatusBadRequest || refusal["message"] != "the body is not a JSON object" {
			t.Errorf("%s: %d %v", body, a.status, a.body)
		}
	}
}
