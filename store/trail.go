package store

import "slices"

// follow notes that records told of a message or changed it, beside the one that its Seq names.
func (m *Message) follow(seqs ...Seq) { m.Trail = trailOf(m.Seq, m.Trail, seqs) }

// follow notes that records told of a message which is not there yet.
func (r *KeyRow) follow(seqs ...Seq) { r.Trail = trailOf(0, r.Trail, seqs) }

// trailOf is the newest MaxTrail of two lists of records, sorted and without doubles. It shares nothing with them.
func trailOf(first Seq, trail, more []Seq) []Seq {
	all := slices.DeleteFunc(slices.Concat(trail, more), func(s Seq) bool { return s == 0 || s == first })
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) == 0 {
		return nil
	}
	return slices.Clone(all[max(0, len(all)-MaxTrail):])
}
