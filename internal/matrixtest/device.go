package matrixtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"sync"

	"go.mau.fi/util/dbutil"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// openDB opens a store for mautrix. Without _time_format its times are unreadable
// to SQLite; without the write-ahead log readers wait for writers.
func openDB(path string) (*dbutil.Database, error) {
	params := url.Values{
		"_txlock":       {"immediate"},
		"_time_format":  {"sqlite"},
		"_busy_timeout": {"5000"},
		"_journal_mode": {"WAL"},
		"_synchronous":  {"NORMAL"},
		"_foreign_keys": {"1"},
	}
	raw, err := sql.Open("sqlite", "file:"+path+"?"+params.Encode())
	if err != nil {
		return nil, fmt.Errorf("open crypto store: %w", err)
	}
	db, err := dbutil.NewWithDB(raw, "sqlite")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open crypto store: %w", err), raw.Close())
	}
	return db, nil
}

func passwordLogin(user, password string) *mautrix.ReqLogin {
	return &mautrix.ReqLogin{
		Type:                     mautrix.AuthTypePassword,
		Identifier:               mautrix.UserIdentifier{Type: mautrix.IdentifierTypeUser, User: user},
		Password:                 password,
		InitialDeviceDisplayName: user,
	}
}

// deviceStore keeps a login beside the device's keys, so that it goes on later.
type deviceStore struct{ db *dbutil.Database }

func (d deviceStore) load(ctx context.Context) (user id.UserID, device id.DeviceID, token, recovery string, err error) {
	_, err = d.db.Exec(ctx, `CREATE TABLE IF NOT EXISTS matrixtest_device (
		user_id TEXT NOT NULL, device_id TEXT NOT NULL, access_token TEXT NOT NULL, recovery_key TEXT NOT NULL)`)
	if err != nil {
		return "", "", "", "", err
	}
	err = d.db.QueryRow(ctx, `SELECT user_id, device_id, access_token, recovery_key FROM matrixtest_device`).
		Scan(&user, &device, &token, &recovery)
	return user, device, token, recovery, err
}

func (d deviceStore) save(ctx context.Context, client *mautrix.Client, recovery string) error {
	_, err := d.db.Exec(ctx, `INSERT INTO matrixtest_device VALUES ($1, $2, $3, $4)`,
		client.UserID, client.DeviceID, client.AccessToken, recovery)
	return err
}

// roomGuard makes sure, before the first message into a room, that its encryption
// and its members are known: mautrix sends in clear into rooms it knows nothing of.
type roomGuard struct {
	client *mautrix.Client
	known  sync.Map // id.RoomID -> struct{}
}

func (g *roomGuard) ensure(ctx context.Context, room id.RoomID) error {
	if _, ok := g.known.Load(room); ok {
		return nil
	}
	var encryption event.EncryptionEventContent
	// StateEvent and Members write what they find into the state store.
	err := g.client.StateEvent(ctx, room, event.StateEncryption, "", &encryption)
	switch {
	case errors.Is(err, mautrix.MNotFound): // a room without encryption
	case err != nil:
		return fmt.Errorf("read encryption of %s: %w", room, err)
	default:
		if _, err := g.client.Members(ctx, room); err != nil {
			return fmt.Errorf("read members of %s: %w", room, err)
		}
	}
	g.known.Store(room, struct{}{})
	return nil
}
