package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"maunium.net/go/mautrix/id"
)

// The settings of a room, and the values of those that are switches.
const (
	On  = "on"
	Off = "off"

	SetDetect    = "detect"    // plain questions are recognised
	SetHints     = "hints"     // at earlier questions; unless it is Off
	SetRetention = "retention" // months that contributions are kept
	SetMeaning   = "meaning"   // the room is searched by meaning
	SetModel     = "model"     // a language model may write: texts of the room are sent to it
	SetApproval  = "approval"  // organisers see a digest before it is posted; unless it is Off
	SetSimple    = "simple"    // digests in simple language
)

// Setting is what organisers set for a room under that key; "" if nothing.
func Setting(ctx context.Context, q Querier, room id.RoomID, key string) (string, error) {
	var value string
	err := q.QueryRowContext(ctx, `SELECT value FROM setting WHERE room_id = $1 AND key = $2`, room, key).Scan(&value)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read setting: %w", err)
	}
	return value, nil
}

// Settings are all settings of a room.
func Settings(ctx context.Context, q Querier, room id.RoomID) (map[string]string, error) {
	list, err := Collect(ctx, q, func(scan func(...any) error) (s [2]string, err error) {
		err = scan(&s[0], &s[1])
		return s, err
	}, `SELECT key, value FROM setting WHERE room_id = $1`, room)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	settings := map[string]string{}
	for _, s := range list {
		settings[s[0]] = s[1]
	}
	return settings, nil
}

// SetSetting sets one; "" removes it.
func (tx *Tx) SetSetting(ctx context.Context, room id.RoomID, key, value string) (err error) {
	if value == "" {
		_, err = tx.ExecContext(ctx, `DELETE FROM setting WHERE room_id = $1 AND key = $2`, room, key)
	} else {
		_, err = tx.ExecContext(ctx, `INSERT INTO setting (room_id, key, value) VALUES ($1, $2, $3)
			ON CONFLICT (room_id, key) DO UPDATE SET value = excluded.value`, room, key, value)
	}
	if err != nil {
		return fmt.Errorf("change setting: %w", err)
	}
	return nil
}
