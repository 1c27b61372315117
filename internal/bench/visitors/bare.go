package visitors

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/pprof"
	"strings"
	"sync"
	"time"
)

// bareServer is the least that a server of the same calls and the same bytes can be: package http, a map of lines, and an
// answer to every word at once. It keeps nothing, checks nothing and bounds nothing.
type bareServer struct {
	mu    sync.Mutex
	lines map[string]chan []byte // by token
	seq   uint64
}

// Bare serves it on loopback until ctx ends or in does, and says on out where.
func Bare(ctx context.Context, in io.Reader, out io.Writer) error {
	b := &bareServer{lines: map[string]chan []byte{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /plugin/visitors", b.begin)
	mux.HandleFunc("POST /plugin/messages", b.say)
	mux.HandleFunc("POST /plugin/arrived", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // so that the connection can be used again
		answer(w, struct{}{})
	})
	mux.HandleFunc("GET /plugin/events", b.line)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("open a port: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, in) // whoever started it is gone when this ends
		cancel()
	}()
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() }) // nothing is worth waiting for
	defer stop()
	fmt.Fprintf(out, "the bare server listens on http://%s\nmetrics are at http://%s/metrics\n", ln.Addr(), ln.Addr())
	if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	raw, err := json.Marshal(body)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(raw) // who does not read it has gone
}

func drawn(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it never fails
	return hex.EncodeToString(b)
}

func (b *bareServer) begin(w http.ResponseWriter, r *http.Request) {
	var in begins
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	token := drawn(32)
	b.mu.Lock()
	b.lines[token] = make(chan []byte, 16)
	b.mu.Unlock()
	answer(w, map[string]any{"id": drawn(8), "token": token, "logged_in": false})
}

// of is the line of a call's visitor; nil if there is none.
func (b *bareServer) of(r *http.Request) chan []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lines[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
}

// say echoes a word, and answers it.
func (b *bareServer) say(w http.ResponseWriter, r *http.Request) {
	var in says
	line := b.of(r)
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || line == nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	b.seq += 2
	seq := b.seq
	b.mu.Unlock()
	own := said{Seq: seq - 1, MID: "m_" + drawn(16), From: "visitor", At: time.Now().UnixMilli(), Text: in.Text, Key: in.Key}
	for _, s := range []said{own, {Seq: seq, MID: "m_" + drawn(16), From: "page", At: own.At, Text: answers + in.Text}} {
		raw, err := json.Marshal(s)
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		line <- fmt.Appendf(nil, "id: %d\nevent: message\ndata: %s\n\n", s.Seq, raw)
	}
	answer(w, own)
}

func (b *bareServer) line(w http.ResponseWriter, r *http.Request) {
	news := b.of(r)
	if news == nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	conn := http.NewResponseController(w)
	beat := time.NewTicker(25 * time.Second)
	defer beat.Stop()
	next := []byte("retry: 2000\n\nevent: state\ndata: {\"typing\":false}\n\n")
	for {
		if _, err := w.Write(next); err != nil || conn.Flush() != nil {
			return
		}
		select {
		case next = <-news:
		case <-beat.C:
			next = []byte(":\n\n")
		case <-r.Context().Done():
			return
		}
	}
}
