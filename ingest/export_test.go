package ingest

import (
	"frontdesk/internal/intake"
	"frontdesk/messenger"
)

// SetBudget bounds the bytes of bodies on their way in. Call it before the first request.
func (h *Handler) SetBudget(n int) { h.intake = intake.New(n) }

// Incoming returns how many bodies are on their way in, and the bytes counted for all open requests.
func (h *Handler) Incoming() (bodies, bytes int) { return h.intake.Incoming() }

// PagesOf are the pages that are asked for before a body is taken.
func PagesOf(body []byte) map[string]bool {
	env, err := messenger.ParseEnvelope(body)
	if err != nil {
		return nil
	}
	return pagesOf(env)
}
