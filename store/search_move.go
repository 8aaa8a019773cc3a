package store

import "context"

// MoveScope gives what search has of one scope to another.
func (tx *Tx) MoveScope(ctx context.Context, from, to string) error { return nil }
