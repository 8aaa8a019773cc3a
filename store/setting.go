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
	SetBegin     = "begin"     // announcements' threads say when a date starts; unless it is Off
	SetAfter     = "after"     // and ask afterwards what people take along; unless it is Off
	SetPolls     = "polls"     // a poll follows each announcement
)

// Setting is what organisers set for a room itself under that key; "" if nothing.
func Setting(ctx context.Context, q Querier, room id.RoomID, key string) (string, error) {
	return oneSetting(ctx, q, `SELECT value FROM setting WHERE room_id = $1 AND key = $2`, room, key)
}

// Settings is all that holds in a room: what was set for it and, where nothing
// was, for its network.
func Settings(ctx context.Context, q Querier, room id.RoomID) (map[string]string, error) {
	return allSettings(ctx, q, `SELECT key, value FROM (
			SELECT 0 AS own, key, value FROM network_setting WHERE network = (SELECT network FROM room WHERE room_id = $1)
			UNION ALL SELECT 1, key, value FROM setting WHERE room_id = $1)
		ORDER BY own`, room)
}

// SetSetting sets one; "" removes it.
func (tx *Tx) SetSetting(ctx context.Context, room id.RoomID, key, value string) error {
	return tx.setSetting(ctx, "setting", "room_id", room.String(), key, value)
}

// The settings of a network, beside SetApproval and SetSimple for all of its rooms.
const (
	SetBring    = "bring"    // Off: members' offers appear only after an organiser's yes
	SetHolidays = "holidays" // region (ISO 3166-2) on whose public holidays series have no dates
)

// The settings of a person.
const (
	SetRemind = "remind" // Off: no reminders but those asked for
	SetNamed  = "named"  // On: others may see their name where they signed up
)

// NetworkSetting is what organisers set for a network under that key; "" if nothing.
func NetworkSetting(ctx context.Context, q Querier, network, key string) (string, error) {
	return oneSetting(ctx, q, `SELECT value FROM network_setting WHERE network = $1 AND key = $2`, network, key)
}

// PersonSetting is what a person set for themselves under that key; "" if nothing.
func PersonSetting(ctx context.Context, q Querier, user id.UserID, key string) (string, error) {
	return oneSetting(ctx, q, `SELECT value FROM person_setting WHERE user_id = $1 AND key = $2`, user, key)
}

// NetworkSettings is all that organisers set for a network.
func NetworkSettings(ctx context.Context, q Querier, network string) (map[string]string, error) {
	return allSettings(ctx, q, `SELECT key, value FROM network_setting WHERE network = $1`, network)
}

// PersonSettings is all that a person set for themselves.
func PersonSettings(ctx context.Context, q Querier, user id.UserID) (map[string]string, error) {
	return allSettings(ctx, q, `SELECT key, value FROM person_setting WHERE user_id = $1`, user)
}

// allSettings reads keys and values; of one key the last counts.
func allSettings(ctx context.Context, q Querier, query string, of any) (map[string]string, error) {
	list, err := Collect(ctx, q, func(scan func(...any) error) (s [2]string, err error) {
		err = scan(&s[0], &s[1])
		return s, err
	}, query, of)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	settings := map[string]string{}
	for _, s := range list {
		settings[s[0]] = s[1]
	}
	return settings, nil
}

func oneSetting(ctx context.Context, q Querier, query string, args ...any) (value string, err error) {
	if err = q.QueryRowContext(ctx, query, args...).Scan(&value); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read setting: %w", err)
	}
	return value, nil
}

// SetNetworkSetting sets one; "" removes it.
func (tx *Tx) SetNetworkSetting(ctx context.Context, network, key, value string) error {
	return tx.setSetting(ctx, "network_setting", "network", network, key, value)
}

// SetPersonSetting sets one; "" removes it.
func (tx *Tx) SetPersonSetting(ctx context.Context, user id.UserID, key, value string) error {
	return tx.setSetting(ctx, "person_setting", "user_id", user.String(), key, value)
}

func (tx *Tx) setSetting(ctx context.Context, table, column, of, key, value string) (err error) {
	if value == "" {
		_, err = tx.ExecContext(ctx, fmt.Sprintf(`DELETE FROM %s WHERE %s = $1 AND key = $2`, table, column), of, key)
	} else {
		_, err = tx.ExecContext(ctx, fmt.Sprintf(`INSERT INTO %[1]s (%[2]s, key, value) VALUES ($1, $2, $3)
			ON CONFLICT (%[2]s, key) DO UPDATE SET value = excluded.value`, table, column), of, key, value)
	}
	if err != nil {
		return fmt.Errorf("change setting: %w", err)
	}
	return nil
}
