//go:build !unix

package bolt

// newSlab makes n pieces.
func newSlab(n int) (pieces []piece, back func()) { return make([]piece, n), func() {} }
