package ingest

import (
	"net/http"
	"time"
)

// Timeouts sets what a server that strangers can reach must set. Handlers that answer for longer (a live page) lift
// the write deadline for their own request with http.ResponseController.
func Timeouts(s *http.Server) {
	s.ReadHeaderTimeout = 5 * time.Second
	s.ReadTimeout = 30 * time.Second // a Handler sets a shorter one for its bodies
	s.WriteTimeout = 60 * time.Second
	s.IdleTimeout = 2 * time.Minute
	s.MaxHeaderBytes = 32 << 10
}

// Health answers 200 `ok` while check returns nil, else 503 with the reason. The reason is shown to whoever asks, so
// it must hold no secret.
func Health(check func() error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			writeText(w, http.StatusMethodNotAllowed, "only GET and HEAD are understood here")
			return
		}
		if err := check(); err != nil {
			writeText(w, http.StatusServiceUnavailable, err.Error())
			return
		}
		writeText(w, http.StatusOK, "ok")
	})
}
