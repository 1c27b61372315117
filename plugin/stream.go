package plugin

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// stream is a line of server-sent events being written.
type stream struct {
	w        http.ResponseWriter
	conn     *http.ResponseController
	patience time.Duration // what the other side has to take in what is written
}

var (
	retryHint  = []byte("retry: " + strconv.Itoa(comeBackIn) + "\n\n")
	signOfLife = []byte(":\n\n")
)

func (l *stream) begin() {
	_ = l.conn.SetReadDeadline(time.Time{}) // nothing more is read; a recorder in a test has none
	h := l.w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Accel-Buffering", "no") // proxies that gather what is small are told not to
	l.w.WriteHeader(http.StatusOK)
}

// write sends, within the other side's time for taking it in: a line that is not read is not kept for it.
func (l *stream) write(b []byte) error {
	_ = l.conn.SetWriteDeadline(time.Now().Add(l.patience)) // the system's clock: the kernel keeps this deadline
	if _, err := l.w.Write(b); err != nil {
		return err
	}
	return l.conn.Flush()
}

// putEvent adds an event. JSON has no line breaks, so that one line holds it.
func putEvent(out *bytes.Buffer, name string, id uint64, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	if id > 0 {
		out.WriteString("id: " + strconv.FormatUint(id, 10) + "\n")
	}
	out.WriteString("event: " + name + "\ndata: ")
	out.Write(raw)
	out.WriteString("\n\n")
	return nil
}
