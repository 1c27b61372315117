package bolt

// slabPieces are made at once. What is not used of them takes no memory yet.
const slabPieces = 64

// slabs are where pieces come from. They lie beside Go's heap: they hold no pointers, and as a part of the heap they
// would let the collector leave as much garbage again as they are large.
type slabs struct {
	free []*piece
	back []func() // gives one slab's memory back
}

// take returns an empty piece.
func (s *slabs) take(high uint32) *piece {
	if len(s.free) == 0 {
		pieces, back := newSlab(slabPieces)
		for i := range pieces {
			s.free = append(s.free, &pieces[i])
		}
		s.back = append(s.back, back)
	}
	last := len(s.free) - 1
	p := s.free[last]
	s.free = s.free[:last]
	p.high, p.n = high, 0
	return p
}

// put takes a piece back.
func (s *slabs) put(p *piece) { s.free = append(s.free, p) }

// release gives all memory back. No piece may be used any more.
func (s *slabs) release() {
	for _, back := range s.back {
		back()
	}
	*s = slabs{}
}
