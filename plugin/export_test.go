package plugin

import (
	"net/netip"
	"time"
)

// Hurry makes lines show a sign of life after beat, and gives their readers patience.
func (s *Server) Hurry(beat, patience time.Duration) {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	s.board.beat, s.board.patience = beat, patience
}

// Lines is how many lines are open.
func (s *Server) Lines() int {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	return s.board.total
}

// FillLines makes as if an address had all the lines it may have.
func (s *Server) FillLines(from netip.Addr) {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	s.board.from[from] = maxLinesFrom
}
