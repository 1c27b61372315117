package store

import "context"

// Uses counts how often things with a name were used.
type Uses interface {
	// Use counts one more use of name.
	Use(ctx context.Context, name string) error
	// Uses returns all counts by name.
	Uses(ctx context.Context) (map[string]int, error)
}
