package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// MoveScope gives what search has of one scope to another, which may have
// documents of its own already. Nothing happens if the first one has none.
func (tx *Tx) MoveScope(ctx context.Context, from, to string) error {
	if from == to {
		return nil
	}
	if err := tx.moveScope(ctx, from, to); err != nil {
		return fmt.Errorf("move index: %w", err)
	}
	return nil
}

func (tx *Tx) moveScope(ctx context.Context, from, to string) error {
	if err := tx.flushIndex(ctx); err != nil {
		return err
	}
	var old, into scopeRow
	const query = `SELECT id, docs, length, next FROM search_scope WHERE name = $1`
	err := tx.QueryRowContext(ctx, query, from).Scan(&old.id, &old.docs, &old.length, &old.next)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	err = tx.QueryRowContext(ctx, query, to).Scan(&into.id, &into.docs, &into.length, &into.next)
	if errors.Is(err, sql.ErrNoRows) {
		_, err = tx.ExecContext(ctx, `UPDATE search_scope SET name = $1 WHERE id = $2`, to, old.id)
		return err
	}
	if err != nil {
		return err
	}
	// The numbers go on at the next full chunk, so that the postings stay as they are.
	chunks := (into.next + 1<<chunkBits - 1) >> chunkBits
	for _, step := range []struct {
		query string
		args  []any
	}{
		{`UPDATE search_posting SET scope = $1, chunk = chunk + $2 WHERE scope = $3`, []any{into.id, chunks, old.id}},
		{`UPDATE search_doc SET scope = $1, num = num + $2 WHERE scope = $3`, []any{into.id, chunks << chunkBits, old.id}},
		{`DELETE FROM search_scope WHERE id = $1`, []any{old.id}},
		{`UPDATE search_scope SET docs = $1, length = $2, next = $3 WHERE id = $4`,
			[]any{into.docs + old.docs, into.length + old.length, chunks<<chunkBits + old.next, into.id}},
	} {
		if _, err := tx.ExecContext(ctx, step.query, step.args...); err != nil {
			return err
		}
	}
	return nil
}
