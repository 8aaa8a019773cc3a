package store

import (
	"context"
	"fmt"
	"strings"
)

// ForgetDevice deletes the encryption keys of the Matrix library, so that a
// new device can begin. Our own records stay; the sync goes on where it
// stood.
func (s *Store) ForgetDevice(ctx context.Context) error {
	tables, err := Collect(ctx, s.writer, func(scan func(...any) error) (name string, err error) {
		return name, scan(&name)
	}, `SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'crypto\_%' ESCAPE '\' AND name <> 'crypto_version'`)
	if err != nil {
		return err
	}
	return s.Write(ctx, func(tx *Tx) error {
		if _, err := tx.ExecContext(ctx, `PRAGMA defer_foreign_keys = ON`); err != nil {
			return err
		}
		for _, t := range tables {
			if _, err := tx.ExecContext(ctx, `DELETE FROM "`+strings.ReplaceAll(t, `"`, `""`)+`"`); err != nil {
				return fmt.Errorf("forget device: %w", err)
			}
		}
		return nil
	})
}
