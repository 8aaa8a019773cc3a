package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"maunium.net/go/mautrix/id"
)

const personKeySize = 32

// personKey reads the key of HashPerson, or makes it. It lies beside the
// database and never in it: a copy of the database alone must not tell whose
// hashes it holds.
func personKey(dir string) ([]byte, error) {
	path := filepath.Join(dir, "person.key")
	key, err := os.ReadFile(path) //nolint:gosec // the operator names the folder
	if errors.Is(err, fs.ErrNotExist) {
		if err := makePersonKey(path); err != nil {
			return nil, fmt.Errorf("make person.key: %w", err)
		}
		key, err = os.ReadFile(path) //nolint:gosec // as above
	}
	if err != nil {
		return nil, fmt.Errorf("read person.key: %w", err)
	}
	if len(key) != personKeySize {
		return nil, fmt.Errorf("%s is damaged: it has %d bytes, not %d", path, len(key), personKeySize)
	}
	return key, nil
}

// makePersonKey writes a new key, whole or not at all, and never over one that
// another process has made in the meantime.
func makePersonKey(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), "person.key.part") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	key := make([]byte, personKeySize)
	rand.Read(key)
	_, err = f.Write(key)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// HashPerson is a keyed hash of a user id: it recognises a person and does not
// name them.
func (s *Store) HashPerson(user id.UserID) string {
	mac := hmac.New(sha256.New, s.person)
	mac.Write([]byte(user))
	return hex.EncodeToString(mac.Sum(nil))
}

// HashPerson is the same in a transaction.
func (tx *Tx) HashPerson(user id.UserID) string { return tx.s.HashPerson(user) }

// Forgotten tells whether the person of that hash said never again.
func Forgotten(ctx context.Context, q Querier, hash string) (bool, error) {
	var n int
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM forgotten WHERE hash = $1`, hash).Scan(&n); err != nil {
		return false, fmt.Errorf("read who wants to be forgotten: %w", err)
	}
	return n > 0, nil
}

// SetForgotten notes that the person of that hash said never again.
func (tx *Tx) SetForgotten(ctx context.Context, hash string, now time.Time) error {
	if _, err := tx.ExecContext(ctx, `INSERT INTO forgotten (hash, at) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING`, hash, Millis(now)); err != nil {
		return fmt.Errorf("note who wants to be forgotten: %w", err)
	}
	return nil
}

// UnsetForgotten takes it back.
func (tx *Tx) UnsetForgotten(ctx context.Context, hash string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM forgotten WHERE hash = $1`, hash); err != nil {
		return fmt.Errorf("note who wants to be forgotten: %w", err)
	}
	return nil
}
