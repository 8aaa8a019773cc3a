package store

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// ForgetDevice deletes the encryption keys of the Matrix library, so that a
// new device can begin. Our own records stay; the sync begins anew, at now.
func (s *Store) ForgetDevice(ctx context.Context, now time.Time) error {
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
		_, err := tx.ExecContext(ctx, `UPDATE sync_state SET next_batch = '', first_start = $1`, Millis(now))
		return err
	})
}
