package plugin_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"

	"frontdesk/plugin"
)

// bareLines is the least that package http can do for a line of server-sent events: headers, one event, and waiting.
type bareLines struct{ open atomic.Int64 }

func (b *bareLines) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.open.Add(1)
	w.Header().Set("Content-Type", "text/event-stream")
	if _, err := io.WriteString(w, "event: state\ndata: {}\n\n"); err != nil || http.NewResponseController(w).Flush() != nil {
		return
	}
	<-r.Context().Done()
}

// BenchmarkIdleLines tells what a visitor who is there and says nothing takes of our memory, beside a bare handler in the
// same process. Both figures include the visitor's own end of the connection.
func BenchmarkIdleLines(b *testing.B) {
	for b.Loop() {
		bare := &bareLines{}
		least := measureLines(b, bare, make([]string, 1000), func() int { return int(bare.open.Load()) })
		srv, err := plugin.Open(plugin.Options{Path: filepath.Join(b.TempDir(), "plugin.db"), Pages: []plugin.Page{site()}})
		if err != nil {
			b.Fatal(err)
		}
		tokens := make([]string, 1000)
		for i := range tokens {
			if _, tokens[i], err = srv.NewVisitor(b.Context(), siteID, plugin.Profile{}); err != nil {
				b.Fatal(err)
			}
		}
		ours := measureLines(b, srv, tokens, srv.Lines)
		if err := srv.Close(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(ours), "B/line")
		b.ReportMetric(float64(least), "B/bare")
		b.ReportMetric(float64(ours)/float64(least), "ratio")
	}
}

// measureLines is what a line takes while all of some visitors have one.
func measureLines(b *testing.B, h http.Handler, tokens []string, open func() int) uint64 {
	b.Helper()
	front := httptest.NewServer(h)
	var conns []net.Conn
	before := inUse()
	for _, token := range tokens {
		conn, err := (&net.Dialer{}).DialContext(b.Context(), "tcp", front.Listener.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		conns = append(conns, conn)
		if _, err := io.WriteString(conn, "GET /plugin/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+token+"\r\n\r\n"); err != nil {
			b.Fatal(err)
		}
		if _, err := conn.Read(make([]byte, 1)); err != nil { // it is answered
			b.Fatal(err)
		}
	}
	if open() < len(tokens) {
		b.Fatalf("%d of %d lines are open", open(), len(tokens))
	}
	each := (inUse() - before) / uint64(len(tokens))
	for _, conn := range conns {
		_ = conn.Close() // it is ours
	}
	front.Close()
	return each
}
